"""What every screen works with: the model, the backend, the clock, the session, the looks. Built once by the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from noc_console.console.backend import Backend
from noc_console.console.glyphs import Glyphs
from noc_console.console.palette import Palette
from noc_console.console.session import Session
from noc_console.console.settings import ConsoleSettings
from noc_console.domain.actions import JobKind
from noc_console.domain.intents import Act, Answer, Intent
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

    async def ask(self, intent: Intent) -> Answer:
        """Ask for something in this operator's name.

        Raises:
            NocError: It was refused, or the database did not take it.
        """
        if isinstance(intent, Act) and intent.kind is JobKind.REFRESH and (ont_id := intent.target.ont_id) is not None:
            self.refreshed_at[ont_id] = self.now()
        return await self.backend.ask(self.settings.operator, intent)
