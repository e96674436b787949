"""``noc-console door``: operators come in by SSH."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from noc_console.cli.output import Exit, fail
from noc_console.collector.logs import start_log
from noc_console.config.model import Config
from noc_console.sshd.server import serve, stop_on_signals


def run(config: Config, config_file: Path) -> Exit:
    """Let operators in until a signal."""
    start_log(config, to_stderr=True, ending="-door")
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    if not config.access.keys and not config.door.authorized_keys:
        fail("nobody could come in: access.keys and door.authorized_keys are empty", Exit.USAGE)

    def ready(port: int) -> None:
        print(f"noc-console door: {config.door.address} port {port}", file=sys.stderr, flush=True)

    async def until_signal() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await serve(config, config_file, stop, ready)

    try:
        asyncio.run(until_signal())
    except OSError as error:
        fail(f"the door cannot listen on {config.door.address} port {config.door.port}: {error.strerror}", Exit.FAILED)
    return Exit.DONE
