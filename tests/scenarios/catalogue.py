"""All kinds of scenario."""

from __future__ import annotations

import functools

from tests.scenarios import beyond, equipment, fibre, life, light, power, quiet, telling, work
from tests.scenarios.kinds import KINDS, Scenario

MODULES = (fibre, telling, power, equipment, beyond, light, life, work, quiet)
"""Importing them enters their kinds in ``KINDS``."""

__all__ = ["KINDS", "MODULES", "made"]


@functools.cache
def made(name: str, seed: int) -> Scenario:
    """One scenario of this kind."""
    return KINDS[name](seed)
