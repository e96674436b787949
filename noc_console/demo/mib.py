"""The tree of values that a simulated agent serves: columns over shared rows, in the order of their object ids.

A column keeps its values encoded; writing one encodes it, reading only joins octets. Rows are shared by the columns
of a table, so 1,000 ONTs with 40 columns cost one list of 1,000 indexes and 40 lists of small byte strings.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from noc_console.demo import ber
from noc_console.demo.ber import Oid

Part = TypeVar("Part")
Cell = Callable[[Part], bytes]
"""How one column's value of a part is encoded."""


class Rows:
    """Indexes of a table, sorted as SNMP sorts them.

    Args:
        indexes: Index of every row, such as ``(4194304000, 7)``, in any order, without repeats.
    """

    def __init__(self, indexes: Iterable[Oid]) -> None:
        self.indexes: list[Oid] = sorted(indexes)
        self.encoded: list[bytes] = [ber.arcs(index) for index in self.indexes]

    def find(self, index: Oid) -> int | None:
        """Position of ``index``, or None."""
        at = bisect_left(self.indexes, index)
        return at if at < len(self.indexes) and self.indexes[at] == index else None

    def __len__(self) -> int:
        return len(self.indexes)


class Column:
    """One column: a prefix and a value for every row.

    Args:
        prefix: Everything of the object ids before the row's index.
        rows: The rows, shared with the table's other columns.
        values: Encoded values (tag, length, content), one for each row.
        live: For values that change by themselves: called with a row's position, returns its encoded value.
    """

    def __init__(
        self,
        prefix: Oid,
        rows: Rows,
        values: Sequence[bytes] = (),
        live: Callable[[int], bytes] | None = None,
    ) -> None:
        if live is None and len(values) != len(rows):
            raise ValueError(f"{len(values)} values for {len(rows)} rows")
        self.prefix = prefix
        self.rows = rows
        self.values = list(values)
        self.live = live
        self.encoded_prefix = ber.oid_content(prefix)

    def value(self, row: int) -> bytes:
        """Encoded value of the row at that position."""
        return self.live(row) if self.live else self.values[row]

    def varbind(self, row: int) -> bytes:
        """Encoded variable binding of the row at that position."""
        value = self.live(row) if self.live else self.values[row]
        suffix = self.rows.encoded[row]
        prefix = self.encoded_prefix
        oid_size = len(prefix) + len(suffix)
        size = oid_size + len(value) + 2
        if size < 0x80:
            return bytes((ber.SEQUENCE, size, ber.OBJECT_ID, oid_size)) + prefix + suffix + value
        return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, prefix + suffix) + value)


class Place(NamedTuple):
    """Where a value stands; ``column`` is one past the last at the end of the tree."""

    column: int
    row: int


class MibTree:
    """All columns of one agent. The object ids of two columns never interleave."""

    def __init__(self, columns: Iterable[Column] = ()) -> None:
        self.columns: list[Column] = []
        self._prefixes: list[Oid] = []
        for column in columns:
            self.put(column)

    def put(self, column: Column) -> None:
        """Add a column, or replace the one with the same prefix.

        Raises:
            ValueError: It would stand inside another column.
        """
        at = bisect_left(self._prefixes, column.prefix)
        if at < len(self._prefixes) and self._prefixes[at] == column.prefix:
            self.columns[at] = column
            return
        neighbours = self._prefixes[max(0, at - 1) : at + 1]
        if any(_nested(column.prefix, other) for other in neighbours):
            raise ValueError(f"column {column.prefix} stands inside another one")
        self._prefixes.insert(at, column.prefix)
        self.columns.insert(at, column)

    def find(self, oid: Oid) -> tuple[Column | None, int | None]:
        """The column that ``oid`` belongs to and its row there; None for what does not exist."""
        at = bisect_right(self._prefixes, oid) - 1
        if at < 0:
            return None, None
        column = self.columns[at]
        size = len(column.prefix)
        if oid[:size] != column.prefix:
            return None, None
        return column, column.rows.find(oid[size:])

    def after(self, oid: Oid) -> Place:
        """Place of the first value whose object id is greater than ``oid``."""
        at = bisect_right(self._prefixes, oid) - 1
        if at >= 0:
            column = self.columns[at]
            size = len(column.prefix)
            if oid[:size] == column.prefix:
                return self.settle(Place(at, bisect_right(column.rows.indexes, oid[size:])))
        return self.settle(Place(at + 1, 0))

    def settle(self, place: Place) -> Place:
        """``place``, or the start of the next column with rows when it is past the end of its own."""
        column, row = place
        while column < len(self.columns) and row >= len(self.columns[column].rows):
            column, row = column + 1, 0
        return Place(column, row)

    def __len__(self) -> int:
        return sum(len(column.rows) for column in self.columns)


class Table(Generic[Part]):
    """Columns that describe parts of one kind, one row each.

    Args:
        tree: Where the columns go.
        parts: Index of each row and what it describes.
        cells: Prefix of each column, and how a part's value is encoded.
        live: The same for values that change by themselves: encoded at each reading.
    """

    def __init__(
        self,
        tree: MibTree,
        parts: dict[Oid, Part],
        cells: dict[Oid, Cell[Part]],
        live: dict[Oid, Cell[Part]] | None = None,
    ) -> None:
        rows = Rows(parts)
        self._parts = [parts[index] for index in rows.indexes]
        self._rows = rows
        self._columns = [
            (Column(prefix, rows, list(map(cell, self._parts))), cell) for prefix, cell in sorted(cells.items())
        ]
        for column, _ in self._columns:
            tree.put(column)
        for prefix, cell in (live or {}).items():
            tree.put(Column(prefix, rows, live=self._reader(cell)))

    def refresh(self, index: Oid) -> None:
        """Encode one row again."""
        row = self._rows.find(index)
        if row is None:
            raise KeyError(index)
        part = self._parts[row]
        for column, cell in self._columns:
            column.values[row] = cell(part)

    def _reader(self, cell: Cell[Part]) -> Callable[[int], bytes]:
        parts = self._parts
        return lambda row: cell(parts[row])


def _nested(one: Oid, other: Oid) -> bool:
    size = min(len(one), len(other))
    return one[:size] == other[:size]
