"""FiberHome, VSOL, BDCOM, C-Data: as far as their MIBs and field notes carry."""

from __future__ import annotations

import pytest
from profile_olt import IF, IFX, Columns, mib, named, onts, polled, read_all, ufiber

from noc_console.demo.mib import MibTree
from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.identity import PonPort
from noc_console.domain.network import PollKind

CALIX = "1.3.6.1.4.1.6321.1.2"


async def test_fiberhome() -> None:
    f = "1.3.6.1.4.1.5875.800.3"
    onu, gone, other = (str(3 << 25 | 2 << 19 | n << 8) for n in (1, 9, 10))
    pon = str(3 << 25 | 2 << 19)
    columns: Columns = {
        f"{f}.10.1.1.2": dict.fromkeys((onu, gone, other), 3),
        f"{f}.10.1.1.3": dict.fromkeys((onu, gone, other), 2),
        f"{f}.10.1.1.4": {onu: 1, gone: 9, other: 10},
        f"{f}.10.1.1.8": {onu: b"FHTT12345678", gone: b"a-loid"},
        f"{f}.10.1.1.10": {onu: b"\x00\x6d\x61\xee\x0b\xf3"},
        f"{f}.10.1.1.11": {onu: 1, gone: 0, other: 2},
        f"{f}.10.1.1.12": {onu: b"RP2520"},
        f"{f}.9.3.3.1.6": {onu: -2135, gone: 0},
        f"{f}.9.3.3.1.7": {onu: 236},
        f"{f}.9.3.3.1.8": {onu: 330},
        f"{f}.9.3.3.1.9": {onu: 1250},
        f"{f}.9.3.3.1.10": {onu: 4550},
        f"{f}.9.6.1.1": {onu: 1203, gone: 0},
        f"{f}.9.3.7.1.2": {f"{pon}.1": -2287},
        f"{f}.9.3.4.1.8": {pon: 473},
        f"{f}.11.1.1.2": {"1": 3, "2": 3},
        f"{f}.11.1.1.3": {"1": 2, "2": 2},
        f"{f}.11.1.1.5": {"1": b"FHTT00000001", "2": b"FHTT00000002"},
    }
    readings, poller = await read_all(mib("1.3.6.1.4.1.5875.800.1001.11", "AN5516-01", columns))
    state = onts(readings[PollKind.STATE])
    assert state["3/2#1"] == {
        "state": "online",
        "offline_reason": None,
        "serial": "FHTT12345678",
        "mac": "00:6D:61:EE:0B:F3",
    }
    assert state["3/2#9"] == {"state": "offline", "offline_reason": "loss_of_signal", "serial": None}
    assert state["3/2#10"] == {"state": "offline", "offline_reason": "dying_gasp"}
    optics = readings[PollKind.OPTICS]
    assert onts(optics) == {
        "3/2#1": {
            "onu_rx_dbm": -21.35,
            "onu_tx_dbm": 2.36,
            "voltage_v": 3.3,
            "bias_ma": 12.5,
            "temperature_celsius": 45.5,
            "distance_m": 1203,
            "olt_rx_dbm": -22.87,
        },
        "3/2#9": {"onu_rx_dbm": None, "distance_m": None},
    }
    assert named(optics.pon_ports) == {"3/2": {"tx_dbm": 4.73}}
    assert onts(readings[PollKind.INVENTORY]) == {"3/2#1": {"firmware": "RP2520"}}
    assert readings[PollKind.HEALTH].unregistered == [
        (PonPort((3, 2)), {"serial": "FHTT00000001"}),
        (PonPort((3, 2)), {"serial": "FHTT00000002"}),
    ]
    assert "ont.serial" in poller.unverified


V = "1.3.6.1.4.1.37950.1.1.5"


