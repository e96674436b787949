"""The collector as a whole: what it survives on its way to work."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from services import eventually
from sqlalchemy import update

from noc_console.collector.service import CollectorService
from noc_console.config.model import Config
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S, Collector
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.sources import CollectorRegister


@pytest.mark.parametrize("place", ["take_over", "forget_dead", "sync_olts"])
async def test_a_database_that_is_locked_during_the_start_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr("noc_console.collector.service.Backoff.failed", lambda _: 0.01)
    monkeypatch.setattr("noc_console.collector.service.STANDBY_S", 0.01)
    owner: Any = inventory if place == "sync_olts" else CollectorRegister
    real = getattr(owner, place)
    calls = 0

    async def locked_at_first(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise SourceUnavailable("locked by another program", "database")
        return await real(*arguments)

    monkeypatch.setattr(owner, place, locked_at_first)
    config = Config.model_validate(
        {
            "database": f"sqlite:///{tmp_path}/noc.db",
            "victoriametrics": None,
            "olts": [{"name": "a", "address": "127.0.0.1", "snmp": {"port": 1}}],
        }
    )
    service = CollectorService(config, "daemon")
    stop = asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await eventually(lambda: calls >= 3 or running.done())
    stop.set()
    await running
    assert calls >= 3


async def test_a_collector_that_was_taken_for_dead_stands_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("noc_console.collector.service.STANDBY_S", 0.01)
    monkeypatch.setattr("noc_console.collector.service.HEARTBEAT_S", 0.01)
    url = f"sqlite:///{tmp_path}/noc.db"
    olt = {"name": "a", "address": "127.0.0.1", "snmp": {"port": 1}}
    config = Config.model_validate({"database": url, "victoriametrics": None, "ping": None, "olts": [olt]})
    service, stop, database = CollectorService(config, "daemon"), asyncio.Event(), Database(url)
    register = CollectorRegister(database)
    await database.migrate()
    running = asyncio.create_task(service.run(stop))

    async def at_work() -> set[str]:
        return {collector.id for collector in await register.alive()}

    (ours,) = await eventually(at_work)
    now = time.time()
    async with database.writing() as connection:  # its machine slept
        await connection.execute(update(schema.collector).values(heartbeat_at=now - COLLECTOR_DEAD_AFTER_S - 1))
        heir = Collector("heir", "host", 2, "daemon", now, now)
        await inventory.upsert(connection, schema.collector, [asdict(heir)])

    def superseded() -> bool:
        return not [task for task in asyncio.all_tasks() if "_beat" in repr(task.get_coro())]

    await eventually(superseded)
    assert await at_work() == {"heir"} and not running.done()
    await register.leave("heir")

    async def again() -> bool:
        return await at_work() == {ours}

    await eventually(again)
    stop.set()
    await running
    await database.close()
