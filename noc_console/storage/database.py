"""The connection to SQLite or PostgreSQL, and the schema's version."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from copy import copy
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from noc_console.config.paths import file_mode, why_read_only
from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceNotReady,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)

SOURCE = "database"
SCHEMA_VERSION = "0015"
"""Alembic revision that this program reads and writes; the newest file in ``migrations/versions``."""

TAKE_OVER = 7309873
"""PostgreSQL's advisory lock of whoever decides which collector is at work."""

CONNECT_TIMEOUT_S = 5
BUSY_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 30
IDLE_TRANSACTION_S = 15
"""The server ends a transaction whose program stands still for so long: what it has locked, its successor needs. Less
than it takes until a collector counts as dead."""
POOL_SIZE, POOL_OVERFLOW = 4, 4
"""Connections to PostgreSQL that a program keeps, and more that it opens when those are busy."""
DEAD_PEER_S = 15
"""A connection on which nothing came back for so long is dead, for the server and for us."""

_SERVER_SETTINGS = {
    "statement_timeout": STATEMENT_TIMEOUT_S * 1000,
    "idle_in_transaction_session_timeout": IDLE_TRANSACTION_S * 1000,
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 2,
    "tcp_user_timeout": DEAD_PEER_S * 1000,
    "application_name": "noc-console",
}
CONNECTION_SETTINGS: dict[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": DEAD_PEER_S * 1000,
}
_UNIX_NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch FROM clock_timestamp())::float8",
}

READ_ONLY_HINT = "changes need the user that runs the collector, or write access to the file and its folder"
_ADVICE: tuple[tuple[tuple[str, ...], type[SourceError], str], ...] = (
    (("locked", "busy"), SourceUnavailable, "it is tried again; fuser FILE tells who holds it"),
    (("readonly database", "read-only transaction"), SourceAuthError, READ_ONLY_HINT),
    (("permission denied",), SourceAuthError, "this user lacks the right: GRANT it, or connect as the owner"),
    (("unable to open",), SourceUnavailable, "is the path right, and may this user read the file and its folder?"),
    (("malformed", "not a database"), SourceProtocolError, "the file is damaged: stop the collector, restore a backup"),
    (("is full", "no space left"), SourceUnavailable, "free some space on its disk"),
    (("disk i/o",), SourceUnavailable, "is the disk full (df)? else check it and its mount (dmesg)"),
    (("connection slots", "too many clients", "too many connections"), SourceUnavailable,
     "end idle sessions, or raise max_connections at the server"),
    (("password", "authentication", "pg_hba", "role"), SourceAuthError, "check the user and password in database:"),
    (("does not exist",), SourceProtocolError, "make it at the server, or mend its name in database:"),
    (("translate host", "name or service", "resolve"), SourceUnavailable, "check the host name in database:"),
    (("timeout", "timed out"), SourceTimeout, "the server or the way to it is slow or down"),
    (("refused", "no route", "unreachable", "server closed", "terminating", "shutting down", "starting up"),
     SourceUnavailable, "is the server up, and do address and port in database: match?"),
)  # fmt: skip
"""What a driver's message means, and what to do about it; the first line that fits counts."""
_SAID = {"database is locked": "locked by another program"}

Fence = Callable[[AsyncConnection], Awaitable[None]]
"""Raises a ``SourceError`` when a write transaction that has just begun must not go on."""


class SchemaMissing(SourceNotReady):
    """A database without tables."""

    def __init__(self) -> None:
        super().__init__("the schema is not there yet", SOURCE, "the collector creates it when it starts")


