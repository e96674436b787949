from __future__ import annotations

import pytest

from noc_console.demo import ber
from noc_console.demo.ber import Oid
from noc_console.demo.huawei import NO_READING, ONT_OPTICS, XPON, HuaweiOlt, ethernet_if_index, if_index
from noc_console.demo.planner import MAX_ONTS_PER_OLT, PlantOptions, build
from noc_console.demo.plant import Cause, Fade, Plant, SimOnt
from noc_console.domain.identity import OntSerial, PonPort
from noc_console.domain.optics import Signal, Thresholds, classify_signal

NOW = 1_700_000_000.0


@pytest.fixture(scope="module")
def plant() -> Plant:
    return build(PlantOptions(), NOW)


def value(olt: HuaweiOlt, oid: Oid) -> bytes:
    column, row = olt.tree.find(oid)
    assert column is not None and row is not None, oid
    return column.value(row)


def number(olt: HuaweiOlt, *oid: int) -> int:
    return int.from_bytes(value(olt, oid)[2:], "big", signed=True)


def ont_at(olt: HuaweiOlt, column: Oid, ont: SimOnt) -> int:
    return number(olt, *column, if_index(ont.port.id), ont.ont_id)


def test_the_same_seed_and_instant_give_the_same_network(plant: Plant) -> None:
    assert build(PlantOptions(), NOW) == plant
    assert build(PlantOptions(seed=2), NOW) != plant


@pytest.mark.parametrize(("olts", "onts"), [(1, 0), (1, 1), (3, 7), (4, 600), (2, 2600), (20, 1000)])
def test_every_ont_has_a_place_of_its_own(olts: int, onts: int) -> None:
    plant = build(PlantOptions(olts, onts), NOW)
    assert len({olt.name for olt in plant.olts}) == olts
    assert len({ont.serial for ont in plant.onts}) == onts
    assert len({(ont.olt, ont.port.id, ont.ont_id) for ont in plant.onts}) == onts
    assert all(0 <= ont.ont_id <= 127 for ont in plant.onts)
    assert all(len(port.onts) <= port.split for olt in plant.olts for port in olt.ports)


@pytest.mark.parametrize("options", [PlantOptions(0, 0), PlantOptions(1, -1), PlantOptions(1, MAX_ONTS_PER_OLT + 1)])
def test_an_impossible_plant_is_refused(options: PlantOptions) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        build(options, NOW)


def test_it_holds_what_real_networks_hold(plant: Plant) -> None:
    light = [classify_signal(ont.rx_dbm(NOW), Thresholds()) for ont in plant.onts]
    assert light.count(Signal.GOOD) > 550
    assert all(light.count(signal) for signal in Signal)
    causes = {ont.cause for ont in plant.onts if not ont.online}
    assert {Cause.DYING_GASP, Cause.LOS, Cause.DEACTIVATED} <= causes
    ids = [[ont.ont_id for ont in port.onts] for olt in plant.olts for port in olt.ports if port.onts]
    assert all(used[0] == 0 and used == sorted(used) for used in ids)
    assert any(used != list(range(len(used))) for used in ids)
    texts = [ont.description for ont in plant.onts]
    assert any(b"\x1b" in text for text in texts) and any(b"[bold" in text for text in texts)
    assert any(not text for text in texts) and max(map(len, texts)) <= 128
    assert {ont.serial.vendor for ont in plant.onts} >= {"HWTC", "ZTEG", "TPLG", "01FF02FE"}


def test_a_fade_grows_and_is_mended() -> None:
    fade = Fade(100.0, 10.0, 6.0, mended_at=200.0)
    assert [fade.loss_db(at) for at in (99, 105, 110, 150, 200)] == [0.0, 3.0, 6.0, 6.0, 0.0]


def test_light_is_a_function_of_the_instant(plant: Plant) -> None:
    ont = next(ont for ont in plant.onts if not ont.fades)
    day = [ont.rx_dbm(NOW + hour * 3600) for hour in range(24)]
    assert day == [ont.rx_dbm(NOW + hour * 3600) for hour in range(24)]
    assert 0 < max(day) - min(day) < 1.0


def test_counters_only_grow_and_stand_still_offline() -> None:
    ont = next(ont for ont in build(PlantOptions(1, 60), NOW).onts if ont.online)
    downs = [ont.bytes_at(NOW + second)[0] for second in range(0, 600, 7)]
    assert downs == sorted(set(downs))
    ont.go_down(Cause.DYING_GASP, NOW + 600)
    assert ont.bytes_at(NOW + 600) == ont.bytes_at(NOW + 6000)
    ont.come_up(NOW + 6000)
    assert ont.bytes_at(NOW + 6001) > ont.bytes_at(NOW + 6000) == ont.bytes_at(NOW + 600)


@pytest.mark.parametrize(
    ("port", "index"),
    [("0/0/0", 4194304000), ("0/0/1", 4194304256), ("0/1/0", 4194312192), ("0/5/2", 4194345472)],
)
def test_port_indexes_are_huaweis(port: str, index: int) -> None:
    assert if_index(PonPort.parse(port)) == index


def test_uplink_indexes_are_huaweis() -> None:
    assert [ethernet_if_index(6, 0), ethernet_if_index(7, 0), ethernet_if_index(7, 1)] == [
        234930176,
        234938368,
        234938432,
    ]


def test_tables_say_what_the_plant_is(plant: Plant) -> None:
    olt = HuaweiOlt(plant.olts[0], lambda: NOW)
    for ont in plant.olts[0].onts:
        row = (if_index(ont.port.id), ont.ont_id)
        assert OntSerial.from_octets(value(olt, (*XPON, 2, 43, 1, 3, *row))[2:]) == ont.serial
        assert value(olt, (*XPON, 2, 43, 1, 9, *row)) == ber.octets(ont.description)
        assert ont_at(olt, (*XPON, 2, 46, 1, 15), ont) == (1 if ont.online else 2)
        assert ont_at(olt, (*XPON, 2, 46, 1, 20), ont) == (ont.distance_m if ont.online else -1)
        if ont.online:
            assert ont_at(olt, (*ONT_OPTICS, 4), ont) / 100 == pytest.approx(ont.rx_dbm(NOW), abs=0.006)
            assert (ont_at(olt, (*ONT_OPTICS, 6), ont) - 10000) / 100 == pytest.approx(ont.olt_rx_dbm(NOW), abs=0.006)
        else:
            assert [ont_at(olt, (*ONT_OPTICS, n), ont) for n in range(1, 7)] == [NO_READING] * 6


def test_times_are_by_the_olts_own_clock() -> None:
    plant = build(PlantOptions(1, 40), NOW)
    plant.olts[0].utc_offset_s = 7200
    ont = plant.onts[0]
    ont.last_down_at = 1773043298.1  # 2026-03-09 08:01:38.1 UTC
    ont.last_gasp_at = None
    olt = HuaweiOlt(plant.olts[0], lambda: NOW)
    row = (if_index(ont.port.id), ont.ont_id)
    assert value(olt, (*XPON, 2, 46, 1, 23, *row))[2:].hex() == "07ea03090a012601"
    assert value(olt, (*XPON, 2, 46, 1, 25, *row))[2:] == bytes(8)


def test_a_big_network_is_modest() -> None:
    plant = build(PlantOptions(2, 2000), NOW)
    assert sum(len(HuaweiOlt(olt, lambda: NOW).tree) for olt in plant.olts) > 2000 * 31
