"""What the rules judge: made of rows, and of nothing that is too old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from noc_console.domain.actions import JobKind
from noc_console.domain.alarms import facts
from noc_console.domain.alarms.facts import BAD, WELL, OltRows, backup_facts
from noc_console.domain.alarms.rules import RULES, Fact
from noc_console.domain.backups import BackupRun
from noc_console.domain.core_devices import CoreDevice, CoreInterface
from noc_console.domain.freshness import Intervals
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Card, Fan, Olt, Ont, Outcome, PollKind, PollMark, Port, Source, Unregistered
from noc_console.domain.targets import Target

NOW = 100_000.0
EVERY = Intervals()
OLT = Olt(1, "olt-1", "a", reachable=True, last_ok_at=NOW, last_poll_at=NOW, temperature_celsius=44.0, cpu_percent=97.0)


def marks(at: float = NOW - 10, *kinds: PollKind) -> dict[tuple[str, PollKind], PollMark]:
    return {("", kind): PollMark(1, "", kind, Outcome.COMPLETE, at, at) for kind in kinds or PollKind}


ROWS = OltRows(
    olt=OLT,
    cards=[Card(1, "0/1", state="normal"), Card(1, "0/2", state="fault", temperature_celsius=71.0)],
    fans=[Fan(1, "0", state="stopped")],
    ports=[Port(1, "0/1/0", oper="down", admin="up"), Port(1, "0/1/1", oper="down"), Port(1, "0/1/2", oper="up")],
    used_ports=frozenset({"0/1/0", "0/1/2"}),
    marks=marks(),
)
ONT = Ont(7, 1, "0/1/0", 3, serial="HWTC1", state="online", told_signal="critical", told_rx_dbm=-28.6)


def of(rows: OltRows, crossed: dict[tuple[str, str, int], float] | None = None) -> dict[str, Fact]:
    return by_key(facts.olt_facts(rows, EVERY, crossed or {}, NOW))


def by_key(found: Iterable[Fact]) -> dict[str, Fact]:
    listed = list(found)
    keyed = {fact.key: fact for fact in listed}
    assert len(keyed) == len(listed), "each thing is judged once by a rule"
    assert {fact.rule for fact in listed} <= set(RULES)
    return keyed


def test_an_olt_and_its_parts() -> None:
    found = of(ROWS)
    assert found["olt olt-1"].bad is False
    assert found["cpu olt-1"].value == 97.0
    assert found["memory olt-1"].value is None, "what the device does not tell is not known"
    assert (found["card olt-1 0/1"].bad, found["card olt-1 0/2"].bad) == (False, True)
    assert found["card olt-1 0/2"].object == "olt-1 card 0/2"
    assert found["temperature olt-1 0/2"].value == 71.0
    assert found["fan olt-1 0"].bad is True
    assert found["port olt-1 0/1/0"].bad is True and found["port olt-1 0/1/2"].bad is False
    assert found["port olt-1 0/1/1"].bad is None, "a port on which nothing was ever online may be down for ever"


@pytest.mark.parametrize(
    ("state", "bad"),
    [
        ("normal", False),
        ("fault", True),
        ("offline", True),
        ("configuring", None),
        ("absent", None),
        ("17", None),
        (None, None),
    ],
)
def test_a_state_that_nobody_explains_says_nothing(state: str | None, bad: bool | None) -> None:
    assert of(replace(ROWS, cards=[Card(1, "0/1", state=state)]))["card olt-1 0/1"].bad is bad
    assert not WELL & BAD


def test_a_port_that_was_switched_off_is_not_down() -> None:
    assert of(replace(ROWS, ports=[Port(1, "0/1/0", oper="down", admin="down")]))["port olt-1 0/1/0"].bad is False


@pytest.mark.parametrize(
    "rows",
    [
        replace(ROWS, olt=replace(OLT, reachable=False, last_ok_at=NOW - 500)),
        replace(ROWS, marks=marks(NOW - 5000)),
        replace(ROWS, marks={}),
    ],
)
def test_what_is_too_old_is_not_known(rows: OltRows) -> None:
    found = of(rows)
    about_the_device = {key: fact for key, fact in found.items() if fact.rule != "olt"}
    assert all(fact.bad is None and fact.value is None for fact in about_the_device.values())


def test_an_olt_that_does_not_answer_is_silent_since_its_last_answer() -> None:
    silent = of(replace(ROWS, olt=replace(OLT, reachable=False, error="timeout", last_ok_at=NOW - 500)))["olt olt-1"]
    assert (silent.bad, silent.since_at, silent.text) == (True, NOW - 500, "no answer: timeout")
    assert of(replace(ROWS, olt=replace(OLT, reachable=None)))["olt olt-1"].bad is None


def test_light_is_an_alarm_when_it_crosses_a_limit() -> None:
    rows = replace(ROWS, troubled=[ONT])
    chronic = of(rows)["light olt-1 0/1/0 3"]
    assert chronic.bad is None, "weak for weeks: nothing new"
    crossed = of(rows, {("olt-1", "0/1/0", 3): NOW - 60})["light olt-1 0/1/0 3"]
    assert (crossed.bad, crossed.since_at, crossed.serial) == (True, NOW - 60, "HWTC1")
    assert crossed.text == "light -28.6 dBm, critical"
    strong = replace(ONT, told_signal="overload", told_rx_dbm=-6.0)
    assert "overload olt-1 0/1/0 3" in of(replace(ROWS, troubled=[strong]))


@pytest.mark.parametrize(
    ("ont", "bad"),
    [
        ({"match_state": "mismatch"}, True),
        ({"config_state": "failed"}, True),
        ({"match_state": "mismatch", "state": "offline"}, None),
        ({"match_state": "mismatch", "state_changed_at": NOW}, None),
    ],
)
def test_a_wrong_profile_is_known_of_who_is_online_and_was_read_since(ont: dict[str, Any], bad: bool | None) -> None:
    rows = replace(ROWS, troubled=[replace(ONT, told_signal=None, **ont)])
    assert of(rows)["profile olt-1 0/1/0 3"].bad is bad


def test_an_ont_that_waits() -> None:
    waiting = Unregistered(1, "0/1/0", "HWTC9", "HG8245", first_seen_at=NOW - 7200)
    found = of(replace(ROWS, unregistered=[waiting]))["unregistered olt-1 0/1/0 HWTC9"]
    assert (found.bad, found.since_at, found.port) == (True, NOW - 7200, "0/1/0")
    silent = replace(
        ROWS, unregistered=[waiting], troubled=[replace(ONT, match_state="mismatch")], olt=replace(OLT, reachable=False)
    )
    assert {of(silent)[key].bad for key in ("unregistered olt-1 0/1/0 HWTC9", "profile olt-1 0/1/0 3")} == {None}


def test_core_devices_and_uplinks() -> None:
    devices = [
        CoreDevice("core-1", "a", reachable=True, last_ok_at=NOW, last_poll_at=NOW, cpu_percent=91.0),
        CoreDevice("core-2", "a", reachable=False, error="timeout", last_ok_at=NOW - 900, last_poll_at=NOW),
        CoreDevice("pinged", "a", ping_loss=1.0, ping_at=NOW),
        CoreDevice("lossy", "a", ping_loss=0.4, ping_at=NOW),
        CoreDevice("new", "a"),
        CoreDevice("olt-1:uplinks", "a", reachable=True, last_ok_at=NOW, last_poll_at=NOW),
    ]
    interfaces = [
        CoreInterface("core-1", "ge-0", oper="down", alias="ring 2"),
        CoreInterface("core-1", "ge-1", oper="up"),
        CoreInterface("core-1", "ge-2", oper="missing"),
        CoreInterface("core-1", "ge-3", oper="9"),
        CoreInterface("core-2", "ge-0", oper="up"),
        CoreInterface("olt-1:uplinks", "0/9/0", oper="lower layer down"),
    ]
    found = by_key(facts.core_facts(devices, interfaces, frozenset({"olt-1"}), 60.0, NOW))
    silent = {name: found[f"core {name}"].bad for name in ("core-1", "core-2", "pinged", "lossy", "new")}
    assert silent == {"core-1": False, "core-2": True, "pinged": True, "lossy": False, "new": None}
    assert "core olt-1:uplinks" not in found, "that is the OLT itself"
    assert found["cpu core-1"].value == 91.0 and found["cpu core-2"].value is None
    ups = {key.removeprefix("uplink "): fact.bad for key, fact in found.items() if fact.rule == "uplink"}
    assert ups == {
        "core-1 ge-0": True,
        "core-1 ge-1": False,
        "core-1 ge-2": True,
        "core-1 ge-3": None,
        "core-2 ge-0": None,
        "olt-1 0/9/0": True,
    }
    assert found["uplink olt-1 0/9/0"].olt == "olt-1"
    assert found["uplink core-1 ge-0"].text == "interface is down (ring 2)"


@pytest.mark.parametrize(
    ("state", "bad"), [("ok", False), ("off", False), ("failing", True), ("broken", True), ("never", None)]
)
def test_sources(state: str, bad: bool | None) -> None:
    (fact,) = facts.source_facts([Source("genieacs", state, NOW - 300, "refused")])
    assert fact.bad is bad


def test_jobs_that_failed_and_those_of_a_bulk_action_as_one() -> None:
    def job(number: int, batch: int | None = None) -> Job:
        return Job(
            id=number, kind=JobKind.REBOOT, state=JobState.FAILED, target=Target.ont(7), serial="HWTC1",
            olt="olt-1", port="0/1/0", reason="r", requested_by="amy", requested_from="h", requested_at=NOW,
            expires_at=NOW, forced=False, result="fault 9002", batch_id=batch,
        )  # fmt: skip

    found = by_key(facts.job_facts([job(1), job(2, 5), job(3, 5)]))
    assert found["job 1"].text == "reboot failed: fault 9002"
    assert found["job bulk 5"].text == "reboot: 2 did not end well"


def test_a_collector_that_is_late_names_who_waits() -> None:
    waits = [replace(ROWS, olt=replace(OLT, name=f"olt-{n}"), marks=marks(NOW - 400)) for n in range(5)]
    late = facts.late_fact([ROWS, *waits], EVERY, NOW)
    assert (late.bad, late.text) == (True, "OLTs that are polled late: 5 (olt-0, olt-1, olt-2 +2)")
    slow = [replace(one, olt=replace(one.olt, state_s=300.0)) for one in waits]
    silent = [replace(one, olt=replace(one.olt, reachable=False)) for one in waits]
    assert facts.late_fact([ROWS, *slow, *silent], EVERY, NOW).bad is False
    only_health = marks(NOW - 400) | marks(NOW - 1, PollKind.HEALTH)
    assert facts.late_fact([replace(ROWS, marks=only_health)], EVERY, NOW).bad is True
    assert facts.late_fact([replace(ROWS, olt=replace(OLT, last_poll_at=None), marks={})], EVERY, NOW).bad is False


def test_room_for_data() -> None:
    found = by_key(facts.disk_facts({"/var": 7.0, "/mnt": None}, 93.0))
    assert (found["disk /var"].value, found["disk /mnt"].value, found["buffer samples"].value) == (7.0, None, 93.0)


@pytest.mark.parametrize(("error", "bad"), [("the login is refused", True), (None, False)])
def test_the_last_attempt_at_a_backup_is_bad_or_well(error: str | None, bad: bool) -> None:
    run = BackupRun("olt-1", 500.0, ok_at=100.0, failed_since_at=300.0 if error else None, error=error)
    (fact,) = backup_facts([run], frozenset({"olt-1"}))
    assert (fact.bad, fact.since_at, fact.olt) == (bad, 300.0 if error else None, "olt-1")
    assert not error or error in fact.text


def test_an_olt_that_is_not_configured_any_more_has_no_alarm_about_its_backups() -> None:
    assert list(backup_facts([BackupRun("gone", 500.0, error="x")], frozenset({"olt-1"}))) == []
