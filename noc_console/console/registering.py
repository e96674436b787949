"""What would register an ONT that waits: chosen, shown, copied; nothing is sent."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from noc_console.console.copying import copy
from noc_console.console.dialogs.choice import Option, choose
from noc_console.console.dialogs.simple import TextScreen
from noc_console.domain.errors import NocError
from noc_console.domain.freshness import format_age
from noc_console.domain.network import Unregistered
from noc_console.picture.registering import fitting, registration, waiting

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


class Registering:
    """Answers the action ``ont.register``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_ont_register(self, argument: str = "") -> None:
        """The named ONT, or one that is chosen of those that wait below the selection."""
        serial, _, preset = argument.strip().partition(" ")
        if serial:
            self._register(serial, preset.strip())
            return
        found = self._waiting()
        if not found:
            raise ValueError("no ONT waits here to be registered (noc-console show unregistered)")
        by_key = dict(zip(ascii_lowercase, found, strict=False))
        options = [Option(key, self._told(one)) for key, one in by_key.items()]
        choose(self._app, "Register which?", options, lambda key: self._say_why(by_key[key].serial))

    def _waiting(self) -> list[Unregistered]:
        """Newest first; of the selected OLT where one is selected."""
        model, olt = self._app.model, self._app.view.selected_olt()
        found = [one for one in model.waiting.values() if olt is None or one.olt_id == olt.id]
        return sorted(found, key=lambda one: -one.first_seen_at)

    def _told(self, one: Unregistered) -> str:
        model, age = self._app.model, format_age(self._app.now() - one.first_seen_at)
        return f"{one.serial}  {model.olt_name(one.olt_id)} {one.port}  {one.model or ''}  waits {age}"

    def _say_why(self, serial: str) -> None:
        try:
            self._register(serial, "")
        except ValueError as error:
            self._app.say(str(error), "warning")

    def _register(self, serial: str, preset: str) -> None:
        app, presets = self._app, self._app.settings.presets
        try:
            ont = waiting(app.model, serial)
            found = fitting(app.model, presets, ont.olt_id)
            if not preset and len(found) > 1:
                by_key = {key: one.name for key, one in zip(ascii_lowercase, found, strict=False)}
                options = [Option(key, f"{name}  {', '.join(self._values(name))}") for key, name in by_key.items()]
                choose(app, f"Register {ont.serial} by", options, lambda key: self._register(serial, by_key[key]))
                return
            told = registration(app.model, presets, app.now(), serial, preset)
        except NocError as error:
            raise ValueError(str(error)) from None

        def closed(wanted: bool | None) -> None:
            if wanted:
                copy(app, "\n".join(told.commands) + "\n", "the commands", f"{len(told.commands)} lines")

        title = "Nothing is sent: y copies the commands"
        app.push_screen(TextScreen(title, told.text, app.registry, app.palette), closed)

    def _values(self, name: str) -> list[str]:
        preset = next(one for one in self._app.settings.presets if one.name == name)
        return [f"{key} {value}" for key, value in preset.values.items()]
