"""What stands in the way of an action, and what must be typed for it."""

from __future__ import annotations

from typing import Any

import pytest

from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.ont import OntState
from noc_console.domain.policy import REPEAT_WINDOW_S, Blocker, blockers, confirmation

NOW = 1_700_000_000.0
ONT = Ont(7, 1, "0/1/3", 12, serial="HWTC7D4630C3", state="online")
CPE = Cpe("a", serial="HWTC7D4630C3", last_inform_at=NOW - 60)


def job(kind: JobKind, state: JobState, age_s: float) -> Job:
    return Job(
        id=3, kind=kind, state=state, ont_id=7, serial=None, olt="north", port="0/1/3", reason="r", requested_by="anna",
        requested_from="h", requested_at=NOW - age_s, expires_at=NOW, result="back after 74 s" if state.ended else None,
    )  # fmt: skip


def found(kind: JobKind = JobKind.REBOOT, **more: Any) -> list[Blocker]:
    values: dict[str, Any] = {"ont": ONT, "state": OntState.ONLINE, "cpe": CPE, "recent": (), "now": NOW}
    return blockers(kind, **{**values, **more})


def changed(**fields: Any) -> Ont:
    return Ont(**{name: getattr(ONT, name) for name in ("id", "olt_id", "port", "ont_id", "serial")} | fields)


def test_nothing_stands_in_the_way_of_a_router_that_is_well() -> None:
    assert found() == [] and found(JobKind.FACTORY_RESET) == []
    assert found(cpe=None) == [], "the ACS may know it by another serial: the job looks"
    assert found(state=OntState.UNKNOWN) == [], "unknown is not offline"


@pytest.mark.parametrize(
    ("more", "said", "forceable"),
    [
        ({"acs_ok": False}, "the ACS does not answer", False),
        ({"ont": changed(serial=None)}, "no serial number", False),
        ({"ont": changed(vanished_at=NOW - 120)}, "no longer lists this ONT (gone 2m00s ago)", True),
        ({"state": OntState.OFFLINE}, "the ONT is offline", True),
        ({"ont": changed(offline_reason="loss_of_signal"), "state": OntState.OFFLINE}, "LOS (no light)", True),
        ({"ont": changed(offline_reason="dying_gasp"), "state": OntState.OFFLINE}, "lost power (dying gasp)", True),
        ({"ont": changed(offline_reason="rogue"), "state": OntState.OFFLINE}, "the ONT is offline", True),
        ({"recent": [job(JobKind.REBOOT, JobState.SENT, 20)]}, "under way (job 3 by anna)", False),
        ({"recent": [job(JobKind.REBOOT, JobState.REQUESTED, 9000)]}, "under way (job 3 by anna)", False),
        ({"recent": [job(JobKind.REBOOT, JobState.VERIFIED, 60)]}, "same action 1m00s ago by anna: back after", True),
        ({"cpe": Cpe("a")}, "has never informed the ACS", True),
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
        (JobKind.REBOOT, None, None),
    ],
)
def test_what_must_be_typed(kind: JobKind, serial: str | None, typed: str | None) -> None:
    assert confirmation(kind, changed(serial=serial)) == typed
