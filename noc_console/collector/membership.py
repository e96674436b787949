"""Our place among the collectors that share the OLTs: what is ours to poll, and whether we lead.

The leader does what is done once for all OLTs, such as incidents and alarms. The leases stay the truth about who may
write an OLT's facts; shares only say who asks for which lease.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from noc_console.domain.agreement import differences, olts_of, read_marks
from noc_console.domain.network import Collector
from noc_console.domain.shares import share_out
from noc_console.storage.database import Database
from noc_console.storage.members import Members, Standing
from noc_console.storage.sources import CollectorRegister


@dataclass(frozen=True, slots=True)
class Join:
    """How a collector joins."""

    region: str | None = None
    """Whose OLTs it polls first."""


class Membership:
    """Our place.

    Args:
        database: The database.
        olts: Names of the OLTs.
    """

    def __init__(self, database: Database, olts: Collection[str]) -> None:
        self._members = Members(database)
        self._olts = olts
        self._compared: frozenset[str] = frozenset()
        self.leads = asyncio.Event()
        """Set while we lead."""

    async def join(self, collector: Collector) -> bool:
        """See ``Members.join``."""
        self.leads.clear()
        return await self._members.join(collector)

    async def beat(self, collector: Collector) -> Standing | None:
        """See ``Members.beat``."""
        standing = await self._members.beat(collector)
        if standing and standing.leads:
            self.leads.set()
        elif standing is None:
            self.leads.clear()
        return standing

    def share(self, standing: Standing, ids: Mapping[str, int], collector_id: str) -> set[int]:
        """Ids of the OLTs that we should poll.

        Args:
            standing: What the register tells: all work it out from the same, also where their configs differ.
            ids: Of our OLTs, by their names.
            collector_id: Ours.
        """
        named = {one: olts_of(read_marks(standing.marks[one])) for one in sorted(standing.members)}
        olts = {olt: region for one in reversed(named) for olt, region in named[one].items()}
        known = {olt: [one for one in named if olt in named[one]] for olt in olts}
        shares = share_out(olts, standing.members, standing.held, known)
        return {ids[olt] for olt, name in shares.items() if name == collector_id and olt in ids}

    async def new_differences(self, standing: Standing, register: CollectorRegister) -> list[str]:
        """How the others differ in release and config; told by the leader, once after each change of the members."""
        members = frozenset(standing.members)
        if members == self._compared or not standing.leads:
            return []
        found = list(differences(await register.alive()).values())
        self._compared = members
        return found

    async def until_we_lead(self) -> None:
        """Wait until we lead."""
        await self.leads.wait()

    def source_name(self, name: str) -> str:
        """Under which name we tell a source: each machine has its own sample buffer, but an OLT is one for all."""
        return name if self.leads.is_set() or name in self._olts else name + on_host(socket.gethostname())


def on_host(host: str) -> str:
    """What ends the names of a machine's own sources."""
    return f" on {host}"
