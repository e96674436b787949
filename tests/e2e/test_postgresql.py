"""The program on PostgreSQL: as processes, and while the database is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from network import Network, network
from services import Postgres, eventually

pytestmark = pytest.mark.service


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as made:
        yield made


@pytest.fixture
async def net(tmp_path: Path, url: str) -> AsyncIterator[Network]:
    async with network(tmp_path, onts=20, database=url) as made:
        yield made


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def rows(postgres: Postgres, url: str, query: str) -> list[tuple[Any, ...]]:
    with postgres.connect(name_of(url)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


async def test_a_round_and_what_is_shown_of_it(net: Network, postgres: Postgres, url: str) -> None:
    empty = await net.run("show", "onts")
    assert empty.code == 3 and "the schema is not there yet" in empty.err
    for _ in range(2):
        done = await net.run("collect", "--once", "--json")
        assert done.code == 0, done.err
        assert [row["outcome"] for row in done.json] == ["complete"]
    shown = {row["serial"]: row for row in (await net.run("show", "onts", "--json")).json}
    assert set(shown) == {ont.serial.text for ont in net.onts}
    assert {row["description"] for row in shown.values()} == {
        row[0] for row in rows(postgres, url, "SELECT description FROM ont")
    }
    checked = {row["name"]: row for row in (await net.run("check", "--json")).json}
    assert checked["database"]["ok"] and "schema" in checked["database"]["said"]
    assert rows(postgres, url, "SELECT * FROM collector") == []


async def test_a_database_that_goes_away_and_comes_back(net: Network, postgres: Postgres, url: str) -> None:
    name = name_of(url)
    log = net.config.with_name("noc.log")
    async with net.collector() as process:
        await eventually(lambda: log.exists() and "collector_starts" in log.read_text(), 20)
        await eventually(lambda: len(rows(postgres, url, "SELECT * FROM ont")) == len(net.onts), 20)
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        dark, _ = net.online_router()
        net.world.power_off(dark)
        await eventually(lambda: "facts_not_written" in log.read_text(), 30)
        assert (await net.run("show", "onts")).code == 3
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await eventually(lambda: "facts_written_again" in log.read_text(), 60)
        query = f"SELECT state, offline_reason FROM ont WHERE serial = '{dark.serial}'"
        await eventually(lambda: rows(postgres, url, query) == [("offline", "dying_gasp")], 20)
        assert process.returncode is None
    assert "Traceback" not in log.read_text()


async def test_a_wrong_user_is_told(net: Network, url: str) -> None:
    net.change(database=url.replace("postgres@", "nobody:hush@"))
    done = await net.run("check", "--json")
    row = next(row for row in done.json if row["name"] == "database")
    assert done.code == 3 and not row["ok"]
    assert "nobody" in row["said"] and "user" in row["do"]
    assert "hush" not in done.out + done.err
