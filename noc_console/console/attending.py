"""Tells other consoles what is looked at here, and this operator who else looks at it or acts on it."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from noc_console.console.desk import Desk
from noc_console.domain.errors import NocError
from noc_console.domain.network import Ont
from noc_console.domain.presence import HEARTBEAT_S, PRESENCE, Presence, others

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

RESTS_S = 3.0
"""The cursor must rest so long before others hear of it."""


class Attending:
    """Asked each second; writes when something else is looked at, and once a minute."""

    def __init__(self, app: NocApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        host, now = socket.gethostname(), desk.now()
        name = desk.settings.operator.name
        self._own = Presence(f"{host}:{os.getpid()}:{now:.0f}", name, host, "", "", now, now)
        self._told: Presence | None = None
        self._found = ""
        self._found_for: tuple[str, int | None] | None = None
        self._silent = not name or desk.settings.database_read_only is not None or desk.settings.past is not None

    def changed(self) -> None:
        """Something came: who looks or acts is found anew."""
        self._found_for = None

    def tick(self) -> None:
        """See what is looked at, and tell it when it rests or is due."""
        self.changed()
        now, view = self._desk.now(), self._app.view
        found = view.copyable()
        screen, about = view.NAME, found[1] if found else ""
        if (screen, about) != (self._own.screen, self._own.about):
            self._own = replace(self._own, screen=screen, about=about, since_at=now)
        told = self._told
        moved = told is None or (told.screen, told.about) != (screen, about)
        rests = now - self._own.since_at >= RESTS_S
        if (moved and rests) or (told is not None and now - told.seen_at >= HEARTBEAT_S):
            self._tell(replace(self._own, seen_at=now))

    def _tell(self, presence: Presence) -> None:
        if self._silent or not self._desk.model.link.loaded:
            return
        self._told = presence
        self._app.run_worker(self._write(presence), group="presence", exclusive=True, exit_on_error=False)

    async def _write(self, presence: Presence) -> None:
        try:
            await self._desk.backend.attend(presence)
        except NocError:
            return  # the banner tells that the database does not take anything; the next heartbeat tries again

    async def leave(self) -> None:
        """The console closes."""
        if self._told is not None:
            await self._write(replace(self._told, removed_at=self._desk.now()))

    def told(self) -> str:
        """``amy looks at this, bob: reboot running``; empty when nobody else does. Found anew each second."""
        ont, named = self._app.view.selected_ont(), self._app.view.copyable()
        wanted = named[1] if named else "", ont.id if ont else None
        if wanted != self._found_for:
            self._found_for, self._found = wanted, self._find(wanted[0], ont)
        return self._found

    def _find(self, about: str, ont: Ont | None) -> str:
        model = self._desk.model
        here = others(model.records(PRESENCE), self._own.session, about, self._desk.now())
        parts = [f"{' and '.join(here)} {'looks' if len(here) == 1 else 'look'} at this"] if here else []
        if ont is not None:
            me = self._desk.settings.operator.name
            under_way = (job for job in model.jobs.values() if job.target.ont_id == ont.id and not job.ended)
            parts += [f"{j.requested_by}: {j.kind.value} {j.state.value}" for j in under_way if j.requested_by != me]
        return ", ".join(parts)
