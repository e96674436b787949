"""How the collector learns of things, and what OLTs say of those who fell."""

from __future__ import annotations

from dataclasses import dataclass

Reasons = dict[str | None, float] | str | None

CUT: Reasons = {"loss_of_signal": 0.92, "dying_gasp": 0.03, None: 0.05}
GASP: Reasons = {"dying_gasp": 0.88, "loss_of_signal": 0.12}


@dataclass(frozen=True, slots=True)
class Ways:
    """How the collector learns of things."""

    traps: bool = True
    trap_loss: float = 0.05
    overtaking: float = 0.0
    """Share of the traps that come up to 5 s late."""
    duplicates: float = 0.0
    informs: bool = False
    pings: bool = True
    state_s: float = 60.0
    optics_s: float = 300.0
    light_noise_db: float = 0.0
