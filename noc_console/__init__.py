"""NOC Console: see, judge and act on a GPON access network from a terminal."""

__version__ = "0.2.0"
