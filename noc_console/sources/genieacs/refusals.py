"""What routers refused to read out, so that they are not asked for it again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Refusals:
    """Paths that routers refused to read out, with the reason, as long as they have not booted since."""

    _of: dict[str, tuple[float | None, dict[str, str]]] = field(default_factory=dict)

    def of(self, device_id: str, booted_at: float | None) -> dict[str, str]:
        """Path to reason; the one to add to."""
        known = self._of.get(device_id)
        return known[1] if known and known[0] == booted_at else {}

    def keep(self, device_id: str, booted_at: float | None, refused: Mapping[str, str]) -> None:
        """Remember what a router refused."""
        if refused:
            self._of[device_id] = booted_at, {**self.of(device_id, booted_at), **refused}
