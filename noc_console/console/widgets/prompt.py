"""The bottom line for ``/`` filters and ``:`` commands: completion, history, nothing happens before Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from noc_console.console.palette import Palette
from noc_console.console.widgets.lines import LinePane

KEPT = 50
LONGEST = 1000
"""Characters of a paste: more is a mistake, and would be kept in the history."""


class _Completer(Suggester):
    def __init__(self, complete: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text that the beginning may grow into."""
        return self._complete(value)


class PromptInput(Input):
    """Tab completes, arrows walk through the history."""

    def __init__(self, prompt: Prompt, complete: Callable[[str], str | None]) -> None:
        super().__init__(compact=True, select_on_focus=False, suggester=_Completer(complete))
        self.cursor_blink = False
        self._prompt = prompt

    def on_key(self, event: events.Key) -> None:
        """Completion and history."""
        if event.key == "tab":
            self.action_cursor_right()
        elif event.key in ("up", "down"):
            self._prompt.recall(-1 if event.key == "up" else 1)
        elif event.key == "escape" or (event.key == "backspace" and not self.value):
            self._prompt.cancel()
        elif event.key == "enter":
            # At once: as the binding that it is, it would go round by the app, and what follows would be typed here.
            self._prompt.submit()
        else:
            return
        event.stop()
        event.prevent_default()

    def _on_paste(self, event: events.Paste) -> None:
        """Its first line, without what nobody sees: serial numbers copied from a ticket bring such signs along."""
        event.stop()
        event.prevent_default()
        first = next((line for line in event.text.splitlines() if line.strip()), "").strip()
        seen = "".join(c if c.isprintable() else " " * c.isspace() for c in first)[:LONGEST]
        self.insert_text_at_cursor(seen)


class Prompt(Horizontal):
    """Hidden until it is opened as ``/`` or ``:``."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $panel; }
    Prompt > #sign { width: 2; }
    Prompt > Input { width: 1fr; background: $panel; color: $foreground; padding: 0; }
    """

    class Changed(Message):
        """The text grew or shrank."""

        def __init__(self, sign: str, text: str) -> None:
            super().__init__()
            self.sign = sign
            self.text = text

    class Done(Message):
        """Enter or Esc: what was typed is in ``ended``."""

    def __init__(self, palette: Palette, complete: Callable[[str, str], str | None]) -> None:
        """Build it.

        Args:
            palette: Styles.
            complete: (sign, text) to the text that it may grow into.
        """
        super().__init__(id="prompt")
        self.history: dict[str, list[str]] = {"/": [], ":": []}
        self.sign = ""
        self.ended: list[tuple[str, str, bool]] = []
        """Sign, text, and whether it is kept, of what was ended and not yet answered."""
        self._label = LinePane(palette, fill="bar", id="sign")
        self._at = 0
        self.input = PromptInput(self, lambda text: complete(self.sign, text))

    def compose(self) -> ComposeResult:
        """Sign and field."""
        yield self._label
        yield self.input

    @property
    def open(self) -> bool:
        """Whether it is shown."""
        return bool(self.display) and self.sign != ""

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        self._label.set_palette(palette)

    def start(self, sign: str, text: str = "") -> None:
        """Show it."""
        self.sign = sign
        self._at = len(self.history[sign])
        self._label.set_lines([[(f" {sign}", "key")]])
        self.display = True
        self.input.value = text
        self.input.cursor_position = len(text)
        self.screen.set_focus(self.input)

    def stop(self) -> None:
        """Hide it."""
        self.sign = ""
        self.display = False

    def cancel(self) -> None:
        """As Esc."""
        self._end(self.input.value, kept=False)

    def submit(self) -> None:
        """As Enter: remember it."""
        text = self.input.value.strip()
        if text and self.sign:
            past = [entry for entry in self.history[self.sign] if entry != text]
            self.history[self.sign] = [*past, text][-KEPT:]
        self._end(text, kept=True)

    def _end(self, text: str, kept: bool) -> None:
        if self.sign:
            self.ended.append((self.sign, text, kept))
            self.stop()
            self.post_message(self.Done())

    def recall(self, by: int) -> None:
        """An older or newer entry."""
        past: Sequence[str] = self.history[self.sign]
        self._at = max(0, min(len(past), self._at + by))
        self.input.value = past[self._at] if self._at < len(past) else ""
        self.input.cursor_position = len(self.input.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the app."""
        event.stop()
        if self.sign:
            self.post_message(self.Changed(self.sign, event.value))
