"""The wallboard's pages: big figures and few lines, readable from across the room.

Nothing on them is told by colour alone, and a page without fresh data says so over everything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line, fit, flow, spread, width_of
from noc_console.console.render.times import clock
from noc_console.domain.freshness import format_age
from noc_console.picture.trends import Trends
from noc_console.picture.wall import OltMap, Trouble, Wall

MAX_LINES = 6
GLYPH_ROWS = 5
ROOMY = 100
"""Cells from which a fourth figure has room."""
BIG_SHARE = 0.45
"""Of the height, for the big figures."""

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
_PORTS = {
    "up": ("+", "online"),
    "part": ("o", "warning"),
    "down": ("X", "offline"),
    "unknown": ("?", "unknown"),
    "empty": (".", "dim"),
}
_ROLES = {"C": "sev-critical", "M": "sev-major", "m": "sev-minor", "W": "sev-warning", "?": "sev-unknown"}


def page(wall: Wall, width: int, height: int, block: str, rule: str) -> list[Line]:
    """The page of incidents, ``height`` lines of ``width`` cells.

    Args:
        wall: What to show.
        width: Cells.
        height: Lines.
        block: What big digits are made of: ``█``, or ``#`` without UTF-8.
        rule: What lines are made of.
    """
    lines = _figures(wall, width, height, block)
    hit = "   ".join(f"{cause} {count}" for cause, count in wall.hit)
    lines += [[(f"  down by cause: {hit}" if hit else "", "strong")], [(rule * width, "dim")]]
    troubles = [_trouble(trouble, wall.now, width) for trouble in wall.troubles[:MAX_LINES]]
    more = len(wall.troubles) - len(troubles)
    if not troubles:
        quiet = (
            "nothing is known, because no data arrives" if wall.stale else "no incident, no PON port and no OLT is down"
        )
        troubles = [[("  " + quiet, "strong")]]
    elif more > 0:
        troubles.append([(f"  and {more} more", "dim")])
    return [*lines, *troubles]


def frame(wall: Wall, lines: Sequence[Line], width: int, height: int, turn: str = "") -> list[Line]:
    """A page between its title and its foot; without fresh data all of it in reverse."""
    room = height - 3
    shown = [*lines[:room], *([[]] * max(0, room - len(lines)))]
    whole = [_title(wall, width), [], *shown, _foot(wall, width, turn)]
    return [_inverse(line, width) for line in whole] if wall.stale else whole


def big(number: str, block: str, scale: int = 1) -> list[str]:
    """A number in five rows of big digits, or ``scale`` times as many."""
    rows = ["  ".join(_DIGITS[digit][row] for digit in number) for row in range(GLYPH_ROWS)]
    wide = ["".join(cell * scale for cell in row).replace("#", block) for row in rows]
    return [row for row in wide for _ in range(scale)]


def _title(wall: Wall, width: int) -> Line:
    role = "danger"
    if wall.stale:
        headline = f"D A T A   S T A L E   since {clock(wall.data_at)}" if wall.data_at else "NO DATA SO FAR"
    elif wall.critical:
        headline = " M A J O R   O U T A G E "
    else:
        role = "strong"
        headline = "" if not wall.offline and not wall.unknown else f"{wall.offline + wall.unknown} NOT ONLINE"
    left: Line = [(f" {wall.site}", "title"), ("   ", "base"), (headline, role)]
    return spread(left, [(clock(wall.now) + " ", "title")], width, "base")


def _figures(wall: Wall, width: int, height: int, block: str) -> list[Line]:
    """The counts side by side, as large as there is room; with ``?`` behind them when they cannot be trusted."""
    nobody = f"{wall.unacked} nobody has" if wall.unacked else "all in hand" if wall.critical else ""
    figures: list[tuple[str, int, str, str]] = [
        ("CRITICAL", wall.critical, "offline" if wall.critical else "dim", nobody),
        ("OFFLINE", wall.offline, "offline" if wall.offline else "dim", f"of {wall.total}"),
        ("UNKNOWN", wall.unknown, "unknown" if wall.unknown else "dim", ""),
    ]
    mark = "?" if wall.stale else ""
    online = ("ONLINE", wall.online, "online", "")
    if width >= ROOMY and _scale_of([*figures, online], mark, width, height) >= _scale_of(figures, mark, width, height):
        figures.append(online)
    numbers = [f"{count}{mark}" for _, count, _, _ in figures]
    column = max(12, width // len(figures))
    scale = _scale_of(figures, mark, width, height)
    rows: list[list[Cell]] = [[] for _ in range(GLYPH_ROWS * max(1, scale) + 2)]
    for (label, _, role, told), number in zip(figures, numbers, strict=True):
        drawn = big(number, block, scale) if scale else ["", "", number, "", ""]  # too narrow: small ones, then
        for row, text in zip(rows, [*drawn, label], strict=False):
            row.append((fit("  " + text, column), role))
        rows[-1].append((fit(f"  {told}", column), "dim"))
    return list(rows)


def _scale_of(figures: Sequence[tuple[str, int, str, str]], mark: str, width: int, height: int) -> int:
    return _scale(max(len(f"{count}{mark}") for _, count, _, _ in figures), max(12, width // len(figures)), height)


def _scale(digits: int, column: int, height: int) -> int:
    """How many cells a dot of a digit may be; 0 where not even one fits. Two figures stand further apart than two
    digits of one."""
    wide = (column - 1) // (5 * digits)
    return min(wide, max(1, int(height * BIG_SHARE) // GLYPH_ROWS))


def _trouble(trouble: Trouble, now: float, width: int) -> Line:
    role = _ROLES.get(trouble.severity[:1], "base")
    age = "" if trouble.since_at is None else format_age(now - trouble.since_at)
    head: Line = [(" ", "base"), (f"{trouble.severity:<2}", role), (fit(age, 7, right=True), "base"), ("  ", "base")]
    who = f"  {fit(trouble.who, 14)}" if width >= 70 else ""
    count = f" {trouble.count:>11}"
    room = width - width_of(head) - len(count) - len(who) - 1
    what = fit(trouble.what, min(26, max(8, room // 2)))
    return [
        *head,
        (what, "strong"),
        (fit(" " + trouble.where, room - len(what)), "strong"),
        (count, "base"),
        (who, "base"),
    ]


def _foot(wall: Wall, width: int, turn: str) -> Line:
    age = "no data yet" if wall.data_at is None else f"data {format_age(wall.now - wall.data_at)} old"
    text = f" {age}    OLTs {wall.olts_answering}/{wall.olts}    beat {wall.beats}"
    if wall.error:
        text += f"    {wall.error}"
    end = f"{turn} " if turn else ""
    return [(fit(text, max(1, width - len(end))) + end, "bar")]


def _inverse(line: Line, width: int) -> Line:
    text = "".join(text for text, _ in line)
    return [(fit(text, width), "danger")]


# -- the map -------------------------------------------------------------------------------------------------------


def map_page(olts: Sequence[OltMap], width: int, height: int) -> list[Line]:
    """A row for each OLT, a sign for each of its PON ports; those in trouble first."""
    signs: list[Line] = [
        [(" " + sign, role), (f" {'some down' if state == 'part' else state}", "dim")]
        for state, (sign, role) in _PORTS.items()
    ]
    legend = flow([[(" PON ports:", "dim")], *signs], width)
    name_cells = min(16, max([4, *(len(one.name) for one in olts)]))
    # Where there is no room for both, the OLTs themselves are shown.
    lines: list[Line] = [*legend, []] if height - 3 >= len(legend) + 4 else []
    room = max(1, height - 3 - len(lines) - 1)
    for one in olts[:room]:
        lines.append(_map_row(one, name_cells, width))
    if len(olts) > room:
        lines.append([(f" and {len(olts) - room} more OLTs, none of them worse", "dim")])
    return lines if olts else [[(" no OLT is known yet", "strong")]]


def _map_row(one: OltMap, name_cells: int, width: int) -> Line:
    told = f"{one.down} down" if one.down else ""
    told += f"  {one.unknown} unknown" if one.unknown else ""
    room = width - name_cells - len(told) - 6
    line: list[Cell] = [(f" {fit(one.name, name_cells)}  ", "strong" if told else "base")]
    step = 2 if len(one.ports) * 2 <= room else 1
    for state in one.ports[: max(0, room // step)]:
        sign, role = _PORTS[state]
        line.append((sign + " " * (step - 1), role))
    hidden = len(one.ports) - max(0, room // step)
    if hidden > 0:
        line.append((f"+{hidden}", "dim"))
    return spread(line, [(f"{told} ", "offline" if one.down else "unknown")], width, "base")


# -- trends --------------------------------------------------------------------------------------------------------


def trend_page(trends: Trends | None, width: int, height: int, block: str) -> list[Line]:
    """Online, offline and low light over a day; new ONTs per day; whose light fell most."""
    if trends is None:
        return [[(" reading the history ...", "dim")]]
    lines: list[Line] = []
    rows = max(1, min(6, (height - 14) // 4))
    for label, values, role in (
        ("online, 24 h", trends.online, "online"),
        ("offline", trends.offline, "offline"),
        ("low light", trends.low, "warning"),
    ):
        lines += _graph(label, values, role, width, rows, block)
    days = list(trends.new_days)
    lines += _graph("new ONTs a day", days, "accent", width, rows, block, f"{sum(days)} in {len(days)} days", floor=0.0)
    if trends.note:
        lines.append([(f" {fit(trends.note, width - 2)}", "warning")])
    if trends.falling:
        lines.append([(" light fell most in 24 h", "title")])
    for one in trends.falling:
        text = f" -{one.fell_db:.1f} dB  {one.before_dbm:.1f} to {one.rx_dbm:.1f} dBm  {one.name}  {one.where}"
        lines.append([(fit(text, width), "warning")])
    return lines


def _graph(
    label: str, values: Sequence[float | None], role: str, width: int, rows: int, block: str,
    told: str | None = None, floor: float | None = None,
) -> list[Line]:  # fmt: skip
    known = [value for value in values if value is not None]
    if not known:
        return [[(f" {fit(label, 15)}", "dim"), ("no history", "dim")]]
    if told is None:
        told = f"now {known[-1]:.0f}, {min(known):.0f} to {max(known):.0f}"
    head: Line = [(f" {fit(label, 15)}", "title"), (told, role)]
    if not any(known):
        return [head]
    return [head, *([(" " + row, role)] for row in columns(values, width - 2, rows, block, floor))]


def columns(values: Sequence[float | None], width: int, rows: int, block: str, floor: float | None = None) -> list[str]:
    """Values as columns over the whole width; a gap where there is none. Without a floor the least is the floor."""
    known = [value for value in values if value is not None]
    low, high = min(known) if floor is None else floor, max(known)
    steps = [values[index * len(values) // width] for index in range(width)]

    def tall(value: float | None) -> int:
        if value is None or (floor is not None and value <= floor):
            return 0
        return 1 + round((value - low) / (high - low or 1.0) * (rows - 1))

    return ["".join(block if tall(value) >= rows - row else " " for value in steps) for row in range(rows)]
