"""``noc-console register``: the commands that would register an ONT that waits; nothing sends them."""

from __future__ import annotations

import sys
import time

from noc_console.cli.output import Exit, print_json
from noc_console.cli.show import read_picture
from noc_console.cli.wiring import presets
from noc_console.config.model import Config
from noc_console.picture.registering import registration
from noc_console.storage.reader import StorageReader


async def register(
    reader: StorageReader, config: Config, serial: str, preset: str, description: str, as_json: bool
) -> Exit:
    """Print them, and on standard error what to mind."""
    model = await read_picture(reader, config)
    found = registration(model, presets(config), time.time(), serial, preset, description)
    if as_json:
        print_json(found.as_json())
        return Exit.DONE
    for note in found.notes:
        print(f"mind: {note}", file=sys.stderr)
    print(*found.commands, sep="\n")
    return Exit.DONE
