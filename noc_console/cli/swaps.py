"""``noc-console swap`` and ``swap-close``: hardware that was replaced, and what became of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from noc_console.cli.caller import who
from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.rows import swap_rows
from noc_console.cli.show import read_network
from noc_console.config.model import Config
from noc_console.domain.routers import Scrap
from noc_console.domain.swaps import Outcome, SwapKind, SwapRequest
from noc_console.storage.backend import StorageBackend

Choice = TypeVar("Choice", bound=StrEnum)


async def record(
    backend: StorageBackend,
    config: Config,
    kind: str,
    old: str,
    new: str,
    reason: str,
    customer: str | None,
    as_json: bool,
) -> Exit:
    """Record a swap."""
    network = await read_network(backend, config)
    scrap = Scrap.parse(old)
    onts = [ont for ont in network.onts() if scrap.names_ont(ont)]
    ont = onts[0] if len(onts) == 1 else None
    user, origin = who()
    asked = (_choice(SwapKind, kind), old, new, reason, user, origin)
    request = SwapRequest(*asked, customer or (ont.description if ont else None), ont.id if ont else None)
    swap_id = await backend.record_swap(request)
    rows = swap_rows(await read_network(backend, config))
    row = next(row for row in rows if row["id"] == swap_id)
    if as_json:
        print_json(row)
    else:
        due = f", to be tested by {row['due_at']}" if row["due_at"] else ""
        print(f"swap {swap_id}: {row['old_serial']} {row['old_state']}, {row['new_serial']} {row['new_state']}{due}")
    return Exit.DONE


async def close(backend: StorageBackend, swap_id: int, outcome: str) -> Exit:
    """Close a swap."""
    await backend.open()
    await backend.close_swap(swap_id, _choice(Outcome, outcome), *who())
    return Exit.DONE


def _choice(choices: type[Choice], text: str) -> Choice:
    try:
        return choices(text)
    except ValueError:
        fail(f"{text!r} is none of {', '.join(choices)}", Exit.USAGE)
