"""A bulk reboot of many routers, with a collector that is killed in the middle of it."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from network import Network, network
from services import eventually

from noc_console.demo import routers
from noc_console.demo.acs import SimulatedCpe

WANTED = 60
PER_PORT_S = 0.4


@pytest.fixture
async def net(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Network]:
    """A network of as many ONTs as the test wants."""
    monkeypatch.setattr(routers, "RESTART_S", (0.5, 0.8))
    monkeypatch.setattr(routers, "INFORM_DELAY_S", (0.1, 0.3))
    bulk = {"max": 400, "per_port_s": PER_PORT_S, "at_once": 40, "second_operator_above": None}
    jobs = {"expiry_s": 60, "return_timeout_s": 120}
    async with network(tmp_path, olts=2, onts=request.param, bulk=bulk, jobs=jobs) as made:
        for cpe in made.routers.cpes.values():
            cpe.state.inform_interval_s = 86400
        yield made


def query(net: Network, statement: str) -> list[tuple[Any, ...]]:
    try:
        with sqlite3.connect(f"file:{net.database}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return []


def count_reboots(net: Network) -> Counter[str]:
    """How often each router went down for a reboot, by serial number."""
    counts: Counter[str] = Counter()
    for serial, cpe in net.routers.cpes.items():
        hook = cpe.on_reboot
        assert hook

        def counted(router: SimulatedCpe, serial: str = serial, hook: Any = hook) -> None:
            counts[serial] += 1
            hook(router)

        cpe.on_reboot = counted
    return counts


def chosen(net: Network, count: int) -> list[str]:
    managed = [o.serial.text for o in net.onts if o.online and o.serial.text in net.routers.cpes]
    assert len(managed) >= count
    return managed[:count]


async def ready(net: Network) -> None:
    """Everything was read."""
    online = sum(ont.online for ont in net.onts)
    await eventually(lambda: query(net, "SELECT count(*) FROM ont WHERE state = 'online'")[:1] >= [(online,)], 30)
    await eventually(lambda: query(net, "SELECT count(*) FROM cpe") == [(len(net.acs.records),)], 30)


@pytest.mark.parametrize("net", [320], indirect=True)
async def test_none_is_rebooted_twice_and_none_is_forgotten(net: Network) -> None:
    counts, serials = count_reboots(net), chosen(net, WANTED)
    bulk = ("bulk", "reboot", "--filter", f"serial:{','.join(serials)}", "--reason", "firmware hangs", "--json")
    async with net.collector() as process:
        await ready(net)
        planned = await net.run(*bulk, "--dry-run")
        assert planned.code == 0, planned.err
        plan = planned.json
        assert sorted(row["serial"] for row in plan["included"]) == sorted(serials), plan["left_out"]
        wrong = await net.run(*bulk, "--count", str(WANTED - 1))
        assert wrong.code == 1 and f"{WANTED} ONTs would be acted on" in wrong.err
        done = await net.run(*bulk, "--count", str(WANTED))
        assert done.code == 0, done.err
        await eventually(lambda: sum(counts.values()) >= WANTED // 4, 60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert sum(counts.values()) < WANTED
    net.let_leases_end()
    async with net.collector():
        await eventually(lambda: query(net, "SELECT 1 FROM batch WHERE finished_at IS NOT NULL"), 240)
    ended = Counter(state for (state,) in query(net, "SELECT state FROM job WHERE batch_id IS NOT NULL"))
    assert ended == {"verified": WANTED}
    assert counts == Counter(dict.fromkeys(serials, 1))
    assert not list(net.acs.store.tasks)
    starts: dict[tuple[str, str], list[float]] = {}
    for olt, port, at in query(
        net, "SELECT olt, port, started_at FROM job WHERE batch_id IS NOT NULL ORDER BY started_at"
    ):
        starts.setdefault((olt, port), []).append(at)
    gaps = [b - a for times in starts.values() for a, b in pairwise(times)]
    assert min(gaps) >= PER_PORT_S


@pytest.mark.parametrize("net", [80], indirect=True)
async def test_a_cancelled_bulk_action_ends_at_what_is_under_way(net: Network) -> None:
    counts, serials = count_reboots(net), chosen(net, 50)
    async with net.collector():
        await ready(net)
        bulk = ("bulk", "reboot", "--filter", f"serial:{','.join(serials)}", "--reason", "test", "--json")
        done = await net.run(*bulk, "--count", "50")
        assert done.code == 0, done.err
        await eventually(lambda: sum(counts.values()) >= 5, 60)
        assert (await net.run("bulk-cancel", str(json.loads(done.out)["id"]))).code == 0
        await eventually(lambda: query(net, "SELECT 1 FROM batch WHERE finished_at IS NOT NULL"), 60)
    ended = Counter(state for (state,) in query(net, "SELECT state FROM job WHERE batch_id IS NOT NULL"))
    assert set(ended) == {"verified", "cancelled"} and sum(ended.values()) == 50
    assert sum(counts.values()) == ended["verified"] and set(counts.values()) == {1}
