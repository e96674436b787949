"""Messages to people, over real sockets: an HTTP receiver and a mail server."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from schema_copy import sqlite_with_schema
from sqlalchemy import select

from noc_console.cli import probes
from noc_console.cli.notify import notify_test
from noc_console.cli.output import Exit
from noc_console.collector.clock import Clock
from noc_console.collector.notices import NEWS_AGAIN_AFTER_S, NoticeWorker
from noc_console.config.model import Config
from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.changes import Severity
from noc_console.domain.errors import SourceError, SourceProtocolError, SourceTimeout, SourceUnavailable
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord, record_of
from noc_console.sources import notifier
from noc_console.sources.notifier import Target
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore

INCIDENT: IncidentRecord = record_of(
    Incident(
        number=17, state=Life.CONFIRMED, severity=Severity.CRITICAL, cause=Cause.FIBRE, scope=Scope.PORT,
        where=Where(olt="olt-3", port="0/3/7"), affected=40, total=64, text=("A <b>line</b> & more.",),
    )
)  # fmt: skip


class Moved(Clock):
    """A clock that the test moves."""

    def __init__(self, at: float) -> None:
        self.at = at

    def now(self) -> float:
        return self.at


class Hook(ThreadingHTTPServer):
    """Takes JSON messages, or does not."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.go = threading.Event()
        self.go.set()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://noc:hushhush@127.0.0.1:{self.server_port}/hook/secrettoken"

    @property
    def titles(self) -> list[str]:
        return [str(one["title"]) for one in self.got]


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.go.wait(10)
        if self.server.status == 200:
            self.server.got.append(body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


class World:
    """A database with what happened, a receiver, and the worker between them."""

    def __init__(self, database: Database, hook: Hook) -> None:
        self.database, self.hook = database, hook
        self.store = RecordStore(database)
        self.clock = Moved(time.time())
        self.worker = self.start()

    def start(self, *urls: str, **wishes: Any) -> NoticeWorker:
        """A collector's worker; ``begin`` makes it one that looked before."""
        told = {"urls": urls or [self.hook.url], **wishes}
        config = {"olts": [{"name": "olt-3", "address": "x"}], "notifications": told, "console": {"site": "metro-1"}}
        self.worker = NoticeWorker(Config.model_validate(config), self.database, self.clock)
        return self.worker

    async def turn(self, after_s: float = 5.0) -> None:
        self.clock.at += after_s
        await self.worker.look()
        await self.worker.send()

    async def rows(self) -> list[dict[str, Any]]:
        async with self.database.reading() as connection:
            found = await connection.execute(select(schema.notice).order_by(schema.notice.c.id))
            return [dict(row) for row in found.mappings() if row["about"]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    made = World(database, Hook())
    await made.turn()  # from now on what happens is news
    yield made
    made.hook.go.set()
    made.hook.shutdown()
    made.hook.server_close()
    await database.close()


async def test_one_message_for_each_turn_of_an_incident(world: World) -> None:
    for record in (INCIDENT, INCIDENT, replace(INCIDENT, affected=50), replace(INCIDENT, affected=50)):
        await world.store.put(INCIDENTS, [record])
        await world.turn()
    await world.store.put(INCIDENTS, [replace(INCIDENT, state=Life.RESOLVED, resolved_at=world.clock.at)])
    await world.turn()
    await world.turn()
    assert world.hook.titles == [
        "[metro-1] INC-17 critical: fibre, 40 down, olt-3 0/3/7",
        "[metro-1] INC-17 critical: grew, fibre, 50 down, olt-3 0/3/7",
        "[metro-1] INC-17 resolved: fibre, olt-3 0/3/7",
    ]
    assert "A <b>line</b> & more." in world.hook.got[0]["message"]
    assert {row["state"] for row in await world.rows()} == {"sent"}
    assert "hushhush" not in str(await world.rows()) and "secrettoken" not in str(await world.rows())


async def test_another_collector_repeats_nothing(world: World) -> None:
    await world.store.put(INCIDENTS, [INCIDENT])
    await world.turn()
    world.start()
    await world.turn()
    await world.store.put(INCIDENTS, [replace(INCIDENT, id=18)])
    world.start()
    await world.turn()
    assert [title.split()[1] for title in world.hook.titles] == ["INC-17", "INC-18"], "what came in between is news"


async def test_what_was_there_before_the_first_look_is_no_news(world: World) -> None:
    await world.store.put(INCIDENTS, [INCIDENT])
    await world.turn(NEWS_AGAIN_AFTER_S + 400)  # nobody looked for a day
    assert world.hook.got == []
    await world.store.put(INCIDENTS, [replace(INCIDENT, affected=60)])
    await world.turn()
    assert "grew" in world.hook.titles[0]


async def test_what_is_refused_is_tried_again_later_and_in_order(world: World) -> None:
    world.hook.status = 503
    await world.store.put(INCIDENTS, [INCIDENT])
    with pytest.raises(SourceUnavailable) as caught:
        await world.turn()
    assert "urls[0] (JSON): " in caught.value.message and "503" in caught.value.message
    assert "hushhush" not in str(caught.value) and "secrettoken" not in str(caught.value)
    await world.store.put(INCIDENTS, [replace(INCIDENT, affected=80)])
    world.hook.status = 200
    with pytest.raises(SourceUnavailable):
        await world.turn()  # its pause is not over, and it is still not told
    assert world.hook.got == []
    await world.turn(10.0)
    assert ["grew" in title for title in world.hook.titles] == [False, True]


async def test_what_is_never_taken_is_given_up_and_the_next_goes_out(world: World) -> None:
    world.hook.status = 500
    await world.store.put(INCIDENTS, [INCIDENT])
    for _ in range(20):
        try:
            await world.turn(700.0)
        except SourceError:
            continue
    (row,) = await world.rows()
    assert (row["state"], "500" in row["error"]) == ("failed", True)
    with pytest.raises(SourceUnavailable):
        await world.turn()  # the last word is that it fails
    world.hook.status = 200
    await world.store.put(INCIDENTS, [replace(INCIDENT, state=Life.RESOLVED, resolved_at=world.clock.at)])
    await world.turn()
    assert len(world.hook.got) == 1


async def test_a_slow_target_holds_nobody_up_and_gets_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Hook()
    world.start(world.hook.url, other.url)
    monkeypatch.setattr(notifier, "LIMIT_S", 0.05)
    world.hook.go.clear()
    await world.store.put(INCIDENTS, [INCIDENT])
    with pytest.raises(SourceTimeout):
        await world.turn()
    monkeypatch.setattr(notifier, "LIMIT_S", 10.0)
    assert len(other.got) == 1, "the other one has it already"
    with pytest.raises(SourceTimeout, match="still no answer"):
        await world.turn()
    world.hook.go.set()
    async with asyncio.timeout(10):
        while world.worker._targets and world.worker._targets[0].busy:
            await asyncio.sleep(0.005)
    await world.turn(60.0)
    await world.turn(600.0)
    assert (len(world.hook.got), len(other.got)) == (1, 1)
    assert {row["state"] for row in await world.rows()} == {"sent"}
    other.shutdown()
    other.server_close()


async def test_what_a_dead_collector_was_sending_is_not_sent_again(world: World) -> None:
    await world.store.put(INCIDENTS, [INCIDENT])
    await world.worker.look()
    assert await world.worker._store.take(Target(0, world.hook.url).id, world.clock.at)
    world.start()
    await world.turn()
    (row,) = await world.rows()
    assert (row["state"], world.hook.got) == ("failed", [])
    assert "may have arrived" in row["error"]


async def test_more_than_the_limit_waits_and_is_sent_if_it_is_still_so(world: World) -> None:
    world.start(most=2)
    several = [replace(INCIDENT, id=number, opened_at=number) for number in range(1, 5)]
    await world.store.put(INCIDENTS, several)
    await world.turn()
    await world.turn()
    assert len(world.hook.got) == 2
    await world.store.put(
        INCIDENTS, [replace(one, state=Life.RESOLVED, resolved_at=world.clock.at) for one in several[:3]]
    )
    await world.turn(601.0)
    assert [title.split()[1:3] for title in world.hook.titles[2:]] == [["INC-4", "critical:"], ["INC-1", "resolved:"]]


async def test_alarms_are_told_when_they_are_wished_for(world: World) -> None:
    world.start(what=["alarms"], min_severity="minor")
    fan = Alarm("fan olt-3 0", "fan", "olt-3 fan 0", Severity.MAJOR, world.clock.at, world.clock.at, "state fault")
    await world.store.put(ALARMS, [fan])
    await world.store.put(INCIDENTS, [INCIDENT])
    await world.turn()
    await world.store.put(ALARMS, [replace(fan, cleared_at=world.clock.at)])
    await world.turn()
    assert world.hook.titles == ["[metro-1] major: olt-3 fan 0, fan", "[metro-1] cleared: olt-3 fan 0, fan"]


async def test_a_mail_server_gets_a_mail(world: World) -> None:
    mails: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    world.start(f"mailto://127.0.0.1:{port}?from=noc@example.net&to=oncall@example.net&format=text")
    await world.store.put(INCIDENTS, [INCIDENT])
    await world.turn()
    server.close()
    (mail,) = mails
    assert "oncall@example.net" in mail and "INC-17" in mail and "40 of 64 ONTs down" in mail


@pytest.mark.parametrize("url", ["nonsense://x", "json://", "mailto://"])
def test_a_url_that_no_service_takes_is_named_without_its_secrets(url: str) -> None:
    with pytest.raises(SourceProtocolError) as caught:
        Target(3, url + "?password=hushhush")
    assert "urls[3]" in str(caught.value) and "hushhush" not in str(caught.value)


async def test_a_test_message_goes_to_every_target_and_each_says_how_it_went(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    urls = [world.hook.url, "nonsense://hushhush", "json://noc:hushhush@127.0.0.1:9/"]
    told = {"olts": [{"name": "olt-3", "address": "x"}], "notifications": {"urls": urls}}
    assert await notify_test(Config.model_validate(told), world.clock.at, as_json=False) is Exit.UNREACHABLE
    assert world.hook.titles == ["[noc] test message"]
    said = capsys.readouterr().out
    marks = [line.split(":")[0].split(" (")[0] for line in said.splitlines()]
    assert marks == ["ok   urls[0]", "FAIL urls[1]", "FAIL urls[2]"]
    assert "hushhush" not in said + caplog.text


async def test_check_understands_urls_and_sends_nothing(world: World) -> None:
    assert "(JSON) is understood" in await probes.notification_target(0, world.hook.url)
    with pytest.raises(SourceProtocolError, match="takes no such nonsense:// URL"):
        await probes.notification_target(1, "nonsense://hushhush")
    assert world.hook.got == []
