"""What is known of one ONT, put before the judge. The only place where a verdict is made."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.domain.cpe import Section
from noc_console.domain.diagnosis.judge import judge
from noc_console.domain.diagnosis.situation import Neighbour, Situation
from noc_console.domain.diagnosis.verdict import Verdict
from noc_console.domain.network import PollKind, Unregistered
from noc_console.domain.ont import OntState
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts
from noc_console.picture.ont_store import STATE_NAMES


def verdict_of(model: Model, facts: OntFacts, sections: Sequence[Section]) -> Verdict:
    """The verdict about one ONT.

    Args:
        model: Where its neighbours are.
        facts: The ONT.
        sections: Its router's, as last read.
    """
    return judge(situation(model, facts, sections), model.settings.limits)


def situation(model: Model, facts: OntFacts, sections: Sequence[Section]) -> Situation:
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
        unregistered=_waiting(model, ont.serial),
        outage=facts.outage,
        config_at=_config_at(model, facts),
        thresholds=facts.thresholds,
        cpe=facts.cpe,
        managed=facts.managed,
        acs_ok=facts.acs_may_act,
        sections={section.name: section for section in sections},
        jobs=facts.jobs,
        unverified=facts.unverified,
    )


def _waiting(model: Model, serial: str | None) -> Unregistered | None:
    """The same serial number waiting to be registered; where it was seen last, when it is at several places."""
    found = (waiting for (_, _, waits), waiting in model.waiting.items() if waits == serial)
    return max(found, key=lambda waiting: waiting.last_seen_at, default=None)


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
        light = onts.get(row, "onu_rx_dbm") if model.optics(row, facts.now).trusted else None
        reason, changed_at = onts.get(row, "offline_reason"), onts.get(row, "state_changed_at")
        found.append(Neighbour(OntState(name), reason, changed_at, light))
    return found
