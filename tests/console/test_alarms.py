"""The screen of alarms: states, flood, and the same keys as for incidents."""

from __future__ import annotations

from dataclasses import replace

from incident_samples import incident

from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.changes import Severity
from noc_console.domain.handling import HANDLINGS, Handling
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.intents import Acknowledge

from .fake_backend import START, FakeBackend
from .harness import console

HOT = Alarm(
    "temperature olt-1 0/1", "temperature", "olt-1 card 0/1", Severity.MAJOR, START - 900, START - 900,
    "61 C, limit 60 C [b]x[/b]", olt="olt-1",
)  # fmt: skip
FAN = replace(HOT, key="fan olt-2 1", rule="fan", object="olt-2 fan 1", text="fault", severity=Severity.CRITICAL)
OVER = replace(HOT, key="fan olt-2 2", rule="fan", object="olt-2 fan 2", cleared_at=START - 60)
SEEN = replace(OVER, key="fan olt-2 3", object="olt-2 fan 3")
EXPLAINED = replace(HOT, key="port olt-1 0/1/2", rule="port_down", object="olt-1 PON 0/1/2", port="0/1/2", incident=17)


def alarmed(*alarms: Alarm) -> FakeBackend:
    backend = FakeBackend()
    for alarm in alarms or (HOT, FAN, OVER, SEEN, EXPLAINED):
        backend.put_record(ALARMS, alarm)
    backend.put_record(HANDLINGS, Handling(SEEN.key, "amy", START - 100))
    return backend


async def test_those_that_ask_stand_first_and_what_was_seen_is_gone() -> None:
    backend = alarmed()
    async with console(backend, size=(80, 24)) as desk:
        await desk.press("2")
        await desk.shows("61 C, limit 60 C [b]x[/")
        rows = [line.split()[0] for line in desk.screen().splitlines() if "fan " in line or "15m" in line]
        assert rows[:4] == ["C*", "M*", "M-", "Mi"]
        assert "fan 3" not in desk.screen()
        await desk.press("n", "a")
        await desk.until(lambda: backend.handled == [Acknowledge(HOT.key)])
        await desk.command("filter rule:fan")
        await desk.shows("1 of 2")
        await desk.command("filter rule:fann")
        await desk.until(lambda: any("did you mean fan?" in said for said in desk.toasts()))


async def test_enter_leads_to_what_explains_it_else_to_its_place() -> None:
    backend = alarmed(EXPLAINED)
    backend.put_record(INCIDENTS, incident(17))
    async with console(backend, screen="alarms") as desk:
        await desk.shows("explained by INC-17")
        await desk.press("enter")
        await desk.until(lambda: desk.app.navigation.shown == "incidents")
    async with console(alarmed(HOT), screen="alarms") as desk:
        await desk.shows("1 of 1")
        await desk.press("enter")
        await desk.shows("Network > olt-1")


async def test_a_flood_folds_what_incidents_explain() -> None:
    many = [replace(EXPLAINED, key=f"port {n}", raised_at=START - 60 - n) for n in range(30)]
    backend = alarmed(*many, replace(FAN, raised_at=START - 30))
    backend.put_record(INCIDENTS, incident(17))
    async with console(backend, size=(100, 24), screen="alarms") as desk:
        await desk.shows("FLOOD 31/10m -> 1 inc (1)   1 of 1")
        assert "FLOOD 31/10m -> 1" in desk.screen().splitlines()[1]
