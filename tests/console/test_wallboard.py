"""The wallboard: pictures of it, and what it must never do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from incident_samples import blind, incident
from textual.pilot import Pilot

from noc_console.console.dimming import is_dim
from noc_console.console.palette import ROLES, Palette
from noc_console.console.settings import ConsoleSettings
from noc_console.console.wallboard import WallboardApp
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.handling import HANDLINGS, Handling
from noc_console.domain.incidents.incident import Cause, Where
from noc_console.domain.incidents.records import INCIDENTS

from .fake_backend import START, FakeBackend

Compare = Callable[..., bool]


def build(backend: FakeBackend, theme: str = "dark", pages: Sequence[str] = ("incidents",)) -> WallboardApp:
    settings = ConsoleSettings(site="metro-1", theme=theme)
    ansi = True if theme == "mono" else None
    return WallboardApp(backend, settings, now=backend.now, ansi_color=ansi, pages=pages)


def text_of(app: WallboardApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))


async def settle(app: WallboardApp, pilot: Pilot[int]) -> None:
    """Let the feed answer once, then paint."""
    while app.model.link.last_ok_at is None or app.model.link.error:
        app.feed.retry_now()
        await pilot.pause()
    app.model.link.beats = 1
    app._tick()
    await pilot.pause()


def cut(backend: FakeBackend, port: str, left: int, age_s: float = 184.0) -> None:
    """A fibre goes: all ONTs of a port but ``left`` lose their light."""
    onts = [ont for ont in backend.onts.values() if ont.olt_id == 1 and ont.port == port]
    for ont in onts[left:]:
        lost = replace(ont, state="offline", offline_reason="loss_of_signal", state_changed_at=START - age_s)
        backend.put_ont(replace(lost, onu_rx_dbm=None))
    for ont in onts[:left]:
        backend.put_ont(replace(ont, state="online"))


def troubled() -> FakeBackend:
    backend = FakeBackend()
    cut(backend, "0/1/2", left=0)
    cut(backend, "0/1/3", left=4, age_s=3700)
    backend.put_olt(replace(backend.olts[2], reachable=False, error="no answer", last_ok_at=START - 730))
    return backend


def burning() -> FakeBackend:
    """Incidents as the engine tells them, and a port that it has not judged yet."""
    backend = troubled()
    backend.put_record(INCIDENTS, incident(17, rung_at=START - 180))
    power = Where(zone="[b]north[/b]")
    backend.put_record(INCIDENTS, incident(15, cause=Cause.POWER, where=power, affected=118, onts=()))
    backend.put_record(INCIDENTS, blind(16))
    backend.put_record(HANDLINGS, Handling("INC-15", "amy", START - 60, ack_affected=118))
    return backend


def well() -> FakeBackend:
    backend = FakeBackend()
    for ont in list(backend.onts.values()):
        backend.put_ont(replace(ont, state="online", offline_reason=None))
    return backend


def picture(
    compare: Compare, backend: FakeBackend, size: tuple[int, int], theme: str = "dark", late_s: float = 0
) -> bool:
    app = build(backend, theme)

    async def ready(pilot: Pilot[int]) -> None:
        await settle(app, pilot)
        backend.clock += late_s
        app._tick()
        await pilot.pause()

    return compare(app, terminal_size=size, run_before=ready)


@pytest.mark.parametrize("size", [(80, 24), (100, 30)], ids=["80x24", "100x30"])
def test_a_quiet_network(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert picture(snap_compare, well(), size)


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_troubles(snap_compare: Compare, theme: str) -> None:
    assert picture(snap_compare, troubled(), (80, 24), theme)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
def test_incidents(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert picture(snap_compare, burning(), size)


async def test_the_bell_rings_for_a_new_one_and_the_incidents_stay() -> None:
    backend = burning()
    app = build(backend, pages=("map", "incidents"))
    rings: list[int] = []
    app.bell = lambda: rings.append(1)  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(app, pilot)
        backend.clock = START - START % 30 + 60  # the map's turn
        app._tick()
        await pilot.pause()
        assert "some down" in text_of(app)
        assert not rings
        backend.put_record(INCIDENTS, incident(18, rung_at=backend.clock, affected=333))
        backend.poll_all()
        while not rings:
            app.feed.retry_now()
            await pilot.pause()
        assert "333 down" in text_of(app)
        backend.clock += 299
        backend.poll_all()
        app._tick()
        await pilot.pause()
        assert "333 down" in text_of(app)
        assert rings == [1]


async def test_it_is_dim_in_the_hours_of_the_config() -> None:
    backend = well()
    app = build(backend)
    app.settings = replace(app.settings, dim="22:00-06:00")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        day = app._pane.palette
        backend.clock = time.mktime((2026, 11, 21, 22, 0, 0, 0, 0, -1))
        app.ticked()
        night = app._pane.palette
        backend.clock += 8 * 3600
        app.ticked()
        assert app._pane.palette is day
    for role in ROLES:
        for dark, light in zip(_colours(night, role), _colours(day, role), strict=True):
            assert all(a <= b for a, b in zip(dark, light, strict=True)), role
    assert _colours(night, "base") != _colours(day, "base")


def _colours(palette: Palette, role: str) -> list[tuple[int, int, int]]:
    style = palette.style(role)
    return [tuple(colour.triplet) for colour in (style.color, style.bgcolor) if colour and colour.triplet]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("hours", "at", "dim"),
    [
        ("22:00-06:00", (23, 59), True), ("22:00-06:00", (5, 59), True), ("22:00-06:00", (6, 0), False),
        ("01:00-02:30", (2, 29), True), ("01:00-02:30", (0, 59), False), ("08:00-08:00", (8, 0), False),
        (None, (3, 0), False),
    ],
)  # fmt: skip
def test_hours_may_go_over_midnight(hours: str | None, at: tuple[int, int], dim: bool) -> None:
    assert is_dim(hours, time.mktime((2026, 11, 21, *at, 0, 0, 0, -1))) is dim


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_stale_data_says_so_over_everything(snap_compare: Compare, theme: str) -> None:
    assert picture(snap_compare, troubled(), (80, 24), theme, late_s=300)


async def test_it_goes_stale_by_the_clock_alone_and_comes_back() -> None:
    backend = well()
    app = build(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert "STALE" not in text_of(app)
        backend.clock += 118
        app._tick()
        await pilot.pause()
        assert "D A T A   S T A L E   since 14:05:23" in text_of(app)
        backend.poll_all()
        revision = backend.revision
        while app.feed.revisions.get("all", 0) < revision:
            app.feed.retry_now()
            await pilot.pause()
        app._tick()
        await pilot.pause()
        assert "S T A L E" not in text_of(app)
        assert "no incident, no PON port and no OLT is down" in text_of(app)


async def test_without_any_data_it_does_not_look_well() -> None:
    backend = FakeBackend()
    backend.fail_with = SourceUnavailable("connection refused", "database")
    app = build(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        while app.model.link.error is None:
            await pilot.pause()
        app._tick()
        await pilot.pause()
        assert "NO DATA SO FAR" in text_of(app)
        assert "nothing is known, because no data arrives" in text_of(app)
        assert "connection refused" in text_of(app)


async def test_only_q_does_anything_and_nothing_is_ever_submitted() -> None:
    backend = troubled()
    app = build(backend)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        before = text_of(app)
        await pilot.press("R", "Z", "r", ":", "enter", "escape", "j", "?", ".", "ctrl+p", "x")
        assert text_of(app) == before
        assert not backend.asked
        await pilot.press("q")
    assert app.return_code == 0
    assert backend.closed


async def test_a_crash_leaves_one_line_and_no_values(tmp_path: Path) -> None:
    backend = well()
    app = WallboardApp(backend, ConsoleSettings(log_file=tmp_path / "log"), now=backend.now)
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=(80, 24)) as pilot:
            app.call_later(lambda password="hunter2": 1 // 0)  # type: ignore[misc]
            while app.crash_line is None:
                await pilot.pause()
    assert "ZeroDivisionError at test_wallboard.py" in (app.crash_line or "")
    assert "hunter2" not in (tmp_path / "log").read_text()


def test_no_action_code_is_imported() -> None:
    code = "import sys, noc_console.console.wallboard; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "noc_console.console.shell" in loaded
    for name in ("actions", "acting", "app", "dialogs.guarded", "desk"):
        assert f"noc_console.console.{name}" not in loaded
