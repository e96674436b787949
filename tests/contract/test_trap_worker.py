"""From net-snmp's and pysnmp's trap senders to facts in the database, over real sockets."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest
from trap_world import (
    ALARM,
    DYING_GASP,
    PORT_INDEX,
    RUN_STATE,
    P,
    World,
    alarm_values,
    eventually,
    huawei,
    put,
    snmptrap,
    world,
)

from noc_console.config.model import OltConfig, Snmp, Traps
from noc_console.demo import ber
from noc_console.domain.network import Ont, PollKind
from noc_console.sources.snmp.traps.listener import TrapListener
from noc_console.sources.snmp.traps.senders import Refusal, Refused, Senders

V2C = ["-v2c", "-c", "olt-secret", "TARGET", ""]
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
V3 = {
    "version": "3",
    "user": "noc",
    "auth_protocol": "sha256",
    "auth_password": "auth-secret",
    "priv_protocol": "aes128",
    "priv_password": "priv-secret",
}
V3_SENDER = ["-v3", "-e", "0x80001f8880aabbccdd", "-u", "noc", "-l", "authPriv", "-a", "SHA-256", "-x", "AES"]


async def offline(world: World, ont_id: int = 1) -> bool:
    return (await world.ont(ont_id)).state == "offline"


async def refused(world: World, why: Refusal) -> None:
    await eventually(lambda: world.listener.refused[why])
    assert (await world.ont(1)).state == "online"


# What is told


async def test_a_dying_gasp_is_a_fact_at_once_and_looked_at_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        put(w.agent.tree, f"{P}.2.46.1.15", f"{PORT_INDEX}.1", 2)
        put(w.agent.tree, f"{P}.2.46.1.24", f"{PORT_INDEX}.1", 13)
        before = w.agent.requests
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1))
        ont = await eventually(lambda: offline(w)) and await w.ont(1)
        assert (ont.offline_reason, ont.vendor_reason, ont.refreshed_at) == ("dying_gasp", None, None)
        assert (await w.ont(2)).state == "online"
        looked = await eventually(lambda: _refreshed(w, 1))
        assert (looked.state, looked.vendor_reason) == ("offline", "13")
        assert w.agent.requests == before + 1, "one GET"
        assert len(await w.changes("ont_down")) == 1


async def _refreshed(w: World, ont_id: int) -> Ont | None:
    ont = await w.ont(ont_id)
    return ont if ont.refreshed_at else None


async def test_a_second_look_corrects_what_a_trap_told(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1))
        await eventually(lambda: offline(w))
        await eventually(lambda: _refreshed(w, 1))
        assert (await w.ont(1)).state == "online"


@pytest.mark.parametrize("number", [str(PORT_INDEX), str(PORT_INDEX - 2**32)])
async def test_run_state_by_if_index_signed_or_not(tmp_path: Path, number: str) -> None:
    async with world(tmp_path) as w:
        head = [f"{P}.99.1", "i", "0", f"{P}.99.2", "i", "2"]
        named = [f"{IF_INDEX}.{PORT_INDEX}", "u" if int(number) > 0 else "i", number, f"{P}.2.43.1.1", "i", "2"]
        await snmptrap(w, *V2C, RUN_STATE, *head, *named, f"{P}.11.510", "i", "2")
        await eventually(lambda: offline(w, 2))
        assert (await w.ont(2)).offline_reason is None


async def test_link_down_and_up_of_a_pon_port(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        values = [f"{IF_INDEX}.{PORT_INDEX}", "u", str(PORT_INDEX)]
        await snmptrap(w, *V2C, "1.3.6.1.6.3.1.1.5.3", *values)
        await eventually(lambda: _oper(w, "down"))
        assert "PON port 0/1/0 down" in (await w.changes("port_changed"))[0]
        await snmptrap(w, *V2C, "1.3.6.1.6.3.1.1.5.4", *values)
        await eventually(lambda: _oper(w, "up"))
        assert w.worker._due[PollKind.STATE].is_set(), "the state poll comes soon"


async def _oper(w: World, state: str) -> bool:
    return (await w.port()).oper == state


async def test_link_down_of_an_uplink_is_no_pon_port(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await snmptrap(w, *V2C, "1.3.6.1.6.3.1.1.5.3", f"{IF_INDEX}.234930176", "i", "234930176")
        await eventually(lambda: w.worker._due[PollKind.STATE].is_set())
        assert (await w.port()).oper == "up"


async def test_no_light_on_a_whole_port(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await snmptrap(w, *V2C, f"{ALARM}.1.0.1", *alarm_values(None))
        await eventually(lambda: _oper(w, "down"))
        assert (await w.port()).last_down_cause == "LOS"


async def test_an_ont_that_nobody_knows_is_not_invented(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(77))
        await eventually(lambda: w.worker._due[PollKind.STATE].is_set())
        assert sorted(ont.ont_id for ont in (await w.stored()).onts) == [0, 1, 2]


async def test_an_ended_alarm_makes_it_look_and_says_no_more(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        put(w.agent.tree, f"{P}.2.46.1.15", f"{PORT_INDEX}.1", 2)
        await snmptrap(w, *V2C, f"{ALARM}.2.0.19", *alarm_values(1))
        await eventually(lambda: offline(w))
        assert (await w.ont(1)).refreshed_at, "found by looking"


async def test_many_onts_at_once_are_read_with_the_table(tmp_path: Path) -> None:
    async with world(tmp_path, huawei(onts=64)) as w:
        before = w.agent.requests
        for ont_id in range(20):
            await snmptrap(w, *V2C, DYING_GASP, *alarm_values(ont_id))
        await eventually(lambda: w.worker._due[PollKind.STATE].is_set())
        await eventually(lambda: _all_down(w, 20))
        assert w.agent.requests - before <= 8


async def _all_down(w: World, count: int) -> bool:
    return len([ont for ont in (await w.stored()).onts if ont.state == "offline"]) == count


async def test_a_poll_that_began_before_the_trap_does_not_undo_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.agent.behaviour.latency_s = 0.2
        polling = asyncio.create_task(w.worker.poll(PollKind.STATE))
        await eventually(lambda: w.agent.in_flight)
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1))
        await eventually(lambda: offline(w))
        assert not polling.done(), "the agent still says that it is online"
        assert (await polling).ports[0].onts[1]["state"] == "offline"
        ont = await w.ont(1)
        assert (ont.state, ont.offline_reason) == ("offline", "dying_gasp")
        assert len(await w.changes("ont_down")) == 1
        await w.worker.poll(PollKind.STATE)
        assert (await w.ont(1)).state == "online", "what was read after it counts"


# Versions and senders


async def test_version_1(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        enterprise = [f"{ALARM}.2", "127.0.0.1", "6", "18", ""]
        await snmptrap(w, "-v1", "-c", "olt-secret", "TARGET", *enterprise, *alarm_values(1))
        await eventually(lambda: offline(w))


async def test_version_1_link_down(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        values = [f"{IF_INDEX}.{PORT_INDEX}", "i", str(PORT_INDEX - 2**32)]
        await snmptrap(w, "-v1", "-c", "olt-secret", "TARGET", "1.3.6.1.4.1.2011", "127.0.0.1", "2", "0", "", *values)
        await eventually(lambda: _oper(w, "down"))


async def test_an_inform_is_answered(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        said = await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1), command="snmpinform")
        assert "Timeout" not in said
        await eventually(lambda: offline(w))


async def test_version_3(tmp_path: Path) -> None:
    async with world(tmp_path, snmp=V3) as w:
        await snmptrap(
            w, *V3_SENDER, "-A", "auth-secret", "-X", "priv-secret", "TARGET", "", DYING_GASP, *alarm_values(1)
        )
        await eventually(lambda: offline(w))


@pytest.mark.parametrize(
    ("user", "auth", "priv"),
    [("noc", "auth-wrong", "priv-secret"), ("noc", "auth-secret", "priv-wrong"), ("eve", "auth-secret", "priv-secret")],
)
async def test_version_3_with_something_wrong(tmp_path: Path, user: str, auth: str, priv: str) -> None:
    sender = ["-u" if item == "-u" else user if item == "noc" else item for item in V3_SENDER]
    async with world(tmp_path, snmp=V3) as w:
        await snmptrap(w, *sender, "-A", auth, "-X", priv, "TARGET", "", DYING_GASP, *alarm_values(1))
        await eventually(lambda: sum(w.listener.refused.values()))
        assert (await w.ont(1)).state == "online"


async def test_a_version_3_trap_below_its_users_level(tmp_path: Path) -> None:
    async with world(tmp_path, snmp=V3) as w:
        plain = ["-v3", "-e", "0x80001f8880aabbccdd", "-u", "noc", "-l", "noAuthNoPriv"]
        await snmptrap(w, *plain, "TARGET", "", DYING_GASP, *alarm_values(1))
        await refused(w, Refusal.WRONG_CREDENTIALS)


async def test_a_version_3_trap_that_is_sent_again_much_later_is_not_taken(tmp_path: Path) -> None:
    """The first one teaches us the sender's clock; one from before its restart is from another time."""
    async with world(tmp_path, snmp=V3) as w:
        known = ["-A", "auth-secret", "-X", "priv-secret"]
        await snmptrap(w, *V3_SENDER, *known, "-Z", "5,1000", "TARGET", "", DYING_GASP, *alarm_values(2))
        await eventually(lambda: offline(w, 2))
        await snmptrap(w, *V3_SENDER, *known, "-Z", "4,1000", "TARGET", "", DYING_GASP, *alarm_values(1))
        await refused(w, Refusal.WRONG_CREDENTIALS)


