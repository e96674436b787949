"""``noc-console record``: what the collector observed, as a file."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from noc_console.cli.output import Exit, fail, print_json
from noc_console.config.model import Config
from noc_console.config.new_file import replaced
from noc_console.domain.incidents.keyframe import keyframe
from noc_console.domain.incidents.lines import Anonymous, header, line
from noc_console.domain.incidents.network import Network
from noc_console.domain.incidents.observations import Observation, in_order
from noc_console.domain.instants import parse_instant
from noc_console.storage.database import Database
from noc_console.storage.recordings import RecordingStore


async def record(config: Config, file: Path, since: str, until: str, anonymous: bool, as_json: bool) -> int:
    """Write a recording from ``since`` to ``until``."""
    now = time.time()
    try:
        first, last = parse_instant(since, now), parse_instant(until, now)
    except ValueError as error:
        fail(error, Exit.USAGE)
    if first >= last:
        fail("--since must be before --until", Exit.USAGE)
    database = Database(config.database)
    try:
        await database.check_version()
        observations = await RecordingStore(database).read(first, last)
    finally:
        await database.close()
    if not observations:
        fail("nothing is recorded: the collector records while it runs, unless recording_hours is 0", Exit.FAILED)
    starts_at, cut = cut_at(observations, first)
    told = Anonymous().all(cut) if anonymous else cut
    note = f"{config.console.site}, anonymous" if anonymous and config.console.site else config.console.site or ""
    lines = [header(starts_at, "anonymous" if anonymous else note, config.polling.intervals())]
    lines += [line(one, starts_at) for one in told]
    _write(file, lines)
    said = {"file": str(file), "lines": len(lines), "starts_at": starts_at, "until_at": last}
    if as_json:
        print_json(said)
    else:
        print(f"{file}: {len(lines)} lines, {last - starts_at:.0f} s")
    return int(Exit.DONE)


def cut_at(observations: Iterable[Observation], first: float) -> tuple[float, Iterator[Observation]]:
    """Begin a recording at an instant: the network as it was then, and what came later.

    Returns:
        When it begins, Unix seconds (later than asked for where nothing older is recorded), and its observations.
    """
    ordered = list(in_order(observations))
    starts_at = max(first, ordered[0].at)
    network = Network()
    for one in ordered:
        if one.at <= starts_at:
            network.take(one)

    def told() -> Iterator[Observation]:
        yield from keyframe(network, starts_at)
        yield from (one for one in ordered if one.at > starts_at)

    return starts_at, told()


def _write(file: Path, lines: Iterable[str]) -> None:
    """Readable by its owner only: it names customers unless they were taken out."""
    try:
        with replaced(file) as raw:
            out = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) if file.suffix == ".gz" else raw
            for text in lines:
                out.write(text.encode() + b"\n")
            if out is not raw:
                out.close()
    except OSError as error:
        fail(f"{file}: cannot be written: {error.strerror}", Exit.FAILED)
