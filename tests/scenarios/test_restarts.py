"""The program ends and starts again in the middle: what it says afterwards is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noc_console.domain.incidents.engine import Engine
from noc_console.domain.incidents.keyframe import keyframe
from noc_console.domain.incidents.memory import recall, remember
from noc_console.domain.incidents.observations import Observation, read_recording
from noc_console.domain.incidents.records import incident_of, memory_of, record_of
from noc_console.domain.incidents.replay import answer
from noc_console.domain.incidents.settings import IncidentSettings
from tests.scenarios.catalogue import made

KINDS = (
    "feeder_cut_by_traps",
    "two_branches_of_one_port",
    "area_power_cut_of_one_olt",
    "card_fault_not_told",
    "olt_loses_power",
    "repair_leaves_a_branch_dark",
    "repair_in_stages",
    "growing_outage",
)
SHOWN = ("state", "cause", "scope", "where", "affected", "alive", "unknown", "rings", "planned", "restored")


def as_stored(engine: Engine, now: float) -> Iterator[Observation]:
    """What the database would tell a new collector: facts with their times, but not how they were found out."""
    for one in keyframe(engine.network, now):
        if one.kind != "ont":
            yield one
            continue
        ont = engine.network.ont((one.fields["olt"], one.fields["port"], one.fields["ont_id"]))
        assert ont is not None
        if ont.changed_at is None:
            yield replace(one, at=0.0)
            continue
        how = {"by": "trap" if ont.by_trap else "poll", "since_at": ont.earliest_at}
        yield Observation(ont.changed_at, "ont", {**one.fields, **how})
    for olt in engine.network.olts.values():
        if olt.state_at is not None:
            yield Observation(olt.state_at, "poll", {"olt": olt.name, "kind": "state", "outcome": "complete"})
        if olt.ping_at is not None:
            yield Observation(olt.ping_at, "ping", {"olt": olt.name, "loss": olt.ping_loss})


def restarted(engine: Engine, now: float) -> Engine:
    """Another engine that goes on where this one stopped."""
    engine.advance(now)
    records = [record_of(engine.incident(number), remember(case)) for number, case in engine.cases.items()]
    other = Engine(engine.settings, max(engine.cases, default=0) + 1, starts_at=now)
    for one in sorted(as_stored(engine, now), key=lambda one: one.at):
        other.take(one)
    open_ones = [record for record in records if record.open]
    other.begin((recall(incident_of(r), memory_of(r), other.network) for r in open_ones), known_until=now)
    other.windows = engine.windows
    other.rings = engine.rings
    return other


def played(lines: Sequence[str], ends_at: float, restart_at: float | None) -> list[Mapping[str, Any]]:
    header, observations = read_recording(lines)
    engine = Engine(IncidentSettings(intervals=header.intervals))
    for one in observations:
        if restart_at is not None and one.at > restart_at:
            engine, restart_at = restarted(engine, restart_at), None
        if one.at <= ends_at:
            engine.take(one)
    engine.advance(ends_at)
    told: list[Mapping[str, Any]] = answer(engine, ends_at)["incidents"]
    shown = (
        {name: one[name] for name in SHOWN} for one in told if one["state"] != "resolved" and one["scope"] != "ont"
    )
    return sorted(shown, key=lambda one: (one["scope"], str(one["where"])))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=12, deadline=None)
@given(share=st.floats(0.02, 0.98))
def test_a_restart_at_any_line_changes_nothing(name: str, share: float) -> None:
    scenario = made(name, 1)
    ends_at = float(scenario.moments[0]["at"])
    restart_at = round(share * ends_at, 1)
    before, after = played(scenario.lines, ends_at, None), played(scenario.lines, ends_at, restart_at)
    assert after == before
