"""Rows that the storage hands out and the console, the commands and the rules read.

Instants (``*_at``) are Unix seconds, UTC, as float. None means "no value"; it is shown blank, never as 0.
Text fields were made harmless by ``domain.text.clean`` before they were stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from noc_console.domain.freshness import Intervals

COLLECTOR_DEAD_AFTER_S = 20.0
"""A collector whose heartbeat is older than this is dead."""


class PollKind(StrEnum):
    """The four rhythms at which an OLT is asked."""

    STATE = "state"
    OPTICS = "optics"
    HEALTH = "health"
    INVENTORY = "inventory"


class Outcome(StrEnum):
    """How a poll ended. Only a complete one may conclude that something is gone."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Olt:
    """One OLT and how the last conversation with it went."""

    id: int
    name: str
    address: str
    profile: str | None = None
    """Profile id, such as ``huawei-ma5600``; None before detection."""
    description: str | None = None
    """sysDescr."""
    software: str | None = None
    reachable: bool | None = None
    """Whether the last attempt got an answer; None before the first."""
    error: str | None = None
    """What went wrong in the last attempt, and what to do."""
    last_poll_at: float | None = None
    """Last attempt of any kind."""
    last_ok_at: float | None = None
    """Last answer."""
    last_poll_s: float | None = None
    """How long the last state poll took."""
    retry_at: float | None = None
    """When a failing OLT is asked again."""
    uptime_s: float | None = None
    cpu_percent: float | None = None
    memory_percent: float | None = None
    temperature_celsius: float | None = None
    unverified: str | None = None
    """Facts that rest on one source only for this model, comma-separated: ``ont.distance_m,olt.software``."""
    ping_rtt_ms: float | None = None
    """Mean round trip of the last series of ICMP echoes; None when all were lost."""
    ping_loss: float | None = None
    """Share of the last series that was lost, 0 to 1; None when never pinged. Says nothing about SNMP."""
    ping_at: float | None = None
    state_s: float | None = None
    """How often its states are read; None until it was polled."""
    optics_s: float | None = None
    health_s: float | None = None
    inventory_s: float | None = None
    removed_at: float | None = None
    """Set when it is no longer configured."""
    revision: int = 0

    def intervals(self, usual: Intervals) -> Intervals:
        """How often it is read; ``usual`` where its collector did not tell yet."""
        told = {name: getattr(self, name) for name in ("state_s", "optics_s", "health_s", "inventory_s")}
        return replace(usual, **{name: value for name, value in told.items() if value is not None})

    def unverified_of(self, rows: str) -> frozenset[str]:
        """Names of the unverified facts of one kind of rows: ``ont``, ``card``, ``fan``, ``pon_port``, ``olt``."""
        facts = (fact.partition(".") for fact in (self.unverified or "").split(","))
        return frozenset(name for kind, _, name in facts if kind == rows)


@dataclass(frozen=True, slots=True)
class Card:
    """A board in an OLT."""

    olt_id: int
    name: str
    """Frame/slot, such as ``0/1``."""
    type: str | None = None
    state: str | None = None
    """``normal``, ``fault``, ``offline``, ... as the profile's enum names it; raw number as text when unknown."""
    role: str | None = None
    cpu_percent: float | None = None
    memory_percent: float | None = None
    temperature_celsius: float | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Fan:
    """A fan, or a tray of them."""

    olt_id: int
    name: str
    """As the device numbers it: ``0`` (a tray), ``0/1``."""
    state: str | None = None
    speed_rpm: float | None = None
    speed_percent: float | None = None
    temperature_celsius: float | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Unregistered:
    """An ONT that waits at a PON port to be registered."""

    olt_id: int
    port: str
    serial: str
    model: str | None = None
    first_seen_at: float = 0.0
    last_seen_at: float = 0.0
    gone_at: float | None = None
    """Set when a complete reading no longer listed it."""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Port:
    """A PON port."""

    olt_id: int
    name: str
    """``0/1/3``."""
    admin: str | None = None
    oper: str | None = None
    """``up``, ``down`` or raw text."""
    sfp_present: bool | None = None
    tx_dbm: float | None = None
    temperature_celsius: float | None = None
    voltage_v: float | None = None
    bias_ma: float | None = None
    last_down_cause: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class PollMark:
    """When one PON port (or, with an empty port, the OLT itself) was last read, per kind."""

    olt_id: int
    port: str
    kind: PollKind
    outcome: Outcome
    attempted_at: float
    observed_at: float | None
    """Last time that it was read whole; None when it never was."""
    error: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Ont:
    """One ONT as the OLT last reported it. For the state *now* see ``domain.ont.effective_state``."""

    id: int
    olt_id: int
    port: str
    """PON port, ``0/1/3``."""
    ont_id: int
    serial: str | None = None
    """Canonical form, see ``domain.identity.OntSerial``. EPON has none."""
    mac: str | None = None
    """``00:6D:61:EE:0B:F3``: how an EPON ONU is known."""
    description: str | None = None
    model: str | None = None
    hardware: str | None = None
    firmware: str | None = None
    state: str = "unknown"
    """As reported: online, offline, unknown."""
    vendor_state: str | None = None
    """The vendor's own value, when no profile explains it."""
    offline_reason: str | None = None
    """``OfflineReason`` value; kept while online as the last one."""
    vendor_reason: str | None = None
    """The vendor's own value, such as ``13``."""
    admin: str | None = None
    config_state: str | None = None
    match_state: str | None = None
    state_changed_at: float | None = None
    first_seen_at: float | None = None
    last_online_at: float | None = None
    vanished_at: float | None = None
    """Set when a complete walk no longer listed it."""
    last_up_clock: str | None = None
    """By the OLT's own clock, whose zone is not known: ``2026-03-09 08:01:38``."""
    last_down_clock: str | None = None
    online_since_at: float | None = None
    distance_m: int | None = None
    last_distance_m: int | None = None
    """Kept when offline."""
    onu_rx_dbm: float | None = None
    olt_rx_dbm: float | None = None
    onu_tx_dbm: float | None = None
    temperature_celsius: float | None = None
    voltage_v: float | None = None
    bias_ma: float | None = None
    last_onu_rx_dbm: float | None = None
    """The last reading that there was, with its time in ``last_rx_at``."""
    last_rx_at: float | None = None
    told_signal: str | None = None
    """``Signal`` value of the last ``LightCrossed``, or of the first reading; None before it."""
    told_rx_dbm: float | None = None
    """The reading that it was told of."""
    refreshed_at: float | None = None
    """When this ONT alone was last read (``r``)."""
    revision: int = 0

    @property
    def identity(self) -> str | None:
        """What it is called by: its serial number, or an EPON ONU's MAC address."""
        return self.serial or self.mac