async def test_a_version_3_olts_default_community_is_no_way_in(tmp_path: Path) -> None:
    async with world(tmp_path, snmp=V3) as w:
        await snmptrap(w, "-v2c", "-c", "public", "TARGET", "", DYING_GASP, *alarm_values(1))
        await refused(w, Refusal.WRONG_CREDENTIALS)


async def test_pysnmp_as_the_sender(tmp_path: Path) -> None:
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    async with world(tmp_path) as w:
        target = await hlapi.UdpTransportTarget.create(("127.0.0.1", w.listener.port))
        varbinds = [
            hlapi.ObjectType(hlapi.ObjectIdentity(name), hlapi.Integer32(int(value)))
            for name, value in zip(alarm_values(1)[::3], alarm_values(1)[2::3], strict=True)
        ]
        trap = hlapi.NotificationType(hlapi.ObjectIdentity(DYING_GASP)).add_varbinds(*varbinds)
        sender = hlapi.CommunityData("olt-secret", mpModel=1)
        engine = hlapi.SnmpEngine()
        await hlapi.send_notification(engine, sender, target, hlapi.ContextData(), "trap", trap)
        await eventually(lambda: offline(w))
        engine.close_dispatcher()


async def test_the_listeners_own_community(tmp_path: Path) -> None:
    async with world(tmp_path, traps={"community": "for-traps"}) as w:
        await snmptrap(w, "-v2c", "-c", "for-traps", "TARGET", "", DYING_GASP, *alarm_values(1))
        await eventually(lambda: offline(w))


