"""All kinds of scenario."""

from __future__ import annotations

import functools

from tests.scenarios import beyond, config, courses, equipment, fibre, life, light, mixed, power, quiet, telling, work
from tests.scenarios.kinds import KINDS, Scenario

MODULES = (fibre, telling, power, equipment, beyond, light, life, work, quiet, config, mixed, courses)
"""Importing them enters their kinds in ``KINDS``."""

LONG = (
    *("outage_of_two_days", "branch_fades", "port_fades", "one_ont_fades"),
    *("light_trembles", "light_follows_the_weather", "branch_fades_and_breaks"),
)
"""These last for days."""

__all__ = ["KINDS", "LONG", "MODULES", "made", "seeds"]


def seeds(name: str) -> range:
    """Those with which the tests make this kind."""
    return range(1, 9 if name.startswith("any_") else 2 if name in LONG else 3)


@functools.cache
def made(name: str, seed: int) -> Scenario:
    """One scenario of this kind."""
    return KINDS[name](seed)
