"""Tables as they are walked: which columns go together, and whose facts their rows are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from noc_console.domain.plausibility import plausible
from noc_console.domain.poll import Facts, Refusals, Rows
from noc_console.domain.text import clean_octets
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.column import Column, Join
from noc_console.sources.snmp.decoders import REFUSED, Decoder, Fact
from noc_console.sources.snmp.index import SPACES, Place
from noc_console.sources.snmp.profile import Table
from noc_console.sources.snmp.walk import Walk

ROWS_PER_TURN = 512

FactsAt = Callable[[Rows, bytes], Facts | None]
"""Where the facts of a row go, by kind of rows and index; None for a row that is none of ours."""


class Cell(NamedTuple):
    """One fact's column in a walk."""

    rows: Rows
    fact: str
    column: Column
    decode: Decoder
    at: int
    """Position among the columns walked."""
    companion_at: int | None

    @property
    def facts(self) -> set[str]:
        """The facts that it fills."""
        return {self.fact, self.column.raw_to} if self.column.raw_to else {self.fact}


class Asked:
    """Tables that share an index: the columns to walk, each once, and the facts that they fill.

    Args:
        index: The shared index.
        tables: At least one.
    """

    def __init__(self, index: str | Join, tables: Sequence[Table]) -> None:
        self.index = index
        self.oids: list[bytes] = []
        self.cells: list[Cell] = []
        self._join_at = [self._add(codec.encode_oid(oid)) for oid in index.columns] if isinstance(index, Join) else []
        self._names_ont = tables[0].rows in ("ont", "ont_traffic")
        for table in tables:
            for fact, column in table.columns.items():
                companion_at = self._add(column.companion) if column.companion else None
                at = self._add(column.encoded)
                self.cells.append(Cell(table.rows, fact, column, column.decoder(fact), at, companion_at))

    def _add(self, oid: bytes) -> int:
        if oid not in self.oids:
            self.oids.append(oid)
        return self.oids.index(oid)

    def places(self, walk: Walk) -> Callable[[bytes], Place | None]:
        """What an encoded index in this walk means."""
        if isinstance(self.index, Join):
            return self._joined(walk, self.index).get
        decode = SPACES[self.index].decode
        return lambda key: decode(codec.decode_subids(key))

    def _joined(self, walk: Walk, join: Join) -> dict[bytes, Place]:
        first, *others = [walk.rows[at] for at in self._join_at]
        found: dict[bytes, Place] = {}
        for key, value in first.items():
            values = (value, *(rows.get(key, b"") for rows in others))
            place = join.place("/".join(map(_plain, values)), self._names_ont)
            if place:
                found[key] = place
        return found

    async def store(self, walk: Walk, facts_at: FactsAt, now: float, refused: Refusals, highest: bool = False) -> None:
        """Decode the rows of a walk into facts.

        Args:
            walk: Of ``oids``, in their order.
            facts_at: Asked once for each kind of rows and index.
            now: When it was read, Unix seconds.
            refused: Takes the values that cannot be.
            highest: Several rows may be about one thing (the sensors of a card): the highest number counts.
        """
        known: dict[Rows, dict[bytes, Facts | None]] = {cell.rows: {} for cell in self.cells}
        done = 0
        for cell in self.cells:
            fact, tail, decode = cell.fact, cell.column.tail, cell.decode
            plain = cell.column.is_plain and not highest
            companions = {} if cell.companion_at is None else walk.rows[cell.companion_at]
            places = known[cell.rows]
            # Where the column has no row, its fallback counts as if it were the column.
            rows = {**companions, **walk.rows[cell.at]} if cell.column.fallback else walk.rows[cell.at]
            for full_key, raw in rows.items():
                done += 1
                if done % ROWS_PER_TURN == 0:
                    await asyncio.sleep(0)
                key = _without(full_key, tail) if tail else full_key
                if key is None:
                    continue
                if key not in places:
                    places[key] = facts_at(cell.rows, key)
                facts = places[key]
                if facts is None:
                    continue
                value = decode(raw) if plain else None
                if plain and value is not REFUSED:
                    facts[fact] = value
                else:
                    keep(facts, cell, raw, companions.get(full_key), now, refused, highest)


def keep(
    facts: Facts,
    cell: Cell,
    raw: codec.Value,
    companion: codec.Value | None,
    now: float,
    refused: Refusals,
    highest: bool = False,
) -> None:
    """Decode one value into ``facts``; one that cannot be is no reading, and counted."""
    column = cell.column
    found = cell.decode(raw) if column.companion is None else column.decode_pair(cell.decode, raw, companion)
    if found is REFUSED:
        refused.add(f"{cell.rows}.{cell.fact}", _plain(raw))
    value = None if found is REFUSED else found
    if column.read == "age" and isinstance(value, int | float):
        value = plausible(cell.fact, now - value)
    if highest and not _exceeds(value, facts.get(cell.fact)):
        return
    facts[cell.fact] = value
    if column.raw_to:
        facts[column.raw_to] = None if value is None or isinstance(raw, bytes) else str(raw)


def _exceeds(value: Fact | None, before: Fact | None) -> bool:
    if before is None or value is None or isinstance(value, str) or isinstance(before, str):
        return before is None
    return value > before


def _plain(value: codec.Value) -> str:
    return str(value) if isinstance(value, int) else clean_octets(value)


def _without(key: bytes, tail: bytes) -> bytes | None:
    """``key`` without ``tail``, None when it ends otherwise (a cut inside a number is no cut)."""
    rest = key[: -len(tail)]
    return rest if rest and key.endswith(tail) and rest[-1] < 0x80 else None


def group(tables: Iterable[Table], default_index: str) -> list[Asked]:
    """Tables that share an index, to be walked together."""
    groups: dict[str | Join, list[Table]] = {}
    for table in tables:
        groups.setdefault(table.index or default_index, []).append(table)
    return [Asked(index, members) for index, members in groups.items()]
