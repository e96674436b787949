"""``ui.json``: columns, order, history. Small, private to the user, never the config; a broken one is ignored."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LIMIT_BYTES = 256 * 1024


def load_state(file: Path | None) -> dict[str, Any]:
    """What was remembered; nothing when the file is missing or unreadable."""
    if file is None:
        return {}
    try:
        if file.stat().st_size > LIMIT_BYTES:
            return {}
        data = json.loads(file.read_text(encoding="utf-8"))
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
