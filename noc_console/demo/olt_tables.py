"""What every simulated OLT's tree of values has: the system group, interfaces, and tables that follow the plant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime

from noc_console.demo import ber
from noc_console.demo.ber import Oid
from noc_console.demo.mib import Cell, MibTree, Table
from noc_console.demo.plant import SimCard, SimOlt, SimOnt, SimPort
from noc_console.demo.traps import Trap

Clock = Callable[[], float]

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IFX_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
UP, DOWN = 1, 2
_NEVER = bytes(8)


class OltTables(ABC):
    """An OLT's tree of values, kept in step with the plant by the ``refresh_*`` methods.

    Args:
        olt: The OLT to describe.
        clock: Unix seconds.
    """

    optics: Oid
    """Column or table whose values the OLT must ask its ONTs for, one by one."""

    def __init__(self, olt: SimOlt, clock: Clock) -> None:
        self.olt = olt
        self.tree = MibTree()
        self._clock = clock

    @abstractmethod
    def refresh_ont(self, ont: SimOnt) -> None:
        """Follow a change of an ONT's state, and of its port's."""

    @abstractmethod
    def traps(self, ont: SimOnt, port_too: bool) -> list[Trap]:
        """What the OLT reports when an ONT has gone up or down, and with it (``port_too``) its port."""

    @abstractmethod
    def refresh_optics(self, ont: SimOnt) -> None:
        """Follow an ONT's light."""

    @abstractmethod
    def refresh_port(self, port: SimPort) -> None:
        """Follow a PON port."""

    @abstractmethod
    def refresh_card(self, card: SimCard) -> None:
        """Follow a board's readings."""

    @abstractmethod
    def refresh_unregistered(self) -> None:
        """Follow the list of ONTs that wait to be configured."""

    def put_system(self, descr: str, object_id: Oid) -> None:
        """The system group."""

        def uptime(_: None) -> bytes:
            centiseconds = int((self._clock() - self.olt.booted_at) * 100) % 2**32
            return ber.integer(centiseconds, ber.TIMETICKS)

        fixed = {
            1: ber.octets(descr.encode()),
            2: ber.object_id(object_id),
            4: ber.octets(b"noc@example.net"),
            5: ber.octets(self.olt.name.encode()),
            6: ber.octets(self.olt.name.removeprefix("olt-").encode()),
        }
        scalar: dict[Oid, None] = {(0,): None}
        cells: dict[Oid, Cell[None]] = {(*SYSTEM, n): constant(value) for n, value in fixed.items()}
        Table(self.tree, scalar, cells, {(*SYSTEM, 3): uptime})

    def clock_text(self, at: float | None) -> bytes:
        """DateAndTime by the OLT's own clock: 8 octets, without a zone; all zero for never."""
        if at is None:
            return ber.octets(_NEVER)
        when = datetime.fromtimestamp(at + self.olt.utc_offset_s, UTC)
        fields = (when.month, when.day, when.hour, when.minute, when.second, when.microsecond // 100_000)
        return ber.octets(when.year.to_bytes(2, "big") + bytes(fields))

    def port_bytes(self, direction: int) -> Cell[SimPort]:
        """A port's counter: 0 to the ONTs, 1 from them."""
        return lambda port: counter(sum(ont.bytes_at(self._clock())[direction] for ont in port.onts))

    def ont_bytes(self, direction: int) -> Cell[SimOnt]:
        """An ONT's counter: 0 to it, 1 from it."""
        return lambda ont: counter(ont.bytes_at(self._clock())[direction])


def counter(value: float) -> bytes:
    """A Counter64."""
    return ber.integer(int(value), ber.COUNTER64)


def constant(value: bytes) -> Cell[None]:
    """The same for every part."""
    return lambda _: value


def g988_power(dbm: float) -> int:
    """Received or sent power as ITU-T G.988 keeps it: two's complement in 16 bits, steps of 0.002 dB."""
    return round(dbm * 500) & 0xFFFF
