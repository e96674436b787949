"""Collectors that share the OLTs, on the Sources screen and in the header."""

from __future__ import annotations

from dataclasses import replace

from noc_console.console.render.header import banner
from noc_console.console.render.sources import rows
from noc_console.domain.agreement import RELEASE, as_text
from noc_console.domain.network import Collector
from noc_console.picture.equipment_rows import source_rows
from noc_console.picture.model import Model
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0
FIRST = Collector("a", "noc-1", 11, "daemon", NOW - 900, NOW - 2, clock_at=NOW - 2, joined=True)
LEADER = replace(FIRST, id="b", host="noc-2", started_at=NOW - 60, leads=True, region="north")


def model_of(*collectors: Collector) -> Model:
    model = Model(PictureSettings())
    model.collectors = {one.id: one for one in collectors}
    model.link.last_ok_at, model.link.loaded = NOW, True
    return model


def test_who_leads_is_shown_with_those_that_share() -> None:
    row = rows(model_of(FIRST, LEADER), NOW)["collector"]
    assert row.state == "ok" and "noc-2" in row.detail and row.detail.endswith("; shares the OLTs with noc-1")
    dead = replace(FIRST, heartbeat_at=NOW - 60)
    assert "shares" not in rows(model_of(dead, LEADER), NOW)["collector"].detail


def test_each_collector_has_its_line_in_show_sources() -> None:
    told = [str(row["detail"]) for row in source_rows(model_of(FIRST, LEADER), NOW)]
    assert any(text.endswith("shares the OLTs") for text in told)
    assert any(text.endswith("leads, region north") for text in told)


def test_a_wrong_clock_of_any_collector_is_told() -> None:
    assert banner(model_of(FIRST, LEADER), NOW, NOW - 900) is None
    ahead = replace(FIRST, clock_at=FIRST.heartbeat_at + 3600)
    told = banner(model_of(ahead, LEADER), NOW, NOW - 900)
    assert told is not None and "noc-1 is 1h00m ahead of" in told


def test_a_collector_of_another_config_is_named_with_its_olts() -> None:
    marks = {RELEASE: "1", "olt:olt-1": "aa", "olt:olt-2": "bb"}
    leader = replace(LEADER, marks=as_text(marks))
    same, other = (replace(FIRST, marks=as_text(marks | changed)) for changed in ({}, {"olt:olt-2": "cc"}))
    assert rows(model_of(same, leader), NOW)["collector"].state == "ok"
    row = rows(model_of(other, leader), NOW)["collector"]
    assert row.state == "differ" and "noc-1 (pid 11)" in row.detail and "sets olt-2 otherwise" in row.detail
    errors = {str(row["detail"]): row["error"] for row in source_rows(model_of(other, leader), NOW)}
    assert [bool(error) for detail, error in sorted(errors.items())] == [True, False]
    dead = replace(other, heartbeat_at=NOW - 60)
    assert rows(model_of(dead, leader), NOW)["collector"].state == "ok"
