"""Fixtures for all tests: the real servers of the run, and databases to work on."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from noc_console.storage.database import Database

sys.path += [str(Path(__file__).parent), str(Path(__file__).parent / "e2e")]

import run_servers
import services
from schema_copy import ReusedSchema, sqlite_with_schema
from skipping_loop import SkippingLoop

Servers = run_servers.Owner | run_servers.Remote
settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")
END_TO_END = Path(__file__).parent / "e2e"
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_owner = pytest.StashKey[run_servers.Owner]()
_counter = pytest.StashKey[run_servers.Counter]()
_net_snmp = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start every child with the default signal handlers, also when the tests run as a background job.

    A shell starts a background job with SIGINT ignored, nohup ignores SIGHUP, and a child inherits what is ignored. A
    handler that does nothing still ignores the signal here, but exec resets it to the default.
    """
    for number in SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    # Net-snmp's programs write their engine ID to one file of the machine, and complain when several do so at once.
    config.stash[_net_snmp] = tempfile.TemporaryDirectory(prefix="net-snmp-")
    os.environ["SNMP_PERSISTENT_DIR"] = config.stash[_net_snmp].name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the end-to-end tests, which mostly wait, among the others, which mostly compute."""
    waiting = [item for item in items if item.path.is_relative_to(END_TO_END)]
    computing = [item for item in items if not item.path.is_relative_to(END_TO_END)]
    each = max(1, len(computing) // (2 * len(waiting) or 1))  # they end half-way: the last to end are short ones
    spread = [[item, *computing[at * each : (at + 1) * each]] for at, item in enumerate(waiting)]
    items[:] = [*itertools.chain(*spread), *computing[len(waiting) * each :]]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Say to a worker of pytest-xdist where it gets the run's servers."""
    stash = node.config.stash
    if _counter not in stash:
        stash[_counter] = run_servers.Counter()
    node.workerinput["servers"] = stash[_counter].address


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loop of a test."""
    return {"loop": SkippingLoop if item.get_closest_marker("time_skips") else asyncio.new_event_loop}


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's servers, and remove what programs kept."""
    config.stash[_net_snmp].cleanup()
    for key in (_owner, _counter):
        if key in config.stash:
            config.stash[key].close()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    """The servers of this run, each started by the first request for it."""
    if hasattr(pytestconfig, "workerinput"):
        return run_servers.Remote(pytestconfig.workerinput["servers"])
    return pytestconfig.stash.setdefault(_owner, run_servers.Owner())


@pytest.fixture(scope="session")
def postgres(servers: Servers) -> services.Postgres:
    """The run's PostgreSQL; every test makes a database of its own."""
    services.postgres_programs()
    return services.Postgres(servers.port("postgres"))


@pytest.fixture(scope="session")
def victoria(servers: Servers) -> services.VictoriaMetrics:
    """The run's VictoriaMetrics, which nobody stops; tests keep apart by their labels."""
    services.victoria_program()
    return services.VictoriaMetrics(servers.port("victoria"))


@pytest.fixture(scope="session")
def snmpd(servers: Servers) -> services.Snmpd:
    """The run's net-snmp agent, which nobody changes."""
    services.snmpd_program()
    return services.Snmpd(servers.port("snmpd"))


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
def reused(postgres: services.Postgres) -> Iterator[ReusedSchema]:
    """A PostgreSQL database with the schema in it, emptied after each test."""
    made = ReusedSchema(postgres)
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def schema_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database of each kind, with the schema in it."""
    if request.param == "sqlite":
        yield sqlite_with_schema(tmp_path / "noc.db")
        return
    reused: ReusedSchema = request.getfixturevalue("reused")
    with reused.database() as url:
        yield url


@pytest.fixture
async def database(schema_url: str) -> AsyncIterator[Database]:
    """A new database of each kind, with the schema in it."""
    made = Database(schema_url)
    yield made
    await made.close()
