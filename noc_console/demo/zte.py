"""Simulated ZTE OLTs: C300 with its ONUs in the 1012 tree, C600 with everything in the 1082 tree.

The three index spaces of a C300 look alike and differ: 1012 counts ports from 1, IF-MIB from 0, 1082 has another type.
An offline ONU answers its light with a sentinel, with 0, or not at all, as its last state wants it.

Source:
    LibreNMS recordings of a C300, a C320 and a C620; LibreNMS issue 14203 (-80000 for no light at the OLT).
"""

from __future__ import annotations

from collections.abc import Callable

from noc_console.demo import ber
from noc_console.demo.ber import Oid
from noc_console.demo.families import ZTE_C300
from noc_console.demo.mib import Cell, Table
from noc_console.demo.olt_tables import (
    DOWN,
    IF_ENTRY,
    IFX_ENTRY,
    UP,
    Clock,
    OltTables,
    g988_power,
)
from noc_console.demo.plant import Cause, SimCard, SimOlt, SimOnt, SimPort, Unregistered
from noc_console.demo.traps import Trap

ZTE: Oid = (1, 3, 6, 1, 4, 1, 3902)
Q: Oid = (*ZTE, 1012, 3)
W: Oid = (*ZTE, 1082, 500)
RX: Oid = (*ZTE, 1015, 1010, 11, 2, 1)
CARD: Oid = (*ZTE, 1082, 10, 1, 2, 4, 1)
SFP: Oid = (*ZTE, 1082, 30, 40, 2, 4, 1)
LOAD: Oid = (*ZTE, 3, 6002, 2, 1, 1)
C600_CELSIUS: Oid = (*ZTE, 3, 6002, 2, 5, 1)
C300_CELSIUS: Oid = (*ZTE, 1082, 10, 10, 2, 1, 6, 1)
_C300_TRAPS: Oid = (*Q, 45)
_C600_TRAPS: Oid = (*W, 10, 3, 1)
NO_LIGHT, NO_OLT_LIGHT, NO_SFP = 65535, -80000, 2147483647
CARD_STATES = {2: 1, 3: 9}
"""The plan's states as ZTE numbers them: in service, fault."""

Ports = dict[Oid, SimPort]
Onts = dict[Oid, SimOnt]


def index_1012(port: SimPort) -> int:
    """Such as 268501248 for 1/1/1."""
    _, slot, number = port.id.path
    return 0x10000000 | slot << 16 | number << 8


def index_1082(port: SimPort) -> int:
    """Such as 285278465 for 1/1/1."""
    shelf, slot, number = port.id.path
    return 0x11000000 | shelf << 16 | slot << 8 | number


def if_index(port: SimPort) -> int:
    """Of a C300: looks as in the 1012 tree, and counts from 0."""
    _, slot, number = port.id.path
    return 0x10000000 | slot - 1 << 16 | number - 1 << 8


