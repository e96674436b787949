"""What operators do most, by the keys that docs/operating.md counts for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from noc_console.domain.changes import OltSilent
from noc_console.domain.history import RANGES_S

from .fake_backend import START, FakeBackend
from .harness import console


async def test_a_customer_by_pppoe_login_and_the_reboot_dialog() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        cpe = next(cpe for cpe in desk.backend.cpes.values() if cpe.pppoe_user)
        await desk.command(f"ont {cpe.pppoe_user}")
        assert desk.serial() == cpe.serial
        await desk.press("R")
        await desk.until(lambda: len(desk.app.screen_stack) > 1)
        await desk.shows(cpe.serial or "")


async def test_the_pon_port_that_lost_most_is_under_the_cursor() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("ports")
        await desk.until(lambda: desk.app.view.listing and desk.app.view.listing.keys)
        table = desk.app.view.listing
        assert table is not None
        lost = [int(table.texts(key)[2]) for key in table.keys]
        assert table.position[0] == 1 and lost[0] == max(lost) > 0


def written(folder: Path) -> list[str]:
    """The lines of the one file that was exported."""
    (file,) = folder.glob("noc-onts-*.csv")
    return file.read_text(encoding="utf-8").splitlines()


async def test_weak_light_of_one_olt_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("4", "/")
        await desk.type("olt:olt-1 rx:<-25")
        await desk.press("enter", "E")
        await desk.until(lambda: any("written to" in text for text in desk.toasts()))
        rows = written(tmp_path)
        assert len(rows) > 1 and all("olt-1" in row for row in rows[1:])


async def test_five_routers_in_one_dialog() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.press(*["space"] * 5, "R")
        await desk.until(lambda: len(desk.app.screen_stack) > 1)
        assert len(desk.network.chosen_onts()) == 5


async def test_the_light_of_seven_days() -> None:
    async with console(size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.press("]", "}")
        assert desk.network.detail.tab == "optical"
        assert RANGES_S[desk.network.detail.chart.range] == 7 * 86400


async def test_what_happened_in_ten_minutes() -> None:
    backend = FakeBackend()
    backend.add_change(OltSilent(at=START - 300, olt="olt-1", id=1))
    backend.add_change(OltSilent(at=START - 7200, olt="olt-2", id=2))
    async with console(backend, size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.press("6", "/")
        await desk.type("from:13:55 to:14:05")
        await desk.press("enter")
        await desk.until(lambda: desk.app.view.listing and len(desk.app.view.listing.keys) == 1)
