"""Columns that end before the others of their table.

A row of an SNMP table has all of its columns, or lacks the same ones always. When a column that had a value in every
row suddenly ends early, or is gone, the agent cut it off: the reading is not whole. A column that was sparse from the
beginning is the device's way, and one that stays short is so from now on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from noc_console.domain.errors import SourceProtocolError
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.walk import Walk

BELIEVED_AFTER = 3
"""Readings in a row in which a column is short."""


class FullColumns:
    """What is known of one OLT's columns."""

    def __init__(self) -> None:
        self._full: set[bytes] = set()
        self._short: Counter[bytes] = Counter()

    def review(self, walks: Iterable[Walk]) -> None:
        """Give an error to each walk of one reading in which a column that used to be full is short."""
        whole = [walk for walk in walks if walk.error is None]
        short: dict[bytes, list[Walk]] = defaultdict(list)
        seen: set[bytes] = set()
        for walk in whole:
            for table in _tables(walk):
                usual = _usual([len(walk.rows[at]) for at in table])
                for at in table if usual else ():
                    seen.add(walk.columns[at])
                    if len(walk.rows[at]) < usual:
                        short[walk.columns[at]].append(walk)
        for column in seen - short.keys():
            self._full.add(column)
            del self._short[column]
        for column in sorted(short.keys() & self._full):
            self._short[column] += 1
            if self._short[column] >= BELIEVED_AFTER:
                self._full.discard(column)
                continue
            for walk in short[column]:
                text = f"column {codec.decode_oid(column)} has fewer rows than the others of its table"
                walk.error = SourceProtocolError(text)


def _usual(sizes: list[int]) -> int:
    """How many rows most columns have: a row that one column has alone is a mistake of that column."""
    return max(sizes, key=lambda size: (sizes.count(size), size))


def _tables(walk: Walk) -> list[list[int]]:
    """Positions of the walk's columns, table by table."""
    found: dict[tuple[int, ...], list[int]] = {}
    for at, column in enumerate(walk.columns):
        found.setdefault(tuple(codec.decode_subids(column)[:-1]), []).append(at)
    return [table for table in found.values() if len(table) > 1]
