"""Shipping to a real VictoriaMetrics: nothing is missing, nothing is there twice, and charts show it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
import yaml
from network import network
from services import VictoriaMetrics, child, eventually, need, on_free_port, victoria_metrics, wait_until

from noc_console.cli.manual import FOLDER
from noc_console.collector import ship as shipping
from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Coordinator, Rhythm
from noc_console.collector.ship import Shipper
from noc_console.collector.status import SourceStatus
from noc_console.config import model
from noc_console.domain.errors import SourceAuthError, SourceError, SourceProtocolError, SourceUnavailable
from noc_console.domain.history import Sample
from noc_console.domain.network import Source
from noc_console.storage.history.buffer import SampleBuffer
from noc_console.storage.history.charts import Charts
from noc_console.storage.history.victoria import SHIPPED, Victoria

pytestmark = pytest.mark.service


class Hasty(Clock):
    """Tries again soon."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.1))


class NoSources:
    """Takes states and forgets them."""

    async def put(self, source: Source) -> None:
        pass


@pytest.fixture
def name() -> str:
    """An OLT name of the test's own: tests share the server."""
    return f"olt-{uuid4().hex[:8]}"


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[SampleBuffer]:
    made = SampleBuffer(tmp_path / "samples.db", max_mb=100, keep_days=31)
    await made.open()
    yield made
    await made.close()


def config(url: str, **more: Any) -> model.VictoriaMetrics:
    return model.VictoriaMetrics.model_validate({"url": url, **more})


def shipper(buffer: SampleBuffer, victoria: Victoria | None) -> Shipper:
    store: Any = NoSources()
    return Shipper(buffer, victoria, SourceStatus(store, "sample buffer"))


def serial(name: str, ont: int) -> str:
    """A serial number that no other test uses: tests share the server."""
    return f"HWTC{name[-5:].upper()}{ont:03X}"


def an_hour(name: str, onts: int = 40) -> list[list[Sample]]:
    """An hour of optics, one list a minute, ending now."""
    now = round(time.time())
    return [
        [
            Sample(
                "ont_onu_rx_dbm",
                (("olt_name", name), ("ont_serial", serial(name, ont)), ("pon_port", f"0/1/{ont % 8}")),
                now - 3600 + 60 * minute + ont / 1000,
                round(-20 - ont / 10 + minute / 1000, 3),
            )
            for ont in range(onts)
        ]
        for minute in range(60)
    ]


def as_export(samples: Sequence[Sample]) -> dict[str, list[tuple[int, float]]]:
    """The same as ``VictoriaMetrics.export`` gives it."""
    found: dict[str, list[tuple[int, float]]] = {}
    for sample in samples:
        labels = [*sample.labels, ("__name__", sample.metric)]
        key = ",".join(f"{label}={value}" for label, value in sorted(labels))
        found.setdefault(key, []).append((round(sample.at * 1000), sample.value))
    return {key: sorted(rows) for key, rows in found.items()}


def of(name: str) -> str:
    return f'{{olt_name="{name}"}}'


async def test_an_outage_of_an_hour_leaves_no_gap_and_no_double(
    buffer: SampleBuffer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "BATCH", 700)
    monkeypatch.setattr(shipping, "IDLE_S", 0.02)
    minutes = an_hour(name)
    with victoria_metrics() as server:
        async with Victoria(config(server.url)) as victoria:
            ship = shipper(buffer, victoria)
            running = asyncio.create_task(Coordinator(cast(Any, NoSources()), Hasty()).run(ship.parts()))

            async def all_shipped() -> bool:
                return await buffer.waiting() == 0

            for minute in minutes[:20]:
                await ship.keep(minute)
            await eventually(all_shipped)
            await asyncio.to_thread(server.stop)
            for minute in minutes[20:40]:
                await ship.keep(minute)
                await asyncio.sleep(0)
            assert await buffer.waiting() == 20 * 40
            await asyncio.to_thread(server.start)
            for minute in minutes[40:]:
                await ship.keep(minute)
            await eventually(all_shipped)
            running.cancel()
            await asyncio.wait([running])
        everything = [sample for minute in minutes for sample in minute]
        assert await asyncio.to_thread(server.export, of(name)) == as_export(everything)


