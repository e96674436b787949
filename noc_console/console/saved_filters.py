"""Filters with names, per screen: saved, chosen, used in the ``/`` line as ``@NAME``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noc_console.console.dialogs.choice import choose, lettered

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


class SavedFilters:
    """Answers the actions ``filters.*``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app
        self.by_screen: dict[str, dict[str, str]] = {}
        """Text by name, by screen."""

    @property
    def _saved(self) -> dict[str, str]:
        return self.by_screen.setdefault(self._app.navigation.shown, {})

    def expand(self, text: str) -> str:
        """The text of ``@NAME``; what is none stays as it is.

        Raises:
            ValueError: No filter has this name on this screen.
        """
        if not text.startswith("@"):
            return text
        name = text[1:].strip()
        if name not in self._saved:
            known = ", ".join(f"@{one}" for one in self._saved) or "F saves the one that is set"
            raise ValueError(f"no saved filter @{name} on this screen ({known})")
        return self._saved[name]

    def do_filters_save(self, name: str = "") -> None:
        """Save the filter that is set."""
        text = self._app.view.filter.text
        if not text:
            raise ValueError("no filter is set: / sets one")
        if not name.strip():
            self._app.action_open_prompt(":", "save-filter ")
            return
        self._saved[name.strip().removeprefix("@")] = text
        self._app.say(f"saved: @{name.strip().removeprefix('@')} is /{text}")

    def do_filters_use(self, name: str = "") -> None:
        """Set a saved one; without a name choose."""
        if name.strip():
            self._use(name.strip().removeprefix("@"))
            return
        if not self._saved:
            raise ValueError("no filter is saved on this screen: / sets one, F saves it")
        options = lettered([(f"@{one}", f"/{text}") for one, text in self._saved.items()])
        names = {option.key: option.text.removeprefix("@") for option in options}
        choose(self._app, "Saved filters", options, lambda key: self._use(names[key]))

    def do_filters_drop(self, name: str = "") -> None:
        """Forget one."""
        self.expand(f"@{name.strip().removeprefix('@')}")
        del self._saved[name.strip().removeprefix("@")]

    def _use(self, name: str) -> None:
        self._app.prompting.do_filter(self.expand(f"@{name}"))