class ZteOlt(OltTables):
    """A C300 or a C600."""

    def __init__(self, olt: SimOlt, clock: Clock) -> None:
        super().__init__(olt, clock)
        self._is_c300 = olt.family == ZTE_C300
        self._index = index_1012 if self._is_c300 else index_1082
        model = "C300" if self._is_c300 else "C600"
        version = "V2.1.0" if self._is_c300 else "V1.2.1"
        self.put_system(
            f"{model} Version {version} Software, Copyright (c) by ZTE Corporation Compiled",
            (*ZTE, 1082, 1001, 300 if self._is_c300 else 600, 2, 1),
        )
        self._put_interfaces()
        onts: Onts = {(self._index(ont.port), ont.ont_id): ont for ont in olt.onts}
        self._onts = Table(self.tree, onts, self._ont_cells(), self._ont_counters())
        self.optics = (*Q, 50, 12, 1, 1) if self._is_c300 else (*W, 20, 2, 2, 2, 1)
        self._refresh_light()
        self._olt_light = Table(self.tree, onts, {(*RX, 2) if self._is_c300 else (*W, 1, 2, 4, 2, 1, 2): self._olt_rx})
        sfps: Ports = {(index_1082(port),): port for port in olt.ports}
        self._sfps = Table(self.tree, sfps, _SFP_CELLS)
        cards: dict[Oid, SimCard] = {(1, 1, card.slot): card for card in olt.cards}
        self._cards = Table(self.tree, cards, _card_cells(self._is_c300))
        busy = {index: card for index, card in cards.items() if card.cpu_percent >= 0 and not self._is_c300}
        self._load = Table(self.tree, busy, _LOAD_CELLS)
        self._heat = Table(
            self.tree, {(1, 1, slot, 1): card for (_, _, slot), card in cards.items()}, self._heat_cells()
        )
        self.refresh_unregistered()

    def refresh_ont(self, ont: SimOnt) -> None:
        """Follow a change of an ONU's state; its rows of light come and go with it."""
        self._onts.refresh((self._index(ont.port), ont.ont_id))
        if self._has_light_row(ont) != ((self._index(ont.port), ont.ont_id, 1) in self._lit):
            self._refresh_light()
        self.refresh_optics(ont)
        self.refresh_port(ont.port)

    def traps(self, ont: SimOnt, port_too: bool) -> list[Trap]:
        """Numbers that public collectors of live OLTs saw; the ONU stands in the name of a column of its row."""
        root, column = (_C300_TRAPS, (*Q, 28, 1, 1, 3)) if self._is_c300 else (_C600_TRAPS, (*W, 10, 2, 3, 3, 1, 2))
        name = (*column, self._index(ont.port), ont.ont_id)
        return [Trap((*root, 2 if ont.online else 1), ((name, ber.octets(ont.description)),))]

    def refresh_optics(self, ont: SimOnt) -> None:
        """Follow an ONU's light."""
        if self._has_light_row(ont):
            self._light.refresh((self._index(ont.port), ont.ont_id, 1))
        self._olt_light.refresh((self._index(ont.port), ont.ont_id))

    def refresh_port(self, port: SimPort) -> None:
        """Follow a PON port; its interface is read live."""
        self._sfps.refresh((index_1082(port),))

    def refresh_card(self, card: SimCard) -> None:
        """Follow a board."""
        self._cards.refresh((1, 1, card.slot))
        self._heat.refresh((1, 1, card.slot, 1))
        if card.cpu_percent >= 0 and not self._is_c300:
            self._load.refresh((1, 1, card.slot))

    def refresh_unregistered(self) -> None:
        """Follow the ONUs that wait."""
        found: dict[Oid, Unregistered] = {}
        for waiting in self.olt.unregistered:
            port = self._index(waiting.port)
            found[(port, 1 + sum(index[0] == port for index in found))] = waiting
        at = (*Q, 13, 3, 1) if self._is_c300 else (*W, 2, 2, 11, 2, 1)
        cells: dict[Oid, Cell[Unregistered]] = {(*at, 2): lambda it: ber.octets(bytes.fromhex(it.serial.hex))}
        if not self._is_c300:
            cells[*at, 8] = lambda it: ber.octets(it.model.name.encode())
        Table(self.tree, found, cells)

    def _put_interfaces(self) -> None:
        number, name = (if_index, "gpon_{}") if self._is_c300 else (index_1082, "gpon_olt-{}")
        ports: Ports = {(number(port),): port for port in self.olt.ports}
        live: dict[Oid, Cell[SimPort]] = {
            (*IF_ENTRY, 8): lambda port: ber.integer(UP if port.up else DOWN),
            (*IFX_ENTRY, 6): self.port_bytes(1),
            (*IFX_ENTRY, 10): self.port_bytes(0),
        }
        cells: dict[Oid, Cell[SimPort]] = {
            (*IF_ENTRY, 2): lambda port: ber.octets(name.format(port.id).encode()),
            (*IF_ENTRY, 3): lambda port: ber.integer(1),
            (*IF_ENTRY, 7): lambda port: ber.integer(UP),
            (*IFX_ENTRY, 1): lambda port: ber.octets(name.format(port.id).encode()),
        }
        Table(self.tree, ports, cells, live)

    def _ont_cells(self) -> dict[Oid, Cell[SimOnt]]:
        def description(ont: SimOnt) -> bytes:
            return ber.octets(ont.description)

        def admin(ont: SimOnt) -> bytes:
            return ber.integer(1 if ont.active else 2)

        def distance(ont: SimOnt) -> bytes:
            return ber.integer(ont.distance_m if ont.online else 0)

        if self._is_c300:
            return {
                (*Q, 11, 4, 1, 2): distance,
                (*Q, 28, 1, 1, 1): lambda ont: ber.octets(ont.model.name.encode()),
                (*Q, 28, 1, 1, 2): lambda ont: ber.octets(f"ONU-{ont.ont_id}".encode()),
                (*Q, 28, 1, 1, 3): description,
                (*Q, 28, 1, 1, 5): lambda ont: ber.octets(bytes.fromhex(ont.serial.hex)),
                (*Q, 28, 1, 1, 17): admin,
                (*Q, 28, 2, 1, 4): lambda ont: ber.integer(_phase(ont)),
                (*Q, 28, 2, 1, 5): lambda ont: self.clock_text(ont.last_up_at),
                (*Q, 28, 2, 1, 6): lambda ont: self.clock_text(ont.last_down_at),
                (*Q, 28, 2, 1, 7): lambda ont: ber.integer(9 if ont.cause == Cause.DYING_GASP else 2),
                (*Q, 50, 11, 2, 1, 2): lambda ont: ber.octets(ont.model.firmware.encode()),
            }
        return {
            (*W, 10, 2, 3, 3, 1, 2): lambda ont: ber.octets(f"ONU-{ont.ont_id}".encode()),
            (*W, 10, 2, 3, 3, 1, 3): description,
            (*W, 10, 2, 3, 3, 1, 18): lambda ont: ber.octets(f"1,{ont.serial.text}".encode()),
            (*W, 10, 2, 3, 8, 1, 1): admin,
            (*W, 10, 2, 3, 8, 1, 4): lambda ont: ber.integer(_phase(ont) + 1),
            (*W, 10, 2, 3, 8, 1, 5): lambda ont: self.clock_text(ont.last_up_at),
            (*W, 10, 2, 3, 8, 1, 6): lambda ont: self.clock_text(ont.last_down_at),
            (*W, 10, 2, 3, 8, 1, 7): lambda ont: ber.integer(_C600_CAUSES.get(ont.cause, 1)),
            (*W, 10, 2, 3, 10, 1, 2): distance,
            (*W, 20, 2, 1, 2, 1, 2): lambda ont: ber.octets(ont.model.firmware.encode()),
            (*W, 20, 2, 1, 2, 1, 8): lambda ont: ber.octets(ont.model.name.encode()),
        }

    def _ont_counters(self) -> dict[Oid, Cell[SimOnt]]:
        if self._is_c300:
            return {}
        return {(*W, 4, 2, 2, 2, 1, 1): self.ont_bytes(1), (*W, 4, 2, 2, 2, 1, 44): self.ont_bytes(0)}

    def _has_light_row(self, ont: SimOnt) -> bool:
        """An ONU that has lost its power leaves the table, any other keeps a row."""
        return ont.online or ont.cause != Cause.DYING_GASP

    def _refresh_light(self) -> None:
        self._lit: Onts = {
            (self._index(ont.port), ont.ont_id, 1): ont for ont in self.olt.onts if self._has_light_row(ont)
        }

        def reading(raw: Cell[SimOnt]) -> Cell[SimOnt]:
            dark = {Cause.DEACTIVATED: 0}
            return lambda ont: raw(ont) if ont.online else ber.integer(dark.get(Cause(ont.cause), NO_LIGHT))

        cells: dict[Oid, Cell[SimOnt]] = {
            (*self.optics, 10): reading(lambda ont: ber.integer(g988_power(ont.rx_dbm(self._clock()) + 30))),
            (*self.optics, 14): reading(lambda ont: ber.integer(g988_power(ont.model.tx_dbm + 30))),
        }
        if self._is_c300:
            cells |= {
                (*self.optics, 17): reading(lambda ont: ber.integer(160 + ont.noise_seed % 9)),
                (*self.optics, 18): reading(lambda ont: ber.integer(5000 + ont.noise_seed % 900)),
                (*self.optics, 19): reading(lambda ont: ber.integer((38 + ont.noise_seed % 17) * 256)),
            }
        self._light = Table(self.tree, self._lit, cells)

    def _olt_rx(self, ont: SimOnt) -> bytes:
        return ber.integer(round(ont.olt_rx_dbm(self._clock()) * 1000) if ont.online else NO_OLT_LIGHT)

    def _heat_cells(self) -> dict[Oid, Cell[SimCard]]:
        at = (*C300_CELSIUS, 2) if self._is_c300 else (*C600_CELSIUS, 9)
        return {at: lambda card: ber.integer(card.celsius)}


