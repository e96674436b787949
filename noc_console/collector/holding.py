"""The leases that this collector holds: taken, renewed with the heartbeat, given back at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping

import structlog

from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S
from noc_console.storage.leases import LeaseStore

log = structlog.get_logger()

LEASE_S = COLLECTOR_DEAD_AFTER_S
"""A lease lasts as long as a collector counts as alive: it is renewed just before the heartbeat."""


class Lease:
    """Our right to poll one OLT and to write its facts.

    Args:
        olt_id: The OLT.
    """

    def __init__(self, olt_id: int) -> None:
        self.olt_id = olt_id
        self.token: int | None = None
        """None while it is not ours."""
        self.held = asyncio.Event()
        """Set while it is ours, as far as we know; the database has the last word at each write."""

    def take(self, token: int) -> None:
        """It is ours."""
        self.token = token
        self.held.set()

    def lose(self) -> None:
        """It is not ours, or no longer."""
        self.token = None
        self.held.clear()


class Holding:
    """Keeps leases.

    Args:
        store: The leases in the database.
        holder: Our collector's id.
        lease_s: How long a lease lasts that is not renewed, seconds.
    """

    def __init__(self, store: LeaseStore, holder: str, lease_s: float = LEASE_S) -> None:
        self.leases: dict[int, Lease] = {}
        """By OLT id."""
        self._store = store
        self.holder = holder
        """Our collector's id."""
        self._lease_s = lease_s
        self.share: Collection[int] | None = None
        """OLT ids that are ours to take; None for all. Others that we hold are given back when nothing keeps them."""
        self.keeps: Callable[[], Collection[int]] = tuple
        """Gives the OLT ids that must not change hands just now."""

    @property
    def complete(self) -> bool:
        """Whether all leases are ours that should be, and no others."""
        return not (self._missing or self._surplus)

    @property
    def _missing(self) -> list[int]:
        ours = self.leases.keys() if self.share is None else self.share
        return [olt_id for olt_id, lease in self.leases.items() if lease.token is None and olt_id in ours]

    @property
    def _surplus(self) -> list[int]:
        if self.share is None:
            return []
        kept = {*self.share, *self.keeps()}
        return [olt_id for olt_id, lease in self.leases.items() if lease.token is not None and olt_id not in kept]

    def want(self, olt_ids: Iterable[int]) -> Mapping[int, Lease]:
        """Want the leases of some OLTs from now on; ``keep`` takes them."""
        for olt_id in olt_ids:
            self.leases.setdefault(olt_id, Lease(olt_id))
        return self.leases

    async def keep(self) -> None:
        """Renew what is ours, give back what another should have, and take what is free.

        Raises:
            SourceError: The database did not take it.
        """
        tokens = {lease.olt_id: lease.token for lease in self.leases.values() if lease.token is not None}
        kept = await self._store.renew(tokens, self.holder, self._lease_s)
        for olt_id in tokens.keys() - kept:
            log.warning("lease_lost", olt_id=olt_id)
            self.leases[olt_id].lose()
        if surplus := self._surplus:
            for olt_id in surplus:
                self.leases[olt_id].lose()
            await self._store.release(surplus, self.holder)
        if wanted := self._missing:
            for olt_id, token in (await self._store.take(wanted, self.holder, self._lease_s)).items():
                self.leases[olt_id].take(token)

    async def release(self) -> None:
        """Let others have all of them at once.

        Raises:
            SourceError: The database did not take it.
        """
        if not self.leases:
            return
        for lease in self.leases.values():
            lease.lose()
        await self._store.release(self.leases.keys(), self.holder)
