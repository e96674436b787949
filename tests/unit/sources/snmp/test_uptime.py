"""How long a device is up, from the three clocks that its agent may tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.poll import UPTIME_WRAP_S
from noc_console.sources.snmp.codec import Value
from noc_console.sources.snmp.session import SnmpSession
from noc_console.sources.snmp.uptime import ENGINE_TIME, HR_SYSTEM_UPTIME, SYS_UP_TIME, Uptime, UptimeReader, uptime_in

DAY = 86400
WRAP = round(UPTIME_WRAP_S)


@pytest.mark.parametrize(
    ("agent_s", "host_s", "engine_s", "system_s"),
    [
        (30 * DAY, None, None, 30 * DAY),
        (34 * DAY, 35 * DAY, 34 * DAY, 35 * DAY),  # a UFiber, whose agent started later
        (35 * DAY, 2 * DAY, None, 35 * DAY),  # the other counter wrapped
        (30 * DAY, None, WRAP + 30 * DAY, UPTIME_WRAP_S + 30 * DAY),
        (30 * DAY, 40 * DAY, 2 * WRAP + 30 * DAY + 600, 2 * UPTIME_WRAP_S + 30 * DAY),
        (5607581, None, 691375435, 5607581),  # a C320, whose engine counts hundredths
        (30 * DAY, None, WRAP + 39 * DAY, 30 * DAY),  # an engine that counts something else
        (30 * DAY, None, 5, 30 * DAY),
        (None, 30 * DAY, 30 * DAY, None),
    ],
)
def test_the_clocks_that_agree_tell_since_when_the_system_is_up(
    agent_s: int | None, host_s: int | None, engine_s: int | None, system_s: float | None
) -> None:
    told = {
        SYS_UP_TIME: None if agent_s is None else agent_s * 100,
        HR_SYSTEM_UPTIME: None if host_s is None else host_s * 100,
        ENGINE_TIME: engine_s,
    }
    found = uptime_in({oid: value for oid, value in told.items() if value is not None})
    assert found.agent_s == agent_s
    assert found.system_s == pytest.approx(system_s)


class _Session:
    """An agent; a picky one reports an error where an object is unknown to it."""

    def __init__(self, picky: bool) -> None:
        self.picky = picky
        self.asked: list[int] = []

    async def get(self, oids: Sequence[bytes], priority: int = -1) -> dict[bytes, Value]:
        self.asked.append(len(oids))
        if self.picky and HR_SYSTEM_UPTIME in oids:
            raise SourceProtocolError("the agent reports genErr")
        return {SYS_UP_TIME: 100 * DAY}


async def test_an_agent_to_which_an_unknown_object_is_an_error_is_asked_for_less_from_then_on() -> None:
    session, reader = _Session(picky=True), UptimeReader()
    for _ in range(2):
        assert (await reader.read(cast(SnmpSession, session)))[0] == Uptime(DAY, DAY)
    assert session.asked == [3, 1, 1]


async def test_an_error_of_an_agent_that_bore_the_question_before_is_told() -> None:
    session, reader = _Session(picky=False), UptimeReader()
    await reader.read(cast(SnmpSession, session))
    session.picky = True
    with pytest.raises(SourceProtocolError, match="genErr"):
        await reader.read(cast(SnmpSession, session))
