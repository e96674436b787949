"""An ONT's state: what the OLT reported, and what may be shown of it now."""

from __future__ import annotations

from enum import StrEnum

from noc_console.domain.freshness import Freshness


class OntState(StrEnum):
    """Three states, not two: an ONT that nobody could ask about is unknown, never offline."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class OfflineReason(StrEnum):
    """Why an ONT went down, in vendor-neutral words."""

    LOSS_OF_SIGNAL = "loss_of_signal"
    DYING_GASP = "dying_gasp"
    DEACTIVATED = "deactivated"
    RESET = "reset"
    REREGISTERED = "reregistered"
    ROGUE = "rogue"
    AUTH_FAILED = "auth_failed"
    DELETED = "deleted"
    LASER_OFF = "laser_off"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The operator's words for it, at most 11 characters."""
        return _REASON_LABELS[self]

    @property
    def meaning(self) -> str:
        """One line on what it says about the network."""
        return _REASON_MEANINGS[self]


_REASON_LABELS = {
    OfflineReason.LOSS_OF_SIGNAL: "LOS",
    OfflineReason.DYING_GASP: "dying gasp",
    OfflineReason.DEACTIVATED: "deactivated",
    OfflineReason.RESET: "reset",
    OfflineReason.REREGISTERED: "re-register",
    OfflineReason.ROGUE: "rogue ONT",
    OfflineReason.AUTH_FAILED: "auth failed",
    OfflineReason.DELETED: "deleted",
    OfflineReason.LASER_OFF: "laser off",
    OfflineReason.OTHER: "other",
}

_REASON_MEANINGS = {
    OfflineReason.LOSS_OF_SIGNAL: "no light arrives: fibre, connector or splitter",
    OfflineReason.DYING_GASP: "power failed at the customer's home",
    OfflineReason.DEACTIVATED: "switched off at the OLT",
    OfflineReason.RESET: "restarted by command, button or its own software",
    OfflineReason.REREGISTERED: "asked to register again",
    OfflineReason.ROGUE: "transmits out of turn and was isolated",
    OfflineReason.AUTH_FAILED: "refused by the OLT's authentication",
    OfflineReason.DELETED: "removed from the OLT's configuration",
    OfflineReason.LASER_OFF: "its optical module was shut down",
    OfflineReason.OTHER: "see the vendor's value",
}


def reason_label(value: str | None) -> str:
    """The operator's words for a stored reason; one that this program does not know is shown as it is."""
    if not value:
        return "no reason given"
    return OfflineReason(value).label if value in OfflineReason.__members__.values() else value


def reported_state(value: object) -> OntState:
    """The state that an OLT reported; a value that no profile explains, or none, is unknown, never offline."""
    try:
        return OntState(str(value))
    except ValueError:
        return OntState.UNKNOWN


def effective_state(reported: OntState, freshness: Freshness) -> OntState:
    """The state that may be shown now: what was reported while it is trusted, unknown after that."""
    return reported if freshness.trusted else OntState.UNKNOWN
