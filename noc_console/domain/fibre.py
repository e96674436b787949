"""The fibre plant as it was recorded: strands from PON ports and splitters on, closures, and the splices in them.

A strand begins at a PON port, at a splitter's outlet or in a splice, and ends at a splitter, at a subscriber or in a
splice. ``fibre_path`` puts them together. Light goes from the OLT to the customer: "on" is away from the OLT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from noc_console.domain.identity import PonPort
from noc_console.domain.records import Column, Key, Record, RecordKind, Reference


@dataclass(frozen=True, slots=True)
class Closure(Record):
    """A box in which strands are spliced."""

    name: str
    address: str | None = None
    latitude: float | None = None
    """Degrees, WGS 84."""
    longitude: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Strand(Record):
    """One fibre of one cable."""

    name: str
    """``K7/12``: fibre 12 of cable K7."""
    length_m: float | None = None
    olt: str | None = None
    """It begins at this OLT's ..."""
    port: str | None = None
    """... PON port, ``0/1/3``."""
    from_splitter: str | None = None
    """It begins at this splitter's ..."""
    outlet: int | None = None
    """... outlet, counted from 1."""
    splitter: str | None = None
    """It ends at this splitter."""
    account: str | None = None
    """It ends at this subscriber."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Splice(Record):
    """Where one strand goes on in another."""

    onward: str
    """The strand that begins here."""
    strand: str
    """The strand that ends here."""
    closure: str
    loss_db: float | None = None
    """As measured, dB."""


def _normal_closure(closure: Closure) -> Closure:
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = getattr(closure, name)
        if value is not None and abs(value) > most:
            raise ValueError(f"{name}: {value:g} is not between -{most} and {most}")
    return closure


def _normal_strand(strand: Strand) -> Strand:
    if (strand.olt is None) != (strand.port is None):
        raise ValueError("port: olt and port go together")
    if strand.outlet is not None and strand.from_splitter is None:
        raise ValueError("outlet: needs from_splitter")
    if strand.outlet is not None and strand.outlet < 1:
        raise ValueError("outlet: counts from 1")
    if strand.olt is not None and strand.from_splitter is not None:
        raise ValueError("from_splitter: it begins at a PON port already")
    if strand.splitter is not None and strand.account is not None:
        raise ValueError("account: it ends at a splitter already")
    if strand.length_m is not None and strand.length_m < 0:
        raise ValueError("length_m: is below 0")
    if strand.port is None:
        return strand
    try:
        return replace(strand, port=str(PonPort.parse(strand.port)))
    except ValueError as error:
        raise ValueError(f"port: {error}") from None


def _check_strands(all_of_them: Mapping[Key, Strand]) -> Iterator[tuple[Key, str]]:
    """Strands that share an end which only one can have."""
    first: dict[tuple[object, ...], str] = {}
    for key, one in all_of_them.items():
        ends = (
            ("port", (one.olt, one.port) if one.port else None, f"{one.olt} {one.port}"),
            ("outlet", (one.from_splitter, one.outlet) if one.outlet else None, f"{one.from_splitter} {one.outlet}"),
            ("splitter", one.splitter, f"the input of {one.splitter}"),
            ("account", one.account, f"subscriber {one.account}"),
        )
        for name, end, told in ends:
            if end is not None and (other := first.setdefault((name, end), one.name)) != one.name:
                yield key, f"{name}: {told} is at strand {other} already"


def _normal_splice(splice: Splice) -> Splice:
    if splice.onward == splice.strand:
        raise ValueError(f"onward: {splice.strand} cannot go on in itself")
    return splice


def _check_splices(all_of_them: Mapping[Key, Splice]) -> Iterator[tuple[Key, str]]:
    """Strands that go on in two others, or round in a circle."""
    ends: dict[str, Splice] = {}
    for key, splice in all_of_them.items():
        if (other := ends.setdefault(splice.strand, splice)) is not splice:
            yield key, f"strand: {splice.strand} goes on in {other.onward} already, in closure {other.closure}"
    before = {splice.onward: splice.strand for splice in all_of_them.values()}
    for key, splice in all_of_them.items():
        passed, above = {splice.onward}, before.get(splice.onward)
        while above is not None and above not in passed:
            passed.add(above)
            above = before.get(above)
        if above == splice.onward:
            yield key, f"onward: {splice.onward} goes on in itself, round in a circle"


CLOSURES = RecordKind(
    name="closures",
    one="closure",
    title="Splice closures",
    row=Closure,
    key=("name",),
    columns=(
        Column("name", "closure", 14),
        Column("address", "address", 24, flex=True),
        Column("latitude", "lat", 10, right=True),
        Column("longitude", "long", 10, right=True),
        Column("note", "note", 16),
    ),
    order=lambda closure: closure.name,
    imported=True,
    normal=_normal_closure,
)
STRANDS = RecordKind(
    name="strands",
    one="strand",
    title="Fibre strands",
    row=Strand,
    key=("name",),
    columns=(
        Column("name", "strand", 12),
        Column("olt", "from olt", 10),
        Column("port", "port", 8),
        Column("from_splitter", "from splitter", 14),
        Column("outlet", "outlet", 6, right=True),
        Column("splitter", "to splitter", 14),
        Column("account", "to account", 10),
        Column("length_m", "m", 7, right=True),
        Column("note", "note", 10, flex=True),
    ),
    order=lambda strand: strand.name,
    imported=True,
    references=(
        Reference("from_splitter", "splitters"),
        Reference("splitter", "splitters"),
        Reference("account", "subscribers"),
    ),
    normal=_normal_strand,
    check=_check_strands,
)
SPLICES = RecordKind(
    name="splices",
    one="splice",
    title="Splices: which strand goes on in which",
    row=Splice,
    key=("onward",),
    columns=(
        Column("closure", "closure", 14),
        Column("strand", "strand", 14),
        Column("onward", "goes on in", 14, flex=True),
        Column("loss_db", "dB", 5, right=True),
    ),
    order=lambda splice: (splice.closure, splice.strand, splice.onward),
    imported=True,
    references=(Reference("onward", "strands"), Reference("strand", "strands"), Reference("closure", "closures")),
    normal=_normal_splice,
    check=_check_splices,
)
