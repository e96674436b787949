"""The wallboard's page: at most three big figures and six lines, readable from across the room.

Nothing on it is told by colour alone, and a page without fresh data says so over everything else.
"""

from __future__ import annotations

from noc_console.console.render.cells import Cell, Line, fit, spread, width_of
from noc_console.console.render.times import clock
from noc_console.domain.freshness import format_age
from noc_console.picture.wall import Trouble, Wall

MAX_LINES = 6
GLYPH_ROWS = 5

_DIGITS = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", " ##", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", " # ", " # ", " # "),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "?": ("###", "  #", " # ", "   ", " # "),
}


def page(wall: Wall, width: int, height: int, block: str, rule: str) -> list[Line]:
    """The whole page, ``height`` lines of ``width`` cells.

    Args:
        wall: What to show.
        width: Cells.
        height: Lines.
        block: What big digits are made of: ``█``, or ``#`` without UTF-8.
        rule: What lines are made of.
    """
    lines: list[Line] = [_title(wall, width), []]
    lines += _figures(wall, width, block)
    lines += [[], [(rule * width, "dim")]]
    troubles = [_trouble(trouble, wall.now, width) for trouble in wall.troubles[:MAX_LINES]]
    more = len(wall.troubles) - len(troubles)
    if not troubles:
        quiet = "nothing is known, because no data arrives" if wall.stale else "no PON port and no OLT is down"
        troubles = [[("  " + quiet, "strong")]]
    elif more > 0:
        troubles.append([(f"  and {more} more", "dim")])
    lines += troubles[: max(1, height - len(lines) - 2)]
    lines += [[] for _ in range(height - len(lines) - 1)]
    lines = [*lines[: height - 1], _foot(wall, width)]
    return [_inverse(line, width) for line in lines] if wall.stale else lines


def big(number: str, block: str) -> list[str]:
    """A number in five rows of big digits."""
    return ["  ".join(_DIGITS[digit][row] for digit in number).replace("#", block) for row in range(GLYPH_ROWS)]


def _title(wall: Wall, width: int) -> Line:
    if wall.stale:
        since = f"since {clock(wall.data_at)}" if wall.data_at else "so far"
        headline = f"D A T A   S T A L E   {since}" if wall.data_at else "NO DATA SO FAR"
    else:
        headline = "" if not wall.offline and not wall.unknown else f"{wall.offline + wall.unknown} NOT ONLINE"
    left: Line = [(f" {wall.site}", "title"), ("   ", "base"), (headline, "danger" if wall.stale else "strong")]
    return spread(left, [(clock(wall.now) + " ", "title")], width, "base")


def _figures(wall: Wall, width: int, block: str) -> list[Line]:
    """The three counts side by side; with ``?`` behind them when they cannot be trusted."""
    mark = "?" if wall.stale else ""
    figures = (
        ("ONLINE", wall.online, "online"),
        ("OFFLINE", wall.offline, "offline" if wall.offline else "dim"),
        ("UNKNOWN", wall.unknown, "unknown" if wall.unknown else "dim"),
    )
    column = max(12, width // len(figures))
    rows: list[list[Cell]] = [[] for _ in range(GLYPH_ROWS + 1)]
    for label, count, role in figures:
        drawn = big(f"{count}{mark}", block)
        if max(map(len, drawn)) > column - 3:
            drawn = ["", "", f"{count}{mark}", "", ""]  # too narrow for big digits: small ones are better than none
        for row, text in zip(rows, [*drawn, label], strict=True):
            row.append((fit("  " + text, column), role))
    return list(rows)


def _trouble(trouble: Trouble, now: float, width: int) -> Line:
    role = {"C": "offline", "M": "warning", "?": "unknown"}.get(trouble.severity, "base")
    age = "" if trouble.since_at is None else format_age(now - trouble.since_at)
    head: Line = [(f" {trouble.severity} ", role), (fit(age, 7, right=True), "base"), ("  ", "base")]
    count = f"{trouble.count} "
    room = width - width_of(head) - len(count)
    what = fit(trouble.what, min(26, max(8, room // 2)))
    return [*head, (what, role), (fit(trouble.where, room - len(what)), "strong"), (count, role)]


def _foot(wall: Wall, width: int) -> Line:
    age = "no data yet" if wall.data_at is None else f"data {format_age(wall.now - wall.data_at)} old"
    text = f" {age}    OLTs {wall.olts_answering}/{wall.olts}    beat {wall.beats}"
    if wall.error:
        text += f"    {wall.error}"
    return [(fit(text, width), "bar")]


def _inverse(line: Line, width: int) -> Line:
    text = "".join(text for text, _ in line)
    return [(fit(text, width), "danger")]
