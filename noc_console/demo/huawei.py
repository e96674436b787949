"""A simulated OLT seen through Huawei's MIBs: which object ids exist, and what they say about the plant.

Source:
    HUAWEI-XPON-MIB for the ONT and PON tables, HUAWEI-XPON-TRAP-MIB for the notifications,
    HUAWEI-DEVICE-MIB and HWMUSA-DEV-MIB for boards, IF-MIB.
"""

from __future__ import annotations

from collections.abc import Callable

from noc_console.demo import ber
from noc_console.demo.ber import Oid
from noc_console.demo.mib import Cell, Table
from noc_console.demo.olt_tables import DOWN, IF_ENTRY, IFX_ENTRY, UP, Clock, OltTables, constant, counter
from noc_console.demo.plant import Cause, SimCard, SimOlt, SimOnt, SimPort, Unregistered
from noc_console.demo.traps import Trap
from noc_console.domain.identity import PonPort

XPON: Oid = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1)
ONT_OPTICS: Oid = (*XPON, 2, 51, 1)
DEVICE: Oid = (1, 3, 6, 1, 4, 1, 2011, 6, 3)
MUSA_BOARD: Oid = (1, 3, 6, 1, 4, 1, 2011, 2, 6, 7, 1, 1, 2, 1)
SYS_OBJECT_ID: Oid = (1, 3, 6, 1, 4, 1, 2011, 2, 293)
SYS_DESCR = "Huawei Integrated Access Software"
SOFTWARE = b"MA5800V100R019C10SPC200"

_PLACE: tuple[Oid, ...] = ((*DEVICE, 2, 1, 1, 1), (*DEVICE, 3, 2, 1, 1), (*DEVICE, 4, 1, 1, 1))
"""Frame, slot and port, as alarms name them."""
_OLT_ALARMS: Oid = (*XPON, 12, 2, 1, 0)
_ONT_ALARM: Oid = (*XPON, 12, 2, 2, 0)
_ONT_ALARMS = {Cause.LOS: 12, Cause.DYING_GASP: 18}
"""The next number says that it has ended."""
_RUN_STATE: Oid = (*XPON, 12, 3, 0, 100)
NO_READING = 2147483647
GPON_TYPE = 125
_ETHERNET_TYPE = 7
_UPLINKS = 4


def if_index(port: PonPort) -> int:
    """ifIndex of a GPON port, such as 4194312192 for 0/1/0."""
    frame, slot, number = port.path
    return GPON_TYPE << 25 | frame << 19 | slot << 13 | number << 8


def ethernet_if_index(slot: int, number: int) -> int:
    """ifIndex of an uplink, such as 234938432 for 0/7/1."""
    return _ETHERNET_TYPE << 25 | slot << 13 | number << 6


def _of_sfp(value: Callable[[SimPort], int]) -> Cell[SimPort]:
    return lambda port: ber.integer(NO_READING if port.dead else value(port))


