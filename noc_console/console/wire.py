"""Sends to the terminal only the cells that differ from what it shows already.

Textual sends each changed region whole, every piece with all its colours. Here each cell that was sent is remembered;
of an update only what differs goes out, with the shortest way there and only the colours that change. It leans on
Textual's compositor. Where that is not as expected, Textual sends the update itself, and all after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.style import Style
from textual import _compositor as compositor
from textual.strip import Strip

BRIDGE = 3
"""So many unchanged cells are sent again rather than stepped over: the step costs more."""
_SEEN_ON_BLANKS = frozenset(("4", "7", "9", "21", "53"))
"""Underline, reverse, strike, double underline, overline: they show on a space too."""


_ATTRIBUTES = (
    ("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("blink", "5"), ("blink2", "6"),
    ("reverse", "7"), ("conceal", "8"), ("strike", "9"), ("underline2", "21"), ("overline", "53"),
)  # fmt: skip


class Look(NamedTuple):
    """How a cell is drawn: SGR codes."""

    attributes: str
    ink: str | None
    """None is any: nothing of it is seen on a space."""
    ground: str


PLAIN = Look("", "", "")
Cell = tuple[str, Look]
_UNKNOWN: Cell = ("", PLAIN)
"""Equals no cell that is ever sent."""


class Wire:
    """What one terminal shows, and how it is brought up to date."""

    def __init__(self) -> None:
        self.most_colours = ColorSystem.TRUECOLOR
        """More than these are not sent, even where the terminal has them."""
        self.broken = False
        """Textual's updates are not as expected: it sends them itself."""
        self._rows: dict[int, list[Cell]] = {}

    def forget(self) -> None:
        """The terminal may show anything: send all that comes."""
        self._rows.clear()

    def carry(self, update: Any) -> Any:
        """The update that sends less; the same one where it cannot be read."""
        readable = isinstance(update, (compositor.ChopsUpdate, compositor.LayoutUpdate))
        return _Carried(self, update) if readable and not self.broken else update

    def encode(self, update: Any, console: Console) -> str:
        """What to write so that the terminal shows the update."""
        wanted = console._color_system or ColorSystem.TRUECOLOR
        pen = _Pen(min(wanted, self.most_colours))
        for y, x, strip in _pieces(update):
            row = self._rows.setdefault(y, [])
            end = x + strip.cell_length
            if len(row) < end:
                row += [_UNKNOWN] * (end - len(row))
            cells = _cells(strip, pen.colours)
            if cells is None:
                pen.whole(y, x, strip)
                row[x:end] = [_UNKNOWN] * (end - x)
            elif row[x:end] != cells:
                pen.changes(y, x, row[x:end], cells)
                row[x:end] = cells
        return pen.done()


class _Carried(compositor.CompositorUpdate):
    """An update that is encoded when it is written."""

    def __init__(self, wire: Wire, update: Any) -> None:
        self._wire = wire
        self._update = update

    def render_segments(self, console: Console) -> str:
        """Only what changed."""
        try:
            return self._wire.encode(self._update, console)
        except (AttributeError, LookupError, TypeError, ValueError):
            self._wire.broken = True
            return str(self._update.render_segments(console))


class _Pen:
    """Writes cells, and remembers where it stands and how it writes."""

    def __init__(self, colours: ColorSystem) -> None:
        self.colours = colours
        self._out: list[str] = []
        self._at: tuple[int, int] | None = None
        self._look = PLAIN

    def changes(self, y: int, x: int, shown: list[Cell], cells: list[Cell]) -> None:
        """Write those cells that are not as shown."""
        for start, end in _runs(shown, cells):
            self._go(y, x + start)
            for text, look in cells[start:end]:
                if look is not self._look:
                    self._turn(look)
                self._out.append(text)
            self._at = (y, x + end)

    def whole(self, y: int, x: int, strip: Strip) -> None:
        """Write a strip of which nobody knows how many cells the terminal makes of it."""
        self._at = None
        self._go(y, x)
        for text, style, _ in strip:
            self._turn(_look(style, self.colours))
            self._out.append(text)
        self._at = None

    def done(self) -> str:
        """All that was written; the terminal draws plainly after it."""
        self._turn(PLAIN)
        return "".join(self._out)

    def _go(self, y: int, x: int) -> None:
        if self._at is not None and self._at[0] == y and self._at[1] < x:
            self._out.append(f"\x1b[{x - self._at[1]}C")
        elif self._at != (y, x):
            self._out.append(f"\x1b[{y + 1};{x + 1}H")

    def _turn(self, look: Look) -> None:
        if look.ink is None:
            seen = not _SEEN_ON_BLANKS.isdisjoint(self._look.attributes.split(";"))
            look = Look("", "", look.ground) if seen else self._look._replace(ground=look.ground)
        if look == self._look:
            return
        if look == PLAIN:
            self._out.append("\x1b[0m")
        else:
            self._out.append(f"\x1b[{';'.join(_codes(self._look, look))}m")
        self._look = look


def _codes(old: Look, new: Look) -> Iterator[str]:
    if old.attributes != new.attributes:
        if old.attributes:
            yield "0"
            old = PLAIN
        if new.attributes:
            yield new.attributes
    if old.ink != new.ink:
        yield new.ink or "39"
    if old.ground != new.ground:
        yield new.ground or "49"


def _runs(shown: list[Cell], cells: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where they differ, from and to; across gaps that are not worth a step."""
    start = end = -1
    for at, (old, new) in enumerate(zip(shown, cells, strict=True)):
        if old == new:
            continue
        if start >= 0 and at - end > BRIDGE:
            yield start, end
            start = at
        elif start < 0:
            start = at
        end = at + 1
    if start >= 0:
        yield start, end


def _pieces(update: Any) -> Iterator[tuple[int, int, Strip]]:
    """Line, column and content of what the update changes."""
    if isinstance(update, compositor.LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, x1, x2 in update.spans:
        for end, (x, part) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if part is None or x >= x2 or end <= x1:
                continue
            start, stop = max(x, x1), min(end, x2)
            yield y, start, part if (start, stop) == (x, end) else part.crop(start - x, stop - x)


def _cells(strip: Strip, colours: ColorSystem) -> list[Cell] | None:
    """One for each cell; None when a character is wider or narrower than one, or leads somewhere."""
    cells: list[Cell] = []
    for text, style, control in strip:
        if control or (style is not None and style.link) or not (text.isascii() or _single(text)):
            return None
        look, blank = _looks(style, colours)
        cells += [(sign, blank if sign == " " else look) for sign in text]
    return cells if len(cells) == strip.cell_length else None


@lru_cache(4096)
def _single(text: str) -> bool:
    return all(sign.isascii() or cell_len(sign) == 1 for sign in set(text))


@lru_cache(4096)
def _look(style: Style | None, colours: ColorSystem) -> Look:
    if style is None:
        return PLAIN
    attributes = ";".join(code for name, code in _ATTRIBUTES if getattr(style, name))
    return Look(attributes, _codes_of(style.color, colours, True), _codes_of(style.bgcolor, colours, False))


def _codes_of(colour: Color | None, colours: ColorSystem, ink: bool) -> str:
    return "" if colour is None or colour.is_default else ";".join(colour.downgrade(colours).get_ansi_codes(ink))


@lru_cache(4096)
def _looks(style: Style | None, colours: ColorSystem) -> tuple[Look, Look]:
    """How it is drawn: characters, and spaces."""
    look = _look(style, colours)
    seen = not _SEEN_ON_BLANKS.isdisjoint(look.attributes.split(";"))
    return look, look if seen else Look("", None, look.ground)