async def test_a_wrong_community(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await snmptrap(w, "-v2c", "-c", "guess", "TARGET", "", DYING_GASP, *alarm_values(1))
        await refused(w, Refusal.WRONG_CREDENTIALS)


async def test_a_source_that_is_no_olt(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1), source="127.0.0.9")
        await refused(w, Refusal.UNKNOWN_SOURCE)


async def test_two_olts_behind_one_address_and_community(tmp_path: Path) -> None:
    twin = OltConfig(name="south", address="127.0.0.1", snmp=Snmp.model_validate({"community": "olt-secret"}))
    async with world(tmp_path, others=(twin,)) as w:
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1))
        await refused(w, Refusal.AMBIGUOUS)


# Hostile and unknown


@pytest.mark.parametrize(
    "datagram", [b"", b"\x30", b"\x99garbage\x00\xff" * 20, b"\x30\x82\xff\xff\x02\x01\x01", b"\x30\x03\x02\x01\x09"]
)
async def test_garbage(tmp_path: Path, datagram: bytes) -> None:
    async with world(tmp_path) as w:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(datagram, ("127.0.0.1", w.listener.port))
        await refused(w, Refusal.NOT_SNMP)
        await snmptrap(w, *V2C, DYING_GASP, *alarm_values(1))
        await eventually(lambda: offline(w))


