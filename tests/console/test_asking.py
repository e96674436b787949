"""Actions with parameters and actions on many: what is asked, what is refused, what is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input

from noc_console.console.dialogs.bulk import BulkDialog
from noc_console.console.dialogs.guarded import GuardedDialog
from noc_console.console.dialogs.inputs import ChoiceLine
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Ont

from .fake_backend import FakeBackend
from .harness import Desk, console


async def open_dialog(desk: Desk, command: str) -> GuardedDialog:
    """Open an action's dialog, let the fresh read succeed."""
    await desk.shows("1 of 96")
    await desk.command("write on")
    await desk.command(command)
    await desk.until(lambda: isinstance(desk.app.screen, GuardedDialog) and desk.backend.asked)
    dialog = desk.app.screen
    assert isinstance(dialog, GuardedDialog)
    desk.backend.finish_reads()
    await desk.until(lambda: not dialog._reading(dialog._facts()))
    dialog._update()
    return dialog


async def fill(desk: Desk, name: str, text: str) -> None:
    field = desk.app.screen.query_one(f"#{name}", Input)
    await desk.until(lambda: not field.disabled)
    field.focus()
    await desk.type(text)
    await desk.until(lambda: field.value == text)


async def test_a_wifi_name_is_asked_for_checked_and_sent() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk, "wifi-ssid")
        assert desk.backend.asked[-1].sections == ("system", "wireless")
        network = dialog.query_one("#parameter-network", ChoiceLine)
        await desk.until(lambda: network.value == "LANDevice.1.WLANConfiguration.1")
        await desk.shows("WiFi 2.4 GHz, on, channel 6")
        assert dialog.missing() == "new name is missing"
        await fill(desk, "parameter-ssid", "x" * 33)
        assert "1 to 32 bytes" in str(dialog.missing())
        field = dialog.query_one("#parameter-ssid", Input)
        field.value = "Casa da Ana"
        await fill(desk, "reason", "customer calls")
        await desk.until(lambda: dialog.missing() is None)
        await fill(desk, "typed", str(dialog.expected))
        await desk.press("enter")
        await desk.until(lambda: desk.backend.asked[-1].kind is JobKind.WIFI_SSID)
        sent = desk.backend.asked[-1]
        assert sent.parameters == {"network": "LANDevice.1.WLANConfiguration.1", "ssid": "Casa da Ana"}
        assert sent.secret is None


async def test_a_password_is_never_on_the_screen() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk, "wifi-password")
        await fill(desk, "secret", "correct horse")
        assert dialog.missing() == "the two passwords differ"
        await fill(desk, "secret-again", "correct horse")
        await fill(desk, "reason", "customer calls")
        await desk.until(lambda: dialog.missing() is None)
        assert "correct" not in desk.screen()
        await fill(desk, "typed", str(dialog.expected))
        await desk.press("enter")
        await desk.until(lambda: desk.backend.asked[-1].kind is JobKind.WIFI_PASSWORD)
        assert desk.backend.asked[-1].secret == "correct horse"
        assert "correct" not in repr(desk.backend.asked[-1])
        await desk.command("jobs")
        assert "correct" not in desk.screen()


async def test_level_two_wants_a_deliberate_yes() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk, "wifi-switch")
        turn = dialog.query_one("#parameter-on", ChoiceLine)
        await desk.until(lambda: turn.value == "false")  # it is on now
        await desk.press("enter")  # Cancel has the focus
        await desk.until(lambda: not isinstance(desk.app.screen, GuardedDialog))
        assert [r.kind for r in desk.backend.asked] == [JobKind.REFRESH]
        dialog = await open_dialog(desk, "wifi-switch")
        await fill(desk, "reason", "customer calls")
        await desk.until(lambda: dialog.missing() is None)
        dialog.query_one("#verb").focus()
        await desk.press("enter")
        await desk.until(lambda: desk.backend.asked[-1].kind is JobKind.WIFI_SWITCH)
        assert desk.backend.asked[-1].parameters["on"] == "false"


