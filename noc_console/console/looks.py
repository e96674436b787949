"""How this session looks and what it may do: theme, times, read-only or not, a fresh paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


class Looks:
    """Answers the actions ``theme``, ``time``, ``write`` and ``repaint``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_theme(self, name: str = "") -> None:
        """Another theme."""
        app = self._app
        if name not in app.themes.found:
            raise ValueError(f"no theme {name!r} (there are {', '.join(sorted(app.themes.found))})")
        app.theme = name
        app.palette = app.desk.palette = app.themes.found[name].palette
        app.frame.set_palette(app.palette)
        app.prompting.prompt.set_palette(app.palette)
        app.navigation.set_palette(app.palette)

    def do_time(self, _: str = "") -> None:
        """Relative or by the clock."""
        session = self._app.desk.session
        session.absolute_times = not session.absolute_times
        self._app.navigation.set_palette(self._app.palette)

    def do_density(self, _: str = "") -> None:
        """Compact, and back."""
        session = self._app.desk.session
        session.compact = not session.compact

    def do_write(self, wanted: str = "") -> None:
        """Allow or forbid actions in this session."""
        if wanted not in ("on", "off"):
            raise ValueError(":write wants on or off")
        why = self._app.desk.session.allow_writing(wanted == "on", self._app.now())
        if why:
            raise ValueError(why)
        self._app.say("actions are allowed: RW in the header" if wanted == "on" else "read-only")

    def do_repaint(self, _: str = "") -> None:
        """Repaint everything."""
        self._app.repaint()
