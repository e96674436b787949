"""The fibre plant: what cannot be recorded, the path of the light, the closures in a bracket."""

from __future__ import annotations

from typing import Any

import pytest

from noc_console.domain.assignments import Assignment, ended
from noc_console.domain.csv_records import plan_import, plan_removal
from noc_console.domain.fibre import CLOSURES, SPLICES, STRANDS, Closure, Splice, Strand
from noc_console.domain.fibre_path import FibrePlant, closures_between
from noc_console.domain.plant import Splitter, Subscriber
from noc_console.domain.records import RecordKind

FEEDER = [
    Strand("F/1", 600, olt="olt-1", port="0/1/3"),
    Strand("F/2", 400, splitter="SP-1"),
    Strand("D/5", 200, from_splitter="SP-1", outlet=5),
    Strand("D/5b", 50, account="10"),
]
KNOWN: dict[str, list[Any]] = {
    "splitters": [Splitter("SP-1", "olt-1", "0/1/3", distance_m=1005), Splitter("SP-2", "olt-1", "0/1/3", "SP-1")],
    "subscribers": [Subscriber("10", serial="HWTC00000001", splitter="SP-1", splitter_port=5), Subscriber("11")],
    "closures": [Closure("M-1"), Closure("M-2")],
    "strands": FEEDER,
    "splices": [Splice("F/2", "F/1", "M-1", 0.05), Splice("D/5b", "D/5", "M-2")],
}


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (CLOSURES, "name,latitude\nx,91\n", "latitude: 91 is not between -90 and 90"),
        (STRANDS, "name,olt\nx,olt-1\n", "port: olt and port go together"),
        (STRANDS, "name,olt,port\nx,olt-1,0-1\n", "port: not a PON port"),
        (STRANDS, "name,olt,port\nx,olt-1,0/1/3\n", "port: olt-1 0/1/3 is at strand F/1 already"),
        (STRANDS, "name,outlet\nx,5\n", "outlet: needs from_splitter"),
        (STRANDS, "name,from_splitter,outlet\nx,SP-1,0\n", "outlet: counts from 1"),
        (STRANDS, "name,from_splitter,outlet\nx,SP-1,5\n", "outlet: SP-1 5 is at strand D/5 already"),
        (STRANDS, "name,olt,port,from_splitter\nx,o,0/1/1,SP-1\n", "from_splitter: it begins at a PON port already"),
        (STRANDS, "name,splitter,account\nx,SP-2,11\n", "account: it ends at a splitter already"),
        (STRANDS, "name,splitter\nx,SP-1\n", "splitter: the input of SP-1 is at strand F/2 already"),
        (STRANDS, "name,account\nx,10\n", "account: subscriber 10 is at strand D/5b already"),
        (STRANDS, "name,account\nx,99\n", "account: there is no '99' among the subscribers"),
        (STRANDS, "name,length_m\nx,-1\n", "length_m: is below 0"),
        (SPLICES, "onward,strand,closure\nF/1,F/1,M-1\n", "onward: F/1 cannot go on in itself"),
        (SPLICES, "onward,strand,closure\nD/5,F/1,M-1\n", "strand: F/1 goes on in F/2 already, in closure M-1"),
        (SPLICES, "onward,strand,closure\nF/1,F/2,M-1\n", "onward: F/1 goes on in itself, round in a circle"),
        (SPLICES, "onward,strand,closure\nD/5,F/2,M-9\n", "closure: there is no 'M-9' among the closures"),
    ],
)
def test_what_cannot_be_is_refused(kind: RecordKind[Any], text: str, said: str) -> None:
    errors = plan_import(kind, text, KNOWN).errors
    assert errors and said in errors[0].text, errors


def plant(**without: Any) -> FibrePlant:
    known = KNOWN | without
    return FibrePlant(known["strands"], known["splices"], known["splitters"])


def told(subscriber: Subscriber, **without: Any) -> list[tuple[str, str, float | None]]:
    return [(step.kind, step.name, step.at_m) for step in plant(**without).path_to(subscriber)]


