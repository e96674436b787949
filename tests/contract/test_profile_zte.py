"""ZTE: three index spaces, two trees, states from 0 and from 1."""

from __future__ import annotations

from profile_olt import IF, IFX, Columns, mib, named, onts, polled, read_all, traffic

from noc_console.domain.identity import PonPort
from noc_console.domain.network import PollKind

Q = "1.3.6.1.4.1.3902.1012.3"
W = "1.3.6.1.4.1.3902.1082.500"
OLT_RX = "1.3.6.1.4.1.3902.1015.1010.11.2.1.2"
SFP = "1.3.6.1.4.1.3902.1082.30.40.2.4.1"
CARD = "1.3.6.1.4.1.3902.1082.10.1.2.4.1"
C300 = ("1.3.6.1.4.1.3902.1082.1001.300.2.1", "C300 Version V2.1.0 Software, Copyright (c) by ZTE Corporation")
C600 = ("1.3.6.1.4.1.3902.1082.1001.620.1.1", "ZXA10 C620, ZTE ZXA10 Software Version: V1.2.2")

# 1/3/1 in the 1012 space is the number of an uplink in IF-MIB; the PON port 1/3/1 has another one there.
PON_1012, PON_1082, PON_IF = 268632320, 285278977, 268500992
NAMES: Columns = {
    f"{IFX}.1": {str(PON_IF): b"gpon_1/3/1", str(PON_1012): b"xgei_1/19/1"},
    f"{IF}.8": {str(PON_IF): 1, str(PON_1012): 2},
}


def tree_1012() -> dict[str, dict[str, int | bytes]]:
    index = [f"{PON_1012}.{ont}" for ont in range(1, 9)]
    return {
        f"{Q}.28.1.1.1": {index[0]: b"ZTE-F660"},
        f"{Q}.28.1.1.2": {index[0]: b"name-1", index[1]: b"name-2"},
        f"{Q}.28.1.1.3": {index[0]: b"Ana", index[1]: b""},
        f"{Q}.28.1.1.5": {key: b"ZTEG\xc0\xff\xee" + bytes([n]) for n, key in enumerate(index, 1)},
        f"{Q}.28.2.1.4": {key: n for n, key in enumerate(index)},
        f"{Q}.28.2.1.6": {
            index[0]: bytes(8),
            index[1]: bytes.fromhex("07ea030908012601"),
            index[2]: b"2026-03-09 08:01",
        },
        f"{Q}.28.2.1.7": {index[1]: 9},
        f"{Q}.11.4.1.2": {index[0]: 1235, index[1]: 0},
        f"{Q}.50.12.1.1.10": {
            f"{index[0]}.1": 5635,
            f"{index[1]}.1": 65535,
            f"{index[2]}.1": 60000,
            f"{index[3]}.2": 1,
        },
        f"{Q}.50.12.1.1.14": {f"{index[0]}.1": 16179},
        f"{Q}.50.12.1.1.17": {f"{index[0]}.1": 163},
        f"{Q}.50.12.1.1.18": {f"{index[0]}.1": 6250},
        f"{Q}.50.12.1.1.19": {f"{index[0]}.1": 11520},
        OLT_RX: {index[0]: -21345, index[1]: 65535000, index[2]: -80000},
        f"{Q}.13.3.1.2": {f"{PON_1012}.1": b"HWTC\x01\x02\x03\x04"},
    }


