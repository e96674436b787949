"""The simulated agent as other people's programs see it: net-snmp's tools, pysnmp, and plain sockets."""

from __future__ import annotations

import asyncio
import codecs
import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    bulk_cmd,
    get_cmd,
)
from services import PATIENCE_S

from noc_console.demo import ber, recording, responder
from noc_console.demo.agent import Behaviour, Fault, SnmpAgent
from noc_console.demo.ber import Oid
from noc_console.demo.huawei import ONT_OPTICS, XPON, HuaweiOlt, if_index
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import SimOlt
from noc_console.demo.responder import GETBULK, Request

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "recordings"
TABLE: Oid = (1, 3, 6, 1, 4, 1, 9999, 1)
NOW = 1_700_000_000.0
TIMEOUT_S = PATIENCE_S
QUIET_S = 0.3

needs_net_snmp = pytest.mark.skipif(shutil.which("snmpbulkwalk") is None, reason="net-snmp's tools are not installed")


@pytest.fixture
async def agent() -> AsyncIterator[SnmpAgent]:
    """An agent with two columns of ten integers."""
    rows = Rows((n,) for n in range(10))
    columns = [Column((*TABLE, c), rows, [ber.integer(c * 100 + n) for n in range(10)]) for c in (1, 2)]
    served = SnmpAgent(MibTree(columns), seed=1)
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def olt() -> SimOlt:
    return build(PlantOptions(1, 90), NOW).olts[0]