class Later(Clock):
    """So many seconds from now."""

    ahead_s = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_s


async def test_what_a_killed_server_had_accepted_is_shipped_again(buffer: SampleBuffer, name: str) -> None:
    store: Any = NoSources()
    first, second = [sample for minute in an_hour(name, onts=5)[:2] for sample in minute], an_hour(name, onts=5)[-1]
    with victoria_metrics() as server:
        async with Victoria(config(server.url)) as victoria:
            clock = Later()
            ship = Shipper(buffer, victoria, SourceStatus(store, "sample buffer"), clock)
            (look,) = [part.work for part in ship.parts() if isinstance(part, Rhythm) and part.name == "look again"]
            await ship.keep(first)
            assert await ship.flush(20) == 0
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            lost = await asyncio.to_thread(server.export, of(name)) == {}  # all but on a very busy machine
            clock.ahead_s = 31
            await look()
            assert await buffer.waiting() == (len(first) if lost else 0)
            await ship.keep(second)
            assert await ship.flush(20) == 0
            assert await asyncio.to_thread(server.export, of(name)) == as_export([*first, *second])
            clock.ahead_s = 62
            await look()
            assert await buffer.waiting() == 0, "nothing is sent twice"


async def test_charts_show_what_was_shipped(
    buffer: SampleBuffer, victoria: VictoriaMetrics, name: str, tmp_path: Path
) -> None:
    minutes = an_hour(name, onts=3)
    async with Victoria(config(victoria.url)) as client:
        ship = shipper(buffer, client)
        for minute in minutes:
            await ship.keep(minute)
        assert await ship.flush(20) == 0
        assert await asyncio.to_thread(victoria.export, of(name))
        charts = Charts(client, tmp_path / "no-buffer.db", hold_s=90)
        end_at = minutes[-1][1].at
        first, absent = serial(name, 1), serial(name, 9)
        labels = {"ont_serial": first, "olt_name": name}
        chart = await charts.chart(["ont_onu_rx_dbm", "ont_olt_rx_dbm"], labels, 3600, 61, end_at)
        assert (chart.source, chart.note, chart.step_s) == ("victoriametrics", None, 60.0)
        rx, olt_rx = (series.values for series in chart.series)
        wanted = [minute[1].value for minute in minutes]
        # The first instant is a minute before the first sample; each other one is exactly a sample's.
        assert rx[0] is None and [round(value or 0, 3) for value in rx[2:]] == wanted[1:]
        assert set(olt_rx) == {None}
        lines = await charts.sparklines("ont_onu_rx_dbm", "ont_serial", [first, absent], 1800, 16)
        assert set(lines) == {first} and len(lines[first]) == 16
        assert None not in lines[first][:14]


async def test_text_of_any_kind_survives_the_way(buffer: SampleBuffer, victoria: VictoriaMetrics) -> None:
    label = f'Zürich "日本" \\ {{}} \' 🛰 {uuid4().hex[:6]}'
    now = time.time() - 60
    async with Victoria(config(victoria.url)) as client:
        ship = shipper(buffer, client)
        await ship.keep([Sample("olt_up", (("olt_name", label),), now, 1.0)])
        assert await ship.flush(20) == 0
        await client.arrived(buffer.id, 0)  # makes it searchable
        charts = Charts(client, buffer.path.with_name("none.db"), 60)
        chart = await charts.chart(["olt_up"], {"olt_name": label}, 120, 3, now + 30)
        assert chart.series[0].values[-1] == 1.0


# A connection that breaks


