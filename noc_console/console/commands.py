"""The ``:`` line: reading a command, and completing one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from noc_console.console.registry import Action, Registry

SYNONYMS = {
    "q": "quit", "quit": "quit", "q!": "quit-now", "network": "screen.network", "sources": "screen.sources",
    "wall": "screen.dash", "h": "help", "factory": "ont.factory-reset",
}  # fmt: skip
"""Further names, by action id."""


def parse(text: str, registry: Registry) -> tuple[Action, str]:
    """Action and argument of a command.

    Raises:
        ValueError: There is no such command; says which is near.
    """
    name, _, argument = text.strip().partition(" ")
    action = registry.by_command.get(name.lower()) or registry.by_id.get(SYNONYMS.get(name.lower(), name.lower()))
    if action is not None:
        return action, argument.strip()
    near = difflib.get_close_matches(name.lower(), registry.by_command, n=1)
    raise ValueError(f"no command :{name}" + (f" (did you mean :{near[0]}?)" if near else " (? lists them)"))


def complete(text: str, registry: Registry, arguments: Callable[[str], Iterable[str]]) -> str | None:
    """The text grown to the first command, or the first argument, that begins with it."""
    name, blank, rest = text.partition(" ")
    if not blank:
        return next(
            (command for command in sorted(registry.by_command) if name and command.startswith(name.lower())), None
        )
    action = registry.by_command.get(name.lower())
    if action is None or not rest:
        return None
    found = next((value for value in arguments(action.id) if value.lower().startswith(rest.lower())), None)
    return f"{name} {found}" if found else None
