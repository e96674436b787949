"""Routers that no ONT stands for: found in a list, shown with their sections, acted on by their id."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import Input

from noc_console.console.dialogs.router import RouterDialog
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Cpe, Source
from noc_console.domain.targets import Target

from .fake_backend import FakeBackend
from .harness import console

ALONE = Cpe(
    "0060B3-TB%2D362-GMTK00000001", acs_serial="GMTK00000001", manufacturer="Gem[b]tek", model="TB-362",
    wan_ip="100.64.9.9", pppoe_user="bridge@isp",
)  # fmt: skip


def network() -> FakeBackend:
    """A network with a bridged router and a double."""
    backend = FakeBackend()
    one = next(cpe for cpe in backend.cpes.values() if cpe.serial)
    backend.cpes["alone"] = replace(ALONE, last_inform_at=backend.clock - 30, revision=1)
    backend.cpes["double"] = replace(one, device_id="00259E-OLD-1", last_inform_at=backend.clock - 90)
    backend.sources["genieacs"] = Source("genieacs", "ok")
    return backend


async def test_they_are_rows_with_sections() -> None:
    async with console(network(), size=(80, 24)) as desk:
        await desk.shows("1 of 96")
        await desk.command("routers")
        await desk.shows("1 of 3")
        await desk.shows("GMTK00000001")
        await desk.shows("Gem[b]tek TB-362")
        await desk.shows("Uptime")  # of its sections
        for text in ("no ONT", "1 of 2", "no OLT lists it"):
            assert text in desk.screen(), desk.screen()
        await desk.press("/")
        await desk.type("bridge@")
        await desk.press("enter")
        await desk.shows("1 of 1")


async def test_a_router_is_refreshed_and_rebooted_by_its_id() -> None:
    async with console(network()) as desk:
        await desk.shows("1 of 96")
        await desk.command("routers")
        await desk.shows("1 of 3")
        target = Target.router(ALONE.device_id)
        await desk.press("r")
        await desk.until(lambda: [(one.kind, one.target) for one in desk.backend.asked] == [(JobKind.REFRESH, target)])
        await desk.command("write on")
        await desk.press("R")
        await desk.until(lambda: isinstance(desk.app.screen, RouterDialog))
        dialog = desk.app.screen
        assert isinstance(dialog, RouterDialog)
        await desk.until(lambda: dialog.missing() == "give the reason")
        dialog.query_one("#reason", Input).focus()
        await desk.type("customer calls")
        await desk.until(lambda: dialog.missing() is None)
        dialog.query_one("#typed", Input).focus()
        await desk.type("0001")
        await desk.press("enter")
        await desk.until(lambda: len(desk.backend.asked) == 2)
        asked = desk.backend.asked[-1]
        assert (asked.kind, asked.target, asked.reason) == (JobKind.REBOOT, target, "customer calls")
        assert asked.confirmation is not None and asked.confirmation.text == "0001"


async def test_what_stands_in_the_way_is_said_in_the_dialog() -> None:
    backend = network()
    backend.sources["genieacs"] = Source("genieacs", "failing", error="down")
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.command("routers")
        await desk.shows("1 of 3")
        await desk.press("Z")
        await desk.shows("cannot be done: the ACS does not answer")
        await desk.press("escape")
        assert not desk.backend.asked


async def test_an_olts_action_is_not_offered_there() -> None:
    async with console(network()) as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.command("routers")
        await desk.shows("1 of 3")
        await desk.command("olt-reboot")
        await desk.until(lambda: desk.toasts())
        assert not desk.backend.asked
