"""Incidents to look at: each test says only what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from noc_console.domain.changes import Severity
from noc_console.domain.incidents.incident import Bracket, Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import IncidentRecord, record_of

AT = 1_763_733_931.0
"""2025-11-21 14:05:31 UTC, the console tests' start."""


def incident(number: int = 17, **given: Any) -> IncidentRecord:
    """A fibre cut below SP-7 on olt-1 0/1/2, three minutes old at ``AT``; ``revision`` goes to the record."""
    revision = given.pop("revision", 0)
    values: dict[str, Any] = {
        "state": Life.CONFIRMED, "severity": Severity.CRITICAL, "cause": Cause.FIBRE, "scope": Scope.BRANCH,
        "where": Where(olt="olt-1", port="0/1/2", splitter="SP-7"), "affected": 41, "total": 64, "alive": 23,
        "onts": tuple(("olt-1", "0/1/2", ont_id) for ont_id in range(8)), "opened_at": AT - 184,
        "first_loss_at": AT - 184, "last_loss_at": AT - 182, "confirmed_at": AT - 180, "confidence": 0.94,
        "evidence": {"loss_of_signal": 38, "dying_gasp": 2, "silent": 1, "alive": 23},
        "text": ("38 lost the light (LOS)", "a reboot cannot help: there is no light"), "bracket": Bracket(2310, 2480),
        **given,
    }  # fmt: skip
    return replace(record_of(Incident(number=number, **values)), revision=revision)


def blind(number: int = 16, **given: Any) -> IncidentRecord:
    """olt-2 does not answer: nothing is known of its ONTs."""
    values: dict[str, Any] = {
        "severity": Severity.MAJOR, "cause": Cause.MONITORING, "scope": Scope.OLT, "where": Where(olt="olt-2"),
        "affected": 0, "total": 48, "alive": 0, "unknown": 48, "onts": (), "evidence": {}, "bracket": None,
        "confidence": 0.6, "text": ("no answer by SNMP from olt-2", "pings are answered"),
        "first_loss_at": None, "last_loss_at": None, "opened_at": AT - 730, **given,
    }  # fmt: skip
    return incident(number, **values)
