"""Cells: whatever the text, a column is as wide as it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from noc_console.console.glyphs import UNICODE, sparkline
from noc_console.console.palette import Palette
from noc_console.console.render.cells import beside, broken, fit, fit_end, flow, plain, to_strip, width_of, wrap

AWKWARD = [
    "น้ำตาล",
    "é",
    "e\u0301",
    "\u3164Anna",
    "A\u200bB\u200dC",
    "so\u00adft",
    "☎\ufe0f",
    "\U000e0041x",
    "한국",
    "田中 Marco",
    "\ufeff",
]


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [1, 2, 3, 6, 12])
@pytest.mark.parametrize("right", [True, False])
def test_a_cell_is_as_wide_as_its_column(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right)) == width


@given(st.text(), st.integers(1, 40))
def test_any_text_fits_any_column(text: str, width: int) -> None:
    shown = fit(text, width)
    assert cell_len(shown) == width
    assert to_strip([(text, "base")], width, Palette({})).cell_length == width
    assert all(cell_len(row) <= width for row in wrap(text, width)) or width == 1


@pytest.mark.parametrize("invisible", ["\u00ad", "\u115f", "\u3164", "\u200b", "\u200d", "\ufe0f", "\U000e0020"])
def test_what_nobody_sees_takes_no_cell(invisible: str) -> None:
    assert fit(f"An{invisible}na", 6) == "Anna  "
    assert width_of([(f"An{invisible}na", "base")]) == 4


def test_a_sparkline_shows_change_and_not_the_level() -> None:
    steady = sparkline([-19.6, -19.5, -19.6, -19.4], 4, UNICODE)
    fading = sparkline([-19.5, -19.6, -23.0, -27.1], 4, UNICODE)
    assert set(steady) <= {"▁", "▂"}
    assert fading[0] == "█"
    assert fading[-1] == "▁"
    assert sparkline([None, -20.0, float("nan")], 4, UNICODE) == "··▁·"


def test_a_place_that_is_too_long_loses_its_beginning() -> None:
    assert fit_end("olt-riverside 1/1/1/2", 12) == "…ide 1/1/1/2"
    assert fit_end("olt-1 0/1/2", 12) == "olt-1 0/1/2 "
    assert cell_len(fit_end("奥尔特河 1/1/1/2", 11)) == 11


@given(
    st.lists(st.tuples(st.text("ab 世é", max_size=30), st.sampled_from(["base", "dim"])), min_size=1),
    st.integers(4, 20),
)
def test_an_item_that_is_too_wide_is_broken_and_loses_nothing(item: list[tuple[str, str]], width: int) -> None:
    rows = broken(item, width)
    assert all(width_of(row) <= width for row in rows)
    letters = [(letter, role) for text, role in item for letter in text if letter != " "]
    assert [(letter, role) for row in rows for text, role in row for letter in text if letter != " "] == letters


def test_a_long_item_after_a_label_flows_on_in_its_roles() -> None:
    rows = flow([[("LOS", "offline"), (": no light arrives: fibre", "base")], [("seen", "dim")]], 14)
    assert plain(rows).split("\n") == ["LOS: no light", "arrives: fibre", "seen"]
    assert rows[0][0] == ("LOS", "offline")
    assert plain(broken([("wide ", "base"), ("gap", "dim")], 8)) == "wide gap"


def block(*texts: str) -> list[list[tuple[str, str]]]:
    return [[(text, "base")] for text in texts]


def test_two_blocks_stand_side_by_side_where_the_left_one_leaves_room() -> None:
    assert plain(beside(block("한국", "b"), block("x", "y", "z"), 6)).splitlines() == ["한국  x", "b     y", "      z"]
    assert plain(beside(block("a", "b"), block("x"), 6)).splitlines() == ["a     x", "b"]
    assert plain(beside(block("too wide"), block("x"), 6)).splitlines() == ["too wide", "", "x"]
