"""From a key to the proven end: menus, guarded dialogs, jobs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from incident_samples import incident
from textual.events import Key, Paste
from textual.widgets import Button, Input

from noc_console.console.app import _textual_key
from noc_console.console.dialogs.guarded import GuardedDialog
from noc_console.console.render.jobs import state_role
from noc_console.domain.incidents.incident import Where
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.jobs import JobKind, JobState
from noc_console.domain.operators import Role
from noc_console.domain.targets import Target

from .fake_backend import AMY, FakeBackend
from .harness import Desk, console


def acting(backend: FakeBackend) -> list[JobKind]:
    """Kinds of the dangerous jobs that were submitted."""
    return [request.kind for request in backend.asked if request.kind.level]


async def open_dialog(desk: Desk, key: str = "R", reread: bool = True) -> GuardedDialog:
    """Allow writing, open the dialog, let the fresh read succeed."""
    await desk.shows("1 of 96")
    await desk.command("write on")
    await desk.press(key)
    await desk.until(lambda: isinstance(desk.app.screen, GuardedDialog))
    dialog = desk.app.screen
    assert isinstance(dialog, GuardedDialog)
    if reread:
        await desk.until(lambda: desk.backend.asked)
        desk.backend.finish_reads()
        await desk.until(lambda: not dialog._reading(dialog._facts()))
        dialog._update()
    return dialog


def typed(dialog: GuardedDialog) -> Input:
    return dialog.query_one("#typed", Input)


async def give_reason(desk: Desk, dialog: GuardedDialog, text: str = "customer calls") -> None:
    """Fill the reason in; the confirmation opens after it."""
    await desk.until(lambda: dialog.missing() == "give the reason")
    dialog.query_one("#reason", Input).focus()
    await desk.type(text)
    await desk.until(lambda: dialog.missing() is None)


async def confirm(desk: Desk, dialog: GuardedDialog, text: str) -> None:
    """Type the confirmation and press Enter."""
    await give_reason(desk, dialog)
    typed(dialog).focus()
    await desk.type(text)
    await desk.press("enter")


async def test_read_only_shows_the_target_refuses_and_says_how() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("R")
        await desk.shows("This session is read-only")
        await desk.shows(":write on")
        await desk.type("B1F5")
        await desk.press(":")
        await desk.until(lambda: desk.app.prompting.prompt.open and desk.app.prompting.prompt.input.value == "write on")
        await desk.press("enter")
        await desk.shows(" RW ")
        assert not acting(desk.backend)


async def test_a_session_started_read_only_stays_so() -> None:
    async with console(read_only=True) as desk:
        await desk.command("write on")
        await desk.until(lambda: any("started read-only" in toast for toast in desk.toasts()))
        assert " RO " in desk.screen()


async def test_a_viewer_only_looks_and_is_told_why() -> None:
    async with console(operator=replace(AMY, role=Role.VIEWER)) as desk:
        await desk.shows("1 of 96")
        await desk.press("r")
        await desk.until(lambda: [one.kind for one in desk.backend.asked] == [JobKind.REFRESH])
        await desk.command("write on")
        await desk.until(lambda: any("amy may only look: role viewer" in toast for toast in desk.toasts()))
        for title, command in (("Reboot its router", "reboot"), ("Ping from the router", "ping 192.0.2.1")):
            await desk.command(command)
            await desk.until(lambda told=f"{title}: amy may only look": any(told in toast for toast in desk.toasts()))
        assert not acting(desk.backend)


async def test_reboot_is_typed_submitted_and_followed_to_its_proven_end() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk)
        serial = dialog._serial
        await give_reason(desk, dialog)
        await desk.shows(f"Type {serial[-4:]} and press Enter.")
        typed(dialog).focus()
        await desk.type(serial[-4:])
        await desk.press("enter")
        await desk.until(lambda: acting(desk.backend) == [JobKind.REBOOT])
        job = desk.backend.last_job
        await desk.until(lambda: any("requested as job" in toast for toast in desk.toasts()))
        for state, text in ((JobState.SENT, "task delivered"), (JobState.VERIFYING, "router went silent")):
            desk.backend.step(job, state, text)
            await desk.until(lambda wanted=text: any(wanted in toast for toast in desk.toasts()))
        desk.backend.step(job, JobState.VERIFIED, "informed again", "back after 74 s")
        await desk.until(lambda: any("verified, back after 74 s" in toast for toast in desk.toasts()))
        await desk.command("tab jobs")
        await desk.shows("back after 74 s")
        await desk.press("5")
        await desk.shows("router went silent")


async def test_no_contact_is_shown_as_a_failure() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk)
        await confirm(desk, dialog, dialog._serial[-4:])
        await desk.until(lambda: acting(desk.backend))
        desk.backend.step(desk.backend.last_job, JobState.NO_CONTACT, "task withdrawn", "no contact: withdrawn")
        await desk.until(lambda: any("withdrawn" in toast for toast in desk.toasts("error")))


async def test_the_dialog_cannot_be_satisfied_by_stray_typing() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk)
        assert isinstance(desk.app.focused, Button)
        assert desk.app.focused.id == "cancel"
        await desk.type(dialog._serial[-4:])
        assert dialog.query_one("#reason", Input).value == dialog._serial[-4:]
        await desk.press("enter")
        await desk.shows("give the reason: who asked, why (this is the serial)")
        await desk.type(dialog._serial[-4:])
        await desk.press("enter")
        await desk.until(lambda: desk.app.focused is dialog.query_one("#reason"))
        await desk.type("yYqR")
        assert not acting(desk.backend)
        await desk.press("escape")
        await desk.until(lambda: not isinstance(desk.app.screen, GuardedDialog))
        await desk.shows(f"{dialog._serial}: cancelled, nothing was sent")
        assert not acting(desk.backend)


async def test_what_is_typed_while_cancel_has_the_focus_lands_in_the_field() -> None:
    async with console(size=(80, 24)) as desk:
        dialog = await open_dialog(desk)
        await desk.type("Bob calls")
        assert dialog.query_one("#reason", Input).value == "Bob calls"
        for wrong in ("0000", dialog._serial[-4:].lower() + "x"):
            dialog.query_one("#cancel").focus()
            await desk.until(lambda: desk.app.focused is dialog.query_one("#cancel"))
            await desk.type(wrong)
            await desk.press("enter")
            await desk.shows(f"{wrong} is wrong: type the last 4 characters of the serial")
            assert typed(dialog).has_focus
        desk.backend.clock += 2.1
        desk.backend.beat()
        await desk.type(dialog._serial[-4:])
        await desk.press("enter")
        await desk.until(lambda: acting(desk.backend) == [JobKind.REBOOT])


async def test_a_wrong_text_clears_the_field_and_disarms_it_for_two_seconds() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk)
        await confirm(desk, dialog, "0000")
        assert typed(dialog).value == ""
        await desk.type(dialog._serial[-4:])
        await desk.press("enter")
        await desk.shows("arming: 2 s")
        assert isinstance(desk.app.screen, GuardedDialog)
        desk.backend.clock += 2.1
        desk.backend.beat()
        await desk.until(lambda: dialog.missing() is None)
        assert not acting(desk.backend)
        await desk.press("enter")
        await desk.until(lambda: acting(desk.backend) == [JobKind.REBOOT])


async def test_a_tick_is_told_apart_without_colour() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[1], state="offline", offline_reason="loss_of_signal"))
    async with console(backend, theme="mono") as desk:
        dialog = await open_dialog(desk)
        await desk.shows("[ ] override")
        dialog.query_one("#force").focus()
        await desk.until(lambda: dialog.query_one("#force").has_focus)
        await desk.press("space")
        await desk.shows("[x] override")


async def test_pasted_control_characters_never_get_in() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk)
        await give_reason(desk, dialog)
        field = typed(dialog)
        field.focus()
        await desk.until(lambda: field.has_focus)
        field.post_message(Paste(f"\x1b[31m{dialog._serial[-4:]}\r\n\x00"))
        await desk.until(lambda: field.value)
        assert field.value == f"[31m{dialog._serial[-4:]}"
        assert not acting(desk.backend)


async def test_factory_reset_wants_the_whole_serial_a_reason_and_five_seconds() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk, "Z")
        assert dialog.missing() == "arming: 5 s"
        desk.backend.clock += 5.1
        desk.backend.beat()
        await desk.until(lambda: dialog.missing() == "give the reason")
        dialog.query_one("#reason", Input).focus()
        await desk.type("customer moved out")
        await desk.press("enter")
        await desk.until(lambda: typed(dialog).has_focus)
        await desk.type(dialog._serial)
        await desk.press("enter")
        await desk.until(lambda: acting(desk.backend) == [JobKind.FACTORY_RESET])
        assert desk.backend.asked[-1].reason == "customer moved out"


async def test_a_failed_fresh_read_raises_the_gate() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk, reread=False)
        await desk.until(lambda: desk.backend.asked)
        assert dialog.missing() == "reading the target again ..."
        desk.backend.step(desk.backend.last_job, JobState.FAILED, "no answer from the OLT", "no answer from the OLT")
        await desk.shows("FAILED: no answer from the OLT")
        assert dialog.expected == dialog._serial
        assert dialog.missing() == "give the reason"


async def test_blockers_need_a_tick_and_a_reason() -> None:
    backend = FakeBackend()
    ont = backend.onts[1]
    backend.put_ont(replace(ont, state="offline", offline_reason="loss_of_signal"))
    async with console(backend) as desk:
        dialog = await open_dialog(desk)
        await desk.shows("state is LOS (no light): a reboot cannot help")
        assert dialog.missing() == "tick the override (Tab, Space), or Esc"
        dialog.query_one("#force").focus()
        await desk.until(lambda: dialog.query_one("#force").has_focus)
        await desk.press("space")
        await desk.until(lambda: dialog.missing() == "give the reason")
        dialog.query_one("#reason", Input).focus()
        await desk.type("splice crew asks for it")
        await desk.press("enter")
        await desk.type(dialog._serial[-4:])
        await desk.press("enter")
        await desk.until(lambda: acting(desk.backend))
        assert backend.asked[-1].forced


async def test_force_command_fills_the_override_in() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[1], state="offline", offline_reason="loss_of_signal"))
    async with console(backend) as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        await desk.command("force reboot crew asks")
        await desk.until(lambda: isinstance(desk.app.screen, GuardedDialog) and backend.asked)
        backend.finish_reads()
        dialog = desk.app.screen
        assert isinstance(dialog, GuardedDialog)
        await desk.until(lambda: dialog.missing() is None)


async def test_nothing_can_be_asked_without_a_collector() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("write on")
        desk.backend.clock += 60
        await desk.press("R")
        await desk.until(lambda: any("no collector is running" in toast for toast in desk.toasts()))
        assert not desk.backend.asked


async def test_a_refusal_by_policy_is_told() -> None:
    async with console() as desk:
        dialog = await open_dialog(desk)
        desk.backend.refuse = "amy may not reboot"
        await confirm(desk, dialog, dialog._serial[-4:])
        await desk.until(lambda: any("amy may not reboot" in toast for toast in desk.toasts()))


async def test_writing_ends_after_half_an_hour_without_a_key() -> None:
    async with console() as desk:
        await desk.command("write on")
        await desk.shows(" RW ")
        desk.backend.clock += 1801
        desk.backend.poll_all()
        await desk.shows(" RO ")


async def test_the_menu_lists_actions_and_says_why_one_is_disabled() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("r")
        await desk.until(lambda: desk.backend.asked)
        await desk.press(".")
        await desk.shows("just refreshed: again in 10 s")
        await desk.press("j", "j", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, GuardedDialog))


async def test_a_job_can_be_cancelled() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("r")
        await desk.until(lambda: desk.backend.asked)
        await desk.press("5")
        await desk.shows("1 of 1")
        await desk.press("x")
        await desk.until(lambda: desk.backend.cancelled == [desk.backend.last_job])
        await desk.shows("cancelled by amy")
        await desk.press("x")
        await desk.until(lambda: any("has ended" in toast for toast in desk.toasts()))


async def test_what_is_typed_ahead_after_the_colon_lands_in_the_command_line() -> None:
    """A paste, or a slow link, delivers many keys at once: none of them may act."""
    async with console() as desk:
        await desk.shows("1 of 96")
        for key in (":", "w", "r", "i", "t", "e", " ", "o", "n"):
            desk.app.post_message(Key(_textual_key(key), key))
        await desk.until(lambda: desk.app.prompting.prompt.input.value == "write on")
        assert not desk.backend.asked
        assert not desk.network.table.marked


async def test_keys_typed_ahead_do_not_close_more_than_their_dialog() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        for _ in range(40):
            for key in ("?", "escape", "q", "n", "R", "escape", ".", "escape"):
                desk.app.post_message(Key(_textual_key(key), key if len(key) == 1 else None))
        await desk.until(lambda: desk.app._message_queue.empty())
        await desk.press("escape")
        await desk.until(lambda: len(desk.app.screen_stack) == 1)
        assert not desk.backend.asked


@pytest.mark.parametrize("command", ["bogus", "reboott", "rm -rf"])
async def test_an_unknown_command_executes_nothing(command: str) -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command(command)
        await desk.until(lambda: any("no command" in toast for toast in desk.toasts()))
        assert not desk.backend.asked


async def test_refresh_in_the_tree_is_about_the_olt() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("h", "j")
        await desk.until(lambda: desk.network.selected_olt() is not None)
        await desk.press("r")
        await desk.until(lambda: desk.backend.asked)
        (asked,) = desk.backend.asked
        assert (asked.kind, asked.target) == (JobKind.OLT_REFRESH, Target.olt("olt-1"))
        await desk.until(lambda: any("olt-refresh olt-1: requested as job" in toast for toast in desk.toasts()))
        desk.backend.step(desk.backend.last_job, JobState.VERIFIED, "read", "48 ONTs read in 1.4 s")
        await desk.until(lambda: any("olt-refresh olt-1: verified, 48 ONTs" in toast for toast in desk.toasts()))
        await desk.press("5")
        await desk.shows("olt-refresh")


async def test_an_olt_is_refreshed_by_name_or_as_the_one_in_view() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.command("olt-refresh olt-9")
        await desk.until(lambda: any("no OLT 'olt-9'" in toast for toast in desk.toasts()))
        await desk.command("olt-refresh olt-2")
        await desk.until(lambda: [one.target for one in desk.backend.asked] == [Target.olt("olt-2")])
        await desk.command("olt-refresh")
        await desk.until(lambda: [one.target for one in desk.backend.asked][1:] == [Target.olt("olt-1")])


async def test_accepted_is_told_apart_from_verified() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("r")
        await desk.until(lambda: desk.backend.asked)
        text = "accepted; the router does not show it"
        desk.backend.step(desk.backend.last_job, JobState.ACCEPTED, text, text)
        await desk.until(lambda: any(": accepted, accepted; the router" in toast for toast in desk.toasts()))
        assert state_role(JobState.ACCEPTED) not in ("good", "critical", "accent")


async def test_palette_finds_actions_and_objects() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        serial = desk.app.desk.model.onts.get(40, "serial")
        await desk.press("ctrl+p")
        await desk.type(serial.lower())
        await desk.shows(f"ONT {serial}")
        await desk.press("down", "enter")
        await desk.until(lambda: desk.serial() == serial)


async def test_names_in_the_palette_are_data() -> None:
    backend = FakeBackend()
    backend.put_ont(replace(backend.onts[40], description="Casa [/b] [red]x"))
    backend.put_record(INCIDENTS, incident(17, where=Where(zone="[/b] old town")))
    async with console(backend, screen="network") as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        await desk.press("ctrl+p")
        await desk.type("casa")
        await desk.shows("Casa [/b] [red]x")
        await desk.press("escape", "ctrl+p")
        await desk.type("old town")
        await desk.shows("INC-17  fibre cut zone [/b] old town")
        await desk.press("escape", "ctrl+p")
        await desk.type("incidents")
        await desk.shows(":inc [NUMBER|/TEXT]")
