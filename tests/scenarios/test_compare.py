"""What compares answers with expectations finds each fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.compare import contradictions, differences, upheavals

CUT: dict[str, Any] = {
    "id": "INC-1",
    "state": "confirmed",
    "cause": "fibre",
    "scope": "branch",
    "affected": 2,
    "total": 3,
    "alive": 1,
    "unknown": 0,
    "where": {"olt": "olt-1", "splitters": ["A", "B"]},
    "onts": [["o", "p", 1], ["o", "p", 2]],
    "evidence": {"loss_of_signal": 1, "silent": 1, "alive": 1},
    "first_loss_at": 10.0,
    "last_loss_at": 12.0,
    "confidence": 0.9,
    "stragglers": [],
    "business": 0,
    "bracket": None,
    "rings": 1,
    "text": ["both fell within 2 s"],
}
WANTED: dict[str, Any] = {
    "cause": ["fibre", "unknown"],
    "scope": "branch",
    "affected": {"min": 2, "max": 2},
    "onts": [["o", "p", 2], ["o", "p", 1]],
    "where": {"splitters": ["B", "A"], "splitter": None},
}


def _answer(*incidents: dict[str, Any], at: float = 60.0, rings: int = 1) -> dict[str, Any]:
    return {"at": at, "rings": rings, "incidents": list(incidents)}


def _moment(*opened: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"at": 60.0, "open": list(opened), "rings": [1, 1], **more}


def test_what_fits_is_right() -> None:
    single = CUT | {"id": "INC-2", "scope": "ont"}
    over = CUT | {"id": "INC-3", "state": "resolved"}
    moment = _moment(WANTED, also=[{"scope": "ont"}, {"state": "resolved"}])
    assert differences([moment], [_answer(CUT, single, over)]) is None


@pytest.mark.parametrize(
    "answer",
    [
        _answer(),
        _answer(CUT, CUT | {"id": "INC-2"}),
        _answer(CUT | {"cause": "power"}),
        _answer(CUT | {"affected": 3}),
        _answer(CUT | {"onts": [["o", "p", 1], ["o", "p", 3]]}),
        _answer(CUT | {"where": {"splitters": ["A"]}}),
        _answer(CUT | {"where": {"splitters": ["A", "B"], "splitter": "C"}}),
        _answer(CUT, rings=2),
    ],
)
def test_what_does_not_fit_is_told(answer: dict[str, Any]) -> None:
    assert differences([_moment(WANTED)], [answer])


def test_the_same_label_is_the_same_id_and_another_label_another_one() -> None:
    twice = [_answer(CUT), _answer(CUT | {"id": "INC-2"})]
    assert differences([_moment(WANTED | {"same": "A"}), _moment(WANTED | {"same": "A"})], twice)
    assert differences([_moment(WANTED | {"same": "A"}), _moment(WANTED | {"same": "B"})], twice) is None
    assert differences([_moment(WANTED | {"same": "A"}), _moment(WANTED | {"same": "B"})], [_answer(CUT)] * 2)


def test_an_answer_that_contradicts_itself_is_told() -> None:
    ours = {("o", "p", 1), ("o", "p", 2)}
    assert contradictions(_answer(CUT), ours, apart=0) is None
    assert contradictions(_answer(CUT | {"total": 4}), ours, apart=1) is None
    assert contradictions(_answer(CUT | {"total": 4}), ours | {("o", "p", 3)}, apart=0) is None
    assert contradictions(_answer(CUT | {"total": 4}), ours, apart=0)
    assert contradictions(_answer(CUT | {"alive": 2}), ours, apart=1)
    assert contradictions(_answer(CUT, CUT | {"id": "INC-2"}, rings=2), ours, apart=0)
    assert contradictions(_answer(CUT, CUT | {"id": "INC-2", "scope": "ont"}, rings=2), ours, apart=0)
    assert contradictions(_answer(CUT, rings=0), ours, apart=0)


@pytest.mark.parametrize(
    "broken",
    [
        {"affected": 1},
        {"evidence": {"loss_of_signal": 1, "alive": 1}},
        {"first_loss_at": 13.0},
        {"last_loss_at": 61.0},
        {"confidence": 94},
        {"stragglers": [["o", "p", 3]]},
        {"business": 3},
        {"bracket": {"alive_to_m": 900, "dead_from_m": 900}},
        {"text": []},
    ],
)
def test_an_incident_that_does_not_agree_with_itself_is_told(broken: dict[str, Any]) -> None:
    assert contradictions(_answer(CUT | broken), {("o", "p", 1), ("o", "p", 2)}, apart=1)


def test_ids_that_vanish_or_return_and_floods_are_told() -> None:
    over = CUT | {"state": "resolved"}
    assert upheavals([_answer(CUT), _answer(over, at=120.0), _answer(at=9000.0)]) is None
    assert upheavals([_answer(CUT), _answer(at=120.0)])
    assert upheavals([_answer(over), _answer(CUT, at=120.0)])
    assert upheavals([_answer(*(CUT | {"id": f"INC-{n}"} for n in range(11)))])
    assert upheavals([_answer(*(CUT | {"id": f"INC-{n}"} for n in range(10)))]) is None
