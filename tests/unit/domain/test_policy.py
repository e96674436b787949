"""What stands in the way of an action, and what must be typed for it."""

from __future__ import annotations

from typing import Any

import pytest
from incident_samples import incident

from noc_console.domain.actions import JobKind
from noc_console.domain.incidents.incident import Scope
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Cpe, Ont, Source
from noc_console.domain.ont import OntState
from noc_console.domain.policy import YES, Blocker, blockers, confirmation, is_confirmed, plan_bulk
from noc_console.domain.standing import REPEAT_WINDOW_S, Standing, recent_jobs
from noc_console.domain.targets import Target

NOW = 1_700_000_000.0
ONT = Ont(7, 1, "0/1/3", 12, serial="HWTC7D4630C3", state="online")
ACS = Source("genieacs", "ok")
CPE = Cpe("a", serial="HWTC7D4630C3", last_inform_at=NOW - 60)


def job(kind: JobKind, state: JobState, age_s: float) -> Job:
    return Job(
        id=3, kind=kind, state=state, target=Target.ont(7), serial=None, olt="north", port="0/1/3", reason="r",
        requested_by="anna", requested_from="h", requested_at=NOW - age_s, expires_at=NOW,
        result="back after 74 s" if state.ended else None,
    )  # fmt: skip


def found(kind: JobKind = JobKind.REBOOT, **more: Any) -> list[Blocker]:
    return blockers(kind, standing(**more))


def standing(**more: Any) -> Standing:
    values: dict[str, Any] = {
        "ont": ONT,
        "state": OntState.ONLINE,
        "routers": (CPE,),
        "recent": (),
        "acs": ACS,
        "now": NOW,
    }
    return Standing(**{**values, **more})


def changed(**fields: Any) -> Ont:
    return Ont(**{name: getattr(ONT, name) for name in ("id", "olt_id", "port", "ont_id", "serial")} | fields)


def test_nothing_stands_in_the_way_of_a_router_that_is_well() -> None:
    assert found() == [] and found(JobKind.FACTORY_RESET) == []
    for unread in (None, Source("genieacs", "never")):
        assert found(routers=(), acs=unread) == [], "nobody knows yet: the job looks"
    assert found(state=OntState.UNKNOWN) == [], "unknown is not offline"


@pytest.mark.parametrize(
    ("more", "said", "forceable"),
    [
        ({"acs": Source("genieacs", "failing")}, "the ACS does not answer", False),
        ({"acs": Source("genieacs", "off")}, "no ACS is configured", False),
        ({"ont": changed(serial=None)}, "no serial number", False),
        ({"ont": changed(vanished_at=NOW - 120)}, "no longer lists this ONT (gone 2m00s ago)", True),
        ({"state": OntState.OFFLINE}, "the ONT is offline", True),
        ({"ont": changed(offline_reason="loss_of_signal"), "state": OntState.OFFLINE}, "LOS (no light)", True),
        ({"ont": changed(offline_reason="dying_gasp"), "state": OntState.OFFLINE}, "lost power (dying gasp)", True),
        ({"ont": changed(offline_reason="rogue"), "state": OntState.OFFLINE}, "the ONT is offline", True),
        ({"recent": [job(JobKind.REBOOT, JobState.SENT, 20)]}, "under way (job 3 by anna)", False),
        ({"recent": [job(JobKind.REBOOT, JobState.REQUESTED, 9000)]}, "under way (job 3 by anna)", False),
        ({"recent": [job(JobKind.REBOOT, JobState.VERIFIED, 60)]}, "same action 1m00s ago by anna: back after", True),
        ({"routers": (Cpe("a"),)}, "has never informed the ACS", True),
        ({"routers": ()}, "not managed via TR-069: the ACS knows no router with this serial number", False),
        ({"routers": (CPE, Cpe("b"))}, "2 routers at the ACS have this serial number: name one of a, b", False),
    ],
)
def test_what_stands_in_the_way(more: dict[str, Any], said: str, forceable: bool) -> None:
    (blocker,) = found(**more)
    assert said in blocker.reason and blocker.forceable is forceable
    for harmless in (JobKind.VIEW, JobKind.REFRESH):
        assert found(harmless, **more) == []


