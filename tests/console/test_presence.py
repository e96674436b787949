"""Who else looks at what is selected here, and who acts on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Ont
from noc_console.domain.operators import Role
from noc_console.domain.presence import GONE_AFTER_S, PRESENCE, Presence
from noc_console.domain.targets import Target

from .fake_backend import AMY, START, FakeBackend
from .harness import console


def bob(about: str, seen_at: float = START) -> Presence:
    return Presence("jump:1:1", "bob", "jump", "network", about, START - 60, seen_at)


async def test_it_tells_what_rests_under_the_cursor_and_that_it_was_closed() -> None:
    backend = FakeBackend()
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.until(lambda: backend.attended or _later(backend))
        first = backend.attended[-1]
        assert (first.operator, first.screen, first.about) == (AMY.name, "network", desk.serial())
        await desk.press("j")
        told = len(backend.attended)
        await desk.until(lambda: len(backend.attended) > told or _later(backend))
        assert backend.attended[-1].about == desk.serial()
        assert len({presence.session for presence in backend.attended}) == 1
    assert backend.attended[-1].removed_at is not None


def _later(backend: FakeBackend) -> bool:
    backend.clock += 1
    return False


async def test_others_who_look_at_the_same_are_named_until_they_are_gone() -> None:
    backend = FakeBackend()
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.until(lambda: desk.serial() == desk.app.attending._own.about)
        backend.put_record(PRESENCE, bob(desk.serial() or ""))
        await desk.shows("bob looks at this")
        await desk.press("j")
        await desk.until(lambda: "bob looks" not in desk.screen())
        await desk.press("k")
        await desk.shows("bob looks at this")
        backend.clock += GONE_AFTER_S + 1
        await desk.until(lambda: "bob looks" not in desk.screen())


async def test_it_is_told_who_acts_on_it() -> None:
    backend = FakeBackend()
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        ont = desk.network.selected_ont()
        assert isinstance(ont, Ont)
        backend.revision += 1
        target = Target.ont(ont.id)
        backend.jobs[1] = Job(
            1, JobKind.REBOOT, JobState.RUNNING, target, ont.serial, "olt-1", ont.port, "no sync", "bob", "jump",
            START, START + 600, revision=backend.revision,
        )  # fmt: skip
        await desk.shows("bob: reboot running")


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.VIEWER, " VIEWER "), (Role.OPERATOR, " RO "), (Role.ADMIN, " ADMIN RO ")]
)
async def test_the_header_tells_what_the_session_may_do(role: Role, shown: str) -> None:
    async with console(FakeBackend(), operator=replace(AMY, role=role)) as desk:
        await desk.shows(shown)
        await desk.command("write on")
        if role is Role.VIEWER:
            assert any("may only look" in text for text in desk.toasts("warning"))
        else:
            await desk.shows("RW ")
