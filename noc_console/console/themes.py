"""Theme files: found, read, checked. A bad file is reported by name and reason and never stops the console."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, cast

from rich.errors import StyleSyntaxError
from textual.color import Color, ColorParseError
from textual.theme import Theme

from noc_console.config.bounded import read_text
from noc_console.console.palette import ROLES, Palette

FALLBACK = "dark"
_KEYS = frozenset(("name", "dark", "ansi", "colors", "variables", "roles"))
_NAMES = "primary secondary accent warning error success foreground background surface panel boost"
_COLOURS = frozenset(_NAMES.split())


@dataclass(frozen=True, slots=True)
class NocTheme:
    """A theme for Textual's own widgets and a palette for ours."""

    textual: Theme
    palette: Palette


@dataclass(slots=True)
class Themes:
    """All usable themes by name, and what was wrong with the others."""

    found: dict[str, NocTheme] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def load_themes(env: Mapping[str, str] = os.environ) -> Themes:
    """Read every theme file; of two with one name, the user's wins over the shipped one."""
    themes = Themes()
    for file in _files(env):
        try:
            theme = read_theme(tomllib.loads(read_text(file)))
        except (OSError, ValueError) as error:
            themes.problems.append(f"theme {file}: {error}")
        else:
            themes.found[theme.textual.name] = theme
    if FALLBACK not in themes.found:
        themes.found[FALLBACK] = NocTheme(Theme(name=FALLBACK, primary="#5b9bd5"), Palette({}, plain=True))
    return themes


def read_theme(data: Mapping[str, Any]) -> NocTheme:
    """Check one file's content and build the theme.

    Raises:
        ValueError: What is wrong, with the key.
    """
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError('needs a name = "..."')
    _refuse_unknown(data, _KEYS, "key")
    colours, roles = dict(_strings(data, "colors")), _strings(data, "roles")
    _refuse_unknown(colours, _COLOURS, "colour")
    _refuse_unknown(roles, ROLES, "role")
    if "primary" not in colours or "base" not in roles:
        raise ValueError("needs at least colors.primary and roles.base")
    for key, colour in colours.items():
        try:
            Color.parse(colour)
        except ColorParseError:
            raise ValueError(f"colors.{key}: {colour!r} is no colour") from None
    ansi = bool(data.get("ansi", False))
    try:
        palette = Palette(roles, plain=ansi)
    except StyleSyntaxError as error:
        raise ValueError(f"roles: {error}") from None
    theme = Theme(name=name, primary=colours.pop("primary"), dark=bool(data.get("dark", True)), ansi=ansi)
    theme = replace(theme, variables=_strings(data, "variables"), **cast(dict[str, Any], colours))
    theme.to_color_system().generate()
    return NocTheme(theme, palette)


def choose_theme(wanted: str | None, themes: Themes, env: Mapping[str, str] = os.environ) -> str:
    """Name of the theme to start with: the wanted one if there is such, else what the terminal can show."""
    if wanted and wanted in themes.found:
        return wanted
    if wanted:
        themes.problems.append(f"there is no theme {wanted!r}; known: {', '.join(sorted(themes.found))}")
    fitting = "mono" if env.get("NO_COLOR") else "ansi16" if _few_colours(env) else FALLBACK
    return fitting if fitting in themes.found else FALLBACK


def _few_colours(env: Mapping[str, str]) -> bool:
    """Whether the terminal shows 16 colours at most; ``COLORTERM`` and ``-256color`` tell of more."""
    term = env.get("TERM", "")
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith(("-256color", "-direct")):
        return False
    bare = term.split("-")[0] in ("linux", "screen") or term.startswith("vt")
    return bare or term.endswith(("-8color", "-16color", "-color"))


def _files(env: Mapping[str, str]) -> Iterator[Path]:
    """Shipped first, so that later ones replace them."""
    package = Path(str(resources.files("noc_console")))
    shipped = package / "_themes"
    folders = [shipped if shipped.is_dir() else package.parent / "themes"]
    folders.append(Path(env.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "noc-console" / "themes")
    if env.get("NOC_THEMES"):
        folders.append(Path(env["NOC_THEMES"]))
    for folder in folders:
        yield from sorted(folder.glob("*.toml"))


def _strings(data: Mapping[str, Any], key: str) -> dict[str, str]:
    table = data.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise ValueError(f"[{key}] must hold only texts")
    return table


def _refuse_unknown(table: Mapping[str, Any], known: frozenset[str], what: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise ValueError(f"unknown {what} {unknown[0]!r} (known: {', '.join(sorted(known))})")
