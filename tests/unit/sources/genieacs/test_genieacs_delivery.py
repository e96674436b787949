"""What may still happen at the ACS is followed until it is settled, and withdrawn as soon as the ACS is back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from noc_console.domain.errors import SourceTimeout, SourceUnavailable
from noc_console.sources.genieacs.delivery import Delivery, End, deliver, task_body
from noc_console.sources.genieacs.results import TaskOutcome, TaskResult

BODY = task_body("reboot", "reboot", 600.0)
KEY = BODY["uniqueKey"]


class FakeAcs:
    """An ACS that is away for some calls; time passes in its pauses only."""

    def __init__(self, away: int = 0, queued_at_s: float | None = 0.0, fails_to_delete: int = 0) -> None:
        self.away = away
        self.fails_to_delete = fails_to_delete
        self.queued_at_s = queued_at_s
        self.passed_s = 0.0
        self.deleted = False

    async def post_task(self, *_: object, **__: object) -> TaskResult:
        raise SourceTimeout("no answer in time", "genieacs")

    async def pause(self, seconds: float) -> None:
        self.passed_s += seconds

    async def tasks(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        if self.away:
            self.away -= 1
            raise SourceUnavailable("cannot connect", "genieacs")
        there = self.queued_at_s is not None and self.passed_s >= self.queued_at_s and not self.deleted
        return [{"_id": "t1", "uniqueKey": KEY}] if there else []

    async def fault_of(self, *_: object) -> None:
        return None

    async def delete_task(self, _task_id: str) -> None:
        if self.fails_to_delete:
            self.fails_to_delete -= 1
            raise SourceUnavailable("503 Device is in session", "genieacs")
        self.deleted = True


async def sent(acs: Any, happened: bool = False) -> tuple[Delivery, list[str]]:
    steps: list[str] = []

    async def step(text: str) -> None:
        steps.append(text)

    async def did() -> bool:
        return happened

    return await deliver(acs, "device", BODY, None, step, did), steps


@pytest.mark.parametrize("away", [0, 1, 5, 20])
async def test_a_request_whose_answer_was_lost_is_withdrawn_when_the_acs_is_back(away: int) -> None:
    acs = FakeAcs(away)
    delivery, steps = await sent(acs)
    assert (delivery.end, delivery.withdrawn, acs.deleted) == (End.NO_CONTACT, True, True)
    assert any("unsettled" in step and "may still happen" in step for step in steps) is (away > 0)
    assert sum("unsettled" in step for step in steps) <= 1, "told once"


@pytest.mark.parametrize("late_s", [1.0, 10.0, 25.0])
async def test_a_request_that_is_queued_after_we_looked_is_found(late_s: float) -> None:
    acs = FakeAcs(queued_at_s=late_s)
    delivery, _ = await sent(acs)
    assert delivery.end is End.NO_CONTACT and acs.deleted


async def test_no_trace_of_a_request_is_unknown_and_nothing_is_left() -> None:
    acs = FakeAcs(queued_at_s=None)
    delivery, _ = await sent(acs)
    assert (delivery.end, delivery.withdrawn) == (End.UNKNOWN, True)
    assert acs.passed_s >= 30


async def test_one_that_happened_meanwhile_is_delivered() -> None:
    delivery, _ = await sent(FakeAcs(away=3, queued_at_s=None), happened=True)
    assert delivery.end is End.DELIVERED


async def test_an_acs_that_stays_away_is_followed_until_the_task_has_expired() -> None:
    acs = FakeAcs(away=10_000)
    delivery, steps = await sent(acs)
    assert (delivery.end, delivery.withdrawn) == (End.UNKNOWN, False)
    assert acs.passed_s == pytest.approx(600.0) and len(steps) == 2


@pytest.mark.parametrize("fails", [1, 4])
async def test_a_task_that_cannot_be_deleted_is_deleted_later(fails: int) -> None:
    class Offline(FakeAcs):
        async def post_task(self, *_: object, **__: object) -> TaskResult:
            return TaskResult(TaskOutcome.QUEUED, "t1", "Device is offline")

    acs = Offline(fails_to_delete=fails)
    delivery, steps = await sent(acs)
    assert (delivery.end, delivery.withdrawn, acs.deleted) == (End.NO_CONTACT, True, True)
    assert any(step.startswith("unsettled") for step in steps)
