"""Roles that hold at some places only: every intent with a target is judged by where its target is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from doors import OLT, World, asked_bulk, make_world, proper, proper_bulk, serial
from outages import ALARM, put_outages
from people import ANNA, person, queued
from sqlalchemy import insert

from noc_console.domain.actions import JobKind
from noc_console.domain.changes import Severity
from noc_console.domain.errors import ActionRefused
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS, record_of
from noc_console.domain.intents import (
    Acknowledge,
    Act,
    CancelJob,
    CancelMany,
    EndMaintenance,
    ImportRecords,
    Intent,
    PlanMaintenance,
    RecordSwap,
    ReleaseMany,
    Shelve,
)
from noc_console.domain.operators import Grant, Operator, Place, Role, one_person
from noc_console.domain.plant import SUBSCRIBERS, Subscriber
from noc_console.domain.swaps import SwapKind
from noc_console.domain.targets import Target
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore

SOUTH = "south-1"
HOUR_S = 3600.0


def granted(*grants: Grant) -> Operator:
    return replace(person("nora", Role.VIEWER), grants=grants)


AT_NORTH = granted(Grant(Role.OPERATOR, olts=("nor*",)))
AT_SOUTH = granted(Grant(Role.OPERATOR, olts=("south-*",)))
IN_ZONE = granted(Grant(Role.OPERATOR, zones=("north",)))
IN_OTHER_ZONE = granted(Grant(Role.OPERATOR, zones=("harbour",)))
ADMIN_AT_NORTH = granted(Grant(Role.ADMIN, olts=("nor*",)))


@pytest.fixture
async def world(database: Database) -> World:
    made = await make_world(database, bulk={"max": 10, "second_operator_above": 3})
    await put_outages(made)
    places = [Subscriber(f"A{n}", serial=serial(n), splitter="SP-7") for n in range(4)]
    await RecordStore(database).put(SUBSCRIBERS, places)
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [(OLT, "192.0.2.1"), (SOUTH, "192.0.2.2")], 0.0)
        row = {"olt_id": ids[SOUTH], "port": "0/1/0", "ont_id": 0, "revision": 1, "serial": "HWTC00000099"}
        await connection.execute(insert(schema.ont), row | {"first_seen_at": 0.0, "state": "online"})
    return made


Asked = Callable[[World], Awaitable[Intent]]


async def _act(world: World) -> Intent:
    return proper(JobKind.REBOOT, world.onts[0])


async def _router(world: World) -> Intent:
    return replace(proper(JobKind.REBOOT, world.onts[0]), target=Target.router("cpe-0"))


async def _bulk(world: World) -> Intent:
    return proper_bulk(world.onts[:2])


async def _cancel(world: World) -> Intent:
    return CancelJob(await queued(world.database, world.onts[0]))


async def _cancel_bulk(world: World) -> Intent:
    return CancelMany(await asked_bulk(world, world.onts[:4]))


async def _release(world: World) -> Intent:
    return ReleaseMany(await asked_bulk(world, world.onts[:4]))


async def _swap(world: World) -> Intent:
    return RecordSwap(SwapKind.DEFINITIVE, serial(0), "HWTC00000002", "burnt out")


async def _incident(world: World) -> Intent:
    return Acknowledge("INC-17")


async def _work(world: World) -> Intent:
    return PlanMaintenance(HOUR_S, "splicing", splitter="SP-7")


async def _end_work(world: World) -> Intent:
    return EndMaintenance((await world.door.ask(ANNA, PlanMaintenance(HOUR_S, "splicing", splitter="SP-7"))).id)


ALL: list[Asked] = [
    _act, _router, _bulk, _cancel, _cancel_bulk, _release, _swap, _incident, _work, _end_work,
]  # fmt: skip


@pytest.mark.parametrize("asked", ALL, ids=lambda one: one.__name__)
async def test_a_role_holds_at_its_places_only(world: World, asked: Asked) -> None:
    intent = await asked(world)
    for stranger in (AT_SOUTH, IN_OTHER_ZONE):
        with pytest.raises(ActionRefused, match=r"nora may not do .* at north zone north: operator at .*"):
            await world.door.ask(stranger, intent)
        assert (await world.results())[-1].startswith("refused: nora may not do")
    await world.door.ask(IN_ZONE, intent)


@pytest.mark.parametrize("asked", ALL, ids=lambda one: one.__name__)
async def test_a_role_by_the_name_of_the_olt(world: World, asked: Asked) -> None:
    assert await world.door.ask(AT_NORTH, await asked(world))


async def test_a_bulk_action_needs_the_role_at_all_of_its_places(world: World) -> None:
    south = max(world.onts) + 1
    with pytest.raises(ActionRefused, match="at south-1"):
        await world.door.ask(AT_NORTH, proper_bulk([world.onts[0], south]))
    with pytest.raises(ActionRefused, match="at north: operator at zones north"):
        await world.door.ask(IN_ZONE, proper_bulk([world.onts[0], world.onts[5]]))
    both = granted(*AT_NORTH.grants, *AT_SOUTH.grants)
    assert both.why_not(Role.OPERATOR, [Place(OLT), Place(SOUTH)], "reboot") is None


async def test_an_incident_over_two_olts_needs_both(world: World) -> None:
    where = Where(uplink="ring", olts=(OLT, SOUTH))
    wide = Incident(
        number=30, state=Life.CONFIRMED, severity=Severity.CRITICAL, cause=Cause.FIBRE, scope=Scope.UPLINK, where=where
    )
    await RecordStore(world.database).put(INCIDENTS, [record_of(wide)])
    with pytest.raises(ActionRefused, match="at south-1"):
        await world.door.ask(AT_NORTH, Shelve("INC-30", HOUR_S))
    await world.door.ask(granted(*AT_NORTH.grants, *AT_SOUTH.grants), Shelve("INC-30", HOUR_S))


async def test_the_whole_olt_is_more_than_one_of_its_zones(world: World) -> None:
    for intent in (PlanMaintenance(HOUR_S, "new card", olt=OLT), Acknowledge(ALARM.key)):
        with pytest.raises(ActionRefused, match="may not do"):
            await world.door.ask(IN_ZONE, intent)
        await world.door.ask(AT_NORTH, intent)


async def test_records_need_an_admin_everywhere(world: World) -> None:
    with pytest.raises(ActionRefused, match="at an unknown place"):
        await world.door.ask(ADMIN_AT_NORTH, ImportRecords("zones", "name\neast\n"))


async def test_looking_is_for_every_viewer(world: World) -> None:
    assert await world.door.ask(AT_SOUTH, Act(JobKind.REFRESH, Target.ont(world.onts[0])))


async def test_what_is_nowhere_is_for_those_who_may_act_everywhere(world: World) -> None:
    swap = RecordSwap(SwapKind.DEFINITIVE, "HWTC0000AAA1", "HWTC0000AAA2", "burnt out")
    with pytest.raises(ActionRefused, match="at an unknown place"):
        await world.door.ask(AT_NORTH, swap)
    for unknown in (CancelMany(99), Acknowledge("INC-99"), EndMaintenance(99), proper(JobKind.REBOOT, 99999)):
        with pytest.raises(ActionRefused, match=r"there is no|not in the inventory|an unknown place"):
            await world.door.ask(AT_NORTH, unknown)


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("maria", "maria", True),
        ("maria", "Maria", True),
        ("maria", "m.lopez", True),
        ("maria-laptop", "m.lopez", True),
        ("maria", "bert", False),
        ("m.lopez", "bert", False),
    ],
)
def test_who_is_one_person(first: str, second: str, one: bool) -> None:
    aliases = {"m.lopez": "maria", "maria-laptop": "maria"}
    assert one_person(first, second, aliases) is one
    assert one_person(second, first, aliases) is one


@pytest.mark.parametrize("name", ["anna", "ANNA", "a.nielsen"])
async def test_nobody_releases_their_own_by_another_door(database: Database, name: str) -> None:
    access = {"aliases": {"a.nielsen": "anna"}}
    made = await make_world(database, bulk={"max": 6, "second_operator_above": 3}, access=access)
    batch_id = await asked_bulk(made, made.onts[:4])
    by_key = replace(person(name), known_by="ssh key SHA256:abc")
    with pytest.raises(ActionRefused, match="another operator must release it"):
        await made.door.ask(by_key, ReleaseMany(batch_id))
    await made.door.ask(person("bert"), ReleaseMany(batch_id))
