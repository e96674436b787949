"""The Network screen: keys in, what the operator sees out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from noc_console.domain.changes import Change
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.jobs import Batch, JobKind
from noc_console.domain.network import Source
from noc_console.picture.tree import NodeKey

from .fake_backend import START, FakeBackend
from .harness import console


async def test_it_starts_with_all_onts_and_their_counts() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        counts = desk.app.desk.model.counts()
        assert counts.total == 96
        assert f"ONLINE {counts.online}" in desk.screen()


async def test_no_key_waits_for_the_backend_to_open() -> None:
    backend = FakeBackend()
    backend.fail_with = SourceUnavailable("connection refused", "database")
    async with console(backend) as desk:
        await desk.shows(" database: connection refused - no data yet")
        await desk.press("?")
        await desk.shows("Help for this screen")
        backend.fail_with = None
        await desk.press("escape")
        await desk.shows("1 of 96")
        assert "unreachable" not in desk.screen()


async def test_a_failing_backend_shows_when_its_data_is_from_and_recovers() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        desk.backend.fail_with = SourceUnavailable("database is locked", "database")
        await desk.shows("database is locked - data from 14:05:31")
        assert "1 of 96" in desk.screen()
        desk.backend.fail_with = None
        await desk.until(lambda: "locked" not in desk.screen())


async def test_a_dead_collector_makes_everything_unknown_by_age_alone() -> None:
    async with console() as desk:
        await desk.shows("UNKNOWN 0")
        desk.backend.clock = START + 200
        await desk.shows("UNKNOWN 96")
        await desk.shows("collector not running: nothing is being polled - data from 14:05:29")
        counts = desk.app.desk.model.counts()
        assert (counts.online, counts.offline) == (0, 0)
        desk.backend.poll_all()
        await desk.shows("UNKNOWN 0")


async def test_an_olt_that_does_not_answer_makes_its_onts_unknown_never_offline() -> None:
    async with console() as desk:
        await desk.shows("UNKNOWN 0")
        olt = desk.backend.olts[1]
        desk.backend.put_olt(replace(olt, reachable=False, error="no answer to SNMP within 5 s; check the community"))
        await desk.shows("UNKNOWN 48")
        await desk.shows("SILENT olt-1 <10s !")
        await desk.shows("check the community")
        assert desk.app.desk.model.counts(NodeKey(1)).offline == 0


async def test_the_list_stays_at_its_top_until_somebody_touches_a_key() -> None:
    backend = FakeBackend()
    first = {number: ont for number, ont in backend.onts.items() if ont.olt_id == 1}
    late, backend.onts = backend.onts, {n: ont for n, ont in backend.onts.items() if ont.olt_id == 2}
    async with console(backend) as desk:
        await desk.shows("1 of 48")
        for ont in first.values():
            backend.put_ont(ont)
        await desk.until(lambda: len(desk.network.table.keys) == len(late))
        await desk.shows("1 of 96")
        assert desk.serial() == late[1].serial


async def test_a_refresh_never_moves_the_cursor() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press(*["j"] * 7)
        serial = desk.serial()
        for round_number in range(30):
            for ont in list(desk.backend.onts.values())[round_number::17]:
                state = "online" if ont.state == "offline" else "offline"
                desk.backend.put_ont(replace(ont, state=state, onu_rx_dbm=-20.0 - round_number / 10))
            revision = desk.backend.revision
            await desk.until(lambda wanted=revision: desk.app.feed.revisions.get("all", 0) >= wanted)
            desk.network.rebuild()
            assert desk.serial() == serial


async def test_the_cursor_follows_its_ont_through_sorting() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press(*["j"] * 10)
        serial = desk.serial()
        await desk.press("s")
        await desk.press("r")
        assert desk.network.table.sort_by == "rx"
        assert desk.serial() == serial
        values = [desk.app.desk.model.onts.get(row, "onu_rx_dbm") for row in desk.network.table.keys]
        known = [value for value in values if value is not None]
        assert known == sorted(known)
        assert values[len(known) :] == [None] * (len(values) - len(known))
        await desk.press("s")
        await desk.press("r")
        down = [desk.app.desk.model.onts.get(row, "onu_rx_dbm") for row in desk.network.table.keys]
        assert down[: len(known)] == sorted(known, reverse=True)
        assert down[-1] is None


async def test_filter_is_live_kept_by_enter_and_dropped_by_escape() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("/")
        await desk.type("state:off")
        off = desk.app.desk.model.counts().offline
        await desk.shows(f"{off} of 96")
        await desk.press("enter")
        await desk.shows("/state:off")
        await desk.press("/")
        await desk.type(" nobody")
        await desk.shows("nothing matches")
        await desk.press("escape")
        await desk.shows(f"{off} of 96")
        await desk.press("escape")
        await desk.shows("1 of 96")


async def test_a_bad_filter_is_told_and_loses_nothing() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("filter stat:los")
        await desk.until(lambda: any("did you mean" in toast for toast in desk.toasts()))
        assert len(desk.network.table.keys) == 96


async def test_hex_serials_of_any_notation_are_found() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        serial = desk.app.desk.model.onts.get(20, "serial")
        await desk.command(f"ont 4857-5443-{serial[4:].lower()}")
        await desk.until(lambda: desk.serial() == serial)


async def test_an_epon_onu_is_shown_found_and_copied_by_its_mac() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[20], serial=None, mac="00:6D:61:EE:0B:F3"))
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.command("ont 006d.61ee.0bf3")
        await desk.shows("00:6D:61:EE:0B:F3")
        await desk.until(lambda: (ont := desk.network.selected_ont()) is not None and ont.mac == "00:6D:61:EE:0B:F3")
        await desk.press("y")
        await desk.until(lambda: any("copied MAC via" in toast for toast in desk.toasts()))
        await desk.press("R")
        await desk.until(lambda: any("no serial number" in toast for toast in desk.toasts()))


async def test_hostile_text_shows_literally() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[1], description="[red]x[/] [@click=app.quit]"))
    async with console(backend) as desk:
        await desk.shows("[red]x[/] [@click=app.quit]")
        await desk.command("tab tr-069")
        await desk.until(lambda: backend.submitted)
        backend.finish_reads()
        await desk.until(lambda: "SSID             [red]x[/]" in desk.detail())


async def test_wide_characters_do_not_shift_the_columns() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[2], description="日本語の顧客名前がとても長い"))
    async with console(backend) as desk:
        await desk.shows("日本語")
        lines = desk.screen().splitlines()
        at = next(n for n, line in enumerate(lines) if "日本語" in line)
        from rich.cells import cell_len

        assert cell_len(lines[at]) == cell_len(lines[at + 1]) == 120


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (40, 10), (120, 40), (200, 50)])
async def test_every_size_works_with_nothing_and_with_everything(size: tuple[int, int]) -> None:
    empty = FakeBackend(olts=0)
    async with console(empty, size=size) as desk:
        await desk.shows("no OLT is known yet")
        await desk.press("R", "r", "y", "?", "escape", ".", "escape", "]", "enter", "z", "escape", "s", "a", ">", "<")
    async with console(size=size) as desk:
        await desk.shows("96")
        await desk.press("]", "]", "]", "]", "]", "z", "z", "tab", "tab", "tab", "C", "T", "T", "5", "6", "0", "3", "-")


async def test_at_80_columns_enter_gives_the_detail_the_screen_and_escape_returns() -> None:
    async with console(size=(80, 24)) as desk:
        await desk.shows("1 of 96")
        assert not desk.network.topology.display
        await desk.press("j", "enter")
        await desk.shows("OLT clock: up")
        assert not desk.network.table.display
        await desk.press("escape")
        await desk.until(lambda: desk.network.table.display and desk.network.table.has_focus)
        await desk.press("h")
        await desk.until(lambda: desk.network.topology.display and desk.network.topology.has_focus)
        await desk.press("l")


async def test_the_tree_lists_what_is_below_its_node() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("h")
        await desk.press("j", "j", "j")
        await desk.shows("olt-1 > PON 0/1/0")
        await desk.shows("1 of 12")
        await desk.shows("Tx 4.20 dBm")
        await desk.press("g", "j")
        await desk.shows("CPU 14 %")
        await desk.press("l")
        await desk.press("escape")
        await desk.shows("1 of 96")


async def test_the_detail_stays_with_the_tree_while_its_onts_are_listed() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("h", "G")
        await desk.shows("olt-2 > PON 0/1/3")
        await desk.until(lambda: len(desk.network.table.keys) == 12)
        assert desk.detail().startswith(" olt-2 > PON 0/1/3")
        await desk.press("d")
        await desk.until(lambda: not desk.network.table.display)
        assert desk.detail().startswith(" olt-2 > PON 0/1/3")
        await desk.press("escape")
        await desk.until(lambda: desk.network.topology.has_focus and desk.network.table.display)
        await desk.press("enter")
        await desk.until(lambda: desk.detail().startswith(f" {desk.serial()}"))


async def test_d_gives_the_detail_the_screen_and_back() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("d")
        await desk.until(lambda: not desk.network.table.display and not desk.network.topology.display)
        await desk.press("d")
        await desk.until(lambda: desk.network.table.has_focus)


async def test_onts_that_wait_are_counted_only_while_there_are_any() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        assert "registered" not in desk.screen()
        desk.backend.plug_in("HWTC0000AAAA")
        await desk.shows("1 to be registered   1 of 96")
        await desk.press("h")
        await desk.shows("HWTC0000AAAA")
        await desk.shows("olt-1 0/1/0  EG8145V5  seen 2m00s ago")
        await desk.until(lambda: re.search(r"olt-1 +W\+", desk.screen()))
        await desk.until(lambda: re.search(r"0/1/0 +\+", desk.screen()))
        await desk.command("olt olt-2")
        await desk.until(lambda: "registered" not in desk.screen())
        desk.backend.plug_in("HWTC0000AAAA", gone_at=START)
        await desk.command("olt olt-1")
        await desk.shows("1 of 48")
        await desk.until(lambda: "registered" not in desk.screen())


async def test_a_pon_port_shows_its_traffic() -> None:
    async with console(size=(200, 50)) as desk:
        await desk.shows("1 of 96")
        await desk.command("pon olt-1 0/1/2")
        await desk.press("h")
        await desk.shows("[24h]")
        await desk.until(lambda: "▗" in desk.detail() or "▄" in desk.detail() or "▀" in desk.detail())
        await desk.shows("last 485 Mbit/s")
        await desk.press("}")
        await desk.shows("[7d]")
        await desk.until(lambda: "reading" not in desk.detail())


async def test_tr069_tab_looks_it_up_then_has_it_read() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("tab tr")
        await desk.until(lambda: [r.kind for r in desk.backend.submitted] == [JobKind.VIEW])
        desk.backend.finish_reads()
        await desk.until(lambda: [r.kind for r in desk.backend.submitted] == [JobKind.VIEW, JobKind.REFRESH])
        desk.backend.finish_reads()
        await desk.until(lambda: "WiFi 2.4 GHz" in desk.detail())
        desk.backend.clock += 30
        desk.backend.beat()
        await desk.shows("14:06:01")
        assert len(desk.backend.submitted) == 2
        assert desk.backend.submitted[1].sections == ("wan",)  # the others are not a minute old


async def test_not_managed_is_said_only_after_the_acs_said_so() -> None:
    backend = FakeBackend()
    backend.cpes.pop(backend.onts[1].serial or "")
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.command("tab tr")
        await desk.shows("asking the ACS")
        assert "Not managed" not in desk.detail()
        backend.finish_reads()
        await desk.shows("Not managed via TR-069")


async def test_without_an_acs_the_tab_says_so_and_asks_nobody() -> None:
    backend = FakeBackend()
    backend.sources["genieacs"] = Source("genieacs", "off")
    async with console(backend) as desk:
        await desk.command("tab tr")
        await desk.shows("No ACS is configured")
        assert not backend.asked


async def test_optical_tab_draws_the_chart_and_changes_its_range() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("tab optical")
        await desk.shows("chart from local buffer")
        assert "[24h]" in desk.detail()
        assert "W -25" in desk.detail()
        await desk.press("}")
        await desk.until(lambda: "[7d]" in desk.detail() and "chart from local buffer" in desk.detail())


async def test_a_contradiction_is_shown() -> None:
    backend = FakeBackend()
    ont = next(ont for ont in backend.onts.values() if ont.id % 5)
    backend.put_ont(
        replace(ont, state="offline", offline_reason="loss_of_signal", state_changed_at=START - 400, onu_rx_dbm=None)
    )
    async with console(backend) as desk:
        await desk.command(f"ont {ont.serial}")
        await desk.shows("CONTRADICTION: the ACS heard from it 40s ago, the OLT says offline")
        await desk.shows("no light arrives")


async def test_marks_survive_resorting_and_refresh_takes_them() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("space", "space")
        marked = {desk.app.desk.model.onts.get(row, "id") for row in desk.network.table.marked}
        await desk.press("s", "d")
        await desk.shows("2 marked")
        await desk.press("r")
        await desk.until(lambda: len(desk.backend.asked) == 2)
        assert {request.target.ont_id for request in desk.backend.asked} == marked


async def test_refresh_is_limited_per_ont() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("r")
        await desk.until(lambda: desk.backend.asked)
        await desk.press("r")
        await desk.until(lambda: any("again in" in toast for toast in desk.toasts()))
        assert len(desk.backend.asked) == 1


async def test_only_problems() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("!")
        await desk.shows("only problems")
        onts = desk.app.desk.model.onts
        assert desk.network.table.keys
        assert all(onts.state[row] != 0 or onts.signal[row] > 1 for row in desk.network.table.keys)


async def test_copy_names_the_way_and_keeps_a_private_file(tmp_path: object) -> None:
    from noc_console.console.clipboard import clip_file

    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("y")
        await desk.until(lambda: any("via OSC 52" in toast for toast in desk.toasts()))
        assert clip_file().read_text() == desk.serial()
        assert clip_file().stat().st_mode & 0o777 == 0o600


async def test_theme_changes_while_running_and_unknown_ones_are_told() -> None:
    async with console() as desk:
        await desk.command("theme mono")
        assert desk.app.theme == "mono"
        assert desk.app.desk.palette.plain
        await desk.command("theme purple")
        await desk.until(lambda: any("no theme 'purple'" in toast for toast in desk.toasts()))


async def test_quit_asks_at_the_top_and_only_y_leaves() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("q")
        await desk.shows("Leave NOC Console?")
        await desk.press("n")
        await desk.until(lambda: "Leave NOC Console?" not in desk.screen())
        await desk.press("q")
        await desk.press("y")
    assert desk.app.return_code == 0
    assert desk.backend.closed


async def test_leaving_with_unfinished_actions_is_asked_about_even_at_once() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        batch = Batch(
            3, JobKind.REBOOT, "calls", desk.app.desk.settings.operator.name, "here", 1.0, 6, waiting=5, running=1
        )
        desk.app.desk.model.batches[3] = batch
        await desk.press("ctrl+q")
        await desk.shows("Bulk action 3: 1 under way, 5 not begun")
        await desk.press("n")
        await desk.until(lambda: "Leave NOC Console?" not in desk.screen())
        desk.app.desk.model.batches[3] = replace(batch, waiting=0, running=0, verified=6, finished_at=2.0)
        await desk.press("ctrl+q")
    assert desk.app.return_code == 0


async def test_a_broken_background_task_is_told_and_does_not_end_the_console(tmp_path: Path) -> None:
    class Broken(FakeBackend):
        async def ont_changes(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Change]:
            raise RuntimeError("community=s3cret")

    async with console(Broken(), log_file=tmp_path / "log") as desk:
        await desk.shows("1 of 96")
        await desk.command("tab history")
        await desk.until(lambda: any("RuntimeError" in toast for toast in desk.toasts()))
        assert not any("s3cret" in toast for toast in desk.toasts())
        report = (tmp_path / "log").read_text()
        assert "RuntimeError" in report
        assert "s3cret" not in report


async def test_a_crash_shows_one_line_and_no_values(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with console(log_file=tmp_path / "log") as desk:
            desk.app.call_later(lambda password="hunter2": 1 // 0)  # type: ignore[misc]
            await desk.until(lambda: desk.app.crash_line)
    assert "ZeroDivisionError at test_network.py" in (desk.app.crash_line or "")
    assert "hunter2" not in (tmp_path / "log").read_text()


async def test_pon_ports_by_what_they_lost() -> None:
    backend = FakeBackend()
    for ont in list(backend.onts.values()):
        down = ont.olt_id == 2 and ont.port == "0/1/1" and ont.ont_id < 9
        state = {"state": "offline", "offline_reason": "loss_of_signal"} if down else {"state": "online"}
        backend.put_ont(replace(ont, state_changed_at=backend.clock - (300 if ont.ont_id else 60), **state))
    first = next(ont for ont in backend.onts.values() if ont.olt_id == 1 and ont.port == "0/1/3")
    backend.put_ont(replace(first, state="offline", offline_reason="dying_gasp", state_changed_at=backend.clock - 5))
    async with console(backend, size=(80, 24)) as desk:
        await desk.command("ports")
        await desk.shows("1 of 8")
        rows = [line.split()[:7] for line in desk.screen().splitlines() if line.startswith(" olt-")]
        assert rows[0] == ["olt-2", "0/1/1", "9", "75%", "1m", "9", "0"]
        assert rows[1] == ["olt-1", "0/1/3", "1", "8%", "<1m", "0", "1"]
        await desk.press("s", "s")
        await desk.until(lambda: desk.app.view.copyable() == ("PON port", "olt-2 0/1/1"))
        assert next(line for line in desk.screen().splitlines() if line.startswith(" olt-")).startswith(" olt-1")
        await desk.press("!")
        await desk.shows("2 of 2")
        await desk.press("enter")
        await desk.shows("Network > olt-2")
        await desk.press("escape")
        await desk.until(lambda: desk.app.navigation.shown == "ports")
        await desk.command("ports olt-9")
        await desk.until(lambda: any("no OLT 'olt-9'" in said for said in desk.toasts()))
