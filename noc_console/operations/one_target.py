"""One action on one target: an ONT or an OLT."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.cpe import SECTIONS
from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import named_place
from noc_console.domain.intents import Act, Answer
from noc_console.domain.network import Cpe, Source
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.policy import (
    Blocker,
    blockers,
    confirmation,
    is_confirmed,
    override_hint,
    repeat_blockers,
    router_blockers,
    still_standing,
)
from noc_console.domain.secrets import check_values
from noc_console.domain.standing import REPEAT_WINDOW_S
from noc_console.domain.targets import TargetKind
from noc_console.domain.text import clean
from noc_console.operations import places
from noc_console.operations.handler import Described, Handler, require_reason
from noc_console.operations.standings import Placed, read_standings
from noc_console.storage import audit, schema
from noc_console.storage.audit_orders import REQUESTED
from noc_console.storage.database import database_now
from noc_console.storage.feed import JOB_COLUMNS, jobs_from
from noc_console.storage.jobs import STREAM, NewJob, queue, told_action
from noc_console.storage.streams import columns, read_rows

SECTIONED = (JobKind.VIEW, JobKind.REFRESH)
"""Which read some sections of a router instead of all."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The target as it stands."""

    identity: str | None
    """What confirms an action on it."""
    olt: str | None
    blockers: list[Blocker]
    text: str
    """The target for the audit log."""
    serial: str | None = None
    port: str | None = None


