"""The walker against agents on real sockets: right ones, slow ones, hostile ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from noc_console.demo import ber
from noc_console.demo.agent import Behaviour, Fault, SnmpAgent
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.domain.errors import SourceError, SourceProtocolError, SourceTimeout, SourceUnavailable
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine, SnmpSession
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

TABLE = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 2, 43, 1)
PORTS = (4194312192, 4194312448)
NAMES, NUMBERS, HOLES = 3, 5, 7
TIMEOUT_S = 0.15


def oid(*tail: int) -> bytes:
    return codec.encode_oid(".".join(map(str, TABLE + tail)))


def index(port: int, ont_id: int) -> bytes:
    return codec.encode_subids([port, ont_id])


def table_tree() -> MibTree:
    """Two ports of 100 rows with gaps in the ids; the third column lacks every seventh row."""
    keys = [(port, ont_id) for port in PORTS for ont_id in range(127) if ont_id % 5 != 3]

    def column(number: int, pairs: list[tuple[tuple[int, ...], bytes]]) -> Column:
        rows = Rows([key for key, _ in pairs])
        values = dict(pairs)
        return Column((*TABLE, number), rows, [values[key] for key in rows.indexes])

    return MibTree(
        [
            column(NAMES, [(key, ber.octets(b"HWTC\x00\x00" + bytes([key[1], 7]))) for key in keys]),
            column(NUMBERS, [(key, ber.integer(-2048 + key[1])) for key in keys]),
            column(HOLES, [(key, ber.integer(key[1], ber.COUNTER64)) for key in keys if key[1] % 7]),
        ]
    )


EXPECTED_IDS = [i for i in range(127) if i % 5 != 3]


@pytest.fixture
async def agent() -> AsyncIterator[SnmpAgent]:
    made = SnmpAgent(table_tree())
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def engine() -> AsyncIterator[SnmpEngine]:
    made = SnmpEngine()
    yield made
    made.close()


@pytest.fixture
def session(engine: SnmpEngine, agent: SnmpAgent) -> Iterator[SnmpSession]:
    yield engine.open("127.0.0.1", agent.port, Community("public"), timeout_s=TIMEOUT_S, retries=2, window=4)


async def walk(session: SnmpSession, repetitions: int = 10, part: int | None = None) -> Walk:
    made = Walk([oid(NAMES), oid(NUMBERS), oid(HOLES)], codec.encode_subids([part]) if part else b"")
    await run_walks(session, [made], Repetitions(repetitions, repetitions))
    return made


def assert_whole(found: Walk) -> None:
    assert found.error is None
    keys = [index(port, ont_id) for port in PORTS for ont_id in EXPECTED_IDS]
    assert list(found.rows[0]) == keys
    assert found.rows[0][index(PORTS[0], 126)] == b"HWTC\x00\x00\x7e\x07"
    assert found.rows[1] == {index(p, i): -2048 + i for p in PORTS for i in EXPECTED_IDS}
    assert found.rows[2] == {index(p, i): i for p in PORTS for i in EXPECTED_IDS if i % 7}


@pytest.mark.parametrize("repetitions", [1, 7, 25, 100])
async def test_every_value_arrives_whatever_the_size_of_the_answers(session: SnmpSession, repetitions: int) -> None:
    assert_whole(await walk(session, repetitions))


async def test_a_part_holds_only_its_own_rows(session: SnmpSession) -> None:
    found = await walk(session, part=PORTS[1])
    assert found.error is None
    assert list(found.rows[0]) == [codec.encode_subids([i]) for i in EXPECTED_IDS]


async def test_a_part_that_is_not_there_is_empty_and_no_error(session: SnmpSession) -> None:
    found = await walk(session, part=4194399999)
    assert (found.error, found.varbinds) == (None, 0)


async def test_answers_cut_in_the_middle_of_a_row_lose_nothing(session: SnmpSession, agent: SnmpAgent) -> None:
    agent.behaviour = Behaviour(max_message_bytes=300)
    assert_whole(await walk(session, 25))


async def test_too_big_halves_for_good(session: SnmpSession, agent: SnmpAgent) -> None:
    agent.behaviour = Behaviour(max_repetitions=6)
    learnt = Repetitions(25, 25)
    made = Walk([oid(NAMES), oid(NUMBERS), oid(HOLES)])
    await run_walks(session, [made], learnt)
    assert_whole(made)
    assert (learnt.value, learnt.limit) == (6, 6)


async def test_zero_repetitions_are_never_sent() -> None:
    with pytest.raises(ValueError):
        codec.encode_request(codec.GET_BULK, 1, [oid(NAMES)], 0)


DAMAGED = (Fault.GARBAGE, Fault.TRUNCATED, Fault.BAD_LENGTH, Fault.WRONG_REQUEST_ID)
FOREIGN = (Fault.EMPTY_DATAGRAM, Fault.WRONG_VERSION, Fault.WRONG_PDU, Fault.OTHER_PORT)


@pytest.mark.parametrize("fault", [*DAMAGED, *FOREIGN])
async def test_a_bad_datagram_is_ignored_and_the_right_one_taken(
    session: SnmpSession, agent: SnmpAgent, fault: Fault
) -> None:
    agent.behaviour = Behaviour(fault=fault, then_right=True)
    assert_whole(await walk(session, 25))


@pytest.mark.parametrize("fault", DAMAGED)
async def test_nothing_but_bad_datagrams_is_a_timeout(session: SnmpSession, agent: SnmpAgent, fault: Fault) -> None:
    agent.behaviour = Behaviour(fault=fault)
    found = await walk(session)
    assert isinstance(found.error, SourceTimeout)
    assert found.varbinds == 0


async def test_every_answer_twice_changes_nothing(session: SnmpSession, agent: SnmpAgent) -> None:
    agent.behaviour = Behaviour(fault=Fault.DUPLICATE)
    assert_whole(await walk(session))


@pytest.mark.parametrize("fault", [Fault.SAME_OID, Fault.DESCENDING])
async def test_a_table_that_goes_in_circles_ends_the_walk(session: SnmpSession, agent: SnmpAgent, fault: Fault) -> None:
    agent.behaviour = Behaviour(fault=fault)
    found = await walk(session)
    assert isinstance(found.error, SourceProtocolError)
    assert agent.requests < 10


@pytest.mark.parametrize("fault", [Fault.NO_VARBINDS, Fault.GEN_ERR])
async def test_an_error_of_the_agent_is_not_the_end_of_its_table(
    session: SnmpSession, agent: SnmpAgent, fault: Fault
) -> None:
    agent.behaviour = Behaviour(fault=fault)
    assert isinstance((await walk(session)).error, SourceProtocolError)


async def test_a_silent_agent_times_out_and_the_hint_says_what_to_check(session: SnmpSession, agent: SnmpAgent) -> None:
    agent.behaviour = Behaviour(silent=True)
    found = await walk(session)
    assert isinstance(found.error, SourceTimeout)
    assert "community" in str(found.error)
    assert agent.requests == 3


async def test_a_wrong_community_is_met_with_silence(engine: SnmpEngine, agent: SnmpAgent) -> None:
    session = engine.open("127.0.0.1", agent.port, Community("wrong"), timeout_s=TIMEOUT_S, retries=0)
    with pytest.raises(SourceTimeout):
        await session.get([oid(NAMES, PORTS[0], 0)])


async def test_an_agent_that_dies_midway_leaves_an_error_with_what_came_before(
    session: SnmpSession, agent: SnmpAgent
) -> None:
    agent.behaviour = Behaviour(dies_after=2)
    found = await walk(session, 5)
    assert isinstance(found.error, SourceTimeout)
    assert 0 < found.varbinds < 100


async def test_a_closed_port_is_unavailable_not_a_timeout(session: SnmpSession, agent: SnmpAgent) -> None:
    agent.stop()
    found = await walk(session)
    assert isinstance(found.error, SourceUnavailable)
    assert "port unreachable" in str(found.error)


async def test_a_port_that_opens_again_is_found_by_a_retry(engine: SnmpEngine, agent: SnmpAgent) -> None:
    session = engine.open("127.0.0.1", agent.port, Community("public"), timeout_s=TIMEOUT_S, retries=20)
    agent.stop()
    made = Walk([oid(NAMES), oid(NUMBERS), oid(HOLES)])
    walking = asyncio.ensure_future(run_walks(session, [made], Repetitions(25, 25)))
    while session.requests < 2:
        await asyncio.sleep(0.01)
    agent.start()
    await walking
    assert_whole(made)


async def test_lost_requests_are_sent_again(engine: SnmpEngine) -> None:
    agent = SnmpAgent(table_tree(), behaviour=Behaviour(loss=0.3), seed=7)
    session = engine.open("127.0.0.1", agent.start(), Community("public"), timeout_s=0.05, retries=12)
    try:
        assert_whole(await walk(session, 25))
        assert session.resent > 0
    finally:
        agent.stop()


async def test_one_request_at_a_time_until_the_agent_proves_parallel(engine: SnmpEngine, agent: SnmpAgent) -> None:
    agent.behaviour = Behaviour(latency_s=0.01)
    session = engine.open("127.0.0.1", agent.port, Community("public"), window=4)
    parts = [codec.encode_subids([PORTS[i % 2]]) for i in range(20)]
    await run_walks(session, [Walk([oid(NAMES)], part) for part in parts[:1]], Repetitions(50, 50))
    assert agent.most_in_flight == 1
    await run_walks(session, [Walk([oid(NAMES)], part) for part in parts], Repetitions(25, 25))
    assert 1 < agent.most_in_flight <= 4


async def test_a_serial_agent_is_not_pushed(engine: SnmpEngine, agent: SnmpAgent) -> None:
    agent.behaviour = replace(agent.behaviour, service_s=0.01)
    session = engine.open("127.0.0.1", agent.port, Community("public"), window=4)
    parts = [codec.encode_subids([PORTS[i % 2]]) for i in range(24)]
    await run_walks(session, [Walk([oid(NAMES)], part) for part in parts], Repetitions(25, 25))
    assert session.window.size == 1


async def test_get_returns_what_is_there_and_nothing_for_the_rest(session: SnmpSession) -> None:
    there, absent = oid(NUMBERS, PORTS[0], 1), oid(NUMBERS, PORTS[0], 3)
    assert await session.get([there, absent]) == {there: -2047}


async def test_closing_fails_what_is_under_way(session: SnmpSession, agent: SnmpAgent) -> None:
    agent.behaviour = Behaviour(silent=True)
    getting = asyncio.ensure_future(session.get([oid(NUMBERS)]))
    await asyncio.sleep(0)
    session.close()
    with pytest.raises(SourceError):
        await getting


async def test_a_name_that_does_not_exist_is_unavailable(engine: SnmpEngine) -> None:
    with pytest.raises(SourceUnavailable, match="check address"):
        engine.open("no-such-olt.invalid", 161, Community("public"))


async def test_a_dead_agent_does_not_make_every_port_wait_its_time_out(engine: SnmpEngine, agent: SnmpAgent) -> None:
    session = engine.open("127.0.0.1", agent.port, Community("public"), timeout_s=TIMEOUT_S, retries=1, window=1)
    agent.behaviour = Behaviour(dies_after=2)
    walks = [Walk([oid(NAMES)], codec.encode_subids([PORTS[i % 2]])) for i in range(50)]
    await run_walks(session, walks, Repetitions(100, 100))
    assert [walk.error is None for walk in walks] == [True] + [False] * 49
    assert agent.requests == 2 + 2 + 1, "the first port, two tries of the second, one question whether it lives"


async def test_one_part_that_hangs_the_agent_costs_only_itself(engine: SnmpEngine, agent: SnmpAgent) -> None:
    """The agent answers everything but requests below one port."""
    session = engine.open("127.0.0.1", agent.port, Community("public"), timeout_s=TIMEOUT_S, retries=1, window=1)
    hangs = codec.encode_subids([PORTS[0]])
    usual = agent._handle
    agent._handle = lambda data, peer: None if hangs in data else usual(data, peer)  # type: ignore[method-assign]
    walks = [Walk([oid(NAMES)], codec.encode_subids([PORTS[i]])) for i in (1, 0, 1)]
    await run_walks(session, walks, Repetitions(100, 100))
    assert [walk.error is None for walk in walks] == [True, False, True]
