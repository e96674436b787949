"""The audit log: append-only, each entry chained to the one before by a digest, so that a change shows."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.storage import schema

_FIELDS = ("at", "actor", "origin", "action", "target", "reason", "result", "job_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """Who asked for what, from where, on which device, why, and what came of it."""

    actor: str
    origin: str
    action: str
    target: str
    reason: str
    result: str
    job_id: int | None = None


async def append(connection: AsyncConnection, entry: Entry, now: float | None = None) -> None:
    """Write an entry inside the caller's write transaction.

    Audit comes before the act: callers write the entry in the transaction that makes the act possible.
    """
    if connection.dialect.name == "postgresql":
        # Two writers must not chain to the same entry.
        await connection.execute(text("SELECT pg_advisory_xact_lock(7309872)"))
    table = schema.audit
    last = (await connection.execute(select(table.c.digest).order_by(table.c.id.desc()).limit(1))).scalar()
    values: dict[str, Any] = {
        "at": time.time() if now is None else now,
        "actor": entry.actor,
        "origin": entry.origin,
        "action": entry.action,
        "target": entry.target,
        "reason": entry.reason,
        "result": entry.result,
        "job_id": entry.job_id,
    }
    previous = last or ""
    await connection.execute(insert(table), {**values, "previous": previous, "digest": digest(previous, values)})


def digest(previous: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the previous digest and this entry's fields."""
    body = "\x1f".join(f"{values[name]!r}" for name in _FIELDS)
    return hashlib.sha256(f"{previous}\x1f{body}".encode()).hexdigest()


async def first_broken(connection: AsyncConnection) -> int | None:
    """Id of the first entry that does not follow from the one before it, None when the chain holds."""
    table = schema.audit
    previous = ""
    for row in (await connection.execute(select(table).order_by(table.c.id))).mappings():
        if row["previous"] != previous or row["digest"] != digest(previous, dict(row)):
            return int(row["id"])
        previous = row["digest"]
    return None
