"""The palette (ctrl+p): every action of the registry, and every object by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from noc_console.console.keys import command_of, keys_of
from noc_console.domain.incidents.words import words_of
from noc_console.domain.text import fold, visible

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

MOST_OBJECTS = 20
NAMED, OBJECT = 2000.0, 1000.0
"""What actions score that have the typed text in their names, and objects; one that has only its letters comes last."""


class ConsoleCommands(Provider):
    """Feeds Textual's command palette."""

    @property
    def _console(self) -> NocApp:
        app: NocApp = self.app  # type: ignore[assignment]
        return app

    async def discover(self) -> Hits:
        """Everything that can be done here, before anything is typed."""
        for action in self._console.registry.active(self._console.context().scopes - {"list"}):
            if not action.argument or action.keys:
                yield DiscoveryHit(action.title, partial(self._console.act, action), help=self._help(action.id))

    async def search(self, query: str) -> Hits:
        """Actions by title or command, objects by any of their names."""
        matcher, needle = self.matcher(query), fold(query).strip()
        for action in self._console.registry.actions:
            if action.scope == "list":
                continue
            named = f"{action.title} {action.command}"
            score = matcher.match(named) + (NAMED if needle in fold(named) else 0)
            if score > 0:
                run = partial(self._console.prompting.open, ":", f"{action.command} ")
                if not action.argument or action.keys:
                    run = partial(self._console.act, action)
                yield Hit(score, action.title, run, text=action.title, help=self._help(action.id))
        for command, text in self._objects(query):
            # A plain string would be read as markup: a customer called "[/b]" would end the palette.
            yield Hit(OBJECT, Text(visible(text)), partial(self._console.command, command), text=text)

    def _help(self, action_id: str) -> str:
        action = self._console.registry.by_id[action_id]
        return escape(f"{keys_of(action)}  {command_of(action)}".strip())

    def _objects(self, query: str) -> Iterator[tuple[str, str]]:
        model = self._console.desk.model
        needle = fold(query).strip()
        if len(needle) < 3:
            return
        for olt in model.olts.values():
            if needle in fold(olt.name):
                yield f"olt {olt.name}", f"OLT {olt.name}"
        for one in model.outages.open():
            if needle in fold(f"{one.name} {one.place} {words_of(one.cause).told}"):
                yield f"inc {one.name}", f"{one.name}  {words_of(one.cause).told} {one.place}"
        found = 0
        for name, row in model.onts.by_identity.items():
            description = model.onts.get(row, "description") or ""
            if needle in fold(f"{name} {description}"):
                yield f"ont {'mac' if ':' in name else 'sn'}:{name}", f"ONT {name}  {description}"
                found += 1
                if found >= MOST_OBJECTS:
                    return
