"""Walks of many ports of the same columns: each port gets its own rows, nothing is asked twice, failures stay apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services import PATIENCE_S

from noc_console.demo import ber, responder
from noc_console.demo.agent import Behaviour, Fault, SnmpAgent
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.domain.errors import SourceError, SourceProtocolError, SourceTimeout
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine, SnmpSession
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

TABLE = (1, 3, 6, 1, 4, 1, 2011, 6)
COLUMNS = (1, 2, 4)
TIMEOUT_S = 0.15

PORTS = st.sampled_from([1, 2, 3, 127, 128, 16383, 16384, 4194304000, 4194312192, 4194312448])
ONT_IDS = st.sets(st.sampled_from([0, 1, 2, 3, 4, 5, 8, 90, 127, 128, 200, 16383, 16384]))
TABLES = st.dictionaries(PORTS, st.dictionaries(st.sampled_from(COLUMNS), ONT_IDS), max_size=8)

Table = dict[int, dict[int, set[int]]]
"""Port to column to the ONTs that have a value there."""


def full(ports: Iterable[int], onts: int) -> Table:
    return {port: {column: set(range(onts)) for column in COLUMNS} for port in ports}


def value(column: int, port: int, ont_id: int) -> int:
    return (port * 131 + ont_id * 7 + column) % 100_000 - 50_000


def tree_of(table: Table) -> MibTree:
    made = []
    for column in COLUMNS:
        rows = Rows([(port, ont_id) for port, onts in table.items() for ont_id in onts.get(column, ())])
        values = [ber.integer(value(column, *index)) for index in rows.indexes]
        made.append(Column((*TABLE, column), rows, values))
    return MibTree(made)


def walks_of(ports: Iterable[int]) -> list[Walk]:
    oids = [codec.encode_oid(".".join(map(str, (*TABLE, column)))) for column in COLUMNS]
    return [Walk(oids, codec.encode_subids([port])) for port in ports]


def assert_port(walk: Walk, table: Table, port: int) -> None:
    assert walk.error is None
    for column, rows in zip(COLUMNS, walk.rows, strict=True):
        onts = sorted(table.get(port, {}).get(column, ()))
        assert list(rows.items()) == [(codec.encode_subids([i]), value(column, port, i)) for i in onts]


def session_of(engine: SnmpEngine, agent: SnmpAgent, window: int = 1, **more: float) -> SnmpSession:
    """A session whose window stands where it may."""
    timing = {"timeout_s": TIMEOUT_S, "retries": 1, **more}
    session = engine.open("127.0.0.1", agent.port, Community("public"), window=window, **timing)  # type: ignore[arg-type]
    session.window.size = window
    return session


@pytest.fixture
async def engine() -> AsyncIterator[SnmpEngine]:
    made = SnmpEngine()
    yield made
    made.close()


@pytest.fixture
async def agent() -> AsyncIterator[SnmpAgent]:
    made = SnmpAgent(MibTree())
    made.start()
    yield made
    made.stop()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=TABLES,
    asked=st.lists(PORTS, min_size=1, max_size=10),
    repetitions=st.integers(1, 30),
    room=st.sampled_from([150, 260, 600, 8000]),
    window=st.sampled_from([1, 2, 4]),
)
def test_each_port_gets_its_own_rows_whatever_the_table_and_the_answers(
    table: Table, asked: list[int], repetitions: int, room: int, window: int
) -> None:
    """Ports in any order, twice, not in the table, or in the table and not asked for; columns with other rows."""

    async def check() -> None:
        engine = SnmpEngine()
        agent = SnmpAgent(tree_of(table), behaviour=Behaviour(max_message_bytes=room))
        agent.start()
        try:
            session = session_of(engine, agent, window, timeout_s=5)
            walks = walks_of(asked)
            await run_walks(session, walks, Repetitions(repetitions, repetitions))
            for port, walk in zip(asked, walks, strict=True):
                assert_port(walk, table, port)
        finally:
            engine.close()
            agent.stop()

    asyncio.run(check())


@pytest.mark.parametrize(("onts", "requests"), [(128, 32 * 128 // 25 + 1), (5, 32 * 5 // 25 + 1)])
async def test_no_row_is_asked_for_twice(engine: SnmpEngine, agent: SnmpAgent, onts: int, requests: int) -> None:
    table = full(range(32), onts)
    agent.tree = tree_of(table)
    walks = walks_of(range(32))
    await run_walks(session_of(engine, agent), walks, Repetitions(25, 25))
    for port, walk in enumerate(walks):
        assert_port(walk, table, port)
    assert agent.requests == requests
    assert agent.varbinds < (32 * onts + 25) * len(COLUMNS)


async def test_rows_of_a_port_that_was_not_asked_for_are_nobodys(engine: SnmpEngine, agent: SnmpAgent) -> None:
    table = full([1, 2, 3], 3)
    agent.tree = tree_of(table)
    walks = walks_of([1, 3])
    await run_walks(session_of(engine, agent), walks, Repetitions(25, 25))
    assert_port(walks[0], table, 1)
    assert_port(walks[1], table, 3)


async def test_a_port_in_the_middle_that_hangs_the_agent_fails_alone(engine: SnmpEngine, agent: SnmpAgent) -> None:
    table = full(range(6), 25)
    agent.tree = tree_of(table)
    hangs = codec.encode_oid(".".join(map(str, (*TABLE, 1, 3))))
    usual = agent._handle
    agent._handle = lambda data, peer: None if hangs in data else usual(data, peer)  # type: ignore[method-assign]
    walks = walks_of(range(6))
    await run_walks(session_of(engine, agent), walks, Repetitions(10, 10))
    assert isinstance(walks[3].error, SourceTimeout)
    for port in (0, 1, 2, 4, 5):
        assert_port(walks[port], table, port)


async def test_a_port_that_the_agent_cannot_list_fails_alone(
    engine: SnmpEngine, agent: SnmpAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first rows came behind those of the port before; asking for the rest gives genErr."""
    table = full(range(3), 25)
    agent.tree = tree_of(table)
    bad = codec.encode_oid(".".join(map(str, (*TABLE, 1, 1, 4))))
    usual = responder.respond

    def respond(tree: MibTree, request: responder.Request, room: int) -> responder.Answer:
        if request.names[0] == bad:
            return responder.Answer(responder.GEN_ERR, 1, ())
        return usual(tree, request, room)

    monkeypatch.setattr(responder, "respond", respond)
    walks = walks_of(range(3))
    await run_walks(session_of(engine, agent), walks, Repetitions(10, 10))
    assert isinstance(walks[1].error, SourceProtocolError)
    assert [walk.varbinds for walk in walks] == [75, 15, 75]
    assert_port(walks[0], table, 0)
    assert_port(walks[2], table, 2)


