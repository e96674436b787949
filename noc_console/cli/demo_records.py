"""``python -m noc_console.cli.demo_records CONFIG FILE ...``: import the records of a simulated network.

Runs beside the console, whose collector makes the schema.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from noc_console.cli.requests import Requests
from noc_console.config.load import load
from noc_console.domain.errors import SourceError
from noc_console.domain.intents import ImportRecords

LOOK_S = 0.5


async def main(config_file: Path, files: list[Path]) -> None:
    """Import each file as records of the kind that it is named after."""
    requests = Requests(load(config_file))
    try:
        await _until_ready(requests)
        for file in files:
            await requests.ask(ImportRecords(file.stem, file.read_text(encoding="utf-8")))
    finally:
        await requests.close()


async def _until_ready(requests: Requests) -> None:
    while True:
        try:
            await requests.reader.open()
            return
        except SourceError:
            await asyncio.sleep(LOOK_S)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), [Path(file) for file in sys.argv[2:]]))