async def test_tests_from_the_router_need_no_dialog() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("speed-test")
        await desk.until(lambda: any("read-only" in toast for toast in desk.toasts()))
        await desk.command("ping 192.0.2.1")
        await desk.until(lambda: [r.kind for r in desk.backend.asked] == [JobKind.PING])
        assert desk.backend.asked[-1].parameters == {"host": "192.0.2.1"}
        await desk.command("write on")
        await desk.command("speed-test sideways")
        await desk.until(lambda: any("download or upload" in toast for toast in desk.toasts()))
        await desk.command("speed-test upload")
        await desk.until(lambda: desk.backend.asked[-1].kind is JobKind.SPEED_TEST)
        assert desk.backend.asked[-1].parameters == {"direction": "upload"}


async def mark(desk: Desk, count: int) -> list[Ont]:
    """Mark the first ONTs of the list."""
    await desk.shows("1 of 96")
    await desk.command("write on")
    for _ in range(count):
        await desk.press("space")  # goes down by itself
    await desk.until(lambda: len(desk.network.chosen_onts()) == count)
    return desk.network.chosen_onts()


async def test_marked_onts_are_planned_counted_and_sent_as_one() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[2], state="offline", offline_reason="loss_of_signal"))
    async with console(backend) as desk:
        await mark(desk, 3)
        await desk.press("R")
        await desk.until(lambda: isinstance(desk.app.screen, BulkDialog))
        dialog = desk.app.screen
        assert isinstance(dialog, BulkDialog)
        await desk.shows("2 ONTs would be acted on")
        await desk.shows("state is LOS (no light): a reboot cannot help")
        assert dialog.missing() == "give the reason"
        await fill(desk, "reason", "firmware hangs")
        await desk.until(lambda: dialog.missing() is None)
        await fill(desk, "typed", "3")
        await desk.press("enter")
        await desk.until(lambda: dialog.query_one("#typed", Input).value == "")
        assert backend.submitted_batches == []
        backend.clock += 3
        await desk.until(lambda: dialog.missing() is None)
        dialog._update()
        await fill(desk, "typed", "2")
        await desk.press("enter")
        await desk.until(lambda: backend.submitted_batches)
        (sent,) = backend.submitted_batches
        assert (sent.kind, sent.reason, len(sent.ont_ids), sent.forced) == (JobKind.REBOOT, "firmware hangs", 2, False)
        await desk.command("jobs")
        await desk.shows("bulk 1 reboot by amy")
        await desk.shows("0 of 2")
        await desk.command("bulk-cancel")
        await desk.until(lambda: backend.batches[1].cancel_by == "amy")


async def test_what_is_not_for_many_says_so() -> None:
    async with console() as desk:
        await mark(desk, 2)
        await desk.press("Z")
        await desk.until(lambda: any("one at a time, 2 are marked" in toast for toast in desk.toasts()))
        assert desk.backend.asked == []


async def test_more_than_the_limit_cannot_be_typed_through() -> None:
    async with console(bulk_max=2) as desk:
        await mark(desk, 3)
        await desk.press("R")
        await desk.until(lambda: isinstance(desk.app.screen, BulkDialog))
        await desk.shows("At most 2 at once")
        await desk.type("customer calls")
        await desk.press("enter", "3", "enter")
        await desk.shows("At most 2 at once")
        assert desk.backend.submitted_batches == []


async def test_only_what_waits_can_be_released() -> None:
    async with console() as desk:
        await mark(desk, 2)
        await desk.command("release 7")
        await desk.until(lambda: any("there is no bulk action 7" in toast for toast in desk.toasts()))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_dialogs_fit(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.shows("of 96")
        await desk.command("write on")
        await desk.command("wifi-password")
        await desk.until(lambda: isinstance(desk.app.screen, GuardedDialog))
        await desk.shows("once more")
        await desk.shows("Cancel")
