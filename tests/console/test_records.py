"""Swaps, firmware and the running configuration on screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from noc_console.domain.cpe import MASK, ConfigLeaf, CpeDocument
from noc_console.domain.jobs import JobKind, JobState
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
