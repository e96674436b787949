"""A simulated Nokia ISAM 7360 FX: one number holds slot, PON and ONT, and an ONT is an interface.

Source:
    LibreNMS recording of a 7360 FX-8; LMSGponNokiaPlugin for the GPON tables, which have no public MIB text.
"""

from __future__ import annotations

from noc_console.demo import ber
from noc_console.demo.ber import Oid
from noc_console.demo.mib import Cell, Table
from noc_console.demo.olt_tables import DOWN, IF_ENTRY, UP, Clock, OltTables, g988_power
from noc_console.demo.plant import Cause, SimCard, SimOlt, SimOnt, SimPort
from noc_console.demo.traps import LINK_DOWN, LINK_UP, Trap

ISAM: Oid = (1, 3, 6, 1, 4, 1, 637, 61, 1)
OPTICS: Oid = (*ISAM, 35, 10, 14, 1)
OLT_RX: Oid = (*ISAM, 35, 10, 18, 1, 2)
NO_LIGHT, NO_OLT_LIGHT, NO_DISTANCE = 32768, 65534, 65534
_PON, _ONT = 0xD, 0xE
_CARD_PLACES = {9: 1, 10: 2, 18: 0}
_ALARMS = {Cause.DYING_GASP: 17, Cause.LOS: 0, Cause.DEACTIVATED: 11}
_CARD_STATES = {2: 1, 3: 3}
_MEMORY_MB = 2048


def pon_index(port: SimPort) -> int:
    """Such as 94380032 for 1/1/1/1."""
    _, _, slot, pon = port.id.path
    return slot + 1 << 25 | _PON << 21 | pon - 1 << 16 | 0x2000


def ont_index(ont: SimOnt) -> int:
    """Such as 96468992 for the first ONT on it."""
    _, _, slot, pon = ont.port.id.path
    return slot + 1 << 25 | _ONT << 21 | pon - 1 << 16 | ont.ont_id - 1 << 9


def board_id(slot: int) -> int:
    """rack << 12 | shelf << 8 | place: 4353 is the network termination, 4355 the first line card."""
    return 0x1100 | _CARD_PLACES.get(slot, slot + 2)


class NokiaOlt(OltTables):
    """A 7360 FX."""

    def __init__(self, olt: SimOlt, clock: Clock) -> None:
        super().__init__(olt, clock)
        self.optics = OPTICS
        self.put_system("NFXS-F FANT-F FX-8 6.2.04", (*ISAM,))
        onts: dict[Oid, SimOnt] = {(ont_index(ont),): ont for ont in olt.onts}
        interfaces: dict[Oid, SimPort | SimOnt] = {(pon_index(port),): port for port in olt.ports}
        interfaces |= onts
        Table(self.tree, interfaces, _IF_CELLS, _IF_LIVE)
        self._onts = Table(self.tree, onts, self._ont_cells())
        self._light = Table(self.tree, onts, self._light_cells())
        cages: dict[Oid, SimPort] = {(board_id(port.id.path[2]), port.id.path[3]): port for port in olt.ports}
        self._sfps = Table(self.tree, cages, _SFP_CELLS)
        cards: dict[Oid, SimCard] = {(board_id(card.slot),): card for card in olt.cards}
        self._cards = Table(self.tree, cards, _CARD_CELLS)
        busy = {index: card for index, card in cards.items() if card.cpu_percent >= 0}
        self._load = Table(self.tree, busy, _LOAD_CELLS)
        self._heat = Table(self.tree, {(*index, 1): card for index, card in cards.items()}, _HEAT_CELLS)

    def refresh_ont(self, ont: SimOnt) -> None:
        """Follow a change of an ONT's state; interfaces are read live."""
        self._onts.refresh((ont_index(ont),))
        self.refresh_optics(ont)

    def traps(self, ont: SimOnt, port_too: bool) -> list[Trap]:
        """An ISAM's ONTs and PONs are interfaces."""
        indexes = [ont_index(ont), pon_index(ont.port)] if port_too else [ont_index(ont)]
        oid, state = (LINK_UP, UP) if ont.online else (LINK_DOWN, DOWN)
        return [
            Trap(
                oid,
                (
                    ((*IF_ENTRY, 1, index), ber.integer(index)),
                    ((*IF_ENTRY, 7, index), ber.integer(UP)),
                    ((*IF_ENTRY, 8, index), ber.integer(state)),
                ),
            )
            for index in indexes
        ]

    def refresh_optics(self, ont: SimOnt) -> None:
        """Follow an ONT's light."""
        self._light.refresh((ont_index(ont),))

    def refresh_port(self, port: SimPort) -> None:
        """Follow a PON port."""
        self._sfps.refresh((board_id(port.id.path[2]), port.id.path[3]))

    def refresh_card(self, card: SimCard) -> None:
        """Follow a board."""
        index = (board_id(card.slot),)
        self._cards.refresh(index)
        self._heat.refresh((*index, 1))
        if card.cpu_percent >= 0:
            self._load.refresh(index)

    def refresh_unregistered(self) -> None:
        """Nothing: this family lists them among its alarms only, which are not read."""

    def _ont_cells(self) -> dict[Oid, Cell[SimOnt]]:
        def blanks(text: bytes) -> bytes:
            return ber.octets(text.replace(b" ", b"_"))

        def alarms(ont: SimOnt) -> bytes:
            return ber.integer(0 if ont.online else 1 << 14 | 1 << _ALARMS.get(Cause(ont.cause), 14))

        def distance(ont: SimOnt) -> bytes:
            return ber.integer(round(ont.distance_m / 100) if ont.online else NO_DISTANCE)

        def since(ont: SimOnt) -> bytes:
            up_at = ont.last_up_at if ont.online and ont.last_up_at is not None else None
            return ber.integer(0 if up_at is None else max(0, int((self._clock() - up_at) * 100)) & 0x7FFFFFFF)

        return {
            (*ISAM, 35, 10, 1, 1, 5): lambda ont: ber.octets(bytes.fromhex(ont.serial.hex)),
            (*ISAM, 35, 10, 1, 1, 9): lambda ont: blanks(ont.model.firmware.encode()),
            (*ISAM, 35, 10, 1, 1, 24): lambda ont: blanks(ont.description),
            (*ISAM, 35, 10, 1, 1, 26): lambda ont: blanks(ont.model.name.encode()),
            (*ISAM, 35, 10, 4, 1, 2): alarms,
            (*ISAM, 35, 10, 4, 1, 3): distance,
            (*ISAM, 35, 10, 4, 1, 11): since,
        }

    def _light_cells(self) -> dict[Oid, Cell[SimOnt]]:
        def lit(raw: Cell[SimOnt], dark: int = NO_LIGHT) -> Cell[SimOnt]:
            return lambda ont: raw(ont) if ont.online else ber.integer(dark)

        def signed(dbm: float) -> bytes:
            raw = g988_power(dbm)
            return ber.integer(raw - 0x10000 if raw & 0x8000 else raw)

        return {
            (*OPTICS, 2): lit(lambda ont: signed(ont.rx_dbm(self._clock()))),
            (*OPTICS, 3): lit(lambda ont: ber.integer(160 + ont.noise_seed % 9)),
            (*OPTICS, 4): lit(lambda ont: signed(ont.model.tx_dbm)),
            (*OPTICS, 5): lit(lambda ont: ber.integer(5000 + ont.noise_seed % 900)),
            (*OPTICS, 6): lit(lambda ont: ber.integer((38 + ont.noise_seed % 17) * 256)),
            OLT_RX: lit(lambda ont: ber.integer(round(ont.olt_rx_dbm(self._clock()) * 10)), NO_OLT_LIGHT),
        }


