"""Retention: what is old goes, in every table that grows; the audit log goes to its archive, and its chain holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from incident_samples import incident
from sqlalchemy import delete, func, insert, select

from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.handling import COMMENTS, HANDLINGS, MAINTENANCE, Comment, Handling, Maintenance
from noc_console.domain.incidents.incident import Life
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.storage import audit, schema
from noc_console.storage.audit_archive import Archived, verify_archive
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore
from noc_console.storage.retention import Limits, Retention, append_lines

KEEP_ALL = Limits(None, None, None)
OLD, LIMIT, NEW = 100.0, 200.0, 300.0


async def count(database: Database, table: Any) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def add_job(database: Database, state: str, finished_at: float | None, batch_id: int | None = None) -> int:
    values = {
        "kind": "reboot", "state": state, "target_kind": "olt", "target": "{}", "sections": "", "parameters": "{}",
        "data": "{}", "progress": "", "reason": "", "requested_by": "a", "requested_from": "h", "requested_at": OLD,
        "expires_at": OLD, "forced": False, "finished_at": finished_at, "batch_id": batch_id,
    }  # fmt: skip
    known = {name: value for name, value in values.items() if name in schema.job.c}
    async with database.writing() as connection:
        job_id = (await connection.execute(insert(schema.job).values(known).returning(schema.job.c.id))).scalar_one()
        await connection.execute(insert(schema.job_step), {"job_id": job_id, "at": OLD, "text": "sent"})
    return int(job_id)


async def add_audit(database: Database, *instants: float) -> None:
    for at in instants:
        async with database.writing() as connection:
            entry = audit.Entry("anna", "unix account", "host", "reboot", "HWTC00000001", "Störung", "requested")
            await audit.append(connection, entry, at)


async def broken(database: Database) -> int | None:
    async with database.reading() as connection:
        return await audit.first_broken(connection)


async def test_old_changes_go_and_new_ones_stay(database: Database, tmp_path: Path) -> None:
    async with database.writing() as connection:
        rows = [{"at": at, "kind": "note", "data": "{}"} for at in (OLD, OLD, NEW)]
        await connection.execute(insert(schema.change), rows)
    retention = Retention(database, tmp_path / "audit.jsonl")
    assert await retention.run(KEEP_ALL) == {}
    assert await retention.run(Limits(LIMIT, None, None)) == {"changes": 2}
    assert await count(database, schema.change) == 1


async def test_jobs_go_with_their_steps_once_they_ended(database: Database, tmp_path: Path) -> None:
    await add_job(database, "verified", OLD)
    await add_job(database, "running", None)
    await add_job(database, "requested", None)
    await add_job(database, "failed", NEW)
    assert await Retention(database, tmp_path / "a").run(Limits(None, LIMIT, None)) == {"jobs": 1}
    assert (await count(database, schema.job), await count(database, schema.job_step)) == (3, 3)


async def test_the_audit_log_is_archived_and_its_chain_goes_on(database: Database, tmp_path: Path) -> None:
    archive = tmp_path / "deep" / "audit.jsonl"
    await add_audit(database, OLD, OLD + 1, NEW)
    retention = Retention(database, archive)
    assert await retention.run(Limits(None, None, LIMIT)) == {"audit entries archived": 2}
    lines = [json.loads(line) for line in archive.read_text().splitlines()]
    assert [line["at"] for line in lines] == [OLD, OLD + 1] and archive.stat().st_mode & 0o077 == 0
    assert await broken(database) is None
    assert await retention.run(Limits(None, None, NEW + 1)) == {"audit entries archived": 1}
    assert await count(database, schema.audit) == 0 and await broken(database) is None
    await add_audit(database, NEW + 2)
    assert await broken(database) is None
    previous = ""
    for line in map(json.loads, archive.read_text().splitlines()):
        assert line["previous"] == previous and line["digest"] == audit.digest(previous, line)
        previous = line["digest"]
    async with database.reading() as connection:
        end = await audit.archived(connection)
    assert verify_archive(archive, end, {3: previous}) == Archived(1, 1)


async def test_a_young_entry_before_an_old_one_keeps_both(database: Database, tmp_path: Path) -> None:
    """A clock went back: the chain is cut at its old end only."""
    await add_audit(database, NEW, OLD)
    assert await Retention(database, tmp_path / "a").run(Limits(None, None, LIMIT)) == {}


async def test_an_archive_that_cannot_be_written_costs_nothing(database: Database, tmp_path: Path) -> None:
    await add_audit(database, OLD)
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceUnavailable, match=r"Not a directory|File exists"):
        await Retention(database, tmp_path / "file" / "audit.jsonl").run(Limits(None, None, LIMIT))
    assert await count(database, schema.audit) == 1 and await broken(database) is None


@pytest.mark.parametrize("left", ["whole", "half"])
def test_lines_are_archived_once_whatever_a_kill_left(tmp_path: Path, left: str) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"id": number, "text": "ä" * 70_000} for number in range(1, 6)]
    append_lines(path, rows[:3])
    if left == "half":
        with path.open("ab") as file:
            file.write(json.dumps(rows[3]).encode()[:-5])
    append_lines(path, rows)
    assert [json.loads(line) for line in path.read_text().splitlines()] == rows


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_cut_end_shows(database: Database, replaced: bool) -> None:
    await add_audit(database, OLD, OLD, OLD)
    assert await broken(database) is None
    table = schema.audit
    async with database.writing() as connection:
        newest = (await connection.execute(select(func.max(table.c.id)))).scalar_one()
        await connection.execute(delete(table).where(table.c.id == newest))
        if replaced:  # by an entry whose digest is right
            last = (await connection.execute(select(table).order_by(table.c.id.desc()).limit(1))).mappings().one()
            forged = dict(last) | {"id": newest, "actor": "nobody", "previous": last["digest"]}
            await connection.execute(insert(table), forged | {"digest": audit.digest(last["digest"], forged)})
    assert await broken(database) == newest + replaced


async def test_outages_go_when_they_are_over_for_long(database: Database, tmp_path: Path) -> None:
    store = RecordStore(database)
    open_one = incident(17)
    over = replace(open_one, id=16, state=Life.RESOLVED, resolved_at=100.0)
    lately = replace(over, id=15, resolved_at=300.0)
    await store.put(INCIDENTS, [open_one, over, lately])
    await store.put(HANDLINGS, [Handling("INC-16", "amy", 90.0), Handling("INC-17", "amy", 300.0)])
    await store.put(COMMENTS, [Comment(1, "INC-16", "amy", 90.0, "x"), Comment(2, "INC-17", "amy", 300.0, "x")])
    await store.put(
        MAINTENANCE, [Maintenance(1, "x", "amy", 0.0, 90.0, olt="a"), Maintenance(2, "x", "amy", 0.0, 900.0)]
    )
    gone = await Retention(database, tmp_path / "archive").run(Limits(200.0, None, None))
    assert gone == {"records of outages": 4}
    assert {record.id for record in await store.all(INCIDENTS)} == {15, 17}
    assert [handling.about for handling in await store.all(HANDLINGS)] == ["INC-17"]
