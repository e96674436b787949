"""Routers as the ACS knows them: the fleet list and the sections that were read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

import msgspec
from sqlalchemy import func, select

from noc_console.domain.cpe import SECTIONS, Section
from noc_console.domain.network import Cpe
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.feed import bump, columns, read_rows
from noc_console.storage.inventory import upsert, write_cpes

_decode = msgspec.json.Decoder(Section).decode
_encode = msgspec.json.encode


class CpeStore:
    """Routers in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, cpes: Sequence[Cpe]) -> None:
        """Insert or update routers."""
        if cpes:
            async with self._database.writing() as connection:
                await write_cpes(connection, cpes)

    async def put_sections(self, device_id: str, sections: Sequence[Section]) -> None:
        """Store sections of a router; readers of its ``cpe`` row are told."""
        rows = [
            {"device_id": device_id, "section": s.name, "data": _encode(asdict(s)).decode(), "read_at": time.time()}
            for s in sections
        ]
        async with self._database.writing() as connection:
            await upsert(connection, schema.cpe_section, rows)
            table = schema.cpe
            values = {"revision": await bump(connection, "cpe")}
            await connection.execute(table.update().where(table.c.device_id == device_id).values(values))

    async def sections(self, device_id: str) -> list[Section]:
        """Stored sections of a router, in the order in which they are shown."""
        table = schema.cpe_section
        async with self._database.reading() as connection:
            rows = await connection.execute(select(table.c.data).where(table.c.device_id == device_id))
            found = [_decode(data) for data in rows.scalars()]
        return sorted(found, key=lambda s: SECTIONS.index(s.name) if s.name in SECTIONS else len(SECTIONS))

    async def by_serial(self, serial: str) -> list[Cpe]:
        """Routers with this canonical ONT serial; several are possible and never guessed between."""
        table = schema.cpe
        async with self._database.reading() as connection:
            return await read_rows(connection, select(*columns(table, Cpe)).where(table.c.serial == serial), Cpe)

    async def all(self) -> list[Cpe]:
        """Every router."""
        async with self._database.reading() as connection:
            return await read_rows(connection, select(*columns(schema.cpe, Cpe)), Cpe)

    async def newest_inform_at(self) -> float | None:
        """The newest Inform that was seen."""
        async with self._database.reading() as connection:
            query = select(func.max(schema.cpe.c.last_inform_at))
            found: float | None = (await connection.execute(query)).scalar()
            return found

    async def informs_since(self, at: float) -> dict[str, float]:
        """Device id to its last Inform, for those that came at ``at`` or later."""
        table = schema.cpe
        query = select(table.c.device_id, table.c.last_inform_at).where(table.c.last_inform_at >= at)
        async with self._database.reading() as connection:
            return {row.device_id: row.last_inform_at for row in await connection.execute(query)}
