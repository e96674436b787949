"""``noc-console collect``: the collector, as a daemon, as a console's child, or once."""

from __future__ import annotations

import asyncio
from typing import Any

from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.collector.life import stop_on_signals, stop_with_parent
from noc_console.collector.logs import start_log
from noc_console.collector.membership import Join
from noc_console.collector.service import CollectorService, OltRound
from noc_console.config.model import Config
from noc_console.domain.network import Outcome


def run_daemon(config: Config, parent_pipe: int | None = None, join: Join | None = None) -> None:
    """Collect until a signal, or until the parent behind ``parent_pipe`` is gone."""
    regions = {olt.region for olt in config.olts if olt.region}
    if join and join.region and join.region not in regions:
        there = ", ".join(sorted(regions)) or "none"
        fail(f"--region {join.region}: no OLT in the config has this region: (there are: {there})", Exit.USAGE)
    start_log(config, to_stderr=parent_pipe is None)

    async def serve() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        if parent_pipe is not None:
            stop_with_parent(stop, parent_pipe)
        mode = "daemon" if parent_pipe is None else "child"
        await CollectorService(config, mode, join=join).run(stop)

    asyncio.run(serve())


def run_once(config: Config, as_json: bool) -> Exit:
    """Poll everything once, write and ship it, and print the outcome per OLT."""
    start_log(config)
    found = asyncio.run(CollectorService(config, "once").once())
    rows = [_row(one) for one in found]
    if as_json:
        print_json(rows)
    else:
        columns = [(key, key) for key in ("name", "outcome", "onts", "varbinds", "duration_s", "written", "error")]
        print_table(rows, columns)
    lost = any(reading.unwritten for one in found for reading in one.readings)
    return Exit.DONE if not lost and all(row["outcome"] != Outcome.FAILED for row in rows) else Exit.UNREACHABLE


def _row(one: OltRound) -> dict[str, Any]:
    """The outcome of a round: complete when all of it was, failed when nothing could be read."""
    readings = one.readings
    outcomes = {reading.outcome for reading in readings}
    if outcomes == {Outcome.COMPLETE}:
        outcome = Outcome.COMPLETE
    else:
        outcome = Outcome.FAILED if readings[0].outcome is Outcome.FAILED else Outcome.PARTIAL
    return {
        "name": one.olt,
        "outcome": outcome.value,
        "onts": readings[0].ont_count,
        "varbinds": sum(reading.varbinds for reading in readings),
        "written": one.written,
        "duration_s": round(sum(reading.duration_s for reading in readings), 3),
        "error": next((reading.error for reading in readings if reading.error), None),
    }
