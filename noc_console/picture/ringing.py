"""When the bell rings: once for each new critical incident, never for what was so before anybody looked."""

from __future__ import annotations

from noc_console.picture import incidents
from noc_console.picture.incidents import Listed
from noc_console.picture.model import Model


class Ringing:
    """Which incidents are new; knows of no terminal.

    Args:
        model: The picture.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rung: dict[int, float] | None = None
        """By incident, for which instant it rang here; None before everything was read once."""

    @property
    def begun(self) -> bool:
        """Whether it is known what was so before."""
        return self._rung is not None

    def due(self, now: float) -> list[Listed]:
        """The incidents that rang since this was asked last."""
        if not self._model.link.loaded:
            return []
        rung = {one.id: one.rung_at for one in self._model.outages.open() if one.rung_at is not None}
        before = self._rung
        self._rung = {**(before or {}), **rung}
        if before is None:
            return []
        new = [number for number, at in rung.items() if at > before.get(number, float("-inf"))]
        found = (incidents.look(self._model, one, now) for number in new if (one := self._model.outages.listed(number)))
        return [one for one in found if not one.state.quiet]
