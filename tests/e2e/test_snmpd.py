"""Our SNMP against the agent that everybody knows: what we read is what net-snmp's own tool reads."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from services import Snmpd

from noc_console.config.model import OltConfig
from noc_console.domain.errors import SourceProtocolError, SourceTimeout
from noc_console.domain.network import Outcome, PollKind
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine, SnmpSession
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

pytestmark = pytest.mark.service

SYSTEM = "1.3.6.1.2.1.1"
IF_ENTRY = "1.3.6.1.2.1.2.2.1"
NUMBERS = ("1", "3", "4", "5", "7", "8")
"""ifIndex, ifType, ifMtu, ifSpeed, ifAdminStatus, ifOperStatus: numbers that stand still."""


@pytest.fixture
async def engine() -> AsyncIterator[SnmpEngine]:
    made = SnmpEngine()
    yield made
    made.close()


@pytest.fixture
def session(engine: SnmpEngine, snmpd: Snmpd) -> SnmpSession:
    return engine.open("127.0.0.1", snmpd.port, Community(snmpd.community), timeout_s=2, retries=2)


async def test_get_reads_what_the_agent_was_told_to_be(session: SnmpSession, snmpd: Snmpd) -> None:
    oids = [codec.encode_oid(f"{SYSTEM}.{n}.0") for n in (1, 2, 3, 4)]
    values = await session.get([*oids, codec.encode_oid(f"{SYSTEM}.99.0")])
    assert set(values) == set(oids), "what the agent does not have is not there"
    assert values[oids[0]] == snmpd.description.encode()
    sys_object_id = values[oids[1]]
    assert isinstance(sys_object_id, bytes) and codec.decode_oid(sys_object_id).startswith("1.3.6.1.4.1.8072.3.2.")
    assert isinstance(values[oids[2]], int) and values[oids[3]] == b"noc@example.net"


@pytest.mark.parametrize("repetitions", [1, 3, 50])
async def test_columns_of_the_interface_table(session: SnmpSession, snmpd: Snmpd, repetitions: int) -> None:
    walk = Walk([codec.encode_oid(f"{IF_ENTRY}.{column}") for column in ("2", *NUMBERS)])
    await run_walks(session, [walk], Repetitions(repetitions, repetitions))
    assert walk.error is None
    theirs = snmpd.walk(IF_ENTRY)
    for column, rows in zip(("2", *NUMBERS), walk.rows, strict=True):
        prefix = f"{IF_ENTRY}.{column}."
        wanted = {name.removeprefix(prefix): value for name, value in theirs.items() if name.startswith(prefix)}
        ours = {".".join(map(str, codec.decode_subids(key))): value for key, value in rows.items()}
        assert wanted
        if column == "2":
            assert {key: value.decode() for key, value in ours.items() if isinstance(value, bytes)} == wanted
        else:
            assert {key: str(value) for key, value in ours.items()} == wanted


async def test_the_system_group_is_walked_to_its_end(session: SnmpSession, snmpd: Snmpd) -> None:
    walk = Walk([codec.encode_oid(SYSTEM)])
    await run_walks(session, [walk], Repetitions(10, 10))
    assert walk.error is None
    ours = {f"{SYSTEM}.{'.'.join(map(str, codec.decode_subids(key)))}" for key in walk.rows[0]}
    assert ours == set(snmpd.walk(SYSTEM))


async def test_what_the_view_hides_is_an_empty_table(session: SnmpSession) -> None:
    walk = Walk([codec.encode_oid("1.3.6.1.2.1.25.1"), codec.encode_oid("1.3.6.1.4.1.2011")])
    await run_walks(session, [walk], Repetitions(10, 10))
    assert (walk.error, walk.varbinds) == (None, 0)


async def test_a_wrong_community_is_silence_with_a_hint(engine: SnmpEngine, snmpd: Snmpd) -> None:
    session = engine.open("127.0.0.1", snmpd.port, Community("wrong"), timeout_s=0.2, retries=1)
    with pytest.raises(SourceTimeout, match="no answer") as caught:
        await session.get([codec.encode_oid(f"{SYSTEM}.1.0")])
    assert "community" in (caught.value.hint or "") and "wrong" not in str(caught.value)


async def test_a_device_that_is_no_olt_is_told_as_what_it_is(engine: SnmpEngine, snmpd: Snmpd) -> None:
    snmp = {"community": snmpd.community, "port": snmpd.port}
    config = OltConfig.model_validate({"name": "olt-1", "address": "127.0.0.1", "snmp": snmp})
    poller = OltPoller(engine, config, load_profiles())
    with pytest.raises(SourceProtocolError, match="no profile fits this device") as caught:
        await poller.identify()
    assert snmpd.description in str(caught.value)
    reading = await poller.poll(PollKind.STATE)
    assert (reading.answered, reading.outcome, reading.ports) == (True, Outcome.FAILED, [])
    assert "no profile fits" in (reading.error or "")