class Proxy:
    """Between the shipper and the server: forwards requests; ``mischief`` says what becomes of the next answers."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self.mischief: list[str] = []
        self.refuses = b""
        """What a body must not hold."""
        self.posts = 0
        self._target = port

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = _content_length(head)
                body = await reader.readexactly(length) if length else b""
                post = head.startswith(b"POST")
                self.posts += post
                mischief = self.mischief.pop(0) if post and self.mischief else ""
                if mischief == "drop request":
                    return
                if mischief == "cut request":
                    await self._forward(head + body[: length // 2], whole=False)
                    return
                if mischief[:1].isdigit():  # something that answers for the server
                    page = b"<html>Please log in</html>"
                    status = f"HTTP/1.1 {mischief}\r\nContent-Length: {len(page)}\r\n\r\n".encode()
                    writer.write(status + page)
                    await writer.drain()
                    continue
                if self.refuses and self.refuses in body:
                    answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\nbad sample"
                else:
                    answer = await self._forward(head + body)
                if mischief == "drop answer":
                    return
                if mischief == "bad gateway":
                    answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 8\r\n\r\nbad gate"
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _forward(self, request: bytes, whole: bool = True) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        if not whole:
            writer.write_eof()
        answer = await reader.read()
        writer.close()
        return answer


def _content_length(head: bytes) -> int:
    lines = (line.split(b":", 1) for line in head.lower().split(b"\r\n") if b":" in line)
    return int(next((value for key, value in lines if key == b"content-length"), b"0"))


@pytest.mark.parametrize("mischief", ["drop answer", "bad gateway", "drop request", "cut request"])
async def test_a_connection_that_breaks_makes_no_double_and_no_gap(
    buffer: SampleBuffer, victoria: VictoriaMetrics, name: str, mischief: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "ARRIVAL_PAUSE_S", 0.1)
    monkeypatch.setattr(shipping, "BATCH", 100)
    samples = [sample for minute in an_hour(name, onts=10) for sample in minute]
    async with Proxy(victoria.port).serve() as proxy, Victoria(config(proxy.url)) as client:
        proxy.mischief = ["", mischief, "", mischief, mischief]
        ship = shipper(buffer, client)
        await ship.keep(samples)
        for _ in range(10):
            if not await ship.flush(20):
                break
        assert await buffer.waiting() == 0 and proxy.posts >= 6
    assert await asyncio.to_thread(victoria.export, of(name)) == as_export(samples)
    markers = await asyncio.to_thread(victoria.export, f'{SHIPPED}{{buffer="{buffer.id}"}}')
    assert sum(len(rows) for rows in markers.values()) == 6


@pytest.mark.parametrize("answer", ["200 OK", "201 Created", "202 Accepted", "206 Partial Content", "302 Found"])
async def test_only_the_servers_own_answer_counts_as_stored(
    buffer: SampleBuffer, victoria: VictoriaMetrics, name: str, answer: str
) -> None:
    samples = an_hour(name, onts=2)[0]
    async with Proxy(victoria.port).serve() as proxy, Victoria(config(proxy.url)) as client:
        proxy.mischief = [answer, answer]
        ship = shipper(buffer, client)
        await ship.keep(samples)
        for _ in range(2):
            assert await ship.flush(20) == len(samples)
        assert await ship.flush(20) == 0
    assert await asyncio.to_thread(victoria.export, of(name)) == as_export(samples)


async def test_killed_before_the_cursor_moved(
    buffer: SampleBuffer, victoria: VictoriaMetrics, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "ARRIVAL_PAUSE_S", 0.1)
    samples = an_hour(name, onts=2)
    async with Victoria(config(victoria.url)) as client:
        ship = shipper(buffer, client)
        await ship.keep(samples[0])
        await ship.flush(20)
        await ship.keep(samples[1])

        async def killed(_: int) -> None:
            raise asyncio.CancelledError

        with monkeypatch.context() as patch:
            patch.setattr(buffer, "shipped", killed)
            with pytest.raises(asyncio.CancelledError):
                await ship.flush(20)
        again = SampleBuffer(buffer.path, max_mb=100, keep_days=31)
        await again.open()
        successor = shipper(again, client)
        await successor.keep(samples[2])
        assert await successor.flush(20) == 0
        await again.close()
    shipped = [sample for minute in samples[:3] for sample in minute]
    assert await asyncio.to_thread(victoria.export, of(name)) == as_export(shipped)


# Servers that are protected, elsewhere, or strict


@pytest.fixture(scope="module")
def protected() -> Iterator[VictoriaMetrics]:
    arguments = ("-http.pathPrefix=/some/where", "-httpAuth.username=noc", "-httpAuth.password=s3cret")
    with victoria_metrics(*arguments) as server:
        yield server


async def test_a_path_prefix_and_a_login(buffer: SampleBuffer, protected: VictoriaMetrics, name: str) -> None:
    right = config(f"{protected.url}/some/where/", username="noc", password="s3cret")
    async with Victoria(right) as client:
        assert "answers" in await client.probe()
        ship = shipper(buffer, client)
        await ship.keep([Sample("olt_up", (("olt_name", name),), time.time() - 60, 1.0)])
        assert await ship.flush(20) == 0
        assert await client.arrived(buffer.id, round(time.time() * 1000) - 60_000) == 1
        now = time.time()
        ((_, values),) = await client.query_range(f"last_over_time(olt_up{of(name)}[120s])", now - 60, now, 30)
        assert 1.0 in values.values()


@pytest.fixture
def vmagent(victoria: VictoriaMetrics, tmp_path: Path) -> Iterator[str]:
    """URL of a vmagent with a login, which writes on to the run's server."""
    program = need(shutil.which("vmagent"), "victoria-metrics")

    @contextmanager
    def serve(port: int) -> Iterator[str]:
        url = f"http://127.0.0.1:{port}"
        own = [f"-httpListenAddr=127.0.0.1:{port}", "-httpAuth.username=noc", "-httpAuth.password=s3cret"]
        on = [f"-remoteWrite.url={victoria.url}/api/v1/write", f"-remoteWrite.tmpDataPath={tmp_path / 'queue'}"]
        with child([program, *own, *on, "-loggerLevel=ERROR"], tmp_path / "vmagent.log") as process:

            def answers() -> bool:
                with suppress(httpx.HTTPError):
                    return httpx.get(f"{url}/health", trust_env=False).status_code < 500
                return False

            wait_until(answers, "vmagent", process)
            yield url

    with on_free_port(serve) as url:
        yield url


