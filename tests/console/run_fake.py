"""The console on the fake network, for the tests that need a real terminal: ``python -m tests.console.run_fake``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from noc_console.console import lifecycle
from noc_console.console.run import run_console
from noc_console.console.settings import ConsoleSettings

from .fake_backend import AMY, FakeBackend


class ClosingBackend(FakeBackend):
    """Notes in a file that it was closed."""

    async def close(self) -> None:
        await super().close()
        if len(sys.argv) > 1:
            Path(sys.argv[1]).write_text("closed", encoding="utf-8")  # noqa: ASYNC240


if __name__ == "__main__":
    if patience := os.environ.get("TEST_ORDERLY_END_S"):
        lifecycle.HARD_EXIT_S = lifecycle.CLEAN_UP_S = float(patience)
    backend = ClosingBackend()
    backend.clock = time.time()
    code = run_console(backend, ConsoleSettings(site="pty", operator=AMY)).code
    if clean_up_s := float(os.environ.get("TEST_CLEAN_UP_S", "0")):
        time.sleep(clean_up_s)
        Path(sys.argv[1]).write_text("cleaned up", encoding="utf-8")
    sys.exit(code)