def _if_name(part: SimPort | SimOnt) -> bytes:
    return b"pon" if isinstance(part, SimPort) else b"ont"


def _is_up(part: SimPort | SimOnt) -> bool:
    return part.up if isinstance(part, SimPort) else part.online


_IF_CELLS: dict[Oid, Cell[SimPort | SimOnt]] = {
    (*IF_ENTRY, 2): lambda part: ber.octets(_if_name(part)),
    (*IF_ENTRY, 3): lambda part: ber.integer(250 if isinstance(part, SimPort) else 1),
}
_IF_LIVE: dict[Oid, Cell[SimPort | SimOnt]] = {
    (*IF_ENTRY, 7): lambda part: ber.integer(UP if isinstance(part, SimPort) or part.active else DOWN),
    (*IF_ENTRY, 8): lambda part: ber.integer(UP if _is_up(part) else DOWN),
}
_SFP_CELLS: dict[Oid, Cell[SimPort]] = {
    (*ISAM, 56, 5, 1, 3): lambda port: ber.integer(1),
    (*ISAM, 56, 5, 1, 6): lambda port: ber.octets(b"not-available" if port.dead else f"{port.tx_dbm:.2f} dBm".encode()),
}
_CARD_CELLS: dict[Oid, Cell[SimCard]] = {
    (*ISAM, 23, 3, 1, 3): lambda card: ber.octets(card.type.encode()),
    (*ISAM, 23, 3, 1, 8): lambda card: ber.integer(_CARD_STATES.get(card.state, 6)),
}
_LOAD_CELLS: dict[Oid, Cell[SimCard]] = {
    (*ISAM, 9, 29, 1, 1, 4): lambda card: ber.integer(card.cpu_percent),
    (*ISAM, 9, 29, 1, 1, 5): lambda card: ber.integer(3),
    (*ISAM, 9, 29, 2, 1, 1): lambda card: ber.integer(_MEMORY_MB),
    (*ISAM, 9, 29, 2, 1, 2): lambda card: ber.integer(_MEMORY_MB * card.memory_percent // 100),
}
_HEAT_CELLS: dict[Oid, Cell[SimCard]] = {(*ISAM, 23, 10, 1, 2): lambda card: ber.integer(card.celsius)}
