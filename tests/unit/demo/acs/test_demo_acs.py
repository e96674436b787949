"""The simulated ACS by itself: its query language, its documents, its size."""

from __future__ import annotations

import time
import tracemalloc
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