def test_the_path_goes_from_the_port_to_the_customer() -> None:
    whole = [
        ("port", "olt-1 0/1/3", 0.0),
        ("strand", "F/1", 600.0),
        ("closure", "M-1", 600.0),
        ("strand", "F/2", 1000.0),
        ("splitter", "SP-1", 1000.0),
        ("strand", "D/5", 1200.0),
        ("closure", "M-2", 1200.0),
        ("strand", "D/5b", 1250.0),
        ("subscriber", "10", 1250.0),
    ]
    assert told(KNOWN["subscribers"][0]) == whole
    unnamed = [*FEEDER[:3], Strand("D/5b", 50)]
    assert told(KNOWN["subscribers"][0], strands=unnamed) == whole, "the outlet says whose it is"


def test_gaps_are_told_and_distances_begin_again_where_one_was_recorded() -> None:
    subscriber = KNOWN["subscribers"][0]
    assert told(subscriber, strands=FEEDER[1:])[:2] == [("closure", "M-1", None), ("strand", "F/2", None)]
    assert ("splitter", "SP-1", 1005) in told(subscriber, strands=FEEDER[1:]), "of the splitter it was recorded"
    assert told(subscriber, strands=FEEDER[:2])[-2:] == [
        ("gap", "between SP-1 and the subscriber", None),
        ("subscriber", "10", None),
    ]
    assert told(Subscriber("12", splitter="SP-2"))[4:7] == [
        ("splitter", "SP-1", 1000.0),
        ("gap", "between SP-1 and SP-2", None),
        ("splitter", "SP-2", None),
    ]
    assert told(Subscriber("13")) == []
    assert [kind for kind, _, _ in told(subscriber, splices=[])] == [
        "gap", "strand", "subscriber",
    ], "a drop whose begin nobody recorded"  # fmt: skip


def test_circles_in_the_records_end() -> None:
    strands = [
        Strand("A", 1, from_splitter="SP-1", splitter="SP-2"),
        Strand("B", 1, from_splitter="SP-2", splitter="SP-1"),
    ]
    splitters = [Splitter("SP-1", "o", "0/1/1", "SP-2"), Splitter("SP-2", "o", "0/1/1", "SP-1")]
    assert len(FibrePlant(strands, (), splitters).path_to(Subscriber("1", splitter="SP-1"))) < 8
    loop = [Splice("A", "B", "M"), Splice("B", "A", "M")]
    assert FibrePlant([Strand("A"), Strand("B", account="1")], loop).path_to(Subscriber("1"))


def test_the_closures_in_a_bracket() -> None:
    path = plant().path_to(KNOWN["subscribers"][0])
    assert [one.name for one in closures_between(path, 500, 1200)] == ["M-1", "M-2"]
    assert [one.name for one in closures_between(path, 601, 1199)] == []


def test_a_record_that_others_name_is_not_removed() -> None:
    assert plan_removal(CLOSURES, ("M-1",), KNOWN).errors[0].text == (
        "closure M-1 cannot be removed: splice F/2 names it"
    )
    assert plan_removal(SPLICES, ("F/2",), KNOWN).removed == (KNOWN["splices"][0],)
    assert plan_removal(CLOSURES, ("M-9",), KNOWN).errors[0].text == "there is no closure M-9"


def test_what_a_subscriber_had_is_kept_when_it_ends() -> None:
    ana, eva, new = (Subscriber(name, serial=f"HWTC0000000{name}", splitter="SP-1") for name in "123")
    moved = Subscriber("1", serial="HWTC00000009", splitter="SP-1")
    named = Subscriber("2", name="Eva", serial=eva.serial, splitter="SP-1")
    found = list(ended([ana, eva, new, Subscriber("4")], {"1": moved, "2": named}, {"1": 50.0}, 100.0, "amy"))
    assert found == [
        Assignment("1", 100.0, 50.0, ana.serial, "SP-1", None, "amy"),
        Assignment("3", 100.0, None, new.serial, "SP-1", None, "amy"),
    ]
