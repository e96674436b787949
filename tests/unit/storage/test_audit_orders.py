"""What the collector does of the job table: only what an audit log that holds asks for, as it asks for it."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from doors import World, asked_bulk, make_world, proper
from people import ANNA
from sqlalchemy import delete, update

from noc_console.collector.acting.tools import Ending, Tools
from noc_console.collector.performing import PERFORMERS, Actions
from noc_console.domain.actions import JobKind
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.targets import Target
from noc_console.storage import schema
from noc_console.storage.audit_orders import AuditedOrders
from noc_console.storage.database import Database
from noc_console.storage.jobs import JobStore, NewJob, queue

SENT = Ending(JobState.VERIFIED, "sent")


@pytest.fixture
async def world(database: Database) -> World:
    return await make_world(database)


@pytest.fixture
def actions(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actions:
    """Send nothing, and say that they did."""

    async def act(tools: Tools, job: Job) -> Ending:
        return SENT

    for kind in (JobKind.REBOOT, JobKind.REFRESH, JobKind.WIFI_CHANNEL):
        monkeypatch.setitem(cast(Any, PERFORMERS), kind, SimpleNamespace(act=act))
    return Actions(cast(Any, None), AuditedOrders(world.database, tmp_path / "heads.jsonl").why_not)


async def done(world: World, actions: Actions, job_id: int) -> Ending:
    job = await JobStore(world.database).get(job_id)
    assert job
    return await actions.act(job)


async def statement(world: World, *statements: Any) -> None:
    async with world.database.writing() as connection:
        for one in statements:
            await connection.execute(one)


async def slipped_in(world: World, kind: JobKind, **more: Any) -> int:
    """A row that nobody's request made."""
    now = time.time()
    ont = Target.ont(world.onts[0])
    job = NewJob(kind, ont, "anna", "noc", now, now + 600, "HWTC00000000", "olt-1", "0/1/0", **more)
    async with world.database.writing() as connection:
        return await queue(connection, job)


async def test_what_was_asked_for_is_done(world: World, actions: Actions) -> None:
    answer = await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], 0))
    assert await done(world, actions, answer.id) == SENT


async def test_what_nobody_asked_for_is_not(world: World, actions: Actions) -> None:
    ending = await done(world, actions, await slipped_in(world, JobKind.REBOOT))
    assert ending.state is JobState.FAILED and "no entry of the audit log asks for reboot" in ending.text
    assert await done(world, actions, await slipped_in(world, JobKind.REFRESH)) == SENT, "looks are not audited"


@pytest.mark.parametrize("changed", [{"kind": "factory-reset"}, {"parameters": '{"channel":"1"}'}, {"batch_id": 7}])
async def test_a_job_that_is_not_what_was_asked_for(world: World, actions: Actions, changed: dict[str, Any]) -> None:
    answer = await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], 0))
    await statement(world, update(schema.job).where(schema.job.c.id == answer.id).values(changed))
    assert "no entry of the audit log asks for" in (await done(world, actions, answer.id)).text


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        (delete(schema.audit).where(schema.audit.c.id == 1), "entry 1 is missing"),
        (update(schema.audit).where(schema.audit.c.id == 1).values(reason="other"), "entry 1 is changed"),
        (delete(schema.audit).where(schema.audit.c.id == 2), "entry 2 is cut off"),
    ],
)
async def test_nothing_is_done_while_the_log_does_not_hold(
    world: World, actions: Actions, tampered: Any, told: str
) -> None:
    asked = [await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[number], number)) for number in range(2)]
    await statement(world, tampered)
    ending = await done(world, actions, asked[0].id)
    assert ending == Ending(JobState.FAILED, f"refused, nothing was sent: the audit log was tampered with: {told}")


async def test_bulk_actions_and_parameters_are_found_again(world: World, actions: Actions) -> None:
    batch = await asked_bulk(world, world.onts[:2])
    for job in await JobStore(world.database).of_batch(batch):
        assert await actions.act(job) == SENT
    wanted = {"network": "5 GHz", "channel": "36"}
    answer = await world.door.ask(ANNA, proper(JobKind.WIFI_CHANNEL, world.onts[2], 2, parameters=wanted))
    assert await done(world, actions, answer.id) == SENT
