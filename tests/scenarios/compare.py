"""Whether what came out is what was expected, and what must hold in every answer whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from tests.scenarios.kinds import LISTS, ONTS

OPEN = ("suspected", "confirmed", "clearing")
Incident = Mapping[str, Any]


def fits(want: Any, got: Any, key: str = "") -> bool:
    """A plain value is equal, a list means "one of", min and max a range, an object a part of the object; lists of
    ONTs and of named things hold the same."""
    if key in (ONTS, *LISTS, "stragglers"):
        return _members(want) == _members(got or ())
    if isinstance(want, Mapping):
        if want.keys() <= {"min", "max"}:
            return isinstance(got, int | float) and want.get("min", got) <= got <= want.get("max", got)
        return isinstance(got, Mapping) and all(fits(value, got.get(key), key) for key, value in want.items())
    if isinstance(want, list):
        return any(fits(one, got) for one in want)
    return bool(want == got)


def _members(named: Iterable[Any]) -> list[str]:
    return sorted(one if isinstance(one, str) else str(tuple(one)) for one in named)


def pair(wanted: Sequence[Incident], found: Sequence[Incident], ids: dict[str, str]) -> dict[str, str] | None:
    """The ids by label when every wanted incident can be paired with another found one. The same label is the same id,
    and another label another one."""
    if not wanted:
        return ids
    first = {key: value for key, value in wanted[0].items() if key != "same"}
    label = wanted[0].get("same")
    for number, one in enumerate(found):
        if not fits(first, one):
            continue
        if label and (
            ids.get(label, one["id"]) != one["id"] or any(i == one["id"] and k != label for k, i in ids.items())
        ):
            continue
        known = pair(wanted[1:], [*found[:number], *found[number + 1 :]], {**ids, label: one["id"]} if label else ids)
        if known is not None:
            return known
    return None


def opened(answer: Mapping[str, Any], scopes_of_one: bool = False) -> list[Incident]:
    """The open incidents of an answer; those of single ONTs only when asked for."""
    return [i for i in answer["incidents"] if i["state"] in OPEN and (scopes_of_one or i["scope"] != "ont")]


def short(incidents: Sequence[Incident]) -> str:
    keys = "id state cause scope where affected total alive unknown bracket shift_db planned flapping restored rings"
    return (
        "\n".join(f"      got  { {key: one.get(key) for key in keys.split()} }" for one in incidents)
        or "      got  nothing"
    )


def differences(moments: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]) -> str | None:
    """What is wrong with the first moment that is not as expected."""
    ids: dict[str, str] = {}
    for want, answer in zip(moments, answers, strict=True):
        found = opened(answer)
        known = pair(want["open"], found, ids) if len(found) == len(want["open"]) else None
        if known is None:
            asked = "\n".join(f"      want { {k: v for k, v in one.items() if k != ONTS} }" for one in want["open"])
            return f"at {want['at']}:\n{asked or '      want nothing'}\n{short(found)}"
        ids = known
        if "rings" in want and not want["rings"][0] <= answer["rings"] <= want["rings"][1]:
            return f"at {want['at']}: rang {answer['rings']} times, wanted {want['rings']}\n{short(found)}"
        for one in want.get("also", ()):
            if not any(fits(one, found) for found in answer["incidents"]):
                return f"at {want['at']}: also\n      want {one}\n{short(answer['incidents'])}"
    return None


def contradictions(answer: Mapping[str, Any], down: Set[tuple[str, str, int]], apart: int) -> str | None:
    """What no answer may hold, whatever happened. Of a scope's ONTs in no count are at most ``apart``, and those of the
    told ``down`` for another reason."""
    seen = Counter(tuple(ont) for one in opened(answer, scopes_of_one=True) for ont in one["onts"])
    twice = [ont for ont, times in seen.items() if times > 1]
    if twice:
        return f"at {answer['at']}: {twice[:3]} in two open incidents"
    for one in opened(answer):
        left = one["total"] - one["affected"] - one["alive"] - one["unknown"]
        if not 0 <= left <= apart + len(down - {tuple(ont) for ont in one["onts"]}):
            return f"at {answer['at']}: {left} of {one['id']}'s ONTs are in no count\n{short([one])}"
    for one in answer["incidents"]:
        if broken := _broken(one, answer["at"]):
            return f"at {answer['at']}: {one['id']}: {broken}\n{short([one])}"
    if sum(one["rings"] for one in answer["incidents"]) > answer["rings"]:
        return f"at {answer['at']}: incidents rang more often than the bell"
    return None


def _broken(one: Incident, at: float) -> str | None:
    """What does not agree within one incident."""
    said = {reason: count for reason, count in one["evidence"].items() if reason != "alive"}
    lost = [when for when in (one["first_loss_at"], one["last_loss_at"]) if when is not None]
    bracket = one["bracket"]
    faults = {
        "names other ONTs than it counts": one["state"] in OPEN and len(one["onts"]) != one["affected"],
        "evidence does not add up": one["state"] in OPEN and sum(said.values()) != one["affected"],
        "lost before it was lost, or in the future": lost != sorted(lost) or any(when > at for when in lost),
        "confidence": not 0 <= one["confidence"] <= 1,
        "stragglers that are not down": one["state"] in OPEN and bool(_set(one["stragglers"]) - _set(one["onts"])),
        "more business customers than affected": one["state"] in OPEN and one["business"] > one["affected"],
        "bracket is no bracket": bracket is not None and bracket["alive_to_m"] >= bracket["dead_from_m"],
        "no reasoning": (not one["text"] and one["scope"] != "ont")
        or not all(isinstance(line, str) and line for line in one["text"]),
    }
    return next((fault for fault, found in faults.items() if found), None)


def _set(onts: Iterable[Iterable[Any]]) -> set[tuple[Any, ...]]:
    return {tuple(ont) for ont in onts}


LISTED_S = 3600.0
"""What is resolved is listed for so long."""


def upheavals(answers: Sequence[Mapping[str, Any]]) -> str | None:
    """What must hold from answer to answer: ids stay, what is resolved stays so, and new incidents come at most ten in
    ten minutes."""
    first: dict[str, float] = {}
    before: dict[str, str] = {}
    last_at = 0.0
    for answer in answers:
        now = {one["id"]: one["state"] for one in answer["incidents"]}
        for known, state in before.items():
            if state == "confirmed" and known not in now and answer["at"] - last_at < LISTED_S:
                return f"at {answer['at']}: {known} was confirmed and is gone without having been resolved"
            if state == "resolved" and now.get(known, "resolved") != "resolved":
                return f"at {answer['at']}: {known} was resolved and is open again"
        before, last_at = now, answer["at"]
        for one in opened(answer):
            first.setdefault(one["id"], answer["at"])
        recent = [one for one, at in first.items() if answer["at"] - 600 < at]
        if len(recent) > 10:
            return f"at {answer['at']}: {len(recent)} new incidents in ten minutes"
    return None
