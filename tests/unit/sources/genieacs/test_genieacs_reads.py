"""What a router refuses takes nothing else with it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from noc_console.sources.genieacs.delivery import Delivery, End, no_step
from noc_console.sources.genieacs.reads import MOST_PARTS, Read, read_in_parts
from noc_console.sources.genieacs.refusals import Refusals

PATHS = [f"Device.A.{number}" for number in range(120)]


class Router:
    """Refuses a task that holds one of these paths, or more than it has memory for."""

    def __init__(self, refused: set[str], most: int = 1000) -> None:
        self.refused, self.most = refused, most
        self.read: set[str] = set()
        self.asked = 0

    async def ask(self, paths: Sequence[str]) -> Delivery:
        self.asked += 1
        if len(paths) > self.most:
            return Delivery(End.FAULT, "fault 9004 Resources exceeded")
        if self.refused & set(paths):
            return Delivery(End.FAULT, "fault 9005 Invalid parameter name")
        self.read |= set(paths)
        return Delivery(End.DELIVERED, "delivered")

    async def answer(self, parts: Sequence[Sequence[str]]) -> Read:
        return await read_in_parts(parts, self.ask, no_step)


@pytest.mark.parametrize("seed", range(30))
async def test_what_is_refused_stands_alone_and_the_rest_is_read(seed: int) -> None:
    some = random.Random(seed)
    refused = set(some.sample(PATHS, some.randint(0, 2)))
    cuts = sorted(some.sample(range(1, 120), 5))
    parts = [PATHS[a:b] for a, b in zip([0, *cuts], [*cuts, 120], strict=True)]
    router = Router(refused)
    read = await router.answer(parts)
    assert set(read.refused) == refused and not read.skipped
    assert router.read == set(PATHS) - refused
    assert read.delivery.end is End.DELIVERED
    assert router.asked == 1 or refused


async def test_a_router_that_has_no_memory_for_all_is_asked_for_less() -> None:
    router = Router(set(), most=30)
    read = await router.answer([PATHS])
    assert router.read == set(PATHS) and not read.refused and read.delivery.end is End.DELIVERED


async def test_a_router_that_refuses_everything_is_left_in_peace() -> None:
    router = Router(set(PATHS))
    read = await router.answer([PATHS])
    assert read.delivery.end is End.FAULT and router.asked < 12
    assert set(read.refused) | set(read.skipped) == set(PATHS)


async def test_there_is_an_end_to_the_parts() -> None:
    router = Router(set(PATHS[::3]))
    read = await router.answer([PATHS[:3], PATHS[3:]])
    assert router.asked <= MOST_PARTS + 1
    assert router.read | set(read.refused) | set(read.skipped) == set(PATHS)


async def test_no_contact_in_the_middle_is_no_refusal() -> None:
    router, calls = Router({PATHS[0]}), 0

    async def ask(paths: Sequence[str]) -> Delivery:
        nonlocal calls
        calls += 1
        return await router.ask(paths) if calls < 3 else Delivery(End.NO_CONTACT, "no contact (Device is offline)")

    read = await read_in_parts([PATHS], ask, no_step)
    assert read.delivery.end is End.NO_CONTACT and not read.refused


def test_refusals_last_until_the_router_boots() -> None:
    refusals = Refusals()
    refusals.keep("a", 1.0, {"Device.X": "fault 9005"})
    refusals.keep("a", 1.0, {"Device.Y": "fault 9005"})
    assert set(refusals.of("a", 1.0)) == {"Device.X", "Device.Y"}
    assert refusals.of("a", 2.0) == {} and refusals.of("b", 1.0) == {}
