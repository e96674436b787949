"""Tabs of a detail: their line, and the way from one to another."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell


def tab_line(tabs: Sequence[str], titles: Sequence[str], chosen: str) -> list[Cell]:
    """``[Summary] Optical  TR-069``."""
    cells: list[Cell] = [(" ", "bar")]
    for tab, title in zip(tabs, titles, strict=True):
        cells.append((f"[{title}]", "tab-active") if tab == chosen else (f" {title} ", "tab"))
    return cells


def named_tab(tabs: Sequence[str], name: str) -> str:
    """The tab that begins so; dashes may be left out.

    Raises:
        ValueError: There is none.
    """
    plain = name.lower().replace("-", "")
    found = next((tab for tab in tabs if plain and tab.replace("-", "").startswith(plain)), None)
    if found is None:
        raise ValueError(f"no tab {name!r} (there are {', '.join(tabs)})")
    return found


def turned(tabs: Sequence[str], chosen: str, by: int) -> str:
    """The tab beside this one; after the last comes the first."""
    return tabs[(tabs.index(chosen) + by) % len(tabs)]


def tab_at(tabs: Sequence[str], titles: Sequence[str], x: int) -> str | None:
    """The tab whose title stands in this cell of the line; None beside them."""
    begin = 1
    for tab, title in zip(tabs, titles, strict=True):
        if begin <= x < (begin := begin + len(title) + 2):
            return tab
    return None
