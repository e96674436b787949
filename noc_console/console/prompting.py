"""What is typed at the bottom: filters, live and kept; commands with their completion."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from noc_console.console import commands
from noc_console.console.link import MODES
from noc_console.console.render.onts import PRESETS
from noc_console.console.screens.detail import TABS
from noc_console.console.wallpages import PAGES
from noc_console.console.widgets.prompt import Prompt
from noc_console.domain.actions import JobKind
from noc_console.domain.history import RANGES_S
from noc_console.picture.ont_rows import build_texts

if TYPE_CHECKING:
    from textual.geometry import Offset
    from textual.widget import Widget

    from noc_console.console.app import NocApp

FILTER_SETTLE_S = 0.02
"""Keys that come in one burst are one filter."""
PREPARE_PAUSE_S = 0.02
CATCH_UP_S = 0.5
CATCH_UPS = 20
"""A prompt on a busy machine is waited for so often; one that was taken away meanwhile answers nothing."""


class Prompting:
    """Answers the actions ``command`` and ``filter``, and what becomes of the prompt they open."""

    def __init__(self, app: NocApp) -> None:
        self._app = app
        self._before = ""
        self._pane: Widget | None = None
        """Where the operator was when it was opened."""
        self.problem = ""
        """What is wrong with the filter being typed."""
        self.prompt = Prompt(app.palette, self._complete)

    def open(self, sign: str, text: str = "") -> None:
        """Open it with a text to begin with."""
        self._before = self._app.view.filter.text
        self._pane = self._app.focused
        self.prompt.start(sign, text)
        self._app.run_worker(self._build_texts(), exclusive=True, group="texts", exit_on_error=False)

    def do_command(self, _: str = "") -> None:
        """Open the command line."""
        self.open(":")

    def do_filter(self, text: str = "") -> None:
        """Open the filter line, or set the filter at once."""
        if text:
            self._before = self._app.view.filter.text
            self._set_filter(text, final=True)
        else:
            self.open("/", self._app.view.filter.text)

    def changed(self, sign: str, text: str) -> None:
        """Filter live, once the typing rests; news of a prompt that has ended since are none."""
        if sign == "/" and self.prompt.open and self.prompt.input.value == text:
            self._app.run_worker(self._filter_soon(text), exclusive=True, group="filter", exit_on_error=False)

    async def catch_up(self) -> None:
        """Let the prompt take the key that it was given, and answer it, before the next key is looked at.

        Keys may come in a burst, as from a paste: what follows Enter belongs to the list, not to the prompt.
        """
        if self.prompt.open:
            field, taken = self.prompt.input, asyncio.Event()
            looks = CATCH_UPS if field.call_later(taken.set) else 0
            while looks and field.is_running and not taken.is_set():
                looks -= 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(taken.wait(), CATCH_UP_S)
        self.answer()

    def clicked(self, at: Offset) -> None:
        """A click beside the prompt ends it: a filter holds as it stands, a command is given up."""
        prompt = self.prompt
        if prompt.open and len(self._app.screen_stack) == 1 and not prompt.region.contains_point(at):
            if prompt.sign == "/":
                prompt.submit()
            else:
                prompt.cancel()
            self.answer()

    def answer(self) -> None:
        """Do what was ended and not yet answered."""
        while self.prompt.ended:
            self._done(*self.prompt.ended.pop(0))

    def _done(self, sign: str, text: str, kept: bool) -> None:
        """Keep the filter, drop it, or run the command."""
        self._app.workers.cancel_group(self._app, "filter")
        if sign == ":" and self._pane is not None and self._pane.is_attached and self._app.view in self._pane.ancestors:
            self._app.screen.set_focus(self._pane)  # at once: the command is about the pane that it was typed in
        else:
            self._app.view.go_in()
        if sign == "/":
            self._set_filter(text if kept else self._before, final=True)
        elif kept and text:
            self._app.command(text)

    async def _filter_soon(self, text: str) -> None:
        await asyncio.sleep(FILTER_SETTLE_S)
        await self._build_texts()
        self._set_filter(text)

    def prepare(self) -> None:
        """Make what filters look through while nobody types: the first filter then need not wait for it."""
        self._app.run_worker(self._build_texts(PREPARE_PAUSE_S), exclusive=True, group="prepare", exit_on_error=False)

    async def _build_texts(self, pause_s: float = 0.0) -> None:
        """What the filter will look through, made while the operator still types."""
        for _ in build_texts(self._app.model, self._app.now()):
            await asyncio.sleep(pause_s)

    def _set_filter(self, text: str, final: bool = False) -> None:
        """A bad filter is told and changes nothing."""
        self.problem, view = "", self._app.view
        try:
            wanted = view.parse_filter(self._app.saved_filters.expand(text))
        except ValueError as error:
            if not final:
                self.problem = str(error)
            else:
                if view.filter.text != self._before:  # it was narrowed live while the text was still good
                    view.set_filter(view.parse_filter(self._before))
                self._app.say(f"/{text}: {error}; the filter stays as it was", "warning")
        else:
            view.set_filter(wanted)
        self._app.paint_frame()

    def _complete(self, sign: str, text: str) -> str | None:
        return commands.complete(text, self._app.registry, self._arguments) if sign == ":" else None

    def _arguments(self, action_id: str) -> Iterable[str]:
        model = self._app.model
        known: dict[str, Iterable[str]] = {
            "theme": sorted(self._app.themes.found),
            "write": ("on", "off"),
            "link": MODES,
            "columns.preset": PRESETS,
            "tab": TABS,
            "chart.range": RANGES_S,
            "force": [kind.value for kind in JobKind if kind.level >= 2],
            "goto.olt": [olt.name for olt in model.olts.values()],
            "olt.refresh": [olt.name for olt in model.olts.values()],
            "goto.ont": model.onts.by_identity,
            "screen.incidents": [one.name for one in model.outages.open()],
            "screen.dash": PAGES,
            "screen.ports": [olt.name for olt in model.olts.values()],
        }
        return known.get(action_id, ())
