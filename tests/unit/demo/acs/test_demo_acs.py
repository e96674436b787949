"""The simulated ACS by itself: its query language, its documents, its size."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest

from noc_console.demo.acs import HUAWEI_EG8145V5, MODELS, TPLINK_XX230V, Model, SimulatedAcs, SimulatedCpe
from noc_console.demo.acs.queries import WorkerCrash, device_query, task_query
from noc_console.demo.acs.record import MISSING
from noc_console.demo.acs.tasks import check_task
from noc_console.domain.identity import OntSerial


def matches(query: dict[str, Any], have: dict[str, Any]) -> bool:
    return device_query(query)(lambda key: have.get(key, MISSING))


@pytest.mark.parametrize(
    ("query", "have", "expected"),
    [
        ({"A.B": "x"}, {"A.B._value": "x"}, True),
        ({"A.B": "x"}, {"A.B": "x"}, False),
        ({"_id": "x"}, {"_id": "X"}, False),
        ({"_id": "/^x$/i"}, {"_id": "X"}, True),
        ({"_id": "*b*"}, {"_id": "abc"}, True),
        ({"_id": {"$eq": "*b*"}}, {"_id": "abc"}, True),
        ({"_id": {"$regex": "^a\\*c$"}}, {"_id": "abc"}, False),
        ({"A": "5"}, {"A._value": 5}, True),
        ({"A": 5}, {"A._value": "5"}, False),
        ({"A": True}, {"A._value": 1}, False),
        ({"_tags": "x"}, {"_tags": ["y", "x"]}, True),
        ({"A": {"$exists": False}}, {}, True),
        ({"A": {"$ne": "x"}}, {}, True),
        ({"$or": [{"_id": "a"}, {"_id": "b"}]}, {"_id": "b"}, True),
        ({"$nor": [{"_id": "a"}]}, {"_id": "a"}, False),
        ({"A": {"$gt": 3, "$lt": 5}}, {"A._value": 4}, True),
        ({}, {}, True),
    ],
)
def test_queries(query: dict[str, Any], have: dict[str, Any], expected: bool) -> None:
    assert matches(query, have) is expected


@pytest.mark.parametrize("query", [{"$where": "1"}, {"a": {"$size": 1}}, {"$or": {}}])
def test_queries_that_kill(query: dict[str, Any]) -> None:
    with pytest.raises(WorkerCrash):
        device_query(query)


def test_a_task_query_with_a_bad_id_kills() -> None:
    with pytest.raises(WorkerCrash):
        task_query({"_id": "nonsense"})
    with pytest.raises(WorkerCrash):
        check_task({"name": "getParameterValues", "parameterNames": []})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_fresh_document_holds_what_an_inform_carries(model: Model) -> None:
    acs = SimulatedAcs()
    acs.add(SimulatedCpe(OntSerial.parse("HWTC00000001"), model))
    (record,) = acs.records.values()
    document = record.document((), time.time())

    def leaves(node: dict[str, Any]) -> int:
        return ("_value" in node) + sum(leaves(child) for child in node.values() if isinstance(child, dict))

    assert leaves(document) == 6
    assert set(document) == {"_id", "_deviceId", "_registered", "_lastInform", "_lastBoot", "_lastBootstrap",
                             "_timestamp", model.root}  # fmt: skip


def test_what_the_acs_read_does_not_follow_the_router() -> None:
    acs = SimulatedAcs()
    cpe = SimulatedCpe(OntSerial.parse("HWTC00000001"), HUAWEI_EG8145V5)
    acs.add(cpe, refreshed=True)
    path = "InternetGatewayDevice.WANDevice.1.X_GponInterafceConfig.RXPower"
    before = acs.records[cpe.device_id].believed(path, time.time())
    cpe.state.rx_dbm = -30
    assert acs.records[cpe.device_id].believed(path, time.time()) == before
    assert cpe.read(path, time.time()) == -30


def test_periodic_informs_stop_when_offline() -> None:
    acs = SimulatedAcs()
    cpe = SimulatedCpe(OntSerial.parse("TPLG00000001"), TPLINK_XX230V)
    acs.add(cpe)
    record, now = acs.records[cpe.device_id], time.time()
    assert now + 700 < record.last_inform_at(now + 1000) <= now + 1000
    cpe.online = False
    assert record.last_inform_at(now + 1000) <= now


def test_twenty_thousand_fit() -> None:
    """Under 10 kB each, fully refreshed ones too; documents are made when asked for."""
    acs = SimulatedAcs()
    tracemalloc.start()
    for number in range(600):
        acs.add(SimulatedCpe(OntSerial.parse(f"HWTC{number:08X}"), MODELS[number % 3]), refreshed=True)
    size = tracemalloc.get_traced_memory()[0] / 600
    tracemalloc.stop()
    assert size < 4_000


def test_ids_are_percent_encoded_text() -> None:
    assert SimulatedCpe(OntSerial.parse("HWTC0A1B2C01")).device_id == "00259E-EG8145V5-485754430A1B2C01"


# Homes


def routers(model: Model, number: int = 120) -> list[SimulatedCpe]:
    vendor = {"EG8145V5": "HWTC", "F670L": "ZTEG", "XX230v": "TPLG"}[model.name]
    return [SimulatedCpe(OntSerial.parse(f"{vendor}{one:08X}"), model) for one in range(number)]


def test_homes_differ_by_serial_and_not_by_run() -> None:
    first, again = ([replace(cpe.state, booted_at=0.0) for cpe in routers(HUAWEI_EG8145V5)] for _ in range(2))
    assert first == again
    for trouble in (
        lambda state: state.busy_24_percent > 70 and state.noise_24_dbm > -75,
        lambda state: any(node.signal_dbm < -75 and node.busy_percent > 60 for node in state.mesh),
        lambda state: state.slow_port,
        lambda state: state.bad_port,
        lambda state: any(host.wireless and host.signal_dbm < -75 for host in state.hosts),
    ):
        share = sum(bool(trouble(state)) for state in first) / len(first)
        assert 0 < share < 0.4


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_leaf_of_every_home_has_a_value_of_its_type(model: Model) -> None:
    kinds = {"xsd:boolean": bool, "xsd:int": int, "xsd:unsignedInt": int}
    for cpe in routers(model, 20):
        for path in cpe.matching(""):
            leaf, value = cpe.leaf(path), cpe.read(path, time.time())
            assert leaf is not None
            assert value is None or type(value) is kinds.get(leaf.type, str), path


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_switch_that_is_off_shows(model: Model) -> None:
    cpe = next(cpe for cpe in routers(model) if cpe.state.clients(five_ghz=False))
    port, network = (
        ("Device.Ethernet.Interface.2", "Device.WiFi.SSID.1")
        if model.root == "Device"
        else (
            "InternetGatewayDevice.LANDevice.1.LANEthernetInterfaceConfig.1",
            "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1",
        )
    )
    for holder in (port, network):
        assert cpe.read(f"{holder}.Status", 0.0) == "Up"
        cpe.apply({f"{holder}.Enable": False})
        assert cpe.read(f"{holder}.Status", 0.0) in ("Down", "Disabled")
    count = "Device.WiFi.AccessPoint.1.AssociatedDeviceNumberOfEntries"
    assert cpe.read(count if model.root == "Device" else f"{network}.TotalAssociations", 0.0) == 0


def test_a_channel_holds_only_when_the_router_does_not_choose() -> None:
    cpe = SimulatedCpe(OntSerial.parse("HWTC00000001"), HUAWEI_EG8145V5)
    wlan = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1"
    cpe.take({f"{wlan}.Channel": 11})
    assert cpe.read(f"{wlan}.Channel", 0.0) == 6
    cpe.take({f"{wlan}.AutoChannelEnable": False, f"{wlan}.Channel": 11})
    assert cpe.read(f"{wlan}.Channel", 0.0) == 11
    cpe.take({f"{wlan}.AutoChannelEnable": True})
    assert cpe.read(f"{wlan}.Channel", 0.0) == 6


def test_instances_are_numbered_on_and_on() -> None:
    cpe = SimulatedCpe(OntSerial.parse("HWTC00000001"), HUAWEI_EG8145V5)
    (parent,) = cpe.model.addable
    assert [cpe.add_instance(parent) for _ in range(2)] == [1, 2]
    cpe.write(f"{parent}.1.ExternalPort", 80)
    cpe.delete_instance(f"{parent}.1")
    assert cpe.read(f"{parent}.1.ExternalPort", 0.0) is None and cpe.read(f"{parent}.2.ExternalPort", 0.0) == 0
    assert cpe.add_instance(parent) == 3 and cpe.add_instance("InternetGatewayDevice.Nothing") is None
    assert f"{parent}.3.InternalClient" in set(cpe.matching(f"{parent}.*"))
    cpe.forget_settings()
    assert list(cpe.matching(parent)) == []
