"""Swaps of customers' hardware: recorded when they were done, closed when the old unit was tested."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.model import Config
from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import OntSerial
from noc_console.domain.intents import Answer, CloseSwap, RecordSwap
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.swaps import SWAPS, Swap, check_swap
from noc_console.operations import places
from noc_console.operations.handler import Described, Handler, require_reason
from noc_console.storage import audit
from noc_console.storage.records import stream
from noc_console.storage.swaps import add_swap, close_swap, find_swap, open_swaps

DAY_S = 86400.0


class RecordingSwap(Handler[RecordSwap, RecordSwap]):
    """Stores a swap that was done.

    Args:
        config: When a unit in diagnosis is due, and whether tickets are made.
    """

    def __init__(self, config: Config) -> None:
        self._config = config.swaps

    def describe(self, intent: RecordSwap) -> Described:
        """Both units."""
        return Described(f"{intent.kind.value} swap", f"{intent.old_serial} for {intent.new_serial}", intent.reason)

    def role(self, intent: RecordSwap) -> Role:
        """It follows what was done at the customer's."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: RecordSwap) -> list[Place]:
        """Of both units, wherever an OLT lists them."""
        return await _places(connection, intent.old_serial, intent.new_serial)

    def stream(self, intent: RecordSwap) -> str:
        """The swaps'."""
        return stream(SWAPS)

    def check_form(self, intent: RecordSwap) -> None:
        """Reason."""
        require_reason(intent.reason, "a swap")

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: RecordSwap, now: float
    ) -> RecordSwap:
        """The same with its serial numbers in canonical form; neither unit may still be tested."""
        old, new = check_swap(intent.kind, intent.old_serial, intent.new_serial, await open_swaps(connection))
        return replace(intent, old_serial=old, new_serial=new)

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: RecordSwap, checked: RecordSwap, now: float
    ) -> Answer:
        """Store and audit it."""
        due_at = now + self._config.follow_up_days * DAY_S
        by = (operator.name, str(operator.origin))
        swap = await add_swap(connection, checked, by, due_at, self._config.tickets is not None, now)
        text = f"{swap.kind.value} swap {swap.id}: old {swap.old_state.value}, new {swap.new_state.value}"
        await audit.append(connection, _entry(operator, swap, text), now)
        return Answer(swap.id, f"swap {swap.id}: {swap.old_serial} for {swap.new_serial}")


class ClosingSwap(Handler[CloseSwap, Swap]):
    """Stores how a diagnosis ended."""

    def describe(self, intent: CloseSwap) -> Described:
        """Its number and outcome."""
        return Described(f"close swap: {intent.outcome.value}", f"swap {intent.swap_id}")

    def role(self, intent: CloseSwap) -> Role:
        """Whoever tests units."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: CloseSwap) -> list[Place]:
        """Of both units, wherever an OLT lists them."""
        swap = await find_swap(connection, intent.swap_id)
        return [] if swap is None else await _places(connection, swap.old_serial, swap.new_serial)

    def stream(self, intent: CloseSwap) -> str:
        """The swaps'."""
        return stream(SWAPS)

    async def check(self, connection: AsyncConnection, operator: Operator, intent: CloseSwap, now: float) -> Swap:
        """It must be open."""
        swap = await find_swap(connection, intent.swap_id)
        if swap is None or not swap.open:
            raise ActionRefused(f"there is no open swap {intent.swap_id}")
        return swap

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: CloseSwap, checked: Swap, now: float
    ) -> Answer:
        """Store and audit it."""
        swap = await close_swap(connection, checked, intent.outcome, operator.name, now)
        text = f"swap {swap.id} closed: old {swap.old_state.value}, new {swap.new_state.value}"
        await audit.append(connection, _entry(operator, swap, text), now)
        return Answer(swap.id, f"swap {swap.id}: {swap.old_serial} {intent.outcome.value}")


async def _places(connection: AsyncConnection, old: str, new: str) -> list[Place]:
    """A unit on the shelf is at no place; of two such units nobody knows where they were."""
    serials = []
    for text in (old, new):
        with suppress(ValueError):
            serials.append(OntSerial.parse(text).text)
    return await places.of_serials(connection, serials)


def _entry(operator: Operator, swap: Swap, text: str) -> audit.Entry:
    return audit.Entry.by(operator, "swap", f"{swap.old_serial} for {swap.new_serial}", swap.reason, text)
