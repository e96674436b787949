"""From a poll to the database and the samples: fans, waiting ONTs, EPON addresses, traffic, unverified facts."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from profile_olt import IF, IFX, Columns, mib, polled, read_all, ufiber

from noc_console.collector.facts import OltFacts
from noc_console.collector.olt import OltWorker
from noc_console.config.model import Polling
from noc_console.demo.mib import MibTree
from noc_console.domain.history import Sample
from noc_console.domain.network import PollKind
from noc_console.domain.optics import Thresholds
from noc_console.domain.update import Update
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update

P = "1.3.6.1.4.1.2011.6.128.1.1"
PORT = "4194312192"
HUAWEI = ("1.3.6.1.4.1.2011.2.123", "Huawei Integrated Access Software")


def huawei(waiting: bool) -> MibTree:
    columns: dict[str, dict[str, int | bytes]] = {
        f"{P}.2.21.1.10": {PORT: 1},
        f"{P}.2.43.1.3": {f"{PORT}.0": b"HWTC\x7d\x46\x30\xc3"},
        f"{P}.2.46.1.15": {f"{PORT}.0": 1},
        f"{P}.2.51.1.4": {f"{PORT}.0": -2250},
        "1.3.6.1.4.1.2011.6.145.1.1.1.4.1.1": {f"{PORT}.0": 3600},
        "1.3.6.1.4.1.2011.6.1.1.9.1.2": {"0.0": 2400},
    }
    if waiting:
        columns[f"{P}.2.48.1.2"] = {f"{PORT}.1": b"ALCL\x01\x02\x03\x04"}
        columns[f"{P}.2.48.1.7"] = {f"{PORT}.1": b"G-140W"}
    counters = {
        f"{P}.4.23.1.3": {f"{PORT}.0": 2**40},
        f"{P}.4.23.1.4": {f"{PORT}.0": 2**41},
        f"{P}.4.21.1.15": {PORT: 2**42},
        f"{P}.4.21.1.30": {PORT: 2**43},
    }
    return mib(*HUAWEI, columns, counters)


async def known(database: Database, since: dict[str, int] | None = None) -> Update:
    async with database.reading() as connection:
        return await read_update(connection, since or {})


async def new_facts(database: Database) -> OltFacts:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("olt-1", "127.0.0.1")], 1.0)
    facts = OltFacts(database, ids["olt-1"], "olt-1")
    await facts.load()
    return facts


async def test_what_huawei_tells_arrives(database: Database) -> None:
    facts = await new_facts(database)
    kept: list[Sample] = []

    async def keep(samples: object) -> None:
        kept.extend(samples)  # type: ignore[call-overload]

    async with polled(huawei(waiting=True)) as (poller, agent):
        worker = OltWorker(poller, facts, Polling(), Thresholds(), keep)
        readings = await worker.once()
        first = await known(database)
        agent.tree = huawei(waiting=False)
        await worker.poll(PollKind.HEALTH)
    inventory_reading = next(reading for reading in readings if reading.kind is PollKind.INVENTORY)
    assert [(fan.name, fan.speed_rpm) for fan in first.fans] == [("0/0", 2400)]
    (waiting,) = first.unregistered
    assert (waiting.port, waiting.serial, waiting.model, waiting.gone_at) == ("0/1/0", "ALCL01020304", "G-140W", None)
    assert first.onts[0].online_since_at == inventory_reading.started_at - 3600
    assert [change.serial for change in first.changes if change.kind == "ont_unregistered"] == ["ALCL01020304"]
    values = {(sample.metric, dict(sample.labels).get("ont_serial")): sample.value for sample in kept}
    assert values["ont_rx_bytes_total", "HWTC7D4630C3"] == 2**40
    assert values["ont_tx_bytes_total", "HWTC7D4630C3"] == 2**41
    assert values["pon_rx_bytes_total", None] == 2**42
    assert values["pon_tx_bytes_total", None] == 2**43
    later = await known(database, dict(first.revisions))
    assert [(row.serial, row.gone_at is not None) for row in later.unregistered] == [("ALCL01020304", True)]
    assert (await known(database)).unregistered == [], "who looks for the first time is not told of those that left"


async def test_an_olt_without_boards_tells_its_load_itself(database: Database) -> None:
    v = "1.3.6.1.4.1.37950.1.1.5"
    columns: Columns = {
        f"{IFX}.1": {"5": b"EPON0/1", "8": b"EPON0/1:1"},
        f"{IF}.8": {"5": 1, "8": 1},
        f"{v}.12.1.25.1.4": {"1.1": 1},
        f"{v}.12.1.25.1.5": {"1.1": b"00:6d:61:ee:0b:f3"},
        f"{v}.10.12.3": {"0": 26},
        f"{v}.10.12.4": {"0": 18},
        f"{v}.10.12.5.9": {"0": 40},
    }
    facts = await new_facts(database)
    kept: list[Sample] = []

    async def keep(samples: object) -> None:
        kept.extend(samples)  # type: ignore[call-overload]

    async with polled(mib("1.3.6.1.4.1.37950.1.1.5.10.14.1", "V1600D", columns)) as (poller, _):
        await OltWorker(poller, facts, Polling(), Thresholds(), keep).once()
    found = await known(database)
    (olt,) = found.olts
    assert (olt.cpu_percent, olt.memory_percent, olt.temperature_celsius) == (26, 18, 40)
    assert olt.unverified == "ont.distance_m,ont.state"
    assert [(ont.mac, ont.serial, ont.state) for ont in found.onts] == [("00:6D:61:EE:0B:F3", None, "online")]
    assert {sample.metric: sample.value for sample in kept}["olt_cpu_percent"] == 26


async def test_migrations_make_the_schema_that_the_program_knows(database: Database) -> None:
    async with database.engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), schema.metadata)
        )
    assert differences == []


async def test_an_onu_that_loses_its_port_while_offline_stays_where_it_was(database: Database) -> None:
    facts, serials = await new_facts(database), [f"UBNT2073{n:04x}" for n in range(5)]

    async def apply(tree: MibTree) -> list[str]:
        before = (await known(database)).revisions
        await facts.apply((await read_all(tree))[0][PollKind.STATE], {})
        return sorted(change.kind for change in (await known(database, before)).changes)

    lit = dict.fromkeys(serials, (2, -2000))
    await apply(ufiber(lit))
    homes = {ont.serial: (ont.port, ont.ont_id) for ont in facts.onts.onts.values()}
    assert len(homes) == 5 and {port for port, _ in homes.values()} == {"0/2"}
    assert await apply(ufiber({}, tuple(serials))) == ["ont_down"] * 5
    assert {ont.serial: (ont.port, ont.ont_id) for ont in facts.onts.onts.values()} == homes
    assert await apply(ufiber(lit)) == ["ont_up"] * 5
