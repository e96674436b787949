"""The northbound interface's routes: what is answered to which request, with which status line.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote

import msgspec

from noc_console.demo.acs.answers import (
    cut_page,
    flat_list,
    integer,
    json_answer,
    listed,
    no_such_device,
    session_under_way,
    text_answer,
)
from noc_console.demo.acs.cpe import SimulatedCpe
from noc_console.demo.acs.http import Request, Response
from noc_console.demo.acs.queries import WorkerCrash, device_query, fault_query, plain_query, task_query
from noc_console.demo.acs.record import Record
from noc_console.demo.acs.sessions import VirtualParameter
from noc_console.demo.acs.tasks import Task, TaskStore, check_task, fault_id, is_object_id
from noc_console.demo.acs.transfers import Transfers

_SEGMENT = r"([A-Za-z0-9\-_%]+)"
Route = Callable[..., Awaitable[Response]]


class Acs(Protocol):
    """What the routes need of the server behind them."""

    records: dict[str, Record]
    store: TaskStore
    transfers: Transfers
    virtual_parameters: dict[str, VirtualParameter]
    truncate_bodies: bool

    def in_session(self, device_id: str) -> bool:
        """Whether a CWMP session with the router is under way."""

    async def session_free(self, device_id: str) -> bool:
        """Wait for the router's session to end; False when it took too long."""

    async def request_connection(self, cpe: SimulatedCpe) -> str | None:
        """Knock at the router; what went wrong, or None."""

    async def session_ran(self, cpe: SimulatedCpe, sessions_before: int, timeout_s: float | None) -> bool:
        """Wait for a session to start and to end."""

    def session_count(self, device_id: str) -> int:
        """Sessions with the router so far."""


