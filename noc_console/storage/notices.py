"""Messages to people in the database: what was said stays known, whichever collector is at work, and is said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from noc_console.domain.alarms.alarm import ALARMS
from noc_console.domain.alarms.states import name_of
from noc_console.domain.changes import Severity
from noc_console.domain.handling import HANDLINGS, Handling
from noc_console.domain.incidents.incident import Life
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.notices import Happened, Notice, Subject, Told
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.records import read_records

KEEP_S = 30 * 86400.0
NEWS_S = 86400.0
MARKER = ""
"""The row about nothing: when somebody last looked whether there is news."""
WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to one target."""

    id: int
    target: str
    title: str
    body: str
    at: float
    tries: int


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to say something about, and what was said."""

    subjects: Sequence[Subject]
    handlings: Mapping[str, Handling]
    told: Mapping[str, Told]
    looked_at: float | None
    """When somebody last looked; None when nobody ever did."""


class NoticeStore:
    """Reads and writes messages.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, now: float) -> Known:
        """Everything of which a message may be due; what ended more than a day ago is none of it."""
        table = schema.notice
        newest = select(func.max(table.c.id)).where(table.c.about != MARKER).group_by(table.c.about)
        columns = [table.c[name] for name in ("about", "happened", "severity", "affected", "cause", "at", "began_at")]
        async with self._database.reading() as connection:
            incidents = await read_records(connection, INCIDENTS, _is_news(now), removed=True)
            alarms = await read_records(connection, ALARMS)
            handlings = {one.about: one for one in await read_records(connection, HANDLINGS)}
            rows = await connection.execute(select(*columns).where(table.c.id.in_(newest)))
            told = {row[0]: Told(row[0], Happened(row[1]), Severity(row[2]), *row[3:]) for row in rows}
            marker = select(func.max(table.c.at)).where(table.c.about == MARKER)
            looked_at: float | None = (await connection.execute(marker)).scalar()
        return Known([*incidents, *alarms], handlings, told, looked_at)

    async def sent_since(self, at: float) -> int:
        """How many messages were made since then, however many targets each has."""
        table = schema.notice
        messages = select(table.c.about, table.c.at).distinct().where(table.c.at > at, table.c.target != "")
        async with self._database.reading() as connection:
            query = select(func.count()).select_from(messages.subquery())
            return int((await connection.execute(query)).scalar_one())

    async def look(self, now: float) -> None:
        """Note that somebody looked."""
        table = schema.notice
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.about == MARKER))
            marker = Notice(Told(MARKER, Happened.KNOWN, Severity.INFO, 0, "", now, now))
            await connection.execute(insert(table), [_row(marker, "", now)])

    async def add(self, notices: Iterable[Notice], targets: Sequence[str], now: float) -> None:
        """Store messages to each target, and notes that none is wanted."""
        rows = [
            _row(notice, target, now)
            for notice in notices
            for target in ([""] if notice.told.happened is Happened.KNOWN else targets)
        ]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(insert(schema.notice), rows)

    async def take(self, target: str, now: float) -> Outgoing | None:
        """Take the oldest message to a target, when its time has come: from now on nobody else sends it."""
        table = schema.notice
        waiting = (table.c.target == target) & (table.c.state == WAITING)
        columns = [table.c[name] for name in ("id", "target", "title", "body", "at", "tries", "next_at")]
        oldest = select(*columns).where(waiting).order_by(table.c.id).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(oldest)).one_or_none()
        if row is None or row.next_at > now:
            return None
        taken = update(table).where(table.c.id == row.id, table.c.state == WAITING)
        async with self._database.writing() as connection:
            done = await connection.execute(taken.values(state=SENDING, tries=row.tries + 1))
        message = Outgoing(row.id, row.target, row.title, row.body, row.at, row.tries + 1)
        return message if done.rowcount else None

    async def sent(self, message: Outgoing) -> None:
        """The target has it."""
        await self._set(message.id, state=SENT, error=None)

    async def failed(self, message: Outgoing, error: str, next_at: float | None) -> None:
        """The target did not take it; it is tried again at ``next_at``, or given up."""
        state: dict[str, Any] = {"state": FAILED} if next_at is None else {"state": WAITING, "next_at": next_at}
        await self._set(message.id, error=error, **state)

    async def give_up_unknown(self) -> int:
        """What a collector before us was sending when it ended may have arrived: it is not sent again."""
        table = schema.notice
        unknown = {"state": FAILED, "error": "its collector ended while it was sent: it may have arrived"}
        async with self._database.writing() as connection:
            done = await connection.execute(update(table).where(table.c.state == SENDING).values(unknown))
        return done.rowcount

    async def drop_old(self, now: float) -> None:
        """Drop what is old, but for the newest about each incident or alarm that is still listed."""
        table = schema.notice
        known = await self.known(now)
        listed = [name for name in known.told if name in {name_of(one) for one in known.subjects}]
        old = table.c.at < now - KEEP_S
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(old, table.c.about.not_in(listed)))

    async def _set(self, message_id: int, **values: Any) -> None:
        table = schema.notice
        async with self._database.writing() as connection:
            await connection.execute(update(table).where(table.c.id == message_id).values(**values))


def _is_news(now: float) -> Any:
    """Open, or ended within a day."""
    table = schema.RECORD_TABLES[INCIDENTS.name]
    lately = now - NEWS_S
    is_open = (table.c.state != Life.RESOLVED.value) | (table.c.resolved_at > lately)
    return is_open & (table.c.removed_at.is_(None) | (table.c.removed_at > lately))


def _row(notice: Notice, target: str, now: float) -> dict[str, Any]:
    told = asdict(notice.told)
    state = WAITING if target else SENT
    own = {"target": target, "title": notice.title, "body": notice.body, "state": state, "tries": 0, "next_at": now}
    return told | own | {"happened": notice.told.happened.value, "severity": notice.told.severity.value}