class Database:
    """One engine. ``reading`` and ``writing`` give transactions and turn driver errors into source errors.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql+psycopg://...``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._fence: Fence | None = None
        self.is_sqlite = url.startswith("sqlite:///")
        self._engine: AsyncEngine | None = None
        self._writer: AbstractAsyncContextManager[object] = asyncio.Lock() if self.is_sqlite else nullcontext()
        self.turns = asyncio.Semaphore(POOL_SIZE)
        """For transactions that come in great numbers: each waits for one as long as it takes, so that connections are
        left for what must not wait, such as heartbeats."""

    @property
    def why_read_only(self) -> str | None:
        """Why nothing can be written here; None when it can, as far as can be told without trying."""
        return why_read_only(self.url)

    def fenced(self, fence: Fence) -> Database:
        """The same database through the same connections, with ``fence`` at the start of each write transaction."""
        behind = copy(self)
        behind._engine = self.engine
        behind._fence = fence
        return behind

    @property
    def _path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def _check_file(self) -> None:
        """Say what keeps a SQLite file from being opened: the driver's own failure leaves a thread behind."""
        if not self.is_sqlite:
            return
        path, why = self._path, None
        if path.is_dir():
            why = "is a folder"
        elif not path.parent.is_dir():
            why = f"there is no folder {path.parent}"
        if why:
            raise SourceUnavailable(f"cannot open {path}: {why}", SOURCE, "is the path in database: right?")

    @property
    def engine(self) -> AsyncEngine:
        """The engine; made at first use."""
        if self._engine is None:
            self._engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        return self._engine

    @asynccontextmanager
    async def reading(self, snapshot: bool = False) -> AsyncIterator[AsyncConnection]:
        """A read transaction.

        Args:
            snapshot: All that it reads is of one instant; on SQLite it always is.

        Raises:
            SourceError: What the database answered, in the operator's words.
        """
        self._check_file()
        with _errors():
            async with self.engine.connect() as connection:
                if snapshot and not self.is_sqlite:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction, committed at the end, rolled back on an error.

        On SQLite it takes the write lock at its start (BEGIN IMMEDIATE), so that two programs queue instead of failing;
        writers of this program queue here, where no busy time-out runs.

        Raises:
            SourceError: As for ``reading``.
        """
        if why := self.why_read_only:
            raise SourceAuthError(why, SOURCE, READ_ONLY_HINT)
        self._check_file()
        async with self._writer:
            with _errors():
                async with self.engine.connect() as connection:
                    if self.is_sqlite:
                        connection = await connection.execution_options(noc_immediate=True)
                    async with connection.begin():
                        if self._fence:
                            await self._fence(connection)
                        yield connection

    async def version(self) -> str | None:
        """Alembic revision of the schema that is there, None when there is none."""
        if self.is_sqlite and not self._path.exists():
            return None  # connecting would make an empty file that everybody can read
        try:
            async with self.reading() as connection:
                return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except SchemaMissing:
            return None

    async def check_version(self) -> None:
        """Make sure that the schema is the one that this program knows.

        Raises:
            SourceProtocolError: It is missing, older or newer.
        """
        found = await self.version()
        if found is None:
            raise SchemaMissing
        _refuse_newer(found)
        if found != SCHEMA_VERSION:
            raise SourceProtocolError(
                f"schema version {found}, this program needs {SCHEMA_VERSION}",
                SOURCE,
                "the collector of this release brings it up to date when it starts",
            )

    async def migrate(self) -> None:
        """Bring the schema to this program's version; safe to run at each start and from two programs at once.

        Raises:
            SourceProtocolError: It is newer; nothing is changed.
            SourceError: The database did not take it.
        """
        if self.is_sqlite and not self.why_read_only:
            self._make_file()
        found = await self.version()
        _refuse_newer(found)
        if found == SCHEMA_VERSION:
            return
        with _errors():
            async with self.engine.connect() as connection:
                if self.is_sqlite:
                    connection = await connection.execution_options(noc_immediate=True)
                async with connection.begin():
                    if not self.is_sqlite:
                        # Two collectors may start at once: one migrates, the other waits and finds nothing to do.
                        await connection.execute(text("SELECT pg_advisory_xact_lock(7309871)"))
                    await connection.run_sync(upgrade)

    def _make_file(self) -> None:
        """Make the SQLite file, not for everybody; one that is there is not even opened.

        (Closing any descriptor of a file drops the locks that SQLite's own connections in this process hold on it.)
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
                os.fchmod(descriptor, file_mode(self._path.parent))  # SQLite gives its log the same
                os.close(descriptor)
        except OSError as error:
            raise SourceUnavailable(f"cannot open {self._path}: {error.strerror}", SOURCE) from None

    async def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            engine, self._engine = self._engine, None
            await engine.dispose()


@asynccontextmanager
async def with_our_schema(url: str) -> AsyncIterator[Database | None]:
    """The database, closed at the end of the block; None where its schema is not this program's, or not there yet.

    Raises:
        SourceError: What the database answered.
    """
    database = Database(url)
    try:
        yield database if await database.version() == SCHEMA_VERSION else None
    finally:
        await database.close()


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > SCHEMA_VERSION:
        raise SourceProtocolError(
            f"schema version {found} is of a newer release; this one knows up to {SCHEMA_VERSION}",
            SOURCE,
            "install the newer release here too, or restore a backup",
        )


def upgrade(connection: Any, to: str = "head") -> None:
    """Bring the schema to an Alembic revision, in the transaction of this (synchronous) connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _sqlite_engine(url: str) -> AsyncEngine:
    for_reading = why_read_only(url) is not None
    engine = create_async_engine(
        url.replace("sqlite://", "sqlite+aiosqlite://", 1),
        connect_args={"timeout": BUSY_TIMEOUT_S},
        # What may only be read is opened anew each time: how depends on whether somebody writes just now.
        **({"poolclass": NullPool} if for_reading else {}),
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def _on_do_connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> None:
        if for_reading:
            arguments[0], options["uri"] = _reading_uri(url.removeprefix("sqlite:///")), True

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: BEGIN is ours (see _on_begin).
        connection.isolation_level = None
        cursor = connection.cursor()
        if not for_reading:
            _switch_to_wal(cursor)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def _on_invalidate(connection: Any, _record: Any, _error: Any) -> None:
        # A task was cancelled amid a statement. Who still refers to that statement, such as a traceback, would keep the
        # closed connection's transaction open, and everybody else locked out.
        connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("noc_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _reading_uri(path: str) -> str:
    """For SQLite: only to read; without a log of writes beside it the file stands still, and needs no locks."""
    log = Path(f"{path}-wal")
    still = not log.exists() or not log.stat().st_size
    return f"file:{quote(str(Path(path).absolute()))}?mode=ro" + ("&immutable=1" if still else "")


def _switch_to_wal(cursor: Any) -> None:
    """Switch a new file to WAL, once; SQLite does not wait for its turn in this, so we do."""
    ends_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > ends_at:
                raise
            time.sleep(0.005)


def _postgres_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=CONNECT_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args=CONNECTION_SETTINGS
        | {"options": " ".join(f"-c {name}={value}" for name, value in _SERVER_SETTINGS.items())},
    )


def unix_now(connection: AsyncConnection) -> str:
    """SQL for Unix seconds by the database's own clock: who lives is judged by it, whatever a machine's clock says."""
    return _UNIX_NOW[connection.dialect.name]


async def database_now(connection: AsyncConnection) -> float:
    """Unix seconds by the database's own clock."""
    return float((await connection.execute(text(f"SELECT {unix_now(connection)}"))).scalar_one())


class _errors:
    """Context that turns driver errors into source errors; messages never hold parameters, which may be secret."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, SQLAlchemyError):
            raise explain(error) from None
        if isinstance(error, sqlite3.Error):
            raise SourceUnavailable(str(error), SOURCE) from None
        if isinstance(error, asyncio.TimeoutError):
            raise SourceTimeout("no answer in time", SOURCE) from None


def explain(error: SQLAlchemyError) -> SourceError:
    """The operator's words for a driver's error."""
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig else error).strip().splitlines()
    message = said[0] if said else type(error).__name__
    low = message.lower()
    if "no such table" in low or ("does not exist" in low and "relation" in low):
        return SchemaMissing()
    for words, kind, hint in _ADVICE:
        if any(word in low for word in words):
            return kind(_SAID.get(low, message), SOURCE, hint)
    if isinstance(error, OperationalError | InterfaceError):
        return SourceUnavailable(message, SOURCE, "the database's own log says more")
    return SourceProtocolError(message, SOURCE)
