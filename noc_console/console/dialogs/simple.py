"""Help, action menu and quit."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.dialogs.boxes import BOX_CSS, Dialog, Picking, Reading, key_of
from noc_console.console.glyphs import Glyphs
from noc_console.console.keys import SCOPE_TITLES, command_of, keys_of
from noc_console.console.palette import Palette
from noc_console.console.registry import Action, Context, Registry, fits
from noc_console.console.render.cells import Cell, Line, fit, wrap
from noc_console.console.screens.view import Say
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.text import fold

LEGEND = (
    "+ online   - OFFLINE   ? unknown (nobody could ask)   ~ late   ! stale   x source dead   ( ) old value",
    "W weak light   C critical light   O too strong   !! all down   * marked   > 5m: so for 5 minutes at least",
    "/ takes words and olt:olt-1 state:los rx:<-27 age:>5m !signal:good; in the Log also since:2h from:14:00 to:14:30 "
    "sev:major kind:incident; in Incidents and Alarms sev:C,M,? cause:fibre state:unacked port:0/3/7 business:yes",
    "C critical M major m minor W warning ? we are blind; then * nobody has it  - over, unseen  z shelved  m planned  "
    "i explained by an incident  o out of service  f flapping",
    "RX 24H: each ONT's own change, full height is 3 dB or more   ages: in steps of 10 s, in lists of 1 min",
    "* behind a value: not verified on this model of OLT   + in the tree: ONTs to be registered",
)


class HelpScreen(Reading[None]):
    """Every key and command that works here, and what the signs mean; ``/`` narrows it."""

    DEFAULT_CSS = BOX_CSS.format(name="HelpScreen", size="width: 96; max-width: 96%; height: 90%;")

    def __init__(self, registry: Registry, scopes: Sequence[str], context: Context, palette: Palette) -> None:
        super().__init__("Help", "/ search   Esc closes", registry, palette)
        self._scopes = scopes
        self._about = context
        self._needle = ""
        self._typing = False

    def took(self, event: events.Key) -> bool:
        """Search letters while typing; ``/`` begins, ``?`` closes."""
        if self._typing:
            self._type(event)
        elif event.character == "/":
            self._typing, self._needle = True, ""
        elif event.character == "?":
            self.leave()
        else:
            return False
        self._fill()
        return True

    def _type(self, event: events.Key) -> None:
        if event.key == "escape":
            self._typing, self._needle = False, ""
        elif event.key == "enter":
            self._typing = False
        elif event.key == "backspace":
            self._needle = self._needle[:-1]
        elif event.is_printable and event.character:
            self._needle += event.character

    def lines(self, width: int) -> list[Line]:
        """The search, the keys by where they work, the signs."""
        lines: list[Line] = []
        if self._typing or self._needle:
            lines.append([(" /", "prompt"), (self._needle, "strong"), ("_" if self._typing else "", "prompt")])
        for scope, title in SCOPE_TITLES.items():
            if scope not in self._scopes:
                continue
            shown = (a for a in self._registry.active((scope,)) if self._wanted(a))
            rows = [row for a in shown for row in self._rows(a, width)]
            if rows:
                lines += [[(f" {title}", "title")], *rows, ()]
        if not self._needle:
            lines.append([(" Signs", "title")])
            lines += [[(f"  {row}", "base")] for text in LEGEND for row in wrap(text, max(20, width - 4))]
        return lines

    def _wanted(self, action: Action) -> bool:
        text = f"{action.title} {action.command} {keys_of(action)} {action.id}"
        return fold(self._needle) in fold(text)

    def _rows(self, action: Action, width: int) -> list[Line]:
        """Keys, command, what it does, why not now, its id: on as many lines as that takes."""
        keys, command = f"  {fit(keys_of(action), 14)}", f"{fit(command_of(action), 18)} "
        title, *more = wrap(action.title, max(20, width - len(keys) - len(command)))
        lines: list[Line] = [[(keys, "accent"), (command, "dim"), (title, "base")]]
        told = [(row, "base") for row in more] + [("typed confirmation", "warning")] * bool(action.danger)
        if (why := action.why_disabled(self._about)) is not None:
            told += [(row, "warning") for row in wrap(f"not now: {why}", max(20, width - len(keys) - len(command)))]
        if self._needle:
            told.append((f"id {action.id}", "dim"))
        return lines + [[(" " * (len(keys) + len(command)), "base"), part] for part in told]


class TextScreen(Reading[bool]):
    """A text to read; True when it is to be copied."""

    DEFAULT_CSS = BOX_CSS.format(name="TextScreen", size="width: 110; max-width: 96%; height: auto; max-height: 90%;")

    def __init__(self, title: str, text: str, registry: Registry, palette: Palette) -> None:
        super().__init__(title, "y copies   Esc closes", registry, palette)
        self._text = text

    def took(self, event: events.Key) -> bool:
        """``y`` copies."""
        if event.character == "y":
            self.leave(True)
        return event.character == "y"

    def lines(self, width: int) -> list[Line]:
        """The text, wrapped."""
        rows = [row for text in self._text.splitlines() for row in wrap(text, max(20, width - 2)) or [""]]
        self.content.styles.height = len(rows)
        return [[(f" {row}", "base")] for row in rows]


class MenuScreen(Picking[str]):
    """Actions on the selection; what cannot be done says why. Returns the chosen action's id."""

    DEFAULT_CSS = BOX_CSS.format(name="MenuScreen", size="width: 80; max-width: 96%; height: auto; max-height: 90%;")

    def __init__(self, registry: Registry, context: Context, title: str, palette: Palette, glyphs: Glyphs) -> None:
        self._about = context
        self._actions = {a.id: a for a in registry.active(context.scopes) if a.menu and fits(a, context)}
        columns = (Column("key", "KEY", 3), Column("title", "ACTION", 34), Column("why", "", 20, flex=True))
        super().__init__(title, "Enter does it   Esc closes", registry, columns, palette, glyphs)

    def rows(self) -> list[Hashable]:
        """The actions' ids."""
        return list(self._actions)

    def direct(self, event: events.Key) -> Hashable | None:
        """An action's own key."""
        return next((a.id for a in self._actions.values() if key_of(event) in a.keys), None)

    def on_key(self, event: events.Key) -> None:
        """The key that opened it closes it."""
        if event.character == ".":
            self.leave()

    def chosen(self, key: Hashable) -> None:
        """Do it, or say why not."""
        action = self._actions[str(key)]
        if (why := action.why_disabled(self._about)) is None:
            self.leave(action.id)
        else:
            self.app.post_message(Say(f"{action.title}: {why}", "warning"))

    def cell(self, key: Hashable, column: str) -> Cell:
        """Key, title, why it cannot be done."""
        action = self._actions[str(key)]
        why = action.why_disabled(self._about)
        if column == "key":
            return keys_of(action), "dim" if why else "accent"
        if column == "why":
            return (why, "dim") if why else ("typed confirmation" if action.danger else "", "dim")
        return action.title, "dim" if why else ("warning" if action.danger else "base")


class QuitScreen(Dialog[bool]):
    """Quit? y/N. Tells what is unfinished."""

    DEFAULT_CSS = BOX_CSS.format(name="QuitScreen", size="width: 60; max-width: 96%; height: auto;")

    def __init__(self, palette: Palette, unfinished: Sequence[str]) -> None:
        super().__init__()
        self._lines: list[Line] = [[(" Leave NOC Console?", "title")]]
        self._lines += [[(f" {row}", "warning")] for text in unfinished for row in wrap(text, 54)]
        self._lines.append([(" y ", "key"), (" leave     ", "base"), ("any other key", "key"), (" stay", "base")])
        self._pane = LinePane(palette, id="quit")

    def compose(self) -> ComposeResult:
        """A small box."""
        with Container(id="box"):
            yield self._pane

    def on_mount(self) -> None:
        """Fill it."""
        self._pane.styles.height = len(self._lines)
        self._pane.set_lines(self._lines)

    def on_key(self, event: events.Key) -> None:
        """Only y leaves."""
        event.stop()
        event.prevent_default()
        self.leave(event.character == "y" or event.key == "ctrl+q")
