"""Fixtures for all tests: real services, started once, and databases to work on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from noc_console.storage.database import Database

sys.path.insert(0, str(Path(__file__).parent / "e2e"))

import services


@pytest.fixture(scope="session")
def postgres() -> Iterator[services.Postgres]:
    """A PostgreSQL server."""
    with services.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def victoria() -> Iterator[services.VictoriaMetrics]:
    """A VictoriaMetrics that nobody stops; tests keep apart by their labels."""
    with services.victoria_metrics() as server:
        yield server


@pytest.fixture(scope="session")
def snmpd() -> Iterator[services.Snmpd]:
    """A net-snmp agent."""
    with services.snmpd() as agent:
        yield agent


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database of each kind, without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'noc.db'}"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture(scope="session")
def template(postgres: services.Postgres) -> Iterator[str]:
    """A PostgreSQL database with the schema in it, to be copied: that is quicker than making it each time."""

    async def migrate(url: str) -> None:
        database = Database(url)
        await database.migrate()
        await database.close()

    with postgres.database() as url:
        asyncio.run(migrate(url))
        yield url.rpartition("/")[2]


@pytest.fixture(params=KINDS)
def schema_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database of each kind; on PostgreSQL the schema is there already."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'noc.db'}"
        return
    template = request.getfixturevalue("template")
    with request.getfixturevalue("postgres").database(template) as url:
        yield url


@pytest.fixture
async def database(schema_url: str) -> AsyncIterator[Database]:
    """A new database of each kind, with the schema in it."""
    made = Database(schema_url)
    await made.migrate()
    yield made
    await made.close()
