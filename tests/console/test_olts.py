"""The OLTs screen, and writing what a screen lists to a file."""

from __future__ import annotations

import csv
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from noc_console.console.screens.olts import OltsView

from .fake_backend import FakeBackend
from .harness import Desk, console


def view(desk: Desk) -> OltsView:
    found = desk.app.navigation.views["olts"]
    assert isinstance(found, OltsView)
    return found


async def test_olts_are_listed_with_their_health_and_blank_is_blank() -> None:
    backend = FakeBackend()
    hot = replace(backend.olts[1], cpu_percent=95.0, memory_percent=40.0, temperature_celsius=70.0)
    cool = replace(backend.olts[2], cpu_percent=None, memory_percent=None, temperature_celsius=None)
    backend.olts = {1: hot, 2: cool}
    async with console(backend, size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.press("o")
        await desk.shows("95%!")
        await desk.shows("70 °C HOT")
        cells = {column: view(desk)._cell(2, column)[0] for column in ("cpu", "memory", "temperature")}
        assert set(cells.values()) == {""}
        await desk.command("sort cpu")
        assert list(view(desk).table.keys) == [1, 2]
        await desk.command("sort cpu")
        assert list(view(desk).table.keys) == [1, 2]  # without a value: last, either way


async def test_its_tabs_turn_and_enter_leads_to_its_onts_and_back() -> None:
    async with console(size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.command("olts")
        await desk.shows("[Overview]")
        await desk.press("]")
        await desk.shows("TX dBm")
        await desk.press("]")
        await desk.shows("[Activity]")
        await desk.press("j", "enter")
        assert desk.app.navigation.shown == "network"
        assert desk.network.scope is not None and desk.network.scope.olt_id == 2
        await desk.press("escape")
        assert desk.app.navigation.shown == "olts"


async def test_what_is_listed_is_written_with_raw_values_and_never_over_a_file(tmp_path: Path) -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("filter state:offline")
        file = tmp_path / "dark.csv"
        await desk.command(f"export {file}")
        await desk.until(lambda: any("7 rows written to" in text for text in desk.toasts()))
        rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
        assert [row["serial"] for row in rows] == [desk.app.model.onts.identity(row) for row in desk.network.table.keys]
        assert {row["state"] for row in rows} == {"offline"} and "onu_rx_dbm" in rows[0]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await desk.command(f"export csv {file}")
        await desk.until(lambda: any("not written" in text for text in desk.toasts("error")))
        await desk.press("space", "space")
        await desk.command(f"export json {tmp_path / 'two.json'}")
        await desk.until((tmp_path / "two.json").exists)
        await desk.until(lambda: any("2 rows written" in text for text in desk.toasts()))
        assert len(json.loads((tmp_path / "two.json").read_text(encoding="utf-8"))) == 2


@pytest.mark.parametrize("screen", ["inc", "al", "ports", "jobs", "log", "olts", "src", "records-screen", "swaps"])
async def test_every_list_can_be_written(screen: str, tmp_path: Path) -> None:
    async with console(size=(120, 40)) as desk:
        await desk.shows("1 of 96")
        await desk.command(screen)
        for form in ("csv", "json", "svg"):
            file = tmp_path / f"list.{form}"
            await desk.command(f"export {form} {file}")
            await desk.until(lambda file=file: file.exists() and file.stat().st_size > 0)  # type: ignore[misc]


async def test_a_wrong_format_is_told() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("export xlsx list.xlsx")
        assert any("no format 'xlsx'" in text for text in desk.toasts("warning"))
