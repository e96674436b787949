"""The fleet of routers: every Inform is told once, whoever else looks at the ACS in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from schema_copy import sqlite_with_schema
from services import eventually

from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Coordinator
from noc_console.collector.cpe import CpeWorker
from noc_console.config.model import GenieAcs
from noc_console.demo.acs import SimulatedAcs, SimulatedCpe, Timing
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import Sample
from noc_console.domain.identity import OntSerial
from noc_console.sources.genieacs import lookup
from noc_console.sources.genieacs.client import NbiClient
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.sources import SourceStore


class Fleet:
    """A simulated ACS with three routers, and a worker on it."""

    def __init__(self, database: Database) -> None:
        self.acs = SimulatedAcs(Timing(scale=0.01))
        self.cpes = [SimulatedCpe(OntSerial(f"HWTC0000000{n}")) for n in range(3)]
        self.store = CpeStore(database)
        self.samples: list[Sample] = []
        self.database = database
        self.client: NbiClient
        self.worker: CpeWorker

    async def start(self) -> None:
        for number, cpe in enumerate(self.cpes):
            cpe.state.inform_interval_s = 86400
            self.acs.add(cpe)
            self.informed(cpe, time.time() - 1000 - 100 * number)
        await self.acs.start()
        url = f"http://127.0.0.1:{self.acs.port}"
        self.client = NbiClient(GenieAcs.model_validate({"url": url, "page": 10}), pause_scale=0.01)
        self.restart()

    def restart(self) -> None:
        self.worker = CpeWorker(self.client, self.store, 60.0, self.keep)

    def informed(self, cpe: SimulatedCpe, at: float) -> None:
        self.acs.records[cpe.device_id].informed_at = round(at, 3)

    async def keep(self, samples: Sequence[Sample]) -> None:
        self.samples += samples

    def told(self) -> list[tuple[str, float]]:
        """Serial and instant of every Inform that samples were made of."""
        metric = "cpe_last_inform_timestamp_seconds"
        return [(dict(s.labels)["ont_serial"], round(s.at, 3)) for s in self.samples if s.metric == metric]

    def wanted(self) -> set[tuple[str, float]]:
        return {(cpe.serial.text, self.acs.records[cpe.device_id].informed_at) for cpe in self.cpes}


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    made = Fleet(database)
    await made.start()
    yield made
    await made.client.close()
    await made.acs.close()
    await database.close()


async def test_every_router_is_stored_and_told(fleet: Fleet) -> None:
    assert await fleet.worker.poll(fleet.client) == 3
    assert {cpe.serial for cpe in await fleet.store.all()} == {cpe.serial.text for cpe in fleet.cpes}
    assert set(fleet.told()) == fleet.wanted()


async def test_an_inform_is_told_once_though_it_is_asked_for_again(fleet: Fleet) -> None:
    for _ in range(3):
        await fleet.worker.poll(fleet.client)
    fleet.restart()
    assert await fleet.worker.poll(fleet.client) == 0
    assert len(fleet.told()) == 3
    fleet.informed(fleet.cpes[0], time.time())
    assert await fleet.worker.poll(fleet.client) == 1
    assert len(fleet.told()) == 4


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_job_that_looked_a_router_up_hides_no_other(fleet: Fleet, restarted: bool) -> None:
    await fleet.worker.poll(fleet.client)
    now = time.time()
    fleet.informed(fleet.cpes[1], now - 40)
    fleet.informed(fleet.cpes[2], now)
    await fleet.store.put(await lookup.by_id(fleet.client, fleet.cpes[2].device_id))
    if restarted:
        fleet.restart()
    await fleet.worker.poll(fleet.client)
    (stored,) = await fleet.store.by_serial(fleet.cpes[1].serial.text)
    assert stored.last_inform_at == pytest.approx(now - 40, abs=0.01)


async def test_a_look_that_broke_off_is_made_again(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    await fleet.worker.poll(fleet.client)
    now = time.time()
    for number, cpe in enumerate(fleet.cpes):
        fleet.informed(cpe, now - 30 * number)
    put = fleet.store.put

    async def fails(cpes: Any) -> None:
        await put(cpes[:1])
        raise SourceUnavailable("locked by another program", "database")

    monkeypatch.setattr(fleet.store, "put", fails)
    with pytest.raises(SourceUnavailable):
        await fleet.worker.poll(fleet.client)
    monkeypatch.setattr(fleet.store, "put", put)
    await fleet.worker.poll(fleet.client)
    assert fleet.wanted() <= set(fleet.told())
    assert len(fleet.told()) == len(set(fleet.told())) == 6


class Quick(Clock):
    """A minute is soon over."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1000)


async def test_an_acs_that_goes_away_is_told_and_recovers(fleet: Fleet) -> None:
    async def state() -> str:
        async with fleet.database.reading() as connection:
            return "".join(source.state for source in (await read_update(connection, {})).sources)

    async def is_ok() -> bool:
        return await state() == "ok"

    async def is_failing() -> bool:
        return await state() == "failing"

    coordinator = Coordinator(SourceStore(fleet.database), Quick())
    running = asyncio.create_task(coordinator.run(fleet.worker.parts()))
    await eventually(is_ok)
    port = fleet.acs.port
    await fleet.acs.close()
    await eventually(is_failing)
    again = SimulatedAcs(Timing(scale=0.01))
    again.add(fleet.cpes[0])
    await again.start(port=port)
    await eventually(is_ok)
    running.cancel()
    await asyncio.wait([running])
    await again.close()
