"""What the feed brings: every row that is newer than what a reader has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from noc_console.domain.changes import Change
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import Card, Collector, Cpe, Fan, Olt, Ont, PollMark, Port, Source, Unregistered
from noc_console.domain.records import Record

OntValues = Sequence[Any]
"""The values of one ONT, in the order of the fields of ``Ont``."""


@dataclass(frozen=True, slots=True)
class Update:
    """Everything that is newer than the revisions asked with; empty where nothing changed."""

    revisions: dict[str, int] = field(default_factory=dict)
    """Stream to its revision; what the next question is asked with."""
    olts: list[Olt] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    fans: list[Fan] = field(default_factory=list)
    unregistered: list[Unregistered] = field(default_factory=list)
    """Those that are gone come with ``gone_at`` set."""
    ports: list[Port] = field(default_factory=list)
    marks: list[PollMark] = field(default_factory=list)
    onts: list[Ont] = field(default_factory=list)
    """Vanished ONTs come with ``vanished_at`` set."""
    fresh_onts: list[OntValues] = field(default_factory=list)
    """ONTs of OLTs that are read for the first time: a hundred thousand objects would only be taken apart again."""
    cpes: list[Cpe] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """Oldest first."""
    sources: list[Source] = field(default_factory=list)
    collectors: list[Collector] = field(default_factory=list)
    """All of them, each time: their heartbeats have no revision."""
    more: bool = False
    """There is more to read at once: ONTs come in parts, so that the first are shown early."""
    records: dict[str, list[Record]] = field(default_factory=dict)
    """Rows of the record kinds, by the kind's name; those that were removed come with ``removed_at`` set."""
