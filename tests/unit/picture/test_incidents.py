"""The list of incidents: its order, its counts, who is hit, and what an ONT is part of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from incident_samples import AT, blind, incident

from noc_console.domain.actions import JobKind
from noc_console.domain.changes import OntUp, Severity
from noc_console.domain.filters import FilterError
from noc_console.domain.handling import Comment, Handling
from noc_console.domain.incidents.incident import Cause, Life, Scope, Where
from noc_console.domain.incidents.words import sentence
from noc_console.domain.network import Olt, Ont, Outcome, PollKind, PollMark
from noc_console.domain.outage_filters import parse_outage_filter
from noc_console.domain.plant import Splitter, Subscriber
from noc_console.domain.policy import blockers
from noc_console.domain.update import Update
from noc_console.picture import incidents
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_facts import gather
from noc_console.picture.settings import PictureSettings
from noc_console.picture.verdicts import verdict_of


def model_of(*records: Any, **more: Any) -> Model:
    onts = [Ont(n + 1, 1, "0/1/2", n, serial=f"HWTC{n:08X}", state="offline" if n < 8 else "online") for n in range(10)]
    model = Model(PictureSettings())
    feed(
        model,
        olts=[Olt(1, "olt-1", "a", reachable=True), Olt(2, "olt-2", "b", reachable=True)],
        onts=onts,
        marks=[PollMark(1, "0/1/2", PollKind.STATE, Outcome.COMPLETE, AT, AT)],
        records={"incidents": list(records), **more.pop("records", {})},
        **more,
    )
    return model


def feed(model: Model, **changes: Any) -> None:
    for _ in model.apply(Update(**changes), lambda: AT, Delta()):
        pass


def names(model: Model, **given: Any) -> list[str]:
    return [f"{one.code}{one.record.id}" for one in incidents.listed(model, AT, **given)]


MINOR = incident(3, severity=Severity.MINOR, affected=3)
MAJOR = incident(4, severity=Severity.MAJOR, affected=9)
LARGE = incident(5, severity=Severity.MAJOR, affected=118, cause=Cause.POWER)
ALONE = incident(6, severity=Severity.MINOR, scope=Scope.ONT, affected=1)
BANK = incident(7, severity=Severity.MAJOR, scope=Scope.ONT, affected=1, business=1)
OVER = incident(8, state=Life.RESOLVED, resolved_at=AT - 3599)
LONG_OVER = incident(9, state=Life.RESOLVED, resolved_at=AT - 3601)
SHELVED = Handling("INC-5", shelved_by="amy", shelved_at=AT - 60, shelved_until_at=AT + 60)
ACKED = Handling("INC-17", "amy", AT - 100, Severity.CRITICAL, 41, "fibre")


def test_what_nobody_has_stands_first_then_the_worst_then_the_largest() -> None:
    model = model_of(MINOR, MAJOR, LARGE, blind(), incident(17), OVER, records={"handlings": [ACKED]})
    assert names(model) == ["M*5", "?*16", "M*4", "m*3", "C 17", "C-8"]


def test_what_was_put_away_stands_below_what_is_open_and_is_not_counted() -> None:
    model = model_of(MINOR, LARGE, blind(), replace(MAJOR, planned=True), records={"handlings": [SHELVED]})
    assert names(model) == ["?*16", "m*3", "Mz5", "Mm4"]
    assert incidents.counts(model, AT) == {"C": 0, "M": 0, "m": 1, "W": 0, "?": 1}
    assert incidents.counts(model, AT + 61)["M"] == 1  # shelf and time end


def test_one_residential_customer_is_listed_on_demand_only() -> None:
    model = model_of(ALONE, BANK)
    assert names(model) == ["M*7"]
    assert names(model, single=True) == ["M*7", "m*6"]


def test_resolved_ones_stay_for_an_hour() -> None:
    model = model_of(OVER, LONG_OVER)
    assert names(model) == ["C-8"]
    assert incidents.listed(model, AT + 60) == []
    assert incidents.counts(model, AT)["C"] == 0


def test_a_reopened_incident_is_open_again_and_a_resolved_one_lets_its_onts_go() -> None:
    model = model_of(incident(17))
    assert incidents.part_of(model, 0) is not None
    feed(model, records={"incidents": [incident(17, state=Life.RESOLVED, resolved_at=AT)]})
    assert incidents.part_of(model, 0) is None
    feed(model, records={"incidents": [incident(17)]})
    assert names(model) == ["C*17"]
    assert incidents.part_of(model, 0) is not None


def test_an_ont_that_is_back_is_part_of_nothing_but_of_fading_light() -> None:
    model = model_of(incident(17, onts=(("olt-1", "0/1/2", 0), ("olt-1", "0/1/2", 9))))
    assert [row for row in range(10) if incidents.part_of(model, row)] == [0]
    feed(model, records={"incidents": [incident(17, cause=Cause.LIGHT, onts=(("olt-1", "0/1/2", 9),))]})
    assert [row for row in range(10) if incidents.part_of(model, row)] == [9]


def test_of_two_incidents_the_wider_one_names_the_ont() -> None:
    onts = (("olt-1", "0/1/2", 0),)
    model = model_of(incident(3, scope=Scope.ONT, onts=onts), incident(17, severity=Severity.MINOR, onts=onts))
    part = incidents.part_of(model, 0)
    assert part is not None
    assert part.id == 17
    assert "fibre cut olt-1 0/1/2 SP-7, 41 down of 64 since " in sentence(part, AT)
    assert sentence(part, AT).endswith("nobody has it")


def test_the_impact_has_business_first_then_the_ports_in_their_order() -> None:
    onts = tuple(("olt-1", port, n) for n, port in ((0, "0/1/2"), (1, "0/1/10"), (2, "0/1/2")))
    bank = Subscriber("200", "Bank", "HWTC00000002", "SP-7", address="Long St 1", contact="555-1", business=True)
    model = model_of(incident(17, onts=onts), records={"subscribers": [bank]})
    rows = incidents.impact(model, next(model.outages.open()))
    assert [(row["pon_port"], row["ont_id"]) for row in rows] == [("0/1/2", 2), ("0/1/2", 0), ("0/1/10", 1)]
    assert (rows[0]["name"], rows[0]["address"], rows[0]["contact"]) == ("Bank", "Long St 1", "555-1")
    assert rows[2]["state"] == "not listed"


def up(number: int, at: float, down_s: float | None, port: str = "0/1/2", ont_id: int = 20) -> OntUp:
    return OntUp(id=number, at=at, olt="olt-1", port=port, ont_id=ont_id + number, down_s=down_s)


def test_the_recovery_counts_those_that_went_with_it_only() -> None:
    clearing = incident(17, state=Life.CLEARING, restored=6, affected=8, stragglers=(("olt-1", "0/1/2", 0),))
    changes = [
        up(1, AT - 30, 150.0),
        up(2, AT - 59, 120.0),
        up(3, AT - 70, 110.0),  # more than a minute ago
        up(4, AT - 20, 9000.0),  # was down long before
        up(5, AT - 20, None),  # nobody knows since when
        up(6, AT - 20, 100.0, port="0/1/3"),
    ]
    model = model_of(clearing, changes=changes)
    seen = incidents.recovery(model, clearing, AT)
    assert seen is not None
    assert seen.text == "6/14 back · +2 in last minute · 1 straggler"
    assert incidents.recovery(model, incident(17), AT) is None


FILTERS = {
    "sev:C": [17],
    "sev:C,?": [17, 16],
    "sev:m": [3],
    "sev:major": [4],
    "sev:?": [16],
    "cause:fibre": [17, 4],
    "cause:power": [3],
    "!cause:fibre": [16, 3],
    "olt:olt-2": [16],
    "olt:olt-1": [17, 4, 3],
    "port:0/1/2": [17, 3],
    "pon:0/9": [4],
    "state:acked": [17],
    "state:unacked": [16, 4, 3],
    "!acked": [16, 4, 3],
    "unacked": [16, 4, 3],
    "!shelved confirmed": [17, 16, 4, 3],
    "zone:north": [17, 4, 3],
    "business:yes": [4],
    "business:no": [16, 3, 17],
    "SP-7 fibre": [17, 4],
    "inc-16": [16],
    "amy": [17],
    "age:>5m": [16],
    "scope:olt": [16],
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters(text: str) -> None:
    nine = Where(olt="olt-1", port="0/9/1", splitter="SP-7")
    model = model_of(
        incident(17),
        blind(),
        incident(4, severity=Severity.MAJOR, where=nine, business=2, onts=()),
        incident(3, severity=Severity.MINOR, cause=Cause.POWER, where=Where(olt="olt-1", ports=("0/1/1", "0/1/2"))),
        records={
            "handlings": [ACKED],
            "splitters": [Splitter("SP-7", "olt-1", "0/1/2", zone="north")],
            "subscribers": [Subscriber("1", serial="HWTC00000000", splitter="SP-7")],
        },
    )
    wanted = parse_outage_filter(text)
    found = [one for one in incidents.listed(model, AT) if wanted.matches(incidents.facts(model, one, AT))]
    assert {one.record.id for one in found} == set(FILTERS[text])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sev:Q", "sev: has no 'Q'"),
        ("sev:", "wants a value"),
        ("cause:fiber", "did you mean fibre?"),
        ("state:ack", "did you mean acked?"),
        ("business:maybe", "yes or no"),
        ("port:", "wants a PON port"),
        ("colour:red", "unknown field"),
    ],
)
def test_a_bad_filter_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_outage_filter(f"los {text}")
    assert said in caught.value.message
    assert caught.value.position >= 4


def test_the_verdict_and_the_policy_know_the_incident_and_what_was_noted() -> None:
    notes = {"comments": [Comment(1, "INC-17", "amy", AT - 60, "crew ETA 15:10")], "handlings": [ACKED]}
    model = model_of(incident(17), records=notes)
    facts = gather(model, 0, AT)
    finding = verdict_of(model, facts, []).finding
    assert finding.code == "incident"
    assert "acknowledged by amy. Do not reboot." in finding.headline
    assert "crew ETA 15:10" in finding.evidence[-1]
    assert "part of INC-17" in blockers(JobKind.REBOOT, facts.standing)[-2].reason
    assert gather(model, 9, AT).outage is None


def test_an_olt_that_is_silent_hides_its_onts_and_that_is_no_outage_of_theirs() -> None:
    model = model_of(blind(16, where=Where(olt="olt-1")))
    feed(model, olts=[Olt(1, "olt-1", "a", reachable=False)])
    facts = gather(model, 0, AT)
    assert facts.outage is not None
    assert facts.standing.incident is None
    finding = verdict_of(model, facts, []).finding
    assert finding.code == "olt_silent"
    assert any("INC-16: we cannot see it" in text for text in finding.evidence)
