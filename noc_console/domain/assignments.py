"""Assignments that ended: which subscriber had which ONT at which outlet, and until when.

What holds now stands in the subscriber's record; an import or an edit that changes it writes here what was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from noc_console.domain.plant import Subscriber
from noc_console.domain.records import Column, Record, RecordKind


@dataclass(frozen=True, slots=True)
class Assignment(Record):
    """One span of time in which a subscriber had one ONT at one place."""

    account: str
    until_at: float
    """When the records said something else, Unix seconds: not when somebody drove there."""
    since_at: float | None = None
    """When the one before it ended; None is from before the records."""
    serial: str | None = None
    """Canonical ONT serial."""
    splitter: str | None = None
    splitter_port: int | None = None
    ended_by: str = ""
    """The operator who recorded the change."""


def place_of(subscriber: Subscriber) -> tuple[str | None, str | None, int | None]:
    """ONT, splitter and outlet."""
    return subscriber.serial, subscriber.splitter, subscriber.splitter_port


def ended(
    before: Iterable[Subscriber],
    after: Mapping[str, Subscriber],
    ended_before: Mapping[str, float],
    now: float,
    by: str,
) -> Iterator[Assignment]:
    """What ends when subscribers change.

    Args:
        before: Those that change or go, as they were.
        after: As they become, by account; without those that go.
        ended_before: When the last assignment of an account ended, Unix seconds.
        now: Unix seconds.
        by: The operator.
    """
    for was in before:
        becomes = after.get(was.account)
        if any(place_of(was)) and (becomes is None or place_of(becomes) != place_of(was)):
            yield Assignment(was.account, now, ended_before.get(was.account), *place_of(was), ended_by=by)


ASSIGNMENTS = RecordKind(
    name="assignments",
    one="assignment",
    title="Past assignments: who had which ONT until when",
    row=Assignment,
    key=("account", "until_at"),
    columns=(
        Column("account", "account", 12),
        Column("serial", "ont", 14),
        Column("splitter", "splitter", 14),
        Column("splitter_port", "outlet", 6, right=True),
        Column("since_at", "since", 10),
        Column("until_at", "until", 10),
        Column("ended_by", "ended by", 10, flex=True),
    ),
    order=lambda one: (-one.until_at, one.account),
)