async def test_vsol_epon_onus_are_known_by_their_mac() -> None:
    columns: Columns = {
        f"{V}.12.1.25.1.4": {"1.1": 1, "1.2": 0},
        f"{V}.12.1.25.1.5": {"1.1": b"00:6d:61:ee:0b:f3", "1.2": b"\x00\x6d\x61\xee\x0b\xf4"},
        f"{V}.12.1.25.1.9": {"1.1": b"Ana"},
        f"{V}.12.1.25.1.15": {"1.2": 1},
        f"{V}.12.2.1.8.1.7": {"1.1": b"0.03 mW (-14.76 dBm)", "1.2": b"--"},
    }
    readings, _ = await read_all(mib("1.3.6.1.4.1.37950.1.1.5.10.14.1", "V1600D", columns))
    assert onts(readings[PollKind.STATE]) == {
        "0/1#1": {"state": "online", "mac": "00:6D:61:EE:0B:F3"},
        "0/1#2": {
            "state": "offline",
            "mac": "00:6D:61:EE:0B:F4",
            "offline_reason": "dying_gasp",
            "vendor_reason": "1",
        },
    }
    assert onts(readings[PollKind.OPTICS]) == {"0/1#1": {"onu_rx_dbm": -14.76}, "0/1#2": {"onu_rx_dbm": None}}


async def test_vsol_older_list_names_its_places_in_columns() -> None:
    columns: Columns = {
        f"{V}.12.1.12.1.2": {"5": 2},
        f"{V}.12.1.12.1.3": {"5": 7},
        f"{V}.12.1.12.1.5": {"5": 1},
        f"{V}.12.1.12.1.6": {"5": b"\x00\x6d\x61\xee\x0b\xf3"},
        f"{V}.12.1.12.1.10": {"5": b"Ana"},
    }
    async with polled(mib("1.3.6.1.4.1.37950.1.1.5.10.14.1", "V1600D", columns)) as (poller, _):
        assert onts(await poller.poll(PollKind.STATE)) == {"0/2#7": {"state": "online", "mac": "00:6D:61:EE:0B:F3"}}
        assert onts(await poller.poll(PollKind.INVENTORY)) == {"0/2#7": {"description": "Ana"}}
        assert (await poller.read_ont(PonPort((0, 2)), 7))["state"] == "online"


async def test_vsol_gpon() -> None:
    g = "1.3.6.1.4.1.37950.1.1.6.1.1"
    columns: Columns = {
        f"{g}.1.1.5": {"1.1": 3, "1.2": 4},
        f"{g}.2.1.5": {"1.1": b"GPON001122AA", "1.2": b"GPON001122AB"},
        f"{g}.3.1.7": {"1.1": b"-23.46", "1.2": b"0.00", "1.3": b"N/A"},
    }
    readings, poller = await read_all(mib("1.3.6.1.4.1.37950.1.1.5.10.14.9", "V1600G1", columns))
    assert onts(readings[PollKind.STATE]) == {
        "0/1#1": {"serial": "GPON001122AA", "state": "online", "offline_reason": None},
        "0/1#2": {"serial": "GPON001122AB", "state": "offline", "offline_reason": "dying_gasp"},
    }
    assert onts(readings[PollKind.OPTICS]) == {
        "0/1#1": {"onu_rx_dbm": -23.46},
        "0/1#2": {"onu_rx_dbm": None},
        "0/1#3": {"onu_rx_dbm": None},
    }
    assert "ont.state" in poller.unverified


