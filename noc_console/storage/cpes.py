"""Routers as the ACS knows them: the fleet list and the sections that were read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

import msgspec
from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.changes import RouterChanged
from noc_console.domain.cpe import SECTIONS, CpeDocument, Section
from noc_console.domain.network import Cpe
from noc_console.domain.routers import NAMING, Scrap
from noc_console.storage import schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.inventory import CHUNK, upsert, write_cpes
from noc_console.storage.packing import pack, unpack
from noc_console.storage.streams import bump, columns, hold, read_rows

_decode = msgspec.json.Decoder(Section).decode
_encode = msgspec.json.encode
_VOLATILE = ("last_inform_at", "uptime_s", "rx_dbm")
"""What changes with nearly every Inform."""
_TOLD = ("firmware", "model")
"""What is told when it is another than before."""
_volatile = attrgetter(*_VOLATILE)
_stable = attrgetter(*(field.name for field in fields(Cpe) if field.name not in (*_VOLATILE, "revision")))


class CpeStore:
    """Routers in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stored: dict[str, tuple[int, int]] = {}
        """Hashes of what this store wrote last: 100,000 routers are known by 20 MB."""

    async def put(self, cpes: Sequence[Cpe]) -> None:
        """Insert or update routers; those that only informed again cost little, those unchanged nothing.

        A router that was known and has another firmware or model now is told as a change.
        """
        hashes = {cpe.device_id: (hash(_stable(cpe)), hash(_volatile(cpe))) for cpe in cpes}
        changed, informed = [], []
        for cpe in cpes:
            now, before = hashes[cpe.device_id], self._stored.get(cpe.device_id)
            if before is None or before[0] != now[0]:
                changed.append(cpe)
            elif before != now:
                informed.append(cpe)
        if changed or informed:
            async with self._database.writing() as connection:
                told = await _router_changes(connection, changed)
                await write_cpes(connection, changed)
                await _write_informs(connection, informed)
                await append_changes(connection, told)
            self._stored |= hashes

    async def put_sections(self, device_id: str, sections: Sequence[Section]) -> None:
        """Store sections of a router; readers of its ``cpe`` row are told."""
        rows = [
            {"device_id": device_id, "section": s.name, "data": _encode(s).decode(), "read_at": time.time()}
            for s in sections
        ]
        async with self._database.writing() as connection:
            await upsert(connection, schema.cpe_section, rows)
            await _tell(connection, device_id)

    async def put_document(self, document: CpeDocument) -> None:
        """Store a router's running configuration, whose secrets are masked; readers of its ``cpe`` row are told."""
        row = {"device_id": document.device_id, "data": await pack(document.leaves), "read_at": document.read_at}
        async with self._database.writing() as connection:
            await upsert(connection, schema.cpe_document, [row])
            await _tell(connection, document.device_id)

    async def document(self, device_id: str) -> CpeDocument | None:
        """A router's running configuration as it was last stored."""
        table = schema.cpe_document
        async with self._database.reading() as connection:
            query = select(table.c.data, table.c.read_at).where(table.c.device_id == device_id)
            row = (await connection.execute(query)).one_or_none()
        return CpeDocument(device_id, row.read_at, await unpack(row.data)) if row else None

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

    async def showing(self, scrap: Scrap) -> list[Cpe]:
        """Routers of which a stored section shows this address, MAC or login, whichever connection it is of."""
        table = schema.cpe_section
        if not scrap.told_as:
            return []
        like = [func.lower(table.c.data).contains(form, autoescape=True) for form in scrap.told_as]
        async with self._database.reading() as connection:
            query = select(table.c.device_id, table.c.data).where(table.c.section.in_(NAMING), or_(*like))
            rows = (await connection.execute(query)).all()
            ids = {row.device_id for row in rows if scrap.is_shown_by(_decode(row.data))}
            where = schema.cpe.c.device_id.in_(sorted(ids)[:CHUNK])
            return await read_rows(connection, select(*columns(schema.cpe, Cpe)).where(where), Cpe) if ids else []

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


async def _router_changes(connection: AsyncConnection, cpes: Sequence[Cpe]) -> list[RouterChanged]:
    """What is another now about routers that the database knows; a value that was not known before is no change."""
    if not cpes:
        return []
    # Before the rows are read: two writers must not both tell the same change.
    await hold(connection, "cpe")
    table, found, now = schema.cpe, [], time.time()
    for start in range(0, len(cpes), CHUNK):
        part = {cpe.device_id: cpe for cpe in cpes[start : start + CHUNK]}
        query = select(table.c.device_id, table.c.serial, *(table.c[name] for name in _TOLD))
        for row in (await connection.execute(query.where(table.c.device_id.in_(part)))).mappings():
            cpe = part[row["device_id"]]
            for name in _TOLD:
                before, after = row[name], getattr(cpe, name)
                if before and after and before != after:
                    serial = cpe.serial or row["serial"]
                    about = {"device_id": cpe.device_id, "what": name, "before": before, "after": after}
                    found.append(RouterChanged(at=cpe.last_inform_at or now, serial=serial, **about))
    return found


async def _tell(connection: AsyncConnection, device_id: str) -> None:
    """Let readers of a router know that something about it was stored."""
    table = schema.cpe
    values = {"revision": await bump(connection, "cpe")}
    await connection.execute(update(table).where(table.c.device_id == device_id).values(values))


async def _write_informs(connection: AsyncConnection, cpes: Sequence[Cpe]) -> None:
    if not cpes:
        return
    table, revision = schema.cpe, await bump(connection, "cpe")
    names = (*_VOLATILE, "revision")
    statement = update(table).where(table.c.device_id == bindparam("id")).values({n: bindparam(n) for n in names})
    rows = [
        {"id": cpe.device_id, "revision": revision, **{name: getattr(cpe, name) for name in _VOLATILE}} for cpe in cpes
    ]
    for start in range(0, len(rows), CHUNK):
        await connection.execute(statement, rows[start : start + CHUNK])
