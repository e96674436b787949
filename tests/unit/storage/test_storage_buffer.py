"""The sample buffer: first in, bounded, counted, and on disk before anybody is told that it is."""

from __future__ import annotations

import asyncio
import math
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import Sample
from noc_console.storage.history.buffer import LOG_BYTES, BufferDamaged, SampleBuffer, read_series

DAY_S = 86400.0
NOW_S = 1_700_000_000.0


def sample(value: float, at: float = NOW_S, metric: str = "m", **labels: str) -> Sample:
    return Sample(metric, tuple(sorted((labels or {"olt_name": "north"}).items())), at, value)


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[SampleBuffer]:
    made = SampleBuffer(tmp_path / "deep" / "samples.db", max_mb=100, keep_days=31)
    await made.open()
    yield made
    await made.close()


async def drain(buffer: SampleBuffer, limit: int = 1000) -> list[tuple[str, tuple[tuple[str, str], ...], int, float]]:
    """Ship everything to this list."""
    out = []
    while batch := await buffer.batch(limit):
        assert batch.count == sum(len(values) for _, _, _, values in batch.series) <= limit
        for metric, labels, instants, values in batch.series:
            pairs = zip(instants, values, strict=True)
            out += [(metric, tuple(sorted(labels.items())), at, value) for at, value in pairs]
        await buffer.shipped(batch)
    return out


async def test_what_goes_in_comes_out_once_and_in_order(buffer: SampleBuffer) -> None:
    samples = [sample(i + 0.25, NOW_S + i / 10, f"m{i % 3}", olt_name="Zürich") for i in range(25)]
    await buffer.append(samples[:10])
    await buffer.append(samples[10:])
    assert await buffer.waiting() == 25
    found = await drain(buffer, limit=7)
    assert sorted(found) == sorted((s.metric, s.labels, round(s.at * 1000), s.value) for s in samples)
    assert (await buffer.waiting(), await buffer.batch(10)) == (0, None)


async def test_a_batch_not_shipped_comes_again(buffer: SampleBuffer) -> None:
    await buffer.append([sample(1.0), sample(2.0)])
    first = await buffer.batch(1)
    assert first == await buffer.batch(1)


async def test_reopening_goes_on_where_it_was(tmp_path: Path) -> None:
    buffer = SampleBuffer(tmp_path / "samples.db", max_mb=100, keep_days=31)
    await buffer.open()
    await buffer.append([sample(float(i)) for i in range(5)])
    batch = await buffer.batch(2)
    assert batch
    await buffer.shipped(batch)
    name = buffer.id
    await buffer.close()
    again = SampleBuffer(buffer.path, max_mb=100, keep_days=31)
    await again.open()
    assert (again.id, await again.cursor(), await again.waiting()) == (name, batch.last_id, 3)
    assert [value for *_, value in await drain(again)] == [2.0, 3.0, 4.0]
    await again.close()


async def test_two_buffers_have_two_names(buffer: SampleBuffer, tmp_path: Path) -> None:
    other = SampleBuffer(tmp_path / "other.db", max_mb=1, keep_days=1)
    await other.open()
    assert other.id != buffer.id
    await other.close()


async def test_when_full_the_oldest_go_and_only_the_unshipped_are_counted(tmp_path: Path) -> None:
    buffer = SampleBuffer(tmp_path / "samples.db", max_mb=1, keep_days=3650)
    await buffer.open()
    for start in range(0, 60_000, 10_000):
        await buffer.append([sample(float(i), NOW_S + i) for i in range(start, start + 10_000)])
    batch = await buffer.batch(5000)
    assert batch
    await buffer.shipped(batch)
    lost = await buffer.trim(round((NOW_S + 60_000) * 1000))
    kept = await drain(buffer, 10_000)
    assert lost > 0 and lost + 5000 + len(kept) == 60_000
    assert [value for *_, value in kept] == [float(i) for i in range(60_000 - len(kept), 60_000)]
    assert await buffer.trim(round((NOW_S + 60_000) * 1000)) == 0
    for start in range(60_000, 200_000, 20_000):
        await buffer.append([sample(float(i), NOW_S + i) for i in range(start, start + 20_000)])
        await buffer.trim(round((NOW_S + start) * 1000))
    assert buffer.path.stat().st_size < 3_000_000
    await buffer.close()


async def test_old_samples_go_with_age(buffer: SampleBuffer) -> None:
    await buffer.append([sample(1.0, NOW_S - 32 * DAY_S), sample(2.0, NOW_S - 30 * DAY_S)])
    assert await buffer.trim(round(NOW_S * 1000)) == 1
    assert [value for *_, value in await drain(buffer)] == [2.0]
    assert await buffer.trim(round((NOW_S + 60 * DAY_S) * 1000)) == 0  # it was shipped: nothing is lost
    assert await buffer.waiting() == 0
    await buffer.append([sample(3.0, NOW_S + 60 * DAY_S)])
    assert await buffer.waiting() == 1


async def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "samples.db"
    for number in range(2):
        path.write_bytes(b"damaged %d" % number * 5000)
        path.with_name("samples.db-wal").write_bytes(b"as well")
        buffer = SampleBuffer(path, max_mb=10, keep_days=31)
        await buffer.open()
        await buffer.append([sample(1.0, NOW_S)])
        assert await buffer.waiting() == 1
        assert buffer.set_aside and buffer.set_aside.read_bytes().startswith(b"damaged %d" % number)
        await buffer.close()


