"""How many make a group: the counts and shares by which single things become one thing, in one place."""

from __future__ import annotations

FOLD_OVER = 5
"""More ONTs than this that change the same way on one PON port are shown as one line."""
FOLD_GAP_S = 90.0
"""Changes of one group follow each other within this time: a state poll and a half."""
FOLD_PORTS = 3
"""So many folded PON ports of one OLT are shown as one line."""

AREA_ONTS = 4
"""So many ONTs of one PON port lost within ``AREA_WINDOW_S`` are an outage of the area, not of one customer."""
AREA_WINDOW_S = 600.0

PORT_DOWN_LEAST = 3
PORT_DOWN_SHARE = 0.5
"""A PON port is trouble when at least so many and this share of its ONTs are offline."""

FEW_MISSING = 2
"""So many ONTs may be gone from an OLT's tables at once for everyday reasons; more are not believed at once."""
