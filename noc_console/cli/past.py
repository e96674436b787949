"""``python -m noc_console.cli.past CONFIG FILE``: put a simulated past into the sample buffer.

For a demo on a machine without VictoriaMetrics: its charts read the buffer. Runs beside the console, which must not
wait for it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from noc_console.config.load import load
from noc_console.config.paths import buffer_file
from noc_console.domain.history import Sample
from noc_console.storage.history.buffer import SampleBuffer

CHUNK = 5000
"""Samples per transaction: the collector writes to the same file meanwhile."""


async def main(config_file: Path, past: Path) -> None:
    """Load JSON lines as ``/api/v1/import`` takes them."""
    config = load(config_file)
    buffer = SampleBuffer(buffer_file(config), config.history.max_mb, config.history.keep_days)
    await buffer.open()
    try:
        with past.open(encoding="utf-8") as lines:
            samples = (sample for line in lines for sample in _samples(line))
            while chunk := list(islice(samples, CHUNK)):
                await buffer.append(chunk)
    finally:
        await buffer.close()


def _samples(line: str) -> Iterator[Sample]:
    data = json.loads(line)
    metric = data["metric"].pop("__name__")
    labels = tuple(sorted(data["metric"].items()))
    for at_ms, value in zip(data["timestamps"], data["values"], strict=True):
        yield Sample(metric, labels, at_ms / 1000, value)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
