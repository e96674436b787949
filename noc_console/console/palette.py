"""Roles and their styles: the one place where a meaning becomes a colour.

Renderers name roles (``offline``, ``dim``); a theme file says how each one looks. No renderer names a colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from rich.style import Style

_NAMES = """base dim strong accent title head head-sort bar bar-dim bar-strong bar-good bar-warning bar-critical
bar-unknown key cursor cursor-blur mark online offline unknown good warning critical overload stale tab tab-active ro rw
banner danger prompt spark chart-a chart-b chart-warning chart-critical
sev-critical sev-major sev-minor sev-warning sev-unknown sev-cleared"""
ROLES = frozenset(_NAMES.split())


class Palette:
    """Styles by role; a role that the theme leaves out looks like the base."""

    def __init__(self, roles: Mapping[str, str], plain: bool = False) -> None:
        """Parse all styles.

        Args:
            roles: Role to Rich style, such as ``bold #ff7b6b``.
            plain: Whether the theme uses no colour at all.

        Raises:
            rich.errors.StyleSyntaxError: A style cannot be read.
        """
        self.plain = plain
        self.base = Style.parse(roles.get("base", "none"))
        self._styles = {role: self.base + Style.parse(text) for role, text in roles.items()}
        self._overlays = {role: Style.parse(text) for role, text in roles.items()}

    def style(self, role: str) -> Style:
        """The full style of a role, on the base's background."""
        return self._styles.get(role, self.base)

    def overlay(self, role: str) -> Style:
        """Only what the role itself sets, to be laid over another style (the cursor)."""
        return self._overlays.get(role, Style.null())

    def under(self, role: str, cursor: Style) -> Style:
        """A role under the cursor; one with a background of its own keeps it, else its text could vanish."""
        style = self.style(role)
        badge = style.bgcolor is not None and style.bgcolor != self.base.bgcolor
        return style if badge and cursor.bgcolor is not None else style + cursor

    @cached_property
    def chart_colours(self) -> dict[str, tuple[int, int, int] | None]:
        """Foreground of the chart roles as RGB; None without colour."""
        found: dict[str, tuple[int, int, int] | None] = {}
        for role in ("chart-a", "chart-b", "chart-warning", "chart-critical", "dim"):
            colour = self.style(role).color
            triplet = colour.triplet if colour else None
            found[role] = (triplet.red, triplet.green, triplet.blue) if triplet and not self.plain else None
        return found
