"""The audit log: append-only, each entry chained to the one before by a digest, so that a change shows.

Two anchors stand beside it: the newest entry, so that a cut end shows, and the last one that went to the archive, with
which the chain here goes on. Nothing is dropped: old entries go to a file of JSON lines that continues the chain.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import takewhile
from typing import Any

from sqlalchemy import delete, insert, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.operators import Operator
from noc_console.domain.text import clean
from noc_console.storage import schema
from noc_console.storage.inventory import upsert

FORM = 2
"""Of the entries that are written now: the digest covers every field. In form 1 it covers ``_FORM_1`` only."""
NEWEST = "newest"
ARCHIVED = "archived"
ACCEPTED = "accepted"
ROWS_PER_TURN = 200
"""Entries verified between two turns of the event loop."""
_FORM_1 = ("at", "actor", "origin", "action", "target", "reason", "result", "job_id")
_FORM_2 = (*_FORM_1, "known_by", "details", "form")


@dataclass(frozen=True, slots=True)
class Entry:
    """Who asked for what, how we know them, from where, on which target, why, and what came of it."""

    operator: str
    known_by: str
    """What vouches for the name: ``unix account``, ``sudo``, ...; ``job``: the entry of the request says it."""
    origin: str
    """Host and terminal."""
    action: str
    target: str
    reason: str
    result: str
    job_id: int | None = None
    claimed_address: str = ""
    """The client's address as the operator's environment names it; nobody vouches for it."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else belongs to it, such as how it was confirmed."""

    @classmethod
    def by(
        cls,
        operator: Operator,
        action: str,
        target: str,
        reason: str,
        result: str,
        job_id: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Entry:
        """An entry about a request; what an operator typed is made harmless."""
        origin = operator.origin
        return cls(
            operator=clean(operator.name),
            known_by=operator.known_by,
            origin=clean(str(origin)),
            action=action,
            target=target,
            reason=clean(reason),
            result=result,
            job_id=job_id,
            claimed_address=clean(origin.claimed_address),
            details=details or {},
        )


async def append(connection: AsyncConnection, entry: Entry, now: float) -> None:
    """Write an entry inside the caller's write transaction.

    Audit comes before the act: callers write the entry in the transaction that makes the act possible.
    """
    if connection.dialect.name == "postgresql":
        # Two writers must not chain to the same entry.
        await connection.execute(text("SELECT pg_advisory_xact_lock(7309872)"))
    table = schema.audit
    details = dict(entry.details)
    if entry.claimed_address:
        details["claimed_address"] = entry.claimed_address
    values: dict[str, Any] = {
        "at": now,
        "actor": entry.operator,
        "known_by": entry.known_by,
        "origin": entry.origin,
        "action": entry.action,
        "target": entry.target,
        "reason": entry.reason,
        "result": entry.result,
        "job_id": entry.job_id,
        "details": json.dumps(details, sort_keys=True, ensure_ascii=False),
        "form": FORM,
    }
    previous = await _end_of_chain(connection)
    values |= {"previous": previous, "digest": digest(previous, values)}
    added = (await connection.execute(insert(table).values(values).returning(table.c.id))).scalar_one()
    await _move(connection, Anchor(NEWEST, added, values["digest"]))


def digest(previous: str, values: Mapping[Any, Any]) -> str:
    """SHA-256 over the previous digest and this entry's fields, as the entry's form defines it."""
    if values["form"] == 1:
        body = "\x1f".join(f"{values[name]!r}" for name in _FORM_1)
    else:
        body = json.dumps({name: values[name] for name in _FORM_2}, sort_keys=True)
    return hashlib.sha256(f"{previous}\x1f{body}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in the chain."""

    name: str
    entry_id: int
    digest: str


async def _anchor(connection: AsyncConnection, name: str) -> Anchor:
    table = schema.audit_anchor
    row = (await connection.execute(select(table).where(table.c.name == name))).one_or_none()
    return Anchor(*row) if row else Anchor(name, 0, "")


async def _move(connection: AsyncConnection, anchor: Anchor) -> None:
    await upsert(connection, schema.audit_anchor, [asdict(anchor)])


async def _end_of_chain(connection: AsyncConnection) -> str:
    """Digest to go on from. It is the anchor's, not the last row's: rows that were cut off stay missed for ever."""
    newest = await _anchor(connection, NEWEST)
    if newest.digest:
        return newest.digest
    table = schema.audit
    last = (await connection.execute(select(table.c.digest).order_by(table.c.id.desc()).limit(1))).scalar()
    return last or (await _anchor(connection, ARCHIVED)).digest


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold."""

    entry_id: int
    what: str
    """``changed``; ``missing`` with entries after it; ``cut off`` with none."""

    def __str__(self) -> str:
        return f"entry {self.entry_id} is {self.what}"


async def newest(connection: AsyncConnection) -> Anchor:
    """The end of the chain as the database has it."""
    return await _anchor(connection, NEWEST)


async def archived(connection: AsyncConnection) -> Anchor:
    """The last entry that went to the archive."""
    return await _anchor(connection, ARCHIVED)


async def accept(connection: AsyncConnection) -> None:
    """Trust the chain from its end on: what is broken before it is known, and still told by a whole verification."""
    end = await newest(connection)
    await _move(connection, Anchor(ACCEPTED, end.entry_id, end.digest))


async def accepted(connection: AsyncConnection) -> Anchor:
    """From where on an administrator trusts the chain; entry 0 is from its begin."""
    return await _anchor(connection, ACCEPTED)


async def find_broken(connection: AsyncConnection, after: Anchor | None = None) -> Broken | None:
    """The first entry that does not follow from the one before it, or is cut off; None when the chain holds.

    Args:
        connection: Of a snapshot: what others append meanwhile would look like a fault.
        after: Only what came after this entry, which must be as it was; None is all that is not archived.
    """
    table = schema.audit
    last = await _anchor(connection, ARCHIVED)
    if after is not None and after.entry_id > last.entry_id:
        query = select(table).where(table.c.id == after.entry_id)
        row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            return Broken(after.entry_id, "missing")
        if row["digest"] != after.digest or row["digest"] != digest(row["previous"], row):
            return Broken(after.entry_id, "changed")
        last = after
    rows = await connection.execute(select(table).where(table.c.id > last.entry_id).order_by(table.c.id))
    for part in rows.mappings().partitions(ROWS_PER_TURN):
        for row in part:
            if row["digest"] != digest(row["previous"], row):
                return Broken(int(row["id"]), "changed")
            if row["previous"] != last.digest:
                gap = row["id"] > last.entry_id + 1
                return Broken(last.entry_id + 1, "missing") if gap else Broken(int(row["id"]), "changed")
            last = Anchor("", row["id"], row["digest"])
        await asyncio.sleep(0)
    end = await _anchor(connection, NEWEST)
    return None if (last.entry_id, last.digest) == (end.entry_id, end.digest) else Broken(last.entry_id + 1, "cut off")


async def digest_of(connection: AsyncConnection, entry_id: int) -> str | None:
    """Digest of an entry as it stands in the table; None when it is not there."""
    table = schema.audit
    found: str | None = (await connection.execute(select(table.c.digest).where(table.c.id == entry_id))).scalar()
    return found


async def at_or_after(connection: AsyncConnection, entry_id: int) -> Anchor | None:
    """The first entry from this number on, as it stands in the table."""
    table = schema.audit
    query = select(table.c.id, table.c.digest).where(table.c.id >= entry_id).order_by(table.c.id).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return Anchor("", row.id, row.digest) if row else None


async def first_broken(connection: AsyncConnection) -> int | None:
    """Id of the first entry that is changed, missing or cut off; None when the chain holds."""
    broken = await find_broken(connection)
    return broken.entry_id if broken else None


async def entries(connection: AsyncConnection, limit: int) -> list[dict[str, Any]]:
    """The newest entries as they stand in the table, newest first."""
    return await matching(connection, true(), limit)


async def matching(connection: AsyncConnection, where: Any, limit: int) -> list[dict[str, Any]]:
    """The newest entries that match a condition on the table, as they stand in it, newest first."""
    table = schema.audit
    rows = await connection.execute(select(table).where(where).order_by(table.c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


async def oldest(connection: AsyncConnection, before_at: float, limit: int) -> list[dict[str, Any]]:
    """Up to ``limit`` of the oldest entries, without gaps, all of them before ``before_at``."""
    table = schema.audit
    rows = (await connection.execute(select(table).order_by(table.c.id).limit(limit))).mappings()
    return [dict(row) for row in takewhile(lambda row: row["at"] < before_at, rows)]


async def forget_archived(connection: AsyncConnection, archived: Sequence[Mapping[str, Any]]) -> None:
    """Delete entries, as ``oldest`` gave them, that are on disk in the archive."""
    last = archived[-1]
    await _move(connection, Anchor(ARCHIVED, last["id"], last["digest"]))
    await connection.execute(delete(schema.audit).where(schema.audit.c.id <= last["id"]))
