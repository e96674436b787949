"""The simulated network's parts and physics: OLTs, boards, PON ports, ONTs; light, traffic, state and its causes.

Nothing here knows SNMP, sockets or schedules. Power at an instant is a pure function of that instant, so the live
network and its invented past agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

from noc_console.demo.families import HUAWEI
from noc_console.domain.identity import OntSerial, PonPort

FIBRE_1490_DB_PER_KM = 0.35
FIBRE_1310_DB_PER_KM = 0.42
_DAY_S = 86400.0
_NOISE_STEP_S = 60.0
_NOISE_DB = 0.06
_DAILY_DB = 0.12


class Cause(IntEnum):
    """Last-down causes that happen here.

    Source:
        HUAWEI-XPON-MIB, hwGponDeviceOntControlLastDownCause.
    """

    NEVER = -1
    LOS = 1
    DEACTIVATED = 8
    DYING_GASP = 13
    RESET_BY_COMMAND = 31
    RESET_BY_ONT = 33
    NONE = 255


@dataclass(frozen=True, slots=True)
class OntModel:
    """A kind of ONT."""

    name: str
    vendor: str
    """GPON vendor id: four characters."""
    hardware: str
    firmware: str
    tx_dbm: float


@dataclass(frozen=True, slots=True)
class Fade:
    """A fibre that gets worse: ``depth_db`` more loss after ``duration_s``, gone when mended."""

    start_at: float
    duration_s: float
    depth_db: float
    mended_at: float = math.inf

    def loss_db(self, at: float) -> float:
        """Loss that it adds at an instant."""
        if not self.start_at < at < self.mended_at:
            return 0.0
        return self.depth_db * min(1.0, (at - self.start_at) / self.duration_s)


@dataclass(slots=True)
class SimPort:
    """A PON port and what hangs on it."""

    id: PonPort
    split: int
    split_loss_db: float
    tx_dbm: float
    onts: list[SimOnt] = field(default_factory=list)
    sfp_celsius: int = 42
    cut: bool = False
    cut_branches: set[int] = field(default_factory=set)
    dead: bool = False
    """Its card has failed."""
    last_up_at: float = 0.0
    last_down_at: float | None = None

    @property
    def up(self) -> bool:
        """Whether light comes back from any ONT."""
        return any(ont.online for ont in self.onts)

    @property
    def branches(self) -> int:
        """How many splitters hang on its first one."""
        return 1 + max((ont.branch for ont in self.onts), default=0)


@dataclass(slots=True)
class SimOnt:
    """An ONT as its OLT has it configured, and what became of it."""

    olt: str
    port: SimPort = field(repr=False, compare=False)
    ont_id: int
    serial: OntSerial
    description: bytes
    """As typed into the OLT: any octets, at most 128."""
    model: OntModel
    distance_m: int
    drop_loss_db: float
    """Connectors, bends and the drop fibre; negative when it hangs before the splitter."""
    noise_seed: int
    down_bps: float
    up_bps: float
    managed: bool = True
    """Whether its router informs the ACS."""
    branch: int = 0
    """Which splitter of its port it hangs on: neighbours along the fibre share one."""
    zone: str = ""
    """Whose power fails together with its own."""
    fades: list[Fade] = field(default_factory=list)

    powered: bool = True
    active: bool = True
    """False when deactivated at the OLT."""
    restarting: bool = False
    drop_broken: bool = False
    """Its own fibre is cut."""
    online: bool = False
    cause: int = Cause.NEVER
    last_up_at: float | None = None
    last_down_at: float | None = None
    last_gasp_at: float | None = None
    _counted_at: float = 0.0
    _down_bytes: float = 0.0
    _up_bytes: float = 0.0

    @property
    def able(self) -> bool:
        """Whether it could be online: power, light, permission."""
        return self.powered and self.active and self.has_light and not self.restarting

    @property
    def has_light(self) -> bool:
        """Whether its fibre is whole up to a port that works."""
        port = self.port
        return not (port.dead or port.cut or self.branch in port.cut_branches or self.drop_broken)

    @property
    def down_cause(self) -> Cause:
        """What the OLT would give as the reason, were it to go down now."""
        if not self.powered:
            return Cause.DYING_GASP
        return Cause.LOS if self.active else Cause.DEACTIVATED

    def come_up(self, at: float) -> None:
        """Go online."""
        self.online, self.last_up_at, self._counted_at = True, at, at

    def go_down(self, cause: int, at: float) -> None:
        """Go offline."""
        self._down_bytes, self._up_bytes = self.bytes_at(at)
        self.online, self.cause, self.last_down_at = False, cause, at
        if cause == Cause.DYING_GASP:
            self.last_gasp_at = at

    def bytes_at(self, at: float) -> tuple[float, float]:
        """Bytes to and from the ONT since it was configured; they stand still while it is offline."""
        if not self.online:
            return self._down_bytes, self._up_bytes
        # The ripple makes rates live; its slope stays below 1, so the counters never run backwards.
        elapsed = max(0.0, at - self._counted_at)
        busy_s = elapsed + 9.0 * (1.0 - math.cos(elapsed / 30.0))
        return self._down_bytes + self.down_bps / 8 * busy_s, self._up_bytes + self.up_bps / 8 * busy_s

    def start_counters(self, down_bytes: float, up_bytes: float, at: float) -> None:
        """Set what had been carried when the simulation starts."""
        self._down_bytes, self._up_bytes, self._counted_at = down_bytes, up_bytes, at

    def rx_dbm(self, at: float) -> float:
        """Power at the ONT, 1490 nm."""
        return self.port.tx_dbm - self._path_loss_db(FIBRE_1490_DB_PER_KM, at)

    def olt_rx_dbm(self, at: float) -> float:
        """Power of this ONT at the OLT, 1310 nm."""
        return self.model.tx_dbm - self._path_loss_db(FIBRE_1310_DB_PER_KM, at)

    def _path_loss_db(self, db_per_km: float, at: float) -> float:
        fibre_db = self.distance_m / 1000 * db_per_km
        fades_db = sum(fade.loss_db(at) for fade in self.fades)
        return fibre_db + self.port.split_loss_db + self.drop_loss_db + fades_db + self._wander_db(at)

    def _wander_db(self, at: float) -> float:
        daily = math.sin(2 * math.pi * at / _DAY_S + self.noise_seed)
        return _DAILY_DB * daily + _NOISE_DB * noise(self.noise_seed, int(at // _NOISE_STEP_S))


@dataclass(slots=True)
class SimCard:
    """A board in a slot."""

    slot: int
    type: str
    kind: str
    """gpon, control or power."""
    serial: str
    version: str
    role: int | None = None
    """1 main, 2 standby; None for boards that have no such role."""
    state: int = 2
    cpu_percent: int = -1
    """-1 means that the board has no such reading."""
    memory_percent: int = -1
    celsius: int = 38
    watts: int = 20


@dataclass(frozen=True, slots=True)
class Unregistered:
    """An ONT that waits to be configured."""

    port: SimPort
    serial: OntSerial
    model: OntModel
    found_at: float


@dataclass(slots=True)
class SimOlt:
    """One OLT."""

    name: str
    cards: list[SimCard]
    ports: list[SimPort]
    booted_at: float
    utc_offset_s: int
    """Its clock: seconds ahead of UTC, which SNMP does not tell."""
    unregistered: list[Unregistered] = field(default_factory=list)
    family: str = HUAWEI
    """A key of ``FAMILIES``."""
    uplink: str = ""
    """What it hangs on."""
    cut_off: bool = False
    """Whether its uplink is dead: nothing of it, nor of its customers, gets through."""

    @property
    def onts(self) -> list[SimOnt]:
        """All ONTs, by port and id."""
        return [ont for port in self.ports for ont in port.onts]

    def ports_of(self, card: SimCard) -> list[SimPort]:
        """The PON ports of a card."""
        return [port for port in self.ports if port.id.path[-2] == card.slot]


@dataclass(slots=True)
class Plant:
    """The whole network."""

    olts: list[SimOlt]
    built_at: float

    @property
    def onts(self) -> list[SimOnt]:
        """All ONTs of all OLTs."""
        return [ont for olt in self.olts for ont in olt.onts]


def noise(seed: int, step: int) -> float:
    """Repeatable noise in -1..1: the same for the same seed and step."""
    mixed = (seed * 0x9E3779B1 ^ step * 0x85EBCA6B) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 12) * 0x297A2D39 & 0xFFFFFFFF
    return (mixed ^ mixed >> 15) / 0x7FFFFFFF - 1.0
