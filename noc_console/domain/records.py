"""Record kinds: tables that are inventoried, fed, listed, filtered, shown as JSON and audited, each declared once.

A kind is a frozen dataclass and one ``RecordKind``. The SQL table, the feed, the picture, ``show NAME``, the list
screen, the CSV import and the tests' double all walk the declaration; see ``record_kinds.RECORD_KINDS``.
ONTs are no record kind: a hundred thousand of them are kept by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Generic, Protocol, TypeVar

Value = str | int | float | bool | None
Key = tuple[Value, ...]
"""What tells the records of a kind apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row of a record kind. The fields of a subclass are its columns: str, int, float, bool, StrEnum, or None."""

    removed_at: float | None = None
    """Set when it is no longer configured or was taken out of the records, Unix seconds."""
    revision: int = 0


R = TypeVar("R", bound=Record)


class Seen(Protocol):
    """What a row may be shown beside."""

    @property
    def now(self) -> float:
        """The clock, Unix seconds."""

    def ont_state(self, serial: str | None) -> str:
        """Effective state of the ONT with this serial number: online, offline, unknown, or ``not listed``."""

    def records(self, kind: RecordKind[R]) -> Sequence[R]:
        """The rows of another kind, in its order."""

    def backup_confirmed(self, dialect: str) -> bool | None:
        """Whether somebody is known to have read a configuration as this dialect does; None when it is not known."""

    def addresses_in(self, network: IPv4Network | IPv6Network) -> int:
        """How many WAN addresses in a range routers tell that they have."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list, on the screen and in the terminal."""

    key: str
    """Of the facts."""
    heading: str
    width: int = 10
    """Cells, at least."""
    right: bool = False
    flex: bool = False
    """Takes what room is left."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that names a record of another kind, or of the same."""

    field: str
    kind: str
    """``RecordKind.name``."""


def own_fields(record: Record, _seen: Seen) -> dict[str, Any]:
    """The facts of a record that are its own columns."""
    return {name: _plain(getattr(record, name)) for name in column_names(type(record))}


def _plain(value: object) -> object:
    return getattr(value, "value", value)


def column_names(row: type[Record]) -> tuple[str, ...]:
    """The columns of a record kind, without the two that every kind has."""
    common = {f.name for f in fields(Record)}
    return tuple(f.name for f in fields(row) if f.name not in common)


@dataclass(frozen=True, slots=True, eq=False)
class RecordKind(Generic[R]):
    """The declaration of one kind."""

    name: str
    """What commands, files and the feed call it, in the plural: ``zones``."""
    one: str
    """One of them, for messages: ``zone``."""
    title: str
    """Of its screen, and for the help."""
    row: type[R]
    key: tuple[str, ...]
    """Fields that tell the records apart."""
    columns: tuple[Column, ...]
    order: Callable[[R], Any]
    """Sort key of a list."""
    facts: Callable[[R, Seen], dict[str, Any]] = own_fields
    """What a list, a filter and JSON show. Names that end in ``_at`` are Unix seconds; JSON shows them as ISO 8601."""
    table: str = ""
    """SQL table; empty is ``one``."""
    indexed: tuple[str, ...] = ()
    """Columns that are looked up by."""
    numbered: bool = False
    """Whether the database gives the key, a number."""
    imported: bool = False
    """Whether it is maintained here: by CSV import."""
    references: tuple[Reference, ...] = ()
    normal: Callable[[R], R] = field(default=lambda record: record)
    """The record in its stored form. Raises ValueError when it cannot be: the message follows ``field:``."""
    check: Callable[[Mapping[Key, R]], Iterable[tuple[Key, str]]] = field(default=lambda _all: ())
    """What is wrong with records among all of their kind: the key of one, and ``field: what``."""

    @property
    def table_name(self) -> str:
        """Its SQL table."""
        return self.table or self.one

    def key_of(self, record: R) -> Key:
        """What tells it apart."""
        return tuple(getattr(record, name) for name in self.key)

    def named(self, record: R) -> str:
        """For messages: ``core-1 ge-0/0/1``."""
        return " ".join(str(part) for part in self.key_of(record))
