"""The handover and the report of an incident: facts, and Markdown that data cannot break."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from noc_console.domain.actions import JobKind
from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.changes import Change, OntDown, PortChanged, Severity
from noc_console.domain.handling import Comment, Handling, Maintenance
from noc_console.domain.incidents.incident import Bracket, Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import IncidentRecord, record_of
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Collector, Olt, Ont, Source
from noc_console.domain.plant import Splitter, Subscriber
from noc_console.domain.targets import Target
from noc_console.domain.update import Update
from noc_console.picture.handover import handover
from noc_console.picture.handover import markdown as handover_text
from noc_console.picture.incident_report import incident_report
from noc_console.picture.incident_report import markdown as report_text
from noc_console.picture.model import Delta, Model
from noc_console.picture.reports import escaped
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0
SHIFT = NOW - 8 * 3600
OPEN: IncidentRecord = record_of(
    Incident(
        number=17, state=Life.CONFIRMED, severity=Severity.CRITICAL, cause=Cause.FIBRE, scope=Scope.BRANCH,
        where=Where(olt="olt-1", port="0/1/0", splitter="SP-7"), affected=2, total=3, alive=1, business=1,
        onts=(("olt-1", "0/1/0", 3), ("olt-1", "0/1/0", 4)), opened_at=NOW - 700, first_loss_at=NOW - 720,
        confirmed_at=NOW - 690, confidence=0.94, evidence={"loss_of_signal": 2, "alive": 1},
        text=("2 lost their light within 2 s.",), bracket=Bracket(2310, 2480),
    )
)  # fmt: skip
SMALL = replace(OPEN, id=18, severity=Severity.MINOR, place="olt-1 0/1/1")
DONE = replace(OPEN, id=16, state=Life.RESOLVED, resolved_at=NOW - 3600, first_loss_at=NOW - 7200)
LONG_AGO = replace(DONE, id=9, resolved_at=SHIFT - 1)
FAN = Alarm("fan olt-1 0", "fan", "olt-1 fan 0", Severity.MAJOR, NOW - 900, NOW - 900, "state fault", olt="olt-1")
AUDIT = [
    {"id": 2, "at": NOW - 500, "actor": "amy", "action": "acknowledge", "target": "INC-17", "reason": "",
     "result": "acknowledged", "job_id": None},
    {"id": 1, "at": NOW - 600, "actor": "bob", "action": "acknowledge", "target": "INC-17", "reason": "",
     "result": "refused: bob is viewer", "job_id": None},
    {"id": 3, "at": NOW - 400, "actor": "amy", "action": "reboot", "target": "HWTC1", "reason": "r",
     "result": "requested", "job_id": 5},
    {"id": 4, "at": NOW - 300, "actor": "amy", "action": "swap", "target": "A for B", "reason": "dead",
     "result": "swap 1", "job_id": None},
]  # fmt: skip


def job(number: int, kind: JobKind = JobKind.REBOOT, at: float = NOW - 400, batch: int | None = None) -> Job:
    return Job(
        id=number, kind=kind, state=JobState.VERIFIED, target=Target.ont(1), serial="HWTC1", olt="olt-1", port="0/1/0",
        reason="calls", requested_by="amy", requested_from="h", requested_at=at, expires_at=at, forced=False,
        result="back after 62 s", finished_at=at, batch_id=batch,
    )  # fmt: skip


def model_of(**records: list[Any]) -> Model:
    changes = records.pop("changes", [])
    update = Update(
        olts=[
            Olt(1, "olt-1", "a", reachable=True),
            Olt(2, "olt-2", "a", reachable=False, error="timeout", last_ok_at=NOW - 60),
        ],
        onts=[
            Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", description="Ana"),
            Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", description="=cmd()"),
        ],
        jobs=[job(5), job(6, JobKind.REFRESH), job(7, at=SHIFT - 10), job(8, batch=2)],
        sources=[Source("genieacs", "failing", NOW - 100, "refused"), Source("ping", "ok", NOW)],
        collectors=[Collector("c", "h", 1, "daemon", NOW - 99, NOW)],
        changes=changes,
        records={
            "splitters": [Splitter("SP-7", "olt-1", "0/1/0", zone="north")],
            "subscribers": [
                Subscriber("100", "Ana", "HWTC00000001", "SP-7", address="Long St 1", contact="555-1"),
                Subscriber("200", "Bank", "HWTC00000002", "SP-7", business=True),
            ],
            **records,
        },
    )  # fmt: skip
    model = Model(PictureSettings())
    for _ in model.apply(update, lambda: NOW, Delta()):
        pass
    return model


FULL: dict[str, list[Any]] = {
    "incidents": [SMALL, OPEN, DONE, LONG_AGO],
    "alarms": [FAN, replace(FAN, key="port x", rule="port", incident=17), replace(FAN, key="old", cleared_at=NOW - 5)],
    "handlings": [
        Handling("INC-17", "amy", NOW - 500, Severity.CRITICAL, 2, "fibre"),
        Handling(FAN.key, shelved_by="amy", shelved_at=NOW - 60, shelved_until_at=NOW + 3600),
        Handling("INC-16", shelved_by="amy", shelved_at=NOW - 60, shelved_until_at=NOW + 3600),
    ],
    "comments": [
        Comment(2, "INC-17", "bob", NOW - 100, "crew is there"),
        Comment(1, "INC-17", "amy", NOW - 450, "crew sent, ETA 15:10"),
    ],
    "maintenance": [
        Maintenance(1, "splicing", "amy", NOW - 60, NOW + 60, olt="olt-1"),
        Maintenance(2, "old", "amy", SHIFT - 900, SHIFT - 1, olt="olt-1"),
        Maintenance(3, "later", "amy", NOW + 600, NOW + 900, zone="north"),
    ],
}


def test_a_handover_tells_what_the_next_shift_must_know() -> None:
    told = handover(model_of(**FULL), "metro-1", SHIFT, NOW, AUDIT)
    assert [one["id"] for one in told["incidents"]] == ["INC-17", "INC-18"], "the worst first"
    first = told["incidents"][0]
    assert (first["standing"], first["acked_by"], first["code"]) == ("acked", "amy", "C ")
    assert [one["text"] for one in first["comments"]] == ["crew sent, ETA 15:10", "crew is there"]
    assert [one["id"] for one in told["resolved"]] == ["INC-16"]
    assert ([one["key"] for one in told["alarms"]], told["alarms_explained"]) == ([FAN.key], 1)
    assert [one["about"] for one in told["shelved"]] == [FAN.key], "what is over returns from no shelf"
    assert [(one["id"], one["state"]) for one in told["maintenance"]] == [(3, "to come"), (1, "under way")]
    assert [one["id"] for one in told["jobs"]] == [5], "no looks, none of before, none of a bulk action"
    assert [(one["by"], one["action"]) for one in told["other"]] == [("amy", "acknowledge"), ("amy", "swap")]
    assert [one["name"] for one in told["sources"]] == ["genieacs", "olt-2"]
    json.dumps(told)


def test_a_handover_reads_as_text() -> None:
    text = handover_text(handover(model_of(**FULL), "metro-1", SHIFT, NOW, AUDIT))
    lines = text.splitlines()
    assert lines[0].startswith("# Handover metro-1, 1970-01-12 ")
    (incident,) = [line for line in lines if line.startswith("- **INC-17**")]
    assert incident.startswith("- **INC-17** fibre olt-1 0/1/0 SP-7: 2 of 3 down, 1 business, since ")
    assert " amy: crew sent, ETA 15:10\n" in text
    assert "- genieacs: failing, last answer" in text and "fan 0" in text and "reboot HWTC1" in text
    assert "No collector is at work" not in text


def test_an_empty_night_says_so_and_a_dead_collector_too() -> None:
    model = Model(PictureSettings())
    text = handover_text(handover(model, "metro-1", SHIFT, NOW))
    assert text.count("none") == 8
    assert "**No collector is at work: what follows may be old.**" in text


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("plain olt_1 0/1", "plain olt_1 0/1"),
        ("<script>", "\\<script>"),
        ("[x](http://a)\n# y", "\\[x\\](http://a) # y"),
        ("# y", "\\# y"),
        ("- y", "\\- y"),
        ("A & B > 3 | 4!", "A & B > 3 | 4!"),
        ("**a** _b_ `c` ~d~ &lt;", "\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\~d\\~ \\&lt;"),
        ("a\x1b[2J\u202eb", "a·\\[2Jb"),
    ],
)
def test_data_is_no_markup(data: str, shown: str) -> None:
    assert escaped(data) == shown


def test_hostile_text_stays_on_its_line() -> None:
    evil = replace(FAN, text="x\n## Open incidents\n- **INC-99** <b>", object="a\nb")
    comment = Comment(1, evil.key, "e\nvil", NOW, "# done\n\n- all")
    text = handover_text(handover(model_of(alarms=[evil], comments=[comment]), "s\n# t", SHIFT, NOW))
    assert text.count("\n## Open incidents\n") == 1 and "<b>" not in text.replace("\\<b>", "")
    assert not any(line.startswith(("# done", "- all", "- **INC-99")) for line in text.splitlines())


CHANGES: list[Change] = [
    OntDown(id=1, at=NOW - 720, olt="olt-1", port="0/1/0", ont_id=3, serial="HWTC00000001", reason="loss_of_signal"),
    OntDown(id=2, at=NOW - 715, olt="olt-1", port="0/1/0", ont_id=9, serial="HWTC00000009", reason="dying_gasp"),
    OntDown(id=3, at=NOW - 710, olt="olt-1", port="0/1/1", ont_id=3, serial="HWTC0000000A", reason="dying_gasp"),
    PortChanged(id=4, at=NOW - 705, olt="olt-1", port="0/1/0", before="up", after="down"),
    PortChanged(id=5, at=NOW - 9000, olt="olt-1", port="0/1/0", before="up", after="down"),
]


def test_a_report_tells_how_it_went() -> None:
    report = incident_report(model_of(changes=CHANGES, **FULL), 17, NOW, AUDIT)
    assert report is not None
    texts = [row["text"] for row in report["timeline"]]
    assert texts == [
        "first loss", "HWTC00000001 offline (LOS)", "olt-1 PON port 0/1/0 down, was up", "opened", "confirmed",
        "amy: acknowledge", "amy wrote: crew sent, ETA 15:10", "bob wrote: crew is there",
    ]  # fmt: skip
    assert (report["id"], report["place"], report["standing"]) == ("INC-17", "olt-1 0/1/0 SP-7", "acked")
    assert report["lasted_s"] == 720
    json.dumps(report)
    text = report_text(report)
    assert text.startswith("# INC-17: fibre, olt-1 0/1/0 SP-7\n")
    assert "- look: between 2310 m and 2480 m from the OLT" in text
    assert "ONTs: 2, of business customers: 1. List: `noc-console incident INC-17 --csv`" in text
    assert "Ana" not in text and "555-1" not in text, "a ticket system is no place for customers' data"


def test_the_customers_that_it_hits_business_first() -> None:
    report = incident_report(model_of(**FULL), 17, NOW)
    assert report is not None
    bank, ana = report["customers"]
    assert (bank["account"], bank["business"], bank["description"]) == ("200", True, "=cmd()")
    assert (ana["name"], ana["address"], ana["contact"], ana["splitter"], ana["zone"]) == (
        "Ana", "Long St 1", "555-1", "SP-7", "north",
    )  # fmt: skip
    gone = replace(OPEN, detail=OPEN.detail.replace('"0/1/0",3]', '"0/1/0",63]'))
    report = incident_report(model_of(incidents=[gone]), 17, NOW)
    assert report is not None
    (missing,) = [row for row in report["customers"] if row["ont_id"] == 63]
    assert (missing["state"], missing["account"], missing["serial"]) == ("not listed", None, None)


def test_there_is_no_report_of_what_is_not_there() -> None:
    assert incident_report(model_of(), 17, NOW) is None
