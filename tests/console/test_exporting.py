"""``:export`` and ``E``: what is listed, the chart or a picture, into a new file for the operator only."""

from __future__ import annotations

import csv
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from noc_console.console.exporting import default_name
from noc_console.domain.jobs import JobState

from .fake_backend import FakeBackend
from .harness import Desk, console


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def told(desk: Desk, text: str) -> str:
    await desk.until(lambda: any(text in said for said in desk.toasts()))
    return next(said for said in desk.toasts() if text in said)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def found_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_list_is_written_as_it_is_filtered_and_sorted_with_bare_values(at_home: Path) -> None:
    backend = FakeBackend()
    first = next(ont for ont in backend.onts.values() if ont.state == "offline")
    backend.put_ont(replace(first, description='=HYPERLINK("x") [red]', revision=first.revision + 1))
    async with console(backend) as desk:
        await desk.press("4")
        await desk.command("filter state:offline")
        await desk.command("sort serial")
        await desk.command("sort serial")
        await desk.command("export csv onts.csv")
        said = await told(desk, "rows written to")
        view = desk.app.view
        assert view.listing is not None
        wanted = [backend.onts[desk.app.model.onts.get(row, "id")].serial for row in view.listing.keys]  # type: ignore[call-overload]
        path = at_home / "onts.csv"
        assert str(path) in said
        rows = table(path)
        assert [row["serial"] for row in rows] == wanted and len(wanted) > 1
        row = next(row for row in rows if row["serial"] == first.serial)
        assert row["description"] == '\'=HYPERLINK("x") [red]'
        assert row["onu_rx_dbm"] == "" and row["state"] == "offline"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_is_there_is_never_overwritten(at_home: Path) -> None:
    (at_home / "mine.json").write_text("precious")
    async with console() as desk:
        await desk.press("4")
        await desk.command("export mine.json")
        await told(desk, "mine.json is there already; name another file")
        await desk.command("export json nowhere/x.json")
        await told(desk, "No such file or directory")
    assert (at_home / "mine.json").read_text() == "precious"


async def test_the_key_writes_csv_under_a_name_of_the_screen_and_the_time(at_home: Path) -> None:
    async with console() as desk:
        await desk.press("o", "E")
        await told(desk, "2 rows written to")
    (path,) = found_in(at_home)
    assert path.name.startswith("noc-olts-20") and path.suffix == ".csv"
    assert [row["name"] for row in table(path)] == ["olt-1", "olt-2"]
    assert table(path)[0]["cpu_percent"] == "14.0"


def _busy() -> FakeBackend:
    import asyncio

    from noc_console.domain.intents import Act
    from noc_console.domain.jobs import JobKind
    from noc_console.domain.targets import Target

    from .fake_backend import AMY

    backend = FakeBackend()
    asyncio.run(backend.ask(AMY, Act(JobKind.REFRESH, Target.ont(1), "customer called")))
    backend.step(1, JobState.VERIFIED, "read", "read again")
    return backend


@pytest.mark.parametrize(
    ("screen", "column"),
    [
        ("net", "serial"),
        ("onts", "onu_rx_dbm"),
        ("olts", "temperature_celsius"),
        ("ports", "offline_percent"),
        ("src", "last_ok_at"),
        ("firmware-spread", "share_percent"),
        ("jobs", "requested_at"),
    ],
)
def test_every_list_has_its_bare_values(at_home: Path, screen: str, column: str) -> None:
    import asyncio

    backend = _busy()

    async def run() -> None:
        async with console(backend) as desk:
            await desk.command(screen)
            await desk.until(lambda: desk.app.view.listing and desk.app.view.listing.keys)
            await desk.command("export out.json")
            await told(desk, "written to")

    asyncio.run(run())
    rows = json.loads((at_home / "out.json").read_text())
    assert rows and column in rows[0]
    assert not column.endswith("_at") or rows[0][column] is None or rows[0][column].endswith("Z")


async def test_a_chart_in_use_is_written_as_its_series_with_gaps(at_home: Path) -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("tab optical")
        await desk.until(lambda: desk.network.detail.chart.drawn)
        await desk.press("enter")
        await desk.command("export csv light.csv")
        await told(desk, "rows written to")
    rows = table(at_home / "light.csv")
    assert list(rows[0]) == ["at", "ont_onu_rx_dbm", "ont_olt_rx_dbm"]
    assert rows[0]["at"].endswith("Z") and float(rows[0]["ont_onu_rx_dbm"]) < -15
    assert "" in {row["ont_onu_rx_dbm"] for row in rows}


async def test_a_picture_shows_the_screen_without_the_prompt(at_home: Path) -> None:
    async with console() as desk:
        await desk.press("o")
        await desk.shows("1 of 2")
        await desk.command("export svg")
        await told(desk, "picture written to")
    (path,) = found_in(at_home)
    text = path.read_text()
    assert text.startswith("<svg") and "olt-1" in text and "export" not in text
    assert "@font-face" not in text and 'xml:space="preserve"' in text


async def test_the_marked_rows_are_written_where_some_are(at_home: Path) -> None:
    async with console() as desk:
        await desk.press("4")
        await desk.shows("1 of 96")
        await desk.press("space", "space")
        await desk.command("export two.json")
        await told(desk, "2 rows written to")
    assert len(json.loads((at_home / "two.json").read_text())) == 2


@pytest.mark.parametrize("wish", ["xlsx list", "xlsx list.xlsx", "list.xlsx"])
async def test_a_form_that_there_is_not_is_told_and_nothing_written(at_home: Path, wish: str) -> None:
    async with console() as desk:
        await desk.press("4")
        await desk.command(f"export {wish}")
        assert any("no format" in said for said in desk.toasts("warning"))
    assert found_in(at_home) == []


def test_a_serial_number_never_leads_to_another_directory() -> None:
    assert "/" not in default_name("../../etc/x\x1b[1m", "csv", 0.0) and "\x1b" not in default_name("\x1b", "csv", 0.0)


async def test_where_nothing_is_listed_it_says_so() -> None:
    async with console() as desk:
        await desk.press("1")
        await desk.command("export")
        assert any("nothing is listed here" in said for said in desk.toasts("warning"))
