"""Where Internet connections stand that are not at the usual instances: learned from routers looked at whole."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.network import Cpe

MOST_PLACES = 6
"""More would make the request too long for the ACS; routers beyond them are looked at whole again and again."""
_AGAIN_S = 3600.0
"""A router that showed no connection is looked at whole again when it has informed for so long."""


class Places:
    """Learned by one client; forgotten with it."""

    def __init__(self) -> None:
        self.known: dict[str, None] = {}
        """Paths of the objects that connections are made of."""
        self._in_vain: dict[str, float] = {}
        """Device id to the Inform after which it was looked at in vain."""

    def learn(self, paths: Iterable[str]) -> None:
        """Remember where a connection was found."""
        for path in paths:
            if len(self.known) < MOST_PLACES:
                self.known[path] = None

    def worth_a_look(self, row: Cpe) -> bool:
        """Whether a router without an address is to be looked at whole."""
        return (row.last_inform_at or 0.0) >= self._in_vain.get(row.device_id, float("-inf")) + _AGAIN_S

    def looked_in_vain(self, row: Cpe) -> None:
        """Remember that a router showed no connection with an address."""
        self._in_vain[row.device_id] = row.last_inform_at or 0.0
