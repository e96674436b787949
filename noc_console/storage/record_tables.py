"""SQL tables of the record kinds, made from their declarations."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args, get_type_hints

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, Table, Text

from noc_console.domain.records import Record, RecordKind, column_names

_TYPES: tuple[tuple[type, Any], ...] = ((bool, Boolean), (int, Integer), (float, Float), (str, Text))


def record_table(metadata: MetaData, kind: RecordKind[Any]) -> Table:
    """The table of one kind: its columns, ``removed_at`` and ``revision``."""
    columns = [_column(kind, name) for name in column_names(kind.row)]
    columns.append(Column("removed_at", Float))
    columns.append(Column("revision", Integer, nullable=False, server_default="0", index=True))
    return Table(kind.table_name, metadata, *columns, sqlite_autoincrement=kind.numbered)


def _column(kind: RecordKind[Any], name: str) -> Column[Any]:
    hint = get_type_hints(kind.row)[name]
    (plain,) = plain_types(kind.row, name)
    sql_type = next(sql for python, sql in _TYPES if issubclass(plain, python))
    return Column(
        name, sql_type, primary_key=name in kind.key, nullable=NoneType in get_args(hint), index=name in kind.indexed
    )


def plain_types(row: type[Record], name: str) -> list[type]:
    """The types that a field may have, but for None."""
    hint = get_type_hints(row)[name]
    return [one for one in (get_args(hint) or (hint,)) if one is not NoneType]
