"""Columns of a table: which of them fit, how wide each is, which letter sorts by it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from noc_console.picture.model import natural

K = TypeVar("K", bound=Hashable)

LEAST = 8
"""Cells from which a cut text is still worth showing."""


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


@dataclass(slots=True)
class Choice:
    """What an operator changed about the columns of a table; ids that the table does not know are kept for later."""

    added: list[str] = field(default_factory=list)
    """In the order of their adding."""
    hidden: set[str] = field(default_factory=set)

    def of(self, given: Sequence[Column], choices: Sequence[Column]) -> tuple[Column, ...]:
        """The columns to show: the given ones without the hidden, then the added ones. Frozen ones always stay."""
        shown = [column for column in given if column.frozen or column.id not in self.hidden]
        has = {column.id for column in given}
        by_id = {column.id: column for column in choices}
        return (*shown, *(by_id[name] for name in self.added if name in by_id and name not in has))

    def change(self, text: str, given: Sequence[Column], choices: Sequence[Column]) -> None:
        """Take ``+rx,-model`` in.

        Raises:
            ValueError: A sign is missing, or there is no such column.
        """
        has = {column.id for column in given}
        wanted = [part.strip() for part in text.split(",") if part.strip()]
        for part in wanted:
            if part[0] not in "+-" or not _find(part[1:], choices):
                names = ", ".join(column.id for column in choices)
                raise ValueError(f"columns are +NAME or -NAME, not {part!r} (there are {names})")
        for part in wanted:
            self._switch(_find(part[1:], choices), part[0] == "+", has)

    def toggle(self, name: str, given: Sequence[Column], shown: Sequence[Column]) -> None:
        """Show what is not shown, hide what is."""
        self._switch(name, all(column.id != name for column in shown), {column.id for column in given})

    def _switch(self, name: str, on: bool, given: set[str]) -> None:
        self.hidden.discard(name)
        self.added = [one for one in self.added if one != name]
        if on and name not in given:
            self.added.append(name)
        elif not on and name in given:
            self.hidden.add(name)


def _find(name: str, choices: Sequence[Column]) -> str:
    """Id of the column with this id or title; empty when there is none."""
    return next((c.id for c in choices if name.lower() in (c.id, c.title.lower())), "")


def in_order(keys: Sequence[K], values: Mapping[K, Any], down: bool) -> list[K]:
    """Keys by their values; equal ones keep their places, those without a value come last either way.

    Args:
        keys: All of them.
        values: What to sort by, for those that have it, in the order of ``keys``.
        down: Largest first.
    """
    known = sorted(values, key=values.__getitem__, reverse=down)
    return known if len(known) == len(keys) else known + [key for key in keys if key not in values]


def by_value(values: Mapping[K, str | float | None]) -> dict[K, Any]:
    """What ``in_order`` takes: ``olt-2`` before ``olt-10``, without those that have no value."""
    known = ((key, value) for key, value in values.items() if value is not None)
    return {key: natural(value) if isinstance(value, str) else value for key, value in known}


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
        left = width - used - (gap if chosen else 0)
        if used + need > width:
            if column.flex and left >= LEAST:  # the text itself, cut, tells more than the columns beside it
                chosen.append(replace(column, width=left))
                used = width
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
