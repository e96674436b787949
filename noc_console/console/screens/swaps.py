"""Swaps of customers' hardware: the due list, and closing what was tested."""

from __future__ import annotations

from typing import Any

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.render import swaps
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.records import RecordsView
from noc_console.console.screens.view import Say
from noc_console.domain.errors import NocError
from noc_console.domain.intents import CloseSwap
from noc_console.domain.network import Ont
from noc_console.domain.swaps import SWAPS, Outcome, Swap


class SwapsView(RecordsView):
    """What is due first, then what is closed."""

    NAME, TITLE = "swaps", "Swaps"
    PROBLEMS = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, SWAPS)

    def columns(self) -> Any:
        """What is due stands beside what it is about."""
        return swaps.COLUMNS

    def is_problem(self, record: Swap, now: float) -> bool:
        """Whether it is late."""
        return (record.overdue_s(now) or -1.0) >= 0

    def cell_of(self, record: Swap, facts: dict[str, Any], column: str) -> Cell:
        """One cell."""
        return swaps.cell(record, column, self.desk.now())

    def story_of(self, record: Swap, facts: dict[str, Any], width: int) -> list[Line]:
        """All that is known of one swap."""
        absolute = self.desk.session.absolute_times
        return swaps.render_swap(record, self.desk.model.ont_state, width, self.desk.now(), absolute)

    def _empty(self) -> list[Line]:
        return self.nothing("no swap yet: :swap on an ONT, or noc-console swap")

    def selected_ont(self) -> Ont | None:
        """The new unit, which is at the customer's."""
        swap = self.selected()
        row = self.desk.model.onts.by_identity.get(swap.new_serial) if swap else None
        return None if row is None else self.desk.model.onts.ont(row)

    def copyable(self) -> tuple[str, str] | None:
        """The old unit's serial number."""
        swap = self.selected()
        return ("serial", swap.old_serial) if swap else None

    def do_swap_close(self, argument: str = "") -> None:
        """Tell how a diagnosis ended."""
        *number, outcome = argument.split() or [""]
        named = int(number[0]) if number and number[0].isdecimal() else None
        swap = self.selected() if named is None else self.desk.model.record(SWAPS, named)
        if outcome not in list(Outcome) or swap is None:
            raise ValueError(f":swap-close [NUMBER] {'|'.join(Outcome)}")
        if not self.desk.session.write:
            raise ValueError("this session is read-only (:write on)")
        self._close(swap, Outcome(outcome))

    @work(group="swap", exit_on_error=False)
    async def _close(self, swap: Swap, outcome: Outcome) -> None:
        try:
            answer = await self.desk.ask(CloseSwap(swap.id, outcome))
        except NocError as error:
            self.post_message(Say(f"not closed: {error}", "error"))
            return
        self.post_message(Say(answer.text))
