"""Planned work: announced for a place and a time, ended before its time."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import ActionRefused
from noc_console.domain.handling import MAINTENANCE, Maintenance
from noc_console.domain.identity import PonPort
from noc_console.domain.intents import Answer, EndMaintenance, PlanMaintenance
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.spans import lasting
from noc_console.domain.text import clean
from noc_console.operations import places
from noc_console.operations.handler import Described, Handler, require_reason
from noc_console.operations.handling import check_lasting, one_line
from noc_console.storage import audit
from noc_console.storage.handling import find_splitter, find_window, olt_id_of, port_exists, zone_exists
from noc_console.storage.records import add_record, change_record, stream

LEAST_S = 60.0
END_WITHIN_S = 30 * 86400.0
"""A window that ends later than that is forgotten, and hides outages."""


class Planning(Handler[PlanMaintenance, PlanMaintenance]):
    """Stores a window."""

    def describe(self, intent: PlanMaintenance) -> Described:
        """Where and why."""
        return Described("plan maintenance", _place(intent), one_line(intent.reason))

    def role(self, intent: PlanMaintenance) -> Role:
        """It keeps outages quiet."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: PlanMaintenance) -> list[Place]:
        """Of the work."""
        return await places.of_work(connection, intent)

    def stream(self, intent: PlanMaintenance) -> str:
        """The windows'."""
        return stream(MAINTENANCE)

    def check_form(self, intent: PlanMaintenance) -> None:
        """Reason, time and some place."""
        require_reason(intent.reason, "planned work")
        check_lasting(intent.lasts_s, LEAST_S, END_WITHIN_S, "planned work")
        if intent.starts_at is not None and not math.isfinite(intent.starts_at):
            raise ActionRefused("planned work begins at no instant: give a time, or none for now")
        if not _place(intent):
            raise ActionRefused("planned work needs a place: an OLT, a PON port of it, a splitter or a zone")
        if intent.port is not None and intent.olt is None:
            raise ActionRefused(f"PON port {clean(intent.port)} of which OLT? Name it too")

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: PlanMaintenance, now: float
    ) -> PlanMaintenance:
        """The same with its port in canonical form; each part of the place must be there, and all must fit."""
        starts_at = now if intent.starts_at is None else max(now, intent.starts_at)
        until_at = (now if intent.starts_at is None else intent.starts_at) + intent.lasts_s
        if until_at <= now:
            raise ActionRefused("that planned work is over already: give a later start, or none for now")
        if until_at > now + END_WITHIN_S:
            raise ActionRefused(f"planned work must end within {lasting(END_WITHIN_S)}: plan it later, or shorter")
        planned = replace(intent, port=_port(intent.port), starts_at=starts_at, lasts_s=until_at - starts_at)
        await _check_place(connection, planned)
        return planned

    async def write(
        self,
        connection: AsyncConnection,
        operator: Operator,
        intent: PlanMaintenance,
        checked: PlanMaintenance,
        now: float,
    ) -> Answer:
        """Audit and store it."""
        starts_at = now if checked.starts_at is None else checked.starts_at
        values = {
            "reason": one_line(checked.reason),
            "by": clean(operator.name),
            "starts_at": starts_at,
            "until_at": starts_at + checked.lasts_s,
            "olt": checked.olt,
            "port": checked.port,
            "splitter": checked.splitter,
            "zone": checked.zone,
        }
        number = await add_record(connection, MAINTENANCE, values)
        told = f"maintenance {number} for {lasting(checked.lasts_s)}"
        details = {"starts_at": starts_at, "until_at": values["until_at"]}
        entry = audit.Entry.by(operator, "plan maintenance", _place(checked), checked.reason, told, details=details)
        await audit.append(connection, entry, now)
        times = f"{_clock(starts_at)} to {_clock(starts_at + checked.lasts_s)}"
        return Answer(number, f"{told}: {_place(checked)}, {times}")


class EndingMaintenance(Handler[EndMaintenance, Maintenance]):
    """Ends a window before its time."""

    def describe(self, intent: EndMaintenance) -> Described:
        """Its number."""
        return Described("end maintenance", f"maintenance {intent.maintenance_id}")

    def role(self, intent: EndMaintenance) -> Role:
        """As for planning it."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: EndMaintenance) -> list[Place]:
        """Of the work."""
        window = await find_window(connection, intent.maintenance_id)
        return [] if window is None else await places.of_work(connection, window)

    def stream(self, intent: EndMaintenance) -> str:
        """The windows'."""
        return stream(MAINTENANCE)

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: EndMaintenance, now: float
    ) -> Maintenance:
        """It must not be over."""
        window = await find_window(connection, intent.maintenance_id)
        if window is None:
            raise ActionRefused(f"there is no maintenance {intent.maintenance_id}: see show maintenance")
        if window.ended_at is not None or window.until_at <= now:
            raise ActionRefused(f"maintenance {window.id} is over already")
        return window

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: EndMaintenance, checked: Maintenance, now: float
    ) -> Answer:
        """Audit and store it."""
        values = {"ended_by": clean(operator.name), "ended_at": now}
        await change_record(connection, MAINTENANCE, (checked.id,), values)
        told = f"maintenance {checked.id} ended"
        await audit.append(connection, audit.Entry.by(operator, "end maintenance", checked.place, "", told), now)
        return Answer(checked.id, f"{told}: {checked.place}")


def _place(intent: PlanMaintenance) -> str:
    zone = f"zone {intent.zone}" if intent.zone else None
    return clean(" ".join(filter(None, (intent.olt, intent.port, intent.splitter, zone))))


def _clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _port(text: str | None) -> str | None:
    try:
        return None if text is None else str(PonPort.parse(text))
    except ValueError as error:
        raise ActionRefused(f"port: {error}") from None


async def _check_place(connection: AsyncConnection, planned: PlanMaintenance) -> None:
    if planned.olt is not None:
        olt_id = await olt_id_of(connection, planned.olt)
        if olt_id is None:
            raise ActionRefused(f"there is no OLT {clean(planned.olt)!r}: see show olts")
        if planned.port is not None and not await port_exists(connection, olt_id, planned.port):
            raise ActionRefused(f"{planned.olt} has no PON port {planned.port}: see show ports")
    if planned.zone is not None and not await zone_exists(connection, planned.zone):
        raise ActionRefused(f"there is no zone {clean(planned.zone)!r}: see show zones")
    if planned.splitter is None:
        return
    splitter = await find_splitter(connection, planned.splitter)
    if splitter is None:
        raise ActionRefused(f"there is no splitter {clean(planned.splitter)!r}: see show splitters")
    fits = planned.olt in (None, splitter.olt) and planned.port in (None, splitter.port)
    if not fits:
        raise ActionRefused(f"{splitter.name} hangs on {splitter.olt} {splitter.port}: work there fits no place")
