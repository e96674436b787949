"""Thirty operators come in by SSH at the same time, each with a key of their own, and hang up at the same time."""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import asyncssh

from tests.bench.console import still_network
from tests.drills.figures import children, forks, memory_mb
from tests.drills.visitor import Visitor, let_in, serving

ONTS = 20_000
VISITORS = 30
PAGES = 5
PAUSE_S = 1.0
KEY_EVERY_S = 2.0
"""How often each of them presses a key, at a moment of their own."""
READY_S = 60.0
ROWS_WITHIN_S = 20.0
ANSWER_P95_MS = 3_000.0
"""Above this a console feels broken."""
EACH_MB = 100.0
GONE_WITHIN_S = 5.0
WHOLE = re.compile(rf"of {ONTS}\b")


def thirty_at_once(folder: Path) -> str:
    """All see every row, each key is answered, one more is told why not, and nothing is left when all hang up."""
    keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(VISITORS + 1)]
    with still_network(ONTS) as network:
        config = network / "config.yaml"
        port = let_in(config, {f"noc{number:02}": key for number, key in enumerate(keys)}, max_sessions=VISITORS)
        with serving(config, folder, "share", "door") as servers:
            return asyncio.run(_visit(port, keys, servers))


async def _visit(port: int, keys: list[asyncssh.SSHKey], servers: dict[str, int]) -> str:
    await _wait_until_read(port, keys[0], servers)
    began = time.perf_counter()
    connections, visitors = zip(*await asyncio.gather(*(Visitor.enter(port, key) for key in keys[:-1])), strict=True)
    for visitor in visitors:
        visitor.press(b"4")
    rows_s = sorted(at - began for at in await _all(visitors, lambda one: one.shows(_rows, "all rows")))
    assert rows_s[-1] < ROWS_WITHIN_S, f"the last saw all rows after {rows_s[-1]:.0f} s"
    refusal = await _one_more(port, keys[-1])
    alone = children(servers["door"])
    assert not alone, f"{len(alone)} sessions did not come from the share"
    pages_ms, filter_ms, help_ms = await _work(visitors)
    sessions = forks(servers["share"])
    assert len(sessions) == VISITORS, f"{len(sessions)} sessions"
    each_mb = [memory_mb(pid) for pid in sessions]
    whole_mb = sum(each_mb) + sum(memory_mb(pid) for pid in servers.values())
    assert max(each_mb) < EACH_MB, f"a session has {max(each_mb):.0f} MB"
    gone_s = await _hang_up(connections, servers)
    return (
        f"{VISITORS} sessions; all rows after {rows_s[0]:.1f} to {rows_s[-1]:.1f} s; page {_told(pages_ms)},"
        f" filter {_told(filter_ms)}, help {_told(help_ms)} (median/95%); a session {statistics.median(each_mb):.0f} MB"
        f" (median), {max(each_mb):.0f} MB at most, all with share and door {whole_mb:.0f} MB; one more: {refusal};"
        f" gone {gone_s:.1f} s after hang-up"
    )


async def _wait_until_read(port: int, key: asyncssh.SSHKey, servers: dict[str, int]) -> None:
    """A session shows every row as soon as the share has read them."""
    connection, visitor = await Visitor.enter(port, key)
    visitor.press(b"4")
    await visitor.shows(_rows, "all rows")
    await _hang_up([connection], servers)


async def _one_more(port: int, key: asyncssh.SSHKey) -> str:
    """What the visitor above the limit is told."""
    connection, visitor = await Visitor.enter(port, key)
    async with asyncio.timeout(READY_S):
        await visitor.left.wait()
    connection.close()
    assert f"{VISITORS} sessions are open" in visitor.told, f"it was told {visitor.told!r}"
    return visitor.told.strip().removeprefix("noc-console door: ")


async def _work(visitors: Iterable[Visitor]) -> tuple[list[float], list[float], list[float]]:
    """Everybody turns pages, filters and asks for help; milliseconds to each answer."""
    chance = random.Random(1)

    async def paged(one: Visitor) -> float:
        await asyncio.sleep(chance.uniform(0, KEY_EVERY_S))
        return await _page(one)

    async def filtered(one: Visitor) -> float:
        await asyncio.sleep(chance.uniform(0, KEY_EVERY_S))
        return await _answered(one, b"/mill", _filtered, "the filtered rows")

    async def helped(one: Visitor) -> float:
        one.press(b"\r")
        await asyncio.sleep(PAUSE_S + chance.uniform(0, KEY_EVERY_S))
        return await _answered(one, b"?", lambda lines: any("Everywhere" in line for line in lines), "the help")

    pages = [time_ms for _ in range(PAGES) for time_ms in await _all(visitors, paged)]
    return pages, await _all(visitors, filtered), await _all(visitors, helped)


async def _page(visitor: Visitor) -> float:
    top = _serials(visitor.screen())[0]
    return await _answered(visitor, b"\x1b[6~", lambda lines: _serials(lines)[0] > top, "the next page")


async def _answered(one: Visitor, key: bytes, wanted: Callable[[list[str]], bool], what: str) -> float:
    pressed = one.press(key)
    return (await one.shows(wanted, what) - pressed) * 1000


async def _hang_up(connections: Iterable[asyncssh.SSHClientConnection], servers: dict[str, int]) -> float:
    """Cut all connections; seconds until no session and no terminal is left."""
    for connection in connections:
        connection.abort()
    began = time.perf_counter()
    while left := forks(servers["share"]) | children(servers["door"]) | _terminals(servers["door"]):
        took_s = time.perf_counter() - began
        assert took_s < GONE_WITHIN_S, f"after {took_s:.0f} s these sessions and terminals are left: {left}"
        await asyncio.sleep(0.05)
    return time.perf_counter() - began


def _terminals(pid: int) -> set[str]:
    """Masters that a process has open."""
    found = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if os.readlink(file).endswith("ptmx"):
                found.add(file.name)
        except FileNotFoundError:
            pass
    return found


async def _all(visitors: Iterable[Visitor], work: Callable[[Visitor], Awaitable[float]]) -> list[float]:
    return list(await asyncio.gather(*(work(one) for one in visitors)))


def _rows(lines: list[str]) -> bool:
    return any(map(WHOLE.search, lines))


def _filtered(lines: list[str]) -> bool:
    return all("Mill" in line for line in lines if "Customer" in line)


def _serials(lines: list[str]) -> list[str]:
    return re.findall(r"HWTC[0-9A-F]{8}", "\n".join(lines))


def _told(times_ms: list[float]) -> str:
    times_ms.sort()
    p95_ms = times_ms[int(len(times_ms) * 0.95)]
    assert p95_ms < ANSWER_P95_MS, f"an answer took {p95_ms:.0f} ms (95th percentile)"
    return f"{statistics.median(times_ms):.0f}/{p95_ms:.0f} ms"
