"""The engine on generated recordings of every kind: what came out is what an engineer would conclude."""

from __future__ import annotations

import functools

import pytest

from tests.scenarios.catalogue import KINDS, Scenario
from tests.scenarios.compare import contradictions, differences, upheavals

replay = pytest.importorskip("noc_console.domain.incidents.replay", reason="the incident engine is not there yet")

SEEDS = (1, 2)
STEP_S = 60.0
"""Between the moments at which the answers are looked at for what must always hold."""
MOST_STEPS = 40


@functools.cache
def made(name: str, seed: int) -> Scenario:
    return KINDS[name](seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", KINDS)
def test_what_is_open_is_what_happened(name: str, seed: int) -> None:
    scenario = made(name, seed)
    asked = [float(moment["at"]) for moment in scenario.moments]  # type: ignore[arg-type]
    last = max(asked)
    step = max(STEP_S, last / MOST_STEPS)
    grid = sorted({*asked, *(step * n for n in range(1, int(last / step)))})
    answers = {answer["at"]: answer for answer in replay.answers(scenario.lines, grid)}
    assert (wrong := differences(scenario.moments, [answers[at] for at in asked])) is None, wrong
    for at in grid:
        assert (wrong := contradictions(answers[at], scenario.apart)) is None, wrong
    assert (wrong := upheavals([answers[at] for at in grid])) is None, wrong
