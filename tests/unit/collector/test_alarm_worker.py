"""The alarms' rhythm on a real database: what it reads, what it writes, and what a restart makes of it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from doors import OLT, World, make_world, serial
from fake_clock import FakeClock
from people import ANNA
from schema_copy import sqlite_with_schema
from sqlalchemy import event, insert, update

from noc_console.collector import alarms as module
from noc_console.collector.alarms import AlarmWorker
from noc_console.config.model import Config
from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.alarms.states import AlarmState, standing
from noc_console.domain.changes import LightCrossed, Severity
from noc_console.domain.core_devices import CORE_DEVICES, CORE_INTERFACES, CoreDevice, CoreInterface
from noc_console.domain.handling import HANDLINGS
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS, record_of
from noc_console.domain.intents import Acknowledge, PlanMaintenance
from noc_console.domain.network import Source
from noc_console.domain.optics import Signal
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, Splitter, Subscriber
from noc_console.storage import schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore, read_records
from noc_console.storage.sources import SourceStore
from noc_console.storage.streams import bump

NOW_RULES = {
    name: {"raise_after_s": 0, "clear_after_s": 0}
    for name in (
        "card",
        "port",
        "fan",
        "olt",
        "core",
        "uplink",
        "source",
        "light",
        "unregistered",
        "profile",
        "collector",
    )
}


class Bench:
    """A small network, and a worker whose rules wait for nothing."""

    def __init__(self, world: World, **config: Any) -> None:
        self.world = world
        self.database = world.database
        self.store = RecordStore(world.database)
        self.config = Config.model_validate(
            {"database": world.database.url, "olts": [{"name": OLT, "address": "x"}], "alarms": NOW_RULES, **config}
        )
        self.clock = FakeClock(time.time())
        self.filled: float | None = 0.0
        self.worker = self.start()

    def start(self) -> AlarmWorker:
        self.worker = AlarmWorker(self.config, self.database, self._filled, self.clock)
        return self.worker

    async def _filled(self) -> float | None:
        return self.filled

    async def turn(self, after_s: float = 15.0) -> dict[str, Alarm]:
        """One round; returns what holds, without the disk of the machine that runs the test."""
        self.clock.at += after_s
        await self.worker.turn()
        return {a.key: a for a in await self.store.all(ALARMS) if a.cleared_at is None and a.rule != "disk"}

    async def put(self, table: Any, **values: Any) -> None:
        """A row of the OLT, as a poll writes it."""
        async with self.database.writing() as connection:
            revision = await bump(connection, f"olt:{await self._olt_id(connection)}")
            row = {"olt_id": await self._olt_id(connection), "revision": revision, **values}
            await connection.execute(insert(table), row)

    async def change(self, table: Any, where: Any, **values: Any) -> None:
        async with self.database.writing() as connection:
            revision = await bump(connection, f"olt:{await self._olt_id(connection)}")
            await connection.execute(update(table).where(where).values(revision=revision, **values))

    async def _olt_id(self, connection: Any) -> int:
        return int((await connection.execute(schema.olt.select().with_only_columns(schema.olt.c.id))).scalar_one())


async def _begun(database: Database) -> Bench:
    made = Bench(await make_world(database))
    at = made.clock.at
    mark = {"port": "", "kind": "health", "outcome": "complete", "attempted_at": at, "observed_at": at}
    await made.put(schema.poll_mark, **mark)
    return made


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    yield await _begun(database)
    await database.close()


@pytest.fixture
async def each_bench(database: Database) -> Bench:
    """On each kind of database, for what reads in a way of its own."""
    return await _begun(database)


async def test_a_card_fails_and_is_well_again(each_bench: Bench) -> None:
    bench = each_bench
    await bench.put(schema.card, name="0/1", state="fault")
    (alarm,) = (await bench.turn()).values()
    assert (alarm.key, alarm.text, alarm.severity) == (f"card {OLT} 0/1", "state fault", Severity.CRITICAL)
    await bench.change(schema.card, schema.card.c.name == "0/1", state="normal")
    assert await bench.turn() == {}
    (kept,) = [one for one in await bench.store.all(ALARMS) if one.rule == "card"]
    assert kept.cleared_at == bench.clock.at


async def test_a_silent_olt_keeps_what_was_known_of_it(bench: Bench) -> None:
    await bench.put(schema.card, name="0/1", state="fault")
    await bench.turn()
    await bench.change(schema.olt, schema.olt.c.name == OLT, reachable=False, error="timeout")
    await bench.change(schema.card, schema.card.c.name == "0/1", state="normal")
    assert set(await bench.turn()) == {f"card {OLT} 0/1", f"olt {OLT}"}, "nobody can have read that it is well"


async def test_nothing_is_read_or_written_while_nothing_changes(bench: Bench) -> None:
    await bench.put(schema.card, name="0/1", state="fault")
    await bench.turn()
    await bench.turn()  # the log has a line more
    said: list[str] = []
    event.listen(bench.database.engine.sync_engine, "before_cursor_execute", lambda *a: said.append(str(a[2])))
    await bench.worker.turn()
    assert [text for text in said if text != "BEGIN" and "FROM feed" not in text] == []
    await SourceStore(bench.database).put(Source("genieacs", "failing", bench.clock.at, "refused"))
    said.clear()
    assert "source genieacs" in await bench.turn()
    assert not any(" FROM ont" in text for text in said), "the ONTs did not change"


async def test_of_the_onts_only_the_troubled_are_read(each_bench: Bench) -> None:
    bench = each_bench
    ont = schema.ont
    await bench.change(ont, ont.c.serial == serial(0), told_signal="critical", told_rx_dbm=-29.1)
    await bench.change(ont, ont.c.serial == serial(1), told_signal="critical", told_rx_dbm=-29.1)
    where = {"olt": OLT, "port": "0/1/0", "serial": serial(0)}
    crossed = LightCrossed(
        at=bench.clock.at, **where, ont_id=0, before=Signal.GOOD, after=Signal.CRITICAL, before_dbm=-20, rx_dbm=-29.1
    )
    async with bench.database.writing() as connection:
        await append_changes(connection, [crossed])
    (alarm,) = (await bench.turn()).values()
    assert (alarm.key, alarm.serial) == (f"light {OLT} 0/1/0 0", serial(0))
    rows = bench.worker._site.rows
    assert sorted(ont.serial or "" for one in rows.olts.values() for ont in one.troubled) == [serial(0), serial(1)]
    assert set(await bench.turn(4000.0)) == {alarm.key}, "it holds until the light is better, also when it is old news"
    await bench.change(ont, ont.c.serial == serial(0), told_signal="good")
    assert await bench.turn() == {}


async def test_a_restart_goes_on_with_keys_and_acknowledgements(bench: Bench) -> None:
    await bench.put(schema.card, name="0/1", state="fault")
    (alarm,) = (await bench.turn()).values()
    bench.world.door._now = bench.clock.now
    bench.clock.at += 10
    await bench.world.door.ask(ANNA, Acknowledge(alarm.key))
    bench.start()
    (kept,) = (await bench.turn(100.0)).values()
    assert (kept.key, kept.raised_at, kept.times, kept.revision) == (alarm.key, alarm.raised_at, 1, alarm.revision)
    (handling,) = await bench.store.all(HANDLINGS)
    assert standing(kept, handling, bench.clock.at) is AlarmState.ACKED


async def test_an_incident_explains_a_port_and_planned_work_covers_a_customer(bench: Bench) -> None:
    await bench.put(schema.pon_port, name="0/1/0", oper="down", admin="up")
    (alarm,) = (await bench.turn()).values()
    assert (alarm.rule, alarm.incident) == ("port", None)
    incident = Incident(
        number=4, state=Life.CONFIRMED, severity=Severity.CRITICAL, cause=Cause.PORT, scope=Scope.PORT,
        where=Where(olt=OLT, port="0/1/0"),
    )  # fmt: skip
    await bench.store.put(INCIDENTS, [record_of(incident)])
    (explained,) = (await bench.turn()).values()
    assert explained.incident == 4
    await bench.store.put(INCIDENTS, [record_of(Incident(**{**_fields(incident), "state": Life.RESOLVED}))])
    (back,) = (await bench.turn()).values()
    assert back.incident is None


def _fields(incident: Incident) -> dict[str, Any]:
    return {name: getattr(incident, name) for name in Incident.__dataclass_fields__}


async def test_a_window_covers_who_hangs_on_its_splitter_while_it_is_open(each_bench: Bench) -> None:
    bench = each_bench
    await bench.store.put(SPLITTERS, [Splitter("SP-1", OLT, "0/1/0")])
    await bench.store.put(SUBSCRIBERS, [Subscriber("1", serial="HWTC00000009", splitter="SP-1")])
    await bench.put(
        schema.unregistered,
        port="0/1/0",
        serial="HWTC00000009",
        first_seen_at=bench.clock.at,
        last_seen_at=bench.clock.at,
    )
    (alarm,) = (await bench.turn()).values()
    assert (alarm.rule, alarm.planned) == ("unregistered", False)
    bench.world.door._now = bench.clock.now
    await bench.world.door.ask(ANNA, PlanMaintenance(600.0, "splicing", splitter="SP-1"))
    (covered,) = (await bench.turn()).values()
    assert covered.planned
    (after,) = (await bench.turn(700.0)).values()
    assert not after.planned, "the window is over"


async def test_core_devices_uplinks_and_the_buffer(bench: Bench) -> None:
    core = CoreDevice("core-1", "x", reachable=True, last_ok_at=bench.clock.at, last_poll_at=bench.clock.at)
    await bench.store.put(CORE_DEVICES, [core])
    await bench.store.put(CORE_INTERFACES, [CoreInterface("core-1", "ge-0", oper="down")])
    bench.filled = 95.0
    assert set(await bench.turn()) == {"uplink core-1 ge-0"}
    assert "buffer samples" in await bench.turn(400.0)


async def test_a_failed_job_is_news_for_an_hour_and_not_when_it_worked_since(each_bench: Bench) -> None:
    bench = each_bench
    jobs = schema.job
    row = {
        "kind": "reboot", "target_kind": "ont", "target": str(bench.world.onts[0]), "serial": serial(0), "reason": "r",
        "requested_by": "anna", "requested_from": "h", "requested_at": bench.clock.at, "expires_at": bench.clock.at,
        "forced": False,
    }  # fmt: skip

    async def end(state: str) -> None:
        async with bench.database.writing() as connection:
            values = row | {"state": state, "finished_at": bench.clock.at, "revision": await bump(connection, "job")}
            await connection.execute(insert(jobs), values)

    await end("failed")
    assert set(await bench.turn()) == {"job 1"}
    await end("verified")
    assert await bench.turn() == {}
    await end("no contact")
    assert set(await bench.turn()) == {"job 3"}
    assert "job 3" not in await bench.turn(3700.0)


async def test_a_full_disk_is_an_alarm_and_one_that_cannot_be_asked_is_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Found:
        f_bavail, f_blocks = 5, 100

    folder = str(module.data_folders(bench.config)[0])
    monkeypatch.setattr(os, "statvfs", lambda _: Found)
    await bench.turn()
    await bench.turn(100.0)
    (alarm,) = [a for a in await bench.store.all(ALARMS) if a.key == f"disk {folder}"]
    assert alarm.text == "free 5 %, limit 10 %"

    def fails(_: Path) -> None:
        raise OSError

    monkeypatch.setattr(os, "statvfs", fails)
    await bench.turn(100.0)
    (still,) = [a for a in await bench.store.all(ALARMS) if a.key == f"disk {folder}"]
    assert still.cleared_at is None


async def test_a_cleared_alarm_goes_after_a_day(bench: Bench) -> None:
    await bench.put(schema.card, name="0/1", state="fault")
    await bench.turn()
    await bench.change(schema.card, schema.card.c.name == "0/1", state="normal")
    await bench.turn()
    await bench.turn(86_401.0)
    assert [one.key for one in await bench.store.all(ALARMS) if one.rule == "card"] == []
    async with bench.database.reading() as connection:
        gone = await read_records(connection, ALARMS, removed=True)
    assert [one.removed_at for one in gone if one.rule == "card"] == [bench.clock.at], "readers of the feed hear of it"
