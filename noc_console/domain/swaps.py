"""Swaps of customers' hardware: why a unit was taken away, what became of it, and what is still to be tested.

A unit that somebody only suspects is not defective: it is in diagnosis until it was tested.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import OntSerial
from noc_console.domain.records import Column, Record, RecordKind, Seen, own_fields


class SwapKind(StrEnum):
    """Why it was done."""

    DEFINITIVE = "definitive"
    """The old unit is dead."""
    DIAGNOSTIC = "diagnostic"
    """To see whether the problem goes with it: the old unit is tested within some days."""


class UnitState(StrEnum):
    """What a unit is counted as."""

    ACTIVE = "active"
    ACTIVE_TEMPORARILY = "active (temporary)"
    DEFECTIVE = "defective"
    IN_DIAGNOSIS = "in diagnosis"
    IN_STOCK = "in stock"
    RETURNED = "returned"


class Outcome(StrEnum):
    """How a diagnosis ended."""

    RETURNED = "returned"
    """The old unit was fine and is back at the customer's; the test unit came home."""
    DEFECTIVE = "defective"
    """The old unit is dead; the test unit stays."""
    STOCK = "stock"
    """The old unit is fine and goes into stock; the test unit stays."""


_AT_FIRST = {
    SwapKind.DEFINITIVE: (UnitState.DEFECTIVE, UnitState.ACTIVE),
    SwapKind.DIAGNOSTIC: (UnitState.IN_DIAGNOSIS, UnitState.ACTIVE_TEMPORARILY),
}
_AT_LAST = {
    Outcome.RETURNED: (UnitState.ACTIVE, UnitState.RETURNED),
    Outcome.DEFECTIVE: (UnitState.DEFECTIVE, UnitState.ACTIVE),
    Outcome.STOCK: (UnitState.IN_STOCK, UnitState.ACTIVE),
}


@dataclass(frozen=True, slots=True)
class Swap(Record):
    """A swap as stored."""

    id: int
    kind: SwapKind
    old_serial: str
    new_serial: str
    old_state: UnitState
    new_state: UnitState
    reason: str
    swapped_by: str
    swapped_from: str
    swapped_at: float
    customer: str | None = None
    ont_id: int | None = None
    due_at: float | None = None
    """When the old unit must have been tested; None for a definitive swap."""
    closed_at: float | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    ticket: str | None = None
    """Name of the follow-up task at the other system."""
    ticket_state: str = "none"
    """none, pending, created, failing."""
    ticket_error: str | None = None

    @property
    def open(self) -> bool:
        """Whether a unit is still to be tested."""
        return self.kind is SwapKind.DIAGNOSTIC and self.closed_at is None

    def overdue_s(self, now: float) -> float | None:
        """How long the test has been due; negative while there is time, None when nothing is to be tested."""
        return now - self.due_at if self.open and self.due_at is not None else None


def first_states(kind: SwapKind) -> tuple[UnitState, UnitState]:
    """States of the old and the new unit right after a swap."""
    return _AT_FIRST[kind]


def last_states(outcome: Outcome) -> tuple[UnitState, UnitState]:
    """States of the old and the new unit when a diagnosis has ended."""
    return _AT_LAST[outcome]


def check_swap(kind: SwapKind, old_serial: str, new_serial: str, open_swaps: Iterable[Swap]) -> tuple[str, str]:
    """The two serial numbers in canonical form.

    Raises:
        ActionRefused: One is no serial number, both are the same, or a unit is in diagnosis.
    """
    old, new = _canonical(old_serial, "old"), _canonical(new_serial, "new")
    if old == new:
        raise ActionRefused("old and new unit are the same")
    for swap in open_swaps:
        # The test unit may die where it is now; apart from that both units stay where they are.
        open_units = {swap.old_serial, swap.new_serial}
        died = old == swap.new_serial and kind is SwapKind.DEFINITIVE
        if new in open_units or (old in open_units and not died):
            raise ActionRefused(
                f"swap {swap.id} of {swap.old_serial} for {swap.new_serial} is still open", "close that one first"
            )
    return old, new


def _canonical(text: str, which: str) -> str:
    try:
        return OntSerial.parse(text).text
    except ValueError as error:
        raise ActionRefused(f"the {which} unit's serial number: {error}") from None


def _facts(swap: Swap, seen: Seen) -> dict[str, Any]:
    return own_fields(swap, seen) | {
        "old_at_olt": seen.ont_state(swap.old_serial),
        "new_at_olt": seen.ont_state(swap.new_serial),
        "overdue_s": swap.overdue_s(seen.now),
    }


SWAPS = RecordKind(
    name="swaps",
    one="swap",
    title="Swaps: what is to be tested",
    row=Swap,
    key=("id",),
    columns=(
        Column("id", "id", 4, right=True),
        Column("kind", "kind", 10),
        Column("old_serial", "old", 12),
        Column("old_state", "state", 12),
        Column("old_at_olt", "at OLT", 10),
        Column("new_serial", "new", 12),
        Column("new_state", "state", 12),
        Column("new_at_olt", "at OLT", 10),
        Column("due_at", "due", 11, right=True),
        Column("outcome", "outcome", 9),
        Column("ticket", "ticket", 10),
        Column("customer", "customer", 14, flex=True),
    ),
    # What is to be tested comes first, by when; then the others, newest first.
    order=lambda swap: (not swap.open, swap.due_at or 0.0 if swap.open else -swap.swapped_at),
    facts=_facts,
    indexed=("old_serial", "new_serial"),
    numbered=True,
)
