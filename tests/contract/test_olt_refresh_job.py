"""Reading one OLT on demand: what it takes to be verified."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from orders import audited

from noc_console.collector.acting.tools import Ending, Tools
from noc_console.collector.performing import Actions
from noc_console.config.model import Config, OltConfig
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading
from noc_console.domain.targets import Target

COMPLETE, PARTIAL, FAILED = Outcome.COMPLETE, Outcome.PARTIAL, Outcome.FAILED


class Worker:
    """Answers polls as the test says."""

    def __init__(self, **outcomes: Outcome) -> None:
        self.outcomes = outcomes
        self.polled: list[PollKind] = []

    async def poll(self, kind: PollKind) -> OltReading:
        self.polled.append(kind)
        outcome = self.outcomes.get(kind.value, COMPLETE)
        error = None if outcome is COMPLETE else f"{kind.value}: no answer"
        return OltReading(kind, time.time(), outcome, answered=outcome is not FAILED, duration_s=1.25, error=error)


async def refreshed(worker: Worker, olt: str = "olt-1") -> tuple[Ending, list[str]]:
    told: list[str] = []

    async def tell(_job: int, text: str, _state: object = None, _progress: object = None) -> None:
        told.append(text)

    config = Config(olts=(OltConfig(name="olt-1", address="127.0.0.1"),))
    nothing = cast(Any, None)
    store = cast(Any, SimpleNamespace(tell=tell))
    tools = Tools(store, {"olt-1": cast(Any, worker)}, None, nothing, config, nothing, None, nothing)
    now = time.time()
    job = Job(1, JobKind.OLT_REFRESH, JobState.RUNNING, Target.olt(olt), None, olt, None, "", "anna", "", now, now + 60)
    return await Actions(tools, audited).act(job), told


async def test_state_health_and_optics_are_read() -> None:
    worker = Worker()
    ending, told = await refreshed(worker)
    assert worker.polled == [PollKind.STATE, PollKind.HEALTH, PollKind.OPTICS]
    assert ending.state is JobState.VERIFIED and ending.text == "0 ONTs read in 1.2 s"
    assert told == ["state: complete", "health: complete", "optics: complete"]


@pytest.mark.parametrize("outcome", [PARTIAL, FAILED])
async def test_a_state_that_is_not_whole_proves_nothing(outcome: Outcome) -> None:
    worker = Worker(state=outcome)
    ending, _ = await refreshed(worker)
    assert (ending.state, ending.text) == (JobState.FAILED, "state: no answer")
    assert len(worker.polled) == (1 if outcome is FAILED else 3), "an OLT that is silent is not asked three times"


async def test_what_else_fails_is_told() -> None:
    ending, told = await refreshed(Worker(optics=FAILED))
    assert ending.state is JobState.VERIFIED and told[-1] == "optics: failed, optics: no answer"


async def test_an_olt_that_is_configured_no_more_is_refused() -> None:
    with pytest.raises(ActionRefused, match="not configured"):
        await refreshed(Worker(), "olt-9")
