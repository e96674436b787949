"""Focus that is there at once: Textual sets it after the keys that wait already, which then go to the wrong list."""

from __future__ import annotations

from typing import Self

from textual.widget import Widget


class FocusAtOnce(Widget):
    """A widget whose next key is its own. Among bases it stands last: Textual takes styles from the first alone."""

    def focus(self, scroll_visible: bool = True) -> Self:
        """Take the focus; later, as Textual does, where it cannot have it yet."""
        if self.is_attached and self.display and self.focusable:
            self.screen.set_focus(self, scroll_visible)
            return self
        return super().focus(scroll_visible)
