"""Records what the incident engine observes, so that an outage can be looked at again; bounded in time."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.incidents.keyframe import keyframe
from noc_console.domain.incidents.network import Network
from noc_console.domain.incidents.observations import Observation
from noc_console.storage.recordings import RecordingStore

PIECE_S = 10.0
KEYFRAME_EVERY_S = 3600.0


class Recorder:
    """Gathers observations, and stores them in pieces.

    Args:
        store: Where they go.
        keep_s: How far back the recording reaches.
    """

    def __init__(self, store: RecordingStore, keep_s: float) -> None:
        self._store = store
        self._keep_s = keep_s
        self._waiting: list[Observation] = []
        self._since: float | None = None
        self._key_at: float | None = None

    def add(self, observations: Iterable[Observation]) -> None:
        """Take what was observed."""
        self._waiting.extend(observations)

    async def keep(self, network: Network, now: float) -> None:
        """Store what has gathered, when it is time; a keyframe tells it all again, each hour."""
        if self._key_at is None or now - self._key_at >= KEYFRAME_EVERY_S:
            await self._piece(now)
            await self._store.append(keyframe(network, now), now, now, key=True)
            await self._store.drop_before(now - self._keep_s)
            self._key_at = self._since = now
        elif self._since is None or now - self._since >= PIECE_S:
            await self._piece(now)

    async def _piece(self, now: float) -> None:
        waiting, since = self._waiting, self._since
        self._waiting, self._since = [], now
        if waiting and since is not None:
            await self._store.append(waiting, min(since, waiting[0].at), now, key=False)
