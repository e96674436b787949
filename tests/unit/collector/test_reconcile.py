"""What a reading changes, and what it must not conclude."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies

from noc_console.collector.reconcile import KnownOnts, PortChanges, Reading, commit, missing_ports, reconcile_port
from noc_console.domain.changes import How, LightCrossed, OntAppeared, OntDown, OntMoved, OntSwapped, OntUnclear, OntUp
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Ont, Outcome, PollKind
from noc_console.domain.optics import Signal
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
        how: How = How.POLL,
    ) -> PortChanges:
        self.now += 60
        reading = PortReading(port, outcome, onts)
        changes = reconcile_port(self.known, Reading(reading, kind, self.now, self.read_before, how))
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
    return [change.kind for change in changes.changes]


def serial(number: int) -> str:
    return f"HWTC{number:08X}"


# New, moved, swapped


def test_the_first_inventory_is_no_news() -> None:
    changes = Port().read({0: UP | {"serial": serial(1)}, 5: LOS | {"serial": serial(2)}})
    assert [(ont.ont_id, ont.state, ont.serial) for ont in changes.inserted] == [
        (0, "online", serial(1)),
        (5, "offline", serial(2)),
    ]
    assert changes.changes == []


def test_a_new_ont_is_a_change_with_its_place() -> None:
    port = Port({0: UP})
    changes = port.read({0: UP, 9: UP | {"serial": serial(9), "distance_m": 1200}})
    assert changes.changes == [OntAppeared(at=port.now, olt="north", port="0/1/3", ont_id=9, serial=serial(9))]
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
    place: dict[str, Any] = {"at": port.now, "olt": "north", "port": "0/2/0", "ont_id": 4, "serial": serial(1)}
    assert changes.changes == [OntMoved(**place, from_port="0/1/3", from_ont_id=0)]
    assert port.ont(4, elsewhere).first_seen_at == first_seen_at
    assert port.ont(0).vanished_at is None, "the old place is there until two readings lack it"


def test_another_serial_in_the_same_place_is_a_swap() -> None:
    port = Port({0: UP | {"serial": serial(1)}})
    changes = port.read({0: UP | {"serial": serial(2)}})
    (change,) = changes.changes
    assert isinstance(change, OntSwapped) and (change.before, change.serial) == (serial(1), serial(2))
    assert port.ont(0).serial == serial(2)


def test_an_unreadable_serial_is_no_swap() -> None:
    port = Port({0: UP | {"serial": serial(1)}})
    assert port.read({0: UP | {"serial": None}}).changes == []
    assert port.ont(0).serial == serial(1)


def test_a_serial_that_was_not_known_is_no_swap_either() -> None:
    port = Port({0: UP})
    assert port.read({0: UP | {"serial": serial(1)}}).changes == []
    assert port.ont(0).serial == serial(1)


# Vanished


def test_an_ont_is_gone_after_two_complete_readings_without_it() -> None:
    port = Port({0: UP, 1: UP | {"serial": serial(1)}})
    assert port.read({0: UP}).updated == []
    changes = port.read({0: UP})
    assert [(ont.ont_id, changed) for ont, changed in changes.updated] == [(1, {"vanished_at": port.now})]
    assert kinds(changes) == ["ont_vanished"]
    assert port.listed() == [0]
    assert port.read({0: UP}).changes == [], "once"


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
        assert (changes.updated, changes.changes) == ([], [])
    port.read({0: UP})
    assert port.listed() == [0, 1], "what came before was no proof"


def test_a_reading_that_the_database_did_not_take_does_not_count() -> None:
    port = Port({0: UP, 1: UP})
    for _ in range(5):
        reconcile_port(
            port.known, Reading(PortReading(PORT, Outcome.COMPLETE, {0: UP}), PollKind.STATE, port.now, None)
        )
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
    port = Port({0: UP | {"serial": serial(1), "description": "Corner shop", "distance_m": 1200}})
    optics(port, onu_rx_dbm=-19.5)
    up_at = port.now
    (down,) = port.read({0: GASP | {"distance_m": None}}).changes
    assert down == OntDown(
        at=port.now, olt="north", port="0/1/3", ont_id=0, serial=serial(1), reason="dying_gasp", vendor_reason="13",
        how=How.POLL, was="online", description="Corner shop", distance_m=1200, last_rx_dbm=-19.5, since_at=up_at,
    )  # fmt: skip
    ont = port.ont(0)
    assert (ont.state, ont.offline_reason, ont.vendor_reason) == ("offline", "dying_gasp", "13")
    assert (ont.state_changed_at, ont.last_online_at) == (port.now, up_at)
    down_at = port.now
    (up,) = port.read({0: UP}).changes
    assert isinstance(up, OntUp)
    assert (up.down_s, up.was, up.rx_dbm) == (port.now - down_at, "offline", -19.5)
    ont = port.ont(0)
    assert (ont.state_changed_at, ont.last_online_at) == (port.now, port.now)
    assert ont.offline_reason == "dying_gasp", "the last reason stays known"


def test_an_ont_that_was_down_when_it_was_first_seen_was_down_for_an_unknown_time() -> None:
    (up,) = Port({0: LOS}).read({0: UP}).changes
    assert isinstance(up, OntUp) and up.down_s is None


@pytest.mark.parametrize("how", list(How))
def test_a_change_says_how_it_is_known(how: How) -> None:
    (down,) = Port({0: UP}).read({0: LOS}, Outcome.PARTIAL, how=how).changes
    assert isinstance(down, OntDown) and down.how is how


def test_the_same_state_again_is_no_change() -> None:
    port = Port({0: UP, 1: LOS})
    changes = port.read({0: UP, 1: LOS})
    assert (changes.inserted, changes.updated, changes.changes) == ([], [], [])


@pytest.mark.parametrize("told", ["unknown", None])
def test_unknown_never_becomes_offline(told: str | None) -> None:
    port = Port({0: UP})
    changes = port.read({0: {"state": told}})
    assert port.ont(0).state == "unknown"
    (change,) = changes.changes
    assert isinstance(change, OntUnclear) and change.was == "online"
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
    assert kinds(changes) == ["ont_down"]
    assert (port.ont(0).state, port.ont(1).state) == ("offline", "online")


def test_each_ont_of_many_has_its_own_change() -> None:
    port = Port({i: UP | {"serial": serial(i)} for i in range(128)})
    changes = port.read(dict.fromkeys(range(128), LOS))
    assert {change.serial for change in changes.changes} == {serial(i) for i in range(128)}
    assert set(kinds(changes)) == {"ont_down"}


def test_a_state_that_no_profile_lists_is_unknown_with_the_vendors_value() -> None:
    port = Port({0: UP, 1: UP})
    (change,) = port.read({0: {"state": "value 3"}, 1: UP}).changes
    assert isinstance(change, OntUnclear) and change.vendor_state == "value 3"
    assert (port.ont(0).state, port.ont(0).vendor_state) == ("unknown", "value 3")
    assert port.read({0: {"state": "value 3"}, 1: UP}).updated == [], "the same value again is no news"
    ((ont, changed),) = port.read({0: {"state": "value 7"}, 1: UP}).updated
    assert (ont.state, changed) == ("unknown", {"vendor_state": "value 7"})
    port.read({0: UP, 1: UP})
    assert (port.ont(0).state, port.ont(0).vendor_state) == ("online", None)


def test_a_new_ont_in_a_state_that_no_profile_lists() -> None:
    port = Port({0: UP})
    port.read({0: UP, 1: {"state": "value 3"}})
    assert (port.ont(1).state, port.ont(1).vendor_state, port.ont(1).last_online_at) == ("unknown", "value 3", None)


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


def crossings(port: Port, *readings_dbm: float | None) -> list[tuple[Signal | None, Signal, float | None, float]]:
    """Before, after, told before, reading: of every crossing that these readings make."""
    changes = [change for rx_dbm in readings_dbm for change in optics(port, onu_rx_dbm=rx_dbm).changes]
    assert all(isinstance(change, LightCrossed) for change in changes)
    return [(c.before, c.after, c.before_dbm, c.rx_dbm) for c in changes if isinstance(c, LightCrossed)]


def test_a_fade_is_told_at_each_limit() -> None:
    port = Port({0: UP | {"serial": serial(1), "description": "Corner shop"}})
    assert crossings(port, -20.7, -22.0, -24.0, -25.1, -26.0, -27.9, -28.3, -28.9) == [
        (Signal.GOOD, Signal.WARNING, -20.7, -25.1),
        (Signal.WARNING, Signal.CRITICAL, -25.1, -28.3),
    ]


def test_light_that_trembles_at_a_limit_is_told_once() -> None:
    port = Port({0: UP})
    assert crossings(port, -24.8, *[-25.1, -24.9] * 20) == [(Signal.GOOD, Signal.WARNING, -24.8, -25.1)]


def test_light_that_comes_back_is_told_when_it_is_well_inside() -> None:
    port = Port({0: UP})
    assert [after for _, after, _, _ in crossings(port, -20.0, -28.5, -27.8, -27.4, -24.8, -24.4)] == [
        Signal.CRITICAL, Signal.WARNING, Signal.GOOD,
    ]  # fmt: skip


def test_light_that_was_never_read_crosses_nothing() -> None:
    assert crossings(Port({0: UP}), -29.0, None, -29.0, None) == []


def test_a_repair_while_it_was_dark_is_told() -> None:
    port = Port({0: UP})
    assert crossings(port, -29.0, None, -20.0) == [(Signal.CRITICAL, Signal.GOOD, -29.0, -20.0)]


# Indexes


def rows(port: str, *serials: int) -> dict[tuple[str, int], Ont]:
    return {(port, n): Ont(n, 1, port, n, serial=serial(n)) for n in serials}


def test_each_replacement_of_all_onts_is_seen_at_once() -> None:
    known = KnownOnts("olt-1")
    known.onts = rows("0/1/0", 1, 2, 3)
    assert len(known.by_port("0/1/0")) == 3
    known.onts = rows("0/1/0", 1, 2, 3)
    known.onts = rows("0/2/0", 1, 2, 3)
    assert (known.by_port("0/1/0"), len(known.by_port("0/2/0")), known.ports()) == ([], 3, {"0/2/0"})
    assert [ont.port for ont in known.by_serial(serial(1))] == ["0/2/0"]


PORTS = ("0/1/0", "0/1/1", "0/2/0")
SOME_SERIALS = (None, *(serial(n) for n in range(4)))
ONTS = strategies.builds(
    lambda port, ont_id, name, gone: Ont(1, 1, port, ont_id, serial=name, vanished_at=gone),
    strategies.sampled_from(PORTS),
    strategies.integers(0, 3),
    strategies.sampled_from(SOME_SERIALS),
    strategies.sampled_from((None, 5.0)),
)


@given(strategies.lists(ONTS | strategies.lists(ONTS, max_size=6), max_size=30))
def test_the_indexes_are_those_of_a_rebuild_after_whatever_came(steps: list[Ont | list[Ont]]) -> None:
    """A single ONT is put, a list replaces all of them."""
    known = KnownOnts("olt-1")
    for step in steps:
        if isinstance(step, Ont):
            known.put(step)
        else:
            known.onts = {(ont.port, ont.ont_id): ont for ont in step}
    there = [ont for ont in known.onts.values() if ont.vanished_at is None]
    by_place = sorted(there, key=lambda ont: (ont.port, ont.ont_id))
    assert known.ports() == {ont.port for ont in there}
    for port in PORTS:
        assert known.by_port(port) == [ont for ont in by_place if ont.port == port]
    for name in SOME_SERIALS[1:]:
        assert name and known.by_serial(name) == [ont for ont in by_place if ont.serial == name]
