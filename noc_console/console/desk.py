"""What every screen works with: the model, the backend, the clock, the session, the looks. Built once by the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from noc_console.console.backend import Backend
from noc_console.console.glyphs import Glyphs
from noc_console.console.palette import Palette
from noc_console.console.session import Session
from noc_console.console.settings import ConsoleSettings
from noc_console.domain.jobs import BatchRequest, JobKind, JobRequest
from noc_console.domain.network import Ont
from noc_console.picture.model import Model

REFRESH_EVERY_S = 10.0


@dataclass(slots=True)
class Desk:
    """Shared by the screens; no widget reaches for another one's parts."""

    model: Model
    backend: Backend
    settings: ConsoleSettings
    session: Session
    palette: Palette
    glyphs: Glyphs
    now: Callable[[], float]
    refreshed_at: dict[int, float] = field(default_factory=dict)
    """When this console last asked for a refresh, by ``Ont.id``."""

    def refresh_wait_s(self, ont: Ont) -> float:
        """How long until it may be refreshed again, seconds."""
        return max(0.0, self.refreshed_at.get(ont.id, 0.0) + REFRESH_EVERY_S - self.now())

    async def submit(
        self,
        kind: JobKind,
        ont: Ont,
        reason: str,
        forced: bool = False,
        sections: tuple[str, ...] = (),
        parameters: Mapping[str, str] | None = None,
        secret: str | None = None,
    ) -> int:
        """Queue a job in this operator's name.

        Raises:
            NocError: It was refused, or the database did not take it.
        """
        if kind is JobKind.REFRESH:
            self.refreshed_at[ont.id] = self.now()
        return await self.backend.submit(
            JobRequest(
                kind=kind,
                ont_id=ont.id,
                reason=reason,
                requested_by=self.settings.user,
                requested_from=self.settings.user_from,
                forced=forced,
                sections=sections,
                parameters=parameters or {},
                secret=secret,
            )
        )

    async def submit_batch(
        self, kind: JobKind, onts: Sequence[Ont], reason: str, parameters: Mapping[str, str], forced: bool
    ) -> int:
        """Queue one action on many ONTs in this operator's name; errors as for ``submit``."""
        ids = [ont.id for ont in onts]
        me = (self.settings.user, self.settings.user_from)
        return await self.backend.submit_batch(BatchRequest(kind, ids, reason, *me, parameters, forced))
