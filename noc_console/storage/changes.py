"""Typed changes in the database: appended in the transaction of what they tell, read by id, in order, across OLTs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.changes import COMMON, KINDS, Change, OtherChange
from noc_console.storage import schema
from noc_console.storage.streams import bump, read_rows

STREAM = "change"
CHUNK = 100
"""Rows per statement: preparing them holds the event loop for some milliseconds."""
_COLUMNS = [schema.change.c[name] for name in (*COMMON, "kind", "data")]


async def append_changes(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    """Write changes in their order, inside a write transaction."""
    if not changes:
        return
    await bump(connection, STREAM)
    for begin in range(0, len(changes), CHUNK):
        await connection.execute(insert(schema.change), [_row(change) for change in changes[begin : begin + CHUNK]])


async def read_changes_of(
    connection: AsyncConnection, *where: Any, limit: int | None = None, newest: bool = False
) -> list[Change]:
    """Changes that match, oldest first.

    Args:
        connection: Any transaction.
        where: SQL conditions on ``schema.change``.
        limit: At most so many; None for all.
        newest: With ``limit``, the newest of them instead of the oldest.
    """
    table = schema.change
    query = select(*_COLUMNS).where(*where).order_by(table.c.id.desc() if newest else table.c.id).limit(limit)
    found = await read_rows(connection, query, _change)
    return found[::-1] if newest else found


def _row(change: Change) -> dict[str, Any]:
    values = asdict(change)
    del values["id"]
    common = {name: values.pop(name) for name in COMMON if name != "id"}
    return common | {"kind": change.kind, "data": msgspec.json.encode(values).decode()}


def _change(*row: Any) -> Change:
    *common, kind, data = row
    values = dict(zip(COMMON, common, strict=True))
    own: Mapping[str, Any] = msgspec.json.decode(data)
    if kind in KINDS:
        try:
            return msgspec.convert({**own, **values}, KINDS[kind])
        except msgspec.ValidationError:
            pass  # another release's: shown as it is
    return OtherChange(**values, name=kind, data=own)
