"""The model: rolled-up counts, trust that decays, moves and vanished ONTs, a hundred thousand rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noc_console.domain.filters import parse_filter
from noc_console.domain.freshness import Freshness
from noc_console.domain.network import Olt, Ont, Outcome, PollKind, PollMark
from noc_console.domain.optics import Thresholds
from noc_console.domain.update import Update
from noc_console.picture.model import SLICE, Delta, Model
from noc_console.picture.ont_rows import TEXTS_PER_TURN, OntRow, build_texts, select
from noc_console.picture.settings import PictureSettings
from noc_console.picture.tree import NodeKey, PortState

NOW = 1_000_000.0


def ont(number: int, port: str = "0/1/0", state: str = "online", **given: object) -> Ont:
    values: dict[str, object] = {"serial": f"HWTC{number:08X}", "onu_rx_dbm": -20.0, **given}
    return Ont(id=number, olt_id=1, port=port, ont_id=number % 128, state=state, **values)  # type: ignore[arg-type]


def mark(port: str, at: float, kind: PollKind = PollKind.STATE) -> PollMark:
    return PollMark(1, port, kind, Outcome.COMPLETE, at, at)


def feed(model: Model, now: float = NOW, **changes: object) -> Delta:
    delta = Delta()
    for _ in model.apply(Update(**changes), lambda: now, delta):  # type: ignore[arg-type]
        pass
    return delta


@pytest.fixture
def model() -> Model:
    model = Model(PictureSettings(olt_thresholds={"olt-1": Thresholds(-22.0, -24.0, -8.0)}))
    feed(
        model,
        olts=[Olt(1, "olt-1", "192.0.2.1", reachable=True)],
        onts=[ont(1), ont(2, state="offline"), ont(3, "0/1/1"), ont(4, "0/2/0", onu_rx_dbm=-23.0)],
        marks=[
            mark(port, NOW, kind) for port in ("0/1/0", "0/1/1", "0/2/0") for kind in (PollKind.STATE, PollKind.OPTICS)
        ],
    )
    return model


def tally(model: Model, node: NodeKey | None = None) -> tuple[int, int, int]:
    counts = model.counts(node)
    return counts.online, counts.offline, counts.unknown


def test_counts_roll_up(model: Model) -> None:
    assert tally(model) == (3, 1, 0)
    assert tally(model, NodeKey(1)) == (3, 1, 0)
    assert tally(model, NodeKey(1, "0/1", 1)) == (2, 1, 0)
    assert tally(model, NodeKey(1, "0/1/0", 2)) == (1, 1, 0)


def test_thresholds_of_the_olt_count(model: Model) -> None:
    assert (model.counts().warning, model.counts().critical) == (1, 0)


def test_age_alone_turns_states_unknown_and_back(model: Model) -> None:
    delta = Delta()
    model.reage(NOW + 60 * 3 + 1, delta)
    assert tally(model) == (0, 0, 4)
    assert len(delta.rows) == 4
    feed(model, NOW + 200, marks=[mark("0/1/0", NOW + 199)])
    assert tally(model) == (1, 1, 2)


def test_nothing_is_reported_changed_while_nothing_changes(model: Model) -> None:
    delta = Delta()
    model.reage(NOW + 30, delta)
    assert not delta


def test_a_silent_olt_makes_unknown_at_once(model: Model) -> None:
    feed(model, olts=[Olt(1, "olt-1", "192.0.2.1", reachable=False)])
    assert tally(model) == (0, 0, 4)
    assert model.freshness(0, NOW) is Freshness.DEAD


def test_an_ont_read_alone_is_trusted_although_its_port_is_stale(model: Model) -> None:
    late = NOW + 500
    feed(model, late, onts=[ont(1, refreshed_at=late - 5)])
    model.reage(late, Delta())
    assert tally(model) == (1, 0, 3)


def test_never_read_is_unknown() -> None:
    model = Model(PictureSettings())
    feed(model, onts=[ont(1)])
    assert tally(model) == (0, 0, 1)
    assert model.freshness(0, NOW) is Freshness.NEVER


def test_a_mark_of_the_olt_stands_for_its_ports() -> None:
    model = Model(PictureSettings())
    feed(model, onts=[ont(1)], marks=[mark("", NOW)])
    assert tally(model) == (1, 0, 0)


def test_moves_and_vanished_onts(model: Model) -> None:
    delta = feed(model, onts=[ont(1, "0/2/0"), ont(2, state="offline", vanished_at=NOW)])
    assert delta.structure
    assert tally(model) == (3, 0, 0)
    assert tally(model, NodeKey(1, "0/1/0", 2)) == (0, 0, 0)
    assert [model.onts.get(row, "id") for row in model.rows_under(NodeKey(1, "0/2/0", 2))] == [1, 4]
    feed(model, onts=[ont(2, state="offline")])
    assert tally(model) == (3, 1, 0)


def test_rows_come_back_as_they_were_given(model: Model) -> None:
    given = ont(9, distance_m=None, onu_rx_dbm=None, description="[red]", state_changed_at=12.5)
    feed(model, onts=[given])
    assert model.onts.ont(model.onts.row_of[9]) == given


def test_an_unknown_vendor_state_is_unknown_never_down(model: Model) -> None:
    feed(model, onts=[ont(1, state="hibernating")])
    assert tally(model) == (2, 1, 1)


def test_filters_read_the_columns(model: Model) -> None:
    rows = model.rows_under(None)
    assert [model.onts.get(r, "id") for r in select(model, rows, parse_filter("pon:0/1/0 state:off"), NOW)] == [2]
    assert len(select(model, rows, parse_filter("48575443 00000003"), NOW)) == 1
    view = OntRow(model, NOW)
    assert set(view) >= {"serial", "state", "onu_rx_dbm"}
    feed(model, onts=[ont(3, "0/1/1", description="Zebra")])
    assert len(select(model, rows, parse_filter("zebra"), NOW)) == 1


def test_search_texts_are_built_in_turns_and_only_where_they_are_missing() -> None:
    model = Model(PictureSettings())
    feed(model, onts=[ont(n, f"0/{n // 128}/0") for n in range(5 * TEXTS_PER_TURN)], marks=[mark("", NOW)])
    assert sum(1 for _ in build_texts(model, NOW)) == 5
    assert all(model.onts.text)
    assert sum(1 for _ in build_texts(model, NOW)) == 0
    feed(model, onts=[ont(7, "0/0/0", description="Zebra")])
    assert not model.onts.text[7]
    list(build_texts(model, NOW))
    assert "zebra" in model.onts.text[7]


def test_a_hundred_thousand_onts_are_applied_in_slices_and_counted() -> None:
    model = Model(PictureSettings())
    many = [ont(n, f"0/{n // 2048}/{n // 128 % 16}") for n in range(100_000)]
    delta = Delta()
    slices = sum(1 for _ in model.apply(Update(onts=many, marks=[mark("", NOW)]), lambda: NOW, delta))
    assert slices >= len(many) // SLICE
    assert tally(model) == (100_000, 0, 0)
    changed = [replace(many[5], state="offline")]
    assert feed(model, onts=changed).rows == {5}
    assert tally(model) == (99_999, 1, 0)


def test_the_onts_of_an_olt_that_is_configured_again_are_listed_again(model: Model) -> None:
    olt = Olt(1, "olt-1", "192.0.2.1", reachable=True)
    feed(model, olts=[replace(olt, removed_at=NOW)])
    assert model.rows_under(None) == []
    feed(model, olts=[olt], onts=[ont(1), ont(2, "0/1/9", state="offline")], marks=[mark("", NOW)])
    assert [model.onts.get(row, "id") for row in model.rows_under(None)] == [1, 2]
    assert tally(model) == (1, 1, 0)


OLTS = st.integers(1, 3)
STEPS = st.lists(
    st.tuples(st.sampled_from(("list", "vanish", "drop", "return")), OLTS, st.integers(0, 5), st.integers(0, 3)),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_ports_of_each_olt_are_those_of_the_network(steps: list[tuple[str, int, int, int]]) -> None:
    """However ONTs move and OLTs come and go: what is listed, counted and aged under an OLT is what all ports say."""
    model = Model(PictureSettings())
    feed(model, olts=[Olt(n, f"olt-{n}", "192.0.2.1", reachable=True) for n in (1, 2, 3)])
    for what, olt, number, place in steps:
        port = f"0/{place // 2}/{place}" if place < 3 else "uplink"
        if what in ("drop", "return"):
            gone = NOW if what == "drop" else None
            feed(model, olts=[Olt(olt, f"olt-{olt}", "192.0.2.1", reachable=True, removed_at=gone)])
        else:
            gone = NOW if what == "vanish" else None
            feed(model, onts=[replace(ont(olt * 10 + number, port, vanished_at=gone), olt_id=olt)])
        assert set(model.sorted_olts()) == set(model.olts) | {at for at, _ in model.port_states}
        nodes: list[NodeKey | None] = [None]
        for state in model.port_states.values():
            nodes += [NodeKey(state.olt_id), NodeKey(state.olt_id, state.card, 1), state.key]
        for node in nodes:
            within = [p for p in model.port_states.values() if node in (None, *_above(p))]
            assert sorted(model.rows_under(node)) == sorted(row for p in within for row in p.rows)
            assert model.size_under(node) == sum(len(p.rows) for p in within)
    feed(model, marks=[replace(mark("", NOW), olt_id=n) for n in (1, 2, 3)])
    assert all(port.state is Freshness.FRESH for port in model.port_states.values() if port.olt_id in model.olts)


def _above(port: PortState) -> tuple[NodeKey, ...]:
    return NodeKey(port.olt_id), NodeKey(port.olt_id, port.card, 1), port.key
