"""The wallboard's pages: whose turn it is, what fits, and that one broken page darkens no wall."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from incident_samples import AT, incident
from rich.console import Console
from textual._compositor import LayoutUpdate
from textual.geometry import Region

from noc_console.console.glyphs import ASCII, UNICODE
from noc_console.console.render import wall as render
from noc_console.console.render.cells import plain, to_strip, width_of
from noc_console.console.themes import load_themes
from noc_console.console.wallboard import PAINT_EVERY_S
from noc_console.console.wallpages import WallPages, parse_pages
from noc_console.console.wire import Wire
from noc_console.domain.changes import LightCrossed
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import ChartData, Series
from noc_console.domain.network import Olt, Ont, Outcome, PollKind, PollMark
from noc_console.domain.optics import Signal
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.settings import PictureSettings
from noc_console.picture.trends import Trends, added, read_trends
from noc_console.picture.wall import OltMap, falling, new_by_day, olt_maps, wall

DAY = 86400.0


def model_of(**more: Any) -> Model:
    model = Model(PictureSettings())
    given: dict[str, Any] = {
        "olts": [Olt(1, "olt-1", "a", reachable=True, last_ok_at=AT)],
        "onts": [Ont(n + 1, 1, f"0/1/{n % 3}", n, state="online", first_seen_at=1.0) for n in range(9)],
        "marks": [PollMark(1, "", PollKind.STATE, Outcome.COMPLETE, AT, AT)],
        **more,
    }
    for _ in model.apply(Update(**given), lambda: AT, Delta()):
        pass
    return model


def pages(model: Model, broken: list[Exception], *names: str) -> WallPages:
    return WallPages(model, "metro-1", ASCII, broken.append, names or ("incidents", "map", "trend"))


def shown(made: WallPages, now: float, size: tuple[int, int] = (80, 24)) -> str:
    return plain(made.lines(*size, now))


def test_each_page_has_its_turn() -> None:
    made = pages(model_of(), [])
    begin = AT - AT % 45
    turns = [shown(made, begin + s) for s in (0, 14, 15, 30, 45)]
    assert ["CRITICAL" in text for text in turns] == [True, True, False, False, True]
    assert "PON ports:" in turns[2]
    assert "reading the history" in turns[3]
    assert "page 2/3, next in 15 s" in turns[2]


def test_after_the_bell_the_incidents_stay_for_five_minutes() -> None:
    made = pages(model_of(), [])
    begin = AT - AT % 45 + 15
    made.pin(begin)
    assert "CRITICAL" in shown(made, begin + 299)
    assert "CRITICAL" not in shown(made, begin + 315)


def test_a_page_that_breaks_is_passed_over_and_told_once() -> None:
    broken: list[Exception] = []
    made = pages(model_of(), broken)
    begin = AT - AT % 45
    made._makers["map"] = lambda *_: 1 // 0  # type: ignore[assignment, return-value]
    assert "reading the history" in shown(made, begin + 15)
    assert "reading the history" in shown(made, begin + 16)
    assert [type(error) for error in broken] == [ZeroDivisionError]
    made._makers.clear()
    assert "the log says why" in shown(made, begin)


def test_figures_change_every_ten_seconds_but_a_turn_a_ring_and_silence_are_shown_at_once() -> None:
    model = model_of()
    made = WallPages(model, "metro-1", ASCII, print, ("incidents",), paint_every_s=10.0)
    begin = AT - AT % 600
    assert "of 9" in shown(made, begin)
    more = Update(onts=[Ont(20, 1, "0/1/0", 20, state="online", first_seen_at=1.0)])
    for _ in model.apply(more, lambda: AT, Delta()):
        pass
    assert "of 9" in shown(made, begin + 9.9) and "of 10" in shown(made, begin + 10)
    assert shown(made, begin + 11).splitlines()[0] != shown(made, begin + 12).splitlines()[0], "the clock goes on"
    made._makers["incidents"] = lambda *_: [[("made anew", "base")]]
    assert "made anew" not in shown(made, begin + 13)
    assert "made anew" in shown(made, begin + 13, (90, 24))
    assert "made anew" in shown(made, begin + 5), "the clock was set back"
    made._makers["incidents"] = lambda *_: [[("after the bell", "base")]]
    made.pin(begin + 6)
    assert "after the bell" in shown(made, begin + 6)
    made._makers["incidents"] = lambda *_: [[("silent", "base")]]
    assert "silent" in shown(made, begin + 700)


def test_a_wall_sends_less_than_two_kilobytes_a_second_whatever_happens() -> None:
    """Four minutes of a flood with the turns of the pages and a move of the layout, as the terminal gets them."""
    model = model_of(records={"incidents": [incident(n) for n in range(20)]})
    made = WallPages(model, "metro-1", UNICODE, print, paint_every_s=PAINT_EVERY_S)
    made.trends = Trends((1.0, None, 3.0), (2.0,), (), "a note", (0, 3), ())
    palette, wire = load_themes().found["dark"].palette, Wire()
    console, (width, height), sent = Console(color_system="truecolor", force_terminal=True), (160, 50), 0
    for second in range(240):
        model.link.last_ok_at = now = AT - AT % 600 + 480 + second
        model.link.beats += 1
        lines = [[to_strip(line, width, palette)] for line in made.lines(width, height, now)]
        sent += len(wire.encode(LayoutUpdate(lines, Region(0, 0, width, height)), console).encode())
    assert 20 * 240 < sent < 2000 * 240


def test_the_layout_moves_every_ten_minutes() -> None:
    made = pages(model_of(), [], "incidents")
    begin = AT - AT % 1200
    rows = [shown(made, begin + s).splitlines()[0] for s in (0, 600)]
    assert rows[0].startswith(" metro-1")
    assert rows[1].startswith("  metro-1")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize("second", [0, 15, 30, 615])
def test_a_page_fills_the_screen_exactly(size: tuple[int, int], second: int) -> None:
    model = model_of(records={"incidents": [incident(n) for n in range(20)]})
    made = pages(model, [])
    made.trends = Trends((1.0, None, 3.0), (2.0,), (), "a note", (0, 3), ())
    lines = made.lines(*size, AT - AT % 1800 + second)
    assert len(lines) == size[1]
    assert max(map(width_of, lines)) <= size[0]


def test_digits_grow_with_the_screen_and_shrink_to_text() -> None:
    facts = wall(model_of(), "metro-1", AT)
    tall = {
        size: sum("#" in line for line in plain(render.page(facts, *size, "#", "-")).splitlines())
        for size in ((80, 24), (100, 30), (200, 60))
    }
    assert tall == {(80, 24): 10, (100, 30): 10, (200, 60): 25}
    assert render._scale(5, 13, 24) == 0  # 18402 in 13 cells: as text


def test_the_map_shows_trouble_first_and_says_what_it_leaves_out() -> None:
    well = [OltMap(f"olt-{n}", ("up",) * 16, 0, 0) for n in range(30)]
    text = plain(render.map_page([OltMap("olt-x", ("up", "down", "part", "unknown", "empty"), 9, 4), *well], 80, 24))
    assert text.splitlines()[2].startswith(" olt-x   + X o ? .")
    assert "9 down  4 unknown" in text
    assert "and 13 more OLTs" in text
    model = model_of()
    for _ in model.apply(
        Update(onts=[Ont(n, 1, "0/1/0", n - 1, state="offline") for n in (1, 4, 7)]), lambda: AT, Delta()
    ):
        pass
    assert olt_maps(model) == [OltMap("olt-1", ["down", "up", "up"], 3, 0)]


def test_new_onts_leave_out_those_that_came_with_their_olt() -> None:
    seen = [AT - 20 * DAY, AT - 20 * DAY + 600, AT - DAY * 1.5, AT - 100, AT - 200, None]
    onts = [Ont(n + 1, 1, "0/1/0", n, first_seen_at=at) for n, at in enumerate(seen)]
    days = new_by_day(model_of(onts=onts), AT)
    assert (days[-1], days[-2], sum(days)) == (2, 1, 3)


def test_light_that_fell_most_stands_first_and_only_the_newest_of_an_ont() -> None:
    def fell(number: int, serial: str, before: float | None, after: float, age_s: float = 60.0) -> LightCrossed:
        return LightCrossed(
            id=number, at=AT - age_s, olt="olt-1", port="0/1/2", serial=serial, after=Signal.WARNING,
            before_dbm=before, rx_dbm=after,
        )  # fmt: skip

    changes = [
        fell(1, "A", -20.0, -29.0), fell(2, "A", -29.0, -26.0), fell(3, "B", -20.0, -25.0), fell(4, "C", -20.0, -28.0),
        fell(5, "D", None, -28.0), fell(6, "E", -20.0, -30.0, 90_000.0),
    ]  # fmt: skip
    assert [one.name for one in falling(model_of(changes=changes), AT)] == ["C", "B"]


def test_a_part_of_the_network_is_never_drawn_as_the_whole() -> None:
    assert added([(1.0, 2.0, None), (4.0, None, None)]) == (5.0, None, None)
    assert added([]) == ()


class History:
    """olt-1 has all of it, olt-2 is full of gaps, olt-3 cannot be read."""

    async def chart(self, metrics: Any, labels: Any, range_s: float, points: int) -> ChartData:
        if labels["olt_name"] == "olt-3":
            raise SourceUnavailable("no answer", "victoriametrics")
        values = (7.0,) * points if labels["olt_name"] == "olt-1" else (7.0, *(None,) * (points - 1))
        return ChartData(0.0, 1.0, (Series(metrics[0], values),))


def test_trends_leave_out_what_was_not_read_and_say_so() -> None:
    model = model_of(olts=[Olt(n, f"olt-{n}", "a") for n in (1, 2, 3)])
    trends = asyncio.run(read_trends(History(), model, AT))  # type: ignore[arg-type]
    assert set(trends.online) == {7.0}
    assert set(trends.low) == {14.0}  # weak and critical
    assert trends.note == "no answer" or "victoriametrics" in str(trends.note)
    text = plain(render.trend_page(trends, 80, 24, "#"))
    assert "now 7, 7 to 7" in text
    nothing = plain(render.trend_page(replace(trends, online=()), 80, 24, "#"))
    assert "no history" in nothing


def test_names_of_pages() -> None:
    assert parse_pages("map, trend") == ("map", "trend")
    for text in ("", "map,maps"):
        with pytest.raises(ValueError, match="there are incidents, map, trend"):
            parse_pages(text)
    assert UNICODE.rule != ASCII.rule
