"""Play a recording as fast as it can be played; what came out at some moments, as JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from noc_console.domain.incidents.engine import Engine
from noc_console.domain.incidents.observations import read_recording
from noc_console.domain.incidents.settings import IncidentSettings


def answers(
    lines: Iterable[str],
    moments: Sequence[float] = (),
    settings: IncidentSettings | None = None,
    warn: Callable[[str], None] = lambda text: None,
) -> Iterator[dict[str, Any]]:
    """What the engine says at some moments.

    Args:
        lines: A recording, line by line.
        moments: Seconds from its start; none asks for its end.
        settings: The limits; the intervals are the recording's.
        warn: Takes warnings.

    Raises:
        RecordingError: A line cannot be read.
    """
    header, observations = read_recording(lines, warn)
    engine = Engine(replace(settings or IncidentSettings(), intervals=header.intervals))
    waiting = sorted(enumerate(moments), key=lambda pair: pair[1])
    found: dict[int, dict[str, Any]] = {}
    last_at = 0.0
    for one in observations:
        while waiting and one.at > waiting[0][1]:
            number, at = waiting.pop(0)
            engine.advance(at)
            found[number] = answer(engine, at)
        engine.take(one)
        last_at = max(last_at, one.at)
    for number, at in waiting:
        engine.advance(at)
        found[number] = answer(engine, at)
    if not moments:
        engine.advance(last_at)
        found[0] = answer(engine, last_at)
    yield from (found[number] for number in sorted(found))


def answer(engine: Engine, at: float) -> dict[str, Any]:
    """What the engine says now, as one JSON object."""
    incidents = engine.incidents()
    return {
        "at": at,
        "rings": engine.rings,
        "alarms": sum(one.open and one.severity.value != "info" for one in incidents),
        "incidents": [one.as_json() for one in incidents],
    }
