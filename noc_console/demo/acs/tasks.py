"""Tasks and faults as the NBI stores them, and the validation that real workers die of."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from noc_console.demo.acs.cpe import Fault
from noc_console.demo.acs.queries import WorkerCrash
from noc_console.demo.acs.state import iso

Task = dict[str, Any]

_counter = itertools.count(1)


class TaskStore:
    """Queued tasks and the faults of tasks, both by id, tasks also by device."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.faults: dict[str, dict[str, Any]] = {}
        self.by_device: dict[str, set[str]] = {}
        self.late: dict[str, Task] = {}
        """Tasks that are gone, by the id of the fault that they were left with: tried again all the same."""

    def queue(self, device_id: str | None, body: dict[str, Any]) -> Task:
        """Store a validated task; one with the same ``uniqueKey`` of the same device is replaced."""
        now = time.time()
        task: Task = {key: value for key, value in body.items() if key not in ("_id", "device")}
        if "expiry" in task and isinstance(task["expiry"], int | float):
            task["expiry"] = iso(now + task["expiry"])
        if device_id is not None:
            task["device"] = device_id
        task["timestamp"] = iso(now)
        task["_id"] = f"{int(now):08x}{0xA89711:06x}{next(_counter):010x}"
        if device_id is not None:
            for other in list(self.of(device_id)):
                if task.get("uniqueKey") and other.get("uniqueKey") == task["uniqueKey"]:
                    self.drop(other["_id"])
            self.by_device.setdefault(device_id, set()).add(task["_id"])
        self.tasks[task["_id"]] = task
        return task

    def of(self, device_id: str) -> Iterator[Task]:
        """A device's tasks, oldest first."""
        ids = self.by_device.get(device_id, ())
        return iter(sorted((self.tasks[id] for id in ids), key=lambda task: (task["timestamp"], task["_id"])))

    def drop(self, task_id: str) -> None:
        """Forget a task and its fault."""
        task = self.tasks.pop(task_id, None)
        if task is None:
            return
        device_id = task.get("device")
        if device_id is not None:
            self.by_device[device_id].discard(task_id)
            if not self.by_device[device_id]:
                del self.by_device[device_id]
            self.drop_fault(fault_id(device_id, task_id))

    def drop_fault(self, id: str) -> None:
        """Forget a fault, and that it was to be tried again."""
        self.faults.pop(id, None)
        self.late.pop(id, None)

    def late_of(self, device_id: str) -> list[Task]:
        """A device's tasks that are gone and left a fault."""
        return [task for task in self.late.values() if task["device"] == device_id]

    def add_fault(self, task: Task, fault: Fault) -> None:
        """Record that a router refused a task; the number of retries grows with each."""
        id = fault_id(task["device"], task["_id"])
        earlier = self.faults.get(id)
        if task["_id"] not in self.tasks:
            self.late[id] = task
        row = {
            "_id": id,
            "device": task["device"],
            "channel": f"task_{task['_id']}",
            "timestamp": iso(time.time()),
            "code": f"cwmp.{fault.code}" if fault.code.isdigit() else fault.code,
            "message": fault.text,
            "detail": _detail(fault),
            "retries": earlier["retries"] + 1 if earlier else 0,
            "provisions": json.dumps(_provisions(task)),
        }
        self.faults[id] = {key: value for key, value in row.items() if value is not None}


def _detail(fault: Fault) -> dict[str, Any] | None:
    if fault.code.startswith("script."):
        return {"name": fault.code.removeprefix("script."), "message": fault.text, "stack": f"Error: {fault.text}"}
    if not fault.code.isdigit():
        return None
    refused = [{"parameterName": path, "faultCode": code, "faultString": text} for path, code, text in fault.parameters]
    return {"faultCode": fault.code, "faultString": fault.text, "setParameterValuesFault": refused or None}


def _provisions(task: Task) -> list[list[Any]]:
    """What the ACS keeps of a task in its fault, passwords and all."""
    if task["name"] == "setParameterValues":
        return [["value", *pair[:2]] for pair in task["parameterValues"]]
    if task["name"] == "getParameterValues":
        return [["refresh", name] for name in task["parameterNames"]]
    if task["name"] == "download":
        return [["download", task.get("fileType", ""), task.get("fileName") or task.get("file"), ""]]
    return [[task["name"]]]


def fault_id(device_id: str, task_id: str) -> str:
    """``<device>:task_<task>``."""
    return f"{device_id}:task_{task_id}"


def check_task(body: Any) -> None:
    """Accept what GenieACS accepts.

    Raises:
        WorkerCrash: Where the real server throws outside of any handler.
    """
    if not isinstance(body, dict):
        raise WorkerCrash("task is no object")
    name = str(body.get("name"))
    check = _CHECKS.get(name)
    if check is None or not check(body):
        raise WorkerCrash(f"Invalid task {name}")


def _strings(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)


def _pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item, list)
            and len(item) in (2, 3)
            and isinstance(item[0], str)
            and bool(item[0])
            and isinstance(item[1], str | int | float | bool)
            for item in value
        )
    )


def _object_name(body: Task) -> bool:
    return isinstance(body.get("objectName"), str) and body["objectName"] != ""


_CHECKS: dict[str, Callable[[Task], bool]] = {
    "getParameterValues": lambda body: _strings(body.get("parameterNames")),
    "setParameterValues": lambda body: _pairs(body.get("parameterValues")),
    "refreshObject": lambda body: isinstance(body.get("objectName"), str),
    "addObject": _object_name,
    "deleteObject": _object_name,
    "reboot": lambda body: True,
    "factoryReset": lambda body: True,
    "download": lambda body: "file" in body or "fileName" in body,
    "provisions": lambda body: isinstance(body.get("provisions"), list),
}


def is_object_id(text: str) -> bool:
    """Whether MongoDB takes ``text`` as an ObjectId."""
    return re.fullmatch(r"[0-9a-fA-F]{24}", text) is not None
