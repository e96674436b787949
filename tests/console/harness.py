"""The console on the fake network, driven by keys; waiting is for conditions, never for time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from services import PATIENCE_S
from textual.pilot import Pilot

from noc_console.console.app import NocApp
from noc_console.console.render.cells import plain
from noc_console.console.screens.network import NetworkView
from noc_console.console.settings import ConsoleSettings

from .fake_backend import AMY, FakeBackend


def build(backend: FakeBackend, **settings: Any) -> NocApp:
    """The app on a fake backend and its clock."""
    given: dict[str, Any] = {"site": "metro-1", "operator": AMY, **settings}
    mono = given.get("theme") == "mono"
    return NocApp(backend, ConsoleSettings(**given), now=backend.now, ansi_color=True if mono else None)


class Desk:
    """The running console as an operator sees it."""

    def __init__(self, app: NocApp, pilot: Pilot[int], backend: FakeBackend) -> None:
        self.app = app
        self.pilot = pilot
        self.backend = backend
        self._said: list[tuple[str, str]] = []
        notify = app.notify

        def keep(message: str, **given: Any) -> None:
            self._said.append((given.get("severity", "information"), message))
            notify(message, **given)

        app.notify = keep  # type: ignore[method-assign, assignment]

    @property
    def network(self) -> NetworkView:
        return self.app.network

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if c == " " else c for c in text))

    async def command(self, text: str) -> None:
        """A command, its letters at once; ``type`` presses key by key."""
        await self.press(":")
        self.app.prompting.prompt.input.value = text
        await self.press("enter")

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for a condition; wakes the feed and runs the clock's tick while waiting.

        The pauses grow: a tick paints, and on a busy machine ticks every 20 ms leave no time for what they wait for.
        """
        pause_s = 0.02
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.app.feed.retry_now()
                self.app._tick()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 1.2, 0.5)

    async def shows(self, text: str) -> None:
        """Wait until the screen shows a text."""
        try:
            await self.until(lambda: text in self.screen())
        except TimeoutError:
            raise AssertionError(f"never shown: {text!r}\n{self.screen()}") from None

    def screen(self) -> str:
        """What is on the screen, as text."""
        lines = self.app.screen._compositor.render_strips(self.app.size)
        return "\n".join(strip.text for strip in lines)

    def toasts(self, severity: str | None = None) -> list[str]:
        """Messages that were put up since the start: toasts go after some seconds, however busy the machine is."""
        return [message for said_as, message in self._said if severity in (None, said_as)]

    def serial(self) -> str | None:
        """Serial under the cursor."""
        ont = self.network.selected_ont()
        return ont.serial if ont else None

    def detail(self) -> str:
        """Text of the detail pane: whom it is about, and what it says."""
        return plain([*self.network.detail.who.lines, *self.network.detail.body.lines])


@asynccontextmanager
async def console(
    backend: FakeBackend | None = None, size: tuple[int, int] = (120, 40), **settings: Any
) -> AsyncIterator[Desk]:
    """Run the console until the block ends."""
    backend = backend or FakeBackend()
    app = build(backend, **settings)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, backend)
        if backend.fail_with is None:
            await desk.until(lambda: app.desk.model.link.last_ok_at is not None)
        yield desk
