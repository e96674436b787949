"""The collector as a whole: what it survives on its way to work."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from services import eventually

from noc_console.collector.service import CollectorService
from noc_console.config.model import Config
from noc_console.domain.errors import SourceUnavailable
from noc_console.storage import inventory
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
