"""``noc-console ack``, ``unack``, ``comment``, ``shelve``, ``unshelve``, ``maintenance`` and ``maintenance-end``."""

from __future__ import annotations

from datetime import datetime, timedelta

from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.requests import Requests
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


def instant(text: str, now: datetime | None = None) -> float:
    """Unix seconds of ``2026-03-09T02:00`` (local time, unless it names its zone), or of the next ``22:30``."""
    now = now or datetime.now()
    try:
        if len(text) > len("22:30"):
            return datetime.fromisoformat(text).timestamp()
        today = datetime.combine(now.date(), datetime.strptime(text, "%H:%M").time())
        return (today if today > now else today + timedelta(days=1)).timestamp()
    except ValueError:
        fail(f"--start {text!r} is no time: write 22:30 or 2026-03-09T22:30", Exit.USAGE)
