"""Child processes of a console: they end when it ends, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

END_S = 3.0


class CollectorChild:
    """A collector that works while we live, or stands by while another one works.

    It reads from a pipe whose only other end is ours, so that it also notices ``kill -9``.
    """

    def __init__(self, config_file: Path) -> None:
        read_end, self._pipe = os.pipe()
        command = [sys.executable, "-m", "noc_console", "--config", str(config_file), "collect"]
        try:
            self._process = subprocess.Popen(
                [*command, "--parent-pipe", str(read_end)],
                pass_fds=(read_end,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # A session of its own: ctrl+c and the terminal's end reach us, and the pipe reaches the child.
                start_new_session=True,
            )
        finally:
            os.close(read_end)

    def __enter__(self) -> CollectorChild:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, and wait for that for a moment."""
        with suppress(OSError):
            os.close(self._pipe)
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
