"""How far a walk has come in one column: takes the rows that belong to it, and keeps those that came too early."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.domain.errors import SourceProtocolError
from noc_console.sources.snmp import codec

MAX_ROWS = 200_000
"""More rows than any OLT has in one column: an agent that makes them up is stopped here."""

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
        self._column = column
        self._prefix = column
        self._last = b""
        self._ahead = _NOTHING

    @property
    def position(self) -> bytes:
        """The OID to ask after."""
        return self._prefix + self._last

    def begin(self, part: bytes) -> None:
        """Go to the start of a part (encoded index prefix), and take what came of it right behind the part before.

        Raises:
            SourceProtocolError: As for ``take``.
        """
        self.rows, self.ended = {}, False
        self._prefix, self._last = self._column + part, b""
        (oids, tags, values), self._ahead = self._ahead, _NOTHING
        # Rows of another part tell nothing of this one, not even that it is empty: not every agent keeps the order.
        if oids and tags[0] < 0x80 and oids[0].startswith(self._prefix, 1):
            self.take(oids, tags, values)

    def take(self, oids: Sequence[bytes], tags: bytes, values: Sequence[bytes]) -> None:
        """Take the rows that belong to the part; it has ended when there are others behind them.

        Raises:
            SourceProtocolError: The table does not end.
        """
        prefix = self._prefix
        # Answers are sorted: if the first and the last are inside the part, so is everything between.
        if not tags.isascii() or not oids[-1].startswith(prefix, 1) or not oids[0].startswith(prefix, 1):
            count = self._count_inside(oids, tags)
            self._ahead = oids[count:], tags[count:], values[count:]
            oids, tags, values = oids[:count], tags[:count], values[:count]
            self.ended = True
        if oids:
            size = 1 + len(prefix)
            before = len(self.rows)
            keys = [oid[size:] for oid in oids]
            if b"" not in keys:  # the part's own OID is no row, and comes behind nothing that was asked for
                self.rows.update(zip(keys, codec.convert_scanned(tags, values), strict=True))
            if len(self.rows) - before != len(keys) or not codec.oid_after(keys[-1], self._last):
                raise SourceProtocolError("the agent's table goes round in circles (OIDs do not increase)")
            if len(self.rows) > MAX_ROWS:
                raise SourceProtocolError(f"the agent's table does not end (more than {MAX_ROWS} rows)")
            self._last = keys[-1]

    def _count_inside(self, oids: Sequence[bytes], tags: bytes) -> int:
        """How many rows, from the first on, belong to the part."""
        prefix = self._prefix
        for count, (oid, tag) in enumerate(zip(oids, tags, strict=True)):
            if tag >= 0x80 or not oid.startswith(prefix, 1):
                return count
        return len(oids)