class HuaweiOlt(OltTables):
    """An MA5800."""

    optics = ONT_OPTICS

    def __init__(self, olt: SimOlt, clock: Clock) -> None:
        super().__init__(olt, clock)
        ports: dict[Oid, SimPort] = {(if_index(port.id),): port for port in olt.ports}
        onts: dict[Oid, SimOnt] = {(if_index(ont.port.id), ont.ont_id): ont for ont in olt.onts}
        cards: dict[Oid, SimCard] = {(0, card.slot): card for card in olt.cards}
        self.put_system(SYS_DESCR, SYS_OBJECT_ID)
        scalar: dict[Oid, None] = {(0,): None}
        Table(self.tree, scalar, {(*DEVICE, 1, 999): constant(ber.octets(SOFTWARE))})
        self._put_interfaces()
        self._ports = Table(self.tree, ports, self._port_cells(), self._port_counters())
        self._onts = Table(self.tree, onts, self._ont_cells(), self._ont_counters())
        self._optics = Table(self.tree, onts, self._optics_cells())
        self._cards = Table(self.tree, cards, _CARD_CELLS)
        busy: dict[Oid, SimCard] = {(0, card.slot, 0): card for card in olt.cards if card.cpu_percent >= 0}
        self._processors = Table(self.tree, busy, _PROCESSOR_CELLS)
        self.refresh_unregistered()

    def refresh_ont(self, ont: SimOnt) -> None:
        """Follow a change of an ONT's state, and of its port's."""
        index = (if_index(ont.port.id), ont.ont_id)
        self._onts.refresh(index)
        self._optics.refresh(index)
        self.refresh_port(ont.port)

    def traps(self, ont: SimOnt, port_too: bool) -> list[Trap]:
        """The alarm, and the change of the run state."""
        place = tuple((name, ber.integer(number)) for name, number in zip(_PLACE, ont.port.id.path, strict=True))
        number = ((*XPON, 2, 43, 1, 1), ber.integer(ont.ont_id))
        found = [Trap((*_OLT_ALARMS, 2 if ont.online else 1), place)] if port_too else []
        alarm = _ONT_ALARMS.get(Cause(ont.cause))
        if alarm:
            found.append(Trap((*_ONT_ALARM, alarm + ont.online), (*place, number)))
        index = if_index(ont.port.id)
        state = ber.integer(1 if ont.online else 2)
        named = (((*IF_ENTRY, 1, index), ber.integer(index, ber.GAUGE32)), number, ((*XPON, 11, 510), state))
        head = (((*XPON, 11, 1), ber.integer(0)), ((*XPON, 11, 2), ber.integer(0)))
        return [*found, Trap(_RUN_STATE, (*head, *named))]

    def refresh_optics(self, ont: SimOnt) -> None:
        """Follow an ONT's light."""
        self._optics.refresh((if_index(ont.port.id), ont.ont_id))

    def refresh_port(self, port: SimPort) -> None:
        """Follow a PON port."""
        self._ports.refresh((if_index(port.id),))

    def refresh_card(self, card: SimCard) -> None:
        """Follow a board's readings."""
        self._cards.refresh((0, card.slot))
        if card.cpu_percent >= 0:
            self._processors.refresh((0, card.slot, 0))

    def refresh_unregistered(self) -> None:
        """Follow the list of ONTs that wait to be configured."""
        found: dict[Oid, Unregistered] = {}
        for waiting in self.olt.unregistered:
            port = if_index(waiting.port.id)
            found[(port, sum(index[0] == port for index in found))] = waiting
        Table(self.tree, found, self._unregistered_cells())

    def _put_interfaces(self) -> None:
        control = next(card.slot for card in self.olt.cards if card.kind == "control")
        interfaces: dict[Oid, tuple[bytes, SimPort | None]] = {
            (ethernet_if_index(control, n),): (f"ethernet0/{control}/{n}".encode(), None) for n in range(_UPLINKS)
        }
        for port in self.olt.ports:
            interfaces[(if_index(port.id),)] = (f"GPON {port.id}".encode(), port)
        cells: dict[Oid, Cell[tuple[bytes, SimPort | None]]] = {
            (*IF_ENTRY, 2): lambda it: ber.octets(b"Huawei-MA5800-V100R019-" + it[0]),
            (*IF_ENTRY, 3): lambda it: ber.integer(250 if it[1] else 6),
            (*IF_ENTRY, 7): lambda it: ber.integer(UP),
            (*IFX_ENTRY, 1): lambda it: ber.octets(it[0]),
        }
        live: dict[Oid, Cell[tuple[bytes, SimPort | None]]] = {
            (*IF_ENTRY, 8): lambda it: ber.integer(UP if it[1] is None or it[1].up else DOWN),
        }
        Table(self.tree, interfaces, cells, live)

    def _port_cells(self) -> dict[Oid, Cell[SimPort]]:
        return {
            (*XPON, 2, 21, 1, 10): lambda port: ber.integer(UP if port.up else DOWN),
            (*XPON, 2, 21, 1, 13): lambda port: ber.integer(1),
            (*XPON, 2, 21, 1, 16): lambda port: ber.integer(len(port.onts)),
            (*XPON, 2, 21, 1, 17): lambda port: self.clock_text(port.last_up_at),
            (*XPON, 2, 21, 1, 18): lambda port: self.clock_text(port.last_down_at),
            (*XPON, 2, 21, 1, 19): lambda port: ber.integer(1 if port.last_down_at else -1),
            (*XPON, 2, 23, 1, 1): _of_sfp(lambda port: port.sfp_celsius),
            (*XPON, 2, 23, 1, 2): _of_sfp(lambda port: 322 + port.sfp_celsius % 7),
            (*XPON, 2, 23, 1, 3): _of_sfp(lambda port: port.sfp_celsius // 3),
            (*XPON, 2, 23, 1, 4): _of_sfp(lambda port: round(port.tx_dbm * 100)),
            (*XPON, 2, 23, 1, 5): lambda port: ber.integer(NO_READING),
        }

    def _port_counters(self) -> dict[Oid, Cell[SimPort]]:
        return {(*XPON, 4, 21, 1, 15): self.port_bytes(1), (*XPON, 4, 21, 1, 30): self.port_bytes(0)}

    def _ont_cells(self) -> dict[Oid, Cell[SimOnt]]:
        return {
            (*XPON, 2, 43, 1, 3): lambda ont: ber.octets(bytes.fromhex(ont.serial.hex)),
            (*XPON, 2, 43, 1, 7): lambda ont: ber.octets(b"line-profile_1G"),
            (*XPON, 2, 43, 1, 8): lambda ont: ber.octets(b"srv-profile_router"),
            (*XPON, 2, 43, 1, 9): lambda ont: ber.octets(ont.description),
            (*XPON, 2, 43, 1, 10): lambda ont: ber.integer(1),
            (*XPON, 2, 45, 1, 1): lambda ont: ber.octets(ont.model.hardware.encode()),
            (*XPON, 2, 45, 1, 4): lambda ont: ber.octets(ont.model.name.encode().ljust(20, b"\x00")),
            (*XPON, 2, 45, 1, 5): lambda ont: ber.octets(ont.model.firmware.encode()),
            (*XPON, 2, 46, 1, 1): lambda ont: ber.integer(1 if ont.active else 2),
            (*XPON, 2, 46, 1, 15): lambda ont: ber.integer(UP if ont.online else DOWN),
            (*XPON, 2, 46, 1, 16): lambda ont: ber.integer(2 if ont.online else 1),
            (*XPON, 2, 46, 1, 18): lambda ont: ber.integer(2 if ont.online else 1),
            (*XPON, 2, 46, 1, 20): lambda ont: ber.integer(ont.distance_m if ont.online else -1),
            (*XPON, 2, 46, 1, 22): lambda ont: self.clock_text(ont.last_up_at),
            (*XPON, 2, 46, 1, 23): lambda ont: self.clock_text(ont.last_down_at),
            (*XPON, 2, 46, 1, 24): lambda ont: ber.integer(ont.cause),
            (*XPON, 2, 46, 1, 25): lambda ont: self.clock_text(ont.last_gasp_at),
            (*XPON, 2, 46, 1, 29): lambda ont: ber.integer(ont.distance_m),
            (*XPON, 2, 46, 1, 30): lambda ont: ber.octets(bytes.fromhex(ont.serial.hex) if ont.online else bytes(8)),
        }

    def _ont_counters(self) -> dict[Oid, Cell[SimOnt]]:
        def carried(direction: int, unit_bytes: int = 1) -> Cell[SimOnt]:
            return lambda ont: counter(ont.bytes_at(self._clock())[direction] / unit_bytes)

        down, up, mean_packet_bytes = 0, 1, 760
        return {
            (*XPON, 4, 23, 1, 1): carried(up, mean_packet_bytes),
            (*XPON, 4, 23, 1, 2): carried(down, mean_packet_bytes),
            (*XPON, 4, 23, 1, 3): carried(up),
            (*XPON, 4, 23, 1, 4): carried(down),
            (*XPON, 4, 23, 1, 5): lambda ont: counter(0),
            (*XPON, 4, 23, 1, 6): carried(down, mean_packet_bytes * 100_000),
        }

    def _optics_cells(self) -> dict[Oid, Cell[SimOnt]]:
        def reading(value: Callable[[SimOnt, float], float]) -> Cell[SimOnt]:
            return lambda ont: ber.integer(round(value(ont, self._clock())) if ont.online else NO_READING)

        return {
            (*ONT_OPTICS, 1): reading(lambda ont, at: 38 + ont.noise_seed % 17),
            (*ONT_OPTICS, 2): reading(lambda ont, at: 10 + ont.noise_seed % 9),
            (*ONT_OPTICS, 3): reading(lambda ont, at: ont.model.tx_dbm * 100 + ont.noise_seed % 23),
            (*ONT_OPTICS, 4): reading(lambda ont, at: ont.rx_dbm(at) * 100),
            (*ONT_OPTICS, 5): reading(lambda ont, at: 3240 + ont.noise_seed % 11 * 10),
            (*ONT_OPTICS, 6): reading(lambda ont, at: ont.olt_rx_dbm(at) * 100 + 10000),
        }

    def _unregistered_cells(self) -> dict[Oid, Cell[Unregistered]]:
        return {
            (*XPON, 2, 48, 1, 2): lambda it: ber.octets(bytes.fromhex(it.serial.hex)),
            (*XPON, 2, 48, 1, 4): lambda it: ber.octets(it.model.vendor.encode()),
            (*XPON, 2, 48, 1, 5): lambda it: ber.octets(it.model.hardware.encode()),
            (*XPON, 2, 48, 1, 6): lambda it: ber.octets(it.model.firmware.encode()),
            (*XPON, 2, 48, 1, 7): lambda it: ber.octets(it.model.name.encode()),
            (*XPON, 2, 48, 1, 8): lambda it: self.clock_text(it.found_at),
        }


_MEMORY_BYTES = 2 << 30
_BOARD: Oid = (*DEVICE, 3, 2, 1)

_CARD_CELLS: dict[Oid, Cell[SimCard]] = {
    (*_BOARD, 5): lambda card: ber.octets(card.version.encode()),
    (*_BOARD, 6): lambda card: ber.integer(card.role or -1),
    (*_BOARD, 8): lambda card: ber.integer(card.state),
    (*_BOARD, 11): lambda card: ber.octets(card.serial.encode()),
    (*_BOARD, 13): lambda card: ber.integer(card.celsius),
    (*_BOARD, 21): lambda card: ber.octets(card.type.encode()),
    (*MUSA_BOARD, 5): lambda card: ber.integer(card.cpu_percent),
    (*MUSA_BOARD, 6): lambda card: ber.integer(card.memory_percent),
    (*MUSA_BOARD, 10): lambda card: ber.integer(card.celsius),
    (*MUSA_BOARD, 11): lambda card: ber.integer(card.watts),
}

_PROCESSOR_CELLS: dict[Oid, Cell[SimCard]] = {
    (*DEVICE, 4, 1, 2): lambda card: ber.integer(card.cpu_percent),
    (*DEVICE, 4, 1, 3): lambda card: ber.integer(max(1, card.cpu_percent - 2)),
    (*DEVICE, 4, 1, 4): lambda card: ber.integer(max(1, card.cpu_percent - 3)),
    (*DEVICE, 4, 1, 8): lambda card: ber.integer(card.slot % 3),
    (*DEVICE, 5, 1, 1, 2): lambda card: ber.integer(_MEMORY_BYTES - 1),
    (*DEVICE, 5, 1, 1, 3): lambda card: ber.integer(_MEMORY_BYTES * (100 - card.memory_percent) // 100 - 1),
}
