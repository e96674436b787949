"""Imports: errors by line, nothing half done, and the same file twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from record_examples import records

from noc_console.domain.csv_records import ImportPlan, plan_import, related, to_csv
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, ZONES, Splitter, Subscriber, Zone
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import RecordKind

KNOWN: dict[str, list[Any]] = {
    "zones": [Zone("north"), Zone("south", "by the river")],
    "splitters": [Splitter("SP-1", "olt-1", "0/1/3", zone="north"), Splitter("SP-2", "olt-1", "0/1/3", "SP-1")],
    "subscribers": [Subscriber("10", "Ana", "HWTC00000001", "SP-1", 4)],
}

ALONE = [
    kind for kind in RECORD_KINDS.values() if kind.imported and kind.name not in ("blocks", "splices")
]  # those cannot be without others


def errors(plan: ImportPlan[Any]) -> list[tuple[int, str]]:
    return [(error.line, error.text) for error in plan.errors]


def test_new_changed_and_unchanged_lines_are_told_apart() -> None:
    text = "name,note\nnorth,\nsouth,by the lake\neast,\n"
    plan = plan_import(ZONES, text, KNOWN)
    assert (plan.added, plan.changed, plan.removed) == ((Zone("east"),), (Zone("south", "by the lake"),), ())
    assert (plan.unchanged, plan.errors) == (1, ())
    assert plan.text == "1 added, 1 changed, 0 removed, 1 unchanged"


def test_a_column_that_is_left_out_stays_and_an_empty_cell_empties() -> None:
    (changed,) = plan_import(SUBSCRIBERS, "account,splitter_port\n10,5\n", KNOWN).changed
    assert changed == Subscriber("10", "Ana", "HWTC00000001", "SP-1", 5)
    (changed,) = plan_import(SUBSCRIBERS, "account,splitter_port\n10,\n", KNOWN).changed
    assert changed.splitter_port is None


def test_serials_and_ports_are_stored_in_their_one_form() -> None:
    text = "account,serial\n11,48575443-00000002\n"
    assert plan_import(SUBSCRIBERS, text, KNOWN).added == (Subscriber("11", serial="HWTC00000002"),)
    assert plan_import(SUBSCRIBERS, "account,serial\n10,4857544300000001\n", KNOWN).unchanged == 1


@pytest.mark.parametrize(
    ("kind", "text", "line", "said"),
    [
        (ZONES, "", 1, "no header"),
        (ZONES, "\n\n", 1, "no header"),
        (ZONES, "name,colour\nx,red\n", 1, "unknown column 'colour'; the columns are name, note"),
        (ZONES, "note\nx\n", 1, "column name is missing"),
        (ZONES, "name,name\nx,y\n", 1, "stands there twice"),
        (ZONES, "name,note\nx\n", 2, "has 1 cells, the header has 2"),
        (ZONES, "name\nx\nx\n", 3, "zone x stands in line 2 already"),
        (ZONES, 'name,note\nx,"a\nb,c\n', 3, "is no CSV"),
        (ZONES, "name\n \n''\n", 3, ""),
        (SPLITTERS, "name\nSP-9\n", 2, "olt: a new splitter needs it"),
        (SPLITTERS, "name,olt,port\nSP-9,,0/1/3\n", 2, "olt: must not be empty"),
        (SPLITTERS, "name,olt,port\nSP-9,olt-1,1-3\n", 2, "port: not a PON port"),
        (SPLITTERS, "name,ratio\nSP-1,8.5\n", 2, "ratio: '8.5' is no whole number"),
        (SPLITTERS, "name,distance_m\nSP-1,nan\n", 2, "distance_m: 'nan'"),
        (SPLITTERS, "name,distance_m\nSP-1,-4\n", 2, "distance_m: is below 0"),
        (SPLITTERS, "name,zone\nSP-1,west\n", 2, "zone: there is no 'west' among the zones"),
        (SPLITTERS, "name,parent\nSP-1,SP-2\n", 2, "hangs on itself"),
        (SPLITTERS, "name,port\nSP-1,0/1/4\n", None, "SP-1 hangs on olt-1 0/1/4, not on olt-1 0/1/3"),
        (SUBSCRIBERS, "account,serial\n11,HWTC1\n", 2, "serial:"),
        (SUBSCRIBERS, "account,serial\n11,HWTC00000001\n", 2, "serial: HWTC00000001 is subscriber 10's"),
        (SUBSCRIBERS, "account,splitter,splitter_port\n11,SP-1,4\n", 2, "outlet 4 of SP-1 is subscriber 10's"),
        (SUBSCRIBERS, "account,splitter_port\n11,4\n", 2, "splitter_port: needs splitter"),
    ],
)  # fmt: skip
def test_errors_say_the_line_and_the_column(kind: RecordKind[Any], text: str, line: int | None, said: str) -> None:
    plan = plan_import(kind, text, KNOWN)
    if not said:
        assert plan.errors == ()
        return
    if line is None:
        assert plan.errors == (), "the error is in a record that the file does not name: it is told when it is named"
        plan = plan_import(kind, text + "SP-2,0/1/3\n", KNOWN)
        line = 3
    assert (line, True) in [(at, said in text) for at, text in errors(plan)], errors(plan)


def test_all_errors_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = "name,olt,port,ratio\nSP-9,olt-1,x,8\nSP-8,olt-1,0/1/3,eight\nSP-7,olt-1,0/1/3,8\n"
    assert [line for line, _ in errors(plan_import(SPLITTERS, text, KNOWN))] == [2, 3]


def test_replacing_removes_what_the_file_does_not_name_unless_others_name_it() -> None:
    plan = plan_import(ZONES, "name\neast\nnorth\n", KNOWN, replace_all=True)
    assert [zone.name for zone in plan.removed] == ["south"] and plan.errors == ()
    plan = plan_import(ZONES, "name\neast\nsouth\n", KNOWN, replace_all=True)
    assert errors(plan) == [(0, "zone north cannot be removed: splitter SP-1 names it")]


def test_what_a_cell_holds_is_text_and_nothing_else() -> None:
    (zone,) = plan_import(ZONES, "name,note\nx,\x1b]0;evil\x07[red]'; DROP TABLE zone--\n", {}).added
    assert zone.note == "·]0;evil·[red]'; DROP TABLE zone--"


@settings(deadline=None)
@given(st.data())
@pytest.mark.parametrize("kind", ALONE, ids=lambda k: k.name)
def test_what_was_exported_is_imported_without_a_change(kind: RecordKind[Any], data: st.DataObject) -> None:
    rows = data.draw(st.lists(records(kind), max_size=8, unique_by=kind.key_of))
    assume(not list(kind.check({kind.key_of(row): row for row in rows})))
    text = to_csv(kind, rows)
    first = plan_import(kind, text, {})
    assert first.errors == () and list(first.added) == rows
    again = plan_import(kind, text, {kind.name: [replace(row, revision=7) for row in first.added]}, replace_all=True)
    assert (again.added, again.changed, again.removed, again.unchanged) == ((), (), (), len(rows))


def test_an_import_knows_who_names_it() -> None:
    assert {kind.name for kind in related(ZONES)} == {"zones", "splitters", "subscribers"}
    assert {kind.name for kind in related(SUBSCRIBERS)} == {"zones", "splitters", "subscribers", "strands"}