async def test_bdcom() -> None:
    b = "1.3.6.1.4.1.3320.10"
    columns: Columns = {
        f"{IF}.2": {"9": b"GPON0/2", "1179": b"GPON0/2:1", "1180": b"GPON0/2:2", "1": b"GigaEthernet0/1"},
        f"{IF}.8": {"9": 1, "1179": 1, "1180": 2, "1": 1},
        f"{b}.3.3.1.2": {"1179": b"BDCM12345678", "1180": b"BDCM\x00\x00\x00\x02"},
        f"{b}.3.3.1.4": {"1179": 3, "1180": 0},
        f"{b}.3.1.1.9": {"1179": b"GP1702-1G"},
        f"{b}.3.1.1.33": {"1179": 2480},
        f"{b}.3.1.1.35": {"1179": 0, "1180": 6},
        f"{b}.3.4.1.2": {"1179": -187, "1180": -9365},
        f"{b}.3.4.1.3": {"1179": 23},
    }
    readings, poller = await read_all(mib("1.3.6.1.4.1.3320.1.390.0", "BDCOM(tm) GP3600-16B", columns))
    assert named(readings[PollKind.STATE].pon_ports) == {"0/2": {"oper": "up"}}
    assert onts(readings[PollKind.STATE]) == {
        "0/2#1": {
            "serial": "BDCM12345678",
            "state": "online",
            "offline_reason": None,
            "vendor_reason": None,
            "distance_m": 2480,
        },
        "0/2#2": {
            "serial": "BDCM00000002",
            "state": "offline",
            "offline_reason": "loss_of_signal",
            "vendor_reason": "6",
        },
    }
    assert onts(readings[PollKind.OPTICS]) == {
        "0/2#1": {"onu_rx_dbm": -18.7, "onu_tx_dbm": 2.3},
        "0/2#2": {"onu_rx_dbm": None},  # in the MIB's own steps it would be another value: blank, not a guess
    }
    assert {"ont.onu_rx_dbm", "ont.onu_tx_dbm"} <= set(poller.unverified)


def bdcom(onu: bytes) -> MibTree:
    return mib(
        "1.3.6.1.4.1.3320.1.390.0",
        "BDCOM(tm) GP3600-16B",
        {
            f"{IF}.2": {"9": b"GPON0/2", "1179": onu},
            f"{IF}.8": {"9": 1, "1179": 1},
            "1.3.6.1.4.1.3320.10.3.3.1.2": {"1179": b"BDCM12345678"},
            "1.3.6.1.4.1.3320.10.3.3.1.4": {"1179": 3},
        },
    )


async def test_an_interface_number_that_went_to_another_onu_is_not_read_for_the_old_one() -> None:
    async with polled(bdcom(b"GPON0/2:1")) as (poller, agent):
        await poller.poll(PollKind.STATE)
        assert (await poller.read_ont(PonPort((0, 2)), 1))["serial"] == "BDCM12345678"
        agent.tree = bdcom(b"GPON0/2:5")
        assert list(onts(await poller.poll(PollKind.STATE))) == ["0/2#5"]
        with pytest.raises(SourceProtocolError, match="lists no ONT 1 on port 0/2"):
            await poller.read_ont(PonPort((0, 2)), 1)
        assert (await poller.read_ont(PonPort((0, 2)), 5))["serial"] == "BDCM12345678"


CDATA = ("1.3.6.1.4.1.17409", "some site")


async def test_cdata_in_the_nscrtv_tree() -> None:
    s = "1.3.6.1.4.1.17409.2.8.4"
    columns: Columns = {
        f"{IFX}.1": {"16780544": b"pon0/0/1", "16777472": b"ge0/0/1"},
        f"{IF}.8": {"16780544": 1, "16777472": 1},
        f"{s}.1.1.2": {"4718593": b"gpon 0/0/1 onu 1 Ana"},
        f"{s}.1.1.3": {"4718593": b"CDTC\x01\x02\x03\x04"},
        f"{s}.1.1.6": {"4718593": b"FD512XW"},
        f"{s}.1.1.7": {"4718593": 1},
        f"{s}.1.1.9": {"4718593": 812},
        f"{s}.4.1.4": {"4718593.0.0": -1932, "4718593.65535.65535": -1700},
    }
    readings, _ = await read_all(mib(*CDATA, columns))
    assert named(readings[PollKind.STATE].pon_ports) == {"0/0/1": {"oper": "up"}}
    assert onts(readings[PollKind.STATE]) == {
        "0/0/1#1": {"serial": "CDTC01020304", "state": "online", "distance_m": 812}
    }
    assert onts(readings[PollKind.OPTICS]) == {"0/0/1#1": {"onu_rx_dbm": -19.32}}
    assert onts(readings[PollKind.INVENTORY]) == {
        "0/0/1#1": {"description": "gpon 0/0/1 onu 1 Ana", "model": "FD512XW"}
    }


