"""What may be sent: everything that GenieACS dies of is refused here."""

from __future__ import annotations

from typing import Any

import pytest

from noc_console.sources.genieacs import checks
from noc_console.sources.genieacs.results import TaskOutcome, outcome_of


@pytest.mark.parametrize(
    "body",
    [
        {"name": "reboot"},
        {"name": "factoryReset", "expiry": 600, "uniqueKey": "k"},
        {"name": "refreshObject", "objectName": ""},
        {"name": "getParameterValues", "parameterNames": ["Device.WiFi.SSID.*.SSID"]},
        {"name": "getParameterValues", "parameterNames": ["InternetGatewayDevice.X_CT-COM_GponInterfaceConfig"]},
        {"name": "setParameterValues", "parameterValues": [["A.B", True], ["A.C", "x", "xsd:string"]]},
    ],
)
def test_good_tasks(body: dict[str, Any]) -> None:
    assert checks.task(body) is body


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "format"},
        {"name": "reboot", "expiry": -1},
        {"name": "reboot", "expiry": True},
        {"name": "reboot", "device": "x"},
        {"name": "getParameterValues"},
        {"name": "getParameterValues", "parameterNames": []},
        {"name": "getParameterValues", "parameterNames": ["A.B", ""]},
        {"name": "getParameterValues", "parameterNames": ["A.B."]},
        {"name": "refreshObject", "objectName": "A."},
        {"name": "refreshObject"},
        {"name": "setParameterValues", "parameterValues": []},
        {"name": "setParameterValues", "parameterValues": [["A.B", None]]},
        {"name": "setParameterValues", "parameterValues": [["A.*.B", "x"]]},
    ],
)
def test_deadly_tasks(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        checks.task(body)


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(ValueError) as caught:
        checks.task({"name": "setParameterValues", "parameterValues": [["A.B", "s3cret", "xsd:string", "more"]]})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("id", ["", "nonsense", "6B0202CE75013E0FB38E0EB1", "6b0202ce75013e0fb38e0eb"])
def test_task_ids(id: str) -> None:
    with pytest.raises(ValueError):
        checks.object_id(id)
    with pytest.raises(ValueError):
        checks.task_query({"_id": {"$in": [id]}})


@pytest.mark.parametrize(
    "query",
    [
        {"$where": "1"},
        {"$or": {"a": 1}},
        {"$or": []},
        {"a": {"$text": "x"}},
        {"a": {}},
        {"a": {"$ne": "x", "$gt": "y"}},
        {"$and": [{"$or": [{"a": {"$elemMatch": {}}}]}]},
    ],
)
def test_deadly_queries(query: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        checks.device_query(query)


def test_regex_is_for_devices_only() -> None:
    query = {"timestamp": {"$regex": "x"}}
    assert checks.device_query(query)
    with pytest.raises(ValueError):
        checks.row_query(query)


@pytest.mark.parametrize(
    ("status", "reason", "contacted", "outcome"),
    [
        (200, "OK", True, TaskOutcome.DONE),
        (200, "", True, TaskOutcome.DONE),
        (202, "Accepted", False, TaskOutcome.QUEUED),
        (202, "Accepted", True, None),
        (202, "", True, None),
        (202, "Task faulted", True, TaskOutcome.FAULTED),
        (202, "Task queued but not processed", True, TaskOutcome.NOT_PROCESSED),
        (202, "Device is offline", True, TaskOutcome.OFFLINE),
        (202, "Invalid connection request URL", True, TaskOutcome.CONTACT_ERROR),
        (202, "Connection request error: Unexpected status code 500", True, TaskOutcome.CONTACT_ERROR),
        (202, "Unrecognized auth method", True, TaskOutcome.CONTACT_ERROR),
    ],
)
def test_status_lines(status: int, reason: str, contacted: bool, outcome: TaskOutcome | None) -> None:
    assert outcome_of(status, reason, contacted) is outcome
