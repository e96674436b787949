"""HTTP client of GenieACS' northbound interface. Owns the protocol; knows nothing of sections, jobs or vendors.

The NBI answers invalid input by dying, tells results apart by reason phrase only, and wants device ids encoded twice.
All of that ends here: callers see typed results and ``domain.errors``.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from noc_console.config.http import http_client
from noc_console.config.model import GenieAcs
from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.domain.text import clean
from noc_console.sources.genieacs import checks
from noc_console.sources.genieacs.pathfile import load_tables
from noc_console.sources.genieacs.places import Places
from noc_console.sources.genieacs.refusals import Refusals
from noc_console.sources.genieacs.results import AcsFault, Probe, TaskOutcome, TaskResult, outcome_of
from noc_console.sources.loop_turns import Turns

SOURCE = "genieacs"
VERSION_HEADER = "GenieACS-Version"
# Node closes idle connections after 5 s; one that it is just closing looks like a rejected request.
_KEEP_ALIVE_S = 2.0
# Waiting for the session lock and for the session's end, at most; the session's start is the caller's timeout.
LOCK_S = 30.0
_SESSION_S = 120.0
_IN_SESSION_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
_WHOLE_BYTES = 32_000
"""A document up to this size is decoded at once; of a larger one, one object after the other."""

Document = dict[str, Any]


class UnknownDevice(SourceProtocolError):
    """The ACS has no device with that id."""


class NbiClient:
    """One ACS. Close it, or use it as an async context manager.

    Args:
        config: URL (with any path prefix), credentials, CA, timeouts, file with further paths.
        pause_scale: Multiplies the pauses before retries; tests make it small.

    Raises:
        ConfigError: The CA file or the file with paths is wrong.
    """

    def __init__(self, config: GenieAcs, pause_scale: float = 1.0) -> None:
        self.config = config
        self.tables = load_tables(config.paths_file)
        """Where vendors keep things, for those who read this client's documents."""
        self.refusals = Refusals()
        """What routers refused to read out."""
        self.places = Places()
        """Where Internet connections were found."""
        self._pause_scale = pause_scale
        limits = httpx.Limits(max_connections=16, keepalive_expiry=_KEEP_ALIVE_S)
        self._http = http_client(config, SOURCE, base_url=config.url + "/", limits=limits)

    async def __aenter__(self) -> NbiClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Release the connections."""
        await self._http.aclose()

    # Reading

    async def probe(self) -> Probe:
        """Ask for as little as possible and tell how it went."""
        started = time.monotonic()
        response = await self._send("HEAD", "devices/")
        latency_ms = (time.monotonic() - started) * 1000
        return Probe(clean(response.headers[VERSION_HEADER], 64), _total(response), latency_ms)

    async def count(self, query: checks.Query | None = None) -> int:
        """How many devices match."""
        response = await self._send("HEAD", "devices/", {"query": _json(checks.device_query(query or {}))})
        return _total(response)

    async def devices(
        self, query: checks.Query, projection: Sequence[str], *, limit: int = 100, skip: int = 0
    ) -> list[Document]:
        """Devices that match, in the order of their ids.

        Args:
            query: MongoDB query in the form that GenieACS takes; strings in it are reinterpreted, see ``lookup.exact``.
            projection: Paths to return, without ``._value`` or wildcards. Never empty: documents are up to 1 MB.
            limit: At most this many, above 0.
            skip: Leave out this many.
        """
        if not projection or limit < 1 or skip < 0:
            raise ValueError("a query on devices needs a projection and a limit")
        arguments = {
            "query": _json(checks.device_query(query)),
            "projection": ",".join(checks.path(path, wildcards=False) for path in projection),
            "sort": '{"_id":1}',
            "limit": str(limit),
            "skip": str(skip),
        }
        return await _documents(await self._send("GET", "devices/", arguments))

    async def every_device(self, query: checks.Query, projection: Sequence[str]) -> AsyncIterator[list[Document]]:
        """Page through all devices that match; each page starts after the last id of the one before."""
        after: str | None = None
        while True:
            rest = {"_id": {"$gt": after}} if after is not None else {}
            page = await self.devices(
                {"$and": [query, rest]} if query and rest else query or rest, projection, limit=self.config.page
            )
            if page:
                yield page
            if len(page) < self.config.page:
                return
            after = str(page[-1].get("_id"))

    async def device(self, device_id: str, projection: Sequence[str]) -> Document:
        """One device.

        Raises:
            UnknownDevice: The ACS has none with that id.
        """
        # An id that looks like a number or a date would be taken for one; no id holds "*" or "/".
        found = await self.devices({"_id": device_id}, projection, limit=1)
        if not found:
            raise UnknownDevice(f"the ACS does not know {clean(device_id)}", SOURCE)
        return found[0]

    async def document(self, device_id: str) -> Document:
        """One device's whole document: 0.5 to 3 MB.

        Raises:
            UnknownDevice: The ACS has none with that id.
        """
        arguments = {"query": _json({"_id": device_id}), "limit": "1"}
        found = await _documents(await self._send("GET", "devices/", arguments))
        if not found:
            raise UnknownDevice(f"the ACS does not know {clean(device_id)}", SOURCE)
        return found[0]

    async def tasks(self, query: checks.Query) -> list[Document]:
        """Queued and faulted tasks that match."""
        return await self._rows("tasks", checks.task_query(query))

    async def faults(self, query: checks.Query) -> list[AcsFault]:
        """Faults that match."""
        return [AcsFault.parse(row) for row in await self._rows("faults", checks.row_query(query))]

    async def files(self, query: checks.Query) -> list[Document]:
        """Files that the ACS can give to routers, with their ``metadata``; without their content."""
        return await self._rows("files", checks.row_query(query))

    async def operations(self, device_id: str) -> list[Document]:
        """What a router has accepted and not yet told the end of, such as a download."""
        # Their ids are "<device>:<key>", and ";" follows ":".
        within = {"$gte": f"{device_id}:", "$lt": f"{device_id};"}
        return await self._rows("operations", checks.row_query({"_id": within}))

    async def fault_of(self, device_id: str, task_id: str) -> AcsFault | None:
        """The fault of one task."""
        found = await self.faults({"_id": f"{device_id}:task_{checks.object_id(task_id)}"})
        return found[0] if found else None

    # Tasks

    async def post_task(
        self, device_id: str, body: Mapping[str, Any], *, contact: bool, wait_s: float | None = None
    ) -> TaskResult:
        """Queue a task; with ``contact`` ask the router to come and get it, and wait for its session.

        Args:
            device_id: ``_id`` of the device.
            body: The task; put an ``expiry`` and a ``uniqueKey`` into it.
            contact: Send a connection request.
            wait_s: How long the ACS waits for the session to start; None takes the config's.

        Raises:
            ValueError: GenieACS would not survive the task.
            UnknownDevice: No such device.
            SourceUnavailable: Nothing was sent.
            SourceProtocolError, SourceTimeout: It may or may not have been queued: look for its ``uniqueKey``.
        """
        wait_s = self.config.connection_request_timeout_s if wait_s is None else wait_s
        arguments = {"timeout": str(round(wait_s * 1000)), "connection_request": ""} if contact else {}
        patience = httpx.Timeout(self.config.timeout_s)
        if contact:
            patience.read = LOCK_S + wait_s + _SESSION_S + self.config.timeout_s
        url = f"devices/{_segment(device_id)}/tasks"
        response = await self._send("POST", url, arguments, content=_json(checks.task(body)), patience=patience)
        if response.status_code not in (200, 202):
            raise _unexpected(response)
        stored = _decode_one(response)
        task_id = str(stored.get("_id", ""))
        outcome = outcome_of(response.status_code, response.reason_phrase, contact)
        reason = clean(response.reason_phrase)
        if outcome is None:
            try:
                fault = await self.fault_of(device_id, task_id)
            except SourceError as error:  # never "nothing was sent"
                raise SourceProtocolError(f"the task was posted; then {error.message}", SOURCE) from None
            outcome = TaskOutcome.FAULTED if fault else TaskOutcome.NOT_PROCESSED
            reason = str(fault) if fault else "the task waits; a proxy hid the reason"
        return TaskResult(outcome, task_id, reason)

    async def request_connection(self, device_id: str) -> str | None:
        """Ask the router to call; None when it took the request, else the reason why not."""
        response = await self._send("POST", f"devices/{_segment(device_id)}/tasks", {"connection_request": ""})
        if response.status_code == 504:
            return clean(response.text or response.reason_phrase)
        if response.status_code != 200:
            raise _unexpected(response)
        return None

    async def delete_task(self, task_id: str) -> bool:
        """Delete a task and its fault; False when it was gone already.

        Raises:
            SourceTimeout: The router stays in session.
        """
        return await self._delete(f"tasks/{checks.object_id(task_id)}")

    async def delete_fault(self, fault_id: str) -> bool:
        """Delete a fault, and its task; False when it was gone already.

        Raises:
            SourceTimeout: The router stays in session.
        """
        return await self._delete(f"faults/{_segment(fault_id)}")

    async def pause(self, seconds: float) -> None:
        """Wait before asking again."""
        await asyncio.sleep(self.scaled(seconds))

    def scaled(self, seconds: float) -> float:
        """How long such a pause really is."""
        return seconds * self._pause_scale

    async def _rows(self, collection: str, query: checks.Query) -> list[Document]:
        return await _documents(await self._send("GET", f"{collection}/", {"query": _json(query)}))

    async def _delete(self, url: str) -> bool:
        for pause_s in (*_IN_SESSION_PAUSES_S, None):
            response = await self._send("DELETE", url)
            if response.status_code in (200, 404):
                return response.status_code == 200
            if response.status_code != 503:
                raise _unexpected(response)
            if pause_s is not None:
                await self.pause(pause_s)
        raise SourceTimeout("the router stays in a session with the ACS", SOURCE, hint="try again in a minute")

    # Transport

    async def _send(
        self,
        method: str,
        url: str,
        arguments: Mapping[str, str] | None = None,
        *,
        content: bytes | str | None = None,
        patience: httpx.Timeout | None = None,
    ) -> httpx.Response:
        """One request, never repeated; whatever is no answer of a GenieACS NBI becomes an error."""
        query = "&".join(
            f"{name}={quote(value, safe='')}" if value else name for name, value in (arguments or {}).items()
        )
        try:
            response = await self._http.request(
                method,
                f"{url}?{query}" if query else url,
                content=content,
                timeout=patience or httpx.USE_CLIENT_DEFAULT,
            )
        except httpx.HTTPError as error:
            raise _transport_error(error, self.config.url) from None
        _check_sender(response, reached=method == "POST")
        if response.status_code >= 400 and method in ("GET", "HEAD"):
            raise _unexpected(response)
        if response.status_code == 404 and response.text.strip() == "No such device":
            raise UnknownDevice("the ACS does not know this device", SOURCE)
        return response


def _segment(id: str) -> str:
    """An id as a path segment. Ids are percent-encoded text already: this encodes the percent signs again."""
    return quote(id, safe="").replace(".", "%2E").replace("~", "%7E")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _transport_error(error: httpx.HTTPError, url: str) -> Exception:
    if isinstance(error, httpx.ConnectTimeout):
        return SourceUnavailable(f"no connection to {url} in time", SOURCE, hint="check the address and firewalls")
    if isinstance(error, httpx.ConnectError):
        return SourceUnavailable(
            f"no connection to {url}: {error}",
            SOURCE,
            hint="check the URL; a GenieACS whose workers crashed refuses connections for about 20 s",
        )
    if isinstance(error, httpx.PoolTimeout):
        return SourceUnavailable("all connections to the ACS are in use", SOURCE)
    if isinstance(error, httpx.TimeoutException):
        return SourceTimeout(
            "the ACS did not answer in time", SOURCE, hint="raise genieacs.timeout_s or look at its load"
        )
    if "without sending a response" in str(error) or isinstance(error, httpx.ReadError | httpx.WriteError):
        return SourceProtocolError(
            "the ACS rejected the request: it closed the connection without an answer",
            SOURCE,
            hint="not sent again: GenieACS crashes on requests it does not like; see its log",
        )
    return SourceProtocolError(f"broken answer: {clean(str(error))}", SOURCE)


def _check_sender(response: httpx.Response, reached: bool) -> None:
    """Refuse what is no answer of a GenieACS NBI; ``reached`` when it may have acted behind a proxy that gave up."""
    status = response.status_code
    if status in (401, 403):
        raise SourceAuthError(
            f"the ACS (or the proxy before it) refuses the credentials: {status}",
            SOURCE,
            hint="check genieacs.username, password and headers",
        )
    if status == 431:
        raise SourceProtocolError("the request is too long for the ACS", SOURCE)
    if VERSION_HEADER in response.headers:
        return
    if status in (502, 503, 504) and reached:
        raise SourceProtocolError(
            f"a proxy answered {status} for the ACS, which may have the request",
            SOURCE,
            hint="the proxy must wait 200 s for answers of the ACS",
        )
    if status in (502, 503, 504):
        raise SourceUnavailable(f"a proxy answered {status} for the ACS", SOURCE, hint="is genieacs-nbi running?")
    raise SourceProtocolError(
        f"this is no GenieACS NBI: it answered {status} without a {VERSION_HEADER} header",
        SOURCE,
        hint="the NBI listens on port 7557 by default; the web interface (3000) and CWMP (7547) are others",
    )


def _unexpected(response: httpx.Response) -> Exception:
    text = clean(response.text, 120)
    return SourceProtocolError(
        f"the ACS answered {response.status_code} {clean(response.reason_phrase)}: {text}", SOURCE
    )


def _total(response: httpx.Response) -> int:
    try:
        return int(response.headers["total"])
    except (KeyError, ValueError):
        raise SourceProtocolError("the ACS did not tell the total", SOURCE) from None


def _decode_one(response: httpx.Response) -> Document:
    try:
        return msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise SourceProtocolError(f"broken JSON: {error}", SOURCE) from None


async def _documents(response: httpx.Response) -> list[Document]:
    """Decode a list in pieces, giving the event loop its turn between them."""
    turns = Turns()
    try:
        rows = msgspec.json.decode(response.content, type=list[msgspec.Raw])
        decoded = []
        for row in rows:
            await turns.give()
            decoded.append(await _decode(row, turns))
    except msgspec.DecodeError as error:
        raise SourceProtocolError(f"the list of the ACS is cut off or broken: {error}", SOURCE) from None
    return decoded


async def _decode(raw: msgspec.Raw, turns: Turns) -> Document:
    if len(bytes(raw)) <= _WHOLE_BYTES:
        return msgspec.json.decode(raw, type=dict[str, Any])
    made: Document = {}
    await turns.give()  # finding where the parts are takes a millisecond per megabyte
    for name, part in msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).items():
        is_object = bytes(part).startswith(b"{")
        made[name] = await _decode(part, turns) if is_object else msgspec.json.decode(part)
        await turns.give()
    return made
