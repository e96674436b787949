"""Core devices and their interfaces; the collector that polls them is the only writer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noc_console.domain.changes import Change
from noc_console.domain.core_devices import CORE_DEVICES, CORE_INTERFACES, CoreDevice, CoreInterface
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.records import put_records, sync_records


class CoreStore:
    """Core devices in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sync(self, configured: Iterable[tuple[str, str]], now: float) -> list[CoreDevice]:
        """Make the table hold the configured devices (name, address); others are marked as removed.

        Returns:
            What is known of those that are configured.
        """
        wanted = [CoreDevice(name, address) for name, address in configured]
        async with self._database.writing() as connection:
            return await sync_records(connection, CORE_DEVICES, wanted, now, configured=("address",))

    async def put(
        self, device: CoreDevice, interfaces: Sequence[CoreInterface] = (), changes: Sequence[Change] = ()
    ) -> None:
        """Write a device, those of its interfaces that were read, and what happened."""
        async with self._database.writing() as connection:
            await put_records(connection, CORE_DEVICES, [device])
            await put_records(connection, CORE_INTERFACES, interfaces)
            await append_changes(connection, changes)
