"""Values that rest on one source only: a mark beside each, and one line that says what the mark means."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from noc_console.console.render.cells import Cell, Line, wrap

MARK: Cell = ("*", "warning")
MEANING = "not verified on this model: only one source says how to read it"


def doubt(unverified: Collection[str], *names: str) -> list[Cell]:
    """The mark, to stand behind a value that comes from one of these facts, when it is not verified."""
    return [MARK] if any(name in unverified for name in names) else []


def footnote(lines: Sequence[Line], width: int) -> list[Line]:
    """What the mark means, when one is among the lines."""
    if not any(MARK in line for line in lines):
        return []
    rows = wrap(MEANING, width - 4)
    return [[(f" {MARK[0] if not n else ' '} ", MARK[1]), (row, "dim")] for n, row in enumerate(rows)]