async def test_cdata_in_its_own_tree() -> None:
    c = "1.3.6.1.4.1.34592.1.5.1.1.2.18"
    columns: Columns = {
        f"{c}.1.1.4": {"1.0.1.5": b"CDTC\x01\x02\x03\x04"},
        f"{c}.2.1.1": {"1.0.1.5": 2},
        f"{c}.2.1.4": {"1.0.1.5": 0},
    }
    readings, _ = await read_all(mib(*CDATA, columns))
    assert onts(readings[PollKind.STATE]) == {
        "1/0/1#5": {"serial": "CDTC01020304", "state": "offline", "distance_m": None}
    }


async def test_ufiber_names_onus_by_serial_number_only() -> None:
    tree = ufiber({"UBNT2073b7de": (2, -2356), "UBNT20731888": (1, -2481)}, ("UBNTc268993b",))
    readings, poller = await read_all(tree)
    assert poller.profile and poller.profile.id == "ubnt-ufiber"
    state = readings[PollKind.STATE]
    assert {(str(p.port), f["serial"], f["state"]) for p in state.ports for f in p.onts.values()} == {
        ("0/2", "UBNT2073B7DE", "online"),
        ("0/1", "UBNT20731888", "online"),
        ("0/0", "UBNTC268993B", "offline"),
    }
    light = {facts.get("onu_rx_dbm") for port in readings[PollKind.OPTICS].ports for facts in port.onts.values()}
    assert light == {-23.56, -24.81, None}
    assert {str(port): facts["oper"] for port, facts in state.pon_ports.items()} == {"0/1": "up", "0/2": "up"}


async def test_bdcom_whose_onus_are_interfaces_only() -> None:
    names = {"97": b"GigaEthernet0/1", "110": b"GPON0/1", "126": b"GPON0/1:1", "127": b"GPON0/1:2", "140": b"GPON0/2:1"}
    columns: Columns = {
        f"{IF}.2": names,
        f"{IF}.7": dict.fromkeys(names, 1),
        f"{IF}.8": dict.fromkeys(names, 1) | {"127": 2},
        "1.3.6.1.4.1.3320.3.6.10.1.3": {"0": b"GP3600-16B mother card"},
        "1.3.6.1.4.1.3320.3.6.10.1.11": {"0": 4},
        "1.3.6.1.4.1.3320.3.6.10.1.12": {"0": 26},
        "1.3.6.1.4.1.3320.3.6.10.1.13": {"0": 33},
        "1.3.6.1.4.1.3320.9.187.4.1.2": {"0": 1, "1": 1},
        "1.3.6.1.4.1.3320.9.187.4.1.3": {"0": 3029, "1": 3030},
    }
    readings, _ = await read_all(mib("1.3.6.1.4.1.3320.1.390.0", "BDCOM(tm) GP3600-16B", columns))
    assert {place: facts["state"] for place, facts in onts(readings[PollKind.STATE]).items()} == {
        "0/1#1": "online",
        "0/1#2": "offline",
        "0/2#1": "online",
    }
    health = readings[PollKind.HEALTH]
    (card,) = health.cards.values()
    assert (card["cpu_percent"], card["memory_percent"], card["temperature_celsius"]) == (4, 26, 33)
    assert sorted(fan["speed_rpm"] for fan in health.fans.values()) == [3029, 3030]