def test_an_old_or_another_job_does_not_count() -> None:
    assert found(recent=[job(JobKind.REBOOT, JobState.VERIFIED, REPEAT_WINDOW_S)]) == []
    assert found(recent=[job(JobKind.REFRESH, JobState.RUNNING, 5)]) == []


def test_an_unknown_offline_reason_is_no_crash() -> None:
    ont = changed(offline_reason="something new")
    assert [b.forceable for b in found(ont=ont, state=OntState.OFFLINE)] == [True]


def test_the_last_reason_of_an_ont_that_is_back_does_not_count() -> None:
    assert found(ont=changed(offline_reason="loss_of_signal")) == []


@pytest.mark.parametrize(
    ("kind", "serial", "typed"),
    [
        (JobKind.REBOOT, "HWTC7D4630C3", "30C3"),
        (JobKind.FACTORY_RESET, "HWTC7D4630C3", "HWTC7D4630C3"),
        (JobKind.REFRESH, "HWTC7D4630C3", None),
        (JobKind.VIEW, "HWTC7D4630C3", None),
        (JobKind.WIFI_SWITCH, "HWTC7D4630C3", YES),
        (JobKind.REBOOT, None, YES),
    ],
)
def test_what_must_be_typed(kind: JobKind, serial: str | None, typed: str | None) -> None:
    assert confirmation(kind, serial) == typed
    assert is_confirmed(kind, serial, typed)
    assert is_confirmed(kind, serial, None) is (typed is None)


@pytest.mark.parametrize(
    ("kind", "text", "enough"),
    [
        (JobKind.REBOOT, "HWTC7D4630C3", True),
        (JobKind.REBOOT, "yes", False),
        (JobKind.REBOOT, "30c3", False),
        (JobKind.FACTORY_RESET, "30C3", False),
        (JobKind.WIFI_SWITCH, "HWTC7D4630C3", False),
    ],
)
def test_more_than_is_wanted_confirms_less_does_not(kind: JobKind, text: str, enough: bool) -> None:
    assert is_confirmed(kind, "HWTC7D4630C3", text) is enough


def test_what_cannot_be_judged_is_left_out_of_many() -> None:
    targets = [
        standing(),
        standing(state=OntState.UNKNOWN),
        standing(state=OntState.OFFLINE),
        standing(routers=(Cpe("a"),)),
    ]
    plan = plan_bulk(JobKind.REBOOT, targets)
    assert len(plan.included) == 1
    assert [why for _, why in plan.left_out] == [
        "its state is unknown",
        "the ONT is offline: a reboot cannot reach it",
        "its router has never informed the ACS",
    ]
    assert len(plan_bulk(JobKind.REBOOT, targets, forced=True).included) == 4


def test_jobs_that_matter_are_those_under_way_and_the_recent_ones() -> None:
    old, late = job(JobKind.REBOOT, JobState.VERIFIED, REPEAT_WINDOW_S), job(JobKind.REBOOT, JobState.VERIFIED, 20)
    waiting = job(JobKind.REBOOT, JobState.REQUESTED, 9000)
    assert recent_jobs([old, late, waiting], NOW) == (late, waiting)


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        (JobKind.REBOOT, {}, "part of INC-17: fibre cut olt-1 0/1/2 SP-7; a reboot cannot help"),
        (JobKind.FACTORY_RESET, {}, "part of INC-17: fibre cut olt-1 0/1/2 SP-7; a factory reset cannot help"),
        (JobKind.REBOOT, {"scope": Scope.ONT}, None),
        (JobKind.REFRESH, {}, None),
        (JobKind.WIFI_PASSWORD, {}, None),
    ],
)
def test_a_restart_cannot_help_where_an_outage_is_known(kind: JobKind, more: dict[str, Any], said: str | None) -> None:
    stands = found(kind, incident=incident(17, **more))
    assert [blocker.reason for blocker in stands] == ([said] if said else [])
    assert all(blocker.forceable for blocker in stands)


@pytest.mark.parametrize("forced", [False, True])
def test_what_the_role_does_not_cover_is_left_out_whatever_is_forced(forced: bool) -> None:
    plan = plan_bulk(JobKind.REBOOT, [standing(), standing(state=OntState.OFFLINE)], forced, lambda _: "not yours")
    assert not plan.included and [why for _, why in plan.left_out] == ["not yours", "not yours"]