_C600_CAUSES = {
    Cause.LOS: 2,
    Cause.DEACTIVATED: 10,
    Cause.DYING_GASP: 9,
    Cause.RESET_BY_COMMAND: 12,
    Cause.RESET_BY_ONT: 12,
}


def _phase(ont: SimOnt) -> int:
    """1 LOS, 3 working, 4 dying gasp, 6 offline."""
    if ont.online:
        return 3
    return {Cause.LOS: 1, Cause.DYING_GASP: 4}.get(Cause(ont.cause), 6)


def _of_sfp(value: Callable[[SimPort], int]) -> Cell[SimPort]:
    return lambda port: ber.integer(NO_SFP if port.dead else value(port))


_SFP_CELLS: dict[Oid, Cell[SimPort]] = {
    (*SFP, 3): _of_sfp(lambda port: round(port.tx_dbm * 1000)),
    (*SFP, 5): _of_sfp(lambda port: port.sfp_celsius * 300),
    (*SFP, 6): _of_sfp(lambda port: 3290),
    (*SFP, 8): _of_sfp(lambda port: port.sfp_celsius * 1000),
}


def _card_cells(is_c300: bool) -> dict[Oid, Cell[SimCard]]:
    """Load stands in the board table of a C300; a C600 says 0 there, and the truth in a table of its own."""

    def load(value: int) -> int:
        return max(value, 0)

    return {
        (*CARD, 4): lambda card: ber.octets(card.type.encode()),
        (*CARD, 5): lambda card: ber.integer(CARD_STATES.get(card.state, 4)),
        (*CARD, 9): lambda card: ber.integer(load(card.cpu_percent) if is_c300 else 0),
        (*CARD, 11): lambda card: ber.integer(load(card.memory_percent) if is_c300 else 0),
        (*CARD, 13): lambda card: ber.integer(card.role or 1),
        (*CARD, 19): lambda card: ber.integer(2048 if card.cpu_percent >= 0 else 0),
    }


_LOAD_CELLS: dict[Oid, Cell[SimCard]] = {
    (*LOAD, 6): lambda card: ber.integer(card.memory_percent),
    (*LOAD, 8): lambda card: ber.integer(card.cpu_percent),
}
