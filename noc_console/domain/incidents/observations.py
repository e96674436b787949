"""What the collector learnt, as typed observations, and the lines of a recording that say them.

Format:
    JSON Lines; the first line is the header. Every other line has ``at`` (seconds from the recording's start) and one
    more key, which names its kind. Unknown keys and kinds are ignored, with one warning each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noc_console.domain.errors import NocError
from noc_console.domain.freshness import Intervals

OVERTAKING_S = 5.0
"""A line may be so much older than the one before it."""

FIELDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    kind: (frozenset(needed.split()), frozenset(others.split()))
    for kind, needed, others in (
        ("olt", "name", "reachable error uptime_s uplink state_s"),
        ("card", "olt name", "state"),
        ("port", "olt name", "oper tx_dbm"),
        ("splitter", "name olt port", "parent distance_m zone"),
        (
            "ont",
            "olt port ont_id",
            "serial state offline_reason admin distance_m onu_rx_dbm olt_rx_dbm splitter zone customer business by "
            "since_at",
        ),
        ("gone", "olt port ont_id", ""),
        ("poll", "olt kind outcome", "port"),
        ("ping", "olt", "loss rtt_ms"),
        ("inform", "serial", ""),
        ("source", "name ok", ""),
        ("maintenance", "id", "until olt port splitter zone end"),
        ("ack", "incident by", ""),
    )
}
"""Kind of line to the fields that it needs and those that it may have."""


class RecordingError(NocError):
    """A recording cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was learnt."""

    at: float
    kind: str
    """One of ``FIELDS``."""
    fields: Mapping[str, Any]
    """Only those that were told; None says that the device told nothing."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a recording."""

    starts_at: float = 0.0
    """Unix seconds."""
    note: str = ""
    intervals: Intervals = field(default_factory=Intervals)


def parse_header(text: str) -> Header:
    """Read the first line.

    Raises:
        RecordingError: It is none.
    """
    told = _loads(text, 1)
    if told.get("recording") != 1:
        raise RecordingError('line 1: not a recording: it must begin with {"recording": 1, ...}')
    polling = told.get("polling") or {}
    usual = Intervals()
    try:
        starts_at = datetime.fromisoformat(told["starts"]).timestamp() if "starts" in told else 0.0
        state_s, optics_s = (
            float(polling.get(f"{kind}_s", getattr(usual, f"{kind}_s"))) for kind in ("state", "optics")
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"line 1: {error}") from None
    if not (state_s > 0 and optics_s > 0):
        raise RecordingError("line 1: polling: intervals must be above 0")
    return Header(starts_at, str(told.get("note", "")), Intervals(state_s=state_s, optics_s=optics_s))


class LineReader:
    """Reads the lines after the header.

    Args:
        warn: Called once for each unknown key or kind.
    """

    def __init__(self, warn: Callable[[str], None] = lambda text: None) -> None:
        self._warn = warn
        self._warned: set[str] = set()

    def read(self, text: str, number: int) -> Observation | None:
        """One line; None when its kind is unknown.

        Raises:
            RecordingError: It is not JSON, or lacks what its kind needs.
        """
        told = _loads(text, number)
        at = told.pop("at", None)
        if type(at) not in (int, float) or not at >= 0:
            raise RecordingError(f"line {number}: at: must be a number of seconds, not {at!r}")
        kinds = [name for name in told if name in FIELDS]
        for name in told:
            if name not in FIELDS:
                self._warn_once(f"line {number}: unknown key {name!r} is ignored", name)
        if not kinds:
            return None
        if len(kinds) > 1:
            raise RecordingError(f"line {number}: {' and '.join(kinds)}: a line says one thing")
        kind = kinds[0]
        needed, others = FIELDS[kind]
        fields = told[kind]
        if not isinstance(fields, dict):
            raise RecordingError(f"line {number}: {kind}: must be an object")
        if missing := needed - fields.keys():
            raise RecordingError(f"line {number}: {kind}: lacks {', '.join(sorted(missing))}")
        for name in fields.keys() - needed - others:
            self._warn_once(f"line {number}: {kind}: unknown field {name!r} is ignored", f"{kind}.{name}")
        return Observation(float(at), kind, {name: fields[name] for name in fields if name in needed | others})

    def _warn_once(self, text: str, what: str) -> None:
        if what not in self._warned:
            self._warned.add(what)
            self._warn(text)


def read_recording(
    lines: Iterable[str], warn: Callable[[str], None] = lambda text: None
) -> tuple[Header, Iterator[Observation]]:
    """Header and observations of a recording, those in the order of their own times.

    Raises:
        RecordingError: A line cannot be read; the observations raise it when they come to it.
    """
    numbered = enumerate(lines, 1)
    first = next(((number, text) for number, text in numbered if text.strip()), None)
    if first is None:
        raise RecordingError("line 1: the file is empty")
    reader = LineReader(warn)
    found = (reader.read(text, number) for number, text in numbered if text.strip())
    return parse_header(first[1]), in_order(one for one in found if one is not None)


def in_order(observations: Iterable[Observation]) -> Iterator[Observation]:
    """Put deliveries that overtook each other into order: those of one instant in an order of their own.

    What comes out is the same for every order of delivery within ``OVERTAKING_S``.
    """
    waiting: list[Observation] = []
    newest = 0.0
    for one in observations:
        waiting.append(one)
        if one.at > newest + 1.0:
            newest = one.at
            ready = sorted((o for o in waiting if o.at < newest - OVERTAKING_S), key=_rank)
            if ready:
                waiting = [o for o in waiting if o.at >= newest - OVERTAKING_S]
                yield from ready
    yield from sorted(waiting, key=_rank)


_ORDER = {kind: rank for rank, kind in enumerate(("olt", "card", "splitter", "port", "ont", "gone"))}


def _rank(one: Observation) -> tuple[float, int, str]:
    """At one instant, what is told comes before the end of the reading that told it."""
    return one.at, _ORDER.get(one.kind, len(_ORDER)), json.dumps(one.fields, sort_keys=True)


def _loads(text: str, number: int) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise RecordingError(f"line {number}: not JSON: {error}") from None
    if not isinstance(told, dict):
        raise RecordingError(f"line {number}: must be a JSON object")
    return told