class Nbi:
    """Answers requests for an ``Acs``."""

    def __init__(self, acs: Acs) -> None:
        self._acs = acs
        self._routes: list[tuple[re.Pattern[str], Mapping[str, Route]]] = [
            (re.compile(pattern), methods)
            for pattern, methods in (
                (r"/devices/?", {"GET": self._devices, "HEAD": self._devices}),
                (r"/tasks/?", {"GET": self._tasks, "HEAD": self._tasks}),
                (r"/faults/?", {"GET": self._faults, "HEAD": self._faults}),
                (r"/files/?", {"GET": self._files, "HEAD": self._files}),
                (r"/operations/?", {"GET": self._operations, "HEAD": self._operations}),
                (r"/virtual(_p|P)arameters/?", {"GET": self._virtual, "HEAD": self._virtual}),
                (r"/files/([^/]+)/?", {"PUT": self._put_file, "DELETE": self._delete_file}),
                (rf"/devices/{_SEGMENT}/?", {"DELETE": self._delete_device}),
                (rf"/devices/{_SEGMENT}/tasks/?", {"POST": self._post_task}),
                (rf"/devices/{_SEGMENT}/tags/{_SEGMENT}/?", {"POST": self._add_tag, "DELETE": self._remove_tag}),
                (rf"/tasks/{_SEGMENT}/?", {"DELETE": self._delete_task}),
                (rf"/tasks/{_SEGMENT}/retry/?", {"POST": self._retry_task}),
                (rf"/faults/{_SEGMENT}/?", {"DELETE": self._delete_fault}),
            )
        ]

    async def answer(self, request: Request) -> Response:
        """The response to ``request``.

        Raises:
            WorkerCrash: The real server would die of it.
        """
        if request.method == "TOO LARGE":
            return Response(431, "Request Header Fields Too Large")
        for pattern, methods in self._routes:
            found = pattern.fullmatch(request.path)
            if found and request.method in methods:
                return await methods[request.method](request, *(unquote(part) for part in found.groups()))
            if found:
                allow = ("Allow", ", ".join(methods))
                return Response(405, "Method Not Allowed", (b"405 Method Not Allowed",), (allow,))
        return text_answer(404, "Not Found", "404 Not Found")

    # Lists

    async def _devices(self, request: Request) -> Response:
        now = time.time()

        def getter(record: Record) -> Callable[[str], Any]:
            return lambda key: record.get(key, now)

        page = await cut_page(request, list(self._acs.records.values()), device_query, getter)
        if isinstance(page, Response):
            return page
        records, total = page
        projection = tuple(path for path in request.arguments.get("projection", "").split(",") if path)
        documents = []
        for index, record in enumerate(records):
            if index % 50 == 49:
                await asyncio.sleep(0)
            documents.append(record.document(projection, now))
        return listed(documents, total, self._acs.truncate_bodies)

    async def _tasks(self, request: Request) -> Response:
        return await flat_list(request, list(self._acs.store.tasks.values()), task_query)

    async def _faults(self, request: Request) -> Response:
        return await flat_list(request, list(self._acs.store.faults.values()), fault_query)

    async def _files(self, request: Request) -> Response:
        rows = [file.row() for file in self._acs.transfers.files.values()]
        return await flat_list(request, rows, plain_query)

    async def _operations(self, request: Request) -> Response:
        rows = [operation.row() for operation in self._acs.transfers.operations.values()]
        return await flat_list(request, rows, plain_query)

    async def _virtual(self, request: Request, _spelling: str) -> Response:
        rows = [{"_id": name, "script": "/* not shown */"} for name in self._acs.virtual_parameters]
        return await flat_list(request, rows, plain_query)

    async def _put_file(self, request: Request, name: str) -> Response:
        given = request.headers
        self._acs.transfers.put(
            name,
            len(request.body),
            file_type=given.get("filetype"),
            oui=given.get("oui"),
            product_class=given.get("productclass"),
            version=given.get("version"),
        )
        return text_answer(201, "Created")

    async def _delete_file(self, request: Request, name: str) -> Response:
        if self._acs.transfers.files.pop(name, None) is None:
            raise WorkerCrash("no such file")
        return text_answer(200, "OK")

    # Devices

    async def _delete_device(self, request: Request, device_id: str) -> Response:
        if self._acs.in_session(device_id):
            return session_under_way()
        for task in list(self._acs.store.of(device_id)):
            self._acs.store.drop(task["_id"])
        for task in self._acs.store.late_of(device_id):
            self._acs.store.drop_fault(fault_id(device_id, task["_id"]))
        self._acs.transfers.operations.pop(device_id, None)
        self._acs.records.pop(device_id, None)
        return text_answer(200, "OK")

    async def _add_tag(self, request: Request, device_id: str, tag: str) -> Response:
        record = self._acs.records.get(device_id)
        if record is None:
            return no_such_device()
        record.set_tag(tag, True)
        return text_answer(200, "OK")

    async def _remove_tag(self, request: Request, device_id: str, tag: str) -> Response:
        record = self._acs.records.get(device_id)
        if record is None:
            return no_such_device()
        record.set_tag(tag, False)
        return text_answer(200, "OK")

    # Tasks

    async def _post_task(self, request: Request, device_id: str) -> Response:
        contact = "connection_request" in request.arguments
        record = self._acs.records.get(device_id)
        if not request.body:
            return await self._knock(record) if contact else text_answer(400, "Bad Request")
        try:
            body = msgspec.json.decode(request.body)
        except msgspec.DecodeError as error:
            return text_answer(400, "Bad Request", f"SyntaxError: {error}")
        if isinstance(body, list) and record:
            return json_answer(202, "Accepted", [self._acs.store.queue(None, item) for item in body])
        check_task(body)
        if record is None:
            return no_such_device()
        if not contact:
            return json_answer(202, "Accepted", self._acs.store.queue(device_id, body))
        free = await self._acs.session_free(device_id)
        task = self._acs.store.queue(device_id, body)
        if not free:
            return json_answer(202, "Task queued but not processed", task)
        return await self._contact(record, task, request.arguments.get("timeout"))

    async def _knock(self, record: Record | None) -> Response:
        if record is None:
            return no_such_device()
        failure = await self._acs.request_connection(record.cpe)
        return text_answer(504, failure, failure) if failure else text_answer(200, "OK")

    async def _contact(self, record: Record, task: Task, timeout_ms: str | None) -> Response:
        cpe = record.cpe
        before = self._acs.session_count(cpe.device_id)
        failure = await self._acs.request_connection(cpe)
        if failure:
            return json_answer(202, failure, task)
        timeout_s = None if timeout_ms is None else integer(timeout_ms) / 1000
        if not await self._acs.session_ran(cpe, before, timeout_s):
            return json_answer(202, "Task queued but not processed", task)
        if fault_id(cpe.device_id, task["_id"]) in self._acs.store.faults:
            return json_answer(202, "Task faulted", task)
        return json_answer(200, "OK", task)

    async def _delete_task(self, request: Request, task_id: str) -> Response:
        if not is_object_id(task_id):
            raise WorkerCrash("not an ObjectId")
        task = self._acs.store.tasks.get(task_id)
        if task is None:
            return text_answer(404, "Not Found", "Task not found")
        if self._acs.in_session(task.get("device", "")):
            return session_under_way()
        self._acs.store.drop(task_id)
        return text_answer(200, "OK")

    async def _retry_task(self, request: Request, task_id: str) -> Response:
        task = self._acs.store.tasks.get(task_id)
        if task is None:
            raise WorkerCrash("task is null")
        if self._acs.in_session(task["device"]):
            return session_under_way()
        self._acs.store.drop_fault(fault_id(task["device"], task_id))
        return text_answer(200, "OK")

    async def _delete_fault(self, request: Request, id: str) -> Response:
        device_id, _, channel = id.rpartition(":")
        if self._acs.in_session(device_id):
            return session_under_way()
        self._acs.store.drop_fault(id)
        if channel.startswith("task_"):
            self._acs.store.drop(channel.removeprefix("task_"))
        return text_answer(200, "OK")
