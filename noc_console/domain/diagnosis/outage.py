"""Rules about an outage that is known already: then it is not this customer's own."""

from __future__ import annotations

from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Situation
from noc_console.domain.diagnosis.verdict import Found, Rule, Severity
from noc_console.domain.incidents.incident import Cause
from noc_console.domain.incidents.records import incident_of
from noc_console.domain.incidents.words import is_area, sentence
from noc_console.domain.ont import OntState


def _part(s: Situation, _: Limits) -> Found | None:
    known = s.outage
    if known is None or not known.part or s.state is OntState.ONLINE:
        return None
    if not is_area(known.record) or known.record.cause is Cause.LIGHT:
        return None
    return Found(f"Part of {sentence(known.record, s.now, known.acked_by)}. Do not reboot.", _evidence(s))


def _fades(s: Situation, _: Limits) -> Found | None:
    known = s.outage
    if known is None or not known.part or s.state is not OntState.ONLINE or known.record.cause is not Cause.LIGHT:
        return None
    return Found(f"Part of {sentence(known.record, s.now, known.acked_by)}", _evidence(s))


def _evidence(s: Situation) -> tuple[str, ...]:
    return (*incident_of(s.outage.record).text, *s.outage.notes) if s.outage else ()


KNOWN = (
    Rule(
        "incident",
        Severity.DOWN,
        _part,
        "tell the caller that the outage is known; do NOT reboot, do NOT send anybody to this home",
        "it was lost together with others that share its fibre, power or equipment",
        ("state",),
        source="incident engine",
    ),
    Rule(
        "incident_light",
        Severity.DEGRADED,
        _fades,
        "send a fibre tech to what they share, not to this home; do NOT reboot",
        "its light fades together with that of others behind the same splice or splitter",
        ("state",),
        source="incident engine",
    ),
)