async def test_an_agent_that_lists_its_ports_in_another_order_hides_none(
    engine: SnmpEngine, agent: SnmpAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind port 1 comes port 3: that does not mean that port 2 is empty."""
    table = full([1, 2, 3], 4)
    agent.tree = tree_of(table)
    usual = responder.respond

    def respond(tree: MibTree, request: responder.Request, room: int) -> responder.Answer:
        answer = usual(tree, request, room)
        parts = [answer.varbinds[at : at + 4 * len(COLUMNS)] for at in range(0, len(answer.varbinds), 4 * len(COLUMNS))]
        if len(parts) >= 3:
            parts[1], parts[2] = parts[2], parts[1]
        return answer._replace(varbinds=sum(parts, ()))

    monkeypatch.setattr(responder, "respond", respond)
    walks = walks_of([1, 2, 3])
    await run_walks(session_of(engine, agent), walks, Repetitions(12, 12))
    for port, walk in zip((1, 2, 3), walks, strict=True):
        assert_port(walk, table, port)


async def test_a_port_itself_is_no_row_of_it(
    engine: SnmpEngine, agent: SnmpAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.tree = tree_of(full([1], 3))
    usual = responder.respond

    def respond(tree: MibTree, request: responder.Request, room: int) -> responder.Answer:
        answer = usual(tree, request, room)
        itself = ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, request.names[0]) + ber.integer(1))
        return answer._replace(varbinds=(itself, *answer.varbinds[1:]))

    monkeypatch.setattr(responder, "respond", respond)
    (walk,) = walks_of([1])
    await run_walks(session_of(engine, agent), [walk], Repetitions(25, 25))
    assert isinstance(walk.error, SourceProtocolError)
    assert b"" not in walk.rows[0]


@pytest.mark.parametrize("fault", [Fault.SAME_OID, Fault.DESCENDING, Fault.NO_VARBINDS, Fault.GEN_ERR])
async def test_a_hostile_agent_fails_every_port_with_a_request_or_so_each(
    engine: SnmpEngine, agent: SnmpAgent, fault: Fault
) -> None:
    agent.tree = tree_of(full(range(20), 30))
    agent.behaviour = Behaviour(fault=fault)
    walks = walks_of(range(20))
    await run_walks(session_of(engine, agent), walks, Repetitions(25, 25))
    assert {type(walk.error) for walk in walks} == {SourceProtocolError}
    assert agent.requests <= 2 * 20


async def test_too_big_halves_and_every_row_arrives(engine: SnmpEngine, agent: SnmpAgent) -> None:
    table = full(range(4), 30)
    agent.tree = tree_of(table)
    agent.behaviour = Behaviour(max_repetitions=6)
    walks = walks_of(range(4))
    learnt = Repetitions(25, 25)
    await run_walks(session_of(engine, agent), walks, learnt)
    assert learnt.value == 6
    for port, walk in enumerate(walks):
        assert_port(walk, table, port)


async def test_a_dead_agent_fails_all_ports_at_once(engine: SnmpEngine, agent: SnmpAgent) -> None:
    agent.tree = tree_of(full(range(50), 10))
    agent.behaviour = Behaviour(dies_after=2)
    walks = walks_of(range(50))
    await run_walks(session_of(engine, agent), walks, Repetitions(10, 10))
    assert [walk.error is None for walk in walks] == [True] + [False] * 49
    assert agent.requests == 2 + 2 + 1, "two ports' rows, two tries of the next request, one question whether it lives"


async def test_closing_the_session_fails_what_is_left(engine: SnmpEngine, agent: SnmpAgent) -> None:
    agent.tree = tree_of(full(range(50), 10))
    agent.behaviour = Behaviour(dies_after=2)
    session = session_of(engine, agent, window=4, timeout_s=60)
    walks = walks_of(range(50))
    running = asyncio.ensure_future(run_walks(session, walks, Repetitions(10, 10)))
    while agent.requests < 6:
        await asyncio.sleep(0.005)
    session.close()
    async with asyncio.timeout(PATIENCE_S):
        await running
    assert sum(isinstance(walk.error, SourceError) for walk in walks) >= 48


async def test_a_caller_that_goes_away_leaves_no_request_behind(engine: SnmpEngine, agent: SnmpAgent) -> None:
    agent.tree = tree_of(full(range(50), 10))
    session = session_of(engine, agent, window=4)
    agent.behaviour = Behaviour(silent=True)
    running = asyncio.ensure_future(run_walks(session, walks_of(range(50)), Repetitions(10, 10)))
    while agent.requests < 4:
        await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    agent.behaviour = Behaviour()
    before = agent.requests
    assert await session.get([codec.encode_oid(".".join(map(str, (*TABLE, 1, 1, 1))))])
    assert agent.requests == before + 1


@pytest.mark.parametrize("loaded", [range(16), range(4)])
async def test_a_free_slot_takes_over_ports_that_another_has_not_begun(
    engine: SnmpEngine, agent: SnmpAgent, loaded: Sequence[int]
) -> None:
    """As many requests are in flight as may be, also when the first ports hold all the ONTs."""
    table = full(loaded, 64)
    agent.tree = tree_of(table)
    agent.behaviour = Behaviour(latency_s=0.01)
    usual, in_flight = agent._handle, []

    def handle(data: bytes, peer: tuple[str, int]) -> None:
        usual(data, peer)
        in_flight.append(agent.in_flight)

    agent._handle = handle  # type: ignore[method-assign]
    walks = walks_of(range(16))
    await run_walks(session_of(engine, agent, window=4, timeout_s=5), walks, Repetitions(8, 8))
    for port, walk in enumerate(walks):
        assert_port(walk, table, port)
    assert max(in_flight) == 4
    alone = sum(before == now == 1 for before, now in pairwise(in_flight))
    assert alone < 8, "the four loaded ports would take 32 requests, one after the other"
