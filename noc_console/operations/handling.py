"""What operators do about one incident or alarm: acknowledge, comment, shelve, and each of it back."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.states import AlarmState, is_over, name_of, shelved, standing
from noc_console.domain.errors import ActionRefused
from noc_console.domain.handling import COMMENTS, HANDLINGS, Handling
from noc_console.domain.intents import Acknowledge, AddComment, Answer, Shelve, Unacknowledge, Unshelve
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.spans import lasting
from noc_console.domain.text import clean
from noc_console.operations import places
from noc_console.operations.handler import Described, Handler
from noc_console.storage import audit
from noc_console.storage.handling import Subject, find_subject, handling_of
from noc_console.storage.records import add_record, put_records, stream

MOST_TEXT = 2000
SHELF_LEAST_S = 60.0
SHELF_MOST_S = 7 * 86400.0

OnOne = TypeVar("OnOne", Acknowledge, Unacknowledge, AddComment, Shelve, Unshelve)


@dataclass(frozen=True, slots=True)
class Handled:
    """What it is about, and what was done about it so far."""

    subject: Subject
    handling: Handling

    @property
    def name(self) -> str:
        """Of the incident or alarm."""
        return name_of(self.subject)


class _OnOne(Handler[OnOne, Handled], Generic[OnOne]):
    """What all of them have in common: the incident or alarm must be there, and each is audited."""

    verb: str

    def describe(self, intent: OnOne) -> Described:
        """What is done, and about which."""
        return Described(self.verb, clean(intent.about), self.reason_of(intent))

    def reason_of(self, intent: OnOne) -> str:
        """Why, as the operator typed it."""
        return ""

    def role(self, intent: OnOne) -> Role:
        """Whoever works on outages."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: OnOne) -> list[Place]:
        """Of the incident or alarm."""
        subject = await find_subject(connection, intent.about)
        return [] if subject is None else await places.of_subject(connection, subject)

    def stream(self, intent: OnOne) -> str:
        """The handlings'."""
        return stream(HANDLINGS)

    async def check(self, connection: AsyncConnection, operator: Operator, intent: OnOne, now: float) -> Handled:
        """It must be there, and in a state in which this means something."""
        subject = await find_subject(connection, intent.about)
        if subject is None:
            what = "incidents or show alarms"
            raise ActionRefused(f"there is no incident or alarm {clean(intent.about)!r}: see show {what}")
        handled = Handled(subject, await handling_of(connection, name_of(subject)))
        self.judge(handled, now)
        return handled

    def judge(self, handled: Handled, now: float) -> None:
        """Refuse what is pointless, and say what to do instead."""

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: OnOne, checked: Handled, now: float
    ) -> Answer:
        """Audit it and do it."""
        told = await self.change(connection, operator, intent, checked, now)
        entry = audit.Entry.by(operator, self.verb, checked.name, self.reason_of(intent), told)
        await audit.append(connection, entry, now)
        return Answer(text=f"{checked.name}: {told}")

    @abstractmethod
    async def change(
        self, connection: AsyncConnection, operator: Operator, intent: OnOne, handled: Handled, now: float
    ) -> str:
        """Store it; returns what became of it, for the operator and the audit log."""


class Acknowledging(_OnOne[Acknowledge]):
    """Stores who has it, and what it was when they took it."""

    verb = "acknowledge"

    def judge(self, handled: Handled, now: float) -> None:
        """What is over needs nobody, unless it is an alarm that came and went unseen."""
        state = standing(handled.subject, handled.handling, now)
        returned_alarm = isinstance(handled.subject, Alarm) and state is AlarmState.RETURNED
        if is_over(handled.subject) and not returned_alarm:
            raise ActionRefused(f"{handled.name} is over: nothing is left to acknowledge, a comment can still be added")

    async def change(
        self, connection: AsyncConnection, operator: Operator, intent: Acknowledge, handled: Handled, now: float
    ) -> str:
        """Store it."""
        before = handled.handling.ack_by
        handling = _acknowledged(handled, operator, now)
        await put_records(connection, HANDLINGS, [handling])
        extent = "" if isinstance(handled.subject, Alarm) else f" with {handling.ack_affected} down"
        told = f"acknowledged as {handled.subject.severity.value}{extent}"
        return told + (f", before by {before}" if before else "")


class Unacknowledging(_OnOne[Unacknowledge]):
    """Nobody has it any more."""

    verb = "unacknowledge"

    def judge(self, handled: Handled, now: float) -> None:
        """Somebody must have it."""
        if handled.handling.ack_by is None:
            raise ActionRefused(f"nobody has acknowledged {handled.name}: there is nothing to take back")

    async def change(
        self, connection: AsyncConnection, operator: Operator, intent: Unacknowledge, handled: Handled, now: float
    ) -> str:
        """Store it."""
        before = handled.handling.ack_by
        nobody = replace(handled.handling, ack_by=None, ack_at=None, ack_severity=None, ack_affected=0, ack_cause=None)
        await put_records(connection, HANDLINGS, [nobody])
        return f"acknowledgement of {before} taken back"


