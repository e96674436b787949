"""Every screen with something on it, at any size, in any theme, at one instant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from incident_samples import blind, incident
from rich.color import Color

from noc_console.console.app import NocApp
from noc_console.console.registry import ACTIONS
from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.audit_log import AuditLog
from noc_console.domain.backups import BACKUPS, Backup
from noc_console.domain.changes import OntDown, OntUp, Severity
from noc_console.domain.handling import HANDLINGS, Handling
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.intents import Act, Confirmation
from noc_console.domain.jobs import JobKind, JobState
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, ZONES, Splitter, Subscriber, Zone
from noc_console.domain.policy import confirmation
from noc_console.domain.swaps import SWAPS, Swap, SwapKind, UnitState
from noc_console.domain.targets import Target

from .fake_backend import AMY, START, FakeBackend
from .harness import Desk, console

SIZES = ((80, 24), (120, 40), (200, 55))
THEMES = ("dark", "light", "mono")

SHOWN: dict[str, tuple[str, ...]] = {
    **{action.id.removeprefix("screen."): (action.id,) for action in ACTIONS if action.id.startswith("screen.")},
    "incidents-impact": ("screen.incidents", "list.open"),
    "config": ("screen.network", "ont.config"),
    "network-tree": ("screen.network", "pane.next", "pane.next"),
    "network-detail": ("screen.network", "detail"),
    "network-chart": ("screen.network", "detail", "chart light", "chart.back"),
    "olt-overview": ("screen.olts", "list.open", "tab overview"),
    "olt-ports": ("screen.olts", "list.open", "tab ports"),
    "olt-activity": ("screen.olts", "list.open", "tab activity"),
}
"""What to look at: its name, and the actions that lead there, some with an argument. A new screen comes by its own."""


RECORDS = ("splitters", "subscribers", "core", "vlans")
ALSO: dict[str, tuple[str, ...]] = {
    **{f"records-{kind}": ("screen.records", f":records {kind}") for kind in RECORDS},
    "record-form": (":write on", "screen.records", ":records zones", "record.edit"),
    "record-form-new": (":write on", "screen.records", ":records splitters", "record.add"),
    "olt-onts": ("screen.olts", "list.open", "tab onts"),
    "olt-backups": ("screen.olts", "list.open", "tab backups"),
    "backup-text": ("screen.olts", "list.open", "tab backups", "list.open"),
    "backup-compared": ("screen.olts", "list.open", "tab backups", "backup.diff"),
    "ont-path": ("screen.network", "ont.path"),
    "register": ("screen.network", "ont.register"),
    "tab-tr-069": ("screen.network", "detail", "tab tr-069"),
    "tab-history": ("screen.network", "detail", "tab history"),
    "tab-jobs": ("screen.network", "detail", "tab jobs"),
    "chart-overlay": ("screen.network", "mark.toggle", "mark.toggle", "mark.toggle", "chart"),
    "marked": ("screen.network", "mark.toggle", "mark.toggle"),
    "reboot-many": (":write on", "screen.network", "mark.toggle", "mark.toggle", "ont.reboot"),
    "factory-reset": (":write on", "screen.network", "ont.factory-reset"),
    "columns": ("screen.network", "columns.choose"),
    "palette": ("screen.incidents", "palette"),
    "copy-menu": ("screen.network", "copy.menu"),
    "jump": ("screen.network", "jump"),
    "shelve": ("screen.incidents", "outage.shelve"),
    "handover": ("screen.incidents", "handover"),
    "nothing-matches": ("screen.onts", ":filter nobody-is-called-so"),
    "menu-incidents": ("screen.incidents", "menu"),
    "menu-olts": ("screen.olts", "menu"),
    "help-jobs": ("screen.jobs", "help"),
}
"""Dialogs and side ways, looked at in one size and one theme only."""


async def troubled() -> FakeBackend:
    """Some of everything: a cut, a silent OLT, alarms, jobs in every state, swaps, plant."""
    backend = FakeBackend()
    for record in (incident(17), blind(16), incident(12, severity=Severity.MAJOR, affected=9, first_loss_at=None)):
        backend.put_record(INCIDENTS, record)
    backend.put_record(HANDLINGS, Handling("INC-16", "amy", START - 100, ack_affected=48))
    hot = Alarm(
        "temperature olt-1 0/1", "temperature", "olt-1 card 0/1", Severity.MAJOR, START - 900, START - 900,
        "61 C, limit 60 C", olt="olt-1",
    )  # fmt: skip
    backend.put_record(ALARMS, hot)
    fan = replace(hot, key="fan olt-2 1", rule="fan", object="olt-2 fan 1", text="fault", severity=Severity.CRITICAL)
    backend.put_record(ALARMS, fan)
    port = replace(hot, key="port olt-1 0/1/2", rule="port_down", object="olt-1 PON 0/1/2", text="41 of 64 ONTs down")
    backend.put_record(ALARMS, replace(port, port="0/1/2", incident=17))
    backend.put_record(ZONES, Zone("north", "both sides of the river"))
    backend.put_record(SPLITTERS, Splitter("SP-7", "olt-1", "0/1/2", ratio=8, zone="north"))
    serial = backend.onts[1].serial
    backend.put_record(SUBSCRIBERS, Subscriber("10442", "Marko Kovac", serial, "SP-7", 3, address="Mill Lane 4"))
    backend.put_record(SWAPS, _swap(1, 5 * 86400.0))
    backend.put_record(SWAPS, _swap(2, -3600.0))
    backend.audit = AuditLog([audited(3), audited(2), audited(1)], "the audit log holds to entry 3")
    for number in (1, 2):
        text = f"sysname olt-1\nvlan 10{number} smart\nsnmp-agent community read ******\n#\nreturn"
        backend.backup_texts[number], at = text, START - 86400 * (3 - number)
        kept = (len(text), 5, f"digest-{number}", "huawei-smartax", "ssh", "schedule", f"olt-1/{number}.cfg.gz")
        backend.put_record(BACKUPS, Backup(number, "olt-1", at, at + 3600, *kept))
    backend.plug_in("HWTC00C0FFEE", "0/1/3")
    _log(backend)
    await _jobs(backend)
    return backend


def audited(number: int, **more: Any) -> dict[str, Any]:
    """An entry of the audit log: 1 a reboot by key, 2 a refusal, 3 an import."""
    entry: dict[str, Any] = {
        "id": number, "at": START - 3600 / number, "actor": "amy", "known_by": "ssh key SHA256:D3fC2vxjbGyVRaa",
        "origin": "noc-1 pts/3 192.0.2.7", "action": "reboot", "target": "HWTC7D4630C3 at olt-1 0/1/3 id 4",
        "reason": "customer calls", "result": "requested", "job_id": 1, "details": '{"confirmed": "typed"}', "form": 2,
    }  # fmt: skip
    if number == 2:
        said = "refused: nora may not do reboot at olt-1: operator at north-*, elsewhere viewer"
        entry |= {"actor": "nora", "known_by": "unix account", "origin": "noc-1 pts/5", "result": said, "job_id": None}
    if number == 3:
        changes = {"changes": {"zone north": {"notes": ["west bank", "both sides of the river"]}}}
        entry |= {"action": "import records", "target": "zones", "reason": "", "result": "1 changed", "job_id": None}
        entry["details"] = json.dumps(changes)
    return {**entry, **more}


def _swap(number: int, due_in_s: float) -> Swap:
    return Swap(
        number, SwapKind.DIAGNOSTIC, f"HWTC0000000{number}", f"HWTC0000001{number}", UnitState.IN_DIAGNOSIS,
        UnitState.ACTIVE_TEMPORARILY, "drops at night", "amy", "noc-1", START - 86400, customer="Ana Almeida",
        due_at=START + due_in_s, revision=1,
    )  # fmt: skip


def _log(backend: FakeBackend) -> None:
    for number in range(2, 30, 3):
        ont, at = backend.onts[number], START - 3600 + number * 60.0
        place: dict[str, Any] = {"olt": f"olt-{ont.olt_id}", "port": ont.port, "ont_id": ont.ont_id}
        place |= {"serial": ont.serial, "description": ont.description}
        backend.add_change(OntDown(at=at, reason="dying_gasp", **place))
        backend.add_change(OntUp(at=at + 40, down_s=40.0, **place))


async def _jobs(backend: FakeBackend) -> None:
    for number, kind in ((3, JobKind.REBOOT), (5, JobKind.FACTORY_RESET), (7, JobKind.REFRESH)):
        ont = backend.onts[number]
        backend.cpes.setdefault(ont.serial or "", replace(next(iter(backend.cpes.values())), serial=ont.serial))
        confirmed = Confirmation(confirmation(kind, ont.identity) or "")
        await backend.ask(AMY, Act(kind, Target.ont(number), "customer called", confirmation=confirmed))
    backend.step(1, JobState.SENT, "task delivered")
    backend.step(1, JobState.VERIFIED, "informed again, uptime 12 s", "back after 74 s")
    backend.step(2, JobState.NO_CONTACT, "no contact, task withdrawn", "no contact: withdrawn")
    backend.step(3, JobState.RUNNING, "reading the OLT")


@asynccontextmanager
async def gallery(backend: FakeBackend, **settings: Any) -> AsyncIterator[Gallery]:
    """The console, wherever it is wanted."""
    async with console(backend, screen="network", **settings) as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        desk.app.workers.cancel_group(desk.app, "feed")  # from here on nothing changes by itself
        yield Gallery(desk)


def do_step(app: NocApp, step: str) -> None:
    """One step of ``SHOWN``: a command, or the id of an action and what it is given."""
    if step.startswith(":"):
        app.command(step[1:])
        return
    action_id, _, argument = step.partition(" ")
    app.act(app.registry.by_id[action_id], argument)


class Gallery:
    """Walks one console through its screens and sizes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def resize(self, size: tuple[int, int]) -> None:
        """Another terminal size."""
        if size != tuple(self.desk.app.screen.size):
            await self.desk.pilot.resize_terminal(*size)
            await self.desk.until(lambda: tuple(self.desk.app.screen.size) == size)
            await self.settle()

    async def wear(self, theme: str) -> None:
        """Another theme, as ``:theme`` does it."""
        if theme != self.desk.app.theme:
            self.desk.app.act(self.desk.app.registry.by_id["theme"], theme)
            await self._painted()

    async def show(self, name: str) -> None:
        """Show one of ``SHOWN`` from its beginning, at rest."""
        app = self.desk.app
        while len(app.screen_stack) > 1:
            app.pop_screen()
        app.network.table.do_mark_none()
        for opened in ("olts", "incidents"):
            app.navigation.views[opened].leave_pane()
        while app._step_back():
            await self.desk.pilot.pause()
        for step in (SHOWN | ALSO)[name]:
            if step.startswith("chart."):
                await self.settle()  # there is a chart before it is read off
            do_step(app, step)
            await self.desk.pilot.pause()
        await self.settle()

    async def settle(self) -> None:
        """Nothing is being read, and nothing moves: what one look shows the next one shows too."""
        app, seen = self.desk.app, ""
        for _ in range(200):
            await self._painted()
            busy = [worker for worker in app.workers if not worker.is_finished]
            before, seen = seen, self.desk.screen()
            if not busy and before == seen:
                return
            await asyncio.sleep(0.02)
        raise TimeoutError(f"the screen does not come to rest: {[worker.name for worker in app.workers]}")

    async def _painted(self) -> None:
        """Without what differs from run to run: passing messages, and how often data came."""
        app = self.desk.app
        app.clear_notifications()
        app.desk.model.link.beats = 2
        app.ticked()
        await self.desk.pilot.pause()

    def svg(self) -> str:
        """What is shown, as a picture."""
        return self.desk.app.export_screenshot(title="NOC Console")

    def colours(self) -> set[Color]:
        """Every colour that is on the screen."""
        strips = self.desk.app.screen._compositor.render_strips(self.desk.app.size)
        styles = {segment.style for strip in strips for segment in strip if segment.style is not None}
        return {colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None}

    def text(self) -> str:
        """What is shown, as text."""
        return "\n".join(line.rstrip() for line in self.desk.screen().splitlines()) + "\n"


Look = Callable[[Gallery, str, tuple[int, int], str], None]


async def walk(
    look: Look,
    names: Iterable[str] = SHOWN,
    sizes: Sequence[tuple[int, int]] = SIZES,
    themes: Sequence[str] = THEMES,
) -> None:
    """Look at screens at each size in each theme, all in one console."""
    async with gallery(await troubled(), size=sizes[0]) as shown:
        for name in names:
            await shown.resize(sizes[0])
            await shown.show(name)
            for size in sizes:
                await shown.resize(size)
                for theme in themes:
                    await shown.wear(theme)
                    look(shown, name, size, theme)
