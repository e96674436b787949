"""Who came in by SSH and who was refused, for the audit log: told once, then counted, so that nobody can fill it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from noc_console.domain.errors import SourceError
from noc_console.domain.operators import Origin
from noc_console.domain.text import clean
from noc_console.storage import audit
from noc_console.storage.database import Database

log = structlog.get_logger()

SPAN_S = 600.0
"""What happens again within it is counted, and told at its end."""
MOST_REFUSED = 20
"""Different refusals that are written in one span; the others are counted."""
MOST_WAITING = 1000
"""Entries that wait for a database that does not answer."""
RETRY_S = 5.0
NOBODY = "nobody"
"""Who could not prove a name."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What happened, and to whom; equal ones are the same thing again."""

    operator: str
    known_by: str
    address: str
    """As the server saw it."""
    action: str
    result: str
    target: str = "door"

    @property
    def refused(self) -> bool:
        """Whether somebody was turned away: anybody can do that as often as they like."""
        return self.result.startswith("refused")


class Visits:
    """Takes them at any time, and writes them one after the other.

    Args:
        now: Clock, Unix seconds.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._host = socket.gethostname()
        self._again: dict[Visit, int] = {}
        """What was told in this span, and how often it happened since."""
        self._others = 0
        """Refusals of this span that were not told."""
        self._ends_at = 0.0
        self._waiting: list[tuple[float, audit.Entry]] = []
        self._news = asyncio.Event()
        self._ended = False

    def note(self, visit: Visit) -> None:
        """It happened."""
        self._turn_over()
        if visit in self._again:
            self._again[visit] += 1
        elif visit.refused and sum(one.refused for one in self._again) >= MOST_REFUSED:
            self._others += 1
        else:
            self._again[visit] = 0
            self._tell(visit, visit.result)

    async def run(self, database: Database) -> None:
        """Write what is noted until ``end``; what the database does not take waits."""
        while True:
            ends = self._ended
            await self._write(database)
            if ends:
                return
            try:
                async with asyncio.timeout(RETRY_S if self._waiting else max(self._ends_at - self._now(), RETRY_S)):
                    await self._news.wait()
            except TimeoutError:
                self._turn_over()

    def end(self) -> None:
        """Tell what was counted, and have ``run`` write it and return."""
        self._close_span()
        self._ended = True
        self._news.set()

    async def _write(self, database: Database) -> None:
        self._news.clear()
        try:
            if self._waiting:
                await database.check_version()  # the collector makes the database
            while self._waiting:
                at, entry = self._waiting[0]
                async with database.writing() as connection:
                    await audit.append(connection, entry, at)
                self._waiting.pop(0)
        except SourceError as error:
            log.warning("ssh_visits_not_audited", waiting=len(self._waiting), error=str(error))

    def _close_span(self) -> None:
        for visit, count in self._again.items():
            if count:
                self._tell(visit, f"{visit.result}, {count:,} more times")
        if self._others:
            visit = Visit(
                NOBODY, "", "", "ssh login", f"refused: {self._others:,} more times, from other addresses too"
            )
            self._tell(visit, visit.result)
        self._again, self._others = {}, 0

    def _turn_over(self) -> None:
        if self._now() >= self._ends_at:
            self._close_span()
            self._ends_at = self._now() + SPAN_S

    def _tell(self, visit: Visit, result: str) -> None:
        if len(self._waiting) >= MOST_WAITING:
            log.error("ssh_visit_not_audited", operator=visit.operator, address=visit.address, result=result)
            return
        origin = str(Origin(self._host, address=visit.address))
        who = clean(visit.operator), clean(visit.known_by), clean(origin)
        entry = audit.Entry(*who, visit.action, visit.target, reason="", result=clean(result))
        self._waiting.append((self._now(), entry))
        self._news.set()
