"""The door and the picture judge by the same: whatever the database holds, the policy's input is equal."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incident_samples import incident
from sqlalchemy import delete, insert

from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.incident import Cause, Life, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord
from noc_console.domain.jobs import JobState
from noc_console.domain.network import Cpe, Olt, Ont, PollMark, Source
from noc_console.operations.standings import read_standings
from noc_console.picture.feed_client import look
from noc_console.picture.ont_facts import gather
from noc_console.picture.settings import PictureSettings
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.reader import StorageReader
from noc_console.storage.records import put_records

NOW = 1_700_000_000.0
PORTS = ("0/1/0", "0/1/1")
INTERVALS = Intervals()
RECORDED = schema.RECORD_TABLES[INCIDENTS.name]
TABLES = (RECORDED, schema.job, schema.cpe, schema.poll_mark, schema.ont, schema.olt, schema.source, schema.feed)

ages_s = st.sampled_from([-3600.0, -3.0, 0.0, 89.0, 91.0, 179.0, 181.0, 299.0, 301.0, 9000.0])
instants = st.none() | ages_s.map(lambda age_s: NOW - age_s)
olts = st.lists(st.sampled_from([None, True, False]), min_size=1, max_size=2)
onts = st.lists(
    st.fixed_dictionaries(
        {
            "olt_id": st.integers(1, 2),
            "port": st.sampled_from(PORTS),
            "has_serial": st.booleans(),
            "state": st.sampled_from(["online", "offline", "unknown", "something new"]),
            "offline_reason": st.sampled_from([None, "loss_of_signal", "dying_gasp", "other"]),
            "refreshed_at": instants,
            "vanished": st.booleans(),
        }
    ),
    min_size=1,
    max_size=5,
)
marks = st.dictionaries(
    st.tuples(st.integers(1, 2), st.sampled_from(["", *PORTS]), st.sampled_from(["state", "optics"])),
    instants,
    max_size=8,
)
routers = st.lists(st.tuples(st.integers(0, 5), instants), max_size=6)
jobs = st.lists(
    st.tuples(
        st.integers(0, 5), st.sampled_from([JobKind.REBOOT, JobKind.FIRMWARE, JobKind.REFRESH]),
        st.sampled_from(list(JobState)), ages_s,
    ),
    max_size=6,
)  # fmt: skip
incidents = st.lists(
    st.tuples(
        st.sampled_from(list(Cause)), st.sampled_from([Scope.ONT, Scope.PORT, Scope.OLT]), st.sampled_from(list(Life)),
        st.lists(st.integers(0, 4), max_size=3), st.booleans(),
    ),
    max_size=3,
)  # fmt: skip
acs = st.none() | st.sampled_from(["ok", "never", "failing", "off"])


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for all examples."""
    made = f"sqlite:///{Path(tmp_path_factory.mktemp('door')) / 'noc.db'}"
    asyncio.run(Database(made).migrate())
    return made


def serial(number: int) -> str:
    return f"HWTC0000000{number}"


async def fill(database: Database, drawn: dict[str, Any]) -> None:
    async with database.writing() as connection:
        for table in TABLES:
            await connection.execute(delete(table))
        streams = {"cpe", "job", "source"}
        for olt_id, reachable in enumerate(drawn["olts"], 1):
            streams.add(f"olt:{olt_id}")
            row = asdict(Olt(olt_id, f"olt-{olt_id}", "192.0.2.1", reachable=reachable, revision=1))
            await connection.execute(insert(schema.olt), row)
        known = [one for one in drawn["onts"] if one["olt_id"] <= len(drawn["olts"])]
        for number, one in enumerate(known):
            ont = Ont(
                number + 1, one["olt_id"], one["port"], number, serial(number) if one["has_serial"] else None,
                state=one["state"], offline_reason=one["offline_reason"], refreshed_at=one["refreshed_at"],
                vanished_at=NOW - 50 if one["vanished"] else None, first_seen_at=1.0, revision=1,
            )  # fmt: skip
            await connection.execute(insert(schema.ont), asdict(ont))
        for (olt_id, port, kind), at in drawn["marks"].items():
            if olt_id <= len(drawn["olts"]):
                mark = PollMark(olt_id, port, kind, "complete", NOW, at, revision=1)
                await connection.execute(insert(schema.poll_mark), asdict(mark))
        for number, (ont, at) in enumerate(drawn["routers"]):
            row = asdict(Cpe(f"cpe-{number}", serial(ont), last_inform_at=at, revision=1))
            await connection.execute(insert(schema.cpe), row)
        for ont, kind, state, age_s in drawn["jobs"]:
            if ont < len(known):
                await connection.execute(insert(schema.job), job_row(ont + 1, kind, state, NOW - age_s))
        await put_records(connection, INCIDENTS, [incident_of(n, *one) for n, one in enumerate(drawn["incidents"])])
        if drawn["acs"]:
            await connection.execute(insert(schema.source), asdict(Source("genieacs", drawn["acs"], revision=1)))
        for stream in streams:
            await connection.execute(insert(schema.feed), {"name": stream, "revision": 1})


def incident_of(number: int, cause: Cause, scope: Scope, life: Life, onts: list[int], gone: bool) -> IncidentRecord:
    hit = tuple((f"olt-{olt}", port, ont) for olt in (1, 2) for port in PORTS for ont in onts)
    found = incident(number, cause=cause, scope=scope, state=life, onts=hit, where=Where(olt="olt-1"), resolved_at=NOW)
    return replace(found, removed_at=NOW if gone else None)


def job_row(ont_id: int, kind: JobKind, state: JobState, at: float) -> dict[str, Any]:
    return {
        "kind": kind.value, "state": state.value, "target_kind": "ont", "target": str(ont_id), "ont_id": ont_id,
        "reason": "", "requested_by": "anna", "requested_from": "", "requested_at": at, "expires_at": at + 600,
        "forced": False, "revision": 1,
    }  # fmt: skip


async def compare(url: str, drawn: dict[str, Any]) -> None:
    config = Config.model_validate({"database": url, "olts": [{"name": "olt-1", "address": "192.0.2.1"}]})
    reader = StorageReader(config)
    try:
        await fill(reader.database, drawn)
        model = await look(reader, PictureSettings(intervals=INTERVALS), lambda: NOW)
        seen = {model.onts.get(row, "id"): gather(model, row, NOW).standing for row in model.rows_under(None)}
        async with reader.database.reading() as connection:
            placed = await read_standings(connection, list(range(1, 7)), INTERVALS, NOW)
    finally:
        await reader.close()
    listed = {ont_id: one.standing for ont_id, one in placed.items() if one.standing.ont.vanished_at is None}
    assert listed == seen


@settings(max_examples=80, deadline=None)
@given(drawn=st.fixed_dictionaries(
    {"olts": olts, "onts": onts, "marks": marks, "routers": routers, "jobs": jobs, "acs": acs, "incidents": incidents}
))  # fmt: skip
def test_door_and_picture_judge_by_the_same(url: str, drawn: dict[str, Any]) -> None:
    asyncio.run(compare(url, drawn))
