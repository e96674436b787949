"""What is put before the judge, and that there is one way to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from noc_console.domain.diagnosis.situation import Situation
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import (
    Collector,
    Cpe,
    Olt,
    Ont,
    Outcome,
    PollKind,
    PollMark,
    Port,
    Source,
    Unregistered,
)
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Signal
from noc_console.domain.targets import Target
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.picture.settings import PictureSettings
from noc_console.picture.verdicts import situation, verdict_of

NOW = 1_000_000.0


def mark(kind: PollKind, age_s: float, port: str = "0/1/0") -> PollMark:
    return PollMark(1, port, kind, Outcome.COMPLETE, NOW - age_s, NOW - age_s)


FRESH = (mark(PollKind.STATE, 10), mark(PollKind.OPTICS, 10))
OLT = Olt(1, "olt-1", "192.0.2.1", reachable=True)


def model_of(update: Update) -> Model:
    model = Model(PictureSettings())
    for _ in model.apply(update, lambda: NOW, Delta()):
        pass
    return model


def known(ont: Ont | None = None, *marks: PollMark, olt: Olt = OLT, **more: Any) -> tuple[Model, OntFacts]:
    ours = ont or Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", state="online", onu_rx_dbm=-26.0)
    beside = Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", state="online", onu_rx_dbm=-27.0)
    model = model_of(Update(olts=[olt], onts=[ours, beside], marks=list(marks or FRESH), **more))
    return model, gather(model, model.onts.row_of[1], NOW)


def put(*args: Any, **more: Any) -> Situation:
    model, facts = known(*args, **more)
    return situation(model, facts, [])


def test_neighbours_light_is_told_while_it_is_fresh() -> None:
    assert [n.onu_rx_dbm for n in put().neighbours] == [-27.0]
    alone = Ont(1, 1, "0/1/0", 3, state="online", onu_rx_dbm=-26.0, refreshed_at=NOW - 5)
    found = put(alone, mark(PollKind.STATE, 10), mark(PollKind.OPTICS, 90_000))
    assert found.optics.trusted, "it was read alone just now"
    assert [n.onu_rx_dbm for n in found.neighbours] == [None]


def test_the_configuration_has_the_age_of_the_inventory() -> None:
    alone = Ont(1, 1, "0/1/0", 3, state="online", refreshed_at=NOW - 5)
    assert put(alone, mark(PollKind.STATE, 10), mark(PollKind.INVENTORY, 9000)).config_at == NOW - 9000


def test_an_acs_that_is_away_is_said_to_be() -> None:
    cpes = [Cpe("x", "HWTC00000001", last_inform_at=NOW - 9000)]
    assert put(cpes=cpes, sources=[Source("genieacs", "ok")]).acs_ok
    found = put(cpes=cpes, sources=[Source("genieacs", "failing")])
    assert (found.acs_ok, found.managed) == (False, True)


def test_where_it_was_seen_last_it_waits() -> None:
    rows = [Unregistered(1, f"0/1/{n}", "HWTC00000001", last_seen_at=at) for n, at in ((1, 5.0), (2, 9.0), (3, 7.0))]
    assert put(unregistered=rows).unregistered.port == "0/1/2"


# The cases in which commands and console once judged one database in two ways


def test_light_that_was_read_alone_is_as_fresh_as_that_reading() -> None:
    ont = Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", state="online", onu_rx_dbm=-28.5, refreshed_at=NOW - 10)
    model, facts = known(ont, mark(PollKind.STATE, 10), mark(PollKind.OPTICS, 1500))
    assert facts.optics.trusted and facts.optics_at == NOW - 10
    assert (facts.signal, model.counts().critical) == (Signal.CRITICAL, 1)
    assert verdict_of(model, facts, []).finding.code == "drop_fibre_weak"


def test_two_routers_with_one_serial_are_never_guessed_between() -> None:
    cpes = [Cpe("A-1", "HWTC00000001", last_inform_at=NOW - 30), Cpe("B-1", "HWTC00000001", last_inform_at=NOW - 9e4)]
    model, facts = known(cpes=cpes, sources=[Source("genieacs", "ok")])
    assert (facts.cpe, facts.managed, len(facts.routers)) == (None, True, 2)
    for _ in model.apply(Update(cpes=[replace(cpes[1], serial=None)]), lambda: NOW, Delta()):
        pass
    assert gather(model, 0, NOW).cpe == cpes[0], "the other one is another ONT's by now"


def test_behind_a_silent_olt_nothing_old_is_called_good() -> None:
    ont = Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", state="online", onu_rx_dbm=-19.0)
    _, facts = known(ont, olt=replace(OLT, reachable=False))
    assert (facts.domain_state, facts.signal) == (OntState.UNKNOWN, None)


def test_a_mark_of_the_whole_olt_counts_for_its_ports() -> None:
    marks = (mark(PollKind.STATE, 10, ""), mark(PollKind.OPTICS, 100, ""), mark(PollKind.INVENTORY, 300, ""))
    found = put(None, *marks)
    assert (found.state, found.state_at, found.config_at) == (OntState.ONLINE, NOW - 10, NOW - 300)
    assert found.optics.trusted


def test_a_collector_that_polls_once_takes_no_jobs() -> None:
    once, daemon = (Collector(mode, "h", 1, mode, NOW - 5, NOW - 1) for mode in ("once", "daemon"))
    assert model_of(Update(collectors=[once])).collector(NOW) is None
    assert model_of(Update(collectors=[once, daemon])).collector(NOW) == daemon
    assert model_of(Update(collectors=[daemon])).collector(NOW + 60) is None


def test_not_managed_is_said_only_after_somebody_looked() -> None:
    place = (Target.ont(1), "HWTC00000001", "olt-1", "0/1/0")
    looked = Job(1, JobKind.VIEW, JobState.VERIFIED, *place, "", "a", "", NOW, NOW)
    acs = [Source("genieacs", "ok")]
    assert known(sources=acs)[1].managed is None
    assert known(sources=acs, jobs=[looked])[1].managed is False
    assert known(sources=[Source("genieacs", "failing")], jobs=[looked])[1].managed is None


def test_a_port_is_part_of_the_situation() -> None:
    port = Port(1, "0/1/0", oper="up", tx_dbm=3.0)
    assert put(ports=[port]).port == port
