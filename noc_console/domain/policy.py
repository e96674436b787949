"""What stands in the way of an action, and what confirms it. Clients show it early; the door decides by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from noc_console.domain.actions import JobKind
from noc_console.domain.freshness import format_age
from noc_console.domain.incidents.words import is_area, words_of
from noc_console.domain.jobs import Job
from noc_console.domain.network import Cpe, Ont, Source
from noc_console.domain.ont import OfflineReason, OntState
from noc_console.domain.standing import REPEAT_WINDOW_S, Standing, acs_knows_fleet, acs_may_act
from noc_console.domain.targets import TargetKind

YES = "yes"
"""What confirms an action that asks only for a yes or no."""
NOT_MANAGED = "not managed via TR-069: the ACS knows no router with this serial number"
_NEVER_INFORMED = "its router has never informed the ACS"
MIN_REASON = 3
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason not to act."""

    reason: str
    forceable: bool = True
    """False when forcing cannot help, such as a router that no ACS manages."""


def blockers(kind: JobKind, standing: Standing) -> list[Blocker]:
    """Reasons not to do ``kind`` to an ONT now, most telling first; level 0 kinds are never blocked."""
    if kind.level == 0:
        return []
    found = _way_blockers(kind, standing) if kind.spec.needs_serial else []
    found += _ont_blockers(kind, standing)
    found += repeat_blockers(kind, standing.recent, standing.now)
    return found + _router_blockers(kind, standing)


def router_blockers(kind: JobKind, cpe: Cpe, recent: Iterable[Job], acs: Source | None, now: float) -> list[Blocker]:
    """Like ``blockers``, for a router alone: one that was named by its id at the ACS."""
    if kind.level == 0:
        return []
    found = [*_acs_blockers(kind, acs), *repeat_blockers(kind, recent, now)]
    return [*found, Blocker(_NEVER_INFORMED)] if cpe.last_inform_at is None else found


def _acs_blockers(kind: JobKind, acs: Source | None) -> list[Blocker]:
    if acs is not None and acs.state == "off":
        return [Blocker("no ACS is configured: its router cannot be reached", forceable=False)]
    if not acs_may_act(acs):
        return [Blocker(f"the ACS does not answer: {_a(kind)} cannot be sent", forceable=False)]
    return []


def _way_blockers(kind: JobKind, standing: Standing) -> list[Blocker]:
    found = _acs_blockers(kind, standing.acs)
    if standing.ont.serial is None:
        found.append(Blocker("no serial number: its router cannot be found at the ACS", forceable=False))
    return found


def _ont_blockers(kind: JobKind, standing: Standing) -> list[Blocker]:
    found, ont = [], standing.ont
    if ont.vanished_at is not None:
        age = format_age(standing.now - ont.vanished_at)
        found.append(Blocker(f"the OLT no longer lists this ONT (gone {age} ago)"))
    incident = standing.incident
    if incident is not None and kind.spec.restarts and is_area(incident):
        told = f"{words_of(incident.cause).told} {incident.place}"
        found.append(Blocker(f"part of {incident.name}: {told}; {_a(kind)} cannot help"))
    if standing.state is OntState.OFFLINE:
        why = {
            OfflineReason.LOSS_OF_SIGNAL.value: f"state is LOS (no light): {_a(kind)} cannot help",
            OfflineReason.DYING_GASP.value: f"it lost power (dying gasp): {_a(kind)} cannot reach it",
        }.get(ont.offline_reason or "")
        found.append(Blocker(why or f"the ONT is offline: {_a(kind)} cannot reach it"))
    return found


