"""Where a console begins: at a command from the command line, where it burns, or at the first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noc_console.console import commands
from noc_console.console.registry import Action
from noc_console.picture.incidents import counts

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

_SHOWING = frozenset((
    "help", "filter", "filters.use", "problems", "time", "time.at", "time.diff", "handover", "detail", "tab",
    "chart.range", "columns.preset", "records.kind", "incidents.single", "theme", "link", "density",
))  # fmt: skip
"""What only shows something, besides screens and places."""


def only_shows(action: Action) -> bool:
    """Whether it changes nothing but what is seen: a link that somebody sent may do no more."""
    showing = action.id in _SHOWING or action.id.startswith(("screen.", "goto."))
    return showing and action.kind is None and not action.danger


class Opening:
    """Told of each change of the data; begins once everything is read."""

    def __init__(self, app: NocApp) -> None:
        self._app = app
        self._begun = False

    def changed(self) -> None:
        """Begin, if it is time."""
        app = self._app
        if self._begun or not app.desk.model.link.loaded:
            return
        self._begun = True
        app.prompting.prepare()
        if app.settings.first_command:
            self._run(app.settings.first_command)
        elif not (app.settings.screen or app.desk.session.last_key_at) and any(
            counts(app.desk.model, app.now()).values()
        ):
            app.navigation.home = "incidents"
            app.navigation.show("incidents")

    def _run(self, text: str) -> None:
        """The command line's command; whatever it is, the console is open."""
        app = self._app
        try:
            action, argument = commands.parse(text, app.registry)
        except ValueError as error:
            app.say(str(error), "warning")
            return
        if not only_shows(action):
            app.say(f":{action.command} is not run from the command line: it does more than show something", "warning")
        elif app.prompting.prompt.open or len(app.screen_stack) > 1:
            app.say(f":{text} was not run: you were typing already", "warning")
        else:
            # Asked for as by a key: lists must not go back to what burns most.
            app.desk.session.last_key_at = app.now()
            app.act(action, argument)
