"""A poll that an agent's restart fell into is not whole, however well each of its answers looked."""

from __future__ import annotations

from noc_console.domain.errors import SourceError
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading
from noc_console.sources.snmp.discovery import SYS_UP_TIME, uptime
from noc_console.sources.snmp.poll import OltPoller

UPTIME_WRAP_S = 2**32 / 100
RESTARTED = "the OLT restarted while it was read"


class GuardedPoller(OltPoller):
    """A poller that asks for sysUpTime at the end as well as at the beginning."""

    async def poll(self, kind: PollKind) -> OltReading:
        """Read everything of one kind; partial at best when the agent restarted meanwhile."""
        reading = await super().poll(kind)
        if reading.uptime_s is None or reading.outcome is Outcome.FAILED:
            return reading
        try:
            after_s = uptime((await self._connected().get([SYS_UP_TIME])).get(SYS_UP_TIME))
        except SourceError:
            return reading  # it stopped when all was read
        if after_s is not None and after_s < reading.uptime_s < UPTIME_WRAP_S - 86400:
            _doubt(reading)
        return reading


def _doubt(reading: OltReading) -> None:
    """Tables of an agent that is starting are short, or empty: nothing may be concluded from what they lack."""
    reading.outcome, reading.error = Outcome.PARTIAL, RESTARTED
    reading.all_ports = False
    reading.unregistered = None
    for port in reading.ports:
        if port.outcome is Outcome.COMPLETE:
            port.outcome, port.error = Outcome.PARTIAL, RESTARTED
