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
    await takes_over_an_inventory(net, postgres, url)


async def takes_over_an_inventory(net: Network, postgres: Postgres, url: str) -> None:
    """Records of another system, in tables that are not ours, by queries of the config."""
    first, second = (ont.serial.text for ont in net.onts[:2])
    with postgres.connect(name_of(url)) as connection:
        for statement in (
            "CREATE SCHEMA isp",
            "CREATE TABLE isp.splitters (id int PRIMARY KEY, name text, olt text, pon text, output_ports int)",
            "CREATE TABLE isp.ont_units (id int PRIMARY KEY, serial_number text)",
            "CREATE TABLE isp.ont_assignments (ont_id int, account text, customer text, splitter_id int, port int,"
            " active bool)",
            "INSERT INTO isp.splitters VALUES (1, 'ODB-1', 'olt-1', '0/1/0', 8)",
            f"INSERT INTO isp.ont_units VALUES (1, '{first}'), (2, '{second}')",
            "INSERT INTO isp.ont_assignments VALUES (1, '10', 'Ana; DROP', 1, 1, true), (2, '11', NULL, 1, 2, false)",
        ):
            connection.execute(statement)  # type: ignore[call-overload]
        connection.commit()
    queries = {
        "subscribers": "SELECT a.account, a.customer AS name, o.serial_number AS serial, s.name AS splitter,"
        " a.port AS splitter_port FROM isp.ont_assignments a JOIN isp.ont_units o ON o.id = a.ont_id"
        " JOIN isp.splitters s ON s.id = a.splitter_id WHERE a.active AND a.customer LIKE '%'",
        "splitters": "SELECT name, olt, pon AS port, output_ports AS ratio FROM isp.splitters",
        "zones": "INSERT INTO isp.splitters VALUES (9) RETURNING name",
        "vlans": "SELECT nme FROM isp.splitters",
        "pools": "SELECT pg_sleep(30)",
    }
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    net.change(inventories=[{"name": "isp", "url": plain, "timeout_s": 0.5, "records": queries}])
    told = next(row for row in (await net.run("check", "--json")).json if row["name"] == "isp")
    assert not told["ok"] and 'vlans: column "nme" does not exist' in told["said"]
    for kind, said in (
        ("zones", "read-only"),
        ("vlans", 'column "nme" does not exist'),
        ("pools", "statement timeout"),
    ):
        refused = await net.run("import", kind, "--from", "isp")
        assert refused.code != 0 and said in refused.err, refused.err
    for _ in range(2):
        for kind in ("splitters", "subscribers"):
            done = await net.run("import", kind, "--from", "isp", "--json")
            assert done.code == 0, done.err + done.out
    assert done.json["unchanged"] == 1, "the same again changes nothing"
    (known,) = (await net.run("show", "subscribers", "--json")).json
    assert (known["serial"], known["splitter"], known["name"]) == (first, "ODB-1", "Ana; DROP")


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
