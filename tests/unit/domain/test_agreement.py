"""Collectors that share the OLTs and are not configured alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.domain.agreement import RELEASE, as_text, differences, read_marks
from noc_console.domain.network import Collector

MARKS = {RELEASE: "0.3", "polling": "aa", "olt:olt-1": "01", "olt:olt-2": "02"}
LEADER = Collector("a", "noc-1", 11, "daemon", 1.0, 2.0, joined=True, leads=True, marks=as_text(MARKS))
HEAD = "noc-2 (pid 12) is not configured as noc-1 (pid 11): it "


def other(marks: dict[str, str] | str, **given: object) -> Collector:
    text = marks if isinstance(marks, str) else as_text(marks)
    return replace(LEADER, id="b", host="noc-2", pid=12, leads=False, marks=text, **given)


@pytest.mark.parametrize(
    "change, told",
    [
        ({RELEASE: "0.2"}, "runs release 0.2, not 0.3"),
        ({"polling": "bb"}, "sets polling otherwise"),
        ({"olt:olt-2": "99", "polling": "bb"}, "sets olt-2, polling otherwise"),
        ({"olt:olt-9": "09"}, "has olt-9 besides"),
        ({"olt:olt-2": None}, "lacks olt-2"),
        ({f"olt:new-{number}": "1" for number in range(8)}, "has new-0, new-1, new-2, new-3, new-4 and 3 more besides"),
    ],
)
def test_what_differs_is_named(change: dict[str, str | None], told: str) -> None:
    marks = {key: value for key, value in {**MARKS, **change}.items() if value is not None}
    assert differences([other(marks), LEADER]) == {"b": HEAD + told}


@pytest.mark.parametrize("collectors", [[], [LEADER], [LEADER, other(MARKS)], [LEADER, other("", joined=False)]])
def test_where_nothing_differs_nothing_is_told(collectors: list[Collector]) -> None:
    assert differences(collectors) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
def test_who_tells_nothing_is_an_older_release(text: str) -> None:
    assert read_marks(text) == {}
    assert "noc-2 (pid 12) runs an older release" in differences([LEADER, other(text)])["b"]
