"""What every list can do: marks by range, chosen columns, saved filters, history of views, copies, pause, memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from noc_console.console.dialogs.boxes import Picking
from noc_console.console.registry import ACTIONS

from .fake_backend import FakeBackend
from .harness import Desk, console


def titles(desk: Desk) -> list[str]:
    return [column.id for column in desk.network.table.columns]


async def test_a_range_is_marked_between_two_presses_and_esc_gives_it_up() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("v", "j", "j")
        await desk.until(lambda: sum("│|" in line for line in desk.screen().splitlines()) == 3)
        await desk.press("v")
        assert desk.network.table.marked == set(desk.network.table.keys[:3])
        await desk.press("j", "v", "j", "escape", "j", "v", "v")
        assert desk.network.table.marked == {*desk.network.table.keys[:3], desk.network.table.current}


async def test_a_range_stays_with_its_ont_when_the_order_changes() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        first = desk.network.table.current
        await desk.press("v")
        await desk.command("sort serial")
        await desk.command("sort serial")
        keys = list(desk.network.table.keys)
        await desk.press("g", "v")
        assert desk.network.table.marked == set(keys[: keys.index(first) + 1])


@pytest.mark.parametrize("opened", ["menu", "columns", "copy-as"])
async def test_the_table_of_a_dialog_is_moved_in_and_nothing_else(opened: str) -> None:
    async with console(size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.command(opened)
        box = desk.app.screen
        assert isinstance(box, Picking)
        own = {option for option in ("c", "s", "v", "*", "u", "<", ">") if box.direct(Key(option, option)) is None}
        await desk.press(*own)
        assert desk.app.screen is box and not box.content.picking and not box.content.marked
        await desk.press("j")
        assert box.content.position[0] == 2


async def test_columns_are_chosen_by_command_and_by_list_and_stay() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("columns +pppoe,-model")
        assert titles(desk)[-1] == "pppoe" and "model" not in titles(desk)
        await desk.command("cols optical")
        assert titles(desk)[-1] == "pppoe"
        await desk.command("cols -pppoe")
        assert "pppoe" not in titles(desk)
        await desk.command("columns +nothing")
        assert any("columns are +NAME or -NAME" in text for text in desk.toasts("warning"))
        await desk.press("c", "j", "j", "space", "escape")
        assert "olt" not in titles(desk)


async def test_the_state_and_the_serial_number_always_stay() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("c", "space", "escape")
        assert titles(desk)[0] == "state"
        assert "this column always stays" in desk.toasts("warning")


async def test_filters_are_saved_per_screen_used_by_name_and_dropped() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("save-filter dark")
        assert "no filter is set: / sets one" in desk.toasts("warning")
        await desk.command("filter state:offline")
        await desk.press("F")
        await desk.type("dark")
        await desk.press("enter")
        await desk.press("escape")
        assert not desk.network.filter
        await desk.press("f", "1")
        assert desk.network.filter.text == "state:offline"
        await desk.press("escape")
        await desk.command("filter @dark")
        assert desk.network.filter.text == "state:offline"
        await desk.command("filter @bright")
        assert desk.network.filter.text == "state:offline"
        assert any("no saved filter @bright" in text for text in desk.toasts("warning"))
        await desk.press("6", "f")
        assert any("no filter is saved on this screen" in text for text in desk.toasts("warning"))
        await desk.press("3")
        await desk.command("drop-filter dark")
        await desk.command("use-filter dark")
        assert any("no saved filter @dark" in text for text in desk.toasts("warning"))


async def test_views_are_walked_back_and_forth_with_filter_scope_and_cursor() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("j", "j")
        here = desk.serial()
        await desk.command("olt olt-2")
        await desk.command("filter state:offline")
        await desk.press("6", "H")
        assert desk.app.navigation.shown == "network"
        assert desk.network.filter.text == "state:offline" and desk.network.scope is not None
        await desk.press("H")
        assert (desk.network.scope, desk.network.filter.text, desk.serial()) == (None, "", here)
        await desk.press("H")
        assert "this is the first view of the history" in desk.toasts("warning")
        await desk.press("L", "L")
        assert desk.app.navigation.shown == "log"


async def test_the_copy_menu_names_all_that_an_ont_is_called_and_no_secret() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        names = dict(desk.network.copies())
        assert names["serial"] == desk.serial()
        assert names["serial in hex"] == "48575443" + names["serial"][4:]
        assert names["row"].startswith(("+ online", "- OFFLINE"))
        assert names["row for a spreadsheet"].count("\t") == len(desk.network.table.columns) - 1
        assert not any("password" in name or "key" in name for name in names)
        await desk.press("Y", "2")
        await desk.until(lambda: any("copied serial in hex" in text for text in desk.toasts()))
        await desk.command("copy-as place")
        await desk.until(lambda: any("copied place" in text for text in desk.toasts()))


async def test_a_letter_leads_to_a_screen_a_pane_a_tab() -> None:
    async with console(size=(160, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.press("'")
        await desk.shows("Tab Optical")
        await desk.press("6")
        assert desk.app.navigation.shown == "log"
        await desk.press("3", "'", "e")
        assert desk.network.detail.tab == "optical"


async def test_pause_stands_still_counts_what_comes_and_any_key_goes_on() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("p")
        await desk.shows("FROZEN")
        still = desk.screen().splitlines()[4:-1]
        desk.backend.clock += 60
        desk.backend.poll_all()
        await desk.until(lambda: desk.app.desk.session.frozen_changes > 0)
        await desk.shows(f"+{desk.app.desk.session.frozen_changes} changes")
        assert desk.screen().splitlines()[4:-1] == still
        await desk.press("j")
        assert "FROZEN" not in desk.screen()
        assert desk.network.table.position[0] == 2
        await desk.press("p", "escape")
        assert desk.app.desk.session.frozen_at is None and desk.network.table.position[0] == 2


async def test_compact_leaves_one_header_line_and_still_tells() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.until(lambda: desk.network.table.page == 18)
        await desk.press("w")
        await desk.until(lambda: desk.network.table.page == 20)
        await desk.command("sort nothing")
        await desk.shows("no column 'nothing'")


async def test_each_screen_is_found_as_it_was_left(tmp_path: Path) -> None:
    file = tmp_path / "ui.json"
    async with console(state_file=file) as desk:
        await desk.shows("1 of 96")
        await desk.command("filter state:offline")
        await desk.command("columns +pppoe")
        await desk.command("sort rx")
        await desk.command("save-filter dark")
        await desk.press("4")
        await desk.command("filter rx:<-25")
    async with console(state_file=file) as desk:
        await desk.until(lambda: desk.network.filter.text == "state:offline")
        assert titles(desk)[-1] == "pppoe" and desk.network.table.sort_by == "rx"
        assert desk.app.navigation.views["onts"].filter.text == "rx:<-25"
        await desk.command("use-filter dark")
        assert desk.network.filter.text == "state:offline"


BROKEN = ['{"screens": 1}', '{"screens": {"network": {"filter": "re:(", "sort": 5}}}', "[]", "{"]


@pytest.mark.parametrize("text", BROKEN)
async def test_a_broken_memory_is_forgotten(tmp_path: Path, text: str) -> None:
    file = tmp_path / "ui.json"
    file.write_text(text, encoding="utf-8")
    async with console(state_file=file) as desk:
        await desk.shows("1 of 96")


async def test_the_onts_screen_has_all_onts_its_own_filter_and_no_tree() -> None:
    async with console(size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.command("onts /state:offline")
        assert desk.app.navigation.shown == "onts"
        assert not desk.network.filter
        await desk.press("T")
        assert any("this screen has no tree" in text for text in desk.toasts("warning"))
        await desk.press("tab")
        assert desk.app.navigation.views["onts"].panes.current == "detail"  # type: ignore[attr-defined]
        await desk.press("tab")
        assert desk.app.navigation.views["onts"].panes.current == "onts"  # type: ignore[attr-defined]


async def test_screens_that_are_hidden_ask_nobody() -> None:
    backend = FakeBackend()
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.press("6")
        asked = len(backend.submitted)
        backend.clock += 60
        backend.poll_all()
        await desk.until(lambda: desk.app.model.link.beats > 1)
        assert len(backend.submitted) == asked
        assert desk.app.navigation.views["onts"].table.keys == ()  # type: ignore[attr-defined]


async def test_help_tells_ids_and_why_a_key_does_nothing_now() -> None:
    async with console(FakeBackend(), size=(120, 60)) as desk:
        await desk.shows("1 of 96")
        await desk.press("1", "?", "/")
        await desk.type("outage.ack")
        await desk.shows("not now: no incident and no alarm is selected")
        await desk.shows("id outage.ack")


def test_what_is_for_the_network_is_for_the_onts_screen_too() -> None:
    from noc_console.console.screens.onts import OntsView

    assert OntsView.KEYS == "network"
    assert any(action.scope == OntsView.KEYS for action in ACTIONS)
