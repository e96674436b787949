"""Core devices and their interfaces; the collector that polls them is the only writer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update

from noc_console.domain.network import CoreDevice, CoreInterface
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.feed import bump, columns, read_rows
from noc_console.storage.inventory import append_events, upsert


class CoreStore:
    """Core devices in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sync(self, configured: Iterable[tuple[str, str]], now: float) -> list[CoreDevice]:
        """Make the table hold the configured devices (name, address); others are marked as removed.

        Returns:
            What is known of those that are configured.
        """
        async with self._database.writing() as connection:
            query = select(*columns(schema.core_device, CoreDevice))
            known = {device.name: device for device in await read_rows(connection, query, CoreDevice)}
            wanted = dict(configured)
            if not known and not wanted:
                return []
            revision = await bump(connection, "core")
            for name, address in wanted.items():
                row = asdict(known.get(name) or CoreDevice(name, address))
                row |= {"address": address, "removed_at": None, "revision": revision}
                known[name] = CoreDevice(**row)
                await upsert(connection, schema.core_device, [row])
            table = schema.core_device
            for name in known.keys() - wanted.keys():
                if known[name].removed_at is None:
                    gone = {"removed_at": now, "revision": revision}
                    await connection.execute(update(table).where(table.c.name == name).values(gone))
            return [known[name] for name in wanted]

    async def put(
        self, device: CoreDevice, interfaces: Sequence[CoreInterface] = (), events: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Write a device, those of its interfaces that were read, and what happened."""
        async with self._database.writing() as connection:
            revision = await bump(connection, "core")
            await upsert(connection, schema.core_device, [asdict(device) | {"revision": revision}])
            rows = [asdict(interface) | {"revision": revision} for interface in interfaces]
            await upsert(connection, schema.core_interface, rows)
            await append_events(connection, events)
