"""A door with a small network behind it, for tests."""

from __future__ import annotations

import time
from dataclasses import dataclass

from people import ANNA
from sqlalchemy import insert, select

from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.intents import Act, ActOnMany, Confirmation
from noc_console.domain.network import Collector, Cpe, Source
from noc_console.domain.policy import confirmation
from noc_console.domain.targets import Target, TargetKind
from noc_console.operations.door import Door
from noc_console.storage import inventory, schema
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.sealing import Opener
from noc_console.storage.sources import CollectorRegister, SourceStore

OLT = "north"
PARAMETERS = {
    "network": "5 GHz", "ssid": "Casa", "on": "true", "channel": "36", "port": "LAN1", "username": "ana@isp",
    "file": "v2.bin", "direction": "download",
}  # fmt: skip
WHY = "customer calls"


@dataclass
class World:
    """Eight ONTs at one OLT; the last one is offline for want of light."""

    database: Database
    door: Door
    onts: list[int]
    opener: Opener
    config: Config

    @property
    def dark(self) -> int:
        """The ONT that is offline."""
        return self.onts[-1]

    async def rows(self, table: str) -> list[dict[str, object]]:
        """All rows of a table, oldest first."""
        source = schema.metadata.tables[table]
        async with self.database.reading() as connection:
            found = await connection.execute(select(source).order_by(*source.primary_key))
            return [dict(row) for row in found.mappings()]

    async def results(self) -> list[str]:
        """What the audit log says came of each request."""
        return [str(row["result"]) for row in await self.rows("audit")]


async def make_world(database: Database, **config: object) -> World:
    """Fill an empty database; ``config`` changes the config file's sections."""
    now = time.time()
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [(OLT, "192.0.2.1")], now)
        rows = []
        for number in range(8):
            place = {"olt_id": ids[OLT], "port": f"0/1/{number // 4}", "ont_id": number % 4, "revision": 1}
            state = {"state": "online"} if number < 7 else {"state": "offline", "offline_reason": "loss_of_signal"}
            rows.append(place | {"serial": serial(number), "first_seen_at": now - 9999, **state})
        for row in rows:
            await connection.execute(insert(schema.ont), row)
        onts = list((await connection.execute(select(schema.ont.c.id).order_by(schema.ont.c.id))).scalars())
        mark = {"olt_id": ids[OLT], "port": "", "kind": "state", "outcome": "complete", "revision": 1}
        await connection.execute(insert(schema.poll_mark), mark | {"attempted_at": now, "observed_at": now})
    await CpeStore(database).put([Cpe(f"cpe-{n}", serial(n), last_inform_at=now - 60) for n in range(8)])
    await SourceStore(database).put(Source("genieacs", "ok", now))
    opener = Opener()
    await CollectorRegister(database).take_over(Collector("c1", "host", 1, "daemon", now, now, opener.public_key))
    sections = {"olts": [{"name": OLT, "address": "192.0.2.1"}], "genieacs": {"url": "http://127.0.0.1:1"}, **config}
    made = Config.model_validate(sections)
    return World(database, Door(database, made), onts, opener, made)


def serial(number: int) -> str:
    """Serial number of one of the ONTs."""
    return f"HWTC7D46{number:04X}"


def proper(kind: JobKind, ont_id: int, number: int = 0, **more: object) -> Act:
    """An action asked for as it should be; ``more`` spoils it."""
    spec = kind.spec
    about_olt = spec.target is TargetKind.OLT
    text = confirmation(kind, OLT if about_olt else serial(number))
    values: dict[str, object] = {
        "reason": WHY,
        "parameters": {name: PARAMETERS[name] for name in spec.parameters},
        "secret": "geheim & lang" if spec.secret else None,
        "confirmation": Confirmation(text) if text else None,
        **more,
    }
    return Act(kind, Target.olt(OLT) if about_olt else Target.ont(ont_id), **values)  # type: ignore[arg-type]


def proper_bulk(ont_ids: list[int], kind: JobKind = JobKind.REBOOT, **more: object) -> ActOnMany:
    """A bulk action asked for as it should be; ``more`` spoils it."""
    values: dict[str, object] = {
        "reason": WHY,
        "parameters": {name: PARAMETERS[name] for name in kind.spec.parameters},
        "confirmation": Confirmation(str(len(set(ont_ids)))),
        **more,
    }
    return ActOnMany(kind, tuple(ont_ids), **values)  # type: ignore[arg-type]


async def asked_bulk(world: World, ont_ids: list[int], **more: object) -> int:
    """Anna asks for a bulk reboot; returns its id."""
    return (await world.door.ask(ANNA, proper_bulk(ont_ids, **more))).id
