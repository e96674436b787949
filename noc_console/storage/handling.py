"""What operators do about incidents and alarms, and planned work, in the database. Only the door writes it."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.alarms.states import incident_number
from noc_console.domain.handling import HANDLINGS, MAINTENANCE, Handling, Maintenance
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord
from noc_console.domain.plant import SPLITTERS, ZONES, Splitter
from noc_console.domain.records import Record, RecordKind
from noc_console.storage import schema
from noc_console.storage.records import read_records

R = TypeVar("R", bound=Record)

Subject = Alarm | IncidentRecord


async def find_subject(connection: AsyncConnection, about: str) -> Subject | None:
    """The incident or alarm of this name; None when there is none."""
    number = incident_number(about)
    if number is not None:
        return await _first(connection, INCIDENTS, schema.RECORD_TABLES[INCIDENTS.name].c.id == number)
    return await _first(connection, ALARMS, schema.RECORD_TABLES[ALARMS.name].c.key == about.strip())


async def handling_of(connection: AsyncConnection, about: str) -> Handling:
    """What operators did about it; an empty one when nothing."""
    found = await _first(connection, HANDLINGS, schema.RECORD_TABLES[HANDLINGS.name].c.about == about)
    return found or Handling(about)


async def find_window(connection: AsyncConnection, number: int) -> Maintenance | None:
    """One maintenance window."""
    return await _first(connection, MAINTENANCE, schema.RECORD_TABLES[MAINTENANCE.name].c.id == number)


async def find_splitter(connection: AsyncConnection, name: str) -> Splitter | None:
    """One splitter of the plant records."""
    return await _first(connection, SPLITTERS, schema.RECORD_TABLES[SPLITTERS.name].c.name == name)


async def zone_exists(connection: AsyncConnection, name: str) -> bool:
    """Whether the plant records have this zone."""
    return await _first(connection, ZONES, schema.RECORD_TABLES[ZONES.name].c.name == name) is not None


async def olt_id_of(connection: AsyncConnection, name: str) -> int | None:
    """The configured OLT of this name."""
    olt = schema.olt
    query = select(olt.c.id).where(olt.c.name == name, olt.c.removed_at.is_(None))
    found: int | None = (await connection.execute(query)).scalar()
    return found


async def port_exists(connection: AsyncConnection, olt_id: int, port: str) -> bool:
    """Whether the OLT has this PON port, or had an ONT on it."""
    for table, column in ((schema.pon_port, "name"), (schema.ont, "port")):
        query = select(table.c[column]).where(table.c.olt_id == olt_id, table.c[column] == port).limit(1)
        if (await connection.execute(query)).first() is not None:
            return True
    return False


async def _first(connection: AsyncConnection, kind: RecordKind[R], where: Any) -> R | None:
    return next(iter(await read_records(connection, kind, where)), None)
