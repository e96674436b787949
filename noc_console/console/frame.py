"""What stands round every screen: two header lines, the banner, the breadcrumb, the footer with its messages."""

from __future__ import annotations

from textual.geometry import Size
from textual.widget import Widget

from noc_console.console.desk import Desk
from noc_console.console.footing import Footer, Press, footer_line
from noc_console.console.messages import Messages
from noc_console.console.palette import Palette
from noc_console.console.registry import Action, Registry
from noc_console.console.render import header
from noc_console.console.render.cells import Cell, Line, fit, spread, width_of, wrap
from noc_console.console.screens.view import View
from noc_console.console.widgets.lines import LinePane

MOST_BANNER_LINES = 4
NARROW = 40
"""Cells below which the header has no room for the clock."""
LOW = 9
"""Lines below which the list needs the second header line and the footer more than they are needed."""


class Frame:
    """The panes and their content."""

    def __init__(self, desk: Desk, registry: Registry, titles: dict[str, str], press: Press) -> None:
        """Build the panes; the app puts them in their places.

        Args:
            desk: Model, session, clock.
            registry: For the footer's keys.
            titles: Screen names to their titles.
            press: Does what a click on the footer asks for.
        """
        self._desk = desk
        self._registry = registry
        self._titles = titles
        self._started_at = desk.now()
        self.messages = Messages(desk.now)
        self.header = LinePane(desk.palette, fill="bar", id="header")
        self.pulse = LinePane(desk.palette, fill="bar", id="pulse")
        self.banner = LinePane(desk.palette, fill="banner", id="banner")
        self.crumb = LinePane(desk.palette, id="crumb")
        self.footer = Footer(desk.palette, press, "footer")

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        for pane in (self.header, self.pulse, self.banner, self.crumb, self.footer):
            pane.set_palette(palette)

    def paint(self, view: View, active: list[Action], filter_error: str, size: Size, here: str = "") -> None:
        """Bring all of it up to date; panes repaint only what differs.

        Args:
            view: The screen that is shown.
            active: Actions that can be done now.
            filter_error: What is wrong with the filter being typed.
            size: Cells and lines of the terminal.
            here: Who else looks at the selection, or acts on it.
        """
        model, session, now, width = self._desk.model, self._desk.session, self._desk.now(), size.width
        compact = session.compact or size.height < LOW
        beat = self._desk.glyphs.beat if model.link.beats % 2 else " "
        pulse = header.pulse_lines(model, now, "" if session.low_link else beat)
        taken = width_of(pulse[0]) if width >= NARROW else 0
        self.pulse.display = taken > 0
        if taken:
            self.pulse.styles.width = taken
            self.pulse.set_lines(pulse)
        room = width - taken
        identity = header.identity_line(model, session, self._desk.settings.site, room, now)
        sources = header.sources_line(model, session, now, room)
        one = size.height < LOW or (session.compact and not header.is_wrong(sources))
        self.header.set_lines([identity] if one else [identity, sources])
        if isinstance(top := self.header.parent, Widget):
            top.styles.height = 1 if one else 2
        past = self._desk.settings.past
        text = header.past_banner(model, now) if past else header.banner(model, now, self._started_at)
        text = header.frozen_banner(session) or text
        rows = wrap(text or "", width - 2)[:MOST_BANNER_LINES]
        self.banner.display = bool(rows)
        _show(self.banner, [[(f" {row}", "banner")] for row in rows])
        self.crumb.set_lines([_crumb(view, width, here)])
        wrong: list[Line] = [[(f" {row}", "bar-critical")] for row in wrap(filter_error, width - 2)]
        told = wrong or self.messages.lines(width)
        self.footer.display = bool(told) or not compact
        line, spans = footer_line(self._registry, self._titles, view.NAME, active, width)
        _show(self.footer, told or [line])
        self.footer.offer([] if told else spans)


def _show(pane: LinePane, lines: list[Line]) -> None:
    """Show them all: a message or an advice that is cut helps nobody."""
    if len(lines) != len(pane.lines):
        pane.styles.height = max(1, len(lines))
    pane.set_lines(lines)


def _crumb(view: View, width: int, here: str) -> Line:
    where, how_many = view.crumb()
    left: list[Cell] = [(f" {where}", "title")]
    right: list[Cell] = [(f"  {here}", "warning")] if here else []
    if view.only_problems:
        right.append(("  only problems", "warning"))
    right.append((f"  {how_many} ", "dim"))
    if view.filter:
        text, room = f"  /{view.filter.text}", width - width_of(left) - width_of(right) - 1
        left.append((text if width_of([(text, "")]) <= room else fit(text, max(1, room)), "accent"))
    return spread(left, right, width, "base")