async def run(*command: str) -> str:
    """Output of a program, both streams."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={"LC_ALL": "C", "MIBS": ""}
    )
    out, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    return out.decode("latin-1")


async def walk(agent: SnmpAgent, root: str, *options: str) -> list[tuple[Oid, str, str]]:
    """What net-snmp reads: object id, type, value."""
    out = await run(
        *(str(shutil.which("snmpbulkwalk")), "-v2c", "-cpublic", "-On", "-Ox", "-Ot", "-Oe", "-t3", "-r1", *options),
        *(f"127.0.0.1:{agent.port}", root),
    )
    joined = re.sub(r"\n(?!\.1\.)", " ", out.strip())
    rows = []
    for line in joined.split("\n"):
        name, _, rest = line.partition(" = ")
        kind, _, text = rest.partition(": ")
        if not rest.startswith("No more variables"):
            rows.append((tuple(map(int, name.strip(".").split("."))), kind, " ".join(text.split())))
    return rows


def as_net_snmp_shows(line: str) -> tuple[Oid, str, str]:
    """A line of a recording, converted without the code under test."""
    name, code, value = line.split("|", 2)
    oid = tuple(map(int, name.split(".")))
    if code in ("4", "4x", "4e"):
        raw = bytes.fromhex(value) if code == "4x" else value.encode("latin-1")
        raw = codecs.escape_decode(raw)[0] if code == "4e" else raw
        return (oid, "Hex-STRING", " ".join(f"{octet:02X}" for octet in raw)) if raw else (oid, '""', "")
    if code == "6":
        return oid, "OID", "." + value.strip(".")
    if code == "67":
        return oid, value, ""
    kinds = {"2": "INTEGER", "65": "Counter32", "66": "Gauge32", "70": "Counter64", "64": "IpAddress"}
    return oid, kinds[code], value


def read_rows(path: Path) -> dict[Oid, tuple[Oid, str, str]]:
    lines = path.read_bytes().decode("latin-1").split("\n")
    rows = [as_net_snmp_shows(line) for line in lines if line and not line.startswith("#")]
    return {row[0]: row for row in rows}


def recordings() -> Iterator[object]:
    found = sorted(RECORDINGS.glob("*.snmprec")) if RECORDINGS.is_dir() else []
    if not found:
        yield pytest.param(None, marks=pytest.mark.skip(reason=f"no recordings at {RECORDINGS}"))
    yield from (pytest.param(path, id=path.stem) for path in found)


@needs_net_snmp
@pytest.mark.parametrize("path", recordings())
async def test_a_recording_is_served_as_it_stands_in_the_file(path: Path) -> None:
    rows = read_rows(path)
    agent = SnmpAgent(recording.load(path))
    agent.start()
    try:
        found = [*await walk(agent, ".1.0"), *await walk(agent, ".1.3")]
    finally:
        agent.stop()
    missing = ("No Such Object available on this agent at this OID", "")
    assert [(oid, kind, text) for oid, kind, text in found if (kind, text) != missing] == [
        rows[oid] for oid in sorted(rows)
    ]


@pytest.mark.parametrize("line", ["nonsense", "1.3.6|2|x", "1.3.6|99|1", "1.3.6.a|2|1", "1.3.6|4x|abc"])
def test_a_broken_recording_names_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "broken.snmprec"
    file.write_text(f"1.3.1|2|1\n{line}\n")
    with pytest.raises(ValueError, match=r"broken\.snmprec:2:"):
        recording.load(file)


@needs_net_snmp
@pytest.mark.parametrize("repetitions", [1, 3, 10, 50])
@pytest.mark.parametrize("most_bytes", [484, 1400, 8000, 60_000])
async def test_a_walk_is_whole_however_answers_are_cut(olt: SimOlt, repetitions: int, most_bytes: int) -> None:
    table = HuaweiOlt(olt, lambda: NOW)
    agent = SnmpAgent(table.tree, behaviour=Behaviour(max_message_bytes=most_bytes))
    agent.start()
    try:
        found = await walk(agent, ".1.3", f"-Cr{repetitions}")
    finally:
        agent.stop()
    names = [oid for oid, _, _ in found]
    assert names == sorted(names)
    assert names == [(*column.prefix, *index) for column in table.tree.columns for index in column.rows.indexes]


@needs_net_snmp
async def test_types_are_huaweis(olt: SimOlt) -> None:
    agent = SnmpAgent(HuaweiOlt(olt, lambda: NOW).tree)
    agent.start()
    try:
        kinds = {oid[: len(XPON) + 4]: kind for oid, kind, _ in await walk(agent, ".1.3.6.1.4.1.2011.6.128.1.1")}
    finally:
        agent.stop()
    strings = [(2, 43, 1, 3), (2, 45, 1, 4), (2, 46, 1, 22), (2, 46, 1, 30), (2, 48, 1, 2)]
    integers = [(2, 46, 1, 15), (2, 46, 1, 24), (2, 51, 1, 4), (2, 51, 1, 6), (2, 23, 1, 4), (2, 21, 1, 16)]
    assert {kinds[*XPON, *column] for column in strings} == {"Hex-STRING"}
    assert {kinds[*XPON, *column] for column in integers} == {"INTEGER"}
    assert {kinds[*XPON, 4, 23, 1, n] for n in range(1, 7)} | {kinds[*XPON, 4, 21, 1, 30]} == {"Counter64"}


@needs_net_snmp
@pytest.mark.parametrize(
    ("version", "name", "says"),
    [
        ("2c", ".1.3.6.1.4.1.9999.1.1.3", "= INTEGER: 103"),
        ("1", ".1.3.6.1.4.1.9999.1.1.3", "= INTEGER: 103"),
        ("2c", ".1.3.6.1.4.1.9999.1.1.99", "No Such Instance"),
        ("2c", ".1.3.6.1.4.1.8888.1", "No Such Object"),
        ("1", ".1.3.6.1.4.1.8888.1", "(noSuchName)"),
    ],
)
async def test_snmpget(agent: SnmpAgent, version: str, name: str, says: str) -> None:
    assert says in await run(*_snmpget(agent, version, "public"), name)


@needs_net_snmp
@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_wrong_community_meets_silence(agent: SnmpAgent, version: str) -> None:
    assert "Timeout: No Response" in await run(*_snmpget(agent, version, "private"), ".1.3.6.1.4.1.9999.1.1.3")
    assert agent.requests == 1


def _snmpget(agent: SnmpAgent, version: str, community: str) -> list[str]:
    where = f"127.0.0.1:{agent.port}"
    return [str(shutil.which("snmpget")), f"-v{version}", f"-c{community}", "-On", "-t0.3", "-r0", where]


async def test_pysnmp_reads_what_the_plant_is(olt: SimOlt) -> None:
    agent = SnmpAgent(HuaweiOlt(olt, lambda: NOW).tree)
    agent.start()
    engine = SnmpEngine()
    onts = sorted(olt.onts, key=lambda ont: (ont.port.id, ont.ont_id))[:20]
    columns = [(*XPON, 2, 43, 1, 3), (*XPON, 2, 46, 1, 20), (*ONT_OPTICS, 4), (*XPON, 4, 23, 1, 4)]
    try:
        target = await UdpTransportTarget.create(("127.0.0.1", agent.port), timeout=3, retries=0)
        error, status, _, found = await bulk_cmd(
            *(engine, CommunityData("public", mpModel=1), target, ContextData(), 0, len(onts)),
            *(ObjectType(ObjectIdentity(column)) for column in columns),
            lookupMib=False,
        )
        assert not error and not status
        _, _, _, missing = await get_cmd(
            *(engine, CommunityData("public", mpModel=1), target, ContextData()),
            ObjectType(ObjectIdentity((*XPON, 2, 43, 1, 3, 1, 1))),
            lookupMib=False,
        )
    finally:
        engine.close_dispatcher()
        agent.stop()
    expected: list[tuple[Oid, str, object]] = []
    for ont in onts:
        row = (if_index(ont.port.id), ont.ont_id)
        light = round(ont.rx_dbm(NOW) * 100) if ont.online else 2147483647
        expected += [
            ((*columns[0], *row), "OctetString", bytes.fromhex(ont.serial.hex)),
            ((*columns[1], *row), "Integer", ont.distance_m if ont.online else -1),
            ((*columns[2], *row), "Integer", light),
            ((*columns[3], *row), "Counter64", int(ont.bytes_at(NOW)[0])),
        ]
    assert [(tuple(name), type(value).__name__, _plain(value)) for name, value in found] == expected
    assert type(missing[0][1]).__name__ == "NoSuchInstance"


def _plain(value: object) -> object:
    return bytes(value) if type(value).__name__ == "OctetString" else int(value)  # type: ignore[call-overload]


# Behaviour that net-snmp's tools cannot show: plain datagrams


async def exchange(agent: SnmpAgent, request: Request, answers: int = 1, wait_s: float = 2.0) -> list[bytes]:
    """Send one request; the datagrams that come back before it is quiet, at most ``answers``."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.bind(("127.0.0.1", 0))
        await loop.sock_sendto(client, message(request), ("127.0.0.1", agent.port))
        got: list[bytes] = []
        try:
            while len(got) < answers:
                got.append(await asyncio.wait_for(loop.sock_recv(client, 65535), QUIET_S if got else wait_s))
        except TimeoutError:
            pass
        return got


