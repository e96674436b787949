"""What the guarded dialog says about its target."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Line
from noc_console.console.render.jobs import latest
from noc_console.console.render.summary import acs_side, labelled, light_items, paragraph, read_cell, state_cell
from noc_console.domain.freshness import format_age
from noc_console.domain.identity import named_place
from noc_console.domain.jobs import JobKind
from noc_console.domain.policy import Blocker
from noc_console.picture.ont_facts import OntFacts, contradiction


def render_target(facts: OntFacts, reread: Line, found: Sequence[Blocker], width: int) -> list[Line]:
    """Identity, state with its age, last action, blockers."""
    ont = facts.ont
    lines: list[Line] = labelled("customer", [[(ont.description or "no description", "strong")]], width)
    place = f"{facts.olt_name} PON {named_place(ont.port, ont.ont_id)}"
    lines += labelled(
        "ONT", [[(ont.identity or "no serial", "strong")], [(place, "base")], [(ont.model or "", "base")]], width
    )
    lines += labelled("state", [[state_cell(facts)], [read_cell(facts, False)]], width)
    lines += labelled("fresh read", [reread], width)
    lines += labelled("ACS says", acs_side(facts, False), width)
    lines += labelled("light", light_items(facts), width)
    lines += labelled("last act", [_last_action(facts)], width)
    against = contradiction(facts)
    if against:
        lines += paragraph(f"CONTRADICTION: {against}", width, "warning", "!!")
    return lines + blocker_lines(found, width)


def blocker_lines(found: Sequence[Blocker], width: int) -> list[Line]:
    """What speaks against an action; ``!`` where a reason overrides it."""
    lines: list[Line] = []
    for blocker in found:
        role, sign = ("warning", "!") if blocker.forceable else ("critical", "X")
        lines += paragraph(blocker.reason, width, role, sign)
    return lines


def _last_action(facts: OntFacts) -> Line:
    acted = next((job for job in facts.jobs if job.kind not in (JobKind.VIEW, JobKind.REFRESH)), None)
    if acted is None:
        return [("none known", "dim")]
    age = format_age(max(0.0, facts.now - acted.requested_at))
    return [(f"{acted.kind.value} {age} ago by {acted.requested_by}: {acted.state.value} {latest(acted)}", "base")]
