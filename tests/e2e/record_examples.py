"""Records of any kind, made from its declaration: a new kind needs no example of its own."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Any, get_type_hints

from hypothesis import strategies as st

from noc_console.domain.records import Record, RecordKind, column_names
from noc_console.storage.record_tables import plain_types

TEXT = "Jürgen 日本 '; [b]x[/b] %s"
CHARACTERS = "abcXYZ0189 -_,\"';[]{}é日"
FORMS = {"port": "0/1/{}", "serial": "HWTC0000000{}", "network": "10.0.{}.0/24", "gateway": "fe80::{}"}
"""Fields that are more than text."""
MOST = {"vid": 4094, "latitude": 90, "longitude": 180}
"""Numbers that end sooner than others."""


def full(kind: RecordKind[Any], number: int = 1) -> Record:
    """A record with every field set."""
    values: dict[str, Any] = {}
    for name in column_names(kind.row):
        (plain,) = plain_types(kind.row, name)
        if issubclass(plain, Enum):
            values[name] = list(plain)[-1]
        elif plain is str:
            values[name] = FORMS.get(name, f"{TEXT} {name} {{}}").format(number)
        else:
            values[name] = True if plain is bool else plain(number)
    found: Record = kind.row(**values)
    return found


def bare(kind: RecordKind[Any], number: int = 2) -> Record:
    """A record with nothing but what must be."""
    hints = get_type_hints(kind.row)
    optional = {name: None for name in column_names(kind.row) if type(None) in getattr(hints[name], "__args__", ())}
    return replace(full(kind, number), **optional)


def records(kind: RecordKind[Any]) -> st.SearchStrategy[Any]:
    """Any records of a kind that name no others."""
    texts = st.text(CHARACTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
    named = {reference.field for reference in kind.references}
    values: dict[str, st.SearchStrategy[Any]] = {}
    for name, hint in get_type_hints(kind.row).items():
        if name not in column_names(kind.row):
            continue
        (plain,) = plain_types(kind.row, name)
        may_lack = type(None) in getattr(hint, "__args__", ())
        if name in named or (may_lack and name in ("serial", "splitter_port")):
            values[name] = st.none()  # they must fit others
            continue
        some: st.SearchStrategy[Any] = st.just(FORMS[name].format(3)) if name in FORMS else texts
        if plain is not str:
            some = st.integers(1, MOST.get(name, 60_000)).map(plain)
            if issubclass(plain, Enum):
                some = st.sampled_from(list(plain))
        values[name] = st.none() | some if may_lack else some
    return st.builds(kind.row, **values).filter(lambda record: _stands(kind, record))


def _stands(kind: RecordKind[Any], record: Record) -> bool:
    """Whether it may be stored as it is, alone."""
    try:
        return bool(kind.normal(record) == record)
    except ValueError:
        return False
