"""The OLTs screen: what it lists, how it is sorted, and what one OLT shows in its tabs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.console.screens.olts import OltsView
from noc_console.domain.backups import BACKUP_RUNS, BACKUPS, Backup, BackupRun
from noc_console.domain.core_devices import CORE_INTERFACES, CoreInterface
from noc_console.domain.jobs import JobKind
from noc_console.domain.targets import Target
from noc_console.picture.settings import PictureSettings

from .fake_backend import FakeBackend
from .harness import Desk, console


def olts(desk: Desk) -> OltsView:
    view = desk.app.view
    assert isinstance(view, OltsView)
    return view


def network() -> FakeBackend:
    backend = FakeBackend(olts=3)
    first, second, third = (backend.olts[number] for number in (1, 2, 3))
    backend.put_olt(replace(first, cpu_percent=93.0, temperature_celsius=71.0, ping_rtt_ms=3.25, ping_loss=0.0))
    silent = {"cpu_percent": None, "temperature_celsius": None, "memory_percent": None, "uptime_s": None}
    backend.put_olt(replace(second, reachable=False, ping_loss=1.0, error="no answer to SNMP", **silent))
    backend.put_olt(replace(third, reachable=None, last_ok_at=None, **silent))
    return backend


async def test_all_olts_are_listed_and_what_is_not_read_is_blank() -> None:
    async with console(network(), size=(160, 40)) as desk:
        await desk.press("o")
        await desk.shows("1 of 3")
        rows = {line.split()[2]: line for line in desk.screen().splitlines() if " olt-" in line}
        assert "+ answers" in rows["olt-1"] and "C 71" in rows["olt-1"] and "W 93" in rows["olt-1"]
        assert "3.2" in rows["olt-1"] and "100d" in rows["olt-1"]
        assert "- SILENT" in rows["olt-2"] and "no answer to SNMP" in rows["olt-2"]
        assert "? unknown" in rows["olt-3"]
        assert not any(text in rows["olt-3"] for text in ("%", "100d", "SILENT"))


async def test_an_unknown_olt_is_never_offline_and_sorts_last_either_way() -> None:
    async with console(network()) as desk:
        await desk.press("o")
        await desk.shows("1 of 3")
        await desk.press("s", "c")
        keys = [olts(desk).table.keys[0]]
        await desk.press("s", "c")
        keys.append(olts(desk).table.keys[0])
        assert keys == [1, 1]
        await desk.command("filter state:offline")
        assert list(olts(desk).table.keys) == [2]
        await desk.command("filter state:unknown")
        assert list(olts(desk).table.keys) == [3]


async def test_enter_opens_an_olt_and_esc_goes_back_to_the_list() -> None:
    backend = network()
    uplink = CoreInterface("olt-1:uplinks", "0/9/0", oper="up", rx_bps=2.5e9, tx_bps=310e6, observed_at=backend.clock)
    backend.put_record(CORE_INTERFACES, uplink)
    async with console(backend) as desk:
        await desk.press("o", "enter")
        await desk.shows("[Overview]")
        await desk.shows("CPU        [███████████████████░] 93 % HIGH")
        await desk.shows("71 °C HOT")
        await desk.shows("in 2.50 Gbit/s out 310 Mbit/s")
        await desk.press("]")
        await desk.shows("TX dBm")
        await desk.shows("0/1/3")
        await desk.press("]")
        await desk.shows("1 of 48")
        assert desk.app.context().ont is not None
        await desk.press("]")
        await desk.shows("nothing happened on it")
        await desk.press("]")
        await desk.shows("no backups are kept")
        await desk.press("escape")
        await desk.shows("1 of 3")
        assert desk.app.context().olt is not None and desk.app.context().ont is None


async def test_a_port_of_the_list_leads_to_its_onts_and_esc_back() -> None:
    async with console(network()) as desk:
        await desk.command("olts olt-1")
        await desk.command("tab ports")
        await desk.shows("Mbit/s")
        await desk.press("j", "enter")
        await desk.shows("Network > olt-1 > PON 0/1/1")
        await desk.press("escape")
        await desk.shows("OLTs > olt-1")


async def test_a_name_that_is_no_olt_is_told() -> None:
    async with console() as desk:
        await desk.command("olts nowhere")
        assert "no OLT 'nowhere'" in desk.toasts("warning")


async def test_d_opens_the_selected_olt_and_closes_it_again() -> None:
    backend = network()
    async with console(backend) as desk:
        await desk.press("o")
        await desk.shows("of 3")
        await desk.press("G", "d")
        await desk.shows("[Overview]")
        await desk.press("d")
        await desk.until(lambda: not olts(desk).opened)


async def test_on_a_small_terminal_i_brings_the_chart_into_view() -> None:
    async with console(network(), size=(80, 24)) as desk:
        await desk.command("olts olt-1")
        await desk.shows("[Overview]")
        assert "[health]" not in desk.screen()
        await desk.press("i")
        await desk.shows("[counts]")
        await desk.shows("* online")


async def test_load_is_told_once_and_of_the_warmest_card_where_the_olt_tells_none() -> None:
    backend = network()
    backend.put_olt(replace(backend.olts[1], temperature_celsius=None))
    async with console(backend, size=(120, 40)) as desk:
        await desk.command("olts olt-1")
        await desk.shows("47 °C  card 0/1, the highest")
        assert desk.screen().count("93 %") == 1 and " health  " not in desk.screen().split("Polls")[0]
        await desk.command("olts olt-3")
        await desk.until(lambda: "olt-3" in desk.screen())


async def test_an_open_olt_has_its_charts_in_the_overview() -> None:
    async with console(network(), size=(120, 60)) as desk:
        await desk.command("olts olt-1")
        await desk.shows("[health]")
        await desk.shows("A CPU % of 0/1")
        await desk.press("i")
        await desk.shows("[counts]")
        await desk.shows("* online")
        await desk.press("}")
        await desk.shows("[7d]")
        await desk.until(lambda: olts(desk).detail.chart.lines and olts(desk).detail.chart.drawn)
        await desk.press(",")
        assert olts(desk).detail.chart.cursor is not None
        assert olts(desk).exported()[0] == "chart"


BEFORE = "sysname olt-1\nvlan 100 smart\nsnmp-agent community read public-one\nvlan 200 smart\n#\nreturn"


def with_backups() -> FakeBackend:
    backend = network()
    for number, text in ((1, BEFORE), (2, BEFORE.replace("vlan 100", "vlan 101"))):
        at = backend.clock - 86400 * (3 - number)
        backend.backup_texts[number] = text
        kept = (len(text), 6, f"digest-{number}", "huawei-smartax", "ssh", "schedule", f"olt-1/{number}.cfg.gz")
        backend.put_record(BACKUPS, Backup(number, "olt-1", at, at + 3600, *kept))
    failing = BackupRun("olt-1", backend.clock - 60, failed_since_at=backend.clock - 60, error="the login is refused")
    backend.put_record(BACKUP_RUNS, failing)
    return backend


@pytest.mark.parametrize("confirmed", [True, False, None])
async def test_a_way_that_nobody_confirmed_is_told_with_each_backup(confirmed: bool | None) -> None:
    picture = PictureSettings(backup_confirmed=lambda _name: confirmed)
    async with console(with_backups(), picture=picture) as desk:
        await desk.command("olts olt-1")
        await desk.command("tab backups")
        await desk.shows("the login is refused")
        shown = desk.screen()
        assert ("way not confirmed" in shown) == ("ssh, not confirmed" in shown) == (confirmed is False)


async def test_backups_are_listed_opened_and_compared() -> None:
    async with console(with_backups()) as desk:
        await desk.command("olts olt-1")
        await desk.command("tab backups")
        await desk.shows("the last attempt failed")
        await desk.shows("the login is refused")
        await desk.shows("schedule")
        await desk.press("=")
        await desk.shows("Backup olt-1 1 to 2")
        await desk.shows("+ vlan 101 smart")
        await desk.shows("- vlan 100 smart")
        await desk.shows("1 added, 1 removed")
        await desk.press("-")
        await desk.shows("LAST SEEN")
        await desk.press("g", "space", "G", "space", "=")
        await desk.shows("Backup olt-1 1 to 2")
        await desk.press("-", "enter")
        await desk.shows("Backup olt-1 1")
        await desk.press("/", *"200", "enter")
        await desk.shows("vlan 200 smart")
        await desk.until(lambda: "vlan 100" not in desk.screen())


@pytest.mark.parametrize(
    ("command", "told"),
    [("backup-diff 1 9", "no backup 9"), ("backup-show x", "is no number"), ("backup-diff 1", "OLD NEW")],
)
async def test_a_backup_that_is_not_there_is_told(command: str, told: str) -> None:
    async with console(with_backups()) as desk:
        await desk.command("olts olt-1")
        await desk.command("tab backups")
        await desk.command(command)
        assert any(told in text for text in desk.toasts("warning"))


async def test_a_backup_is_asked_for_of_the_open_olt() -> None:
    backend = with_backups()
    async with console(backend) as desk:
        await desk.command("olts olt-1")
        await desk.command("write on")
        await desk.command("backup")
        await desk.until(lambda: backend.submitted and backend.submitted[-1].kind is JobKind.BACKUP)
        assert backend.submitted[-1].target == Target.olt("olt-1")


async def test_a_filter_on_an_opened_olt_lists_its_onts_and_leaves_the_list_of_olts_alone() -> None:
    async with console(screen="olts") as desk:
        view = desk.app.navigation.views["olts"]
        assert isinstance(view, OltsView)
        await desk.until(lambda: len(view.table.keys) == 2)
        await desk.command("filter olt-2")
        await desk.until(lambda: len(view.table.keys) == 1)
        await desk.press("enter")
        await desk.command("filter silva")
        assert "no list here to filter" in desk.toasts("warning")[-1]
        await desk.command("tab onts")
        whole = len(view.detail.onts.keys)
        await desk.command("filter state:offline")
        assert 0 < len(view.detail.onts.keys) < whole
        await desk.press("escape")
        assert view.opened
        assert len(view.detail.onts.keys) == whole
        await desk.press("!")
        assert 0 < len(view.detail.onts.keys) < whole
        await desk.press("escape", "escape")
        assert not view.opened
        assert view.filter.text == "olt-2"
        assert len(view.table.keys) == 1


async def test_what_is_remembered_of_the_olts_is_the_list_and_history_leads_back_into_an_opened_one() -> None:
    async with console(screen="olts") as desk:
        view = desk.app.navigation.views["olts"]
        assert isinstance(view, OltsView)
        await desk.until(lambda: len(view.table.keys) == 2)
        await desk.command("filter olt-1")
        await desk.press("enter")
        await desk.command("tab onts")
        await desk.command("filter state:offline")
        await desk.press("6", "H")
        await desk.until(lambda: desk.app.view is view and view.opened)
        assert view.detail.olt_id == 1
        assert view.remembered()["filter"] == "olt-1"


@pytest.mark.parametrize("screen", ["firmware", "routers", "records", "dash"])
async def test_only_problems_is_refused_where_it_would_change_nothing(screen: str) -> None:
    async with console() as desk:
        desk.app.navigation.show(screen)
        await desk.press("!")
        assert "Only problems" in desk.toasts("warning")[-1]
        assert not desk.app.view.only_problems
