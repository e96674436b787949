"""Swaps of customers' hardware: the due list, and closing what was tested."""

from __future__ import annotations

from collections.abc import Hashable

from textual import work
from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render import swaps
from noc_console.console.render.cells import Cell
from noc_console.console.screens.lists import TableView
from noc_console.console.screens.view import Say
from noc_console.console.state.model import Delta
from noc_console.console.state.store import STATE_NAMES
from noc_console.console.widgets.lines import LinePane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.errors import NocError
from noc_console.domain.network import Ont
from noc_console.domain.swaps import Outcome, Swap


class SwapsView(TableView):
    """What is due first, then what is closed."""

    NAME, TITLE = "swaps", "Swaps"
    DEFAULT_CSS = """
    SwapsView { layout: vertical; }
    SwapsView > #swap { height: 10; max-height: 45%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        empty = [[(" no swap yet: :swap on an ONT, or noc-console swap", "dim")]]
        self.table = LineTable(
            self._cell, swaps.COLUMNS, desk.palette, desk.glyphs, empty=lambda: empty, id="swap-list"
        )
        self.story = LinePane(desk.palette, id="swap")

    def compose(self) -> ComposeResult:
        """Table over the selected one."""
        yield self.table
        yield self.story

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.story.set_palette(palette)

    def changed(self, delta: Delta) -> None:
        """A swap was recorded, closed, or its ticket made."""
        if delta.swaps or delta.rows or delta.structure:
            self.reload()

    def tick(self) -> None:
        """What is due grows late."""
        super().tick()
        self._tell()

    def on_line_table_moved(self) -> None:
        """Another swap."""
        self._tell()

    def reload(self) -> None:
        """Swaps that the filter lets through."""
        found = sorted(
            self.desk.model.swaps.values(), key=lambda s: (not s.open, s.due_at if s.open else -s.swapped_at)
        )
        if self.only_problems:
            found = [swap for swap in found if (swap.overdue_s(self.desk.now()) or -1.0) >= 0]
        if self.filter:
            found = [swap for swap in found if self.filter.matches(_row(swap))]
        self.table.set_keys([swap.id for swap in found])
        self.table.refresh_rows()
        self._tell()

    def selected_ont(self) -> Ont | None:
        """The new unit, which is at the customer's."""
        swap = self._swap()
        row = self.desk.model.onts.by_identity.get(swap.new_serial) if swap else None
        return None if row is None else self.desk.model.onts.ont(row)

    def copyable(self) -> tuple[str, str] | None:
        """The old unit's serial number."""
        swap = self._swap()
        return ("serial", swap.old_serial) if swap else None

    def do_swap_close(self, argument: str = "") -> None:
        """Tell how a diagnosis ended."""
        *number, outcome = argument.split() or [""]
        swap = self.desk.model.swaps.get(int(number[0])) if number and number[0].isdecimal() else self._swap()
        if outcome not in list(Outcome) or swap is None:
            raise ValueError(f":swap-close [NUMBER] {'|'.join(Outcome)}")
        if not self.desk.session.write:
            raise ValueError("this session is read-only (:write on)")
        self._close(swap, Outcome(outcome))

    @work(group="swap", exit_on_error=False)
    async def _close(self, swap: Swap, outcome: Outcome) -> None:
        me = (self.desk.settings.user, self.desk.settings.user_from)
        try:
            await self.desk.backend.close_swap(swap.id, outcome, *me)
        except NocError as error:
            self.post_message(Say(f"not closed: {error}", "error"))
            return
        self.post_message(Say(f"swap {swap.id}: {swap.old_serial} {outcome.value}"))

    def _swap(self) -> Swap | None:
        key = self.table.current
        return self.desk.model.swaps.get(key) if isinstance(key, int) else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        swap = self.desk.model.swaps.get(key)  # type: ignore[call-overload]
        return swaps.cell(swap, column, self.desk.now()) if swap else ("", "base")

    def _tell(self) -> None:
        swap, absolute = self._swap(), self.desk.session.absolute_times
        width = self.story.size.width
        lines = swaps.render_swap(swap, self._state_of, width, self.desk.now(), absolute) if swap and width else []
        self.story.set_lines(lines)

    def _state_of(self, serial: str) -> str:
        row = self.desk.model.onts.by_identity.get(serial)
        name = STATE_NAMES[self.desk.model.onts.state[row]] if row is not None else "gone"
        return "not listed" if name == "gone" else name


def _row(swap: Swap) -> dict[str, object]:
    text = f"{swap.kind.value} {swap.old_serial} {swap.new_serial} {swap.customer} {swap.reason} {swap.ticket}"
    return {"serial": swap.old_serial, "text": text.lower()}
