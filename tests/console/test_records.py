"""Swaps, firmware and the running configuration on screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from noc_console.domain.cpe import MASK, ConfigLeaf, CpeDocument
from noc_console.domain.jobs import JobKind, JobState
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, ZONES, Splitter, Subscriber, Zone
from noc_console.domain.provisioning import Preset
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.swaps import SWAPS, Outcome, Swap, SwapKind, UnitState

from .fake_backend import FakeBackend
from .harness import console


def diagnostic(backend: FakeBackend, swap_id: int, due_in_s: float, **more: object) -> Swap:
    return replace(
        Swap(
            swap_id, SwapKind.DIAGNOSTIC, f"HWTC0000000{swap_id}", f"HWTC0000001{swap_id}", UnitState.IN_DIAGNOSIS,
            UnitState.ACTIVE_TEMPORARILY, "drops [red]x[/]", "amy", "here", backend.clock - 86400,
            customer="Ana Almeida", due_at=backend.clock + due_in_s, revision=1,
        ),
        **more,
    )  # fmt: skip


async def test_what_is_due_stands_first_and_is_closed() -> None:
    backend = FakeBackend()
    for swap in (
        diagnostic(backend, 1, 5 * 86400),
        diagnostic(backend, 2, -3600, ticket_state="failing", ticket_error="it answered 500"),
        diagnostic(backend, 3, 0, closed_at=backend.clock, closed_by="bob", outcome=Outcome.STOCK),
    ):
        backend.put_record(SWAPS, swap)
    async with console(backend) as desk:
        await desk.press("7")
        await desk.shows("LATE 1h00m")
        lines = [line for line in desk.screen().splitlines() if "HWTC0000000" in line]
        assert [line.split()[0] for line in lines[:3]] == ["2", "1", "3"]
        await desk.shows("drops [red]x[/]")
        await desk.shows("it answered 500")
        await desk.command("swap-close returned")
        await desk.until(lambda: any("read-only" in toast for toast in desk.toasts()))
        await desk.command("write on")
        await desk.command("swap-close lost")
        await desk.until(lambda: any("returned|defective|stock" in toast for toast in desk.toasts()))
        await desk.command("swap-close returned")
        await desk.until(lambda: backend.closed_swaps == [(2, Outcome.RETURNED, "amy")])


async def test_a_swap_is_recorded_where_the_old_unit_stands() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.command("swap diagnostic HWTC99999999")
        await desk.until(lambda: any("NEW-SERIAL REASON" in toast for toast in desk.toasts()))
        await desk.command("swap diagnostic HWTC99999999 loses sync")
        await desk.until(lambda: desk.backend.recorded)
        (asked,) = desk.backend.recorded
        ont = desk.network.selected_ont()
        assert ont and (asked.old_serial, asked.ont_id, asked.customer) == (ont.serial, ont.id, ont.description)
        assert (asked.kind, asked.new_serial, asked.reason) == (SwapKind.DIAGNOSTIC, "HWTC99999999", "loses sync")


async def test_firmware_is_counted() -> None:
    async with console() as desk:
        await desk.press("8")
        total = len(desk.backend.cpes)
        await desk.shows("100 %")
        line = next(line for line in desk.screen().splitlines() if "100 %" in line)
        assert f" {total} " in line and "####################" in line


async def test_the_configuration_is_asked_for_folded_searched_and_exported(tmp_path: Path) -> None:
    backend = FakeBackend()
    leaves = (
        ConfigLeaf("Device.DeviceInfo.ModelName", "XX230v", backend.clock - 60),
        ConfigLeaf("Device.WiFi.SSID.1.SSID", "Casa [red]x[/]", backend.clock - 60, True),
        ConfigLeaf("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", MASK, backend.clock - 60, True, True),
    )
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.command("config")
        await desk.until(lambda: [request.kind for request in backend.asked] == [JobKind.READ_CONFIG])
        ont = desk.app.view.selected_ont()
        assert ont and ont.serial
        device_id = await backend.cpe_for(ont.serial)
        assert device_id
        backend.documents[device_id] = CpeDocument(device_id, backend.clock, leaves)
        backend.step(backend.last_job, JobState.VERIFIED, "read 3 parameters", "read 3 parameters")
        await desk.shows("3 parameters, fetched")
        await desk.shows("DeviceInfo")
        assert "ModelName" not in desk.screen()
        await desk.press("j", "enter")
        await desk.shows("XX230v")
        await desk.press("left", "left")
        await desk.until(lambda: "DeviceInfo" not in desk.screen())
        await desk.press("/")
        await desk.type("casa")
        await desk.press("enter")
        await desk.shows("Casa [red]x[/]")
        assert "ModelName" not in desk.screen()
        target = tmp_path / "router.txt"
        await desk.command(f"export {target}")
        await desk.until(lambda: target.exists() and target.read_text().count("\n") == 4)
        assert MASK in target.read_text() and target.stat().st_mode & 0o777 == 0o600


async def test_records_of_every_kind_are_listed_filtered_and_shown() -> None:
    backend = FakeBackend()
    ont = next(ont for ont in backend.onts.values() if ont.serial)
    backend.put_record(ZONES, Zone("north", "[red]two streets[/]"))
    backend.put_record(SPLITTERS, Splitter("SP-1", "olt-1", "0/1/0", ratio=8, zone="north"))
    backend.put_record(SUBSCRIBERS, Subscriber("10442", "Marko Kovac", ont.serial, "SP-1", 3, address="Mill Lane 4"))
    backend.put_record(SUBSCRIBERS, Subscriber("10443", "Ana Silva"))
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.press("9")
        await desk.shows("[red]two streets[/]")
        for name, kind in RECORD_KINDS.items():
            await desk.command(f"records {name}")
            await desk.shows(kind.title)
            assert all(column.heading.upper() in desk.screen() for column in kind.columns[:3])
        await desk.command("records splitters")
        await desk.shows("SP-1")
        await desk.command("records zone")
        await desk.until(lambda: any("no records 'zone'" in toast for toast in desk.toasts()))
        await desk.command("records subscribers")
        await desk.shows("1 of 2")
        await desk.command("filter kovac")
        await desk.shows("1 of 1")
        await desk.shows("Mill Lane 4")
        chosen = desk.app.view.selected_ont()
        assert chosen is not None and chosen.serial == ont.serial
        backend.put_record(SUBSCRIBERS, Subscriber("10442", "Marko Kovac", removed_at=backend.clock))
        await desk.shows("0 of 0")
        assert "Mill Lane 4" not in desk.screen()


async def test_where_an_ont_hangs_is_on_its_summary_and_in_filters() -> None:
    backend = FakeBackend()
    ont = next(ont for ont in backend.onts.values() if ont.port == "0/1/1")
    backend.put_record(SPLITTERS, Splitter("SP-1", "olt-1", "0/1/0", zone="north"))
    backend.put_record(SPLITTERS, Splitter("SP-2", "olt-1", "0/1/0", parent="SP-1"))
    backend.put_record(SUBSCRIBERS, Subscriber("10442", "Marko [b]Kovac[/b]", ont.serial, "SP-2", 3))
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        for wanted in ("zone:north", "splitter:sp-2", "subscriber:kovac", "10442"):
            await desk.command(f"filter {wanted}")
            await desk.until(lambda: len(desk.network.table.keys) == 1, wanted)
            assert desk.serial() == ont.serial
            await desk.press("escape")
            await desk.until(lambda: len(desk.network.table.keys) == 96)
        await desk.command("filter 10442")
        for text in ("SP-2 < SP-1", "zone north", "Marko [b]Kovac[/b]", "recorded on olt-1 0/1/0, seen here"):
            await desk.until(lambda wanted=text: wanted in " ".join(desk.detail().split()))


async def test_an_admin_edits_adds_and_removes_records() -> None:
    backend = FakeBackend()
    backend.put_record(ZONES, Zone("north", "[b]river[/b]"))
    async with console(backend) as desk:
        await desk.press("9")
        await desk.shows("[b]river[/b]")
        await desk.press("e")
        await desk.until(lambda: any("read-only" in toast for toast in desk.toasts()))
        await desk.command("write on")
        await desk.press("e")
        await desk.shows("nothing is changed")
        await desk.press("end", "!", "enter")
        await desk.shows("[b]river[/b]!")
        await desk.press("i")
        await desk.shows("new zone")
        await desk.press(*"north")
        await desk.shows("there is such a zone already")
        await desk.press(*"-2", "enter")
        await desk.shows("north-2")
        await desk.command("remove")
        await desk.shows("Remove zone north?")
        await desk.press("n")
        await desk.command("remove")
        await desk.press("y")
        await desk.until(lambda: [one.name for one in desk.app.model.records(ZONES)] == ["north-2"])


async def test_what_is_not_kept_by_hand_cannot_be_edited() -> None:
    async with console() as desk:
        await desk.command("write on")
        await desk.press("9")
        await desk.command("records assignments")
        await desk.shows("Past assignments")
        await desk.press("e")
        await desk.until(lambda: any("not kept by hand" in toast for toast in desk.toasts()))
        await desk.press("C")
        await desk.shows("Splice closures")


async def test_a_waiting_ont_is_registered_by_commands_to_copy() -> None:
    values = {"line_profile": "10", "service_profile": "20", "vlan": "100", "gemport": "1"}
    commands = ("ont add {2} {ont} sn-auth {serial}",)
    presets = tuple(
        Preset(name, "Huawei", ("huawei-ma5600",), 3, (0, 127), "hex", commands, values, verified=True)
        for name in ("internet", "iptv")
    )
    backend = FakeBackend()
    async with console(backend, presets=presets) as desk:
        await desk.command("register")
        await desk.until(lambda: any("no ONT waits here" in toast for toast in desk.toasts()))
        backend.plug_in("HWTC0000ABCD")
        await desk.until(lambda: bool(desk.app.model.waiting))
        await desk.command("register")
        await desk.shows("HWTC0000ABCD  olt-1 0/1/0  EG8145V5")
        await desk.press("a")
        await desk.shows("iptv  line_profile 10")
        await desk.press("b")
        await desk.shows("ont add 0 ")
        await desk.press("y")
        await desk.until(lambda: any("copied the commands" in toast for toast in desk.toasts()))
        await desk.command("register HWTC00009999")
        await desk.until(lambda: any("waits at no OLT" in toast for toast in desk.toasts()))
