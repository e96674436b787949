"""What a reading changes, and what it must not conclude."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from noc_console.collector.reconcile import BURST, KnownOnts, PortChanges, commit, missing_ports, reconcile_port
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Ont, Outcome, PollKind
from noc_console.domain.poll import Facts, PortReading

PORT = PonPort((0, 1, 3))
UP: Facts = {"state": "online"}
LOS: Facts = {"state": "offline", "offline_reason": "loss_of_signal", "vendor_reason": "1"}
GASP: Facts = {"state": "offline", "offline_reason": "dying_gasp", "vendor_reason": "13"}


class Port:
    """One port's readings, committed one after the other as the database takes them."""

    def __init__(self, onts: dict[int, Facts] | None = None) -> None:
        self.known = KnownOnts("north")
        self.now = 1000.0
        self.read_before: float | None = None
        self._ids = itertools.count(1)
        if onts is not None:
            self.read(onts)
        self.known.baseline = onts is None

    def read(
        self,
        onts: dict[int, Facts],
        outcome: Outcome = Outcome.COMPLETE,
        kind: PollKind = PollKind.STATE,
        port: PonPort = PORT,
    ) -> PortChanges:
        self.now += 60
        reading = PortReading(port, outcome, onts)
        changes = reconcile_port(self.known, reading, kind, self.now, self.read_before)
        changes.inserted = [replace(ont, id=next(self._ids), olt_id=1) for ont in changes.inserted]
        commit(self.known, reading, kind, changes)
        if outcome is Outcome.COMPLETE:
            self.read_before = self.now
        return changes

    def ont(self, ont_id: int, port: PonPort = PORT) -> Ont:
        return self.known.onts[(str(port), ont_id)]

    def listed(self) -> list[int]:
        return sorted(ont.ont_id for ont in self.known.by_port(str(PORT)))


def kinds(changes: PortChanges) -> list[str]:
    return [event["kind"] for event in changes.events]


def severities(changes: PortChanges) -> list[str]:
    return [event["severity"] for event in changes.events]


def serial(number: int) -> str:
    return f"HWTC{number:08X}"


# New, moved, swapped


def test_the_first_inventory_is_no_news() -> None:
    changes = Port().read({0: UP | {"serial": serial(1)}, 5: LOS | {"serial": serial(2)}})
    assert [(ont.ont_id, ont.state, ont.serial) for ont in changes.inserted] == [
        (0, "online", serial(1)),
        (5, "offline", serial(2)),
    ]
    assert changes.events == []


def test_a_new_ont_is_an_event_with_its_place() -> None:
    port = Port({0: UP})
    changes = port.read({0: UP, 9: UP | {"serial": serial(9), "distance_m": 1200}})
    (event,) = changes.events
    assert (event["kind"], event["serial"], event["port"], event["olt"]) == ("ont_new", serial(9), "0/1/3", "north")
    assert event["text"] == f"new ONT {serial(9)} on 0/1/3 id 9"
    ont = port.ont(9)
    assert (ont.first_seen_at, ont.state_changed_at, ont.last_online_at) == (port.now,) * 3
    assert ont.distance_m == 1200


def test_an_unread_value_leaves_a_new_ont_unknown_not_offline() -> None:
    port = Port({0: {"state": None}, 1: {"serial": serial(1)}})
    assert (port.ont(0).state, port.ont(1).state) == ("unknown", "unknown")
    assert port.ont(0).last_online_at is None


@pytest.mark.parametrize("kind", [PollKind.OPTICS, PollKind.INVENTORY])
def test_only_a_state_reading_tells_which_onts_exist(kind: PollKind) -> None:
    port = Port({0: UP})
    changes = port.read({7: {"onu_rx_dbm": -20.0}}, kind=kind)
    for _ in range(5):
        assert port.read({}, kind=kind).updated == []
    assert (changes.inserted, port.listed()) == ([], [0])


def test_a_moved_ont_is_told_as_moved_and_keeps_its_first_sight() -> None:
    port = Port({0: UP | {"serial": serial(1)}})
    first_seen_at = port.ont(0).first_seen_at
    elsewhere = PonPort((0, 2, 0))
    changes = port.read({4: UP | {"serial": serial(1)}}, port=elsewhere)
    (event,) = changes.events
    assert event["kind"] == "ont_moved"
    assert event["text"] == f"{serial(1)} now also on 0/2/0 id 4, known on 0/1/3 id 0"
    assert port.ont(4, elsewhere).first_seen_at == first_seen_at
    assert port.ont(0).vanished_at is None, "the old place is there until two readings lack it"


