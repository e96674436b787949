"""Pictures of the main screens. Few and small: what they cannot show is asserted elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from noc_console.domain.jobs import JobState

from .fake_backend import AMY, FakeBackend
from .harness import Desk, build

Compare = Callable[..., bool]


def _sparks_are_drawn(desk: Desk) -> bool:
    """Whether all ONTs in view that have a light history have it; the view gets its last row after the first fetch."""
    in_view = set(desk.network.table.in_view())
    onts = (ont for ont in desk.backend.onts.values() if desk.app.desk.model.onts.row_of.get(ont.id) in in_view)
    return {ont.serial for ont in onts if ont.last_onu_rx_dbm is not None} <= desk.network.cells.sparks.keys() != set()


def picture(snap_compare: Compare, size: tuple[int, int], theme: str, *keys: str, **given: Any) -> bool:
    """Start on the fake network, press the keys, compare."""
    backend = given.pop("backend", None) or FakeBackend()
    app = build(backend, theme=theme, **given)

    async def ready(pilot: Pilot[int]) -> None:
        desk = Desk(app, pilot, backend)
        await desk.until(lambda: app.desk.model.link.last_ok_at is not None)
        await desk.until(lambda: _sparks_are_drawn(desk))
        for key in keys:
            await pilot.press(key)
        await desk.until(lambda: True)
        app.workers.cancel_group(app, "feed")  # what comes now would be one beat more
        app.desk.model.link.beats = 2
        app.clear_notifications()
        app.paint_frame()
        await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=ready)


@pytest.mark.parametrize("theme", ["dark", "mono"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_network(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert picture(snap_compare, size, theme)


def test_network_sort_letters(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", "s")


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_reboot_dialog_read_only(snap_compare: Compare, theme: str) -> None:
    assert picture(snap_compare, (80, 24), theme, "R")


def test_help(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", "?")


def test_menu(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", ".")


def _with_jobs() -> FakeBackend:
    import asyncio

    from noc_console.domain.intents import Act, Confirmation
    from noc_console.domain.jobs import JobKind
    from noc_console.domain.policy import confirmation
    from noc_console.domain.targets import Target

    backend = FakeBackend()

    async def fill() -> None:
        for number, kind in ((3, JobKind.REBOOT), (5, JobKind.FACTORY_RESET), (7, JobKind.REFRESH)):
            ont = backend.onts[number]
            backend.cpes.setdefault(ont.serial or "", replace(next(iter(backend.cpes.values())), serial=ont.serial))
            confirmed = Confirmation(confirmation(kind, ont.identity) or "")
            await backend.ask(AMY, Act(kind, Target.ont(number), "customer called", confirmation=confirmed))

    asyncio.run(fill())
    backend.step(1, JobState.SENT, "task delivered")
    backend.step(1, JobState.VERIFIED, "informed again, uptime 12 s", "back after 74 s")
    backend.step(2, JobState.NO_CONTACT, "no contact, task withdrawn", "no contact: withdrawn")
    backend.step(3, JobState.RUNNING, "reading the OLT")
    return backend


@pytest.mark.parametrize("size", [(80, 24), (160, 40)], ids=["80x24", "160x40"])
def test_jobs(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "dark", "5", "j", backend=_with_jobs())


def test_sources(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", "0")