@dataclass(frozen=True, slots=True)
class Cpe:
    """A customer's router as the ACS knows it."""

    device_id: str
    """GenieACS ``_id``: already percent-encoded text."""
    serial: str | None = None
    """Canonical GPON serial, when it could be told."""
    acs_serial: str | None = None
    manufacturer: str | None = None
    product_class: str | None = None
    model: str | None = None
    firmware: str | None = None
    last_inform_at: float | None = None
    last_boot_at: float | None = None
    inform_interval_s: float | None = None
    wan_ip: str | None = None
    pppoe_user: str | None = None
    mac: str | None = None
    rx_dbm: float | None = None
    """CPE's own optical reading, when the ACS holds one."""
    uptime_s: float | None = None
    """As of ``last_inform_at``."""
    revision: int = 0

    @property
    def silent_after_s(self) -> float:
        """After how long without an Inform it counts as silent: three of them, a day when the interval is not told."""
        return 3.0 * self.inform_interval_s if self.inform_interval_s else 86400.0

    @property
    def name(self) -> str:
        """What confirms an action on it alone, and names it on a screen: the serial number that it told the ACS."""
        return self.acs_serial or self.serial or self.device_id


@dataclass(frozen=True, slots=True)
class Source:
    """State of one outside system as the collector sees it."""

    name: str
    """``genieacs``, ``victoriametrics``, ``jobs``; an OLT's or core device's name when its worker is broken."""
    state: str
    """ok, failing (it did not do its part), broken (our part has a fault), off (not configured), never."""
    last_ok_at: float | None = None
    error: str | None = None
    latency_ms: float | None = None
    retry_at: float | None = None
    detail: str | None = None
    """Such as "1,204 samples wait to be shipped"."""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Collector:
    """A collector that registered itself; alive while its heartbeat is fresh."""

    id: str
    host: str
    pid: int
    mode: str
    """``child`` of a console, ``daemon``, or ``once``."""
    started_at: float
    heartbeat_at: float
    """By the reader's clock."""
    public_key: str = ""
    """To which secrets are sealed that only it may read."""
    clock_at: float | None = None
    """What its own clock said at its last heartbeat, by which its readings are stamped; None when it did not tell."""
    joined: bool = False
    """Whether it shares the OLTs with others."""
    leads: bool = False
    """Whether it does what one of them does for all."""
    region: str | None = None
    """Whose OLTs it takes first."""
    marks: str = ""
    """By which release and config it works, see ``agreement``; empty when it did not tell."""

    def alive(self, now: float) -> bool:
        """Whether its heartbeat is fresh."""
        return now - self.heartbeat_at < COLLECTOR_DEAD_AFTER_S

    @property
    def clock_ahead_s(self) -> float:
        """How far its clock is ahead of the reader's, seconds; below 0 when it is behind."""
        return 0.0 if self.clock_at is None else self.clock_at - self.heartbeat_at

    def takes_jobs(self, now: float) -> bool:
        """Whether it would do what is asked for: one that polls once and ends does not."""
        return self.mode != "once" and self.alive(now)