def test_another_serial_in_the_same_place_is_a_swap() -> None:
    port = Port({0: UP | {"serial": serial(1)}})
    changes = port.read({0: UP | {"serial": serial(2)}})
    assert kinds(changes) == ["ont_swapped"]
    assert serial(1) in changes.events[0]["text"] and serial(2) in changes.events[0]["text"]
    assert port.ont(0).serial == serial(2)


def test_an_unreadable_serial_is_no_swap() -> None:
    port = Port({0: UP | {"serial": serial(1)}})
    assert port.read({0: UP | {"serial": None}}).events == []
    assert port.ont(0).serial == serial(1)


def test_a_serial_that_was_not_known_is_no_swap_either() -> None:
    port = Port({0: UP})
    assert port.read({0: UP | {"serial": serial(1)}}).events == []
    assert port.ont(0).serial == serial(1)


# Vanished


def test_an_ont_is_gone_after_two_complete_readings_without_it() -> None:
    port = Port({0: UP, 1: UP | {"serial": serial(1)}})
    assert port.read({0: UP}).updated == []
    changes = port.read({0: UP})
    assert [(ont.ont_id, changed) for ont, changed in changes.updated] == [(1, {"vanished_at": port.now})]
    assert kinds(changes) == ["ont_vanished"]
    assert port.listed() == [0]
    assert port.read({0: UP}).events == [], "once"


def test_one_reading_with_it_starts_the_count_again() -> None:
    port = Port({0: UP, 1: UP})
    for _ in range(3):
        port.read({0: UP})
        port.read({0: UP, 1: UP})
    assert port.listed() == [0, 1]


@pytest.mark.parametrize("outcome", [Outcome.PARTIAL, Outcome.FAILED])
def test_readings_that_are_not_complete_delete_nothing(outcome: Outcome) -> None:
    port = Port({0: UP, 1: UP})
    for _ in range(10):
        changes = port.read({0: UP} if outcome is Outcome.PARTIAL else {}, outcome)
        assert (changes.updated, changes.events) == ([], [])
    port.read({0: UP})
    assert port.listed() == [0, 1], "what came before was no proof"


def test_a_reading_that_the_database_did_not_take_does_not_count() -> None:
    port = Port({0: UP, 1: UP})
    for _ in range(5):
        reconcile_port(port.known, PortReading(PORT, Outcome.COMPLETE, {0: UP}), PollKind.STATE, port.now, None)
    port.read({0: UP})
    assert port.listed() == [0, 1]


def test_a_vanished_ont_that_returns_is_the_same_row() -> None:
    port = Port({0: UP, 1: UP | {"serial": serial(1)}})
    row_id = port.ont(1).id
    port.read({0: UP})
    port.read({0: UP})
    changes = port.read({0: UP, 1: UP | {"serial": serial(1)}})
    assert (changes.inserted, port.ont(1).vanished_at, port.ont(1).id) == ([], None, row_id)
    port.read({0: UP})
    assert port.listed() == [0, 1], "it is counted from the start again"


def test_an_optics_reading_does_not_bring_a_vanished_ont_back() -> None:
    port = Port({0: UP, 1: UP})
    port.read({0: UP})
    port.read({0: UP})
    port.read({1: {"onu_rx_dbm": -20.0}}, kind=PollKind.OPTICS)
    assert port.listed() == [0]


def test_ports_that_a_complete_list_lacks() -> None:
    port = Port({0: UP})
    port.read({0: UP}, port=PonPort((0, 2, 0)))
    assert missing_ports(port.known, ["0/2/0", "0/9/9"]) == ["0/1/3"]
    port.read({})
    port.read({})
    assert missing_ports(port.known, ["0/2/0"]) == []


# States


