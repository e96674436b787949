"""The screen of incidents: what it says at every size, and what its keys do."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from incident_samples import blind, incident
from textual.pilot import Pilot

from noc_console.console.bell import desktop_notice
from noc_console.console.outages import planned
from noc_console.console.render import incidents as render
from noc_console.console.widgets.columns import place
from noc_console.domain.alarms.states import AlarmState
from noc_console.domain.changes import AlarmChanged, IncidentChanged, Severity
from noc_console.domain.handling import HANDLINGS, Handling
from noc_console.domain.incidents.incident import Cause, Life, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord
from noc_console.domain.intents import Acknowledge, AddComment, PlanMaintenance, Shelve, Unacknowledge, Unshelve
from noc_console.domain.plant import SUBSCRIBERS, Subscriber
from noc_console.picture.incidents import Listed

from .fake_backend import START, FakeBackend
from .harness import Desk, build, console


def burning(*records: IncidentRecord) -> FakeBackend:
    backend = FakeBackend()
    for record in records or (incident(17), blind(16), incident(12, severity=Severity.MAJOR, affected=9)):
        backend.put_record(INCIDENTS, record)
    return backend


async def listed(desk: Desk, *numbers: int) -> None:
    await desk.until(lambda: tuple(view_of(desk).table.keys) == numbers)


def view_of(desk: Desk) -> Any:
    return desk.app.navigation.views["incidents"]


async def test_it_opens_where_it_burns_and_says_why() -> None:
    async with console(burning(), size=(80, 24)) as desk:
        await desk.shows("INC-17 LOS 38 gasp 2 silent 1 alive 23/64 | first 14:02:27 last 14:02:29 (2 s)")
        await desk.shows("a reboot cannot help: there is no light")
        screen = desk.screen()
        assert "C*   3m INC-17  olt-1 0/1/2 SP-7 FIBRE CUT     94%    41    23 14:02:27 -" in screen
        assert "?*  12m INC-16  olt-2            MON? NO POLL   --   48?    --" in screen
        assert "alive <=2310 m [======?x] dead >=2480 m" in screen
        assert "look between 2.31 and 2.48 km (within this branch only)" in screen
        assert "reboot will NOT help (LOS)" in screen
        assert "ack none" in screen
        assert " C1 M1 ?1 " in screen.splitlines()[0]


async def test_a_long_list_leaves_the_evidence_four_lines_a_short_one_all_that_it_does_not_need() -> None:
    async with console(burning(*(incident(number) for number in range(10, 22))), size=(80, 24)) as desk:
        await desk.shows("alive <=2310 m [======?x] dead >=2480 m  look between (this branch)")
        assert view_of(desk).table.page == 14
        await desk.command("filter inc-11")
        await desk.shows("a reboot cannot help: there is no light")
        await desk.press("escape")
        await desk.until(lambda: view_of(desk).table.page == 14)


async def test_without_an_incident_or_after_a_choice_it_opens_elsewhere() -> None:
    async with console() as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        assert desk.app.navigation.shown == "network"
        await desk.press("1")
        await desk.shows("no incident is open")
    async with console(burning(), screen="jobs") as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        assert desk.app.navigation.shown == "jobs"


async def test_acknowledged_taken_back_shelved_and_noted() -> None:
    backend = burning()
    async with console(backend, size=(80, 24)) as desk:
        await listed(desk, 17, 16, 12)
        await desk.press("a")
        await desk.until(lambda: backend.handled == [Acknowledge("INC-17")])
        await listed(desk, 16, 12, 17)
        assert view_of(desk).table.current == 17  # the cursor stays on its incident
        await desk.shows("U takes it back")
        await desk.press("U")
        await desk.until(lambda: backend.handled[-1] == Unacknowledge("INC-17"))
        await listed(desk, 17, 16, 12)
        await desk.press("x", "2")
        await desk.until(lambda: backend.handled[-1] == Shelve("INC-17", 3600.0))
        await desk.shows("Cz")
        await desk.press("X")
        await desk.until(lambda: backend.handled[-1] == Unshelve("INC-17"))
        await desk.press("m")
        await desk.type("crew sent")
        await desk.press("enter")
        await desk.until(lambda: backend.handled[-1] == AddComment("INC-17", "crew sent"))
        await desk.command("shelve 2h splicing")
        await desk.until(lambda: backend.handled[-1] == Shelve("INC-17", 7200.0, "splicing"))


async def test_undo_ends_and_a_read_only_session_does_nothing() -> None:
    backend = burning()
    async with console(backend, size=(80, 24), read_only=True) as desk:
        await listed(desk, 17, 16, 12)
        await desk.press("a")
        await desk.until(lambda: any("read-only" in said for said in desk.toasts()))
        assert backend.handled == []
    async with console(backend, size=(80, 24)) as desk:
        await listed(desk, 17, 16, 12)
        await desk.press("a")
        await listed(desk, 16, 12, 17)
        backend.clock += 11
        await desk.press("U")
        await desk.until(lambda: any("nothing to take back" in said for said in desk.toasts()))
        assert len(backend.handled) == 1


async def test_the_next_that_nobody_has() -> None:
    backend = burning(incident(1), incident(2), incident(3))
    backend.put_record(HANDLINGS, Handling("INC-1", "amy", backend.clock, ack_affected=41))
    async with console(backend) as desk:
        await listed(desk, 2, 3, 1)
        table = view_of(desk).table
        seen = []
        for key in ("n", "n", "N"):
            await desk.press(key)
            seen.append(table.current)
        assert seen == [3, 2, 3]


async def test_planned_work_begins_with_the_place() -> None:
    backend = burning()
    async with console(backend) as desk:
        await listed(desk, 17, 16, 12)
        await desk.press("M")
        assert desk.app.prompting.prompt.input.value == 'maintenance olt-1 0/1/2 splitter:"SP-7" 2h '
        await desk.type("splicing")
        await desk.press("enter")
        wanted = PlanMaintenance(7200.0, "splicing", "olt-1", "0/1/2", "SP-7")
        await desk.until(lambda: backend.handled == [wanted])


@pytest.mark.parametrize("text", ["", "2h", "olt-1 0/1/2 soon splicing", "a b c 2h why"])
def test_planned_work_without_time_or_reason_says_how(text: str) -> None:
    with pytest.raises(ValueError, match="TIME REASON"):
        planned(text, START)


def test_planned_work_in_a_zone() -> None:
    assert planned('zone:"old town" 1h30m power works', START) == PlanMaintenance(
        5400.0, "power works", zone="old town"
    )


@pytest.mark.parametrize("text", ["olt-1 from 02:00 for 2h new card", "from 02:00 olt-1 2h new card"])
def test_planned_work_may_begin_later(text: str) -> None:
    work = planned(text, START)
    assert (work.olt, work.lasts_s, work.reason) == ("olt-1", 7200.0, "new card")
    assert work.starts_at is not None and START < work.starts_at <= START + 86400.0
    assert time.localtime(work.starts_at)[3:5] == (2, 0)


def test_planned_work_from_no_time_says_so() -> None:
    with pytest.raises(ValueError, match="'noon' is no time"):
        planned("olt-1 from noon for 2h new card", START)


async def test_whom_it_hits_and_from_there_to_the_ont_and_back() -> None:
    backend = FakeBackend()
    onts = [ont for ont in backend.onts.values() if ont.olt_id == 1 and ont.port == "0/1/2"]
    for ont in onts:
        backend.put_ont(replace(ont, state="offline", offline_reason="loss_of_signal"))
    bank = onts[5]
    backend.put_record(INCIDENTS, incident(17, business=1))
    backend.put_record(SUBSCRIBERS, Subscriber("9", "[b]ACME[/b]", bank.serial, address="Long St 1", business=True))
    async with console(backend, size=(80, 24)) as desk:
        await desk.shows("business 1 ([b]ACME[/b])")
        await desk.press("enter")
        await desk.shows("1 of 8 ONTs")
        assert "Incidents > INC-17: fibre cut" in desk.screen()
        first = next(line for line in desk.screen().splitlines() if "ACME" in line)
        assert "offline  B [b]ACME[/b]" in first
        assert "Long St 1" in first
        await desk.press("y")
        await desk.until(lambda: any(str(bank.serial) in said for said in desk.toasts()))
        await desk.press("enter")
        await desk.until(lambda: desk.app.navigation.shown == "network" and desk.serial() == bank.serial)
        await desk.press("escape")
        await desk.shows("of 8 ONTs")
        await desk.press("escape")
        await desk.shows("1 of 1")


def hit(number: int, olt: str = "olt-1", **more: Any) -> dict[str, Any]:
    who = {"name": None, "description": f"home {number}", "serial": None, "address": None, "contact": None}
    return {**who, "business": False, "olt": olt, "pon_port": "0/1/2", "ont_id": number, **more}


def told(customers: list[dict[str, Any]], room: int) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in render.hits(customers, 60, room)]


def test_beside_the_list_stand_its_onts_as_far_as_there_is_room() -> None:
    rows = [hit(1, business=True, name="Bakery", contact="+351 1"), *(hit(number) for number in range(2, 9))]
    assert told(rows, 2) == []
    assert told(rows, 4) == [
        "",
        " ONTs   8 (Enter lists them)",
        " B      0/1/2   1  Bakery  +351 1",
        f"{' ':8}... and 7 more",
    ]
    assert len(told(rows, 10)) == 10 and told(rows, 10)[-1].endswith("0/1/2   8  home 8")
    assert len(told(rows, 50)) == 10
    assert told([hit(1), hit(2, "olt-22")], 9)[2:] == [
        f"{' ':8}olt-1 0/1/2    1  home 1",
        f"{' ':8}olt-22 0/1/2   2  home 2",
    ]


async def test_a_wide_screen_gives_the_detail_what_the_list_does_not_need() -> None:
    async with console(burning(), size=(200, 55)) as desk:
        await listed(desk, 17, 16, 12)
        await desk.until(lambda: (view_of(desk).table.size.width, view_of(desk).story.size.width) == (104, 95))
        await desk.pilot.resize_terminal(120, 40)
        await desk.until(lambda: view_of(desk).story.size.width == 51)


async def test_beside_the_list_the_reasons_stand_once_and_whole() -> None:
    async with console(burning(blind(16)), size=(120, 40)) as desk:
        await desk.shows("none (m writes one)")
        assert desk.screen().count(" why ") == 1


async def test_an_incident_by_its_number_is_shown_whatever_is_listed() -> None:
    over = incident(5, state=Life.RESOLVED, resolved_at=1.0, scope=Scope.ONT)
    async with console(burning(incident(17), over)) as desk:
        await listed(desk, 17)
        await desk.command("inc INC-5")
        await desk.until(lambda: view_of(desk).table.current == 5)
        await desk.command("inc 99")
        await desk.until(lambda: any("no incident '99'" in said for said in desk.toasts()))


async def test_filters_and_those_of_one_ont() -> None:
    alone = incident(3, severity=Severity.MINOR, scope=Scope.ONT, affected=1)
    async with console(burning(incident(17), blind(16), alone), size=(80, 24)) as desk:
        await listed(desk, 17, 16)
        await desk.shows("+1 of one ONT (o)")
        await desk.press("i")
        await listed(desk, 17, 16, 3)
        await desk.command("filter sev:?")
        await listed(desk, 16)
        await desk.command("inc /sev:C")
        await listed(desk, 17)
        await desk.command("inc /sev:Q")
        await desk.until(lambda: any("has no 'Q'" in said for said in desk.toasts()))
        await desk.command("filter sev:Q")
        await desk.until(lambda: any("sev: has no 'Q'" in said for said in desk.toasts()))
        await desk.press("escape", "!")
        await listed(desk, 17, 16, 3)


@pytest.mark.parametrize(
    ("width", "dropped"),
    [
        (80, set()),
        (79, {"first"}),
        (70, {"first", "ack"}),
        (63, {"first", "ack", "confidence"}),
        (60, {"first", "ack", "confidence"}),
    ],
)
def test_a_narrow_screen_drops_the_dispensable(width: int, dropped: set[str]) -> None:
    wanted = render.columns(width)
    assert {column.id for column in render.columns(80)} - {column.id for column in wanted} == dropped
    assert len(place(wanted, width - 2, 0)) == len(wanted)  # and what is left fits


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (incident(17), "C* 41dn FIBRE CUT olt-1 0/1/2 SP-7"),
        (blind(16), "?* 48unk MON? NO POLL olt-2"),
        (incident(5, state=Life.RESOLVED), "C- over FIBRE CUT olt-1 0/1/2 SP-7"),
    ],
)
def test_on_the_narrowest_screens_an_incident_is_one_line(record: IncidentRecord, line: str) -> None:
    assert [column.id for column in render.columns(59)] == ["line"]
    state = AlarmState.UNACKED if record.open else AlarmState.RETURNED
    assert render.cell(Listed(record, state), "line", START, absolute=False)[0] == line


async def test_the_bell_rings_once_for_each_new_one_and_for_nothing_old() -> None:
    backend = burning(incident(17, rung_at=1.0))
    async with console(backend, size=(80, 24)) as desk:
        rings: list[int] = []
        desk.app.bell_keeper._ring = lambda: rings.append(1)
        await listed(desk, 17)
        assert rings == []
        backend.put_record(INCIDENTS, incident(18, rung_at=backend.clock))
        await desk.until(lambda: rings)
        assert desk.toasts("error") == [
            "NEW INC-18: fibre cut olt-1 0/1/2 SP-7, 41 down of 64 since 14:02, nobody has it (1)"
        ]
        backend.put_record(INCIDENTS, incident(18, rung_at=backend.clock, affected=44))
        await desk.shows(" 44 ")
        assert rings == [1]
        await desk.press("b")
        await desk.shows("BELL OFF 15m")
        backend.put_record(INCIDENTS, incident(19, cause=Cause.POWER, where=Where(zone="north"), rung_at=backend.clock))
        await desk.shows("zone north")
        assert rings == [1]


async def test_a_desktop_notice_comes_with_the_bell_and_only_where_it_was_asked_for() -> None:
    for notify, notices in (("osc9", 1), ("off", 0)):
        backend = burning(incident(17, rung_at=1.0))
        async with console(backend, notify=notify) as desk:
            sent: list[str] = []
            desk.app.bell_keeper._send = sent.append
            await listed(desk, 17)
            backend.put_record(INCIDENTS, incident(18, rung_at=backend.clock))
            await desk.until(lambda sent=sent: any("(!2" in text for text in sent))
            await desk.press("b")
            backend.put_record(INCIDENTS, incident(19, rung_at=backend.clock))
            await desk.shows("INC-19")
            assert sum("]9;metro-1: INC-18" in text for text in sent) == notices
            assert not any("]9;metro-1: INC-19" in text for text in sent)


@pytest.mark.parametrize("env", [{}, {"TMUX": "/tmp/x,1,0", "TERM": "tmux-256color"}, {"TERM": "screen"}])
def test_nothing_of_a_device_gets_out_of_a_desktop_notice(env: dict[str, str]) -> None:
    sent = desktop_notice("olt\x07\x1b]0;mine\x1b\\\x9d" + "x" * 5000, env)
    inner = sent.removeprefix("\x1bPtmux;\x1b").removeprefix("\x1bP").removeprefix("\x1b").removesuffix("\x1b\\")
    assert inner.startswith("]9;olt") and inner.endswith("\x07")
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in inner[:-1])
    assert len(sent) < 300


async def test_the_log_tells_of_incidents_and_leads_to_them() -> None:
    backend = burning()
    told = {"number": 16, "after": "confirmed", "before": "suspected", "cause": "monitoring", "place": "olt-2"}
    backend.add_change(IncidentChanged(at=backend.clock - 60, **told))
    backend.add_change(AlarmChanged(at=backend.clock - 30, key="k", rule="fan", object="olt-1 fan 1", text="fault"))
    async with console(backend, screen="log", size=(100, 24)) as desk:
        await desk.shows("olt-1 fan 1 fan: fault")
        await desk.command("filter kind:incident")
        await desk.shows("1 of 1")
        await desk.shows("INC-16 we cannot see it olt-2: confirmed")
        await desk.press("enter")
        await desk.until(lambda: desk.app.navigation.shown == "incidents" and view_of(desk).table.current == 16)


@pytest.mark.parametrize(("theme", "size"), [("dark", (80, 24)), ("mono", (80, 24)), ("dark", (160, 40))])
def test_picture(snap_compare: Any, theme: str, size: tuple[int, int]) -> None:
    backend = burning(
        incident(17), blind(16), incident(12, severity=Severity.MAJOR, affected=9, state=Life.CLEARING, restored=31),
        incident(9, severity=Severity.WARNING, cause=Cause.LIGHT), incident(8, severity=Severity.MINOR),
        incident(5, state=Life.RESOLVED, resolved_at=START - 60),
    )  # fmt: skip
    app = build(backend, theme=theme)

    async def ready(pilot: Pilot[int]) -> None:
        while tuple(app.navigation.views["incidents"].table.keys) != (17, 16, 12, 8, 9, 5):  # type: ignore[attr-defined]
            await pilot.pause()
        app.workers.cancel_group(app, "feed")  # what comes now would be one beat more
        app.model.link.beats = 1
        app._tick()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=ready)
