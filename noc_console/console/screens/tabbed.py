"""What details with tabs have in common: the way from one tab to another, by key, command and mouse."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from noc_console.console.render.tabs import named_tab, tab_at, turned
from noc_console.console.widgets.lines import LinePane


class Tabbed:
    """Answers the actions ``tab``, ``tab.next`` and ``tab.previous``, and clicks on the line of tabs."""

    TABS: ClassVar[tuple[str, ...]]
    TITLES: ClassVar[tuple[str, ...]]
    tabs: LinePane
    """Their line."""
    tab: str

    def show_tab(self, tab: str) -> None:
        """Open a tab."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """On a tab: open it."""
        if event.widget is self.tabs and (tab := tab_at(self.TABS, self.TITLES, event.x)):
            self.show_tab(tab)

    def do_tab_next(self, _: str = "") -> None:
        """Next tab."""
        self.show_tab(turned(self.TABS, self.tab, 1))

    def do_tab_previous(self, _: str = "") -> None:
        """Previous tab."""
        self.show_tab(turned(self.TABS, self.tab, -1))

    def do_tab(self, name: str = "") -> None:
        """The named tab."""
        self.show_tab(named_tab(self.TABS, name))
