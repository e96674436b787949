"""The wallboard's pages inside the console."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.screens.view import Failed, View
from noc_console.console.wallpages import PAGES, TRENDS_EVERY_S, WallPages
from noc_console.console.widgets.lines import FocusPane
from noc_console.picture.model import Delta
from noc_console.picture.trends import read_trends


class DashView(View):
    """Incidents, map, trend in turn; ``:dash map`` holds one."""

    NAME, TITLE = "dash", "Dashboard"
    PROBLEMS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._pane = FocusPane(desk.palette, id="dash-page")
        self._every = Every(TRENDS_EVERY_S)
        self._pages = self._made(PAGES)

    def _made(self, names: Sequence[str]) -> WallPages:
        return WallPages(self.desk.model, self.desk.settings.site, self.desk.glyphs, self._broke, names)

    def compose(self) -> ComposeResult:
        """One pane."""
        yield self._pane

    def go_in(self) -> None:
        """Focus it."""
        self._pane.focus()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        self._pane.set_palette(palette)

    def on_resize(self) -> None:
        """Lay out again: at once, the pane paints all of it when it has its size."""
        self.tick()

    def changed(self, delta: Delta) -> None:
        """The figures."""
        self.tick()

    def tick(self) -> None:
        """The turn of the pages."""
        if self.display and self.desk.model.link.loaded and self._every.due(self.desk.now()):
            self._read_trends()
        if self.size.width:
            self._pane.set_lines(self._pages.lines(self.size.width, self.size.height, self.desk.now()))

    def show_pages(self, names: Sequence[str]) -> None:
        """Only these, in turn."""
        trends, self._pages = self._pages.trends, self._made(names)
        self._pages.trends = trends

    @work(exclusive=True, group="trends", exit_on_error=False)
    async def _read_trends(self) -> None:
        self._pages.trends = await read_trends(self.desk.backend, self.desk.model, self.desk.now())

    def _broke(self, error: Exception) -> None:
        self.post_message(Failed(error))
