"""Which complete readings are believed."""

from __future__ import annotations

import pytest

from noc_console.collector.guards import Doubted, Doubts, Shrinkage, duplicate_serials
from noc_console.collector.reconcile import KnownOnts
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Ont, Outcome, PollKind
from noc_console.domain.poll import OltReading, PortReading

A, B = PonPort((0, 1, 0)), PonPort((0, 1, 1))
STEP_S = 60.0


def known(**sizes: int) -> KnownOnts:
    """ONTs by port: ``known(a=64)`` are 64 on port A."""
    ports = {"a": A, "b": B}
    return KnownOnts(
        "north",
        {
            (str(ports[name]), ont_id): Ont(0, 0, str(ports[name]), ont_id, serial=serial(ports[name], ont_id))
            for name, size in sizes.items()
            for ont_id in range(size)
        },
    )


def serial(at: PonPort, ont_id: int) -> str:
    return f"HWTC00{at.path[2]:02X}{ont_id:04X}"


def port(at: PonPort, onts: int, outcome: Outcome = Outcome.COMPLETE) -> PortReading:
    return PortReading(at, outcome, {ont_id: {"serial": serial(at, ont_id)} for ont_id in range(onts)})


KNOWN = known(a=64, b=8)


def outcomes(judge: Shrinkage, *readings: PortReading, at: float = 0.0) -> list[str]:
    judge.judge(KNOWN, readings, at)
    return [reading.outcome.value for reading in readings]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (64, 8, ["complete", "complete"]),
        (62, 8, ["complete", "complete"]),
        (63, 7, ["complete", "complete"]),
        (61, 8, ["partial", "complete"]),
        (48, 8, ["partial", "complete"]),
        (64, 5, ["complete", "partial"]),
        (62, 7, ["partial", "partial"]),
        (0, 0, ["partial", "partial"]),
        (70, 9, ["complete", "complete"]),
    ],
)
def test_more_than_a_few_that_are_missing_at_once_are_doubted(first: int, second: int, expected: list[str]) -> None:
    assert outcomes(Shrinkage(), port(A, first), port(B, second)) == expected


def test_a_doubt_says_how_many_and_how_long() -> None:
    assert Shrinkage().judge(KNOWN, [port(A, 40)], 0.0) == Doubted(listed=40, expected=64, wait_s=300.0)


def test_onts_that_are_listed_elsewhere_have_moved() -> None:
    moved = port(A, 40)
    there = port(B, 8)
    there.onts |= {100 + ont_id: {"serial": serial(A, ont_id)} for ont_id in range(40, 64)}
    assert outcomes(Shrinkage(), moved, there) == ["complete", "complete"]


def seen_of(sizes: list[int], step_s: float = STEP_S) -> list[str]:
    judge = Shrinkage()
    return [outcomes(judge, port(A, size), port(B, 8), at=n * step_s)[0] for n, size in enumerate(sizes)]


def test_it_is_believed_after_five_minutes_and_so_are_those_after_it() -> None:
    assert seen_of([1] * 8) == ["partial"] * 5 + ["complete"] * 3


def test_quick_readings_and_two_far_apart_prove_nothing() -> None:
    assert seen_of([1] * 30, 5.0) == ["partial"] * 30
    assert seen_of([1, 1, 1], 900.0) == ["partial", "partial", "complete"]


def test_a_whole_reading_between_starts_the_time_again() -> None:
    assert seen_of([1, 1, 1, 1, 64, 1, 1, 1]) == [*["partial"] * 4, "complete", *["partial"] * 3]


def test_partial_readings_say_nothing_either_way() -> None:
    judge = Shrinkage()
    assert outcomes(judge, port(A, 1), at=0.0) == ["partial"]
    assert outcomes(judge, port(A, 0, Outcome.FAILED), at=100.0) == ["failed"]
    assert outcomes(judge, port(A, 1), at=200.0) == ["partial"]
    assert outcomes(judge, port(A, 1), at=300.0) == ["complete"]


def told(doubts: Doubts, onts: int, at: float) -> list[str]:
    reading = OltReading(PollKind.STATE, at, Outcome.COMPLETE, ports=[port(A, onts), port(B, 8)])
    return [change.kind for change in doubts.review(reading, reading.ports, KNOWN)]


def test_a_return_is_told_as_the_loss_was() -> None:
    doubts = Doubts("north")
    sizes = [64, 20, 20, 64, 64]
    assert [told(doubts, size, n * STEP_S) for n, size in enumerate(sizes)] == [
        [], ["table_shrank"], [], ["table_whole"], []
    ]  # fmt: skip


def test_no_port_at_all_says_nothing_of_the_customers() -> None:
    reading = OltReading(PollKind.STATE, 0.0, Outcome.COMPLETE, whole={"pon_port": {"oper"}})
    Doubts("north").review(reading, [], KNOWN)
    assert (reading.outcome, reading.whole) == (Outcome.PARTIAL, {})


def test_serials_at_two_places() -> None:
    first = PortReading(A, Outcome.COMPLETE, {0: {"serial": "HWTC00000001"}, 5: {"serial": "HWTC00000002"}, 6: {}})
    second = PortReading(B, Outcome.COMPLETE, {9: {"serial": "HWTC00000001"}, 10: {"serial": None}})
    assert duplicate_serials([first, second]) == {"HWTC00000001": [("0/1/0", 0), ("0/1/1", 9)]}


def test_a_clock_that_was_put_back_puts_no_belief_off() -> None:
    judge = Shrinkage()
    found = [outcomes(judge, port(A, 40), at=at) for at in (86400.0, 0.0, 60.0, 299.0, 300.0)]
    assert found == [["partial"]] * 4 + [["complete"]]


def test_an_ont_that_answers_begins_the_doubt_anew_and_is_named_while_it_does() -> None:
    judge = Shrinkage()
    assert outcomes(judge, port(A, 40), at=0.0) == ["partial"]
    assert judge.missing == [("0/1/0", 40), ("0/1/0", 41)]
    for at in (200.0, 400.0, 600.0):
        judge.answers(("0/1/0", 40), at)
        doubted = judge.judge(KNOWN, [port(A, 40)], at)
        assert doubted and doubted.text == "lists 40 of 64 known ONTs, and 0/1/0 id 40 answers: cut short"
    found = [outcomes(judge, port(A, 40), at=at) for at in (700.0, 899.0, 900.0)]
    assert found == [["partial"], ["partial"], ["complete"]], "five minutes after it answered last"
