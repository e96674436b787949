"""The incidents' rhythm on a real database: what it reads, what it writes, and what a restart makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from doors import OLT, World, make_world
from fake_clock import FakeClock
from schema_copy import sqlite_with_schema
from sqlalchemy import select, update

from noc_console.collector.incidents import IncidentWorker
from noc_console.collector.recording import KEYFRAME_EVERY_S, Recorder
from noc_console.domain.changes import How, OntDown, Severity, severity_of
from noc_console.domain.freshness import Intervals
from noc_console.domain.handling import MAINTENANCE, Maintenance
from noc_console.domain.incidents.incident import Cause, Life, Scope
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord, incident_of
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.picture.wording import words
from noc_console.storage import schema
from noc_console.storage.changes import append_changes, read_changes_of
from noc_console.storage.database import Database
from noc_console.storage.recordings import RecordingStore
from noc_console.storage.records import RecordStore
from noc_console.storage.streams import bump

PORT = "0/1/0"
SETTINGS = IncidentSettings(intervals=Intervals(state_s=60.0), critical_onts=4)


class Bench:
    """A small network with four ONTs on one port, and a worker."""

    def __init__(self, world: World, now: float) -> None:
        self.world, self.database = world, world.database
        self.clock = FakeClock(now)
        self.recordings = RecordingStore(self.database)
        self.worker = self.start()

    def start(self) -> IncidentWorker:
        self.worker = IncidentWorker(self.database, SETTINGS, self.clock, Recorder(self.recordings, 7200.0))
        return self.worker

    async def look(self, after_s: float = 3.0) -> list[IncidentRecord]:
        self.clock.at += after_s
        await self.worker.look()
        return await RecordStore(self.database).all(INCIDENTS)

    async def port_goes(self, state: str, how: How = How.TRAP) -> None:
        """All of the port, as a trap or a reading writes it."""
        now, ont = self.clock.at, schema.ont
        here = (ont.c.port == PORT) & (ont.c.state != state)
        async with self.database.writing() as connection:
            revision = await bump(connection, "olt:1")
            ids = list((await connection.execute(select(ont.c.ont_id).where(here))).scalars())
            reason = {"offline_reason": "loss_of_signal"} if state == "offline" else {}
            values = {"state": state, "state_changed_at": now, "revision": revision, **reason}
            await connection.execute(update(ont).where(here).values(**values))
            if state == "offline":
                at = {"olt": OLT, "port": PORT, "at": now}
                told = [OntDown(**at, ont_id=n, reason="loss_of_signal", how=how, since_at=now - 60) for n in ids]
                await append_changes(connection, told)

    async def read_whole(self, outcome: str = "complete") -> None:
        """A state reading of the whole OLT ends."""
        now, mark = self.clock.at, schema.poll_mark
        values: dict[str, Any] = {"outcome": outcome, "attempted_at": now}
        if outcome == "complete":
            values["observed_at"] = now
        async with self.database.writing() as connection:
            values["revision"] = await bump(connection, "olt:1")
            await connection.execute(update(mark).values(**values))

    async def wait(self, seconds: float) -> list[IncidentRecord]:
        """Time passes, with a reading each minute."""
        found: list[IncidentRecord] = []
        for _ in range(int(seconds // 60)):
            self.clock.at += 57
            await self.read_whole()
            found = await self.look()
        return found


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    world = await make_world(database)
    async with database.reading() as connection:
        now = (await connection.execute(select(schema.poll_mark.c.observed_at))).scalar_one()
    made = Bench(world, now + 1)
    assert await made.look() == []
    yield made
    await database.close()


async def test_a_cut_is_one_incident_until_it_is_repaired(bench: Bench) -> None:
    await bench.port_goes("offline")
    await bench.look()
    (found,) = await bench.wait(60)
    assert (found.cause, found.scope, found.state) == (Cause.FIBRE, Scope.PORT, Life.CONFIRMED)
    assert (found.olt, found.port, found.affected, found.alive, found.rings) == (OLT, PORT, 4, 0, 1)
    await bench.port_goes("online")
    (found,) = await bench.look()
    assert (found.state, found.restored) == (Life.CLEARING, 4)
    (found,) = await bench.wait(360)
    assert (found.id, found.state, found.rings) == (1, Life.RESOLVED, 1)


async def test_another_collector_goes_on_with_what_was_open_and_rings_for_nothing_old(bench: Bench) -> None:
    await bench.port_goes("offline")
    await bench.look()
    (before,) = await bench.wait(60)
    bench.start()
    (after,) = await bench.look()
    assert (after.id, after.state, after.affected, after.rings) == (before.id, Life.CONFIRMED, 4, 1)
    await bench.port_goes("online")
    await bench.look()
    (found,) = await bench.wait(360)
    assert (found.id, found.state) == (before.id, Life.RESOLVED)


async def test_a_first_start_lists_what_is_dark_and_is_silent(bench: Bench) -> None:
    await bench.port_goes("offline")
    bench.start()
    (found,) = await bench.look()
    assert (found.state, found.port, found.rings) == (Life.CONFIRMED, PORT, 0)
    assert "when the program started" in " ".join(incident_of(found).text)


async def test_planned_work_does_not_ring_until_it_overruns(bench: Bench) -> None:
    now = bench.clock.at
    window = Maintenance(1, "splicing", "amy", now + 30, now + 300, olt=OLT, port=PORT)
    await RecordStore(bench.database).put(MAINTENANCE, [window])
    await bench.look(31)
    await bench.port_goes("offline")
    await bench.look()
    (found,) = await bench.wait(60)
    assert (found.planned, found.rings) == (True, 0)
    (found,) = await bench.wait(300)
    assert (found.planned, found.rings) == (False, 1)


async def test_nothing_new_writes_nothing(bench: Bench) -> None:
    await bench.port_goes("offline")
    await bench.look()
    (before,) = await bench.wait(180)
    for _ in range(5):
        (after,) = await bench.look()
    assert after.revision == before.revision


async def test_what_is_observed_can_be_played_again(bench: Bench) -> None:
    starts_at = bench.clock.at
    await bench.port_goes("offline")
    await bench.look()
    await bench.wait(60)
    observations = await bench.recordings.read(starts_at, bench.clock.at)
    told = [one.fields for one in observations if one.kind == "ont" and one.fields["port"] == PORT]
    downs = [fields for fields in told if fields["state"] == "offline"]
    assert {fields["ont_id"] for fields in downs} == {0, 1, 2, 3}
    assert {fields["by"] for fields in downs} == {"trap"}


async def test_the_recording_is_bounded(bench: Bench) -> None:
    started = bench.clock.at
    for _ in range(4):
        bench.clock.at += KEYFRAME_EVERY_S
        await bench.read_whole()
        await bench.look()
    extent = await bench.recordings.extent()
    assert extent is not None
    assert started < extent.from_at <= bench.clock.at - 7200


async def test_the_log_tells_what_becomes_of_an_incident(bench: Bench) -> None:
    await bench.port_goes("offline")
    await bench.look()
    await bench.wait(60)
    await bench.port_goes("online")
    await bench.look()
    await bench.wait(360)
    async with bench.database.reading() as connection:
        told = await read_changes_of(connection, schema.change.c.kind == "incident_changed")
    assert [words(one).split(":")[0] for one in told] == ["INC-1 confirmed", "INC-1 clearing", "INC-1 resolved"]
    assert [severity_of(one) for one in told] == [Severity.CRITICAL, Severity.MINOR, Severity.CLEARED]
