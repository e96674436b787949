"""Where things are that are acted on, read from the database: for roles that hold at some places only.

A zone is the subscriber's own where the records give one, else the nearest splitter's above the ONT.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.handling import Maintenance
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.intents import PlanMaintenance
from noc_console.domain.operators import Place
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, Splitter
from noc_console.operations.standings import CHUNK
from noc_console.storage import schema
from noc_console.storage.handling import Subject, find_splitter
from noc_console.storage.records import read_records


async def of_onts(connection: AsyncConnection, ont_ids: Sequence[int]) -> list[Place]:
    """Places of these ONTs; one that is not in the inventory is nowhere."""
    found: list[Place] = []
    ont, olt = schema.ont, schema.olt
    for begin in range(0, len(ont_ids), CHUNK):
        part = ont_ids[begin : begin + CHUNK]
        query = select(ont.c.serial, olt.c.name).join(olt, olt.c.id == ont.c.olt_id).where(ont.c.id.in_(part))
        rows = [(row.serial, row.name) for row in await connection.execute(query)]
        zones = await _zones(connection, [serial for serial, _ in rows if serial])
        found += [Place(name, zones.get(serial)) for serial, name in rows]
        found += [Place()] * (len(set(part)) - len(rows))
    return found


async def of_serials(connection: AsyncConnection, serials: Iterable[str]) -> list[Place]:
    """Every place where the OLTs list one of these serial numbers."""
    ont = schema.ont
    ids = (await connection.execute(select(ont.c.id).where(ont.c.serial.in_(list(serials))))).scalars()
    return await of_onts(connection, list(ids))


async def of_router(connection: AsyncConnection, device_id: str) -> list[Place]:
    """Places of the ONT that a router is, by its id at the ACS."""
    cpe = schema.cpe
    serial = (await connection.execute(select(cpe.c.serial).where(cpe.c.device_id == device_id))).scalar()
    return await of_serials(connection, [serial]) if serial else []


async def of_subject(connection: AsyncConnection, subject: Subject) -> list[Place]:
    """Places of an incident or alarm: of every ONT that it names, else of what it lies in."""
    if isinstance(subject, Alarm):
        return await _of_alarm(connection, subject)
    return await _of_incident(connection, subject)


async def of_work(connection: AsyncConnection, work: PlanMaintenance | Maintenance) -> list[Place]:
    """Places of planned work. Of a whole OLT no zone is known: it may have several."""
    splitter = await find_splitter(connection, work.splitter) if work.splitter else None
    if splitter is None:
        return [Place(work.olt, work.zone)]
    zone = work.zone or _zone_above(splitter, {one.name: one for one in await read_records(connection, SPLITTERS)})
    return [Place(splitter.olt, zone)]


async def of_batch(connection: AsyncConnection, batch_id: int) -> list[Place]:
    """Places of all that a bulk action acts on."""
    job = schema.job
    ids = (await connection.execute(select(job.c.ont_id).where(job.c.batch_id == batch_id))).scalars()
    return await of_onts(connection, [ont_id for ont_id in ids if ont_id is not None])


async def _of_alarm(connection: AsyncConnection, alarm: Alarm) -> list[Place]:
    if alarm.serial:
        return await of_serials(connection, [alarm.serial]) or [Place(alarm.olt)]
    return [Place(alarm.olt)]


async def _of_incident(connection: AsyncConnection, incident: IncidentRecord) -> list[Place]:
    try:
        told = json.loads(incident.detail)
    except ValueError:
        told = {}
    where = told.get("where") or {}
    ports = [port for port in where.get("ports", ()) if " " in port]
    names = {*where.get("olts", ()), *(port.rsplit(" ", 1)[0] for port in ports)}
    names |= {incident.olt} if incident.olt else set()
    if onts := await _at(connection, told.get("onts") or ()):
        return onts
    zone = incident.zone
    if zone is None and incident.splitter and (splitter := await find_splitter(connection, incident.splitter)):
        zone = _zone_above(splitter, {one.name: one for one in await read_records(connection, SPLITTERS)})
    return [Place(name, zone) for name in sorted(names)] or [Place(None, zone)]


async def _at(connection: AsyncConnection, onts: Iterable[Sequence[Any]]) -> list[Place]:
    """Places of ONTs that are named by OLT, PON port and id on it; none when one of them is gone."""
    wanted = {(str(olt), str(port), number) for olt, port, number in onts}
    ont, olt = schema.ont, schema.olt
    names, ports = {name for name, _, _ in wanted}, {port for _, port, _ in wanted}
    query = select(ont.c.id, olt.c.name, ont.c.port, ont.c.ont_id).join(olt, olt.c.id == ont.c.olt_id)
    rows = await connection.execute(query.where(olt.c.name.in_(names), ont.c.port.in_(ports)))
    ids = {(row.name, row.port, row.ont_id): row.id for row in rows}
    return await of_onts(connection, [ids[one] for one in wanted]) if wanted <= ids.keys() else []


async def _zones(connection: AsyncConnection, serials: Sequence[str]) -> dict[str, str]:
    """The zone of each serial number that the records place in one."""
    subscribers = schema.RECORD_TABLES[SUBSCRIBERS.name]
    known = await read_records(connection, SUBSCRIBERS, subscribers.c.serial.in_(serials))
    if not any(one.zone or one.splitter for one in known):
        return {}
    splitters = {one.name: one for one in await read_records(connection, SPLITTERS)}
    zones = {}
    for one in known:
        above = splitters.get(one.splitter or "")
        zone = one.zone or (_zone_above(above, splitters) if above else None)
        if one.serial and zone:
            zones[one.serial] = zone
    return zones


def _zone_above(splitter: Splitter, splitters: dict[str, Splitter]) -> str | None:
    seen: set[str] = set()
    at: Splitter | None = splitter
    while at is not None and at.name not in seen:
        if at.zone:
            return at.zone
        seen.add(at.name)
        at = splitters.get(at.parent or "")
    return None
