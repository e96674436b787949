"""What reports have in common: Markdown that data cannot break, instants for people, what operators did."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.states import code, name_of, standing
from noc_console.domain.handling import COMMENTS, HANDLINGS, Comment, Handling
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.text import visible
from noc_console.picture.model import Model

Row = dict[str, Any]
_MARKUP = re.compile(r"(^[#>+\-=|]|[\\`*<\[\]~]|&(?=#?\w+;)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")


def escaped(text: object) -> str:
    """Text from devices, customers and operators as Markdown shows it: letter by letter, on one line."""
    return _MARKUP.sub(r"\\\1", visible(" ".join(str(text).split())))


def instant(at: float | None) -> str:
    """``2026-03-09 02:13`` by this machine's clock; empty when it is not known."""
    return "" if at is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A heading and a list; nothing at all says so, that nobody takes it for forgotten."""
    return ["", f"## {title}", "", *(lines or ["none"])]


class Handled:
    """What operators did about incidents and alarms.

    Args:
        model: The picture.
        now: Unix seconds.
    """

    def __init__(self, model: Model, now: float) -> None:
        self._now = now
        self.handlings: dict[str, Handling] = {one.about: one for one in model.records(HANDLINGS)}
        self._comments: dict[str, list[Comment]] = {}
        for comment in reversed(model.records(COMMENTS)):
            self._comments.setdefault(comment.about, []).append(comment)

    def row(self, subject: Alarm | IncidentRecord) -> Row:
        """Who has it, how it stands, what was written; oldest comment first."""
        name = name_of(subject)
        handling = self.handlings.get(name)
        state = standing(subject, handling, self._now)
        return {
            "standing": state.value,
            "code": code(subject.severity, state, subject.flapping),
            "acked_by": handling.ack_by if handling else None,
            "acked_at": handling.ack_at if handling else None,
            "shelved_by": handling.shelved_by if handling else None,
            "shelved_until_at": handling.shelved_until_at if handling else None,
            "comments": [{"at": one.at, "by": one.by, "text": one.text} for one in self._comments.get(name, ())],
        }


def handling_lines(row: Mapping[str, Any]) -> list[str]:
    """Who has it, and the comments, below a list's line."""
    who = [f"  - acknowledged by {escaped(row['acked_by'])}, {instant(row['acked_at'])}"] if row["acked_by"] else []
    wrote = [f"  - {instant(one['at'])} {escaped(one['by'])}: {escaped(one['text'])}" for one in row["comments"]]
    return [*who, *wrote]
