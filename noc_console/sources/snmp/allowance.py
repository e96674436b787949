"""What one reading of one OLT may cost us: an agent that answers at full speed may still tell rubbish without end."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.sources.snmp.cursor import BrokenTable

MAX_OCTETS = 48 << 20
"""Three times what the fullest chassis tells in one reading."""
MAX_VALUES = 600_000
"""35,000 ONTs, each with as many values as any profile reads at once."""
MAX_DECODE_S = 30.0
"""Of processor time: a hundred times what the fullest chassis takes."""


class CutOff(BrokenTable):
    """The agent told more than is taken in one reading."""


@dataclass(slots=True)
class Allowance:
    """What is left to one reading."""

    octets: int = MAX_OCTETS
    values: int = MAX_VALUES
    decode_s: float = MAX_DECODE_S

    @property
    def over(self) -> CutOff | None:
        """Why no more is taken; None while there is something left."""
        if self.octets < 0:
            return CutOff(f"cut off: the agent told more than {MAX_OCTETS >> 20} MB in one reading")
        if self.values < 0:
            return CutOff(f"cut off: the agent told more than {MAX_VALUES:,} values in one reading")
        if self.decode_s < 0:
            return CutOff(f"cut off: the agent's answers took {MAX_DECODE_S:g} s to decode in one reading")
        return None

    def take(self, octets: int, values: int, decode_s: float) -> None:
        """Take one answer.

        Raises:
            CutOff: It is more than was left.
        """
        self.octets -= octets
        self.values -= values
        self.decode_s -= decode_s
        if over := self.over:
            raise over
