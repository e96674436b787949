"""What must be set before Textual is imported."""

from __future__ import annotations

import os
import sys
from types import ModuleType

import pytest

from noc_console.console import run
from noc_console.console.settings import ConsoleSettings
from tests.console.fake_backend import FakeBackend


class _Imported(Exception):
    """The app was asked for."""


class _App(ModuleType):
    delay: str | None = None

    def __getattr__(self, name: str) -> object:
        if name != "NocApp":
            raise AttributeError(name)
        self.delay = os.environ.get("ESCDELAY")
        raise _Imported


def test_the_escape_delay_is_set_before_textual_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCDELAY", "x")  # so that it is put back
    monkeypatch.delenv("ESCDELAY")
    app = _App("app")
    monkeypatch.setitem(sys.modules, "noc_console.console.app", app)
    with pytest.raises(_Imported):
        run.run_console(FakeBackend(), ConsoleSettings())
    assert app.delay == run.ESCAPE_DELAY_MS