async def test_c300_in_the_1012_tree() -> None:
    readings, poller = await read_all(mib(*C300, {**NAMES, **tree_1012()}))
    state = readings[PollKind.STATE]
    assert named(state.pon_ports) == {"1/3/1": {"oper": "up"}}, "joined by name, never by number"
    found = onts(state)
    assert [(found[f"1/3/1#{n}"]["state"], found[f"1/3/1#{n}"]["offline_reason"]) for n in range(1, 9)] == [
        ("offline", None),  # 0 logging
        ("offline", "loss_of_signal"),
        ("offline", None),  # 2 syncMib
        ("online", None),
        ("offline", "dying_gasp"),
        ("offline", "auth_failed"),
        ("offline", None),  # 6 offline
        ("unknown", "other"),
    ]
    assert found["1/3/1#1"] == {
        "serial": "ZTEGC0FFEE01",
        "state": "offline",
        "offline_reason": None,
        "last_down_clock": None,
        "distance_m": 1235,
    }
    assert (found["1/3/1#2"]["vendor_reason"], found["1/3/1#2"]["distance_m"]) == ("9", None)
    assert found["1/3/1#2"]["last_down_clock"] == "2026-03-09 08:01:38"
    assert found["1/3/1#3"]["last_down_clock"] == "2026-03-09 08:01"
    assert onts(readings[PollKind.OPTICS]) == {
        "1/3/1#1": {
            "onu_rx_dbm": -18.73,
            "onu_tx_dbm": 2.358,
            "voltage_v": 3.26,
            "bias_ma": 12.5,
            "temperature_celsius": 45.0,
            "olt_rx_dbm": -21.345,
        },
        "1/3/1#2": {"onu_rx_dbm": None, "olt_rx_dbm": None},
        "1/3/1#3": {"onu_rx_dbm": -41.072, "olt_rx_dbm": None},  # 60000 is -5536
    }
    inventory = onts(readings[PollKind.INVENTORY])
    assert inventory["1/3/1#1"] == {"description": "Ana", "model": "ZTE-F660"}
    assert inventory["1/3/1#2"] == {"description": "name-2"}, "the name, where there is no description"
    assert readings[PollKind.HEALTH].unregistered == [(PonPort((1, 3, 1)), {"serial": "HWTC01020304"})]
    assert {"ont.vendor_reason", "ont.voltage_v"} <= set(poller.unverified)
    assert "ont.onu_rx_dbm" not in poller.unverified


async def test_one_onu_of_a_c300_is_read_with_one_request() -> None:
    async with polled(mib(*C300, {**NAMES, **tree_1012()})) as (poller, agent):
        await poller.poll(PollKind.STATE)
        before = agent.requests
        facts = await poller.read_ont(PonPort((1, 3, 1)), 1)
    assert agent.requests == before + 1
    assert (facts["serial"], facts["onu_rx_dbm"], facts["olt_rx_dbm"]) == ("ZTEGC0FFEE01", -18.73, -21.345)


async def test_old_c320_with_plain_port_numbers() -> None:
    columns: Columns = {
        f"{Q}.28.1.1.5": {"18.4": b"ZTEG\x00\x00\x00\x09"},
        f"{Q}.28.2.1.4": {"18.4": 3},
        f"{Q}.50.12.1.1.10": {"18.4.1": 5635},
    }
    readings, _ = await read_all(mib("1.3.6.1.4.1.3902.1015", "C320 Version V1.2", columns))
    assert onts(readings[PollKind.STATE]) == {
        "1/2/2#4": {"serial": "ZTEG00000009", "state": "online", "offline_reason": None}
    }
    assert onts(readings[PollKind.OPTICS]) == {"1/2/2#4": {"onu_rx_dbm": -18.73}}


def tree_1082() -> dict[str, dict[str, int | bytes]]:
    index = [f"{PON_1082}.{ont}" for ont in range(1, 9)]
    return {
        f"{W}.10.2.3.3.1.1": {index[0]: b"ZTE-F670L"},
        f"{W}.10.2.3.3.1.2": {index[0]: b"name-1"},
        f"{W}.10.2.3.3.1.3": {index[0]: b"Ana"},
        f"{W}.10.2.3.3.1.18": {
            index[0]: b"1,ZTEGC0FFEE01",
            index[1]: b"2,secret-password",
            index[2]: b"3,ZTEGC0FFEE03,secret-password",
        },
        f"{W}.10.2.3.8.1.4": {key: n for n, key in enumerate(index, 1)},
        f"{W}.10.2.3.10.1.2": {index[0]: 2480, index[1]: 0},
        f"{W}.20.2.2.2.1.10": {f"{index[0]}.1": 5635, f"{index[1]}.1": 65535},
        f"{W}.20.2.2.2.1.14": {f"{index[0]}.1": 16179},
        f"{W}.1.2.4.2.1.2": {index[0]: -21345, index[1]: 65535000, index[2]: -80000},
    }


PHASES_1082 = [
    ("offline", None),  # 1 logging
    ("offline", "loss_of_signal"),
    ("offline", None),  # 3 syncMib
    ("online", None),
    ("offline", "dying_gasp"),
    ("offline", "auth_failed"),
    ("offline", None),  # 7 offline
    ("unknown", "other"),
]


