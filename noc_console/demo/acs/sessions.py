"""CWMP sessions: what happens between the ACS and one router once it has informed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from noc_console.demo.acs.cpe import Fault, SimulatedCpe
from noc_console.demo.acs.record import Record
from noc_console.demo.acs.state import Value
from noc_console.demo.acs.tasks import Task, TaskStore, fault_id

_INVALID_PATH = Fault("script", "Invalid parameter path")


async def run_session(
    record: Record, store: TaskStore, pause: Callable[[float], Awaitable[None]], retry_delay_s: float
) -> list[str]:
    """Run the queue of one router, oldest task first.

    Args:
        record: The device; it has just informed.
        store: Where its tasks and faults are.
        pause: Sleeps for that many simulated seconds.
        retry_delay_s: After how long a faulted task is tried again; doubles with each retry.

    Returns:
        Names of the disruptive RPCs that the router accepted (``reboot``, ``factoryReset``), each at most once.
    """
    cpe = record.cpe
    accepted: list[str] = []
    await pause(cpe.session_s)
    for task in list(store.of(cpe.device_id)):
        if _expired(task):
            store.drop(task["_id"])
            continue
        if task["_id"] not in store.tasks or not _due(task, store, retry_delay_s):
            continue
        await pause(0.02)
        fault = cpe.next_fault or _execute(record, task, accepted)
        cpe.next_fault = None
        if fault:
            store.add_fault(task, fault)
        else:
            store.drop(task["_id"])
    return accepted


def _expired(task: Task) -> bool:
    return "expiry" in task and _seconds(task["expiry"]) < time.time()


def _due(task: Task, store: TaskStore, retry_delay_s: float) -> bool:
    fault = store.faults.get(fault_id(task["device"], task["_id"]))
    return fault is None or time.time() >= _seconds(fault["timestamp"]) + retry_delay_s * 2 ** fault["retries"]


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _execute(record: Record, task: Task, accepted: list[str]) -> Fault | None:
    name = task["name"]
    if name == "getParameterValues":
        return _refresh(record, task["parameterNames"])
    if name == "refreshObject":
        return _refresh(record, [task["objectName"]])
    if name == "setParameterValues":
        return _set(record, task["parameterValues"])
    if name in ("reboot", "factoryReset"):
        rpc = "Reboot" if name == "reboot" else "FactoryReset"
        record.rpcs = {**(record.rpcs or {}), rpc: time.time()}
        if name not in accepted:
            accepted.append(name)
        return None
    return Fault("9000", "Method not supported")


def _refresh(record: Record, patterns: list[str]) -> Fault | None:
    if any(pattern.endswith(".") for pattern in patterns):
        return _INVALID_PATH
    now = time.time()
    for pattern in patterns:
        for path in record.cpe.model.matching(pattern):
            value = record.cpe.read(path, now)
            if value is not None:
                record.remember(path, value, now)
            else:
                record.forget(path, now)
    return None


def _set(record: Record, pairs: list[list[Value]]) -> Fault | None:
    """Declarative: only what differs from the ACS' own cache is sent; unknown and read-only paths are passed over."""
    cpe, now = record.cpe, time.time()
    changes: dict[str, Value] = {}
    for pair in pairs:
        path, value = str(pair[0]), pair[1]
        leaf = cpe.model.leaves.get(path)
        believed = record.believed(path, now)
        if leaf is None or not leaf.writable or cpe.read(path, now) is None:
            continue
        if believed is None or _text(believed[0]) != _text(value):
            changes[path] = value
    refused = [path for path, value in changes.items() if _refused(cpe, path, value)]
    if refused:
        parameters = tuple((path, "9007", "Invalid parameter value") for path in refused)
        return Fault("9003", "Invalid arguments", parameters)
    for path, value in changes.items():
        cpe.write(path, _typed(cpe, path, value))
        record.remember(path, _typed(cpe, path, value), now)
    return None


def _refused(cpe: SimulatedCpe, path: str, value: Value) -> bool:
    refuses = cpe.model.leaves[path].refuses
    return refuses is not None and refuses(value)


def _typed(cpe: SimulatedCpe, path: str, value: Value) -> Value:
    """The value in the type that the ACS knows; the one given with the task is ignored."""
    kind = cpe.model.leaves[path].type
    if kind == "xsd:boolean":
        return _text(value) in ("true", "1")
    if kind in ("xsd:unsignedInt", "xsd:int"):
        try:
            return int(value)
        except ValueError:
            return value
    return str(value)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
