"""Having a router read out parameters so that one that it refuses takes no other with it.

A router that refuses one name (9005), or has no memory for so many at once (9004), faults the whole task: then it is
asked in parts, first section by section, then by halves, until what it refuses stands alone. That is remembered until
the router boots, and left out meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import Delivery, End, Step
from noc_console.sources.genieacs.document import Document

MOST_PARTS = 40
"""Tasks for one reading, at most."""
_HOPELESS = 8
"""After so many parts of which not one was read, the router refuses whatever it is asked."""


@dataclass(frozen=True, slots=True)
class Read:
    """Result of ``read_in_parts``."""

    delivery: Delivery
    """Of the last part that the router took; of the whole, where it took none."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Path to the router's reason: what it refused by itself."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Path to the reason of those that were in a part which was refused, and not tried alone."""


async def read_known(
    client: NbiClient,
    document: Document,
    parts: Sequence[Sequence[str]],
    ask: Callable[[Sequence[str]], Awaitable[Delivery]],
    step: Step,
) -> Read:
    """``read_in_parts`` without what this router is known to refuse, which is told all the same.

    Args:
        client: The ACS; remembers what is refused.
        document: The router's, with its id and last boot.
        parts: As for ``read_in_parts``.
        ask: As there.
        step: Told what happens.
    """
    router = document.device_id, document.instant("_lastBoot")
    known = client.refusals.of(*router)
    left = [kept for part in parts if (kept := [path for path in part if path not in known])]
    read = await read_in_parts(left or parts, ask, step)
    client.refusals.keep(*router, read.refused)
    return replace(read, refused={**(known if left else {}), **read.refused})


async def read_in_parts(
    parts: Sequence[Sequence[str]], ask: Callable[[Sequence[str]], Awaitable[Delivery]], step: Step
) -> Read:
    """Read all parts in one task; when the router refuses that, find out what it refuses.

    Args:
        parts: Paths that belong together, such as those of a section.
        ask: Delivers a reading of some paths.
        step: Told what happens.
    """
    whole = [path for part in parts for path in part]
    first = await ask(whole)
    if first.end is not End.FAULT or len(whole) < 2:
        return Read(first, dict.fromkeys(whole, first.text) if first.end is End.FAULT else {})
    await step("reading in parts, to find what the router refuses")
    waiting = deque(list(part) for part in parts if part) if len(parts) > 1 else deque(_halves(whole))
    refused: dict[str, str] = {}
    skipped: dict[str, str] = {}
    taken: Delivery | None = None
    asked = 0
    while waiting:
        part = waiting.popleft()
        if asked >= MOST_PARTS or (taken is None and asked >= _HOPELESS):
            skipped |= dict.fromkeys(part, first.text)
            continue
        done, asked = await ask(part), asked + 1
        if done.end is End.DELIVERED:
            taken = done
        elif done.end is not End.FAULT:
            return Read(done, refused, skipped)
        elif len(part) == 1:
            refused[part[0]] = done.text
        else:
            waiting.extend(_halves(part))
    return Read(taken or first, refused, skipped)


def _halves(paths: Sequence[str]) -> Iterator[list[str]]:
    middle = len(paths) // 2
    yield list(paths[:middle])
    yield list(paths[middle:])
