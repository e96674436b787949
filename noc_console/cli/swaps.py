"""``noc-console swap`` and ``swap-close``: hardware that was replaced, and what became of it."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TypeVar

from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.requests import Requests
from noc_console.cli.show import read_picture
from noc_console.config.model import Config
from noc_console.domain.intents import CloseSwap, RecordSwap
from noc_console.domain.routers import Scrap
from noc_console.domain.swaps import SWAPS, Outcome, SwapKind
from noc_console.picture import flat_rows
from noc_console.picture.as_text import iso

Choice = TypeVar("Choice", bound=StrEnum)


async def record(
    requests: Requests,
    config: Config,
    kind: str,
    old: str,
    new: str,
    reason: str,
    customer: str | None,
    as_json: bool,
) -> Exit:
    """Record a swap."""
    model, names = await read_picture(requests.reader, config), Scrap.parse(old).names
    onts = [row for row in model.rows_under(None) if model.onts.identity(row) in names]
    ont = model.onts.ont(onts[0]) if len(onts) == 1 else None
    whose = customer or (ont.description if ont else None)
    intent = RecordSwap(_choice(SwapKind, kind), old, new, reason, whose, ont.id if ont else None)
    swap_id = (await requests.ask(intent)).id
    rows = flat_rows.record_rows(await read_picture(requests.reader, config), SWAPS, time.time())
    row = next(row for row in rows if row["id"] == swap_id)
    if as_json:
        print_json(row)
    else:
        due = f", to be tested by {iso(row['due_at'])}" if row["due_at"] else ""
        print(f"swap {swap_id}: {row['old_serial']} {row['old_state']}, {row['new_serial']} {row['new_state']}{due}")
    return Exit.DONE


async def close(requests: Requests, swap_id: int, outcome: str) -> Exit:
    """Close a swap."""
    await requests.reader.open()
    await requests.ask(CloseSwap(swap_id, _choice(Outcome, outcome)))
    return Exit.DONE


def _choice(choices: type[Choice], text: str) -> Choice:
    try:
        return choices(text)
    except ValueError:
        fail(f"{text!r} is none of {', '.join(choices)}", Exit.USAGE)
