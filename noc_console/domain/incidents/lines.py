"""Observations as the lines of a recording, with customers' data removed where that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.observations import Observation

_NAMED = {"olt": "olt", "splitter": "splitter", "parent": "splitter", "zone": "zone", "uplink": "uplink"}
"""Fields that hold names, and what of."""
_OWN_NAME = {"olt": "olt", "splitter": "splitter"}
"""Kinds of lines whose ``name`` is one."""
INSTANTS = frozenset(("since_at", "until"))
"""Fields that are instants, and count from the recording's start too."""
_DROPPED = ("customer", "error")


def header(starts_at: float, note: str, intervals: Intervals) -> str:
    """The first line."""
    starts = datetime.fromtimestamp(starts_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    polling = {"state_s": intervals.state_s, "optics_s": intervals.optics_s}
    return json.dumps({"recording": 1, "starts": starts, "note": note, "polling": polling}, ensure_ascii=False)


def line(one: Observation, starts_at: float = 0.0) -> str:
    """One observation; its time counts from ``starts_at``."""
    fields = dict(one.fields)
    for name in INSTANTS & fields.keys():
        fields[name] = None if fields[name] is None else round(fields[name] - starts_at, 2)
    at = max(0.0, round(one.at - starts_at, 2))
    return json.dumps({"at": at, one.kind: fields}, separators=(",", ":"), ensure_ascii=False)


class Anonymous:
    """Gives names, serial numbers and customers others: the same one always the same."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}

    def all(self, observations: Iterable[Observation]) -> Iterator[Observation]:
        """The same observations without a name from outside."""
        return map(self.one, observations)

    def one(self, one: Observation) -> Observation:
        """One of them."""
        fields = {name: value for name, value in one.fields.items() if name not in _DROPPED}
        named = dict(_NAMED)
        if one.kind in _OWN_NAME:
            named["name"] = _OWN_NAME[one.kind]
        for name, what in named.items():
            if isinstance(fields.get(name), str):
                fields[name] = self._other(what, fields[name])
        if isinstance(fields.get("serial"), str):
            fields["serial"] = self._other("serial", fields["serial"])
        if one.kind == "ack":
            fields["by"] = self._other("operator", str(fields["by"]))
        return Observation(one.at, one.kind, fields)

    def _other(self, what: str, name: str) -> str:
        number = len(self._given) + 1
        new = f"ANON{number:08X}" if what == "serial" else f"{what}-{number}"
        return self._given.setdefault((what, name), new)