def repeat_blockers(kind: JobKind, recent: Iterable[Job], now: float) -> list[Blocker]:
    """Reasons not to do the same to one target again, whatever the target is.

    Args:
        kind: What is wanted. Looks at an ONT may be repeated; one at an OLT costs it a walk over all its ports.
        recent: Jobs on the target.
        now: Unix seconds.
    """
    found: list[Blocker] = []
    if kind.level == 0 and kind.spec.target is TargetKind.ONT:
        return found
    for job in recent:
        if job.kind is not kind:
            continue
        if not job.ended:
            found.append(Blocker(f"the same action is under way (job {job.id} by {job.requested_by})", forceable=False))
        elif kind.spec.restarts and now - job.requested_at < REPEAT_WINDOW_S:
            age = format_age(now - job.requested_at)
            found.append(Blocker(f"same action {age} ago by {job.requested_by}: {job.result or job.state.value}"))
    return found


def _router_blockers(kind: JobKind, standing: Standing) -> list[Blocker]:
    if not kind.spec.needs_serial or standing.ont.serial is None:
        return []
    if len(standing.routers) > 1:
        ids = ", ".join(cpe.device_id for cpe in standing.routers)
        count = len(standing.routers)
        return [Blocker(f"{count} routers at the ACS have this serial number: name one of {ids}", forceable=False)]
    if standing.cpe is None:
        # Before the ACS was read, or while it fails, nobody knows; a job looks for itself.
        return [Blocker(NOT_MANAGED, forceable=False)] if acs_knows_fleet(standing.acs) else []
    if standing.cpe.last_inform_at is None:
        return [Blocker(_NEVER_INFORMED)]
    return []


def _a(kind: JobKind) -> str:
    """``a reboot``; what is less than that is "this"."""
    return f"a {kind.value.replace('-', ' ')}" if kind in (JobKind.REBOOT, JobKind.FACTORY_RESET) else "this"


def still_standing(found: Iterable[Blocker], forced: bool) -> list[Blocker]:
    """The blockers that are left when those that may be forced are forced."""
    return [blocker for blocker in found if not (forced and blocker.forceable)]


def override_hint(standing: Iterable[Blocker], forced: bool) -> str | None:
    """How to override these blockers; None when that cannot help."""
    if forced or not all(blocker.forceable for blocker in standing):
        return None
    return "--force, or :force in the console, overrides it with a reason"


def confirmation(kind: JobKind, identity: str | None) -> str | None:
    """The text that confirms an action, None when it needs none.

    Args:
        kind: What is wanted.
        identity: Serial number or MAC of the ONT, or the OLT's name; without one a yes is enough.

    Returns:
        ``YES`` at level 2, the last four characters of the identity at level 3, the whole of it at level 4.
    """
    if kind.level < 2:
        return None
    if kind.level == 2 or identity is None:
        return YES
    return identity[-4:] if kind.level == 3 else identity


def is_confirmed(kind: JobKind, identity: str | None, text: str | None) -> bool:
    """Whether ``text`` confirms the action; the whole identity also does where four characters would be enough."""
    wanted = confirmation(kind, identity)
    return wanted is None or text == wanted or (wanted != YES and text == identity)


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The dry run: who would be acted on, and who would be left out, and why."""

    included: tuple[Ont, ...]
    left_out: tuple[tuple[Ont, str], ...]


def plan_bulk(
    kind: JobKind,
    targets: Iterable[Standing],
    forced: bool = False,
    why_not: Callable[[Ont], str | None] = lambda _: None,
) -> BulkPlan:
    """Divide the targets of a bulk action.

    Args:
        kind: What is wanted.
        targets: Everything that was chosen.
        forced: Include those whose blockers may be overridden.
        why_not: Why the operator may not act on it; nothing overrides that.
    """
    included: list[Ont] = []
    left_out: list[tuple[Ont, str]] = []
    for target in targets:
        found = blockers(kind, target)
        if target.state is OntState.UNKNOWN:
            found.append(Blocker("its state is unknown"))
        standing = still_standing(found, forced)
        why = why_not(target.ont) or (standing[0].reason if standing else None)
        if why:
            left_out.append((target.ont, why))
        else:
            included.append(target.ont)
    return BulkPlan(tuple(included), tuple(left_out))
