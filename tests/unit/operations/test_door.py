"""What the door lets through: queued once, audited with who, how known, from where and how confirmed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import replace

import pytest
from doors import OLT, WHY, World, asked_bulk, make_world, proper, proper_bulk, serial
from people import ANNA, BERT, person, queued
from sqlalchemy import text, update

from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import (
    CancelJob,
    CancelMany,
    Confirmation,
    ConfirmedBy,
    ImportRecords,
    ReleaseMany,
    RemoveRecord,
)
from noc_console.domain.jobs import JobState
from noc_console.domain.network import Source
from noc_console.domain.operators import Origin, Role
from noc_console.domain.targets import Target
from noc_console.operations.door import Door
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.jobs import JobStore
from noc_console.storage.sources import SourceStore

ADMIN = person("ada", Role.ADMIN)


@pytest.fixture
async def world(database: Database) -> World:
    return await make_world(database, bulk={"max": 6, "second_operator_above": 3})


async def test_a_request_is_audited_by_named_fields(world: World) -> None:
    intent = proper(JobKind.WIFI_CHANNEL, world.onts[0])
    job_id = (await world.door.ask(ANNA, intent)).id
    (entry,) = await world.rows("audit")
    assert (entry["actor"], entry["known_by"], entry["origin"]) == ("anna", "unix account", "noc-1 pts/3")
    assert entry["action"] == "wifi-channel network=5 GHz channel=36"
    assert entry["target"] == f"{serial(0)} at {OLT} 0/1/0 id 0"
    assert (entry["reason"], entry["result"], entry["job_id"]) == (WHY, "requested", job_id)
    assert json.loads(str(entry["details"])) == {"claimed_address": "192.0.2.99", "confirmed": "typed"}


async def test_the_audit_tells_an_option_from_what_was_typed(world: World) -> None:
    confirmed = Confirmation(serial(0)[-4:], ConfirmedBy.YES)
    await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], confirmation=confirmed))
    forced = proper(JobKind.REBOOT, world.dark, number=7, forced=True)
    await world.door.ask(replace(ANNA, origin=Origin("noc-1")), forced)
    details = [json.loads(str(entry["details"])) for entry in await world.rows("audit")]
    assert [told["confirmed"] for told in details] == ["--yes", "typed"]
    assert [told.get("forced") for told in details] == [None, True]
    assert "claimed_address" not in details[1]


async def test_the_whole_serial_confirms_where_its_end_would_be_enough(world: World) -> None:
    """The console wants the whole of it when it could not read the target again."""
    await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], confirmation=Confirmation(serial(0))))
    assert await world.results() == ["requested"]


async def test_no_audit_no_act(world: World) -> None:
    async with world.database.writing() as connection:
        await connection.execute(text("DROP TABLE audit"))
    with pytest.raises(ActionRefused, match="could not be audited"):
        await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0]))
    with pytest.raises(ActionRefused, match="could not be audited"):
        await world.door.ask(ANNA, proper_bulk(world.onts[:2]))
    assert await world.rows("job") == await world.rows("batch") == []


async def test_a_refusal_stands_when_it_cannot_be_audited(world: World) -> None:
    async with world.database.writing() as connection:
        await connection.execute(text("DROP TABLE audit"))
    with pytest.raises(ActionRefused, match="needs a reason"):
        await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], reason=""))


async def test_a_target_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(ActionRefused, match="not in the inventory"):
        await world.door.ask(ANNA, replace(proper(JobKind.REFRESH, 1), target=Target.ont(99_999)))
    with pytest.raises(ActionRefused, match="there is no OLT 'south'"):
        await world.door.ask(ANNA, replace(proper(JobKind.OLT_REFRESH, 1), target=Target.olt("south")))
    async with world.database.writing() as connection:
        await connection.execute(update(schema.olt).values(removed_at=time.time()))
    for kind in (JobKind.REFRESH, JobKind.OLT_REFRESH):
        with pytest.raises(ActionRefused):
            await world.door.ask(ANNA, proper(kind, world.onts[0]))


async def test_a_job_about_an_olt_names_no_ont(world: World) -> None:
    await world.door.ask(ANNA, proper(JobKind.OLT_REFRESH, 0))
    (job,) = await JobStore(world.database).claim("c1")
    assert (job.target, job.about, job.where) == (Target.olt(OLT), OLT, OLT)
    assert (job.serial, job.port) == (None, None)


async def test_an_olt_is_not_read_twice_at_once(world: World) -> None:
    await world.door.ask(ANNA, proper(JobKind.OLT_REFRESH, 0))
    with pytest.raises(ActionRefused, match="under way"):
        await world.door.ask(BERT, proper(JobKind.OLT_REFRESH, 0))
    (job,) = await JobStore(world.database).claim("c1")
    await JobStore(world.database).end(job, JobState.VERIFIED, "read")
    await world.door.ask(BERT, proper(JobKind.OLT_REFRESH, 0))
    for _ in range(2):
        await world.door.ask(ANNA, proper(JobKind.REFRESH, world.onts[0]))


async def test_what_an_operator_typed_is_made_harmless(world: World) -> None:
    await world.door.ask(person("an\nna"), proper(JobKind.REBOOT, world.onts[0], reason="a\x1b[2Jb\x00\udcff"))
    (job,), (entry,) = await world.rows("job"), await world.rows("audit")
    assert (job["reason"], job["requested_by"]) == (entry["reason"], entry["actor"]) == ("a·[2Jb·\ufffd", "an·na")


async def test_a_refusal_repeats_no_parameters(world: World) -> None:
    """They were not checked: a password may stand among them."""
    parameters = {"direction": "download", "url": "http://ana:geheim@example.net/"}
    with pytest.raises(ActionRefused, match="no user name and password"):
        await world.door.ask(ANNA, proper(JobKind.SPEED_TEST, world.onts[0], parameters=parameters))
    assert "geheim" not in str(await world.rows("audit"))


async def test_one_of_many_who_ask_at_once_gets_it(world: World) -> None:
    """All of them pass the first check: the one inside the transaction decides."""
    rivals = [Database(world.database.url) for _ in range(4)]
    doors = [Door(rival, world.config) for rival in rivals]
    asked = [door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0])) for door in doors]
    told = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in told if isinstance(one, ActionRefused)]
    assert len(refused) == 3 and all("under way" in str(one) for one in refused), told
    assert len(await world.rows("job")) == 1
    for rival in rivals:
        await rival.close()


async def test_what_restarts_is_not_repeated_by_accident(world: World) -> None:
    await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0]))
    (job,) = await JobStore(world.database).claim("c1")
    await JobStore(world.database).end(job, JobState.VERIFIED, "back after 74 s")
    with pytest.raises(ActionRefused, match=r"same action .* ago by anna: back after 74 s"):
        await world.door.ask(BERT, proper(JobKind.REBOOT, world.onts[0]))
    await world.door.ask(BERT, proper(JobKind.REBOOT, world.onts[0], forced=True))
    await world.door.ask(BERT, proper(JobKind.FACTORY_RESET, world.onts[0]))


async def test_an_acs_that_is_silent_or_off_is_no_way(world: World) -> None:
    for state, why in (("failing", "does not answer"), ("off", "no ACS is configured")):
        await SourceStore(world.database).put(Source("genieacs", state))
        with pytest.raises(ActionRefused, match=why):
            await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], forced=True))
    await world.door.ask(ANNA, proper(JobKind.OLT_REBOOT, world.onts[0]))


# Cancelling


async def test_a_job_that_nobody_claimed_ends_at_once(world: World) -> None:
    job_id = (await world.door.ask(ANNA, proper(JobKind.WIFI_PASSWORD, world.onts[0]))).id
    answer = await world.door.ask(person("bob\x1b"), CancelJob(job_id))
    job = await JobStore(world.database).get(job_id)
    assert answer.done and job and job.result == "cancelled by bob· before it was sent"
    assert await JobStore(world.database).secret(job_id, world.opener) is None
    entry = (await world.rows("audit"))[-1]
    assert (entry["actor"], entry["action"], entry["result"]) == (
        "bob·",
        "cancel wifi-password network=5 GHz",
        job.result,
    )
    assert not (await world.door.ask(BERT, CancelJob(job_id))).done
    assert len(await world.rows("audit")) == 2


async def test_a_job_under_way_is_left_to_its_collector(world: World) -> None:
    job_id = await queued(world.database, world.onts[0])
    jobs = JobStore(world.database)
    await jobs.claim("c1")
    assert (await world.door.ask(BERT, CancelJob(job_id))).done
    job = await jobs.get(job_id)
    assert job and job.state is JobState.RUNNING and await jobs.cancelled([job_id]) == {job_id: "bert"}
    assert await world.results() == ["cancel asked by bert"]


# Many


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"kind": JobKind.FACTORY_RESET}, "factory-reset is not done to many"),
        ({"ids": []}, "no ONT was chosen"),
        ({"ids": range(7)}, "at most 6 at once: 7 were chosen"),
        ({"ids": [0, 1], "unknown": True}, "1 of the chosen ONTs are not in the inventory"),
        ({"kind": JobKind.WIFI_CHANNEL, "parameters": {"network": "5 GHz", "channel": "fast"}}, "a number or auto"),
    ],
)
async def test_what_may_not_be_is_refused_whole(world: World, more: dict[str, object], why: str) -> None:
    ids = [world.onts[number] for number in more.get("ids", range(3))]  # type: ignore[attr-defined]
    ids += [99_999] if "unknown" in more else []
    spoilt = {name: value for name, value in more.items() if name not in ("ids", "unknown")}
    with pytest.raises(ActionRefused, match=why):
        await world.door.ask(ANNA, proper_bulk(ids, **spoilt))
    assert await world.rows("job") == await world.rows("batch") == []


async def test_an_ont_that_is_named_twice_is_acted_on_once(world: World) -> None:
    await asked_bulk(world, [world.onts[0], world.onts[1], world.onts[0]])
    assert len(await world.rows("job")) == 2
    (entry,) = await world.rows("audit")
    assert entry["target"] == f"{serial(0)}, {serial(1)}"


async def test_what_is_under_way_for_one_stops_all(world: World) -> None:
    job_id = await queued(world.database, world.onts[2])
    with pytest.raises(ActionRefused, match=rf"1 of 3 ONTs .*{serial(2)}: the same action is under way \(job {job_id}"):
        await asked_bulk(world, world.onts[:3])
    await asked_bulk(world, world.onts[3:5])
    with pytest.raises(ActionRefused, match="under way"):
        await world.door.ask(BERT, proper(JobKind.REBOOT, world.onts[3], number=3))


async def test_another_operator_releases_a_large_one(world: World) -> None:
    batch_id = await asked_bulk(world, world.onts[:4])
    with pytest.raises(ActionRefused, match="another operator"):
        await world.door.ask(replace(ANNA, known_by="sudo", origin=Origin("elsewhere")), ReleaseMany(batch_id))
    await world.door.ask(BERT, ReleaseMany(batch_id))
    with pytest.raises(ActionRefused, match="does not wait"):
        await world.door.ask(person("carla"), ReleaseMany(batch_id))
    small = await asked_bulk(world, world.onts[4:6])
    with pytest.raises(ActionRefused, match="does not wait"):
        await world.door.ask(BERT, ReleaseMany(small))


async def test_what_has_not_begun_is_cancelled(world: World) -> None:
    batch_id = await asked_bulk(world, world.onts[:4])
    assert (await world.door.ask(BERT, CancelMany(batch_id))).done
    assert not (await world.door.ask(BERT, CancelMany(batch_id))).done
    with pytest.raises(ActionRefused, match="does not wait"):
        await world.door.ask(BERT, ReleaseMany(batch_id))
    assert {job["state"] for job in await world.rows("job")} == {"cancelled"}
    assert await world.results() == [
        f"requested as bulk action {batch_id}",
        "4 of 4 not begun",
        f"refused: bulk action {batch_id} does not wait for a release",
    ]


async def test_an_import_is_audited_told_and_done_once(world: World) -> None:
    text_of = "name,note\nnorth,two streets\nsouth,\n"
    first = await world.door.ask(ADMIN, ImportRecords("zones", text_of))
    again = await world.door.ask(ADMIN, ImportRecords("zones", text_of))
    assert first.text == "zones: 2 added, 0 changed, 0 removed, 0 unchanged"
    assert again.text == "zones: 0 added, 0 changed, 0 removed, 2 unchanged"
    assert {row["name"]: row["note"] for row in await world.rows("zone")} == {"north": "two streets", "south": None}
    told = [row for row in await world.rows("change") if row["kind"] == "records_imported"]
    assert len(told) == 1, "what changes nothing is no news"
    entries = await world.rows("audit")
    assert [(entry["action"], entry["target"], entry["actor"]) for entry in entries] == 2 * [
        ("import records", "zones", "ada")
    ]
    digests = {json.loads(str(entry["details"]))["text_sha256"] for entry in entries}
    assert digests == {hashlib.sha256(text_of.encode()).hexdigest()}


async def test_the_audit_log_keeps_records_as_they_were_and_as_they_became(world: World) -> None:
    for lines in ("account,name,serial\n10,Ana,HWTC00000001\n", "account,serial\n10,HWTC00000002\n"):
        await world.door.ask(ADMIN, ImportRecords("subscribers", lines))
    await world.door.ask(ADMIN, RemoveRecord("subscribers", ("10",)))
    details = [json.loads(str(entry["details"]))["changes"] for entry in await world.rows("audit")]
    assert details[0]["10"]["name"] == [None, "Ana"]
    assert details[1] == {"10": {"serial": ["HWTC00000001", "HWTC00000002"]}}
    assert details[2]["10"]["serial"] == ["HWTC00000002", None]
    past = await world.rows("assignment")
    assert [(row["serial"], row["ended_by"]) for row in past] == [("HWTC00000001", "ada"), ("HWTC00000002", "ada")]
    assert (past[0]["since_at"], past[1]["since_at"]) == (None, past[0]["until_at"])


async def test_an_import_with_one_wrong_line_takes_none(world: World) -> None:
    with pytest.raises(ActionRefused, match=r"line 3: zone: there is no 'west' among the zones \(and 1 more"):
        lines = "name,olt,port,zone\nSP-1,olt-1,0/1/0,\nSP-2,olt-1,0/1/0,west\nSP-3,olt-1,x,\n"
        await world.door.ask(ADMIN, ImportRecords("splitters", lines))
    assert await world.rows("splitter") == []
    assert (await world.results())[-1].startswith("refused: line 3")


async def test_a_refusal_names_the_ont_as_people_know_it(world: World) -> None:
    with pytest.raises(ActionRefused, match="needs a reason"):
        await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[0], reason=""))
    (entry,) = await world.rows("audit")
    assert str(entry["target"]).startswith(f"{serial(0)} at {OLT} ") and "refused" in str(entry["result"])