async def test_damage_while_it_is_open_is_told_and_costs_nothing_that_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "samples.db"
    buffer = SampleBuffer(path, max_mb=10, keep_days=31)
    await buffer.open()
    await buffer.append([sample(n, NOW_S + n) for n in range(150_000)])  # more than is kept in memory
    batch = await buffer.batch(10)
    assert batch
    await buffer.trim(0)  # the log is in the file by now
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    later = [sample(1.0, NOW_S + 30_000)]
    with pytest.raises(BufferDamaged, match="set aside"):
        await buffer.batch(150_000)
        await buffer.append(later)
    await buffer.append(later)
    await buffer.shipped(batch)
    assert await buffer.waiting() == 1, "the cursor of the old file has no say in the new one"
    await buffer.close()


async def test_the_log_counts_as_part_of_the_size(tmp_path: Path) -> None:
    buffer = SampleBuffer(tmp_path / "samples.db", max_mb=2, keep_days=31)
    await buffer.open()
    await buffer.append([sample(n, NOW_S + n) for n in range(60_000)])
    reader = sqlite3.connect(tmp_path / "samples.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sample").fetchone()  # holds the log
    await buffer.append([sample(n, NOW_S + n) for n in range(100_000)])
    log_bytes = (tmp_path / "samples.db-wal").stat().st_size
    await buffer.trim(round(NOW_S * 1000))
    assert await buffer.waiting() > 0, "a log that cannot be emptied does not cost everything"
    reader.close()
    for _ in range(2):  # the first one empties the log, the second one begins it again
        await buffer.append([sample(1.0, NOW_S)])
    assert (tmp_path / "samples.db-wal").stat().st_size <= LOG_BYTES < log_bytes
    await buffer.close()


async def test_ids_are_never_used_again(buffer: SampleBuffer) -> None:
    """The cursor and the marker at VictoriaMetrics count on it."""
    await buffer.append([sample(1.0, NOW_S - 100 * DAY_S)])
    await drain(buffer)
    await buffer.trim(round(NOW_S * 1000))
    await buffer.append([sample(2.0)])
    assert [value for *_, value in await drain(buffer)] == [2.0]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_a_value_that_is_no_number_does_not_hold_up_the_rest(buffer: SampleBuffer, value: float) -> None:
    await buffer.append([sample(1.0), sample(value), sample(2.0)])
    assert [kept for *_, kept in await drain(buffer)] == [1.0, 2.0]


async def test_writers_at_once_lose_nothing(buffer: SampleBuffer) -> None:
    await asyncio.gather(*(buffer.append([sample(float(i), olt_name=f"olt-{i}")]) for i in range(50)))
    assert sorted(value for *_, value in await drain(buffer)) == [float(i) for i in range(50)]


async def test_a_disk_that_is_full_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    buffer = SampleBuffer(tmp_path / "samples.db", max_mb=100, keep_days=31)
    await buffer.open()
    await buffer.append([sample(1.0)])
    await buffer._run(lambda: buffer._db.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(SourceUnavailable, match="is the disk full or read-only"):
        await buffer.append([sample(float(i), NOW_S + i, metric=f"new{i}") for i in range(5000)])
    await buffer._run(lambda: buffer._db.execute("PRAGMA max_page_count = 1000000"))
    await buffer.append([sample(2.0, metric="new7")])
    assert [(metric, value) for metric, _, _, value in await drain(buffer)] == [("m", 1.0), ("new7", 2.0)]
    await buffer.close()


async def test_a_place_that_cannot_be_written_is_told() -> None:
    buffer = SampleBuffer(Path("/proc/nothing/samples.db"), max_mb=1, keep_days=1)
    with pytest.raises(SourceUnavailable, match=r"sample buffer: /proc/nothing/samples\.db"):
        await buffer.open()
    await buffer.close()


async def test_reading_finds_series_by_some_of_their_labels(buffer: SampleBuffer) -> None:
    wanted = {"ont_serial": 'HWTC"; --', "olt_name": "north"}
    await buffer.append(
        [sample(float(i), NOW_S + i, "rx", **wanted, pon_port=f"0/1/{i % 2}") for i in range(6)]
        + [sample(99.0, NOW_S, "rx", ont_serial="other", olt_name="north")]
        + [sample(98.0, NOW_S, "tx", **wanted)]
    )
    start, end = round((NOW_S + 1) * 1000), round((NOW_S + 4) * 1000)
    found = read_series(buffer.path, "rx", {"ont_serial": 'HWTC"; --'}, start, end)
    assert {labels["pon_port"]: values for labels, _, values in found} == {"0/1/0": [2.0, 4.0], "0/1/1": [1.0, 3.0]}
    assert read_series(buffer.path, "rx", {"ont_serial": "nobody"}, start, end) == []


def test_reading_where_there_is_no_buffer_finds_nothing(tmp_path: Path) -> None:
    assert read_series(tmp_path / "none.db", "rx", {}, 0, 1) == []


samples = st.builds(
    Sample,
    st.sampled_from(["rx", "tx"]),
    st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=5), max_size=2).map(
        lambda labels: tuple(sorted(labels.items()))
    ),
    st.floats(0, 4e9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(samples, max_size=12), max_size=5), st.integers(1, 9))
async def test_any_samples_in_any_portions_come_out_once(
    tmp_path_factory: pytest.TempPathFactory, portions: Sequence[Sequence[Sample]], limit: int
) -> None:
    buffer = SampleBuffer(tmp_path_factory.mktemp("buffer") / "samples.db", max_mb=100, keep_days=31)
    await buffer.open()
    for portion in portions:
        await buffer.append(portion)
    found = await drain(buffer, limit)
    await buffer.close()
    wanted = [(s.metric, s.labels, round(s.at * 1000), s.value) for portion in portions for s in portion]
    assert sorted(found) == sorted(wanted)
