"""Facts: memory follows the database, also when the one who writes goes away in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.collector import facts as facts_module
from noc_console.collector.facts import OltFacts
from noc_console.collector.reconcile import commit
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading, PortReading
from noc_console.storage import inventory
from noc_console.storage.database import Database

PORTS = [PonPort((0, 1, port)) for port in range(4)]


def reading() -> OltReading:
    made = OltReading(PollKind.STATE, time.time(), answered=True, outcome=Outcome.COMPLETE)
    for port in PORTS:
        onts: dict[int, dict[str, Any]] = {
            n: {"state": "online", "serial": f"HWTC0000{port.path[2]:02X}{n:02X}"} for n in range(3)
        }
        made.ports.append(PortReading(port, Outcome.COMPLETE, onts))
    return made


async def test_a_poll_that_ends_between_two_ports_leaves_nothing_half_known(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], time.time())
    facts = OltFacts(database, ids["north"], "north")
    await facts.load()
    committed = []

    def commit_and_go_away(*args: Any) -> None:
        commit(*args)
        committed.append(args)
        applying.cancel()

    monkeypatch.setattr(facts_module, "commit", commit_and_go_away)
    applying = asyncio.ensure_future(facts.apply(reading(), {}))
    with pytest.raises(asyncio.CancelledError):
        await applying
    assert len(committed) == 1
    monkeypatch.undo()
    applied = await facts.apply(reading(), {})
    assert not applied.new_onts, "the database had them all"
    assert len(facts.onts.onts) == 12
    async with database.reading() as connection:
        stored = await inventory.read_onts(connection, facts.olt.id)
    assert {(ont.port, ont.ont_id): ont.id for ont in stored} == {k: o.id for k, o in facts.onts.onts.items()}


async def test_no_turn_is_waited_for_amid_a_transaction(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where fifty OLTs want the processor, a turn may be long in coming, and the server ends what stands still."""
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], time.time())
    facts = OltFacts(database, ids["north"], "north")
    await facts.load()
    open_, amid = 0, []
    writing = database.writing

    @asynccontextmanager
    async def watched() -> AsyncIterator[AsyncConnection]:
        nonlocal open_
        async with writing() as connection:
            open_ += 1
            yield connection
            open_ -= 1

    @asynccontextmanager
    async def turn() -> AsyncIterator[None]:
        amid.append(open_)
        yield

    monkeypatch.setattr(database, "writing", watched)
    monkeypatch.setattr(facts_module, "own_turn", turn)
    await facts.apply(reading(), {})
    assert amid and not any(amid)