def message(request: Request) -> bytes:
    bindings = b"".join(ber.tlv(0x30, ber.tlv(6, name) + b"\x05\x00") for name in request.names)
    head = ber.tlv(2, request.request_id) + ber.integer(request.non_repeaters) + ber.integer(request.max_repetitions)
    pdu = ber.tlv(request.kind, head + ber.tlv(0x30, bindings))
    return ber.tlv(0x30, ber.integer(request.version) + ber.octets(request.community) + pdu)


def bulk(repetitions: int = 5, request_id: bytes = b"\x12\x34\x56\x78") -> Request:
    names = tuple(ber.oid_content((*TABLE, column)) for column in (1, 2))
    return Request(1, b"public", GETBULK, request_id, 0, repetitions, names)


def right(agent: SnmpAgent, request: Request) -> bytes:
    answer = responder.respond(agent.tree, request, agent.behaviour.max_message_bytes)
    return responder.encode(request, answer)


async def test_the_request_id_comes_back_as_it_was(agent: SnmpAgent) -> None:
    for request_id in (b"\x00", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00"):
        (answer,) = await exchange(agent, bulk(request_id=request_id))
        assert ber.tlv(2, request_id) in answer


async def test_zero_repetitions_are_answered_or_not(agent: SnmpAgent) -> None:
    assert len(await exchange(agent, bulk(0))) == 1
    agent.behaviour.hangs_on_zero_repetitions = True
    assert await exchange(agent, bulk(0), wait_s=QUIET_S) == []
    assert len(await exchange(agent, bulk(1))) == 1


async def test_too_many_repetitions_are_too_big(agent: SnmpAgent) -> None:
    agent.behaviour.max_repetitions = 4
    too_big = responder.encode(bulk(5), responder.Answer(responder.TOO_BIG, 0, ()))
    assert await exchange(agent, bulk(5)) == [too_big]
    assert await exchange(agent, bulk(4)) == [right(agent, bulk(4))]


@pytest.mark.parametrize("fault", list(Fault))
async def test_each_fault_is_not_the_right_answer_and_can_be_followed_by_it(agent: SnmpAgent, fault: Fault) -> None:
    good = right(agent, bulk())
    agent.behaviour.fault = fault
    alone = await exchange(agent, bulk(), answers=3)
    assert alone == [good, good] if fault is Fault.DUPLICATE else len(alone) == 1
    assert (good in alone) == (fault in (Fault.DUPLICATE, Fault.OTHER_PORT))
    agent.behaviour.then_right = True
    assert (await exchange(agent, bulk(), answers=3))[-1] == good
    agent.behaviour.fault = None
    assert await exchange(agent, bulk(), answers=3) == [good]


async def test_another_port_answers(agent: SnmpAgent) -> None:
    agent.behaviour.fault = Fault.OTHER_PORT
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.bind(("127.0.0.1", 0))
        await loop.sock_sendto(client, message(bulk()), ("127.0.0.1", agent.port))
        data, peer = await asyncio.wait_for(loop.sock_recvfrom(client, 65535), 2)
    assert data == right(agent, bulk()) and peer[1] != agent.port


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x99" * 40, b"\x30\x84\xff\xff\xff\xff", bytes(1400)])
async def test_rubbish_is_ignored(agent: SnmpAgent, data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(data, ("127.0.0.1", agent.port))
    assert await exchange(agent, bulk()) == [right(agent, bulk())]
    assert agent.requests == 2


async def test_it_falls_silent_and_dies_midway(agent: SnmpAgent) -> None:
    agent.behaviour.silent = True
    assert await exchange(agent, bulk(), wait_s=QUIET_S) == []
    agent.behaviour.silent = False
    agent.behaviour.dies_after = 2
    counts = [len(await exchange(agent, bulk(), wait_s=QUIET_S)) for _ in range(3)]
    assert counts == [1, 1, 0]


async def test_everything_is_lost_at_full_loss(agent: SnmpAgent) -> None:
    agent.behaviour.loss = 1.0
    assert await exchange(agent, bulk(), wait_s=QUIET_S) == []


async def test_a_stopped_agent_refuses_and_comes_back_on_its_port(agent: SnmpAgent) -> None:
    port = agent.port
    agent.stop()
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(("127.0.0.1", port))
        await loop.sock_sendall(client, message(bulk()))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.wait_for(loop.sock_recv(client, 65535), 2)
    assert agent.start() == port
    assert await exchange(agent, bulk()) == [right(agent, bulk())]


async def test_latency_overlaps_and_service_does_not(agent: SnmpAgent) -> None:
    agent.behaviour.latency_s = 0.05
    await asyncio.gather(*(exchange(agent, bulk()) for _ in range(6)))
    assert agent.most_in_flight == 6 and agent.in_flight == 0
    agent.behaviour.service_s = 0.05
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(exchange(agent, bulk()) for _ in range(6)))
    took_s = asyncio.get_running_loop().time() - started
    assert took_s >= 6 * 0.05  # a lower bound only: six requests one after the other cannot be quicker


async def test_slow_columns_cost_by_the_value(agent: SnmpAgent) -> None:
    agent.behaviour.slow_columns = (((*TABLE, 2), 0.02),)
    started = asyncio.get_running_loop().time()
    await exchange(agent, bulk(10))
    assert asyncio.get_running_loop().time() - started >= 10 * 0.02
