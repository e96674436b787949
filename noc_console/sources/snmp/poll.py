"""Polling one OLT: what it is, and what its tables hold, read through its profile.

A poll never raises for what the OLT does: it returns a reading with an honest outcome. It writes nothing.
A poll that an OLT's restart fell into is not whole, however well each of its answers looked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from noc_console.config.model import OltConfig
from noc_console.domain.errors import ConfigError, SourceError
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import Facts, OltReading, restarted
from noc_console.sources.snmp.credentials import security_for
from noc_console.sources.snmp.discovery import Identity, choose_profile, read_identity
from noc_console.sources.snmp.index import Place
from noc_console.sources.snmp.profile import Profile
from noc_console.sources.snmp.reader import Reader
from noc_console.sources.snmp.session import SnmpEngine, SnmpSession
from noc_console.sources.snmp.uptime import Uptime, UptimeReader
from noc_console.sources.snmp.walk import Repetitions

RESTARTED = "the OLT restarted while it was read"
TOLD_IGNORED = 100
"""Datagrams that were of no use in one poll: some are the late answers of a slow OLT, so many are a fault."""


class OltPoller:
    """Reads one OLT.

    Args:
        engine: Shared by all OLTs of this process.
        config: The OLT's entry in the config file.
        profiles: All profiles by id.
        max_repetitions: What was learnt about this OLT before; None starts with config or profile.
        broken_profiles: What is wrong with profiles that do not load, by id.
        now: The clock, Unix seconds.
    """

    def __init__(
        self,
        engine: SnmpEngine,
        config: OltConfig,
        profiles: Mapping[str, Profile],
        max_repetitions: int | None = None,
        broken_profiles: Mapping[str, ConfigError] = MappingProxyType({}),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self.config = config
        self.identity: Identity | None = None
        self._engine = engine
        self._profiles = profiles
        self._broken_profiles = broken_profiles
        self._learnt = max_repetitions
        self._repetitions: Repetitions | None = None
        self._session: SnmpSession | None = None
        self._reader: Reader | None = None
        self._uptimes = UptimeReader()

    @property
    def profile(self) -> Profile | None:
        """What the OLT is read through; None before it was identified."""
        return self._reader.profile if self._reader else None

    @property
    def unverified(self) -> list[str]:
        """Facts read here that rest on one source only, such as ``ont.distance_m``."""
        if self._reader is None:
            return []
        facts = self._reader.profile.unverified(self._reader.variants)
        return sorted(f"{rows}.{fact}" for rows, names in facts.items() for fact in names)

    @property
    def max_repetitions(self) -> int | None:
        """What is known to work, to be kept; None before the first walk."""
        return self._repetitions.value if self._repetitions else self._learnt

    def close(self) -> None:
        """Close the socket; the next poll opens it again."""
        if self._session:
            self._session.close()
            self._session = None

    async def identify(self) -> Identity:
        """Ask what the OLT is, and choose its profile.

        Raises:
            SourceError: No answer, or no profile fits.
        """
        self.identity = await read_identity(self._connected())
        config = self.config
        profile = choose_profile(self._profiles, self.identity, config.profile, config.name, self._broken_profiles)
        profile = profile.with_encoding(config.text_encoding)
        limit = config.snmp.max_repetitions or profile.max_repetitions
        if self._repetitions is None:
            self._repetitions = Repetitions(min(self._learnt or limit, limit), limit)
        self._reader = Reader(profile, self._connected, self._repetitions, config.name)
        return self.identity

    async def poll(self, kind: PollKind) -> OltReading:
        """Read everything of one kind; partial at best when the OLT restarted meanwhile."""
        reading = OltReading(kind, self._now())
        begun = self._engine.time()
        ignored = self._ignored
        agent_s = None
        try:
            agent_s, reading.uptime_s = await self._uptime()
            reading.answered = True
            # After a restart its software, and with it its tables, may be others.
            if self._reader is None or (self.identity and restarted(self.identity.uptime_s, agent_s)):
                await self.identify()
            assert self._reader is not None
            await self._reader.read(reading)
        except SourceError as error:
            reading.error = error.message if error.hint is None else f"{error.message} ({error.hint})"
            if not reading.answered:
                self.close()
        except (ArithmeticError, LookupError, ValueError) as error:
            # A profile is the operator's own text: what it makes of a device must not end more than this poll.
            reading.outcome = Outcome.FAILED
            reading.error = f"the profile does not fit what the OLT answered: {error!r:.80}"
        reading.duration_s = self._engine.time() - begun
        if self._ignored - ignored >= TOLD_IGNORED:
            reading.refused.counts["datagram"] += self._ignored - ignored
            reading.refused.examples["datagram"] = "damaged, or not asked for"
        if reading.outcome is not Outcome.FAILED and restarted(agent_s, await self._uptime_now()):
            _doubt(reading)
        return reading

    async def read_ont(self, port: PonPort, ont_id: int) -> Facts:
        """Read state and optics of one ONT with one GET.

        Raises:
            SourceError: No answer, or the OLT does not list the ONT.
        """
        if self._reader is None:
            await self.identify()
        assert self._reader is not None
        return await self._reader.read_ont(Place(port, ont_id), self._now())

    @property
    def _ignored(self) -> int:
        return self._session.ignored if self._session else 0

    async def _uptime(self) -> Uptime:
        uptime, _ = await self._uptimes.read(self._connected())
        return uptime

    async def _uptime_now(self) -> float | None:
        """The agent's uptime after a poll; None when the OLT went silent after it gave everything."""
        try:
            return (await self._uptime()).agent_s
        except SourceError:
            return None

    def _connected(self) -> SnmpSession:
        if self._session is None:
            snmp = self.config.snmp
            self._session = self._engine.open(
                self.config.address, snmp.port, security_for(snmp), snmp.timeout_s, snmp.retries, snmp.window
            )
        return self._session


def _doubt(reading: OltReading) -> None:
    """Conclude nothing from what is missing: the tables of an agent that starts are short, or empty."""
    reading.outcome, reading.error = Outcome.PARTIAL, RESTARTED
    reading.all_ports = False
    reading.unregistered = None
    reading.whole.clear()
    for port in reading.ports:
        port.whole.clear()
        if port.outcome is Outcome.COMPLETE:
            port.outcome, port.error = Outcome.PARTIAL, RESTARTED
