"""The audit log on screen: who asked for what; filtered; a record before and after; a log that does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.domain.audit_log import AuditLog, changes_of, parse_audit_filter, row_of
from noc_console.domain.operators import Grant, Role

from .fake_backend import AMY, FakeBackend
from .gallery import audited
from .harness import console

ENTRIES = [audited(3), audited(2), audited(1)]


def backend() -> FakeBackend:
    made = FakeBackend()
    made.audit = AuditLog(ENTRIES, "the audit log holds to entry 3")
    return made


async def test_newest_first_with_how_it_is_known_and_what_changed() -> None:
    async with console(backend()) as desk:
        await desk.command("audit")
        await desk.shows("the audit log holds to entry 3")
        await desk.shows("zone north notes: west bank -> both sides of the river")
        await desk.press("j")
        await desk.shows("refused: nora may not do reboot at olt-1")
        await desk.press("j")
        await desk.shows("amy, known by ssh key SHA256:D3fC2vxjbGyVRaa")
        await desk.shows("noc-1 pts/3 192.0.2.7")


async def test_filtered_by_who_and_by_problems() -> None:
    async with console(backend()) as desk:
        await desk.command("audit /who:nora")
        await desk.shows("1 of 1, the audit log holds")
        await desk.press("escape")
        await desk.shows("1 of 3")
        await desk.press("!")
        await desk.shows("1 of 1, the audit log holds")


async def test_a_log_that_does_not_hold_is_told_at_the_start() -> None:
    made = backend()
    made.audit = replace(made.audit, told="the audit log was tampered with: entry 2 is changed", broken=True)
    async with console(made) as desk:
        await desk.until(lambda: any("entry 2 is changed" in toast for toast in desk.toasts()))


async def test_a_text_of_a_stranger_is_no_markup_and_no_escape() -> None:
    made = backend()
    made.audit = AuditLog([audited(1, reason="[red]x[/] \x1b[31m", details="{no json", target="\x07bell")], "holds")
    async with console(made) as desk:
        await desk.command("audit")
        await desk.shows("[red]x[/]")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("who:amy", [3, 1]),
        ("!who:amy", [2]),
        ("who:amy,nora action:reboot", [2, 1]),
        ("target:zones", [3]),
        ("result:refused", [2]),
        ("reason:calls who:amy", [1]),
        ("HWTC7D46", [2, 1]),
        ("since:5m", [3]),
        ("who:bert", []),
    ],
)
def test_who_what_where_and_when(text: str, found: list[int]) -> None:
    wanted = parse_audit_filter(text, lambda: float(ENTRIES[0]["at"]) + 1)
    assert [one["id"] for one in ENTRIES if wanted.matches(row_of(one))] == found


@pytest.mark.parametrize("details", ["{no json", "[]", '{"changes": 7}', '{"changes": {"a": 1}}', "", None])
def test_details_that_say_nothing(details: str | None) -> None:
    assert changes_of(audited(1, details=details)) == []


async def test_what_the_role_does_not_cover_here_is_told_before() -> None:
    north = replace(AMY, role=Role.VIEWER, grants=(Grant(Role.OPERATOR, olts=("olt-9",)),))
    async with console(FakeBackend(), operator=north) as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.press("R")
        await desk.until(lambda: any("amy may not do reboot at olt-1" in toast for toast in desk.toasts()))
