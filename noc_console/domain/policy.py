"""What stands in the way of an action, and what must be typed to confirm it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noc_console.domain.freshness import format_age
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.ont import OfflineReason, OntState

REPEAT_WINDOW_S = 300.0


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
    verb = kind.value.replace("-", " ")
    if not acs_ok:
        found.append(Blocker(f"the ACS does not answer: a {verb} cannot be sent", forceable=False))
    if ont.serial is None:
        found.append(Blocker("no serial number: its router cannot be found at the ACS", forceable=False))
    if ont.vanished_at is not None:
        found.append(Blocker(f"the OLT no longer lists this ONT (gone {format_age(now - ont.vanished_at)} ago)"))
    if state is OntState.OFFLINE:
        why = {
            OfflineReason.LOSS_OF_SIGNAL.value: f"state is LOS (no light): a {verb} cannot help",
            OfflineReason.DYING_GASP.value: f"it lost power (dying gasp): a {verb} cannot reach it",
        }.get(ont.offline_reason or "")
        found.append(Blocker(why or f"the ONT is offline: a {verb} cannot reach it"))
    for job in recent:
        if job.kind is kind and not job.ended:
            found.append(Blocker(f"the same action is under way (job {job.id} by {job.requested_by})", forceable=False))
        elif job.kind is kind and now - job.requested_at < REPEAT_WINDOW_S:
            age = format_age(now - job.requested_at)
            found.append(Blocker(f"same action {age} ago by {job.requested_by}: {job.result or job.state.value}"))
    if cpe is not None and cpe.last_inform_at is None:
        found.append(Blocker("its router has never informed the ACS"))
    return found


def confirmation(kind: JobKind, ont: Ont) -> str | None:
    """The exact text that the operator must type, or None when the kind needs none.

    A reboot asks for the last four characters of the serial, a factory reset for the whole of it.
    """
    if kind.level == 0 or ont.serial is None:
        return None
    return ont.serial[-4:] if kind.level == 3 else ont.serial
