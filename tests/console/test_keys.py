"""Keys are answered: where they lead, what they keep, and what they say when they do nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from noc_console.console import suspending
from noc_console.domain.changes import PortChanged
from noc_console.domain.errors import SourceNotReady
from noc_console.domain.network import Olt

from .fake_backend import FakeBackend
from .harness import Desk, console

NARROW, WIDE = (80, 24), (200, 55)


def pane(desk: Desk) -> str:
    return desk.network.panes.current


@pytest.mark.parametrize("size", [NARROW, (120, 40), WIDE])
async def test_tab_walks_the_panes_and_z_gives_one_the_whole_screen(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.shows("1 of 96")
        walked = [pane(desk)]
        for _ in range(3):
            await desk.press("tab")
            walked.append(pane(desk))
        assert walked == ["onts", "detail", "tree", "onts"]
        await desk.press("z")
        await desk.until(lambda: desk.network.table.size.width == size[0])
        await desk.press("z", "d")
        await desk.until(lambda: desk.network.detail.body.size.width == size[0])
        await desk.press("z")
        await desk.until(lambda: not desk.network.has_class("-zoom-detail"))


async def test_the_detail_over_the_whole_screen_uses_its_width() -> None:
    async with console(size=WIDE) as desk:
        await desk.shows("1 of 96")
        await desk.press("d")
        await desk.shows("run a speed test to prove it; if good, look at the customer's device")


async def test_escape_leaves_the_detail_with_the_filter_kept_then_drops_it() -> None:
    async with console(size=NARROW) as desk:
        await desk.shows("1 of 96")
        await desk.press("/")
        await desk.type("olt:olt-1")
        await desk.press("enter")
        await desk.shows("48 of 96")
        await desk.press("enter")
        assert pane(desk) == "detail"
        await desk.press("escape")
        assert pane(desk) == "onts"
        assert desk.network.filter.text == "olt:olt-1"
        await desk.press("escape")
        await desk.shows("1 of 96")


@pytest.mark.parametrize("screen", ["3", "6", "5", "0", "9"])
async def test_a_wrong_filter_leaves_the_one_before(screen: str) -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press(screen, "/")
        await desk.type("olt")
        await desk.press("enter")
        await desk.until(lambda: desk.app.view.filter.text == "olt")
        await desk.press("/")
        await desk.type(" sevv")
        await desk.until(lambda: desk.app.view.filter.text == "olt sevv")
        await desk.type(":major")
        await desk.shows("unknown field sevv:")
        await desk.press("enter")
        await desk.until(lambda: any("the filter stays as it was" in said for said in desk.toasts("warning")))
        assert desk.app.view.filter.text == "olt"


async def test_keys_that_do_nothing_say_so_and_ctrl_c_says_how_to_leave() -> None:
    async with console(size=NARROW) as desk:
        await desk.shows("1 of 96")
        await desk.press("%")
        await desk.shows("% does nothing here; ? shows the keys")
        await desk.press("f5")
        await desk.shows("f5 does nothing here")
        await desk.press("ctrl+c")
        await desk.shows("q leaves the console, Ctrl+Q at once")
        await desk.press(":", "w", "ctrl+c")
        await desk.until(lambda: not desk.app.prompting.prompt.open)
        await desk.press("?", "ctrl+c")
        await desk.until(lambda: any("Esc closes this dialog" in said for said in desk.toasts()))


async def test_ctrl_z_stops_only_where_a_shell_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(suspending, "stop", lambda: stopped.append(True))
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("ctrl+z")
        await desk.until(lambda: any("no shell waits" in said for said in desk.toasts("warning")))
        assert not stopped


async def test_the_sign_of_the_prompt_is_that_of_the_last_opening() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("/", "escape", ":")
        await desk.until(lambda: desk.app.prompting.prompt.open)
        await desk.until(lambda: desk.screen().splitlines()[-2].startswith(" :"))


@pytest.mark.parametrize("tab", ["summary", "optical", "tr-069", "history", "jobs"])
async def test_every_tab_names_the_ont_and_the_customer_also_after_a_split(tab: str) -> None:
    async with console(size=NARROW) as desk:
        await desk.shows("1 of 96")
        await desk.command(f"tab {tab}")
        await desk.pilot.resize_terminal(80, 11)
        await desk.until(lambda: not desk.network.detail.body.region)
        await desk.press("j", "j")
        await desk.pilot.resize_terminal(*NARROW)
        ont = desk.network.selected_ont()
        assert ont is not None
        await desk.shows(f" {ont.serial}  {ont.description}")
        await desk.press("enter", "G")
        await desk.shows(f" {ont.serial}  {ont.description}")


async def test_messages_cover_no_facts_and_go_after_some_seconds() -> None:
    async with console(size=NARROW) as desk:
        await desk.shows("1 of 96")
        desk.app.say("one", "warning")
        desk.app.say("long " * 30, "error")
        await desk.until(lambda: desk.screen().count("long") == 30)
        for fact in (f" {desk.serial()}  ", "verdict", "next", "OLT says", "ACS says"):
            await desk.shows(fact)
        assert desk.screen().splitlines()[-3].startswith(" one ")
        desk.backend.clock += 7
        await desk.until(lambda: "one" not in desk.screen().splitlines()[-3])
        desk.backend.clock += 9
        await desk.shows("? help")


async def test_before_everything_is_read_nothing_is_called_missing() -> None:
    backend = FakeBackend()
    backend.fail_with = SourceNotReady("the schema is not there yet", "database", "the collector creates it")
    async with console(backend, size=NARROW) as desk:
        await desk.shows("first start: the collector makes the database")
        assert "FAILING" not in desk.screen()
        for command in ("ont HWTC00000000", "olt olt-1"):
            await desk.command(command)
            await desk.shows("still loading: nothing can be found yet")
        for key in "56789":
            await desk.press(key)
            await desk.shows("still loading ...")
        desk.backend.clock += 30
        await desk.shows("the schema is not there yet (the collector creates it)")
        await desk.shows("DB FAILING")
        backend.fail_with = None
        backend.poll_all()
        await desk.press("3")
        await desk.shows("1 of 96")
        await desk.command("ont HWTC00000000")
        await desk.shows("no ONT matches HWTC00000000")


async def test_an_advice_is_never_cut() -> None:
    backend = FakeBackend()
    backend.fail_with = SourceNotReady("word " * 20 + "end", "database", "what to do about it " * 3)
    async with console(backend, size=NARROW) as desk:
        backend.clock += 1
        desk.app.desk.model.link.failing_since = 1.0
        await desk.until(lambda: " ".join(desk.screen().split()).count("what to do about it") == 3)


async def test_a_database_that_may_only_be_read_is_told_once_and_nothing_is_written() -> None:
    async with console(database_read_only="this user may only read the database /srv/noc.db", size=NARROW) as desk:
        await desk.shows("read-only: this user may only read the database /srv/noc.db")
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.until(lambda: desk.toasts("warning")[-1] == "this user may only read the database /srv/noc.db")


async def test_the_log_shows_the_newest_until_you_move_and_opens_what_a_line_is_about() -> None:
    backend = FakeBackend()
    async with console(backend, size=NARROW) as desk:
        await desk.shows("1 of 96")

        def happen(port: str, before_s: float = 0.0) -> None:
            at = backend.clock - before_s
            backend.add_change(PortChanged(at=at, olt="olt-1", port=port, before="up", after="down"))

        happen("0/1/0", 7200)
        happen("0/1/1")
        await desk.until(lambda: len(desk.app.desk.model.change_list()) >= 2)
        await desk.press("6")
        await desk.shows("PON port 0/1/1 down, was up")
        happen("0/1/2")
        await desk.until(lambda: "0/1/2" in desk.screen().splitlines()[4])
        await desk.press("j")
        happen("0/1/3")
        await desk.until(lambda: desk.app.view.crumb()[1].startswith(f"3 of {len(backend.changes)}"))
        await desk.press("/")
        await desk.type("since:1h sev:major,minor,warning,critical olt:olt-1 0/1/1")
        await desk.press("enter")
        await desk.shows("1 of 1")
        await desk.press("enter")
        await desk.shows("Network > olt-1 > PON 0/1/1")
        await desk.press("-")
        await desk.shows("1 of 1")


async def test_names_are_found_without_accents_and_case_on_every_screen() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[5], description="Zoë Müller, Atatürk Cd. 4"))
    backend.put_olt(replace(backend.olts[1], name="olt-Łódź", reachable=False, error="no answer"))
    assert isinstance(backend.olts[1], Olt)
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.press("/")
        await desk.type("ATATURK muller")
        await desk.press("enter")
        await desk.shows("1 of 96")
        assert desk.serial() == backend.onts[5].serial
        await desk.press("0", "/")
        await desk.type("lodz")
        await desk.press("enter")
        await desk.shows("1 of 1")


async def test_the_mouse_goes_to_a_row_sorts_and_opens_a_tab() -> None:
    async with console(mouse=True) as desk:
        await desk.shows("1 of 96")
        await desk.until(lambda: desk.network.table.size.height > 6 and desk.network.detail.size.height > 0)
        await desk.pilot.pause()
        await desk.pilot.click("#network #onts", offset=(20, 6))
        await desk.until(lambda: desk.network.table.position[0] == 6)
        await desk.pilot.click("#network #onts", offset=(14, 0))
        await desk.until(lambda: desk.network.table.sort_by == "serial")
        await desk.pilot.click("#tabs", offset=(13, 0))
        await desk.until(lambda: desk.network.detail.tab == "optical")


async def burst(desk: Desk, text: str) -> None:
    """Keys that come at once, as from a paste or a slow link."""
    for sign in text:
        named = {"\r": "enter", " ": "space", ":": "colon", "/": "slash", "\x1b": "escape"}.get(sign, sign)
        desk.app.post_message(events.Key(named, sign if sign.isprintable() else None))
    await desk.pilot.pause()


async def test_keys_in_a_burst_do_what_they_do_one_by_one() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        desk.app.screen.set_focus(desk.network.table)
        await burst(desk, ":theme light\r:link low\rjj:write on\r")
        await desk.until(lambda: desk.app.desk.session.write)
        assert desk.app.theme == "light" and desk.app.desk.session.low_link
        await desk.shows("3 of 96")
        await burst(desk, "/olt:olt-1\rj/zzz\x1bj")
        # Once down before the second filter, once after it was given up; the first is kept.
        await desk.until(lambda: desk.network.table.position == (5, 48))
        assert desk.network.filter.text == "olt:olt-1"


@pytest.mark.parametrize(
    ("pasted", "typed"),
    [
        ("\u200bHWTC2265B1F5\ufeff\n", "HWTC2265B1F5"),
        ("\n\nfirst\nsecond", "first"),
        ("a\tb\x1b[31m\x00c\xa0d", "a b[31mc d"),
        ("A" * 10_000, "A" * 1000),
        ("\n \n", ""),
    ],
)
async def test_a_paste_into_the_prompt_is_its_first_line_as_it_can_be_seen(pasted: str, typed: str) -> None:
    async with console() as desk:
        await desk.press("/")
        desk.app.post_message(events.Paste(pasted))
        await desk.until(lambda: desk.app.prompting.prompt.input.value == typed)
