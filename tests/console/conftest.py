"""One environment for all console tests: no colour wishes of the shell, one time zone, no files of the user."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What a snapshot shows must not depend on whose terminal runs the tests."""
    for name in (
        "NO_COLOR",
        "TEXTUAL_THEME",
        "COLORTERM",
        "TEXTUAL_COLOR_SYSTEM",
        "TMUX",
        "LC_ALL",
        "LC_CTYPE",
        "NOC_THEMES",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
