"""The footer: the keys that are of use now, and the way to the other screens; a click presses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events

from noc_console.console.keys import key_name
from noc_console.console.palette import Palette
from noc_console.console.registry import SCREENS, Action, Registry
from noc_console.console.render.cells import Cell, Line, spread, width_of
from noc_console.console.widgets.lines import LinePane

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

WORDY = 100
"""Cells from which there is room for the screens' whole names."""
EVERYWHERE = ("filter", "menu", "command", "help")
"""What the footer ends with: they are of use on every screen."""
Press = Callable[[Action], None]
Spans = list[tuple[range, Action]]
"""Cells of the line, and what a click there does."""


class Footer(LinePane):
    """One line of keys, or what is told in their place."""

    def __init__(self, palette: Palette, press: Press, id: str) -> None:
        super().__init__(palette, fill="bar", id=id)
        self._press = press
        self._spans: Spans = []

    def offer(self, spans: Spans) -> None:
        """What a click in these cells does; nothing while a message stands there."""
        self._spans = spans

    def on_click(self, event: events.Click) -> None:
        """The key that is named there."""
        action = next((action for cells, action in self._spans if event.x in cells), None)
        if action is not None:
            self._press(action)


def offered(app: NocApp) -> list[Action]:
    """What can be done where the operator stands. A refresh that must wait some seconds stays: it would blink."""
    context = replace(app.context(), refresh_wait_s=0.0)
    named = [action for action in app.registry.active(context.scopes) if action.footer]
    return [a for a in named if a.why_disabled(context) is None and (a.kind or app.responder(a.method))]


def ordered(active: Sequence[Action]) -> list[Action]:
    """What the footer names: what is done here, then what can be done everywhere."""
    named = [action for action in active if action.footer and action.keys]
    here = [action for action in named if action.id not in EVERYWHERE]
    return here + [action for name in EVERYWHERE for action in named if action.id == name]


def keys_line(actions: Sequence[Action], width: int) -> tuple[list[Cell], Spans]:
    """As many of the keys as fit; the help is always one of them."""
    cells: list[Cell] = []
    spans: Spans = []
    vital = [action for action in actions if action.id == "help"]
    room = width - sum(width_of(_named(action)) for action in vital)
    for action in actions:
        named = _named(action)
        size = width_of(named)
        if action not in vital and size > room:
            continue
        room -= 0 if action in vital else size
        start = width_of(cells)
        spans.append((range(start, start + size), action))
        cells += named
    return cells, spans


def screens_line(registry: Registry, titles: dict[str, str], shown: str, wordy: bool) -> list[tuple[Line, Action]]:
    """The screens with their keys: by their names, or where there is less room by their commands."""
    parts: list[tuple[Line, Action]] = []
    for name in SCREENS:
        action = registry.by_id[f"screen.{name}"]
        role = "bar-strong" if name == shown else "bar-dim"
        key = action.keys[0] if action.keys else ""
        parts.append(([(f" {key}", "key"), (f" {titles[name] if wordy else action.command}", role)], action))
    return parts


def footer_line(
    registry: Registry, titles: dict[str, str], shown: str, active: Sequence[Action], width: int
) -> tuple[Line, Spans]:
    """The keys on the left; on the right the screens, where there is room for all of them."""
    left, spans = keys_line(ordered(active), width)
    for wordy in (True, False) if width >= WORDY else (False,):
        parts = screens_line(registry, titles, shown, wordy)
        right: list[Cell] = [*(cell for line, _ in parts for cell in line), (" ", "bar")]
        at = width - width_of(right)
        if at > width_of(left):
            for line, action in parts:
                spans.append((range(at, at + width_of(line)), action))
                at += width_of(line)
            return spread(left, right, width, "bar"), spans
    return left, spans


def _named(action: Action) -> list[Cell]:
    return [(f" {key_name(action.keys[0])} ", "key"), (f"{action.footer} ", "bar-dim")]
