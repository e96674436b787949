"""Collectors that join share the OLTs: each is polled by one, a joiner takes its share, one does what is done once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from schema_copy import sqlite_with_schema
from services import eventually
from sqlalchemy import select

from noc_console.collector import stint
from noc_console.collector.clock import Clock
from noc_console.collector.incidents import IncidentWorker
from noc_console.collector.membership import Join
from noc_console.collector.service import CollectorService
from noc_console.collector.traps import TrapWorker
from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.network import Collector, Outcome, PollKind
from noc_console.domain.poll import OltReading
from noc_console.domain.targets import Target, TargetKind
from noc_console.sources.snmp.poll import OltPoller
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.jobs import JobStore, NewJob, Scope, queue
from noc_console.storage.leases import Asking, LeaseStore
from noc_console.storage.members import Members
from noc_console.storage.sealing import Opener

OLTS = {"n1": "north", "n2": "north", "n3": "north", "s1": "south", "s2": "south", "s3": "south"}


class Quick(Clock):
    """A minute is soon over; instants are the real ones."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 200)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(sqlite_with_schema(tmp_path / "noc.db"))
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def polled(monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[str]]:
    """OLTs that answer at once, and how often which collector polled them."""
    times: dict[str, Counter[str]] = defaultdict(Counter)

    async def poll(self: OltPoller, kind: PollKind) -> OltReading:
        times[self.config.address][self.config.name] += 1
        return OltReading(kind, time.time(), Outcome.COMPLETE, answered=True, uptime_s=5000.0)

    monkeypatch.setattr(OltPoller, "poll", poll)
    monkeypatch.setattr(stint, "START_WITHIN_S", 0.0)
    return times


