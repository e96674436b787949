"""Names of the demo's stories, apart from them: a command line must know them without loading a network."""

from __future__ import annotations

from enum import StrEnum


class StoryName(StrEnum):
    """What ``--scenario`` takes."""

    FEEDER_CUT = "feeder-cut"
    POWER = "power"
    SPLITTER = "splitter"
    FADE = "fade"
    CARD = "card"
    OLT_SILENT = "olt-silent"
    UPLINK = "uplink"
    STORM = "storm"
