"""The same recording, delivered in another order and with repetitions: the same facts."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

LATEST_S = 4.9
OPERATORS = ("ack", "maintenance", "source")
"""These come from ourselves and do not overtake each other."""
STATES = ("ont", "card", "port", "olt", "gone")


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
    """Whether nothing that matters can be on its way at that moment."""
    told = [json.loads(line) for line in lines[1:]]
    return not any(at - 5 <= one["at"] <= at + 5 and any(kind in one for kind in (*STATES, "poll")) for one in told)
