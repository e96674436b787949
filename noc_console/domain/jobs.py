"""Jobs: what an operator may ask for, the gate in front of it, and the states on the way to a proven end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class JobKind(StrEnum):
    """What a job does. ``KINDS`` tells its danger and its parameters."""

    VIEW = "view"
    """Read what the ACS has cached about the ONT's router. Touches no device."""
    REFRESH = "refresh"
    """Read the ONT from its OLT and the router's sections from the router, now."""
    READ_CONFIG = "read-config"
    """Read the router's whole document from the ACS. Touches no device."""
    REBOOT = "reboot"
    FACTORY_RESET = "factory-reset"
    OLT_REBOOT = "olt-reboot"
    """Reboot the ONT through its OLT's command line."""
    WIFI_SSID = "wifi-ssid"
    WIFI_PASSWORD = "wifi-password"
    WIFI_SWITCH = "wifi-switch"
    WIFI_CHANNEL = "wifi-channel"
    LAN_PORT = "lan-port"
    PPPOE = "pppoe"
    """Set login and password of the Internet connection."""
    FIRMWARE = "firmware"
    SPEED_TEST = "speed-test"
    PING = "ping"
    TRACEROUTE = "traceroute"

    @property
    def level(self) -> int:
        """Danger: 0 none; 2 yes or no; 3 type the last four of the serial; 4 type the whole of it and a reason."""
        return KINDS[self].level

    @property
    def spec(self) -> KindSpec:
        """What is known of the kind."""
        return KINDS[self]


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What every part of the program must know of a kind of job."""

    title: str
    level: int
    parameters: tuple[str, ...] = ()
    """Names of what must be given."""
    optional: tuple[str, ...] = ()
    """Names of what may be given."""
    secret: bool = False
    """Whether it takes a secret besides, such as a password."""
    bulk: bool = False
    """Whether it may be done to many at once."""


KINDS: dict[JobKind, KindSpec] = {
    JobKind.VIEW: KindSpec("Read what the ACS knows", 0),
    JobKind.REFRESH: KindSpec("Refresh", 0),
    JobKind.READ_CONFIG: KindSpec("Read the running configuration", 0),
    JobKind.REBOOT: KindSpec("Reboot", 3, bulk=True),
    JobKind.FACTORY_RESET: KindSpec("Factory-reset", 4),
    JobKind.OLT_REBOOT: KindSpec("Reboot through the OLT", 3),
    JobKind.WIFI_SSID: KindSpec("Change the WiFi name", 3, ("network", "ssid")),
    JobKind.WIFI_PASSWORD: KindSpec("Change the WiFi password", 3, ("network",), secret=True),
    JobKind.WIFI_SWITCH: KindSpec("Switch a WiFi network on or off", 2, ("network", "on")),
    JobKind.WIFI_CHANNEL: KindSpec("Change the WiFi channel", 2, ("network", "channel"), bulk=True),
    JobKind.LAN_PORT: KindSpec("Switch a LAN port on or off", 2, ("port", "on")),
    JobKind.PPPOE: KindSpec("Change the PPPoE login", 3, ("username",), secret=True),
    JobKind.FIRMWARE: KindSpec("Install firmware", 4, ("file",), bulk=True),
    JobKind.SPEED_TEST: KindSpec("Speed test", 1, ("direction",), ("url",)),
    JobKind.PING: KindSpec("Ping from the router", 0, (), ("host",)),
    JobKind.TRACEROUTE: KindSpec("Traceroute from the router", 0, (), ("host",)),
}
"""Parameters: ``network`` and ``port`` name a group of the router's ``wireless`` or ``ethernet`` section by its
``Group.path``, by its title, or (networks) by its band; ``on`` is ``true`` or ``false``; ``channel`` is a number or
``auto``; ``direction`` is ``download`` or ``upload``; ``file`` is the name of a file at the ACS."""


class JobState(StrEnum):
    """requested → running → sent → verifying → one of the five ends."""

    REQUESTED = "requested"
    RUNNING = "running"
    SENT = "sent"
    """The ACS accepted it and the CPE was contacted."""
    VERIFYING = "verifying"
    """Done as far as the CPE says; now looking for proof."""
    VERIFIED = "verified"
    FAILED = "failed"
    NO_CONTACT = "no contact"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in ENDED


ENDED = frozenset((JobState.VERIFIED, JobState.FAILED, JobState.NO_CONTACT, JobState.EXPIRED, JobState.CANCELLED))


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a console or a command submits."""

    kind: JobKind
    ont_id: int
    """``Ont.id`` (the row, not the id on the PON)."""
    reason: str
    requested_by: str
    requested_from: str
    expires_in_s: float = 600.0
    forced: bool = False
    """Blockers were overridden; the reason says why."""
    sections: tuple[str, ...] = ()
    """For view and refresh: which router sections; empty means all."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """As ``KINDS`` names them; never secrets."""
    secret: str | None = field(default=None, repr=False)
    """Kept apart from the job, and only until it is used."""


@dataclass(frozen=True, slots=True)
class JobStep:
    """One line of a job's story."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored."""

    id: int
    kind: JobKind
    state: JobState
    ont_id: int
    serial: str | None
    olt: str
    port: str
    reason: str
    requested_by: str
    requested_from: str
    requested_at: float
    expires_at: float
    forced: bool = False
    result: str | None = None
    """One line: "back after 74 s", "no contact: CPE offline, task withdrawn", "fault 9002 Internal error"."""
    started_at: float | None = None
    finished_at: float | None = None
    sections: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, float | str] = field(default_factory=dict)
    """What it measured, units in the names: ``{"download_mbps": 93.2, "plan_mbps": 100.0}``."""
    batch_id: int | None = None
    """The bulk action that it is part of."""
    steps: tuple[JobStep, ...] = field(default=())
    revision: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state.ended


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One action on many ONTs, as a console or a command submits it."""

    kind: JobKind
    ont_ids: Sequence[int]
    reason: str
    requested_by: str
    requested_from: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    forced: bool = False
    """ONTs with blockers that may be forced are included."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A bulk action as stored, with the states of its jobs counted."""

    id: int
    kind: JobKind
    reason: str
    requested_by: str
    requested_from: str
    requested_at: float
    total: int
    released_by: str | None = None
    """The second operator, where one is needed; nothing starts before."""
    needs_release: bool = False
    cancel_by: str | None = None
    finished_at: float | None = None
    waiting: int = 0
    running: int = 0
    verified: int = 0
    not_verified: int = 0
    """Ended in any other way than verified."""
    revision: int = 0
