"""Filters and orders by column give what they give row by row, whatever the ONTs are."""

from __future__ import annotations

from dataclasses import astuple, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noc_console.console.render.onts import all_columns, sort_rows
from noc_console.domain.filters import haystack, parse_filter
from noc_console.domain.network import Cpe, Olt, Ont, Outcome, PollKind, PollMark
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, Splitter, Subscriber
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_rows import OntRow, build_texts, select
from noc_console.picture.settings import PictureSettings

NOW = 1_790_000_000.0
MODELS = st.sampled_from([None, "EG8145V5", "F670L"])
ONTS = st.lists(
    st.builds(
        Ont,
        id=st.just(0),
        olt_id=st.sampled_from([1, 2]),
        port=st.sampled_from(["0/1/0", "0/1/1", "0/2/0"]),
        ont_id=st.integers(0, 127),
        serial=st.sampled_from([None, "HWTC00000001", "ZTEG0000000A", "ALCLFC265D6F"]),
        mac=st.sampled_from([None, "00:6D:61:EE:0B:F3"]),
        description=st.sampled_from([None, "Silva, Mill Street", "Atatürk Cd. 7"]),
        model=MODELS,
        firmware=MODELS,
        state=st.sampled_from(["online", "offline", "unknown"]),
        offline_reason=st.sampled_from([None, "loss_of_signal", "dying_gasp"]),
        distance_m=st.one_of(st.none(), st.integers(0, 20_000)),
        onu_rx_dbm=st.one_of(st.none(), st.floats(-40, 0)),
        temperature_celsius=st.one_of(st.none(), st.floats(-10, 90)),
        state_changed_at=st.one_of(st.none(), st.floats(NOW - 1e6, NOW)),
        refreshed_at=st.one_of(st.none(), st.floats(NOW - 1000, NOW)),
        vanished_at=st.just(None),
    ),
    max_size=30,
)
TERMS = (
    "mill", "ataturk", "HWTC-00000001", "00:6d:61", "state:offline", "state:los", "state:online,los", "reason:gasp",
    "olt:olt-1", "pon:0/1", "pon:0/2/0", "rx:<-25", "rx:none", "rx:any", "temp:>50", "dist:100..2500", "model:f670",
    "model:none", "vendor:zte", "signal:good", "sig:none", "since:>1h", "age:<5m", "desc:silva", "zone:north",
    "sub:amy", "splitter:sp", "id:7", "mac:006d61", "sn:zteg", "ip:100.64", "re:^HWTC", "user:amy",
)  # fmt: skip
FILTERS = st.lists(st.tuples(st.booleans(), st.sampled_from(TERMS)), min_size=1, max_size=3)


def built(onts: list[Ont], fresh: bool) -> Model:
    numbered = [replace(ont, id=number) for number, ont in enumerate(onts, 1)]
    marks = [PollMark(olt, "", kind, Outcome.COMPLETE, NOW, NOW) for olt in (1, 2) for kind in PollKind]
    update = Update(
        olts=[Olt(1, "olt-1", "192.0.2.1", reachable=True), Olt(2, "olt-2", "192.0.2.2", reachable=True)],
        onts=[] if fresh else numbered,
        fresh_onts=[astuple(ont) for ont in numbered] if fresh else [],
        cpes=[Cpe("r1", serial="HWTC00000001", wan_ip="100.64.0.9", pppoe_user="amy@isp")],
        marks=marks,
        records={
            SUBSCRIBERS.name: [Subscriber("A-1", name="Amy", serial="HWTC00000001", splitter="SP-1", zone="north")],
            SPLITTERS.name: [Splitter("SP-1", "olt-1", "0/1/0")],
        },
    )
    model = Model(PictureSettings())
    for _ in model.apply(update, lambda: NOW, Delta()):
        pass
    return model


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(ONTS, FILTERS)
def test_a_filter_by_column_lets_through_what_its_terms_do_row_by_row(
    onts: list[Ont], terms: list[tuple[bool, str]]
) -> None:
    model = built(onts, fresh=True)
    wanted = parse_filter(" ".join(("!" if turned else "") + term for turned, term in terms))
    rows = model.rows_under(None)
    view = OntRow(model, NOW)
    by_row = []
    for row in rows:
        view.row = row
        if wanted.matches(view):
            by_row.append(row)
    assert select(model, rows, wanted, NOW) == by_row


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(ONTS)
def test_onts_by_value_make_the_same_picture_as_onts_one_by_one(onts: list[Ont]) -> None:
    models = [built(onts, fresh) for fresh in (True, False)]
    for model in models:
        for _ in build_texts(model, NOW):
            pass
    first, second = models
    assert first.rows_under(None) == second.rows_under(None)
    assert first.counts() == second.counts()
    assert (first.onts.text, first.onts.by_identity) == (second.onts.text, second.onts.by_identity)
    assert [first.onts.ont(row) for row in range(len(onts))] == [second.onts.ont(row) for row in range(len(onts))]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(ONTS, ONTS)
def test_a_search_text_is_never_older_than_its_ont(onts: list[Ont], later: list[Ont]) -> None:
    model = built(onts, fresh=True)
    for _ in build_texts(model, NOW):
        pass
    changed = [replace(ont, id=number) for number, ont in enumerate(later[: len(onts)], 1)]
    for _ in model.apply(Update(onts=changed), lambda: NOW, Delta()):
        pass
    view = OntRow(model, NOW)
    for row in range(len(onts)):
        view.row = row
        assert view.text() == haystack(view)


@pytest.mark.parametrize("column", [c.id for c in all_columns({}) if c.letter])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(onts=ONTS, down=st.booleans())
def test_an_order_loses_no_row_and_puts_those_without_a_value_last(column: str, onts: list[Ont], down: bool) -> None:
    model = built(onts, fresh=True)
    rows = model.rows_under(None)
    ordered = sort_rows(model, rows, column, down)
    assert sorted(ordered) == sorted(rows)
    if column == "rx":
        known = [value for row in ordered if (value := model.onts.get(row, "onu_rx_dbm")) is not None]
        assert known == sorted(known, reverse=down)
        assert all(model.onts.get(row, "onu_rx_dbm") is None for row in ordered[len(known) :])
