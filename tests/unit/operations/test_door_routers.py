"""What the door lets through about a router alone: one that no OLT lists, or one of several with one serial number."""

from __future__ import annotations

from typing import Any

import pytest
from doors import WHY, World, make_world, proper, serial
from people import ANNA, BERT

from noc_console.domain.actions import ACTIONS, JobKind
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import Act, Confirmation
from noc_console.domain.network import Cpe, Source
from noc_console.domain.targets import Target, TargetKind
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.jobs import JobStore
from noc_console.storage.sources import SourceStore

ALONE = Cpe("0060B3-TB%2D362-GMTK00000001", acs_serial="GMTK00000001", last_inform_at=1.0)


@pytest.fixture
async def world(database: Database) -> World:
    made = await make_world(database)
    await CpeStore(database).put([ALONE])
    await SourceStore(database).put(Source("genieacs", "ok"))
    return made


def act(kind: JobKind = JobKind.REBOOT, router: str = ALONE.device_id, typed: str | None = "0001", **more: Any) -> Act:
    confirmed = Confirmation(typed) if typed else None
    return Act(kind, Target.router(router), WHY, confirmation=confirmed, **more)


async def test_a_router_is_acted_on_by_its_id(world: World) -> None:
    await world.door.ask(ANNA, act())
    (job,) = await JobStore(world.database).claim("c1")
    assert (job.target, job.about, job.serial, job.olt) == (Target.router(ALONE.device_id), ALONE.device_id, None, None)
    (entry,) = await world.rows("audit")
    assert entry["target"] == f"router {ALONE.device_id}"


async def test_what_is_asked_for_is_confirmed_and_known(world: World) -> None:
    for wrong, why in (
        (act(typed=None), "not confirmed"),
        (act(typed="0002"), "not confirmed"),
        (act(JobKind.FACTORY_RESET), "not confirmed"),
        (act(router="nobody"), "no router 'nobody'"),
        (act(JobKind.OLT_REBOOT), "is about an ONT"),
        (act(JobKind.OLT_REFRESH), "is about an OLT"),
    ):
        with pytest.raises(ActionRefused, match=why):
            await world.door.ask(ANNA, wrong)
    await world.door.ask(ANNA, act(JobKind.FACTORY_RESET, typed="GMTK00000001"))


@pytest.mark.parametrize(("state", "why"), [("failing", "does not answer"), ("off", "no ACS is configured")])
async def test_the_way_to_it_must_be_there(world: World, state: str, why: str) -> None:
    await SourceStore(world.database).put(Source("genieacs", state))
    with pytest.raises(ActionRefused, match=why):
        await world.door.ask(ANNA, act())


async def test_two_with_one_serial_are_refused_by_the_ont_and_taken_by_name(world: World) -> None:
    twin = Cpe("00259E-Old-1", serial=serial(0), acs_serial=serial(0), last_inform_at=1.0)
    known = [cpe.device_id for cpe in await CpeStore(world.database).by_serial(serial(0))]
    await CpeStore(world.database).put([twin] if known else [twin, Cpe("00259E-New-1", serial=serial(0))])
    with pytest.raises(ActionRefused, match=r"2 routers at the ACS have this serial number: name one of .*Old-1"):
        await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0]))
    await world.door.ask(ANNA, act(router=twin.device_id, typed=serial(0)[-4:]))
    (job,) = await JobStore(world.database).claim("c1")
    assert job.target.key == twin.device_id and job.serial == serial(0)


async def test_it_is_not_acted_on_twice_by_either_name(world: World) -> None:
    router = Cpe("00259E-Only-2", serial=serial(1), acs_serial=serial(1), last_inform_at=1.0)
    if not (known := await CpeStore(world.database).by_serial(serial(1))):
        await CpeStore(world.database).put([router])
        known = [router]
    await world.door.ask(ANNA, act(router=known[0].device_id, typed=known[0].name[-4:]))
    with pytest.raises(ActionRefused, match="under way"):
        await world.door.ask(BERT, proper(JobKind.REBOOT, world.onts[1]))


def test_what_an_onts_router_takes_a_router_alone_takes() -> None:
    alone = {kind for kind, spec in ACTIONS.items() if spec.may_be_about(TargetKind.ROUTER)}
    assert alone == set(JobKind) - {
        JobKind.OLT_REBOOT, JobKind.OLT_REFRESH, JobKind.BACKUP, JobKind.ONT_DISABLE, JobKind.ONT_ENABLE,
    }  # fmt: skip
