"""``lookup``: what is asked for again, and what is said of who is registered nowhere."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from noc_console.cli.lookup import _freshen, _offer, _search, show_router
from noc_console.cli.output import Exit
from noc_console.domain.cpe import Section
from noc_console.domain.intents import Act, Answer, Intent
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Collector, Cpe, Olt, Ont, Unregistered
from noc_console.domain.routers import Scrap
from noc_console.domain.targets import Target
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_facts import gather
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0
ONT = Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", state="online")


def network(**more: Any) -> Model:
    collectors = [Collector("c", "host", 1, "daemon", NOW, NOW)]
    model = Model(PictureSettings())
    update = Update(olts=[Olt(1, "olt-1", "x")], onts=[ONT], collectors=collectors, **more)
    for _ in model.apply(update, lambda: NOW, Delta()):
        pass
    return model


class Desk:
    """Stands for the database: jobs that are there, and those that are submitted, which end at once."""

    def __init__(self) -> None:
        self.submitted: list[Intent] = []
        self.followed: list[int] = []
        self.reader = self

    async def sections(self, _serial: str) -> list[Any]:
        return []

    async def ask(self, intent: Intent) -> Answer:
        assert isinstance(intent, Act) and intent.target == Target.ont(ONT.id)
        self.submitted.append(intent)
        return Answer(99)

    async def job(self, job_id: int) -> Job | None:
        self.followed.append(job_id)
        return None


def refresh(age_s: float, state: JobState) -> Job:
    at = NOW - age_s
    return Job(7, JobKind.REFRESH, state, Target.ont(1), ONT.serial, "olt-1", "0/1/0", "", "amy", "", at, at + 600)


@pytest.mark.parametrize(
    ("jobs", "submitted", "followed"),
    [
        ([], 1, [99]),
        ([refresh(300, JobState.VERIFIED)], 1, [99]),
        ([refresh(20, JobState.VERIFIED)], 0, []),
        ([refresh(20, JobState.NO_CONTACT)], 0, []),
        ([refresh(20, JobState.RUNNING)], 0, [7]),
    ],
)
async def test_a_router_is_asked_once_a_minute(jobs: list[Job], submitted: int, followed: list[int]) -> None:
    desk, model = Desk(), network(jobs=jobs)
    await _freshen(cast(Any, desk), model, gather(model, 0, NOW))
    assert (len(desk.submitted), desk.followed) == (submitted, followed)


def test_who_is_registered_nowhere_is_said_to_wait(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = [Unregistered(1, "0/1/5", "HWTC00000009", first_seen_at=NOW - 60, last_seen_at=NOW - 5)]
    routers = [Cpe("x-9", "HWTC00000009")]
    known = network(unregistered=waiting, cpes=routers)
    assert _offer(known, [], routers, Scrap.parse("4857-5443-00000009"), False) is Exit.DONE
    told = capsys.readouterr().out
    assert "waits at olt-1 port 0/1/5" in told and "the ACS knows x-9, last inform never" in told
    assert _offer(known, [], routers, Scrap.parse("HWTC00000009"), True) is Exit.DONE
    found = json.loads(capsys.readouterr().out)
    assert [row["pon_port"] for row in found["unregistered"]] == ["0/1/5"] and found["matches"] == []
    assert _offer(known, [], [], Scrap.parse("HWTC00000008"), False) is Exit.FAILED
    assert "nothing known matches" in capsys.readouterr().out


ALONE, TWINS = Cpe("0060B3-TB%2D362-G1", wan_ip="100.64.0.9"), [Cpe("A-B-1", ONT.serial), Cpe("A-C-1", ONT.serial)]


class Told:
    """Stands for what was read of routers."""

    def __init__(self, shown: list[Cpe]) -> None:
        self.shown = shown
        self.reader = self

    async def routers_showing(self, _scrap: Scrap) -> list[Cpe]:
        return self.shown

    async def router_sections(self, _device_id: str) -> list[Section]:
        return [
            Section("wan", "WAN", NOW),
            Section("optical", "Optical", None, trouble="the router does not read out X"),
        ]


@pytest.mark.parametrize(
    ("cpes", "shown", "text", "onts", "routers"),
    [
        ([ALONE], [], "0060B3-TB-362-G1", 0, ["0060B3-TB%2D362-G1"]),
        ([ALONE], [], "100.64.0.9", 0, ["0060B3-TB%2D362-G1"]),
        ([ALONE], [ALONE], "10.20.0.7", 0, ["0060B3-TB%2D362-G1"]),
        (TWINS[:1], [], "A-B-1", 1, []),
        (TWINS[:1], TWINS[:1], "10.20.0.7", 1, []),
        (TWINS, [], "A-B-1", 0, ["A-B-1"]),
        (TWINS, [], "HWTC00000001", 1, []),
        ([ALONE], [], "nobody", 0, []),
    ],
)
async def test_a_router_stands_for_itself_where_no_ont_does(
    cpes: list[Cpe], shown: list[Cpe], text: str, onts: int, routers: list[str]
) -> None:
    found, alone = await _search(network(cpes=cpes), cast(Any, Told(shown)), Scrap.parse(text))
    assert (len(found), [cpe.device_id for cpe in alone]) == (onts, routers)


async def test_a_router_alone_is_shown_with_its_sections_and_their_troubles(capsys: pytest.CaptureFixture[str]) -> None:
    for cpe, why in ((ALONE, "no OLT lists it"), (TWINS[0], "one of 2 with its serial number")):
        known = network(cpes=[ALONE, *TWINS])
        assert await show_router(cast(Any, Told([])), known, cpe, False, True) is Exit.DONE
        told = capsys.readouterr().out
        assert cpe.device_id in told and why in told and "the router does not read out X" in told
