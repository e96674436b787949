"""Limits of the incident engine; the config's ``incidents:`` sets them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from noc_console.domain.freshness import Intervals


@dataclass(frozen=True, slots=True)
class IncidentSettings:
    """Times in seconds, sizes in ONTs."""

    intervals: Intervals = field(default_factory=Intervals)
    critical_onts: int = 20
    """So many affected are critical, and confirmed at once."""
    critical_port_onts: int = 10
    """So many are critical when nothing of a PON port, card or OLT is left."""
    major_onts: int = 5
    """So many are major, and confirmed after two readings; fewer after ``small_confirm_s``."""
    small_confirm_s: float = 600.0
    resolve_s: float = 300.0
    """Recovery must last so long."""
    listed_s: float = 3600.0
    """A resolved incident stays in the list for so long."""
    least_onts: int = 3
    """Fewer that fail together are single ones."""
    together_s: float = 10.0
    """Losses of a cut fibre follow each other within this."""
    gasp_together_s: float = 45.0
    """Losses of a power cut do within this."""
    old_s: float = 900.0
    """A single ONT that has been down for longer is not counted in an outage that begins later."""
    burst_s: float = 90.0
    """A loss within this of the one before belongs to the same burst: no new bell."""
    grown_share: float = 0.25
    grown_onts: int = 10
    """It rings again when grown by this share, and by so many."""
    administrative_onts: int = 20
    administrative_s: float = 300.0
    flapping_times: int = 3
    """Down so often within an hour is flapping."""
    young_s: float = 240.0
    """So long after its last loss an incident may still turn out to be something else."""
    single_after_s: float = 120.0
    """An ONT that nothing explains by then is an incident of its own."""
    fade_db: float = 1.5
    """A group whose light fell alike by so much is fading."""
    light_limit_dbm: float = -27.0
    """Where light is critical: a fading group's day of crossing is told for this."""

    def at_pace(self) -> IncidentSettings:
        """The same, where OLTs are read so seldom that what the readings must tell takes longer."""
        state_s = self.intervals.state_s
        return replace(
            self,
            old_s=max(self.old_s, 3 * state_s),
            burst_s=max(self.burst_s, 1.5 * state_s),
            young_s=max(self.young_s, 2.5 * state_s),
            single_after_s=max(self.single_after_s, 2 * state_s),
        )
