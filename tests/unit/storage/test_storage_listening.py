"""A reader of PostgreSQL asks when it is told to, and as ever while nobody can tell it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from schema_copy import ReusedSchema
from services import eventually
from sqlalchemy import text

from noc_console.storage import listening as module
from noc_console.storage.database import Database
from noc_console.storage.listening import Listening
from noc_console.storage.streams import bump

pytestmark = pytest.mark.service
LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture
async def database(reused: ReusedSchema) -> AsyncIterator[Database]:
    with reused.database() as url:
        made = Database(url)
        yield made
        await made.close()


@pytest.fixture
async def listening(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listening]:
    """One that hears, and has nothing to ask for."""
    monkeypatch.setattr(module, "ASK_ANYWAY_S", 3600.0)
    monkeypatch.setattr(module, "AGAIN_S", 0.05)
    made = Listening(database)
    await eventually(lambda: not made.must_ask())
    yield made
    await made.close()


async def test_what_is_committed_is_told_and_only_once(database: Database, listening: Listening) -> None:
    async with database.writing() as connection:
        for stream in ("job", "source", "job"):
            await bump(connection, stream)
        await asyncio.sleep(0.05)
        assert not listening.must_ask(), "nothing can be read before the commit"
    await eventually(listening.must_ask)
    assert not listening.must_ask()


async def test_what_is_rolled_back_is_not_told(database: Database, listening: Listening) -> None:
    with pytest.raises(KeyError):
        async with database.writing() as connection:
            await bump(connection, "job")
            raise KeyError
    async with database.writing() as connection:
        await connection.execute(text("SELECT pg_notify('another_channel', '')"))
    assert not listening.must_ask()


async def test_a_broken_connection_lets_it_ask_as_ever(
    database: Database, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 3600.0)
    async with database.writing() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {LISTENERS}"))
    await eventually(lambda: listening.must_ask() and listening.must_ask())


async def test_it_listens_again_and_asks_for_what_it_missed(database: Database, listening: Listening) -> None:
    async with database.writing() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {LISTENERS}"))
    await eventually(lambda: not listening._hears)
    await eventually(lambda: listening._hears)
    assert listening.must_ask() and not listening.must_ask()


async def test_what_did_not_come_is_asked_for_again(listening: Listening) -> None:
    listening.ask_again()
    assert listening.must_ask()


def test_another_loop_does_not_trust_the_first_ones_ears(reused: ReusedSchema, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "ASK_ANYWAY_S", 3600.0)
    with reused.database() as url:
        made = Listening(Database(url))

        async def hear() -> None:
            assert made.must_ask() and made.must_ask(), "at first it hears nothing"
            await eventually(lambda: not made.must_ask())

        for _ in range(2):
            asyncio.run(hear())
