"""``noc-console notify-test``: a message to every target, and what became of it."""

from __future__ import annotations

import asyncio

from noc_console.cli.output import Exit, fail, print_json
from noc_console.config.model import Config
from noc_console.domain.errors import SourceError
from noc_console.domain.notices import instant
from noc_console.sources.notifier import LIMIT_S, Target


async def notify_test(config: Config, now: float, as_json: bool) -> Exit:
    """Send a test message to each target of the config, all at once."""
    wanted = config.notifications
    if wanted is None:
        fail("notifications: is not in the config file: there is nobody to tell", Exit.USAGE)
    title = f"[{config.console.site}] test message"
    body = f"NOC Console can reach you. Sent {instant(now)} by hand; nothing is wrong."
    tried = await asyncio.gather(
        *(_try(number, url.get_secret_value(), title, body) for number, url in enumerate(wanted.urls))
    )
    if as_json:
        print_json([{"target": name, "sent": error is None, "error": error} for name, error in tried])
    else:
        for name, error in tried:
            print(f"ok   {name}" if error is None else f"FAIL {error}")
    return Exit.DONE if all(error is None for _, error in tried) else Exit.UNREACHABLE


async def _try(number: int, url: str, title: str, body: str) -> tuple[str, str | None]:
    name = f"urls[{number}]"
    try:
        target = await asyncio.to_thread(Target, number, url)
        name = target.name
        if not await target.send(title, body):
            return name, f"{name}: no answer in {LIMIT_S:.0f} s"
        target.outcome()
    except SourceError as error:
        return name, error.message
    return name, None
