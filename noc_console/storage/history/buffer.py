"""The sample buffer: a bounded SQLite file on the collector's disk that takes every sample first.

The shipper reads it in order behind a cursor. Charts read it while VictoriaMetrics is away. It drops the oldest samples
when it is full, and counts what was dropped before it was shipped. A damaged file is set aside, and a new one begun.
"""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import Sample

T = TypeVar("T")

SOURCE = "sample buffer"
BUSY_TIMEOUT_S = 5.0
DROP_CHUNK = 20_000
LOG_BYTES = 4_000_000
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL, labels TEXT NOT NULL,
    UNIQUE (metric, labels));
CREATE TABLE IF NOT EXISTS sample (id INTEGER PRIMARY KEY AUTOINCREMENT, series_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, value REAL NOT NULL);
CREATE INDEX IF NOT EXISTS ix_sample_series_at ON sample (series_id, at_ms);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class BufferDamaged(SourceUnavailable):
    """The buffer file was damaged: it is set aside, and a new one is open."""

    def __init__(self, said: str) -> None:
        super().__init__(said, SOURCE, "samples that were not shipped yet are in that file; check the disk")


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples to ship: per series, and the id of the last of them."""

    last_id: int
    count: int
    series: list[tuple[str, dict[str, str], list[int], list[float]]]
    """(metric, labels, instants in milliseconds, values)"""
    buffer_id: str = ""
    """Of which buffer file."""


class SampleBuffer:
    """One buffer file, written by one collector.

    Args:
        path: The file; its folder is made.
        max_mb: Size at which the oldest samples are dropped, with SQLite's write-ahead log.
        keep_days: Age at which they are dropped anyway.
    """

    def __init__(self, path: Path, max_mb: int, keep_days: float) -> None:
        self.path = path
        self._max_bytes = max_mb * 1_000_000
        self._keep_ms = keep_days * 86_400_000
        # One thread: SQLite work never holds the event loop, and never runs twice at once.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="samples")
        self._connection: sqlite3.Connection | None = None
        self._series: dict[tuple[tuple[str, str], ...], dict[str, int]] = {}
        """Labels to metric to id: an ONT's metrics share its labels, of which there are as many as ONTs."""
        self.id = ""
        """Names this buffer to VictoriaMetrics, so that what arrived can be told."""
        self.set_aside: Path | None = None
        """Where the damaged file is that this one replaced."""

    async def open(self) -> None:
        """Open or make the file.

        Raises:
            SourceUnavailable: The disk does not let us.
        """
        with suppress(BufferDamaged):  # it is set aside by then, and a new one is open
            await self._run(self._open)

    async def close(self) -> None:
        """Close the file."""
        await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def append(self, samples: Sequence[Sample]) -> None:
        """Take samples; they are on disk when this returns. A value that is no finite number is left out."""
        finite = [sample for sample in samples if math.isfinite(sample.value)]
        if finite:
            await self._run(lambda: self._append(finite))

    async def batch(self, limit: int) -> Batch | None:
        """The next samples to ship, oldest first; None when all are shipped."""
        return await self._run(lambda: self._batch(limit))

    async def sending(self, at_ms: int | None) -> None:
        """Note when the next batch is sent, before it is: should we die then, its fate must be asked for.

        None takes the note back, when it is certain that the batch did not arrive.
        """
        await self._run(lambda: self._set("sent_at", "" if at_ms is None else str(at_ms)))

    async def sent_at(self) -> int | None:
        """When a batch was sent whose fate is not known, milliseconds."""
        return await self._run(lambda: int(self._get("sent_at") or 0) or None)

    async def shipped(self, batch: Batch) -> None:
        """Move the cursor: everything up to the end of ``batch`` was accepted."""
        await self._run(lambda: self._move_cursor(batch.last_id) if batch.buffer_id == self.id else None)

    async def move_cursor(self, last_id: int) -> None:
        """What comes after ``last_id`` is shipped next: the server has all before it, and nothing after it."""
        await self._run(lambda: self._move_cursor(last_id))

    async def kept(self) -> int:
        """Id up to which the server was seen to have kept what it accepted."""
        return await self._run(lambda: int(self._get("kept") or 0))

    async def note_kept(self, last_id: int) -> None:
        """The server has kept everything up to ``last_id``."""
        await self._run(lambda: self._set("kept", str(last_id)))

    async def cursor(self) -> int:
        """Id of the last sample that was shipped."""
        return await self._run(lambda: int(self._get("cursor") or 0))

    async def waiting(self) -> int:
        """Samples not shipped yet."""
        return await self._run(self._waiting)

    async def filled(self) -> float:
        """How much of the buffer is taken by what was not shipped yet, percent: at 100 samples are lost."""
        return await self._run(self._filled)

    async def trim(self, now_ms: int) -> int:
        """Drop what is too old or too much.

        Returns:
            How many samples were dropped that had never been shipped.
        """
        return await self._run(lambda: self._trim(now_ms))

    async def _run(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            try:
                return work()
            except (sqlite3.Error, OSError) as error:
                if getattr(error, "sqlite_errorcode", None) in _DAMAGE:
                    self._begin_anew()
                    raise BufferDamaged(f"{self.path} is damaged ({error}); set aside as {self.set_aside}") from None
                raise SourceUnavailable(f"{self.path}: {error}", SOURCE, "is the disk full or read-only?") from None

        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")  # what a long read made of it is given back
        connection.executescript(_SCHEMA)
        self._connection = connection
        self.id = self._get("id") or uuid.uuid4().hex
        self._set("id", self.id)
        self._set("kept", self._get("kept") or self._get("cursor") or "0")

    def _begin_anew(self) -> None:
        """Set the file aside, in the place of one that was set aside before, and open a new one."""
        self._close()
        self._series.clear()
        aside = self.path.with_name(f"{self.path.name}.damaged")
        self.path.replace(aside)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._open()
        self.set_aside = aside

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("the buffer is not open")
        return self._connection

    def _get(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set(self, name: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def _append(self, samples: Sequence[Sample]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            rows = [(self._series_id(s.metric, s.labels), round(s.at * 1000), s.value) for s in samples]
            self._db.executemany("INSERT INTO sample (series_id, at_ms, value) VALUES (?, ?, ?)", rows)
            self._db.execute("COMMIT")
        except BaseException:
            self._series.clear()
            if self._db.in_transaction:  # a full disk has rolled it back already
                self._db.execute("ROLLBACK")
            raise

    def _series_id(self, metric: str, labels: tuple[tuple[str, str], ...]) -> int:
        ids = self._series.setdefault(labels, {})
        found = ids.get(metric)
        if found is None:
            text = json.dumps(dict(labels), sort_keys=True, ensure_ascii=False)
            self._db.execute("INSERT OR IGNORE INTO series (metric, labels) VALUES (?, ?)", (metric, text))
            row = self._db.execute("SELECT id FROM series WHERE metric = ? AND labels = ?", (metric, text)).fetchone()
            found = ids[sys.intern(metric)] = row[0]
        return found

    def _batch(self, limit: int) -> Batch | None:
        cursor = int(self._get("cursor") or 0)
        rows = self._db.execute(
            "SELECT id, series_id, at_ms, value FROM sample WHERE id > ? ORDER BY id LIMIT ?", (cursor, limit)
        ).fetchall()
        if not rows:
            return None
        by_series: dict[int, tuple[list[int], list[float]]] = {}
        for _, series_id, at_ms, value in rows:
            instants, values = by_series.setdefault(series_id, ([], []))
            instants.append(at_ms)
            values.append(value)
        series = []
        for series_id, (instants, values) in by_series.items():
            metric, labels = self._db.execute("SELECT metric, labels FROM series WHERE id = ?", (series_id,)).fetchone()
            series.append((metric, json.loads(labels), instants, values))
        return Batch(rows[-1][0], len(rows), series, self.id)

    def _move_cursor(self, last_id: int) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._set("cursor", str(last_id))
            self._set("sent_at", "")

    def _waiting(self) -> int:
        cursor = int(self._get("cursor") or 0)
        last = self._db.execute("SELECT max(id) FROM sample").fetchone()[0] or 0
        first = self._db.execute("SELECT min(id) FROM sample").fetchone()[0] or 0
        return max(0, last - max(cursor, first - 1)) if last else 0

    def _filled(self) -> float:
        first, last = self._db.execute("SELECT min(id), max(id) FROM sample").fetchone()
        share = self._waiting() / (last - first + 1) if last else 0.0
        return 100.0 * share * self._used_bytes() / self._max_bytes

    def _trim(self, now_ms: int) -> int:
        lost = 0
        first_kept = self._db.execute(
            "SELECT min(id) FROM sample WHERE at_ms >= ?", (now_ms - self._keep_ms,)
        ).fetchone()[0]
        last = self._db.execute("SELECT max(id) FROM sample").fetchone()[0]
        if last is None:
            return 0
        lost += self._drop_below(first_kept if first_kept is not None else last + 1)
        # A log that a long read keeps from being emptied must not cost all samples.
        allowed = max(self._max_bytes - self._log_bytes(), self._max_bytes // 2)
        while self._used_bytes() > allowed:
            oldest = self._db.execute("SELECT min(id) FROM sample").fetchone()[0]
            if oldest is None:
                break
            lost += self._drop_below(oldest + DROP_CHUNK)
        return lost

    def _drop_below(self, first_kept: int) -> int:
        cursor = int(self._get("cursor") or 0)
        unshipped = self._db.execute(
            "SELECT count(*) FROM sample WHERE id < ? AND id > ?", (first_kept, cursor)
        ).fetchone()[0]
        self._db.execute("DELETE FROM sample WHERE id < ?", (first_kept,))
        return int(unshipped)

    def _used_bytes(self) -> int:
        def pragma(name: str) -> int:
            return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

        return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")

    def _log_bytes(self) -> int:
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.stat().st_size if log.exists() else 0


def read_series(
    path: Path, metric: str, labels: Mapping[str, str], start_ms: int, end_ms: int
) -> list[tuple[dict[str, str], list[int], list[float]]]:
    """Samples of every series of ``metric`` that has these labels, from the file at ``path``; blocking.

    Args:
        path: The buffer file; another process may be writing it.
        metric: Metric name.
        labels: Labels that a series must have; others are free.
        start_ms: First instant, milliseconds.
        end_ms: Last instant, milliseconds.

    Returns:
        (labels, instants, values) per series, instants rising; empty when there is no file here.
    """
    if not path.is_file():
        return []
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        try:
            return _read_series(connection, metric, labels, start_ms, end_ms)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise SourceUnavailable(f"{path}: {error}", SOURCE) from None


def _read_series(
    connection: sqlite3.Connection, metric: str, labels: Mapping[str, str], start_ms: int, end_ms: int
) -> list[tuple[dict[str, str], list[int], list[float]]]:
    where = "".join(" AND json_extract(labels, ?) = ?" for _ in labels)
    arguments = [part for name, value in labels.items() for part in (f'$."{name}"', value)]
    found = connection.execute(f"SELECT id, labels FROM series WHERE metric = ?{where}", (metric, *arguments))
    out = []
    for series_id, text in found.fetchall():
        rows = connection.execute(
            "SELECT at_ms, value FROM sample WHERE series_id = ? AND at_ms BETWEEN ? AND ? ORDER BY at_ms",
            (series_id, start_ms, end_ms),
        ).fetchall()
        if rows:
            out.append((json.loads(text), [row[0] for row in rows], [row[1] for row in rows]))
    return out
