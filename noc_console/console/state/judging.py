"""What the console knows of one ONT, put before the judge."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.state.facts import OntFacts
from noc_console.console.state.model import Model
from noc_console.console.state.store import STATE_NAMES
from noc_console.domain.cpe import Section
from noc_console.domain.diagnosis.judge import judge
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Neighbour, Situation
from noc_console.domain.diagnosis.verdict import Verdict
from noc_console.domain.network import PollKind
from noc_console.domain.ont import OntState


def verdict_of(
    model: Model, facts: OntFacts, sections: Sequence[Section], managed: bool | None, limits: Limits
) -> Verdict:
    """The verdict about one ONT.

    Args:
        model: Where its neighbours are.
        facts: The ONT.
        sections: Its router's, as last read.
        managed: Whether the ACS knows its router; None when that is not known.
        limits: Thresholds of the rules.
    """
    return judge(situation(model, facts, sections, managed), limits)


def situation(model: Model, facts: OntFacts, sections: Sequence[Section], managed: bool | None) -> Situation:
    """Everything that the rules look at."""
    ont = facts.ont
    return Situation(
        now=facts.now,
        ont=ont,
        state=facts.domain_state,
        state_at=facts.state_at,
        optics=facts.optics,
        olt=facts.olt,
        port=facts.port,
        neighbours=_neighbours(model, facts),
        unregistered=next((w for (_, _, serial), w in model.waiting.items() if serial == ont.serial), None),
        config_at=_config_at(model, facts),
        thresholds=facts.thresholds,
        cpe=facts.cpe,
        managed=True if facts.cpe else managed,
        acs_ok=facts.acs_ok and (facts.acs is None or facts.acs.state != "off"),
        sections={section.name: section for section in sections},
        jobs=facts.jobs,
        unverified=facts.unverified,
    )


def _config_at(model: Model, facts: OntFacts) -> float | None:
    """When the inventory of its port was read."""
    ont = facts.ont
    marks = (model.marks.get((ont.olt_id, port, PollKind.INVENTORY)) for port in (ont.port, ""))
    return max((mark.observed_at for mark in marks if mark and mark.observed_at is not None), default=None)


def _neighbours(model: Model, facts: OntFacts) -> list[Neighbour]:
    port = model.port_states.get((facts.ont.olt_id, facts.ont.port))
    onts, found = model.onts, []
    for row in port.rows if port else ():
        name = STATE_NAMES[onts.state[row]]
        if name == "gone" or onts.get(row, "id") == facts.ont.id:
            continue
        # They hang on the same port: their light was read when this ONT's was.
        light = onts.get(row, "onu_rx_dbm") if facts.optics.trusted else None
        reason, changed_at = onts.get(row, "offline_reason"), onts.get(row, "state_changed_at")
        found.append(Neighbour(OntState(name), reason, changed_at, light))
    return found