class Commenting(_OnOne[AddComment]):
    """Stores what an operator wrote; also about what is over."""

    verb = "comment"

    def stream(self, intent: AddComment) -> str:
        """The comments'."""
        return stream(COMMENTS)

    def check_form(self, intent: AddComment) -> None:
        """Some text, and not too much."""
        _check_text(intent.text, "a comment", least=1)

    def reason_of(self, intent: AddComment) -> str:
        """The audit log holds its beginning; the comments hold all of it."""
        return one_line(intent.text)

    async def change(
        self, connection: AsyncConnection, operator: Operator, intent: AddComment, handled: Handled, now: float
    ) -> str:
        """Store it."""
        number = await _write_down(connection, operator, handled.name, one_line(intent.text), now)
        return f"comment {number}"


class Shelving(_OnOne[Shelve]):
    """Puts it away until an instant that always comes."""

    verb = "shelve"

    def check_form(self, intent: Shelve) -> None:
        """How long, and why."""
        check_lasting(intent.lasts_s, SHELF_LEAST_S, SHELF_MOST_S, "a shelf")
        _check_text(intent.reason, "a reason", least=0)

    def reason_of(self, intent: Shelve) -> str:
        """As it was typed."""
        return one_line(intent.reason)

    def judge(self, handled: Handled, now: float) -> None:
        """What is over needs no shelf."""
        if is_over(handled.subject):
            raise ActionRefused(f"{handled.name} is over: there is nothing to shelve")

    async def change(
        self, connection: AsyncConnection, operator: Operator, intent: Shelve, handled: Handled, now: float
    ) -> str:
        """Store it, and the reason where the next shift reads it."""
        # Who shelves it has seen it as it is: what gets worse or grows comes back before its time.
        seen = _acknowledged(handled, operator, now)
        shelf = replace(seen, shelved_by=seen.ack_by, shelved_at=now, shelved_until_at=now + intent.lasts_s)
        await put_records(connection, HANDLINGS, [shelf])
        told = f"shelved for {lasting(intent.lasts_s)}"
        if reason := self.reason_of(intent):
            await _write_down(connection, operator, handled.name, f"{told}: {reason}", now)
        return told


class Unshelving(_OnOne[Unshelve]):
    """Brings it back before its time."""

    verb = "unshelve"

    def judge(self, handled: Handled, now: float) -> None:
        """It must be on a shelf."""
        if not shelved(handled.handling, now):
            raise ActionRefused(f"{handled.name} is not shelved")

    async def change(
        self, connection: AsyncConnection, operator: Operator, intent: Unshelve, handled: Handled, now: float
    ) -> str:
        """Store it."""
        before = handled.handling.shelved_by
        back = replace(handled.handling, shelved_by=None, shelved_at=None, shelved_until_at=None)
        await put_records(connection, HANDLINGS, [back])
        return f"brought back, shelved before by {before}"


def _acknowledged(handled: Handled, operator: Operator, now: float) -> Handling:
    """With what it is now: worse than this, or grown, it asks again."""
    subject = handled.subject
    return replace(
        handled.handling,
        ack_by=clean(operator.name),
        ack_at=now,
        ack_severity=subject.severity,
        ack_affected=0 if isinstance(subject, Alarm) else subject.affected,
        ack_cause=subject.rule if isinstance(subject, Alarm) else subject.cause.value,
    )


def one_line(text: str) -> str:
    """What an operator typed, harmless and on one line."""
    return clean(" ".join(text.split()), MOST_TEXT)


def check_lasting(lasts_s: float, least_s: float, most_s: float, what: str) -> None:
    """Refuse a time that is no time, or out of bounds."""
    if not math.isfinite(lasts_s) or not least_s <= lasts_s <= most_s:
        raise ActionRefused(f"{what} lasts {lasting(least_s)} to {lasting(most_s)}: give a time such as 4h or 30m")


def _check_text(text: str, what: str, least: int) -> None:
    length = len(" ".join(text.split()))
    if not least <= length <= MOST_TEXT:
        raise ActionRefused(f"{what} has {least} to {MOST_TEXT} characters, not {length}")


async def _write_down(connection: AsyncConnection, operator: Operator, about: str, text: str, now: float) -> int:
    values = {"about": about, "by": clean(operator.name), "at": now, "text": text}
    return await add_record(connection, COMMENTS, values)
