"""OLT families of the simulated network: how each names its ports and cards, and from which number it counts ONTs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from noc_console.domain.identity import PonPort


@dataclass(frozen=True, slots=True)
class Family:
    """One vendor's way to count."""

    port: Callable[[int, int], PonPort]
    """From slot and the port's place on its board, counted from 0."""
    card: Callable[[int], str]
    """Name of the board in a slot."""
    first_ont_id: int
    small_gpon_board: str
    """With 8 ports."""
    gpon_board: str
    control_board: str
    power_board: str


HUAWEI, ZTE_C300, ZTE_C600, NOKIA = "huawei", "zte-c300", "zte-c600", "nokia"
NOKIA_SLOTS = {9: "nt-a", 10: "nt-b", 18: "acu"}
"""Where the plan's control and power boards are on a Nokia."""


def _nokia_card(slot: int) -> str:
    return f"1/1/{NOKIA_SLOTS.get(slot, slot)}"


def _zte_port(slot: int, number: int) -> PonPort:
    return PonPort((1, slot, number + 1))


def _zte_card(slot: int) -> str:
    return f"1/{slot}"


FAMILIES = {
    HUAWEI: Family(
        port=lambda slot, n: PonPort((0, slot, n)),
        card=lambda slot: f"0/{slot}",
        first_ont_id=0,
        small_gpon_board="H805GPBD",
        gpon_board="H901GPHF",
        control_board="H902MPLA",
        power_board="H901PILA",
    ),
    ZTE_C300: Family(_zte_port, _zte_card, 1, "GTGO", "GTGH", "SCXN", "PRWG"),
    ZTE_C600: Family(_zte_port, _zte_card, 1, "GFGL", "GFGH", "SFUQ", "PRVR"),
    NOKIA: Family(lambda slot, n: PonPort((1, 1, slot, n + 1)), _nokia_card, 1, "NGLT-A", "FGLT-B", "FANT-F", "FGUN"),
}
