"""``ui.json``: columns, order, history. Small, private to the user, never the config; a broken one is ignored."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from noc_console.config.bounded import read_text
from noc_console.console.render.onts import PRESETS
from noc_console.console.screens.network import NetworkView
from noc_console.console.widgets.prompt import KEPT, Prompt

LIMIT_BYTES = 256 * 1024


def remember(network: NetworkView, prompt: Prompt) -> dict[str, Any]:
    """What is worth remembering."""
    table = network.table
    state: dict[str, Any] = {"columns": network.preset, "sort": table.sort_by, "sort_down": table.sort_down}
    return state | {f"history{sign}": past for sign, past in prompt.history.items()}


def restore(state: dict[str, Any], network: NetworkView, prompt: Prompt) -> None:
    """Bring it back; what an older or a newer version wrote differently is left out."""
    if state.get("columns") in PRESETS:
        network.preset = state["columns"]
    if isinstance(state.get("sort"), str):
        network.table.show_sort(state["sort"], bool(state.get("sort_down")))
    for sign in prompt.history:
        past = state.get(f"history{sign}")
        if isinstance(past, list):
            prompt.history[sign] = [entry for entry in past if isinstance(entry, str)][-KEPT:]


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
