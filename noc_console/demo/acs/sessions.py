"""CWMP sessions: what happens between the ACS and one router once it has informed.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import itertools
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from noc_console.demo.acs.cpe import Fault, SimulatedCpe, Started
from noc_console.demo.acs.record import Record
from noc_console.demo.acs.state import Value
from noc_console.demo.acs.tasks import Task, TaskStore, fault_id
from noc_console.demo.acs.transfers import Transfers

_INVALID_PATH = Fault("script.Error", "Invalid parameter path")
_RUNAWAY = Fault("too_many_commits", "Too many commit iterations")
_MAX_COMMITS = 15
_TASK_S = 0.02


@dataclass(frozen=True, slots=True)
class VirtualParameter:
    """A script at the ACS that looks like a parameter of every router."""

    read: Callable[[SimulatedCpe], Value]
    write: Callable[[SimulatedCpe, Value], None] | None = None
    type: str = "xsd:string"


class Acs(Protocol):
    """What a session needs of the server that it is with."""

    store: TaskStore
    transfers: Transfers
    virtual_parameters: dict[str, VirtualParameter]

    @property
    def second_s(self) -> float:
        """How long a second of the ACS' clock is, real seconds."""

    async def pause(self, seconds: float) -> None:
        """Sleep for that many simulated seconds."""


async def run_session(record: Record, acs: Acs, retry_delay_s: float, download_timeout_s: float) -> list[Started]:
    """Run the queue of one router, oldest task first, and then what left a fault behind and is due again.

    Args:
        record: The device; it has just informed.
        acs: Where its tasks and faults are.
        retry_delay_s: After how long a faulted task is tried again; doubles with each retry.
        download_timeout_s: How long a download may take.

    Returns:
        What this set going at the router, each at most once.
    """
    session = _Session(record, acs)
    await acs.pause(record.cpe.session_s)
    due = [*acs.store.of(record.cpe.device_id), *acs.store.late_of(record.cpe.device_id)]
    acs.transfers.settle(record, acs.store, download_timeout_s)
    for task in due:
        late = fault_id(task["device"], task["_id"]) in acs.store.late
        if _expired(task):
            acs.store.drop(task["_id"])
        elif (late or task["_id"] in acs.store.tasks) and _due(task, acs.store, retry_delay_s):
            await acs.pause(_TASK_S)
            session.run(task)
    return session.started


def _expired(task: Task) -> bool:
    return "expiry" in task and _seconds(task["expiry"]) < time.time()


def _due(task: Task, store: TaskStore, retry_delay_s: float) -> bool:
    fault = store.faults.get(fault_id(task["device"], task["_id"]))
    return fault is None or time.time() >= _seconds(fault["timestamp"]) + retry_delay_s * 2 ** fault["retries"]


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


