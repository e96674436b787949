"""Cells and lines: what every renderer returns, and how they become a strip.

Text in a cell is data: it is never read as markup, and its width is counted in terminal cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from noc_console.console.palette import Palette
from noc_console.domain.text import visible

Cell = tuple[str, str | Style]
"""Text and its role (or a finished style, for charts)."""
Line = Sequence[Cell]

BLANK: Line = ()
_WORDS = re.compile(r"\s*\S+|\s+")


def fit(text: str, width: int, right: bool = False, ellipsis: str = "…") -> str:
    """``text`` in exactly ``width`` cells: padded, or cut with an ellipsis."""
    text = visible(text)
    length = len(text) if text.isascii() else cell_len(text)
    if length == width:
        return text
    if length < width:
        pad = " " * (width - length)
        return pad + text if right else text + pad
    return set_cell_size(text, width - 1) + ellipsis if width > 1 else set_cell_size(text, width)


def fit_end(text: str, width: int, ellipsis: str = "…") -> str:
    """As ``fit``, but what is too long loses its beginning."""
    text = visible(text)
    if cell_len(text) <= width or width < 2:
        return fit(text, width)
    while cell_len(text) > width - 1:
        text = text[1:]
    return fit(ellipsis + text, width)


def width_of(line: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(visible(text)) for text, _ in line)


def plain(lines: Iterable[Line]) -> str:
    """The bare text of lines, for tests and copies."""
    return "\n".join("".join(text for text, _ in line) for line in lines)


def to_strip(line: Line, width: int, palette: Palette, overlay: Style | None = None, fill: str = "base") -> Strip:
    """Paint a line over exactly ``width`` cells, neighbours of one style merged.

    Args:
        line: Cells.
        width: Cells to fill.
        palette: Styles of the roles.
        overlay: Laid over everything but badges (the cursor).
        fill: Role of what the line leaves free.
    """
    segments: list[Segment] = []
    buffer: list[str] = []
    last: Style | None = None
    for text, role in line:
        if isinstance(role, str):
            style = palette.style(role) if overlay is None else palette.under(role, overlay)
        else:
            style = palette.base + role if overlay is None else palette.base + role + overlay
        if style is not last:
            if buffer:
                segments.append(Segment("".join(buffer), last))
                buffer = []
            last = style
        buffer.append(visible(text))
    if buffer:
        segments.append(Segment("".join(buffer), last))
    rest = palette.style(fill)
    return Strip(segments).adjust_cell_length(width, rest + overlay if overlay is not None else rest)


def changed_span(before: Line, after: Line, width: int) -> tuple[int, int]:
    """First cell, and number of cells, in which two lines of one width can differ."""
    start = _common(before, after)
    end = _common(before[::-1], after[::-1]) if width_of(before) == width_of(after) else 0
    return min(start, width), max(0, width - start - end)


def _common(first: Line, second: Line) -> int:
    """Cells of the items that two lines begin with alike."""
    same = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        same += cell_len(visible(one[0]))
    return same


def spread(left: Line, right: Line, width: int, role: str) -> list[Cell]:
    """``left`` and ``right`` at the two ends of ``width`` cells; the right one gives way first."""
    gap = width - width_of(left) - width_of(right)
    if gap < 1:
        return list(left)
    return [*left, (" " * gap, role), *right]


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two blocks side by side, ``width`` cells for the left one; one above the other where that is too few."""
    if max(map(width_of, left), default=0) >= width:
        return [*left, (), *right]
    pairs = zip_longest(left, right, fillvalue=())
    return [[*one, (" " * (width - width_of(one)), "base"), *other] if other else one for one, other in pairs]


def flow(items: Iterable[Line], width: int, gap: str = "  ") -> list[Line]:
    """Lay items out in rows of at most ``width`` cells, keeping each whole that fits into one."""
    rows: list[list[Cell]] = []
    used = 0
    for item in items:
        size = width_of(item)
        if rows and used + len(gap) + size <= width:
            rows[-1] += [(gap, "base"), *item]
            used += len(gap) + size
        else:
            rows += broken(item, width) if size > width else [list(item)]
            used = width_of(rows[-1])
    return list(rows)


def broken(item: Line, width: int) -> list[list[Cell]]:
    """An item that is wider than ``width`` cells in several rows, broken between words, each in its role."""
    rows: list[list[Cell]] = [[]]
    used = 0
    for text, role in item:
        for word in _WORDS.findall(text):
            for part in [word] if cell_len(visible(word)) <= width else wrap(word, width):
                if used and used + cell_len(visible(part)) > width:
                    rows.append([])
                    used = 0
                shown = part if used else part.lstrip()
                if shown:
                    rows[-1].append((shown, role))
                    used += cell_len(visible(shown))
    return [row for row in rows if row] or [[]]


def wrap(text: str, width: int) -> list[str]:
    """Words of ``text`` in rows of at most ``width`` cells; a longer word is cut."""
    rows: list[str] = []
    for word in map(visible, text.split()):
        while cell_len(word) > max(1, width):
            head = set_cell_size(word, width)
            rows.append(head)
            word = word[len(head.rstrip()) :] if head.strip() else ""
        if rows and cell_len(rows[-1]) + 1 + cell_len(word) <= width:
            rows[-1] += f" {word}"
        elif word:
            rows.append(word)
    return rows
