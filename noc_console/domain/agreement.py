"""Whether collectors that share the OLTs work by the same release and config.

Each tells *marks* in the register: the release, and a digest of each part of its config that decides what is polled,
judged or sent. Where they differ, an OLT may be polled by nobody, or by other rules after it moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache

from noc_console.domain.network import Collector

RELEASE = "release"
OLT = "olt:"
"""Before the name of an OLT."""
IN = " in "
"""Between the digest of an OLT and its region."""
_NAMED = 5


def as_text(marks: Mapping[str, str]) -> str:
    """As they stand in the register."""
    return json.dumps(marks, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=64)
def read_marks(text: str) -> Mapping[str, str]:
    """The marks; none where an older release told none, or what stands there is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def differences(collectors: Iterable[Collector]) -> Mapping[str, str]:
    """A sentence for each of those that share the OLTs and differs from the one that leads, by its id."""
    sharing = sorted((one for one in collectors if one.joined), key=lambda one: (not one.leads, one.started_at, one.id))
    if not sharing:
        return {}
    first, *others = sharing
    return {one.id: told for one in others if (told := _difference(one, first))}


def differs_by(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """What the one who has ``ours`` does otherwise: ``lacks olt-7; sets olt-3, polling otherwise``; empty: nothing."""
    parts = []
    if ours.get(RELEASE) != theirs.get(RELEASE):
        parts.append(f"runs release {ours.get(RELEASE) or '?'}, not {theirs.get(RELEASE) or '?'}")
    if lacking := theirs.keys() - ours.keys():
        parts.append(f"lacks {_listed(lacking)}")
    if more := ours.keys() - theirs.keys():
        parts.append(f"has {_listed(more)} besides")
    common = (ours.keys() & theirs.keys()) - {RELEASE}
    if other := {key for key in common if ours[key] != theirs[key]}:
        parts.append(f"sets {_listed(other)} otherwise")
    return "; ".join(parts)


def olts_of(marks: Mapping[str, str]) -> dict[str, str | None]:
    """The OLTs that they name, each with its region."""
    named = {key.removeprefix(OLT): value for key, value in marks.items() if key.startswith(OLT)}
    return {name: value.partition(IN)[2] or None for name, value in named.items()}


def _difference(one: Collector, first: Collector) -> str:
    ours, theirs = read_marks(one.marks), read_marks(first.marks)
    if ours == theirs:
        return ""
    silent = next((who for who, marks in ((one, ours), (first, theirs)) if not marks), None)
    if silent is not None:
        return f"{_who(silent)} runs an older release, which does not tell its config"
    return f"{_who(one)} is not configured as {_who(first)}: it {differs_by(ours, theirs)}"


def _who(collector: Collector) -> str:
    return f"{collector.host} (pid {collector.pid})"


def _listed(keys: Iterable[str]) -> str:
    names = sorted(key.removeprefix(OLT) for key in keys)
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_NAMED])} and {more} more"
