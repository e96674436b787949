"""Sends messages to people through Apprise: mail, chat, telephone. One target is one URL of the config."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import threading
from typing import Any
from urllib.parse import unquote

from noc_console.config.notifications import Notifications
from noc_console.domain.errors import SourceProtocolError, SourceUnavailable
from noc_console.domain.text import clean

SOURCE = "notifications"
LIMIT_S = 10.0
_PARTS = re.compile(r"[/:@?&=,;#\s]+")
_LEAST_SECRET = 4
"""Shorter parts of a URL are left in messages: they are words such as ``to``."""


class Target:
    """One target.

    Args:
        number: Its place in the config's list, from 0.
        url: Apprise's URL; holds secrets.

    Raises:
        SourceProtocolError: No service of Apprise takes this URL.
    """

    def __init__(self, number: int, url: str) -> None:
        import apprise  # takes a tenth of a second: only who sends pays it

        _keep_quiet()
        self.id = hashlib.sha256(url.encode()).hexdigest()[:12]
        """Tells it from other targets in the database, without its secrets."""
        self.key = f"urls[{number}]"
        self._secrets = sorted({part for part in _PARTS.split(unquote(url)) if len(part) >= _LEAST_SECRET}, key=len)
        asset = apprise.AppriseAsset(
            app_id="NOC Console", app_desc="NOC Console", async_mode=False, secure_logging=True
        )
        self._apprise = apprise.Apprise(asset=asset)
        scheme = url.split("://", 1)[0]
        if not self._apprise.add(url):
            raise SourceProtocolError(
                f"{self.key}: Apprise takes no such {scheme}:// URL", SOURCE, "see its documentation"
            )
        self.name = f"{self.key} ({self._apprise[0].service_name})"
        self._sending: asyncio.Future[str | None] | None = None

    @property
    def busy(self) -> bool:
        """Whether the last message is still on its way."""
        return self._sending is not None and not self._sending.done()

    async def send(self, title: str, body: str) -> bool:
        """Send one message; False when it did not end in ``LIMIT_S``. ``outcome`` tells how it ended."""
        self._sending = _in_thread(self._notify, title, body)
        done, _ = await asyncio.wait([self._sending], timeout=LIMIT_S)
        return bool(done)

    def outcome(self) -> None:
        """How the last message ended; call it once it is not on its way any more.

        Raises:
            SourceUnavailable: The target did not take it.
        """
        error = self._sending.result() if self._sending is not None else None
        if error is not None:
            raise SourceUnavailable(f"{self.name}: {error}", SOURCE, "noc-console notify-test tries it")

    def _notify(self, title: str, body: str) -> str | None:
        """Send it now; blocking. Returns what went wrong."""
        result = self._apprise.notify(body=body, title=title, body_format="text")
        return None if result else self._why(result)

    def _why(self, result: Any) -> str:
        said = next((str(entry.message) for entry in reversed(list(result.logs()))), "not accepted")
        for secret in reversed(self._secrets):
            said = said.replace(secret, "***")
        return clean(said, 160)


def targets_of(config: Notifications) -> list[Target]:
    """Every target of the config.

    Raises:
        SourceProtocolError: No service of Apprise takes one of the URLs.
    """
    return [Target(number, url.get_secret_value()) for number, url in enumerate(config.urls)]


def _keep_quiet() -> None:
    """Apprise logs URLs with their secrets; what matters of a failure comes with its result."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _in_thread(work: Any, *arguments: str) -> asyncio.Future[str | None]:
    """Run blocking work in a thread that holds nobody up: neither the loop nor the end of the program."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str | None] = loop.create_future()

    def tell(error: str | None) -> None:
        if not future.done():
            future.set_result(error)

    def run() -> None:
        error: str | None = "broke off"
        try:
            error = work(*arguments)
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=run, daemon=True, name="notify").start()
    return future