class _Session:
    """One session with one router."""

    def __init__(self, record: Record, acs: Acs) -> None:
        self.started: list[Started] = []
        self._record = record
        self._cpe = record.cpe
        self._acs = acs
        self._began_at = record.informed_at
        self._rounds = 0

    def run(self, task: Task) -> None:
        """Try a task: it is gone, or has a fault."""
        self._rounds += 1
        fault = self._cpe.next_fault or self._execute(task)
        self._cpe.next_fault = None
        if fault:
            self._acs.store.add_fault(task, fault)
        else:
            self._acs.store.drop(task["_id"])
            self._acs.store.drop_fault(fault_id(task["device"], task["_id"]))

    def _execute(self, task: Task) -> Fault | None:
        name = task["name"]
        if name == "getParameterValues":
            return self._refresh(task["parameterNames"])
        if name == "refreshObject":
            return self._refresh([task["objectName"]])
        if name == "setParameterValues":
            return self._set({str(pair[0]): pair[1] for pair in task["parameterValues"]})
        if name == "addObject":
            return self._add(task["objectName"], {str(pair[0]): pair[1] for pair in task.get("parameterValues", ())})
        if name == "deleteObject":
            self._cpe.delete_instance(task["objectName"])
            self._record.drop(f"{task['objectName']}.")
            return None
        if name == "provisions":
            return self._provision(task)
        if name == "download":
            self._start(self._acs.transfers.begin(self._record, task))
            return None
        if name in ("reboot", "factoryReset"):
            rpc = "Reboot" if name == "reboot" else "FactoryReset"
            self._record.rpcs = {**(self._record.rpcs or {}), rpc: time.time()}
            self._start(Started(name))
            return None
        return Fault("9000", "Method not supported")

    def _provision(self, task: Task) -> Fault | None:
        """The built-in provisions, one after the other; the first fault ends it."""
        for name, *arguments in task["provisions"]:
            if name == "tag":
                self._record.set_tag(str(arguments[0]), bool(arguments[1]))
                continue
            more: dict[str, Any] = {
                "refresh": {"name": "getParameterValues", "parameterNames": arguments[:1]},
                "value": {"name": "setParameterValues", "parameterValues": [arguments]},
                "reboot": {"name": "reboot"},
                "reset": {"name": "factoryReset"},
                "download": {"name": "download", **dict(zip(("fileType", "fileName"), arguments, strict=False))},
            }.get(name, {"name": name})
            fault = self._execute({**task, **more})
            if fault:
                return fault
        return None

    def _now(self) -> float:
        """Time of whatever this task reads: that of the session's Inform and a millisecond for each round."""
        return self._began_at + 0.001 * self._rounds

    def _fresh_from(self) -> float:
        """What was read since then is not read again: the last whole second, by a clock of the device's own."""
        second_s = self._acs.second_s
        offset_s = zlib.crc32(self._cpe.device_id.encode()) % 1000 / 1000 * second_s
        return (self._began_at + offset_s) // second_s * second_s - offset_s

    def _is_fresh(self, path: str) -> bool:
        believed = self._record.believed(path, self._began_at)
        return believed is not None and believed[1] >= self._fresh_from()

    def _start(self, *started: Started) -> None:
        self.started += [one for one in started if one not in self.started]

    def _refresh(self, patterns: list[str]) -> Fault | None:
        if any(pattern.endswith(".") for pattern in patterns):
            return _INVALID_PATH
        now = self._now()
        for pattern in patterns:
            if pattern.startswith("VirtualParameters"):
                self._refresh_virtual(pattern, now)
            for path in itertools.filterfalse(self._is_fresh, self._cpe.matching(pattern)):
                if path in self._cpe.unreadable:
                    return Fault("9005", "Invalid parameter name")
                value = self._cpe.read(path, now)
                if value is not None:
                    self._record.remember(path, value, now)
                else:
                    self._record.forget(path, now)
        return None

    def _refresh_virtual(self, pattern: str, now: float) -> None:
        for name, parameter in self._acs.virtual_parameters.items():
            path = f"VirtualParameters.{name}"
            asked = pattern in ("VirtualParameters", "VirtualParameters.*", path)
            if asked and not self._is_fresh(path):
                value = parameter.read(self._cpe)
                self._record.note(path, value, parameter.type, parameter.write is not None, now)

    def _set(self, wanted: Mapping[str, Value]) -> Fault | None:
        """Declarative: only what differs from the ACS' belief is sent; unknown and read-only paths are passed over."""
        changes = {path: value for path, value in wanted.items() if self._would_change(path, value)}
        refused = [path for path, value in changes.items() if self._refused(path, value)]
        if refused:
            parameters = tuple((path, "9007", "Invalid parameter value") for path in refused)
            return Fault("9003", "Invalid arguments", parameters)
        now = self._now() + 0.001  # what is set is newer than what the same task read
        typed = {path: self._typed(path, value) for path, value in changes.items() if self._cpe.leaf(path)}
        self._start(*self._cpe.take(typed))
        for path, value in typed.items():
            self._record.remember(path, value, now)
        for path in changes.keys() - typed.keys():
            self._set_virtual(path, changes[path], now)
        return None

    def _would_change(self, path: str, value: Value) -> bool:
        now = time.time()
        believed = self._record.believed(path, now)
        if believed is not None and _text(believed[0]) == _text(value):
            return False
        virtual = self._acs.virtual_parameters.get(path.removeprefix("VirtualParameters."))
        if virtual and path.startswith("VirtualParameters."):
            return virtual.write is not None
        leaf = self._cpe.leaf(path)
        return leaf is not None and leaf.writable and self._cpe.read(path, now) is not None

    def _set_virtual(self, path: str, value: Value, now: float) -> None:
        parameter = self._acs.virtual_parameters[path.removeprefix("VirtualParameters.")]
        if parameter.write:
            parameter.write(self._cpe, value)
            self._record.note(path, value, parameter.type, True, now)

    def _refused(self, path: str, value: Value) -> bool:
        leaf = self._cpe.leaf(path)
        if leaf is None:
            return False
        uncastable = leaf.type in ("xsd:unsignedInt", "xsd:int") and isinstance(self._typed(path, value), str)
        return uncastable or (leaf.refuses is not None and leaf.refuses(value))

    def _typed(self, path: str, value: Value) -> Value:
        """The value in the type that the ACS knows; the one given with the task is ignored."""
        leaf = self._cpe.leaf(path)
        kind = leaf.type if leaf else "xsd:string"
        if kind == "xsd:boolean":
            return _text(value) in ("true", "1")
        if kind in ("xsd:unsignedInt", "xsd:int"):
            try:
                return int(value)
            except ValueError:
                return value
        return str(value)

    def _add(self, parent: str, keys: Mapping[str, Value]) -> Fault | None:
        """Add instances until one has the keys; a key that the router does not take has it run away."""
        for _ in range(_MAX_COMMITS):
            number = self._cpe.add_instance(parent)
            if number is None:
                return None
            made = {f"{parent}.{number}.{name}": value for name, value in keys.items()}
            fault = self._set(made)
            if fault:
                return fault
            for path in made:
                value = self._cpe.read(path, time.time())
                if value is not None:
                    self._record.remember(path, value, time.time())
            if all(_text(self._cpe.read(path, 0.0)) == _text(value) for path, value in made.items()):
                return None
        return _RUNAWAY


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