async def test_datacom_reads_onus_and_passes_over_their_ports() -> None:
    d = "1.3.6.1.4.1.3709.3.6.2.1.1"
    names = {"1": b"gpon-1/1/1-onu-0", "2": b"gpon-1/1/1-onu-0-gem-1", "3": b"gpon-1/1/2-onu-7"}
    columns: Columns = {
        f"{d}.3": names,
        f"{d}.7": {"1": 1, "2": 1, "3": 7},
        f"{d}.21": {"1": b"2.31", "3": b""},
        f"{d}.22": {"1": b"-21.32", "3": b"0.00"},
        f"{d}.23": {"1": b"corner shop"},
        f"{d}.38": {"1": b"DACM00001234"},
    }
    readings, _ = await read_all(mib("1.3.6.1.4.1.3709.1.2.77", "DmOS", columns))
    state, light = onts(readings[PollKind.STATE]), onts(readings[PollKind.OPTICS])
    assert {place: (facts.get("serial"), facts["state"]) for place, facts in state.items()} == {
        "1/1/1#0": ("DACM00001234", "online"),
        "1/1/2#7": (None, "offline"),
    }
    assert light["1/1/1#0"] == {"onu_rx_dbm": -21.32, "onu_tx_dbm": 2.31}
    assert set(light["1/1/2#7"].values()) == {None}


@pytest.mark.parametrize(
    ("object_id", "profile", "ont", "port", "light"),
    [
        ("2.5.3", "calix-e7", f"{CALIX}.2.2.1.10.1.1", None, None),
        ("4.1.6", "calix-axos", f"{CALIX}.4.2.6.1.1", f"{CALIX}.4.2.4.2.1", -20.0),
    ],
)
async def test_calix_onts_have_ids_over_the_whole_olt(
    object_id: str, profile: str, ont: str, port: str | None, light: float | None
) -> None:
    columns = {
        f"{ont}.4": {"4711": 1, "4712": 0 if port else 3},
        f"{ont}.5": {"4711": 0, "4712": 1},
        f"{ont}.6": {"4711": 100, "4712": 0},
    }
    if port:
        columns[f"{port}.2"] = {"900": b"1/2/xp3"}  # type: ignore[dict-item]
        columns[f"{port}.3"] = {"900": 1}
    else:
        columns[f"{CALIX}.2.2.1.6.2.1.4"] = {"1.2.3": 1}
        columns[f"{CALIX}.2.2.1.6.2.1.7"] = {"1.2.3": 25119}
    readings, poller = await read_all(mib(f"{CALIX}.{object_id}", "Calix", columns))
    assert poller.profile and poller.profile.id == profile
    state = onts(readings[PollKind.STATE])
    assert (state["0/0#4711"]["state"], state["0/0#4712"]["state"]) == ("online", "offline")
    assert state["0/0#4712"]["offline_reason"] == "dying_gasp"
    assert {str(at): facts["oper"] for at, facts in readings[PollKind.STATE].pon_ports.items()} == {"1/2/3": "up"}
    if light is not None:
        assert onts(readings[PollKind.OPTICS])["0/0#4711"]["onu_rx_dbm"] == light


@pytest.mark.parametrize(("encoding", "text"), [("gbk", "海港路 10"), ("cp1251", "Морская 10")])
async def test_descriptions_are_read_in_the_encoding_of_the_olt(encoding: str, text: str) -> None:
    d = "1.3.6.1.4.1.3709.3.6.2.1.1"
    names = {"1": b"gpon-1/1/1-onu-0", "2": b"gpon-1/1/1-onu-1"}
    columns: Columns = {
        f"{d}.3": names,
        f"{d}.7": {"1": 1, "2": 1},
        f"{d}.23": {"1": text.encode(encoding), "2": "Großmann".encode()},
    }
    tree = mib("1.3.6.1.4.1.3709.1.2.77", "DmOS", columns)
    async with polled(tree) as (poller, _):
        poller.config = poller.config.model_copy(update={"text_encoding": encoding})
        await poller.poll(PollKind.STATE)
        told = onts(await poller.poll(PollKind.INVENTORY))
    assert told["1/1/1#0"]["description"] == text
    assert told["1/1/1#1"]["description"] == "Großmann", "UTF-8 stays UTF-8"
