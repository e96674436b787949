"""A database with many ONTs, and a process that keeps it alive as a collector would: ``python -m ... FOLDER ONTS``.

Nothing is polled. Every 30 seconds 5,000 ONTs get another light reading, and everything is read again.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, update

from noc_console.domain.network import Collector
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.leases import LeaseStore
from noc_console.storage.sources import CollectorRegister
from noc_console.storage.streams import bump

PER_OLT, PER_PORT, PORTS_PER_CARD = 1000, 64, 8
CHANGED, EVERY_S = 5000, 30.0
ROWS_AT_ONCE = 20_000
ADDRESS = "192.0.2.1"
STREETS = ("Mill", "Station", "High")


def config_of(folder: Path, onts: int) -> dict[str, Any]:
    """A config of the OLTs that the database has."""
    olts = [{"name": name, "address": ADDRESS, "snmp": {"community": "x"}} for name in _names(onts)]
    return {
        "database": f"sqlite:///{folder / 'noc.db'}",
        "victoriametrics": None,
        "ping": None,
        "polling": {"state_s": 60, "optics_s": 300, "health_s": 300},
        "olts": olts,
    }


def _names(onts: int) -> list[str]:
    return [f"olt-{number:04}" for number in range(-(-onts // PER_OLT))]


async def main(folder: Path, onts: int) -> None:
    """Fill the database, say READY, then go on for ever."""
    (folder / "config.yaml").write_text(yaml.safe_dump(config_of(folder, onts)), encoding="utf-8")
    database = Database(f"sqlite:///{folder / 'noc.db'}")
    await database.migrate()
    ids = await _fill(database, onts)
    now = time.time()
    collector = Collector("bench", "bench", os.getpid(), "daemon", now, now, clock_at=now)
    register, chance = CollectorRegister(database), random.Random(2)
    await register.take_over(collector)
    await LeaseStore(database).take(ids, "bench", 86400.0)
    print("READY", flush=True)
    changed_at = time.monotonic()
    while True:
        await register.beat(replace(collector, clock_at=time.time()))
        if time.monotonic() - changed_at >= EVERY_S:
            changed_at = time.monotonic()
            await _change(database, ids, chance)
        await asyncio.sleep(2.0)


async def _fill(database: Database, onts: int) -> list[int]:
    now, chance = time.time(), random.Random(1)
    async with database.writing() as connection:
        ids = list((await inventory.sync_olts(connection, [(name, ADDRESS) for name in _names(onts)], now)).values())
        for start in range(0, onts, ROWS_AT_ONCE):
            rows = [_ont(number, ids, now, chance) for number in range(start, min(onts, start + ROWS_AT_ONCE))]
            await connection.execute(insert(schema.ont), rows)
        ports = sorted({(ids[number // PER_OLT], _port(number)) for number in range(onts)})
        rows = [{"olt_id": olt_id, "name": port, "revision": 1} for olt_id, port in ports]
        await connection.execute(insert(schema.pon_port), rows)
        read = {"port": "", "outcome": "complete", "revision": 1, "attempted_at": now, "observed_at": now}
        kinds = ("state", "optics", "health")
        marks = [{**read, "olt_id": olt_id, "kind": kind} for olt_id in ids for kind in kinds]
        await connection.execute(insert(schema.poll_mark), marks)
        await connection.execute(update(schema.olt).values(reachable=True, last_ok_at=now, last_poll_at=now))
    return ids


def _port(number: int) -> str:
    port = number % PER_OLT // PER_PORT
    return f"0/{1 + port // PORTS_PER_CARD}/{port % PORTS_PER_CARD}"


def _ont(number: int, ids: list[int], now: float, chance: random.Random) -> dict[str, Any]:
    rx_dbm = -17 - chance.random() * 9
    return {
        "olt_id": ids[number // PER_OLT],
        "port": _port(number),
        "ont_id": number % PER_OLT % PER_PORT,
        "serial": f"HWTC{number:08X}",
        "revision": 1,
        "state": "offline" if number % 50 == 0 else "online",
        "offline_reason": "dying_gasp" if number % 50 == 0 else None,
        "description": f"Customer {number}, {chance.choice(STREETS)} Street {chance.randint(1, 99)}",
        "model": chance.choice(("EG8145V5", "HG8245H", "F670L")),
        "hardware": "17B1.A",
        "firmware": "V5R020C00S125",
        "admin": "enabled",
        "distance_m": chance.randint(100, 9000),
        "onu_rx_dbm": rx_dbm,
        "olt_rx_dbm": rx_dbm - 2,
        "onu_tx_dbm": 2.1,
        "temperature_celsius": 41 + chance.random() * 9,
        "voltage_v": 3.3,
        "bias_ma": 12.0,
        "state_changed_at": now - 5e4,
        "first_seen_at": now - 9e5,
        "last_online_at": now,
        "last_onu_rx_dbm": rx_dbm,
        "last_rx_at": now,
    }


async def _change(database: Database, ids: list[int], chance: random.Random) -> None:
    now, chosen = time.time(), chance.sample(ids, min(len(ids), CHANGED // PER_OLT))
    async with database.writing() as connection:
        for olt_id in ids:
            revision = await bump(connection, f"olt:{olt_id}")
            here = schema.poll_mark.c.olt_id == olt_id
            seen = {"observed_at": now, "attempted_at": now, "revision": revision}
            await connection.execute(update(schema.poll_mark).where(here).values(**seen))
            if olt_id in chosen:
                light = schema.ont.c.onu_rx_dbm + chance.uniform(-0.3, 0.3)
                mine = schema.ont.c.olt_id == olt_id
                await connection.execute(update(schema.ont).where(mine).values(onu_rx_dbm=light, revision=revision))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
