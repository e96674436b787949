"""The simulated network as a process of its own: ``python -m noc_console.demo``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from noc_console.demo.families import HUAWEI, NOKIA, ZTE_C300, ZTE_C600
from noc_console.demo.planner import PlantOptions
from noc_console.demo.serve import DemoInfo, DemoOptions, serve
from noc_console.demo.story_names import StoryName
from noc_console.domain.errors import NocError

PARENT_PERIOD_S = 0.5
WRONG_USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP.

    Returns:
        Exit code: 0 in the end, 2 for wrong usage.
    """
    arguments = _parser().parse_args(argv)
    options = DemoOptions(
        plant=PlantOptions(arguments.olts, arguments.onts, arguments.seed, tuple(arguments.families.split(","))),
        folder=arguments.dir,
        story=StoryName(arguments.scenario) if arguments.scenario else None,
        faults=arguments.faults,
        silences=arguments.silences,
        past=arguments.history,
        metrics=arguments.victoriametrics,
    )
    try:
        asyncio.run(_run(options, arguments.json, arguments.with_parent))
    except (NocError, ValueError) as error:
        print(f"noc-console demo: {error}", file=sys.stderr)
        return WRONG_USAGE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="noc-console demo", description="A simulated GPON network on loopback sockets."
    )
    parser.add_argument("--olts", type=int, default=4)
    parser.add_argument("--onts", type=int, default=600, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--families", default=",".join((HUAWEI, ZTE_C300, ZTE_C600, NOKIA)), help="of the OLTs, in turn, by comma"
    )
    parser.add_argument("--scenario", choices=[name.value for name in StoryName], help="an outage to watch first")
    parser.add_argument("--dir", type=Path, help="folder for config, database and log; a temporary one when not given")
    parser.add_argument("--json", action="store_true", help="print one JSON line when ready")
    parser.add_argument("--no-faults", dest="faults", action="store_false", help="nothing happens")
    parser.add_argument("--no-silences", dest="silences", action="store_false", help="no OLT falls silent")
    parser.add_argument("--no-history", dest="history", action="store_false", help="charts start empty")
    parser.add_argument("--no-victoriametrics", dest="victoriametrics", action="store_false")
    parser.add_argument(
        "--with-parent",
        type=int,
        nargs="?",
        const=os.getppid(),
        metavar="PID",
        help="end when the process that started this ends; its PID, for one that may end at once",
    )
    return parser


async def _run(options: DemoOptions, as_json: bool, parent: int | None) -> None:
    network = asyncio.create_task(serve(options, lambda info: _tell(info, as_json)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, network.cancel)

    def look_for_parent() -> None:
        if os.getppid() != parent:
            network.cancel()
        else:
            loop.call_later(PARENT_PERIOD_S, look_for_parent)

    if parent is not None:
        look_for_parent()
    with suppress(asyncio.CancelledError):
        await network


def _tell(info: DemoInfo, as_json: bool) -> None:
    if as_json:
        print(json.dumps(info.as_dict()), flush=True)
    else:
        print(f"The simulated network is up: noc-console --config {info.config}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
