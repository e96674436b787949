"""``noc-console ack``, ``unack``, ``comment``, ``shelve``, ``unshelve``, ``maintenance`` and ``maintenance-end``."""

from __future__ import annotations

import time

from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.requests import Requests
from noc_console.domain.instants import next_instant
from noc_console.domain.intents import Intent
from noc_console.domain.spans import parse_span


async def ask(requests: Requests, intent: Intent, as_json: bool) -> Exit:
    """Ask for it, and print what became of it."""
    await requests.reader.open()
    answer = await requests.ask(intent)
    if as_json:
        print_json({"id": answer.id or None, "text": answer.text})
    else:
        print(answer.text)
    return Exit.DONE


def span_s(text: str) -> float:
    """Seconds of ``4h``; anything else is wrong usage."""
    try:
        return parse_span(text)
    except ValueError as error:
        fail(error, Exit.USAGE)


def start_at(text: str) -> float:
    """Unix seconds of the next ``22:30`` or of a date with time; anything else is wrong usage."""
    try:
        return next_instant(text, time.time())
    except ValueError as error:
        fail(f"--start {error}", Exit.USAGE)
