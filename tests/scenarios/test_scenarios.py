"""The engine on generated recordings of every kind: what comes out is what an engineer would conclude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from tests.scenarios.catalogue import KINDS, LONG, made, seeds
from tests.scenarios.compare import contradictions, differences, upheavals
from tests.scenarios.deliver import redelivered, settled, told_down

replay = pytest.importorskip("noc_console.domain.incidents.replay", reason="the incident engine is not there yet")

STEP_S = 60.0
"""Between the moments at which the answers are looked at for what must always hold."""
MOST_STEPS = 40
SHORT = [name for name in KINDS if name not in LONG]


def _answers(lines: Sequence[str], at: Sequence[float]) -> list[dict[str, Any]]:
    answers = list(replay.answers(lines, at))
    assert [answer["at"] for answer in answers] == list(at)
    return answers


def _grid(moments: Sequence[float]) -> list[float]:
    last = max(moments)
    step = max(STEP_S, last / MOST_STEPS)
    return sorted({*moments, *(step * n for n in range(1, int(last / step)))})


@pytest.mark.parametrize(("name", "seed"), [(name, seed) for name in KINDS for seed in seeds(name)])
def test_what_is_open_is_what_happened(name: str, seed: int) -> None:
    scenario = made(name, seed)
    asked = [moment["at"] for moment in scenario.moments]
    grid = _grid(asked)
    answers = _answers(scenario.lines, grid)
    wrong = differences(scenario.moments, [answer for answer in answers if answer["at"] in asked])
    assert wrong is None, f"{scenario.why}\n{wrong}"
    for answer, down in zip(answers, told_down(scenario.lines, grid), strict=True):
        assert (wrong := contradictions(answer, down, scenario.apart)) is None, wrong
    assert (wrong := upheavals(answers)) is None, wrong


@settings(max_examples=60, phases=(Phase.reuse, Phase.generate))  # a smaller seed is no simpler delivery
@given(name=st.sampled_from(SHORT), seed=st.integers(0, 2**32))
def test_order_and_repetition_of_deliveries_change_nothing(name: str, seed: int) -> None:
    scenario = made(name, 1)
    moments = [moment for moment in scenario.moments if settled(scenario.lines, moment["at"])]
    assume(moments)
    wrong = differences(moments, _answers(redelivered(scenario.lines, seed), [moment["at"] for moment in moments]))
    assert wrong is None, wrong
