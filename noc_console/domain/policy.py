"""What stands in the way of an action, and what must be typed to confirm it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from noc_console.domain.freshness import format_age
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.ont import OfflineReason, OntState

REPEAT_WINDOW_S = 300.0
_RESTARTS = frozenset((JobKind.REBOOT, JobKind.FACTORY_RESET, JobKind.OLT_REBOOT, JobKind.FIRMWARE))
"""What takes the customer offline: not to be done twice in a row by two people who do not see each other."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason not to act."""

    reason: str
    forceable: bool = True
    """False when forcing cannot help, such as a router that no ACS manages."""


def blockers(
    kind: JobKind,
    ont: Ont,
    state: OntState,
    cpe: Cpe | None,
    recent: Iterable[Job],
    now: float,
    acs_ok: bool = True,
) -> list[Blocker]:
    """Reasons not to do ``kind`` to ``ont`` now, most telling first.

    Args:
        kind: What is wanted; level 0 kinds are never blocked.
        ont: The target as last read.
        state: Its effective state.
        cpe: Its router at the ACS, None when the ACS does not know it or was not asked yet.
        recent: Jobs on the same ONT.
        now: Unix seconds.
        acs_ok: Whether the ACS answers.
    """
    if kind.level == 0:
        return []
    found: list[Blocker] = []
    through_acs = kind is not JobKind.OLT_REBOOT
    if through_acs and not acs_ok:
        found.append(Blocker(f"the ACS does not answer: {_a(kind)} cannot be sent", forceable=False))
    if through_acs and ont.serial is None:
        found.append(Blocker("no serial number: its router cannot be found at the ACS", forceable=False))
    if ont.vanished_at is not None:
        found.append(Blocker(f"the OLT no longer lists this ONT (gone {format_age(now - ont.vanished_at)} ago)"))
    if state is OntState.OFFLINE:
        why = {
            OfflineReason.LOSS_OF_SIGNAL.value: f"state is LOS (no light): {_a(kind)} cannot help",
            OfflineReason.DYING_GASP.value: f"it lost power (dying gasp): {_a(kind)} cannot reach it",
        }.get(ont.offline_reason or "")
        found.append(Blocker(why or f"the ONT is offline: {_a(kind)} cannot reach it"))
    for job in recent:
        if job.kind is kind and not job.ended:
            found.append(Blocker(f"the same action is under way (job {job.id} by {job.requested_by})", forceable=False))
        elif kind in _RESTARTS and job.kind is kind and now - job.requested_at < REPEAT_WINDOW_S:
            age = format_age(now - job.requested_at)
            found.append(Blocker(f"same action {age} ago by {job.requested_by}: {job.result or job.state.value}"))
    if through_acs and cpe is not None and cpe.last_inform_at is None:
        found.append(Blocker("its router has never informed the ACS"))
    return found


def _a(kind: JobKind) -> str:
    """``a reboot``; what is less than that is "this"."""
    return f"a {kind.value.replace('-', ' ')}" if kind in (JobKind.REBOOT, JobKind.FACTORY_RESET) else "this"


def confirmation(kind: JobKind, ont: Ont) -> str | None:
    """The exact text that the operator must type, or None when the kind needs none.

    Level 3 asks for the last four characters of the serial (of the MAC, where that is the ONU's name), level 4 for
    the whole of it.
    """
    if kind.level < 3 or ont.identity is None:
        return None
    return ont.identity[-4:] if kind.level == 3 else ont.identity


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """One ONT that a bulk action was asked for."""

    ont: Ont
    state: OntState
    cpe: Cpe | None
    recent: Sequence[Job] = ()


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The dry run: who would be acted on, and who would be left out, and why."""

    included: tuple[Ont, ...]
    left_out: tuple[tuple[Ont, str], ...]


def plan_bulk(
    kind: JobKind, targets: Iterable[BulkTarget], now: float, acs_ok: bool = True, forced: bool = False
) -> BulkPlan:
    """Divide the targets of a bulk action.

    Args:
        kind: What is wanted.
        targets: Everything that was chosen.
        now: Unix seconds.
        acs_ok: Whether the ACS answers.
        forced: Include those whose blockers may be overridden.
    """
    included: list[Ont] = []
    left_out: list[tuple[Ont, str]] = []
    for target in targets:
        found = blockers(kind, target.ont, target.state, target.cpe, target.recent, now, acs_ok)
        if target.state is OntState.UNKNOWN:
            found.append(Blocker("its state is unknown"))
        standing = [blocker.reason for blocker in found if not (forced and blocker.forceable)]
        if standing:
            left_out.append((target.ont, standing[0]))
        else:
            included.append(target.ont)
    return BulkPlan(tuple(included), tuple(left_out))
