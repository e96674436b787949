"""All kinds of scenario: importing the modules enters them."""

from __future__ import annotations

from tests.scenarios import fibre
from tests.scenarios.kinds import KINDS, Scenario

__all__ = ["KINDS", "Scenario", "fibre"]
