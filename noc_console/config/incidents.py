"""Limits of the incident engine: what is one outage, how grave it is, when the bell rings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from noc_console.config.base import Model, Seconds
from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.settings import IncidentSettings

Count = Annotated[int, Field(ge=1, le=100_000)]


class Incidents(Model):
    """How losses become incidents."""

    critical_onts: Count = 20
    """So many ONTs down are critical, and confirmed at once."""
    critical_port_onts: Count = 10
    """So many are critical where nothing of a PON port, card or OLT is left."""
    major_onts: Count = 5
    """So many are major, and confirmed after two readings."""
    small_confirm_s: Seconds = 600
    """Fewer are confirmed after this."""
    resolve_s: Seconds = 300
    """A recovery must last so long."""
    least_onts: Annotated[int, Field(ge=2, le=1000)] = 3
    """Fewer that fail together are single ones."""
    together_s: Seconds = 10
    """Losses of a cut fibre follow each other within this."""
    gasp_together_s: Seconds = 45
    """Losses of a power cut do within this."""
    grown_share: Annotated[float, Field(gt=0, le=10)] = 0.25
    """The bell rings again when an incident grew by this share ..."""
    grown_onts: Count = 10
    """... and by so many."""
    administrative_onts: Count = 20
    """So many that operators switch off within minutes are shown as one incident."""
    fade_db: Annotated[float, Field(gt=0, le=20)] = 1.5
    """A group whose light fell alike by so much is fading."""

    def domain(self, intervals: Intervals, light_limit_dbm: float) -> IncidentSettings:
        """The same as the domain knows it."""
        return IncidentSettings(intervals=intervals, light_limit_dbm=light_limit_dbm, **self.model_dump())