async def test_a_vmagent_takes_samples_and_another_url_answers(
    buffer: SampleBuffer, victoria: VictoriaMetrics, vmagent: str, name: str
) -> None:
    sample = Sample("olt_up", (("olt_name", name),), time.time() - 60, 1.0)
    wrong = config(vmagent, query_url=victoria.url, username="noc", password="wrong")
    async with Victoria(wrong) as client:
        ship = shipper(buffer, client)
        await ship.keep([sample])
        assert await ship.flush(20) == 1, "it stays in the buffer"
    right = config(vmagent, query_url=victoria.url, username="noc", password="s3cret")
    async with Victoria(right) as client:
        assert await shipper(buffer, client).flush(20) == 0

        async def there() -> bool:
            return await client.arrived(buffer.id, round(time.time() * 1000) - 60_000) == 1

        await eventually(there)
    assert await asyncio.to_thread(victoria.export, of(name)) == as_export([sample])


@pytest.mark.parametrize(
    ("path", "login", "expected"),
    [
        ("/some/where", {"username": "noc", "password": "wrong"}, SourceAuthError),
        ("/some/where", {}, SourceAuthError),
        ("/nowhere", {"username": "noc", "password": "s3cret"}, SourceProtocolError),
        ("", {"username": "noc", "password": "s3cret"}, SourceProtocolError),
    ],
)
async def test_a_wrong_login_or_path_is_told_and_ships_nothing(
    buffer: SampleBuffer, protected: VictoriaMetrics, path: str, login: dict[str, str], expected: type[SourceError]
) -> None:
    async with Victoria(config(protected.url + path, **login)) as client:
        with pytest.raises(SourceError) as caught:
            await client.probe()
        assert isinstance(caught.value, expected), caught.value
        assert "s3cret" not in str(caught.value) and "wrong" not in str(caught.value)
        ship = shipper(buffer, client)
        await ship.keep([Sample("olt_up", (), time.time(), float(n)) for n in range(3)])
        for _ in range(5):
            assert await ship.flush(5) == 3
        assert ship.dropped == 0