def test_down_and_up_again() -> None:
    port = Port({0: UP | {"serial": serial(1), "description": "Corner shop"}})
    up_at = port.now
    changes = port.read({0: GASP})
    assert (severities(changes), changes.events[0]["text"]) == (
        ["minor"],
        f"{serial(1)} Corner shop offline (dying gasp)",
    )
    ont = port.ont(0)
    assert (ont.state, ont.offline_reason, ont.vendor_reason) == ("offline", "dying_gasp", "13")
    assert (ont.state_changed_at, ont.last_online_at) == (port.now, up_at)
    changes = port.read({0: UP})
    assert severities(changes) == ["cleared"]
    ont = port.ont(0)
    assert (ont.state_changed_at, ont.last_online_at) == (port.now, port.now)
    assert ont.offline_reason == "dying_gasp", "the last reason stays known"


def test_the_same_state_again_is_no_change() -> None:
    port = Port({0: UP, 1: LOS})
    changes = port.read({0: UP, 1: LOS})
    assert (changes.inserted, changes.updated, changes.events) == ([], [], [])


@pytest.mark.parametrize("told", ["unknown", None])
def test_unknown_never_becomes_offline(told: str | None) -> None:
    port = Port({0: UP})
    changes = port.read({0: {"state": told}})
    assert port.ont(0).state == "unknown"
    assert severities(changes) == ["warning"]
    assert "offline" not in changes.events[0]["text"]
    port.read({}, Outcome.FAILED)
    port.read({}, Outcome.PARTIAL)
    assert port.ont(0).state == "unknown"


def test_a_failed_reading_changes_no_state() -> None:
    port = Port({0: UP, 1: LOS})
    port.read({}, Outcome.FAILED)
    assert (port.ont(0).state, port.ont(1).state) == ("online", "offline")


def test_what_a_partial_reading_did_see_counts() -> None:
    port = Port({0: UP, 1: UP})
    changes = port.read({0: LOS}, Outcome.PARTIAL)
    assert kinds(changes) == ["ont_state"]
    assert (port.ont(0).state, port.ont(1).state) == ("offline", "online")


def test_a_few_onts_are_events_of_their_own() -> None:
    port = Port(dict.fromkeys(range(20), UP))
    changes = port.read({i: LOS if i < BURST else UP for i in range(20)})
    assert severities(changes) == ["minor"] * BURST


def test_a_burst_is_one_event_that_counts_the_reasons() -> None:
    port = Port({i: UP | {"serial": serial(i)} for i in range(20)})
    changes = port.read({i: LOS if i < 12 else GASP if i < 14 else UP for i in range(20)})
    (event,) = changes.events
    assert (event["severity"], event["serial"], event["port"]) == ("major", None, "0/1/3")
    assert event["text"] == "port 0/1/3: 14 ONTs offline (LOS 12, dying gasp 2)"
    assert len(changes.updated) == 14
    changes = port.read(dict.fromkeys(range(20), UP))
    assert [(e["severity"], e["text"]) for e in changes.events] == [("cleared", "port 0/1/3: 14 ONTs online")]


def test_a_burst_of_vanished_onts_is_one_event() -> None:
    port = Port(dict.fromkeys(range(20), UP))
    port.read({0: UP})
    (event,) = port.read({0: UP}).events
    assert event["kind"] == "ont_vanished" and "19 ONTs" in event["text"]


def test_a_new_port_full_of_onts_is_one_event() -> None:
    port = Port({0: UP})
    changes = port.read({i: UP | {"serial": serial(i)} for i in range(32)}, port=PonPort((0, 2, 0)))
    (event,) = changes.events
    assert event["kind"] == "ont_new" and "32" in event["text"] and event["port"] == "0/2/0"


# Light


def optics(port: Port, **facts: Any) -> PortChanges:
    return port.read({0: facts}, kind=PollKind.OPTICS)


def test_the_last_light_is_kept_when_there_is_none() -> None:
    port = Port({0: UP})
    optics(port, onu_rx_dbm=-19.5, olt_rx_dbm=-22.0)
    read_at = port.now
    optics(port, onu_rx_dbm=None, olt_rx_dbm=None)
    ont = port.ont(0)
    assert (ont.onu_rx_dbm, ont.olt_rx_dbm, ont.last_onu_rx_dbm, ont.last_rx_at) == (None, None, -19.5, read_at)
    optics(port, onu_rx_dbm=None)
    assert (port.ont(0).last_onu_rx_dbm, port.ont(0).last_rx_at) == (-19.5, read_at)


def test_what_was_not_asked_stays() -> None:
    port = Port({0: UP})
    optics(port, onu_rx_dbm=-19.5)
    port.read({0: LOS})
    assert port.ont(0).onu_rx_dbm == -19.5
