"""Readings that look well and are not: agents that restart, shrink, renumber, repeat or are busy, on real sockets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from profile_olt import IF, IFX, mib
from trap_world import HUAWEI, PORT_INDEX, P, huawei, world

from noc_console.demo import ber
from noc_console.demo.mib import MibTree
from noc_console.domain.network import Outcome, PollKind

pytestmark = pytest.mark.time_skips

MUSA = "1.3.6.1.4.1.2011.2.6.7.1.1.2.1"


class Switching:
    """Gives the agent another tree after some requests, as a restart or a reconfiguration in the middle does."""

    def __init__(self, agent: object, tree: MibTree, after: int) -> None:
        self._agent = agent
        self._tree = tree
        self._left = after
        self._answer: Callable[[object], object] = agent._answer  # type: ignore[attr-defined]
        agent._answer = self  # type: ignore[attr-defined]

    def __call__(self, request: object) -> object:
        self._left -= 1
        if self._left < 0:
            self._agent.tree = self._tree  # type: ignore[attr-defined]
        return self._answer(request)


def restarted(tree: MibTree, uptime_s: int) -> MibTree:
    """As it is so long after a restart."""
    found, row = tree.find((1, 3, 6, 1, 2, 1, 1, 3, 0))
    assert found and row is not None
    found.values[row] = ber.integer(uptime_s * 100, ber.TIMETICKS)
    return tree


@pytest.mark.parametrize("after", [1, 2, 3, 4])
async def test_an_agent_that_restarts_midway_removes_nothing(tmp_path: Path, after: int) -> None:
    """Whenever it happens, its tables are empty when it is back."""
    async with world(tmp_path, huawei(onts=3, ports=3)) as w:
        for _ in range(3):
            Switching(w.agent, restarted(huawei(onts=0, ports=0), 4), after)
            reading = await w.worker.poll(PollKind.STATE)
            assert reading.outcome is not Outcome.COMPLETE
            assert reading.error
            w.agent.tree = huawei(onts=3, ports=3)
            w.agent._answer = type(w.agent)._answer.__get__(w.agent)  # type: ignore[method-assign]
            w.worker._poller.close()
        stored = await w.stored()
        assert len(stored.onts) == 9 and all(ont.vanished_at is None for ont in stored.onts)
        assert len(stored.ports) == 3


async def test_a_restart_in_the_last_moment_is_told_as_such(tmp_path: Path) -> None:
    async with world(tmp_path, huawei(onts=2)) as w:
        before = w.agent.requests
        await w.worker.poll(PollKind.STATE)
        usual = w.agent.requests - before
        Switching(w.agent, restarted(huawei(onts=2), 4), usual - 1)
        reading = await w.worker.poll(PollKind.STATE)
        assert (reading.outcome, reading.error) == (Outcome.PARTIAL, "the OLT restarted while it was read")
        marks = {mark.port: mark for mark in (await w.stored()).marks if mark.kind is PollKind.STATE}
        assert marks["0/1/0"].outcome is Outcome.PARTIAL


async def test_a_table_that_shrinks_is_kept_and_then_believed(tmp_path: Path) -> None:
    async with world(tmp_path, huawei(onts=60, ports=2)) as w:
        w.agent.tree = huawei(onts=1, ports=2)
        for _ in range(3):
            reading = await w.worker.poll(PollKind.STATE)
            w.later_s += 101
            assert reading.outcome is Outcome.PARTIAL
            assert "lists 2 of 120 known ONTs: believed only if it still does in" in str(reading.error)
        stored = await w.stored()
        assert len(stored.onts) == 120
        assert stored.olts[0].error == reading.error
        assert await w.changes("table_shrank") == [
            "north lists 2 of 120 known ONTs: believed only if it still does in 5m00s"
        ]
        for _ in range(2):
            reading = await w.worker.poll(PollKind.STATE)
            assert (reading.outcome, reading.error) == (Outcome.COMPLETE, None)
        stored = await w.stored()
        assert len(stored.onts) == 2
        assert stored.olts[0].error is None


async def test_ports_that_are_all_gone_are_kept_and_then_believed(tmp_path: Path) -> None:
    async with world(tmp_path, huawei(onts=30, ports=2)) as w:
        w.agent.tree = huawei(onts=30, ports=1)
        for _ in range(3):
            assert (await w.worker.poll(PollKind.STATE)).outcome is Outcome.PARTIAL
            w.later_s += 101
            stored = await w.stored()
            assert (len(stored.onts), len(stored.ports)) == (60, 2)
        await w.worker.poll(PollKind.STATE)
        await w.worker.poll(PollKind.STATE)
        stored = await w.stored()
        assert (len(stored.onts), len(stored.ports)) == (30, 1)


async def test_a_short_dip_changes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, huawei(onts=60)) as w:
        w.agent.tree = huawei(onts=1)
        await w.worker.poll(PollKind.STATE)
        w.agent.tree = huawei(onts=60)
        reading = await w.worker.poll(PollKind.STATE)
        assert (reading.outcome, reading.error) == (Outcome.COMPLETE, None)
        stored = await w.stored()
        assert len(stored.onts) == 60
        assert [change.kind for change in stored.changes] == ["table_shrank", "table_whole"]


async def test_one_serial_on_two_ports_is_told_once(tmp_path: Path) -> None:
    tree = huawei(onts=2, ports=2)
    async with world(tmp_path, tree) as w:
        column, row = tree.find(tuple(map(int, f"{P}.2.43.1.3.{PORT_INDEX + 256}.1".split("."))))
        assert column and row is not None
        column.values[row] = column.values[0]
        await w.worker.poll(PollKind.STATE)
        await w.worker.poll(PollKind.STATE)
        assert await w.changes("ont_duplicated") == [
            "HWTC00000001 is registered at 2 places of north: 0/1/0 id 0 and 0/1/1 id 1"
        ]


def busy(cpu_percent: int) -> MibTree:
    places = {f"{PORT_INDEX}.{ont}": 1 for ont in range(2)}
    columns = {
        f"{P}.2.21.1.10": {f"{PORT_INDEX}": 1},
        f"{P}.2.43.1.3": {at: b"HWTC\x00\x00\x00" + bytes([n]) for n, at in enumerate(places, 1)},
        f"{P}.2.46.1.15": places,
        f"{P}.2.51.1.4": dict.fromkeys(places, -2000),
        f"{MUSA}.5": {"0.9": cpu_percent},
    }
    return mib(HUAWEI, "Huawei Integrated Access Software", columns)


async def test_a_busy_olt_is_not_asked_for_its_optics(tmp_path: Path) -> None:
    async with world(tmp_path, busy(84)) as w:
        await w.worker.poll(PollKind.HEALTH)
        await w.worker.poll(PollKind.OPTICS)
        read_at = w.worker.facts.observed_at("0/1/0", PollKind.OPTICS)
        w.agent.tree = busy(97)
        await w.worker.poll(PollKind.HEALTH)
        before = w.agent.requests
        reading = await w.worker.poll(PollKind.OPTICS)
        assert w.agent.requests == before
        assert reading.error == "left for later: the OLT's CPU is at 97 % (limit 85 %)"
        stored = await w.stored()
        marks = {mark.port: mark for mark in stored.marks if mark.kind is PollKind.OPTICS}
        assert (marks["0/1/0"].error, marks["0/1/0"].observed_at) == (reading.error, read_at)
        assert (stored.olts[0].error, stored.olts[0].reachable) == (None, True)
        assert {ont.onu_rx_dbm for ont in stored.onts} == {-20.0}
        w.agent.tree = busy(40)
        await w.worker.poll(PollKind.HEALTH)
        assert (await w.worker.poll(PollKind.OPTICS)).outcome is Outcome.COMPLETE


def c320(first: int, second: int) -> MibTree:
    """Two PON ports whose interfaces have these numbers; one ONU on each."""
    ports = {str(first): b"gpon_1/1/1", str(second): b"gpon_1/1/2"}
    onus = {"268501248.1": b"ZTEG\x00\x00\x00\x01", "268501504.1": b"ZTEG\x00\x00\x00\x02"}
    columns = {
        f"{IFX}.1": ports,
        f"{IF}.8": {str(first): 1, str(second): 2},
        "1.3.6.1.4.1.3902.1012.3.28.1.1.5": onus,
        "1.3.6.1.4.1.3902.1012.3.28.2.1.4": dict.fromkeys(onus, 3),
    }
    counters = {f"{IFX}.6": {str(first): 1111, str(second): 2222}}
    return mib("1.3.6.1.4.1.3902.1082.1001.320.2.1", "ZXA10 C320", columns, counters)


async def test_interfaces_that_are_numbered_anew_stay_the_same_ports(tmp_path: Path) -> None:
    async with world(tmp_path, c320(268435456, 268435712)) as w:
        before = {port.name: port.oper for port in (await w.stored()).ports}
        assert before == {"1/1/1": "up", "1/1/2": "down"}
        w.agent.tree = c320(285212672, 268435456)
        reading = await w.worker.poll(PollKind.STATE)
        assert (reading.outcome, reading.error) == (Outcome.COMPLETE, None)
        stored = await w.stored()
        assert {port.name: port.oper for port in stored.ports} == before
        assert sorted((ont.port, ont.serial) for ont in stored.onts) == [
            ("1/1/1", "ZTEG00000001"),
            ("1/1/2", "ZTEG00000002"),
        ]
        health = await w.worker.poll(PollKind.HEALTH)
        assert {str(port): facts["rx_bytes"] for port, facts in health.pon_traffic.items()} == {
            "1/1/1": 1111,
            "1/1/2": 2222,
        }
        assert stored.changes == []
