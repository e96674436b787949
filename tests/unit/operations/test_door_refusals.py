"""What the door refuses, whoever knocks: every kind of intent, every fault. Nothing is queued, and the audit tells."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import get_args

import pytest
from doors import OLT, World, asked_bulk, make_world, proper, proper_bulk
from outages import put_outages
from people import ANNA, BERT, person, queued

from noc_console.domain.actions import ACTIONS, JobKind
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import (
    AcceptAudit,
    Acknowledge,
    Act,
    ActOnMany,
    AddComment,
    CancelJob,
    CancelMany,
    CloseSwap,
    Confirmation,
    EndMaintenance,
    ImportRecords,
    Intent,
    PlanMaintenance,
    RecordSwap,
    ReleaseMany,
    RemoveRecord,
    RevealBackups,
    Shelve,
    Unacknowledge,
    Unshelve,
)
from noc_console.domain.operators import Operator, Origin, Role
from noc_console.domain.swaps import Outcome, SwapKind
from noc_console.domain.targets import TargetKind
from noc_console.storage.database import Database

VIEWER = person("vera", Role.VIEWER)
OPERATOR = person("olga", Role.OPERATOR)
ADMIN = person("ada", Role.ADMIN)
NAMELESS = replace(ANNA, name=" ")
UNVOUCHED = replace(ANNA, known_by="")
FROM_NOWHERE = replace(ANNA, origin=Origin())

SWAP = RecordSwap(SwapKind.DIAGNOSTIC, "HWTC00000001", "HWTC00000002", "drops")

Case = tuple[Operator, Intent]
Prepare = Callable[[World], Awaitable[Case]]


async def _job(world: World) -> CancelJob:
    return CancelJob(await queued(world.database, world.onts[0]))


async def _bulk(world: World) -> int:
    return await asked_bulk(world, world.onts[:4])


async def _swap(world: World) -> int:
    return (await world.door.ask(ANNA, SWAP)).id


def _act(kind: JobKind, operator: Operator = ANNA, **more: object) -> Prepare:
    async def prepare(world: World) -> Case:
        return operator, proper(kind, world.onts[0], **more)

    return prepare


def _many(operator: Operator = ANNA, dark: bool = False, **more: object) -> Prepare:
    async def prepare(world: World) -> Case:
        ids = [world.onts[0], world.dark] if dark else world.onts[:2]
        return operator, proper_bulk(ids, **more)

    return prepare


async def _under_way(world: World) -> Case:
    await queued(world.database, world.onts[0])
    return BERT, proper(JobKind.REBOOT, world.onts[0])


async def _on_the_dark_one(world: World) -> Case:
    return ANNA, proper(JobKind.REBOOT, world.dark, number=7)


async def _forced_without_reason(world: World) -> Case:
    return ANNA, proper(JobKind.SPEED_TEST, world.dark, number=7, forced=True, reason="")


def _about(make: Callable[[World], Awaitable[Intent]], operator: Operator) -> Prepare:
    async def prepare(world: World) -> Case:
        return operator, await make(world)

    return prepare


async def _cancel_many(world: World) -> Intent:
    return CancelMany(await _bulk(world))


async def _release_many(world: World) -> Intent:
    return ReleaseMany(await _bulk(world))


async def _close_swap(world: World) -> Intent:
    return CloseSwap(await _swap(world), Outcome.STOCK)


async def _closed_already(world: World) -> Case:
    swap_id = await _swap(world)
    await world.door.ask(ANNA, CloseSwap(swap_id, Outcome.STOCK))
    return ANNA, CloseSwap(swap_id, Outcome.DEFECTIVE)


async def _swap_under_test(world: World) -> Case:
    await _swap(world)
    return ANNA, SWAP


async def _record(world: World) -> Intent:
    return SWAP


async def _import(world: World) -> Intent:
    return ImportRecords("zones", "name\nnorth\n")


async def _import_swaps(world: World) -> Intent:
    return ImportRecords("swaps", "id\n1\n")


async def _import_nonsense(world: World) -> Intent:
    return ImportRecords("zones", "name,colour\nnorth,red\n")


async def _remove(world: World) -> Intent:
    await world.door.ask(ADMIN, ImportRecords("zones", "name\nnorth\n"))
    return RemoveRecord("zones", ("north",))


async def _reveal(world: World) -> Intent:
    return RevealBackups((7,))


async def _remove_nothing(world: World) -> Intent:
    return RemoveRecord("zones", ("nowhere",))


async def _remove_swap(world: World) -> Intent:
    return RemoveRecord("swaps", (1,))


def _given(intent: Intent) -> Callable[[World], Awaitable[Intent]]:
    async def prepare(world: World) -> Intent:
        await put_outages(world)
        if isinstance(intent, Unacknowledge):
            await world.door.ask(ANNA, Acknowledge("INC-17"))
        if isinstance(intent, Unshelve):
            await world.door.ask(ANNA, Shelve("INC-17", 600))
        if isinstance(intent, EndMaintenance):
            await world.door.ask(ANNA, PLANNED)
        return intent

    return prepare


def _outage(right: Intent, **faults: Intent) -> dict[str, Prepare]:
    """The cases of an intent about an outage; ``faults`` spoil it."""
    cases = {name.replace("_", " "): _about(_given(intent), ANNA) for name, intent in faults.items()}
    return {**nobody(_given(right)), "role": _about(_given(right), VIEWER), **cases}


PLANNED = PlanMaintenance(3600.0, "splicing", olt=OLT)


def nobody(make: Callable[[World], Awaitable[Intent]]) -> dict[str, Prepare]:
    """Whoever asks without a name, without a voucher, from nowhere; these faults every intent can have."""
    return {
        "nameless": _about(make, NAMELESS),
        "unvouched": _about(make, UNVOUCHED),
        "from nowhere": _about(make, FROM_NOWHERE),
    }


async def _reboot(world: World) -> Intent:
    return proper(JobKind.REBOOT, world.onts[0])


async def _accept_audit(world: World) -> Intent:
    return AcceptAudit("the disk was restored")


async def _accept_without_reason() -> Intent:
    return AcceptAudit(" ")


async def _reboot_many(world: World) -> Intent:
    return proper_bulk(world.onts[:2])


REFUSED: dict[type, dict[str, Prepare]] = {
    Act: {
        **nobody(_reboot),
        "role": _act(JobKind.REBOOT, VIEWER),
        "role for a test": _act(JobKind.PING, VIEWER),
        "no reason": _act(JobKind.REBOOT, reason=" a "),
        "override without reason": _forced_without_reason,
        "no confirmation": _act(JobKind.REBOOT, confirmation=None),
        "wrong confirmation": _act(JobKind.FACTORY_RESET, confirmation=Confirmation("0000")),
        "too weak a confirmation": _act(JobKind.FACTORY_RESET, confirmation=Confirmation("yes")),
        "a section that is none": _act(JobKind.REFRESH, sections=("wan,system",)),
        "sections of what has none": _act(JobKind.REBOOT, sections=("wan",)),
        "blocker": _on_the_dark_one,
        "under way": _under_way,
        "under way, forced": _under_way,
        "another target": _act(JobKind.OLT_REFRESH),
    },
    ActOnMany: {
        **nobody(_reboot_many),
        "role": _many(VIEWER),
        "no reason": _many(reason=""),
        "no confirmation": _many(confirmation=None),
        "wrong confirmation": _many(confirmation=Confirmation("3")),
        "blocker": _many(dark=True),
    },
    CancelJob: {**nobody(_job), "role": _about(_job, VIEWER)},
    CancelMany: {**nobody(_cancel_many), "role": _about(_cancel_many, VIEWER)},
    ReleaseMany: {
        **nobody(_release_many),
        "role": _about(_release_many, VIEWER),
        "the same operator": _about(_release_many, ANNA),
    },
    RecordSwap: {
        **nobody(_record),
        "role": _about(_record, VIEWER),
        "no reason": _about(lambda _: _spoilt_swap(), ANNA),
        "blocker": _swap_under_test,
    },
    CloseSwap: {**nobody(_close_swap), "role": _about(_close_swap, VIEWER), "blocker": _closed_already},
    ImportRecords: {
        **nobody(_import),
        "role": _about(_import, OPERATOR),
        "another kind": _about(_import_swaps, ADMIN),
        "an error in a line": _about(_import_nonsense, ADMIN),
    },
    RevealBackups: {
        **nobody(_reveal),
        "role": _about(_reveal, OPERATOR),
        "no such backup": _about(_reveal, ADMIN),
    },
    RemoveRecord: {
        **nobody(_remove),
        "role": _about(_remove, OPERATOR),
        "another kind": _about(_remove_swap, ADMIN),
        "no such record": _about(_remove_nothing, ADMIN),
    },
    Acknowledge: _outage(Acknowledge("INC-17")),
    Unacknowledge: _outage(Unacknowledge("INC-17")),
    AddComment: _outage(AddComment("INC-17", "crew is there")),
    Shelve: _outage(Shelve("INC-17", 3600.0), no_reason=Shelve("INC-17", 3600.0, "x" * 2001)),
    Unshelve: _outage(Unshelve("INC-17")),
    PlanMaintenance: _outage(PLANNED, no_reason=replace(PLANNED, reason=" ")),
    EndMaintenance: _outage(EndMaintenance(1)),
    AcceptAudit: {
        **nobody(_accept_audit),
        "role": _about(_accept_audit, OPERATOR),
        "no reason": _about(lambda _: _accept_without_reason(), ADMIN),
    },
}
"""By kind of intent: every fault that it can have. What confirms, needs a reason or can be blocked has such a case."""


async def _spoilt_swap() -> Intent:
    return replace(SWAP, reason="no")


def test_every_intent_has_its_refusals() -> None:
    assert set(REFUSED) == set(get_args(Intent)), "a new intent needs its cases here"
    needed = {"nameless", "unvouched", "from nowhere", "role"}
    for kind, cases in REFUSED.items():
        fields = set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
        wanted = needed | ({"no reason"} if "reason" in fields else set())
        wanted |= {"no confirmation", "wrong confirmation"} if "confirmation" in fields else set()
        assert wanted <= set(cases), kind


@pytest.mark.parametrize(
    ("kind", "fault"), [(kind, fault) for kind, cases in REFUSED.items() for fault in cases], ids=str
)
async def test_nothing_comes_of_what_is_refused(database: Database, kind: type, fault: str) -> None:
    world = await make_world(database, bulk={"second_operator_above": 3})
    operator, intent = await REFUSED[kind][fault](world)
    if fault.endswith("forced") and isinstance(intent, Act):
        intent = replace(intent, forced=True)
    if fault == "another target" and isinstance(intent, Act):
        intent = replace(intent, target=proper(JobKind.REBOOT, world.onts[0]).target)
    assert type(intent) is kind
    tables = ("job", "batch", "swap", "handling", "comment", "maintenance")
    before = {table: await world.rows(table) for table in tables}
    told = len(await world.results())
    with pytest.raises(ActionRefused):
        await world.door.ask(operator, intent)
    assert {table: await world.rows(table) for table in before} == before
    results = (await world.results())[told:]
    assert all(result.startswith("refused: ") for result in results)
    assert len(results) == 1, "a refusal is audited, once"


ABOVE_LOOKS = [kind for kind, spec in ACTIONS.items() if spec.level > 0]


@pytest.mark.parametrize("kind", ACTIONS)
async def test_each_action_is_queued_when_it_is_asked_for_properly(database: Database, kind: JobKind) -> None:
    world = await make_world(database)
    answer = await world.door.ask(ANNA, proper(kind, world.onts[0]))
    (job,) = await world.rows("job")
    assert (job["id"], job["kind"], job["state"]) == (answer.id, kind.value, "requested")
    assert await world.results() == (["requested"] if kind.level else [])


@pytest.mark.parametrize("kind", [kind for kind in ABOVE_LOOKS if kind.level >= 2])
@pytest.mark.parametrize("spoilt", [{"reason": ""}, {"confirmation": None}, {"confirmation": Confirmation("no")}])
async def test_each_dangerous_action_needs_reason_and_confirmation(
    database: Database, kind: JobKind, spoilt: dict[str, object]
) -> None:
    world = await make_world(database)
    with pytest.raises(ActionRefused, match="reason" if "reason" in spoilt else "not confirmed"):
        await world.door.ask(ANNA, proper(kind, world.onts[0], **spoilt))
    assert await world.rows("job") == []


@pytest.mark.parametrize("kind", [kind for kind in ABOVE_LOOKS if kind.spec.target is TargetKind.ONT])
async def test_each_action_is_stopped_by_a_dark_fibre_unless_it_is_forced(database: Database, kind: JobKind) -> None:
    world = await make_world(database)
    with pytest.raises(ActionRefused, match="LOS"):
        await world.door.ask(ANNA, proper(kind, world.dark, number=7))
    forced = await world.door.ask(ANNA, proper(kind, world.dark, number=7, forced=True))
    assert [job["forced"] for job in await world.rows("job")] == [True] and forced.done


async def test_a_viewer_may_look(database: Database) -> None:
    world = await make_world(database)
    for kind in (JobKind.VIEW, JobKind.REFRESH, JobKind.READ_CONFIG, JobKind.OLT_REFRESH):
        await world.door.ask(VIEWER, proper(kind, world.onts[0]))
    assert len(await world.rows("job")) == 4 and await world.results() == []
