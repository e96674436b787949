"""Echoes over the loopback interface, from the socket to the OLT's row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from trap_world import World, eventually, running, world

from noc_console.collector.ping import PingWorker, Target
from noc_console.config.model import Ping
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import Sample
from noc_console.sources.ping import Echo, Pinger

NO_ROUTE = "240.0.0.1"
"""Reserved: nothing is sent there."""
HAS_IPV6 = Path("/proc/net/if_inet6").is_file()


@pytest.fixture
async def pinger() -> AsyncIterator[Pinger]:
    made = Pinger()
    try:
        made.open()
    except SourceUnavailable as error:
        pytest.skip(str(error))
    yield made
    made.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
async def test_loopback_answers(pinger: Pinger, address: str) -> None:
    if address == "::1" and not HAS_IPV6:
        pytest.skip("no IPv6 here")
    echo = await pinger.ping(address, 3, 2)
    assert (echo.sent, echo.received, echo.loss) == (3, 3, 0.0)
    assert echo.rtt_s is not None and 0 < echo.rtt_s < 2


async def test_no_route_is_loss(pinger: Pinger) -> None:
    assert await pinger.ping(NO_ROUTE, 2, 0.1) == Echo(2, 0, None)


async def test_many_at_once_share_the_socket(pinger: Pinger) -> None:
    echoes = await asyncio.gather(*(pinger.ping(f"127.0.0.{host}", 2, 2) for host in range(1, 101)))
    assert all(echo.received == 2 for echo in echoes)
    assert not any(line._waiting for line in pinger._lines.values())


async def test_an_olts_row_shows_ping_apart_from_snmp(tmp_path: Path, pinger: Pinger) -> None:
    async with world(tmp_path) as w:
        samples: list[Sample] = []

        async def keep(more: Sequence[Sample]) -> None:
            samples.extend(more)

        w.worker._keep = keep
        ping = PingWorker(Ping(), 1)
        ping._pinger.open()
        await ping.ping(Ping(), Target("north", "127.0.0.1", w.worker.note_ping))
        (olt,) = (await w.stored()).olts
        assert (olt.ping_loss, olt.reachable) == (0.0, True)
        assert olt.ping_rtt_ms and olt.ping_at
        await ping.ping(Ping(count=2), Target("north", NO_ROUTE, w.worker.note_ping))
        ping._pinger.close()
        (olt,) = (await w.stored()).olts
        assert (olt.ping_loss, olt.ping_rtt_ms, olt.reachable) == (1.0, None, True)
        assert [(s.metric, s.labels, s.value) for s in samples if "rtt" not in s.metric] == [
            ("olt_ping_loss_ratio", (("olt_name", "north"),), 0.0),
            ("olt_ping_loss_ratio", (("olt_name", "north"),), 1.0),
        ]
        assert [s.metric for s in samples].count("olt_ping_rtt_seconds") == 1


async def _source(w: World, name: str) -> bool:
    return name in {source.name for source in (await w.stored()).sources}


async def test_where_it_is_not_available_that_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Pinger) -> None:
        raise SourceUnavailable("no ICMP socket allowed, and no ping command", "ping", "install ping")

    monkeypatch.setattr(Pinger, "open", refuse)
    async with world(tmp_path) as w:
        target = Target("north", "127.0.0.1", w.worker.note_ping)
        worker = PingWorker(Ping(), 1)
        parts = [*worker.parts(), *worker.target_parts([target])]
        async with running(w.database, parts):
            await eventually(lambda: _source(w, "ping"))
        (source,) = [source for source in (await w.stored()).sources if source.name == "ping"]
        assert source.state == "off"
        assert source.detail == "not available: no ICMP socket allowed, and no ping command; install ping"
        assert (await w.stored()).olts[0].ping_loss is None


async def test_all_targets_again_and_again(tmp_path: Path, pinger: Pinger) -> None:
    async with world(tmp_path) as w:
        seen: list[str] = []

        def target(name: str) -> Target:
            async def keep(_echo: Echo, _at: float) -> None:
                seen.append(name)

            return Target(name, "127.0.0.1", keep)

        config = Ping(every_s=0.05, count=1, timeout_s=1)
        worker = PingWorker(config, 2)
        parts = [*worker.parts(), *worker.target_parts([target("a"), target("b")])]
        async with running(w.database, parts):
            await eventually(lambda: seen.count("a") > 2 and seen.count("b") > 2)
        worker.close()
        sources = {source.name: source for source in (await w.stored()).sources}
        assert sources["ping"].detail == f"2 targets by {pinger.how}"