async def test_c300_in_the_1082_tree() -> None:
    columns = {**NAMES, **tree_1082(), f"{W}.10.2.3.8.1.7": {f"{PON_1082}.7": 9, f"{PON_1082}.1": 1}}
    readings, poller = await read_all(mib(*C300, columns))
    found = onts(readings[PollKind.STATE])
    assert poller.profile is not None
    assert poller.profile.id == "zte-c300"
    assert [found[f"1/3/1#{n}"]["state"] for n in range(1, 9)] == [state for state, _ in PHASES_1082]
    assert found["1/3/1#7"]["offline_reason"] == "dying_gasp"
    assert found["1/3/1#7"]["vendor_reason"] == "9"
    assert onts(readings[PollKind.OPTICS])["1/3/1#1"] == {
        "onu_rx_dbm": -18.73,
        "onu_tx_dbm": 2.358,
        "olt_rx_dbm": -21.345,
    }


async def test_c620() -> None:
    load = "1.3.6.1.4.1.3902.3.6002.2"
    columns: Columns = {
        f"{IFX}.1": {str(PON_1082): b"gpon_olt-1/3/1", "285279233": b"xgei-1/4/1"},
        f"{IF}.8": {str(PON_1082): 1, "285279233": 1},
        **tree_1082(),
        f"{SFP}.3": {str(PON_1082): 6635, "285279233": -2000},
        f"{CARD}.4": {"1.1.4": b"SPUF"},
        f"{CARD}.5": {"1.1.4": 1},
        f"{CARD}.9": {"1.1.4": 0},
        f"{CARD}.11": {"1.1.4": 0},
        f"{load}.1.1.6": {"1.1.4.0": 29},
        f"{load}.1.1.8": {"1.1.4.0": 19},
        f"{load}.5.1.9": {"1.1.4.1.1": 55, "1.1.4.1.6": 53},
        f"{load}.3.1.14": {"1.1.3.0": 19},
    }
    counters = {
        f"{W}.4.2.2.2.1.1": {f"{PON_1082}.1": 2**33},
        f"{W}.4.2.2.2.1.44": {f"{PON_1082}.1": 2**41},
        f"{IFX}.6": {str(PON_1082): 62037705},
        f"{IFX}.10": {str(PON_1082): 1419313136},
    }
    readings, poller = await read_all(mib(*C600, columns, counters))
    assert poller.profile is not None
    assert poller.profile.id == "zte-c600"
    found = onts(readings[PollKind.STATE])
    phases = [(found[f"1/3/1#{n}"]["state"], found[f"1/3/1#{n}"]["offline_reason"]) for n in range(1, 9)]
    assert phases == PHASES_1082
    assert [found[f"1/3/1#{n}"]["serial"] for n in (1, 2, 3)] == ["ZTEGC0FFEE01", None, "ZTEGC0FFEE03"]
    assert "secret" not in str(readings)
    optics = readings[PollKind.OPTICS]
    assert named(optics.pon_ports) == {"1/3/1": {"tx_dbm": 6.635}}, "an uplink has a number of the same form"
    assert onts(optics) == {
        "1/3/1#1": {"onu_rx_dbm": -18.73, "onu_tx_dbm": 2.358, "olt_rx_dbm": -21.345},
        "1/3/1#2": {"onu_rx_dbm": None, "olt_rx_dbm": None},
        "1/3/1#3": {"olt_rx_dbm": None},
    }
    assert traffic(optics) == {"1/3/1#1": {"rx_bytes": 2**33, "tx_bytes": 2**41}}
    health = readings[PollKind.HEALTH]
    assert named(health.pon_traffic) == {"1/3/1": {"rx_bytes": 62037705, "tx_bytes": 1419313136}}
    assert health.cards == {
        "1/4": {"type": "SPUF", "state": "normal", "cpu_percent": 19, "memory_percent": 29, "temperature_celsius": 55}
    }
    assert health.fans == {"1/1/3/0": {"speed_percent": 19}}


async def test_c600_reads_the_cause_where_there_is_one() -> None:
    cause = {f"{W}.10.2.3.8.1.7": {f"{PON_1082}.2": 13, f"{PON_1082}.7": 77}}
    names: Columns = {f"{IFX}.1": {str(PON_1082): b"gpon_olt-1/3/1"}, f"{IF}.8": {str(PON_1082): 1}}
    readings, _ = await read_all(mib(*C600, {**names, **tree_1082(), **cause}))
    found = onts(readings[PollKind.STATE])
    assert (found["1/3/1#2"]["offline_reason"], found["1/3/1#2"]["vendor_reason"]) == ("deactivated", "13")
    assert (found["1/3/1#7"]["offline_reason"], found["1/3/1#7"]["vendor_reason"]) == ("other", "77")
    assert "offline_reason" not in found["1/3/1#1"]
