"""A slow link: noticed by itself, told, and spared."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from rich.color import ColorSystem

from noc_console.console.link import PAINT_EVERY_S
from noc_console.picture.model import Delta

from .fake_backend import FakeBackend
from .harness import console


def stuck(waiting: int) -> Any:
    return SimpleNamespace(_writer_thread=SimpleNamespace(_queue=SimpleNamespace(qsize=lambda: waiting)))


async def test_output_that_waits_for_two_seconds_makes_a_low_link_which_a_command_ends() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        real, desk.app._driver = desk.app._driver, stuck(3)
        try:
            desk.app.link.tick()
            assert not desk.app.desk.session.low_link
            desk.app.link.tick()
        finally:
            desk.app._driver = real
        assert desk.app.desk.session.low_link
        assert any("slow link: low-bandwidth mode" in text for text in desk.toasts("warning"))
        await desk.shows("LOW LINK")
        assert "▅" not in desk.screen()
        assert desk.app.desk.session.compact and desk.app.wire.most_colours is ColorSystem.EIGHT_BIT
        await desk.command("link full")
        await desk.until(lambda: "LOW LINK" not in desk.screen())
        assert not desk.app.desk.session.compact and desk.app.wire.most_colours is ColorSystem.TRUECOLOR


async def test_one_burst_is_no_slow_link_and_a_full_link_stays_full() -> None:
    async with console(link="full") as desk:
        await desk.shows("1 of 96")
        real, desk.app._driver = desk.app._driver, stuck(3)
        try:
            for _ in range(5):
                desk.app.link.tick()
        finally:
            desk.app._driver = real
        assert not desk.app.desk.session.low_link


async def test_on_a_low_link_data_is_painted_seldom_and_nothing_is_lost() -> None:
    backend = FakeBackend()
    async with console(backend, link="low") as desk:
        await desk.until(lambda: desk.app.desk.model.link.loaded)
        backend.clock += PAINT_EVERY_S + 1
        await desk.shows("1 of 96")
        ont = desk.network.selected_ont()
        assert ont is not None
        backend.put_ont(replace(ont, description="Somebody Else"))
        await desk.until(lambda: "Somebody Else" in str(desk.app.desk.model.onts.get(0, "description")))
        assert not desk.app.link.ready(Delta(rows={0}))
        backend.clock += PAINT_EVERY_S + 1
        await desk.shows("Somebody Else")


async def test_a_compact_header_still_tells_what_fails() -> None:
    backend = FakeBackend()
    async with console(backend, link="low") as desk:
        await desk.shows("LOW LINK")
        assert "OLT 3/3" not in desk.screen()
        backend.put_olt(replace(backend.olts[2], reachable=False))
        await desk.shows("SILENT")
