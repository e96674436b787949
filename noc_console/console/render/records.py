"""Records of any kind as table cells and as the page of one record; the declaration says what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len

from noc_console.console.render.cells import Cell, Line, wrap
from noc_console.console.render.times import when
from noc_console.console.widgets.columns import Column
from noc_console.domain.freshness import format_age
from noc_console.domain.records import Key, RecordKind

LABEL = 18


KEY_WIDTH = 24
"""The key has so many cells at most, where it needs them."""


def columns_of(kind: RecordKind[Any], keys: Iterable[Key] = ()) -> tuple[Column, ...]:
    """The columns of its list; those of the key stay when the others are scrolled, and are as wide as ``keys`` need."""
    texts = ([cell_len(value) for value in values if isinstance(value, str)] for values in zip(*keys, strict=True))
    needs = {name: max(widths, default=0) for name, widths in zip(kind.key, texts, strict=False)}
    return tuple(
        Column(
            one.key,
            one.heading.upper(),
            max(one.width, len(one.heading), min(KEY_WIDTH, needs.get(one.key, 0))),
            right=one.right,
            flex=one.flex,
            frozen=one.key in kind.key,
        )
        for one in kind.columns
    )


def cell(facts: Mapping[str, Any], key: str, now: float, absolute: bool) -> Cell:
    """One cell."""
    return text_of(key, facts.get(key), now, absolute), "base"


def text_of(key: str, value: Any, now: float, absolute: bool) -> str:
    """A fact for people; what is missing is blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and key.endswith("_at"):
        return when(float(value), now, absolute)
    if isinstance(value, int | float) and key.endswith("_s"):
        return ("-" if value < 0 else "") + format_age(abs(float(value)))
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def render_record(
    kind: RecordKind[Any], facts: Mapping[str, Any], width: int, now: float, absolute: bool
) -> list[Line]:
    """Everything that is known of one record."""
    name = " ".join(str(facts.get(key)) for key in kind.key)
    lines: list[Line] = [[(f" {kind.one} ", "dim"), (name, "title")]]
    for key, value in facts.items():
        shown = [_inner(item, now, absolute) for item in value] if isinstance(value, list) else []
        shown = shown or [text_of(key, value, now, absolute)]
        for number, text in enumerate(shown if value != [] else ()):
            label = key.removesuffix("_at").replace("_", " ") if not number else ""
            for part, row in enumerate(wrap(text, max(8, width - LABEL - 3)) if text else ()):
                lines.append([(f" {label if not part else '':<{LABEL}} ", "dim"), (row, "base")])
    return lines


def _inner(item: Any, now: float, absolute: bool) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    texts = (text_of(key, value, now, absolute) for key, value in item.items())
    return "  ".join(text for text in texts if text)