async def test_an_unknown_trap_is_kept_once_with_what_it_carried(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        secret = [f"{P}.2.48.1.3", "s", "customer-password", f"{P}.2.1", "i", "7"]
        for _ in range(3):
            await snmptrap(w, *V2C, "1.3.6.1.4.1.9999.0.5", *secret)
        await eventually(lambda: w.listener.accepted == 3)
        (text,) = await eventually(lambda: w.changes("trap_unknown"))
        assert text.startswith("north sent 1.3.6.1.4.1.9999.0.5")
        assert f"{P}.2.1=7" in text and "(17 octets)" in text
        assert "customer-password" not in text


async def test_a_flood_loses_no_poll_and_no_memory(tmp_path: Path) -> None:
    async with world(tmp_path, huawei(onts=64, ports=8)) as w:
        trap = await _captured(w, *V2C, DYING_GASP, *alarm_values(1))
        port = w.listener.port
        flood = asyncio.create_task(asyncio.to_thread(_flood, port, trap, 10_000))
        reading = await w.worker.poll(PollKind.STATE)
        sent_s = await flood
        assert (reading.outcome.value, reading.ont_count) == ("complete", 512)
        seen = await eventually(lambda: w.listener.accepted + sum(w.listener.refused.values()))
        assert w.listener.refused[Refusal.FLOOD] > 0
        assert w.listener.accepted <= 400 + 200 * (sent_s + 5)
        assert len(w.listener._queue) <= 2000 and len(w.traps._unknown._latest) <= 10
        assert seen <= 10_000
        assert await eventually(lambda: w.worker._due[PollKind.STATE].is_set()), "what was dropped may have mattered"


def _flood(port: int, datagram: bytes, count: int) -> float:
    begun = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(count):
            sender.sendto(datagram, ("127.0.0.1", port))
            ahead_s = begun + number / 10_000 - time.monotonic()
            if ahead_s > 0.005:
                time.sleep(ahead_s)
    return time.monotonic() - begun


async def _captured(w: World, *arguments: str) -> bytes:
    """What net-snmp would send."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        target = f"udp:127.0.0.1:{receiver.getsockname()[1]}"
        await snmptrap(w, *(target if argument == "TARGET" else argument for argument in arguments))
        return receiver.recv(65535)


def test_a_flood_with_a_wrong_community_uses_up_nothing_of_the_real_senders_share() -> None:
    real, wrong = _trap_message(b"olt-secret"), _trap_message(b"guessed")
    senders = Senders([OltConfig(name="north", address="192.0.2.1", snmp=Snmp(community="olt-secret"))], Traps())
    senders._by_address = {"192.0.2.1": [sender for _, sender in senders._by_host]}
    listener = TrapListener(("127.0.0.1", 0), senders, asyncio.Event())
    for _ in range(5000):
        with pytest.raises(Refused):
            listener._take(wrong, ("192.0.2.1", 1))
    listener._take(real, ("192.0.2.1", 1))
    assert (listener.accepted, listener.missed) == (1, set())


def _trap_message(community: bytes) -> bytes:
    """An SNMPv2-Trap linkDown."""
    uptime = ber.tlv(0x30, ber.object_id((1, 3, 6, 1, 2, 1, 1, 3, 0)) + ber.integer(1, ber.TIMETICKS))
    name = ber.object_id((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)) + ber.object_id((1, 3, 6, 1, 6, 3, 1, 1, 5, 3))
    head = ber.integer(7) + ber.integer(0) + ber.integer(0)
    pdu = ber.tlv(0xA7, head + ber.tlv(0x30, uptime + ber.tlv(0x30, name)))
    return ber.tlv(0x30, ber.integer(1) + ber.octets(community) + pdu)
