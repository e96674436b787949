"""Since when a device is up, beyond what sysUpTime can count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.poll import UPTIME_WRAP_S
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.session import SnmpSession

SYS_UP_TIME = codec.encode_oid("1.3.6.1.2.1.1.3.0")
HR_SYSTEM_UPTIME = codec.encode_oid("1.3.6.1.2.1.25.1.1.0")
ENGINE_TIME = codec.encode_oid("1.3.6.1.6.3.10.2.1.3.0")
UPTIMES = (SYS_UP_TIME, HR_SYSTEM_UPTIME, ENGINE_TIME)
AGREES_S = 3600.0
"""Two clocks of one device drift apart by less in years."""


class Uptime(NamedTuple):
    """Since when, in seconds; None where the device does not tell."""

    agent_s: float | None
    """... the agent runs, whose tables we read: sysUpTime, which starts again after 497 days."""
    system_s: float | None
    """... the device is up."""


def uptime(raw: codec.Value | None) -> float | None:
    """Seconds from hundredths."""
    return raw / 100 if isinstance(raw, int) else None


def uptime_in(values: Mapping[bytes, codec.Value]) -> Uptime:
    """The uptime that a device's answers for ``UPTIMES`` tell.

    snmpEngineTime tells how often sysUpTime wrapped, where it agrees with it: some agents count hundredths there.
    hrSystemUptime counts where it is longer, for an agent may start later than its device.

    Source:
        LibreNMS recordings: a C320 tells an engine time in hundredths (issue 13576), a UFiber's agent is a day younger
        than its system, an E7-2 has 447 days in both.
    """
    agent_s, host_s = uptime(values.get(SYS_UP_TIME)), uptime(values.get(HR_SYSTEM_UPTIME))
    engine_s = values.get(ENGINE_TIME)
    if agent_s is None:
        return Uptime(None, None)
    system_s = agent_s
    if type(engine_s) is int:
        wraps = round((engine_s - agent_s) / UPTIME_WRAP_S)
        if wraps > 0 and abs(engine_s - agent_s - wraps * UPTIME_WRAP_S) < AGREES_S:
            system_s += wraps * UPTIME_WRAP_S
    return Uptime(agent_s, system_s if host_s is None else max(system_s, host_s))


class UptimeReader:
    """Asks one device for its uptime; remembers what its agent bears to be asked."""

    def __init__(self) -> None:
        self._asks: Sequence[bytes] | None = None
        """None before the first answer."""

    async def read(self, session: SnmpSession, others: Sequence[bytes] = ()) -> tuple[Uptime, dict[bytes, codec.Value]]:
        """The uptime, and the values of ``others``, with one GET.

        Raises:
            SourceError: No answer, or an error-status.
        """
        try:
            values = await session.get([*others, *(self._asks or UPTIMES)])
        except SourceProtocolError:
            if self._asks is not None:
                raise
            # To some agents an object that they do not have is an error.
            values = await session.get([*others, SYS_UP_TIME])
            self._asks = (SYS_UP_TIME,)
        else:
            self._asks = self._asks or UPTIMES
        return uptime_in(values), values
