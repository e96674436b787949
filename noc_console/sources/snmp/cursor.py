"""How far a walk has come in one column: takes the rows that belong to it, and keeps those that came too early."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.domain.errors import SourceProtocolError
from noc_console.sources.snmp import codec

MAX_ROWS = 131_072
"""More rows than any OLT has in one column, the interfaces of its customers included."""


class BrokenTable(SourceProtocolError):
    """The agent makes its table up, or repeats it: none of its rows can be believed."""


Column = dict[bytes, codec.Value]

_NOTHING: tuple[Sequence[bytes], bytes, Sequence[bytes]] = ((), b"", ())


class Cursor:
    """A place in one column, moved through it part by part.

    Bindings come as ``codec.scan_bindings`` gives them.

    Args:
        column: Encoded OID.
    """

    def __init__(self, column: bytes) -> None:
        self.rows: Column = {}
        """Of the part under way: encoded rest of the index to value."""
        self.ended = False
        """All rows of the part are there."""
        self.holes = 0
        """Rows of the part that came without a value: "no such instance" or NULL in the middle of the table."""
        self._column = column
        self._prefix = column
        self._last = b""
        self._limit = MAX_ROWS
        self._ahead = _NOTHING

    @property
    def position(self) -> bytes:
        """The OID to ask after."""
        return self._prefix + self._last

    def begin(self, part: bytes, limit: int = MAX_ROWS) -> None:
        """Go to the start of a part (encoded index prefix), and take what came of it right behind the part before.

        Args:
            part: Empty for the whole column.
            limit: Rows that the part can have.

        Raises:
            BrokenTable: As for ``take``.
        """
        self.rows, self.ended, self.holes = {}, False, 0
        self._prefix, self._last, self._limit = self._column + part, b"", limit
        (oids, tags, values), self._ahead = self._ahead, _NOTHING
        # Rows of another part tell nothing of this one, not even that it is empty: not every agent keeps the order.
        if oids and tags[0] < 0x80 and oids[0].startswith(self._prefix, 1):
            self.take(oids, tags, values)

    def take(self, oids: Sequence[bytes], tags: bytes, values: Sequence[bytes]) -> None:
        """Take the rows that belong to the part; it has ended when others stand behind them.

        Raises:
            BrokenTable: The OIDs do not increase, or the table does not end. Nothing was taken then.
        """
        prefix = self._prefix
        # Answers are sorted: if the first and the last are inside the part, so is everything between.
        if not tags.isascii() or not oids[-1].startswith(prefix, 1) or not oids[0].startswith(prefix, 1):
            count = self._count_inside(oids, tags)
            if count < len(oids):
                self._end(oids[count:], tags[count:], values[count:], oids[count - 1][1:] if count else self.position)
            oids, tags, values = oids[:count], tags[:count], values[:count]
        if oids:
            self._keep(oids, tags, values)

    def _end(self, oids: Sequence[bytes], tags: bytes, values: Sequence[bytes], before: bytes) -> None:
        """What follows the part's rows: only something that sorts after them shows that there are no more."""
        if tags[0] < 0x80 and not codec.oid_after(oids[0][1:], before):
            raise BrokenTable("the agent's answer goes back in its tables (OIDs do not increase)")
        self._ahead = oids, tags, values
        self.ended = True

    def _keep(self, oids: Sequence[bytes], tags: bytes, values: Sequence[bytes]) -> None:
        size = 1 + len(self._prefix)
        keys = [oid[size:] for oid in oids]
        found = dict(zip(keys, codec.convert_scanned(tags, values), strict=True))
        # The part's own OID is no row, and comes behind nothing that was asked for.
        if b"" in found or len(found) != len(keys) or not self._increases(keys):
            raise BrokenTable("the agent's table goes round in circles (OIDs do not increase)")
        if len(self.rows) + len(found) > self._limit:
            raise BrokenTable(f"the agent's table does not end (more than {self._limit} rows)")
        if not tags.isascii() or codec.NULL in tags:
            lost = [key for key, tag in zip(keys, tags, strict=True) if tag >= 0x80 or tag == codec.NULL]
            self.holes += len(lost)
            for key in lost:
                del found[key]
        self.rows.update(found)
        self._last = keys[-1]

    def _increases(self, keys: Sequence[bytes]) -> bool:
        """Whether the keys come after what is known; inside an answer the ends and the repeats tell enough."""
        return codec.oid_after(keys[0], self._last) and (len(keys) == 1 or codec.oid_after(keys[-1], keys[0]))

    def _count_inside(self, oids: Sequence[bytes], tags: bytes) -> int:
        """How many rows, from the first on, belong to the part.

        "No such instance" ends it when it repeats the question; behind other rows it is a hole.
        """
        prefix, position = self._prefix, self.position
        for count, (oid, tag) in enumerate(zip(oids, tags, strict=True)):
            if tag == codec.END_OF_MIB_VIEW or not oid.startswith(prefix, 1) or (tag >= 0x80 and oid[1:] == position):
                return count
        return len(oids)
