"""``noc-console share``: one process has the picture, every console of this config on the host is forked from it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from noc_console.access import identity
from noc_console.access.identity import Evidence, login_uid, terminal
from noc_console.cli.console import console_settings, run_session
from noc_console.cli.lazy import LazyBackend
from noc_console.cli.output import Exit, fail
from noc_console.cli.wiring import picture_settings
from noc_console.config.model import Config
from noc_console.console import suspending
from noc_console.console.run import ESCAPE_DELAY_MS
from noc_console.domain.errors import ConfigError, NocError
from noc_console.picture.feed_client import FeedClient
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_rows import build_texts
from noc_console.sharing import address, keeper
from noc_console.sharing.session import Wanted

CLOSE_S = 1.0
"""How long the database may take to let go before a fork; with its threads still there, there is none."""


class SharedPicture:
    """The feed of a share: followed between two forks, at rest while one happens.

    Args:
        backend: Whom to ask.
        config: What readings are judged by.
    """

    def __init__(self, backend: LazyBackend, config: Config) -> None:
        self._backend = backend
        self.feed = FeedClient(backend, Model(picture_settings(config)), time.time)
        self.feed.listen(self._fed)
        self._texts_missing = asyncio.Event()
        self._packed = 0
        self._threads = threading.active_count()

    async def follow(self) -> None:
        """Go on for ever: ask, let trust decay, make search texts, so that no session has to."""
        self._texts_missing = asyncio.Event()  # of this loop
        self._texts_missing.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.feed.run())
            tasks.create_task(self._age())
            tasks.create_task(self._make_texts())

    async def settle(self) -> None:
        """See ``FeedClient``."""
        await self.feed.settle()

    async def rest(self) -> None:
        """Close the database: its connections and threads are not for sessions."""
        with suppress(NocError, TimeoutError):
            await asyncio.wait_for(self._backend.close(), CLOSE_S)
        # A statement that was cancelled still tells this loop of its end, from its thread.
        ends_at = time.monotonic() + CLOSE_S
        while threading.active_count() > self._threads and time.monotonic() < ends_at:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        if self._packed != len(self.feed.model.onts):
            self.feed.model.pack()
            self._packed = len(self.feed.model.onts)

    def _fed(self, delta: Delta) -> None:
        if delta:
            self._texts_missing.set()

    async def _age(self) -> None:
        while True:
            self.feed.tick()
            await asyncio.sleep(1.0)

    async def _make_texts(self) -> None:
        while True:
            await self._texts_missing.wait()
            self._texts_missing.clear()
            if self.feed.model.link.loaded:
                for _ in build_texts(self.feed.model, time.time()):
                    await asyncio.sleep(0)


def evidence_of(wanted: Wanted) -> Evidence:
    """Who asked for a session: what the kernel says of the asking process, not of this one."""
    peer = wanted.peer
    known = login_uid(peer.pid), wanted.request.environment, terminal(peer.pid)
    return Evidence(peer.uid, peer.uid, *known)


def share(config: Config, path: Path) -> int:
    """Keep the picture and fork sessions until a signal says to end; returns the exit code."""
    try:
        folder = address.folders()[0]
        address.make_folder(folder)
        file = folder / address.socket_name(path)
        listener = keeper.listen(file)
    except OSError as error:
        return fail(f"the share cannot listen: {error}", Exit.FAILED)
    os.environ.setdefault("ESCDELAY", ESCAPE_DELAY_MS)
    import noc_console.console.app  # noqa: F401 - once, here, instead of in every session

    with LazyBackend(config, path) as backend:
        backend.prepare()
        picture = SharedPicture(backend, config)

        def run(wanted: Wanted) -> int:
            backend.forked()
            suspending.relayed = wanted.request.shell
            if wanted.request.identity:
                try:
                    identity.enter(config, wanted.request.identity, wanted.peer.pid)
                except ConfigError as error:
                    return fail(error, Exit.USAGE)
            settings = console_settings(config, wanted.request.options, evidence=evidence_of(wanted))
            return run_session(backend, config, settings, picture.feed)

        _say(f"sharing {path} at {file}")
        try:
            return keeper.Keeper(picture, run, listener, config.console.shared_sessions, _say).keep()
        finally:
            file.unlink(missing_ok=True)


def _say(text: str) -> None:
    print(f"noc-console share: {text}", file=sys.stderr, flush=True)
