"""The registry as text: key names for people, and the key table of docs/keys.md."""

from __future__ import annotations

from noc_console.console.registry import Action, Registry

_NAMES = {
    "escape": "Esc", "backspace": "Backspace", "enter": "Enter", "tab": "Tab", "shift+tab": "Shift+Tab",
    "space": "Space", "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn",
    "home": "Home", "end": "End",
}  # fmt: skip
SCOPE_TITLES = {
    "global": "Everywhere",
    "list": "In lists",
    "incidents": "Incidents",
    "alarms": "Alarms",
    "network": "Network",
    "config": "Configuration",
    "jobs": "Jobs",
    "swaps": "Swaps",
    "records": "Records",
    "routers": "Routers without an ONT",
    "log": "Log",
    "sources": "Sources",
}


def key_name(key: str) -> str:
    """``ctrl+l`` as ``Ctrl+L``, ``escape`` as ``Esc``."""
    if key in _NAMES:
        return _NAMES[key]
    return f"Ctrl+{key[5:].upper()}" if key.startswith("ctrl+") else key


def keys_of(action: Action) -> str:
    """All keys of an action for people."""
    return " ".join(key_name(key) for key in action.keys)


def command_of(action: Action) -> str:
    """``:theme NAME``."""
    return f":{action.command} {action.argument}".rstrip()


def markdown_table(registry: Registry | None = None) -> str:
    """The key table for docs/keys.md, one section per scope."""
    registry = registry or Registry()
    parts = []
    for scope, title in SCOPE_TITLES.items():
        actions = [action for action in registry.actions if action.scope == scope]
        if not actions:
            continue
        parts += [f"**{title}**", "", "| key | command | does |", "|---|---|---|"]
        for action in actions:
            keys = " ".join(_code(key_name(key)) for key in action.keys)
            parts.append(f"| {keys} | {_code(command_of(action))} | {action.title} |")
        parts.append("")
    return "\n".join(parts)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


if __name__ == "__main__":
    print(markdown_table())