class OneTarget(Handler[Act, _Found]):
    """Queues a job.

    Args:
        config: How long a job may take, and by which intervals states are judged.
    """

    def __init__(self, config: Config) -> None:
        self._expiry_s = config.jobs.expiry_s
        self._intervals = config.polling.intervals()
        self._finders = {
            TargetKind.ONT: self._find_ont,
            TargetKind.ROUTER: self._find_router,
            TargetKind.OLT: self._find_olt,
        }

    def describe(self, intent: Act) -> Described:
        """Its kind and target."""
        return Described(intent.kind.value, str(intent.target), intent.reason)

    async def name_target(self, connection: AsyncConnection, intent: Act) -> str:
        """An ONT by its serial number and place: its number in the database means nothing to people."""
        if intent.target.kind is not TargetKind.ONT:
            return str(intent.target)
        ont_id = intent.target.ont_id or 0
        placed = (await read_standings(connection, [ont_id], self._intervals, 0.0)).get(ont_id)
        return _named(placed) if placed else str(intent.target)

    def role(self, intent: Act) -> Role:
        """As its action declares."""
        return intent.kind.spec.role

    async def places(self, connection: AsyncConnection, intent: Act) -> list[Place]:
        """The ONT's, that of the router's ONT, or the OLT's."""
        if intent.target.kind is TargetKind.ONT:
            return await places.of_onts(connection, [intent.target.ont_id or 0])
        if intent.target.kind is TargetKind.ROUTER:
            return await places.of_router(connection, intent.target.key)
        return [Place(intent.target.key)]

    def stream(self, intent: Act) -> str:
        """The jobs'."""
        return STREAM

    def check_form(self, intent: Act) -> None:
        """Target, parameters, secret, reason."""
        if not intent.kind.spec.may_be_about(intent.target.kind):
            raise ActionRefused(f"{intent.kind.value} is about an {intent.kind.spec.target.value.upper()}")
        if trouble := check_values(intent.kind, intent.parameters, intent.secret):
            raise ActionRefused(trouble)
        if intent.sections and not (set(intent.sections) <= set(SECTIONS) and intent.kind in SECTIONED):
            raise ActionRefused(f"{intent.kind.value} takes no section {clean(', '.join(intent.sections))}")
        if intent.kind.level >= 2:
            require_reason(intent.reason, intent.kind.value)
        if intent.forced:
            require_reason(intent.reason, "an override")

    async def check(self, connection: AsyncConnection, operator: Operator, intent: Act, now: float) -> _Found:
        """Target, blockers, confirmation."""
        found = await self._finders[intent.target.kind](connection, intent, now)
        if standing := still_standing(found.blockers, intent.forced):
            reasons = "; ".join(blocker.reason for blocker in standing)
            raise ActionRefused(reasons, override_hint(standing, intent.forced))
        typed = intent.confirmation.text if intent.confirmation else None
        if not is_confirmed(intent.kind, found.identity, typed):
            raise ActionRefused(
                f"not confirmed: {intent.kind.value} wants {confirmation(intent.kind, found.identity)!r}"
            )
        return found

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: Act, checked: _Found, now: float
    ) -> Answer:
        """Queue it; looks are not audited."""
        job = NewJob(
            kind=intent.kind,
            target=intent.target,
            requested_by=operator.name,
            requested_from=str(operator.origin),
            requested_at=now,
            expires_at=await database_now(connection) + self._expiry_s,
            serial=checked.serial,
            olt=checked.olt,
            port=checked.port,
            reason=intent.reason,
            forced=intent.forced,
            sections=intent.sections,
            parameters=intent.parameters,
            secret=intent.secret,
        )
        job_id = await queue(connection, job)
        if intent.kind.level > 0:
            action, details = told_action(intent.kind, intent.parameters), _details(intent)
            entry = audit.Entry.by(operator, action, checked.text, intent.reason, REQUESTED, job_id, details)
            await audit.append(connection, entry, now)
        return Answer(job_id, f"job {job_id}")

    async def _find_ont(self, connection: AsyncConnection, intent: Act, now: float) -> _Found:
        ont_id = intent.target.ont_id or 0
        placed = (await read_standings(connection, [ont_id], self._intervals, now)).get(ont_id)
        if placed is None:
            raise ActionRefused("this ONT is not in the inventory any more")
        ont = placed.standing.ont
        found = blockers(intent.kind, placed.standing)
        return _Found(ont.identity, placed.olt, found, _named(placed), ont.serial, ont.port)

    async def _find_router(self, connection: AsyncConnection, intent: Act, now: float) -> _Found:
        routers, job, source = schema.cpe, schema.job, schema.source
        query = select(*columns(routers, Cpe)).where(routers.c.device_id == intent.target.key)
        cpe = next(iter(await read_rows(connection, query, Cpe)), None)
        if cpe is None:
            raise ActionRefused(f"the ACS has told of no router {clean(intent.target.key)!r}")
        acs = await read_rows(connection, select(*columns(source, Source)).where(source.c.name == "genieacs"), Source)
        # Somebody may be acting on it as the router of its ONT.
        about = (job.c.target_kind == TargetKind.ROUTER.value) & (job.c.target == cpe.device_id)
        if cpe.serial:
            about |= job.c.serial == cpe.serial
        lately = job.c.requested_at > now - REPEAT_WINDOW_S
        recent = await jobs_from(connection, select(*JOB_COLUMNS).where(about, job.c.finished_at.is_(None) | lately))
        found = router_blockers(intent.kind, cpe, recent, next(iter(acs), None), now)
        return _Found(cpe.name, None, found, f"router {cpe.device_id}", cpe.serial)

    async def _find_olt(self, connection: AsyncConnection, intent: Act, now: float) -> _Found:
        olt, job, name = schema.olt, schema.job, intent.target.key
        query = select(olt.c.id).where(olt.c.name == name, olt.c.removed_at.is_(None))
        if (await connection.execute(query)).first() is None:
            raise ActionRefused(f"there is no OLT {clean(name)!r}")
        about = (job.c.target_kind == TargetKind.OLT.value, job.c.target == name)
        lately = job.c.requested_at > now - REPEAT_WINDOW_S
        recent = await jobs_from(connection, select(*JOB_COLUMNS).where(*about, job.c.finished_at.is_(None) | lately))
        return _Found(name, name, repeat_blockers(intent.kind, recent, now), name)


def _named(placed: Placed) -> str:
    """EPON ONUs have no serial number: the place tells which it was."""
    ont = placed.standing.ont
    return f"{ont.identity or 'ONT without serial number'} at {placed.olt} {named_place(ont.port, ont.ont_id)}"


def _details(intent: Act) -> dict[str, object]:
    """How it was confirmed, and whether blockers were overridden."""
    details: dict[str, object] = {"forced": True} if intent.forced else {}
    if intent.confirmation is not None:
        details["confirmed"] = intent.confirmation.by.value
    return details
