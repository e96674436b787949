"""``ui.json``: what each screen was left with, saved filters, history. Private to the user, never the config.

A broken file is ignored, and so is what an older or a newer version wrote differently.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noc_console.config.bounded import read_text
from noc_console.console.saved_filters import SavedFilters
from noc_console.console.screens.view import View
from noc_console.console.widgets.prompt import KEPT, Prompt

LIMIT_BYTES = 256 * 1024


def remember(views: Mapping[str, View], prompt: Prompt, filters: SavedFilters) -> dict[str, Any]:
    """What is worth remembering."""
    return {
        "screens": {name: view.remembered() for name, view in views.items()},
        "filters": filters.by_screen,
        "history": prompt.history,
    }


def restore(state: dict[str, Any], views: Mapping[str, View], prompt: Prompt, filters: SavedFilters) -> None:
    """Bring it back."""
    for name, known in _table(state.get("screens")).items():
        if name in views and isinstance(known, dict):
            views[name].recall(known)
    for name, saved in _table(state.get("filters")).items():
        filters.by_screen[name] = {key: text for key, text in _table(saved).items() if isinstance(text, str)}
    for sign, past in _table(state.get("history")).items():
        if sign in prompt.history and isinstance(past, list):
            prompt.history[sign] = [entry for entry in past if isinstance(entry, str)][-KEPT:]


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def load_state(file: Path | None) -> dict[str, Any]:
    """What was remembered; nothing when the file is missing or unreadable."""
    if file is None:
        return {}
    try:
        data = json.loads(read_text(file, LIMIT_BYTES))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def save_state(file: Path | None, data: dict[str, Any]) -> None:
    """Remember; not being able to is no reason to bother anybody."""
    if file is None:
        return
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, file)
    except OSError:
        fresh.unlink(missing_ok=True)
