"""The panes of the Network and ONTs screens: which has the focus, which are shown, the way from one to another."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from noc_console.console.screens.detail import DetailPane
from noc_console.console.widgets.table import LineTable

HUGE, WIDE, MIDDLE = 190, 160, 120
SHORT, TINY = 18, 12
ORDER = ("tree", "onts", "detail")

CSS = """
NetworkView { layout: horizontal; }
NetworkView > #tree { width: 30; border-right: solid $border; }
NetworkView > #main { layout: vertical; width: 1fr; }
NetworkView #onts { height: 1fr; }
NetworkView #detail { height: 6; }
NetworkView.-narrow > #tree { display: none; }
NetworkView.-narrow.-tree > #tree { display: block; }
NetworkView.-middle #detail { height: 17; }
NetworkView.-middle.-notree > #tree, NetworkView.-wide.-notree > #tree { display: none; }
NetworkView.-middle.-notree > #main, NetworkView.-wide > #main { layout: horizontal; }
NetworkView.-middle.-notree #onts, NetworkView.-wide #onts { width: 1fr; }
NetworkView.-middle.-notree #detail { width: 50; height: 1fr; border-left: solid $border; }
NetworkView.-wide #detail { width: 48; height: 1fr; border-left: solid $border; }
NetworkView.-zoom-tree > #main, NetworkView.-zoom-onts > #tree, NetworkView.-zoom-detail > #tree { display: none; }
NetworkView.-zoom-tree > #tree { width: 1fr !important; border-right: none; }
NetworkView.-zoom-onts #detail, NetworkView.-zoom-detail #onts { display: none; }
NetworkView.-zoom-detail #detail { width: 1fr !important; height: 1fr !important; border-left: none !important; }
NetworkView.-treeless > #tree { display: none !important; }
NetworkView.-short #detail { height: 5; }
NetworkView.-tiny #detail { display: none; }
NetworkView.-tiny.-zoom-detail #detail { display: block; }
NetworkView.-wide.-huge #detail { width: 56; }
"""


class Panes:
    """Answers the actions ``pane.*``, ``zoom``, ``tree.toggle`` and ``detail``."""

    def __init__(
        self, view: Widget, topology: LineTable, table: LineTable, detail: DetailPane, order: Sequence[str] = ORDER
    ) -> None:
        self._view = view
        self._order = order
        self._topology = topology
        self._table = table
        self._detail = detail
        self._detail_from = "onts"

    @property
    def current(self) -> str:
        """The pane in use."""
        if self._topology.has_focus:
            return "tree"
        return "detail" if self._detail.body.has_focus else "onts"

    def lay_out(self, width: int, height: int) -> None:
        """Choose the layout by the room there is."""
        view = self._view
        view.set_class(width >= WIDE, "-wide")
        view.set_class(width >= HUGE, "-huge")
        view.set_class(MIDDLE <= width < WIDE, "-middle")
        view.set_class(width < MIDDLE, "-narrow")
        view.set_class(height < SHORT, "-short")
        view.set_class(height < TINY, "-tiny")

    def settle(self) -> None:
        """The focus moved: a zoomed pane that it left gives the screen back."""
        self._view.set_class(self._topology.has_focus, "-tree")
        for pane in ORDER:
            if pane != self.current:
                self._view.remove_class(f"-zoom-{pane}")

    def focus(self, pane: str) -> None:
        """Go to a pane; on a small screen the detail takes all of it."""
        if pane == "tree":
            self._view.add_class("-tree")
            self._view.remove_class("-notree")
            self._topology.focus()
        elif pane == "detail":
            self._enter_detail(whole=self._view.has_class("-narrow"))
        else:
            self._table.focus()

    def back(self) -> bool:
        """Unzoom, out of the detail to where it was opened from, out of the tree; False when there is nothing left."""
        pane = self.current
        zoomed = next((name for name in ORDER if self._view.has_class(f"-zoom-{name}")), None)
        if zoomed:
            self._view.remove_class(f"-zoom-{zoomed}")
        if pane == "detail":
            self.focus(self._detail_from)
        elif pane == "tree" and not zoomed:
            self._table.focus()
        return bool(zoomed) or pane != "onts"

    def do_pane_next(self, _: str = "") -> None:
        """Tree, table, detail, tree."""
        self._step(1)

    def do_pane_previous(self, _: str = "") -> None:
        """The other way round."""
        self._step(-1)

    def _step(self, by: int) -> None:
        self.focus(self._order[(self._order.index(self.current) + by) % len(self._order)])

    def do_zoom(self, _: str = "") -> None:
        """Give the pane in use the whole screen, and back."""
        self._view.toggle_class(f"-zoom-{self.current}")

    def do_detail(self, _: str = "") -> None:
        """The detail of what is selected over the whole screen, and back."""
        if self.current == "detail":
            self.back()
        else:
            self._enter_detail(whole=True)

    def do_tree_toggle(self, _: str = "") -> None:
        """Show or hide the tree."""
        if "tree" not in self._order:
            raise ValueError("this screen has no tree: 3 is the one that has")
        if self._view.has_class("-narrow"):
            self.focus("onts" if self._topology.has_focus else "tree")
            return
        self._view.toggle_class("-notree")
        if self._view.has_class("-notree") and self._topology.has_focus:
            self._table.focus()

    def _enter_detail(self, whole: bool) -> None:
        if self.current != "detail":
            self._detail_from = self.current
        self._view.set_class(whole, "-zoom-detail")
        self._detail.body.focus()
