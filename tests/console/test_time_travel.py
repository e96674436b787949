"""The past on the screen: going to it, stepping in it, comparing with it, and that nothing can be done in it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import cast

import pytest

from noc_console.console.past import WHY, PastBackend, PastClock
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.picture.past import Past

from .fake_backend import START, FakeBackend
from .harness import Desk, console

STARTS_AT = 1_700_000_000.0


def recording() -> list[Observation]:
    """Four ONTs; all of them fall at 100 s."""
    found = [Observation(0, "olt", {"name": "a", "reachable": True})]
    for number in range(4):
        place = {"olt": "a", "port": "0/1/0", "ont_id": number}
        found.append(Observation(0, "ont", {**place, "serial": f"HWTC0000000{number}", "state": "online"}))
    for number in range(4):
        place = {"olt": "a", "port": "0/1/0", "ont_id": number}
        found.append(Observation(100, "ont", {**place, "state": "offline", "offline_reason": "loss_of_signal"}))
    found.append(Observation(160, "poll", {"olt": "a", "kind": "state", "outcome": "complete"}))
    return found


class Travelled(PastBackend):
    """A backend on the recording, at its begin, as the harness wants one."""

    fail_with = None

    def __init__(self) -> None:
        async def load() -> Past:
            return Past(recording(), IncidentSettings(), STARTS_AT)

        super().__init__(load, PastClock(STARTS_AT))

    def now(self) -> float:
        return self.clock.now()


def past_console() -> AbstractAsyncContextManager[Desk]:
    return console(cast(FakeBackend, Travelled()), past=WHY)


async def test_it_steps_there_and_back_and_says_that_it_is_the_past() -> None:
    async with past_console() as desk:
        await desk.shows("THE PAST")
        await desk.shows("ONLINE 4")
        await desk.press(*[")"] * 5)
        await desk.shows("OFFLINE ~4")
        await desk.press(*["("] * 3)
        await desk.shows("ONLINE 4")


async def test_nothing_can_be_done_in_it() -> None:
    async with past_console() as desk:
        await desk.shows("ONLINE 4")
        await desk.command("write on")
        await desk.until(lambda: any(WHY in said for said in desk.toasts()))
        assert not desk.app.desk.session.write


async def test_it_ends_at_the_recordings_end() -> None:
    async with past_console() as desk:
        await desk.shows("ONLINE 4")
        await desk.press(*[")"] * 20)
        await desk.until(lambda: any("the recording ends" in said for said in desk.toasts()))
        assert desk.app.now() == STARTS_AT + 160


async def test_at_leaves_the_live_console_for_the_past() -> None:
    async with console(FakeBackend()) as desk:
        await desk.command("at 2h")
        await desk.until(lambda: desk.app.travel_to is not None)
        assert desk.app.travel_to == desk.app.now() - 7200


@pytest.mark.parametrize(
    ("command", "said"),
    [("at", ":at wants a time"), ("at soon", "is no time"), ("diff", ":diff wants a time"), ("live", "live already"),
     ("speed 3", ":at 02:05 goes to the past"), ("handover x", "no length of time")],
)  # fmt: skip
async def test_what_makes_no_sense_says_why(command: str, said: str) -> None:
    async with console(FakeBackend()) as desk:
        await desk.command(command)
        await desk.until(lambda: any(said in one for one in desk.toasts()))


async def test_differences_since_an_instant_are_shown() -> None:
    backend = FakeBackend()
    now = START
    shift = now - 200
    backend.observations = [replace(one, at=one.at + shift) for one in recording()]
    async with console(backend) as desk:
        await desk.command("diff 3m")
        await desk.shows("lost 4, back 0, light moved 0")
        await desk.shows("a 0/1/0 id 3")


async def test_the_handover_is_shown() -> None:
    async with console(FakeBackend()) as desk:
        await desk.command("handover")
        await desk.shows("# Handover")
