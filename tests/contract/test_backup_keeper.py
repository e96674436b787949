"""Keeping backups: what is stored, what is refused, what is told, and when each OLT is due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from orders import audited
from people import person

from noc_console.cli.backup_texts import BackupTexts
from noc_console.collector import backups as keeping
from noc_console.collector.acting import olt_backup
from noc_console.collector.acting.tools import Ending, Tools
from noc_console.collector.backups import SCHEDULE, BackupKeeper
from noc_console.collector.clock import Clock
from noc_console.collector.performing import Actions
from noc_console.config.backups import Backups
from noc_console.config.model import Config, OltConfig
from noc_console.config.operations import OltCli
from noc_console.domain.actions import JobKind
from noc_console.domain.backups import BACKUP_RUNS, BackupRun
from noc_console.domain.errors import ActionRefused, SourceError, SourceNotReady, SourceUnavailable
from noc_console.domain.intents import RevealBackups
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.operators import Role
from noc_console.domain.targets import Target
from noc_console.operations.door import Door
from noc_console.sources.olt_cli.client import CliClient
from noc_console.storage import schema
from noc_console.storage.backup_files import Folder
from noc_console.storage.backups import BackupIndex
from noc_console.storage.database import Database
from noc_console.storage.jobs import NewJob, queue
from noc_console.storage.records import read_records
from noc_console.storage.streams import hold

TEXT = "#\n[MA5800]\n vlan 100 smart\n snmp-agent community read public-one\n" + "# filler\n" * 50 + "return\n"


class Standing(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_763_733_931.0

    def now(self) -> float:
        return self.at


@dataclass
class Desk:
    """A keeper whose OLTs print what the test says."""

    keeper: BackupKeeper
    index: BackupIndex
    texts: BackupTexts
    clock: Standing
    database: Database
    folder: Path
    says: dict[str, Any]
    """A text, an error, or several of them, one after the other."""
    read: list[str] = field(default_factory=list)

    async def run(self, olt: str = "olt-1") -> BackupRun:
        return (await self.index.runs())[olt]

    async def rows(self, name: str) -> list[Any]:
        async with self.database.reading() as connection:
            return list((await connection.execute(schema.metadata.tables[name].select())).mappings())


@pytest.fixture
async def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    names = ("olt-1", "olt-2")
    olts = tuple(
        OltConfig(name=name, address="127.0.0.1", cli=OltCli.model_validate({"username": "noc", "password": "x"}))
        for name in names
    )
    config = Config(olts=olts, backups=Backups(every="24h", keep=3, folder=tmp_path))
    clis = {olt.name: CliClient(olt, cast(Any, olt.cli), cast(Any, None)) for olt in olts}
    says: dict[str, Any] = dict.fromkeys(names, TEXT)
    clock, files = Standing(), Folder(tmp_path)
    keeper = BackupKeeper(config, database, clis, lambda _: "huawei-ma5600", clock, files)
    texts = BackupTexts(config, database, files)
    made = Desk(keeper, BackupIndex(database), texts, clock, database, tmp_path, says)

    async def read(client: CliClient, *_: object) -> str:
        made.read.append(client.name)
        await asyncio.sleep(0)
        said = says[client.name]
        if isinstance(said, list):
            said = said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(keeping, "read_configuration", read)
    yield made


async def test_a_configuration_is_stored_once_however_often_it_is_seen(desk: Desk) -> None:
    first = await desk.keeper.take("olt-1", "anna")
    desk.clock.at += 3600
    second = await desk.keeper.take("olt-1", "anna")
    assert (first.new, second.new, first.backup.id) == (True, False, second.backup.id)
    (kept,) = await desk.index.of("olt-1")
    assert (kept.seen_at - kept.taken_at, kept.bytes, kept.asked_by) == (3600, len(TEXT), "anna")
    assert len(list(desk.folder.rglob("*.gz"))) == 1
    assert [row["kind"] for row in await desk.rows("change")] == ["configuration_changed"]


async def test_the_text_is_shown_without_its_secrets_and_whole_to_who_may(desk: Desk) -> None:
    taken = await desk.keeper.take("olt-1", "anna")
    assert "\n".join(await desk.texts.lines(taken.backup.id, reveal=True)) + "\n" == TEXT
    assert "public-one" not in "\n".join(await desk.texts.lines(taken.backup.id))
    desk.says["olt-1"] = TEXT.replace("vlan 100", "vlan 101")
    after = await desk.keeper.take("olt-1", "anna")
    found = await desk.texts.compared(taken.backup.id, after.backup.id)
    assert [line.text for line in found.lines if line.sign in "+-"] == [" vlan 100 smart", " vlan 101 smart"]
    (_, change) = await desk.rows("change")
    assert '"added":1' in change["data"].replace(" ", "")


async def test_what_a_terminal_would_act_on_is_not_shown(desk: Desk) -> None:
    desk.says["olt-1"] = TEXT.replace("filler", "\x9b31m \u202e", 1)
    before = await desk.keeper.take("olt-1", "anna")
    desk.says["olt-1"] = TEXT.replace("filler", "\x9b32m \u202e", 1)
    after = await desk.keeper.take("olt-1", "anna")
    found = await desk.texts.compared(before.backup.id, after.backup.id)
    shown = [*await desk.texts.lines(after.backup.id), *(line.text for line in found.lines)]
    assert found.added == 1 and all(line.isprintable() for line in shown)


async def test_one_that_is_suspiciously_small_is_refused_unless_that_is_right(desk: Desk) -> None:
    await desk.keeper.take("olt-1", "anna")
    desk.says["olt-1"] = "#\nreturn\n"
    with pytest.raises(SourceError, match="suspiciously small: 9 bytes, the last good one has"):
        await desk.keeper.take("olt-1", "anna")
    assert len(await desk.index.of("olt-1")) == 1 and "small" in ((await desk.run()).error or "")
    taken = await desk.keeper.take("olt-1", "anna", accept_small=True)
    assert taken.new and (await desk.run()).error is None


async def test_a_failure_keeps_what_there_is_and_counts_from_the_first(desk: Desk) -> None:
    await desk.keeper.take("olt-1", SCHEDULE)
    good_at = desk.clock.at
    desk.says["olt-1"] = SourceUnavailable("the session broke", "olt-1")
    for _ in range(2):
        desk.clock.at += 3600
        with pytest.raises(SourceError):
            await desk.keeper.take("olt-1", SCHEDULE)
    run = await desk.run()
    assert (run.ok_at, run.failed_since_at, run.tried_at) == (good_at, good_at + 3600, good_at + 7200)
    assert run.error == "the session broke" and len(await desk.index.of("olt-1")) == 1
    results = [row["result"] for row in await desk.rows("audit")]
    assert [result.split(":")[0].split(" as ")[0] for result in results] == ["stored", "failed", "failed"]


async def test_a_place_that_takes_nothing_is_a_failure_and_leaves_no_row(desk: Desk) -> None:
    (desk.folder / "olt-1").write_text("a file where the folder should be")
    with pytest.raises(SourceError):
        await desk.keeper.take("olt-1", "anna")
    assert await desk.index.of("olt-1") == [] and (await desk.run()).error


async def test_the_oldest_go_when_there_are_too_many(desk: Desk) -> None:
    for number in range(5):
        desk.clock.at += 60
        desk.says["olt-1"] = TEXT.replace("vlan 100", f"vlan {number}")
        await desk.keeper.take("olt-1", "anna")
    kept = await desk.index.of("olt-1")
    assert [backup.id for backup in kept] == [5, 4, 3]
    assert {f"olt-1/{path.name}" for path in desk.folder.rglob("*.gz")} == {backup.place for backup in kept}


async def test_an_olt_that_is_busy_or_acts_on_an_ont_is_asked_later(desk: Desk) -> None:
    desk.says["olt-1"] = SourceNotReady("the OLT is busy", "olt-1")
    with pytest.raises(SourceNotReady):
        await desk.keeper.take("olt-1", "anna")
    assert await desk.index.runs() == {}, "busy is no failure"
    now = time.time()
    job = NewJob(JobKind.OLT_REBOOT, Target.router("a"), "anna", "noc-1", now, now + 600, olt="olt-2", reason="x")
    async with desk.database.writing() as connection:
        await hold(connection, "job")
        number = await queue(connection, job)
        table = schema.job
        await connection.execute(table.update().where(table.c.id == number).values(started_at=now))
    with pytest.raises(SourceNotReady, match=f"job {number} acts"):
        await desk.keeper.take("olt-2", "anna")
    assert desk.read == ["olt-1"]


async def test_in_a_rhythm_each_olt_is_read_once_a_day_and_after_a_failure_sooner(desk: Desk) -> None:
    desk.says["olt-2"] = SourceUnavailable("no", "olt-2")

    async def reads_within(hours: float) -> dict[str, int]:
        desk.read.clear()
        for _ in range(int(hours * 4)):
            desk.clock.at += 900
            await desk.keeper.turn(86400.0)
        return {olt: desk.read.count(olt) for olt in ("olt-1", "olt-2")}

    assert (await reads_within(1))["olt-1"] == 1
    assert (await reads_within(20))["olt-1"] == 0
    later = await reads_within(7)
    assert later["olt-1"] == 1 and 5 <= later["olt-2"] <= 8
    desk.says["olt-2"] = TEXT
    await reads_within(2)
    assert (await desk.run("olt-2")).error is None


async def test_nothing_is_read_where_no_command_line_is_or_nobody_knows_how(desk: Desk) -> None:
    with pytest.raises(ActionRefused, match="no command line of olt-9"):
        await desk.keeper.take("olt-9", "anna")
    desk.keeper._profile_of = lambda _: "fiberhome-an5516"
    with pytest.raises(ActionRefused, match="not known how"):
        await desk.keeper.take("olt-1", "anna")
    desk.clock.at += 86400
    await desk.keeper.turn(86400.0)
    assert desk.read == []


async def done(desk: Desk, forced: bool = False) -> tuple[Ending, list[str]]:
    told: list[str] = []

    async def tell(_job: int, text: str, _state: object = None, _progress: object = None) -> None:
        told.append(text)

    nothing, now = cast(Any, None), time.time()
    store = cast(Any, SimpleNamespace(tell=tell))
    tools = Tools(store, {}, None, nothing, nothing, nothing, None, nothing, backups=desk.keeper)
    job = Job(
        1, JobKind.BACKUP, JobState.RUNNING, Target.olt("olt-1"), None, "olt-1", None, "", "anna", "", now, now + 60,
        forced=forced,
    )  # fmt: skip
    return await Actions(tools, audited).act(job), told


async def test_as_a_job_it_is_verified_when_it_is_stored_or_the_same(desk: Desk) -> None:
    first, _ = await done(desk)
    again, _ = await done(desk)
    assert first.state is again.state is JobState.VERIFIED
    assert first.text.startswith("stored as backup 1") and again.text.startswith("same as backup 1")
    desk.says["olt-1"] = "#\nreturn\n"
    with pytest.raises(SourceError, match="small"):
        await done(desk)
    assert (await done(desk, forced=True))[0].state is JobState.VERIFIED


async def test_as_a_job_it_waits_for_a_busy_olt_until_it_expires(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(olt_backup, "BUSY_RETRY_S", 0.0)
    desk.says["olt-1"] = [SourceNotReady("the OLT is busy", "olt-1"), TEXT]
    ending, told = await done(desk)
    assert ending.state is JobState.VERIFIED and "the OLT is busy" in told[1]
    monkeypatch.setattr(olt_backup, "BUSY_RETRY_S", 100.0)
    desk.says["olt-1"] = SourceNotReady("the OLT is busy", "olt-1")
    ending, _ = await done(desk)
    assert ending.state is JobState.FAILED and "try later" in ending.text


async def test_the_last_attempts_are_records_that_the_feed_carries(desk: Desk) -> None:
    await desk.keeper.take("olt-1", "anna")
    async with desk.database.reading() as connection:
        (run,) = await read_records(connection, BACKUP_RUNS)
    assert (run.olt, run.ok_at) == ("olt-1", desk.clock.at)


async def test_secrets_are_revealed_to_an_admin_and_the_audit_log_tells(desk: Desk) -> None:
    taken = await desk.keeper.take("olt-1", "anna")
    door = Door(desk.database, Config(olts=(OltConfig(name="olt-1", address="127.0.0.1"),)))
    await door.ask(person("ada", Role.ADMIN), RevealBackups((taken.backup.id,)))
    with pytest.raises(ActionRefused, match="needs admin"):
        await door.ask(person("olga", Role.OPERATOR), RevealBackups((taken.backup.id,)))
    entries = [(row["actor"], row["action"], row["target"]) for row in await desk.rows("audit")]
    assert entries[0] == ("ada", "reveal secrets", f"backup {taken.backup.id} of olt-1")
    assert entries[1][:2] == ("olga", "reveal secrets")
