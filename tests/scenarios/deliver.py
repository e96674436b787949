"""What a recording's lines tell by themselves, and the same facts delivered in another order and repeatedly."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

LATEST_S = 4.9
OPERATORS = ("ack", "maintenance", "source")
"""These come from ourselves and do not overtake each other."""
STATES = ("ont", "card", "port", "olt", "gone")


Key = tuple[str, str, int]


def _olt(kind: str, fields: dict[str, Any]) -> str:
    return str(fields.get("olt") or (fields.get("name") if kind == "olt" else ""))


def redelivered(lines: Sequence[str], seed: int, late: float = 0.5, twice: float = 0.2) -> list[str]:
    """Shares ``late`` and ``twice`` of the lines come up to 5 s late or again.

    The network at the start stays in front, and a reading's end comes after what is older on the same OLT: it says that
    everything else is as it was.
    """
    rng = random.Random(seed)
    queue: list[tuple[float, int, str]] = []
    latest: dict[str, float] = {}
    for number, line in enumerate(lines[1:]):
        told = json.loads(line)
        (kind,) = told.keys() - {"at"}
        at = told["at"]
        delay = rng.uniform(0, LATEST_S) if at > 0 and kind not in OPERATORS and rng.random() < late else 0.0
        olt = _olt(kind, told[kind])
        if kind == "poll":
            delay = max(delay, latest.get(olt, at) - at)
        elif kind in STATES and at > 0:
            latest[olt] = max(latest.get(olt, 0.0), at + delay)
        queue.append((at + delay, number, line))
        if at > 0 and rng.random() < twice:
            queue.append((at + rng.uniform(delay, LATEST_S), number, line))
    return [lines[0], *(line for _, _, line in sorted(queue))]


def settled(lines: Sequence[str], at: float) -> bool:
    """Whether no change can be on its way at that moment."""
    told = [json.loads(line) for line in lines[1:]]
    return not any(at - 5 <= one["at"] <= at and any(kind in one for kind in STATES) for one in told)


def told_down(lines: Sequence[str], moments: Sequence[float]) -> list[set[Key]]:
    """At each of the rising moments: who was up once, and is down by the last that was told of it."""
    told = sorted(
        (one for one in map(json.loads, lines[1:]) if "state" in one.get("ont", ())), key=lambda one: one["at"]
    )
    state: dict[Key, str] = {}
    lived: set[Key] = set()
    answers = []
    for moment in moments:
        while told and told[0]["at"] <= moment:
            fields = told.pop(0)["ont"]
            key = fields["olt"], fields["port"], fields["ont_id"]
            state[key] = fields["state"]
            if fields["state"] == "online":
                lived.add(key)
        answers.append({key for key in lived if state[key] == "offline"})
    return answers
