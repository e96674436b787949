"""Columns of a table: which of them fit, how wide each is, which letter sorts by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    id: str
    title: str
    width: int
    right: bool = False
    frozen: bool = False
    """Stays when the others are scrolled."""
    flex: bool = False
    """Takes the room that is left; ``width`` is its least."""
    keeps_end: bool = False
    """What does not fit loses its beginning: of a place the PON port tells more than the OLT's whole name."""
    letter: str = ""
    """Sorts by it after ``s``; empty when it cannot be sorted by."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column where it stands on the screen."""

    column: Column
    width: int


def place(columns: Sequence[Column], width: int, offset: int, gap: int = 1) -> list[Placed]:
    """Choose the columns that fit.

    Args:
        columns: All of them, in order.
        width: Cells to fill.
        offset: How many of the columns that are not frozen are scrolled away.
        gap: Cells between two columns.

    Returns:
        Frozen columns first; the flexible one, if it is among them, takes the rest.
    """
    frozen = [column for column in columns if column.frozen]
    loose = [column for column in columns if not column.frozen][offset:]
    chosen: list[Column] = []
    used = 0
    for column in [*frozen, *loose]:
        need = column.width + (gap if chosen else 0)
        if used + need > width:
            break
        chosen.append(column)
        used += need
    rest = max(0, width - used)
    flexible = [column for column in chosen if column.flex]
    return [Placed(c, c.width + (rest if flexible and c is flexible[0] else 0)) for c in chosen]


def last_offset(columns: Sequence[Column], width: int) -> int:
    """The furthest scroll that still brings something new into view."""
    loose = [column for column in columns if not column.frozen]
    for offset in range(len(loose)):
        shown = place(columns, width, offset)
        if shown and shown[-1].column is columns[-1]:
            return offset
    return max(0, len(loose) - 1)