async def test_a_server_that_is_not_there(buffer: SampleBuffer) -> None:
    async with Victoria(config("http://127.0.0.1:1")) as client:
        with pytest.raises(SourceUnavailable, match="cannot connect"):
            await client.probe()


async def test_a_refused_sample_holds_up_no_other(buffer: SampleBuffer, victoria: VictoriaMetrics, name: str) -> None:
    now = time.time() - 60
    async with Proxy(victoria.port).serve() as proxy, Victoria(config(proxy.url)) as client:
        proxy.refuses = b"poison"
        ship = shipper(buffer, client)
        good = [Sample("olt_up", (("n", str(n)), ("olt_name", name)), now + n, 1.0) for n in range(9)]
        bad = Sample("olt_up", (("olt_name", name), ("text", "poison")), now, 1.0)
        await ship.keep([*good[:4], bad, *good[4:]])
        for _ in range(20):
            if not await ship.flush(10):
                break
        assert (await buffer.waiting(), ship.dropped) == (0, 1)
    assert await asyncio.to_thread(victoria.export, of(name)) == as_export(good)


# The whole way


async def test_a_round_of_the_collector_arrives_under_the_names_that_dashboards_use(
    tmp_path: Path, victoria: VictoriaMetrics
) -> None:
    async with network(tmp_path, olts=1, onts=20, victoriametrics={"url": victoria.url}) as net:
        (olt,) = net.world.plant.olts
        done = await net.run("collect", "--once", "--json")
        assert done.code == 0, done.err
        found = await asyncio.to_thread(victoria.export, of(olt.name))
        metrics = {key.split(",", 1)[0].removeprefix("__name__=") for key in found}
        assert metrics >= {
            "ont_onu_rx_dbm", "ont_olt_rx_dbm", "ont_onu_tx_dbm", "onu_status_total", "onu_signal_low",
            "pon_onts_online", "olt_cpu_percent", "olt_memory_percent", "olt_temperature_celsius",
            "olt_uptime_seconds", "olt_up",
        }  # fmt: skip
        online = [ont for ont in net.onts if ont.online]
        for ont in online:
            key = f"__name__=ont_onu_rx_dbm,olt_name={olt.name},ont_serial={ont.serial},pon_port={ont.port.id}"
            ((_, value),) = found[key]
            assert value == net.light(ont)[0]
        ((_, count),) = found[f"__name__=onu_status_total,olt_name={olt.name},status=online"]
        assert count == len(online)


def test_each_shipped_alert_and_panel_is_a_query_that_it_understands(victoria: VictoriaMetrics) -> None:
    board = json.loads((FOLDER / "grafana.json").read_text())
    rules = yaml.safe_load((FOLDER / "vmalert.yaml").read_text())
    queries = [panel["targets"][0]["expr"].replace("$olt", ".*") for panel in board["panels"]]
    queries += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    for query in queries:
        answer = httpx.get(f"{victoria.url}/api/v1/query", params={"query": query}, trust_env=False)
        assert answer.json()["status"] == "success", query


@pytest.mark.skipif(not shutil.which("vmalert"), reason="vmalert is not installed")
def test_vmalert_takes_the_rules() -> None:
    done = subprocess.run(["vmalert", "-dryRun", f"-rule={FOLDER / 'vmalert.yaml'}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
