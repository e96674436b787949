"""A console on the past: a backend that plays a recording, and the clock that the past is shown by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from noc_console.domain.audit_log import AuditLog
from noc_console.domain.backup_text import Comparison
from noc_console.domain.changes import Change
from noc_console.domain.cpe import CpeDocument, Section
from noc_console.domain.errors import ActionRefused
from noc_console.domain.history import ChartData
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.intents import Answer, Intent
from noc_console.domain.jobs import Job
from noc_console.domain.operators import Operator
from noc_console.domain.presence import Presence
from noc_console.domain.update import Update

if TYPE_CHECKING:
    from noc_console.picture.past import Past

STEP_S = 30.0
NO_HISTORY = "a recording holds no history from before it begins"
WHY = "this is the past: nothing can be done in it"


@dataclass(slots=True)
class PastClock:
    """The time that is shown: it stands, or runs ``speed`` times as fast as the wall's."""

    at: float
    speed: float = 0.0
    until_at: float = float("inf")
    _set_at: float = 0.0

    def __post_init__(self) -> None:
        self._set_at = time.monotonic()

    def now(self) -> float:
        """Unix seconds of the past."""
        return min(self.until_at, self.at + (time.monotonic() - self._set_at) * self.speed)

    def go_to(self, at: float) -> None:
        """Jump."""
        self.at, self._set_at = min(at, self.until_at), time.monotonic()

    def run(self, speed: float) -> None:
        """Go on at another pace; 0 stands still."""
        self.go_to(self.now())
        self.speed = speed


class PastBackend:
    """Implements ``console.backend.Backend`` over a recording.

    Args:
        load: Reads the recording; called when the console opens it.
        clock: The time that is shown.
    """

    def __init__(self, load: Callable[[], Awaitable[Past]], clock: PastClock) -> None:
        self._load = load
        self.clock = clock
        self.past: Past | None = None

    async def open(self) -> None:
        """Read the recording."""
        if self.past is None:
            self.past = await self._load()
            self.clock.until_at = self.past.last_at
            self.clock.go_to(max(self.clock.at, self.past.first_at))

    async def close(self) -> None:
        """Nothing is held open."""

    async def update(self, since: Mapping[str, int]) -> Update:
        """What is different from the last look."""
        if self.past is None:
            return Update()
        return await asyncio.to_thread(self.past.go_to, self.clock.now())

    async def ask(self, operator: Operator, intent: Intent) -> Answer:
        """Refuse."""
        raise ActionRefused(WHY)

    async def attend(self, presence: Presence) -> None:
        """Nobody is in the past."""

    async def job(self, job_id: int) -> Job | None:
        """Recordings hold no jobs."""
        return None

    async def sections(self, serial: str) -> list[Section]:
        """Recordings hold no routers."""
        return []

    async def router_sections(self, device_id: str) -> list[Section]:
        """Recordings hold no routers."""
        return []

    async def cpe_for(self, serial: str) -> str | None:
        """Recordings hold no routers."""
        return None

    async def document(self, device_id: str) -> CpeDocument | None:
        """Recordings hold no routers."""
        return None

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        """Recordings hold no history before their begin."""
        return ChartData(self.clock.now() - range_s, range_s / max(1, points), source="none", note=NO_HISTORY)

    async def rx_sparklines(self, serials: Sequence[str], range_s: float, points: int) -> dict[str, list[float | None]]:
        """Recordings hold no history before their begin."""
        return {}

    async def observed(self, since: float, until: float) -> list[Observation]:
        """The recording itself."""
        return [] if self.past is None else self.past.observations

    async def audit_since(self, at: float) -> list[dict[str, Any]]:
        """Recordings hold no audit log."""
        return []

    async def backup_lines(self, number: int) -> list[str]:
        """Recordings hold no backups."""
        return []

    async def backups_compared(self, before: int, after: int) -> Comparison:
        """Recordings hold no backups."""
        return Comparison(())

    async def audit_log(self, limit: int) -> AuditLog:
        """Recordings hold no audit log."""
        return AuditLog(told="a recording holds no audit log")

    async def ont_changes(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Change]:
        """Recordings hold no changes in words."""
        return []
