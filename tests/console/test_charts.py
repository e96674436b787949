"""Charts in the console: other kinds, a crosshair, several ONTs in one picture."""

from __future__ import annotations

from .harness import Desk, console


async def optical(desk: Desk) -> None:
    await desk.shows("1 of 96")
    await desk.command("tab optical")
    await desk.until(lambda: desk.network.detail.chart.drawn and desk.network.detail.chart.lines)


async def test_the_chart_says_in_words_what_it_shows() -> None:
    async with console(size=(200, 50)) as desk:
        await optical(desk)
        await desk.until(lambda: "* Rx at ONT" in desk.detail() and "avg -2" in desk.detail())
        assert "dB per week" not in desk.detail()  # a day tells nothing of weeks
        await desk.command("range 30d")
        await desk.until(lambda: "dB per week" in desk.detail() or "steady" in desk.detail())


async def test_the_crosshair_tells_time_and_value_and_goes_away_beyond_the_end() -> None:
    async with console(size=(200, 50)) as desk:
        await optical(desk)
        await desk.press(",")
        await desk.until(lambda: "* -2" in desk.detail() and "o -2" in desk.detail())
        await desk.press(*([","] * 3))
        chart = desk.network.detail.chart
        assert chart.cursor is not None and chart.chart is not None
        assert chart.cursor == len(chart.chart.instants) - 1 - 6
        await desk.press(*([";"] * 4))
        assert chart.cursor is None


async def test_without_a_chart_the_crosshair_says_where_there_is_one() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press(",")
        assert any("no chart is shown" in said for said in desk.toasts("warning"))


async def test_i_goes_through_the_charts_and_a_command_names_one() -> None:
    async with console(size=(200, 50)) as desk:
        await desk.shows("1 of 96")
        await desk.press("i")
        await desk.shows("[light]")
        await desk.press("i")
        await desk.shows("[traffic]")
        await desk.command("chart light")
        await desk.shows("[light]")
        await desk.command("chart health")
        assert any("no chart 'health' here" in said for said in desk.toasts("warning"))


async def test_marked_onts_are_one_picture_with_a_letter_for_each() -> None:
    async with console(size=(200, 50)) as desk:
        await desk.shows("1 of 96")
        await desk.press("space", "space", "space", "i")
        await desk.shows("[3 marked]")
        await desk.until(lambda: all(f"{letter} HWTC" in desk.detail() for letter in "ABD"))
        serials = desk.network.detail.chart.exported()[0]
        assert len(serials) == 4
        await desk.press("escape")
        await desk.until(lambda: desk.network.table.has_focus)


async def test_a_pon_port_of_many_onts_shows_the_weakest_and_says_so() -> None:
    async with console(size=(200, 50)) as desk:
        await optical(desk)
        await desk.command("chart port")
        await desk.shows("[port]")
        await desk.until(lambda: "I HWTC" in desk.detail())


async def test_an_olt_shows_its_health_and_its_counts() -> None:
    async with console(size=(200, 60)) as desk:
        await desk.shows("1 of 96")
        await desk.press("h", "j")
        await desk.shows("[health]")
        await desk.until(lambda: "A CPU % of 0/1" in desk.detail())
        await desk.command("chart counts")
        await desk.until(lambda: "* online" in desk.detail() and "o offline" in desk.detail())