@asynccontextmanager
async def joined(path: Path, name: str, region: str | None = None, lacks: str = "") -> AsyncIterator[None]:
    """A collector at work; ``name`` stands in its OLTs' addresses, so that it is known who polled."""
    (path / name).mkdir(exist_ok=True)
    olts = [
        {"name": olt, "address": name, "region": of, "snmp": {"port": 1}}
        for olt, of in OLTS.items()
        if olt not in lacks
    ]
    given = {"database": f"sqlite:///{path}/noc.db", "victoriametrics": None, "ping": None, "olts": olts}
    config = Config.model_validate({**given, "history": {"path": path / name}})
    stop = asyncio.Event()
    running = asyncio.create_task(CollectorService(config, "daemon", Quick(), Join(region)).run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def holders(database: Database) -> dict[str, str]:
    """OLT name to who holds it, by host of the region: the id of the collector."""
    olt, lease = schema.olt, schema.olt_lease
    query = select(olt.c.name, lease.c.holder).join(lease, lease.c.olt_id == olt.c.id).where(lease.c.until_at > 0)
    async with database.reading() as connection:
        return {row.name: row.holder for row in await connection.execute(query)}


async def shares(database: Database, wanted: list[int]) -> bool:
    found = await holders(database)
    return sorted(Counter(found.values()).values()) == wanted


async def test_a_joiner_takes_its_share_and_gives_it_back_when_it_leaves(tmp_path: Path, database: Database) -> None:
    async with joined(tmp_path, "a"):
        await eventually(lambda: shares(database, [6]))
        async with joined(tmp_path, "b"):
            await eventually(lambda: shares(database, [3, 3]))
            async with joined(tmp_path, "c"):
                await eventually(lambda: shares(database, [2, 2, 2]))
        await eventually(lambda: shares(database, [6]))


async def test_an_olt_that_one_config_lacks_is_polled_by_the_others(tmp_path: Path, database: Database) -> None:
    async with joined(tmp_path, "a"), joined(tmp_path, "b", lacks="n1 n2 s1 s2"):
        await eventually(lambda: shares(database, [2, 4]))
        found = await holders(database)
        assert len({found[olt] for olt in ("n1", "n2", "s1", "s2")}) == 1 and len(found) == 6


async def test_each_olt_is_polled_by_one(tmp_path: Path, database: Database, polled: dict[str, Counter[str]]) -> None:
    async with joined(tmp_path, "a"), joined(tmp_path, "b"):
        await eventually(lambda: shares(database, [3, 3]))
        await eventually(lambda: len(polled["a"]) and len(polled["b"]))
        await asyncio.sleep(0)
        polled.clear()
        await eventually(lambda: len(polled["a"]) == 3 and len(polled["b"]) == 3)
        assert not polled["a"].keys() & polled["b"].keys()


async def test_a_region_is_polled_from_home(tmp_path: Path, database: Database) -> None:
    async with joined(tmp_path, "n", "north"):
        await eventually(lambda: shares(database, [6]))
        async with joined(tmp_path, "s1", "south"), joined(tmp_path, "s2", "south"):
            await eventually(lambda: shares(database, [1, 2, 3]))
            found = await holders(database)
            assert len({found[olt] for olt in ("n1", "n2", "n3")}) == 1
            assert found["n1"] not in {found[olt] for olt in ("s1", "s2", "s3")}
        await eventually(lambda: shares(database, [6]))


async def test_incidents_have_one_judge_and_an_heir(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    judges: set[int] = set()

    async def look(self: IncidentWorker) -> None:
        judges.add(id(self))

    monkeypatch.setattr(IncidentWorker, "look", look)
    async with AsyncExitStack() as rest:
        async with joined(tmp_path, "a"):
            await eventually(lambda: len(judges) == 1)
            await rest.enter_async_context(joined(tmp_path, "b"))
            await eventually(lambda: shares(database, [3, 3]))
            assert len(judges) == 1
        await eventually(lambda: len(judges) == 2)


async def test_jobs_go_to_who_polls_their_olt(database: Database) -> None:
    async with database.writing() as connection:
        await inventory.sync_olts(connection, [("a", "192.0.2.1"), ("b", "192.0.2.1"), ("gone", "192.0.2.1")], 1.0)
        await inventory.sync_olts(connection, [("a", "192.0.2.1"), ("b", "192.0.2.1")], 2.0)
        for olt in ("a", "b", "gone", None):
            target = Target(TargetKind.OLT, olt or "acs-router")
            await queue(connection, NewJob(JobKind.REFRESH, target, "ana", "noc-1", 1.0, 9e9, olt=olt))
    store = JobStore(database)
    assert [job.olt for job in await store.claim("x", Scope(["b"], rest=False))] == ["b"]
    assert await store.claim("x", Scope([], rest=False)) == []
    assert [job.olt for job in await store.claim("leader", Scope([], rest=True))] == ["gone", None], "not a's"
    assert [job.olt for job in await store.claim("y", Scope(["a"], rest=False))] == ["a"]


async def test_a_trap_that_came_to_another_collector_makes_the_olt_be_read(database: Database) -> None:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("a", "192.0.2.1"), ("b", "192.0.2.1")], 1.0)
    await LeaseStore(database).take(ids.values(), "holder", 60.0)
    polls: Counter[str] = Counter()

    def worker_of(name: str, may_write: bool) -> Any:
        facts = SimpleNamespace(may_write=may_write, olt=SimpleNamespace(id=ids[name]))
        return SimpleNamespace(facts=facts, poll_soon=lambda: polls.update([f"{name} {may_write}"]))

    def traps(holder: str, may_write: bool) -> tuple[TrapWorker, Asking]:
        asking = Asking(database, holder)
        workers = {name: worker_of(name, may_write) for name in ids}
        return TrapWorker(None, (), workers, database, asking=asking), asking

    (receiver, asking), (holder, its_asking) = traps("receiver", False), traps("holder", True)
    await holder.pass_on(its_asking)
    received: Any = [SimpleNamespace(olt="a"), SimpleNamespace(olt="a")]
    await receiver.handle(received)
    await receiver.pass_on(asking)
    await holder.pass_on(its_asking)
    await holder.pass_on(its_asking)
    assert polls == {"a True": 1}


async def test_a_secret_is_sealed_to_the_collector_that_will_do_the_job(database: Database) -> None:
    openers = {name: Opener() for name in ("leader", "holder")}
    now = time.time()
    for name, opener in openers.items():
        one = Collector(name, "host", 1, "daemon", now, now, opener.public_key)
        assert await Members(database).join(one) and await Members(database).beat(one)
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("a", "192.0.2.1")], 1.0)
    await LeaseStore(database).take(ids.values(), "holder", 60.0)
    target, store = Target(TargetKind.OLT, "a"), JobStore(database)
    for olt, doer in (("a", "holder"), (None, "leader")):
        job = NewJob(JobKind.PPPOE, target, "ana", "noc-1", now, now + 60, olt=olt, secret="hush")
        async with database.writing() as connection:
            job_id = await queue(connection, job)
        opened = {name: await store.secret(job_id, opener) for name, opener in openers.items()}
        assert opened == {name: "hush" if name == doer else None for name in openers}
