"""SSH host keys of OLTs: the first one that was seen is the one that is held to."""

from __future__ import annotations

import time

from sqlalchemy import select

from noc_console.domain.changes import HostKeyChanged, HostKeyKept
from noc_console.storage import schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.inventory import upsert


class HostKeyStore:
    """Host keys in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, olt: str) -> str | None:
        """The OpenSSH public key of an OLT; None before the first."""
        table = schema.olt_host_key
        async with self._database.reading() as connection:
            key: str | None = (await connection.execute(select(table.c.key).where(table.c.olt == olt))).scalar()
            return key

    async def keep(self, olt: str, key: str) -> None:
        """Remember an OLT's key, and tell of it."""
        now = time.time()
        async with self._database.writing() as connection:
            await upsert(connection, schema.olt_host_key, [{"olt": olt, "key": key, "seen_at": now}])
            await append_changes(connection, [HostKeyKept(at=now, olt=olt)])

    async def changed(self, olt: str, text: str) -> None:
        """Tell that an OLT showed another key; the one that is kept stays."""
        async with self._database.writing() as connection:
            await append_changes(connection, [HostKeyChanged(at=time.time(), olt=olt, text=text)])
