"""Which complete readings are believed."""

from __future__ import annotations

import pytest

from noc_console.collector.guards import Doubted, Shrinkage, duplicate_serials
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome
from noc_console.domain.poll import PortReading

A, B = PonPort((0, 1, 0)), PonPort((0, 1, 1))
KNOWN = {"0/1/0": 64, "0/1/1": 8}


def port(at: PonPort, onts: int, outcome: Outcome = Outcome.COMPLETE) -> PortReading:
    return PortReading(at, outcome, {ont_id: {} for ont_id in range(onts)})


def outcomes(judge: Shrinkage, *readings: PortReading) -> list[str]:
    judge.judge(KNOWN, readings)
    return [reading.outcome.value for reading in readings]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (64, 8, ["complete", "complete"]),
        (33, 8, ["complete", "complete"]),
        (32, 8, ["complete", "complete"]),
        (31, 8, ["partial", "complete"]),
        (1, 8, ["partial", "complete"]),
        (64, 1, ["complete", "complete"]),
        (0, 0, ["partial", "partial"]),
        (70, 9, ["complete", "complete"]),
    ],
)
def test_what_is_doubted(first: int, second: int, expected: list[str]) -> None:
    assert outcomes(Shrinkage(), port(A, first), port(B, second)) == expected


def test_few_onts_shrink_for_everyday_reasons() -> None:
    judge = Shrinkage()
    assert judge.judge({"0/1/0": 19}, [port(A, 0)]) is None
    assert judge.judge({"0/1/0": 20}, [port(A, 0)]) == Doubted(listed=0, expected=20, readings_left=2)


def test_many_small_ports_are_one_large_table() -> None:
    ports = [PonPort((0, 1, number)) for number in range(10)]
    known = {str(at): 4 for at in ports}
    readings = [port(at, 1) for at in ports]
    assert Shrinkage().judge(known, readings)
    assert {reading.outcome for reading in readings} == {Outcome.PARTIAL}


def test_the_third_in_a_row_is_believed_and_so_are_those_after_it() -> None:
    judge = Shrinkage()
    seen = [outcomes(judge, port(A, 1), port(B, 8))[0] for _ in range(5)]
    assert seen == ["partial", "partial", "complete", "complete", "complete"]


def test_a_whole_reading_between_starts_the_count_again() -> None:
    judge = Shrinkage()
    sizes = [1, 1, 64, 1, 1, 1]
    seen = [outcomes(judge, port(A, size), port(B, 8))[0] for size in sizes]
    assert seen == ["partial", "partial", "complete", "partial", "partial", "complete"]


def test_partial_readings_say_nothing_either_way() -> None:
    judge = Shrinkage()
    assert outcomes(judge, port(A, 1)) == ["partial"]
    assert outcomes(judge, port(A, 0, Outcome.FAILED)) == ["failed"]
    assert outcomes(judge, port(A, 1)) == ["partial"]
    assert outcomes(judge, port(A, 1)) == ["complete"]


def test_serials_at_two_places() -> None:
    first = PortReading(A, Outcome.COMPLETE, {0: {"serial": "HWTC00000001"}, 5: {"serial": "HWTC00000002"}, 6: {}})
    second = PortReading(B, Outcome.COMPLETE, {9: {"serial": "HWTC00000001"}, 10: {"serial": None}})
    assert duplicate_serials([first, second]) == {"HWTC00000001": [("0/1/0", 0), ("0/1/1", 9)]}
