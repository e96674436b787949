"""The simulated ACS: its socket, its sessions with routers, the clock, and the ways in which it falls over."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from noc_console.demo.acs.cpe import OnContact, SimulatedCpe
from noc_console.demo.acs.following import follow
from noc_console.demo.acs.http import Drop, Request, Response, serve_connection
from noc_console.demo.acs.nbi import Nbi
from noc_console.demo.acs.queries import WorkerCrash
from noc_console.demo.acs.record import Record
from noc_console.demo.acs.sessions import VirtualParameter, run_session
from noc_console.demo.acs.tasks import TaskStore
from noc_console.demo.acs.transfers import Transfers

VERSION = "1.2.16+260329simulated"
_WORKERS = 2
_STANDARD_REASONS = {200: "OK", 202: "Accepted", 404: "Not Found"}


@dataclass(slots=True)
class Timing:
    """How long things take, seconds, as at a real server. ``scale`` multiplies all of them, so that tests are quick."""

    scale: float = 1.0
    answer_s: float = 0.0
    """From a request to its being looked at: the way to a distant ACS."""
    second_s: float = 1.0
    """What was read or set in the same second is not read again."""
    poll_s: float = 0.5
    """Step in which the NBI looks whether a session has started or ended."""
    online_threshold_s: float = 4.0
    """How long it waits for a session when the request does not say."""
    connection_request_s: float = 2.0
    lock_s: float = 30.0
    session_limit_s: float = 120.0
    retry_delay_s: float = 300.0
    """After which a faulted task is tried again in whatever session there is."""
    download_timeout_s: float = 3600.0
    crash_s: float = 21.0
    """From a request that kills a worker to the dropped connection."""
    restart_s: float = 20.0
    """How long the port is closed when all workers are dead."""


class SimulatedAcs:
    """GenieACS' northbound interface on a real socket, with routers behind it.

    Args:
        timing: Delays; None is the real server's.
    """

    def __init__(self, timing: Timing | None = None) -> None:
        self.timing = timing or Timing()
        self.records: dict[str, Record] = {}
        """What the ACS believes, by device id."""
        self.store = TaskStore()
        self.transfers = Transfers()
        self.virtual_parameters: dict[str, VirtualParameter] = {}
        self.requests: list[str] = []
        """The last hundred requests, as method and target."""
        self.http2_proxy = False
        """Send standard reason phrases only, as a proxy that speaks HTTP/2 does."""
        self.truncate_bodies = False
        """Break off in the middle of every device list, as when the database fails."""
        self.lose_answers_to: frozenset[str] = frozenset()
        """Methods whose requests are done and then, instead of being answered, dropped."""
        self.port = 0
        self._host = ""
        self._nbi = Nbi(self)
        self._server: asyncio.Server | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._sessions: set[str] = set()
        self._session_counts: dict[str, int] = {}
        self._dead_workers = 0
        self._closed = False

    @property
    def cpes(self) -> dict[str, SimulatedCpe]:
        """The routers that it knows, by device id."""
        return {device_id: record.cpe for device_id, record in self.records.items()}

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; ``port`` tells where."""
        self._host, self.port = host, port
        await self._listen()
        self._spawn(self._let_queues_run())

    async def close(self) -> None:
        """Stop listening and end everything under way."""
        self._closed = True
        if self._server:
            self._server.close()
        under_way = list(self._work)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def add(self, cpe: SimulatedCpe, *, refreshed: bool = False) -> None:
        """Register a router.

        Args:
            cpe: The router.
            refreshed: Whether the ACS has read everything; otherwise it knows only what an Inform carries.
        """
        now = time.time()
        phase_s = zlib.crc32(cpe.device_id.encode()) % max(1, cpe.state.inform_interval_s)
        told_boot_at = min(cpe.state.booted_at + 30.0, now)
        record = Record(cpe, registered_at=now - 30 * 86400.0, informed_at=max(now - phase_s, told_boot_at))
        record.last_boot_at = told_boot_at
        record.last_bootstrap_at = record.registered_at
        if refreshed:
            record.remember_everything(record.informed_at)
        self.records[cpe.device_id] = record
        cpe.acs = self

    # What routers tell

    def informed(self, cpe: SimulatedCpe, events: tuple[str, ...]) -> None:
        """A router sent an Inform: note it and open a session. An unknown router registers anew."""
        now = time.time()
        record = self.records.get(cpe.device_id)
        if record is None:
            record = self.records[cpe.device_id] = Record(cpe, registered_at=now, informed_at=now)
        record.informed_at = now
        if any(event.startswith("1 ") for event in events):
            record.last_boot_at = now
        if any(event.startswith("0 ") for event in events):
            record.last_bootstrap_at = now
        if cpe.device_id not in self._sessions and not self._closed:
            self._sessions.add(cpe.device_id)
            self._session_counts[cpe.device_id] = self.session_count(cpe.device_id) + 1
            self._spawn(self._session(record))

    def reachability_changes(self, cpe: SimulatedCpe) -> None:
        """Periodic Informs are computed from the last noted one; note it when they stop or start."""
        record = self.records.get(cpe.device_id)
        if record:
            record.informed_at = record.last_inform_at(time.time())

    # What the routes ask for

    def in_session(self, device_id: str) -> bool:
        """Whether a CWMP session with the router is under way."""
        return device_id in self._sessions

    def session_count(self, device_id: str) -> int:
        """Sessions with the router so far."""
        return self._session_counts.get(device_id, 0)

    async def session_free(self, device_id: str) -> bool:
        """Wait for the router's session to end; False when it took too long."""
        return not self.in_session(device_id) or await self._until(
            lambda: not self.in_session(device_id), self.timing.lock_s
        )

    async def request_connection(self, cpe: SimulatedCpe) -> str | None:
        """Knock at the router; what went wrong, or None."""
        if not cpe.online or cpe.reconnecting or cpe.on_contact is OnContact.REFUSE:
            return "Device is offline"
        if cpe.on_contact is OnContact.NO_ANSWER:
            await self.pause(self.timing.connection_request_s)
            return "Device is offline"
        if cpe.on_contact is OnContact.WRONG_CREDENTIALS:
            return "Connection request error: Incorrect connection request credentials"
        if cpe.on_contact is OnContact.BASIC_AUTH:
            return "Basic HTTP authentication not allowed"
        if cpe.on_contact is OnContact.INFORM:
            self._spawn(self._answer(cpe))
        return None

    async def session_ran(self, cpe: SimulatedCpe, sessions_before: int, timeout_s: float | None) -> bool:
        """Wait for a session to start and to end."""
        if timeout_s is None:
            timeout_s = self.timing.online_threshold_s
        started = await self._until(lambda: self.session_count(cpe.device_id) > sessions_before, timeout_s)
        if not started:
            return False
        over = await self._until(lambda: not self.in_session(cpe.device_id), self.timing.session_limit_s)
        return over or not self.in_session(cpe.device_id)

    async def _until(self, true: Callable[[], bool], timeout_s: float) -> bool:
        """Look every ``poll_s``, first after the first step, as the NBI does."""
        waited_s = 0.0
        while waited_s < timeout_s:
            step_s = min(self.timing.poll_s, timeout_s - waited_s)
            await self.pause(step_s)
            waited_s += step_s
            if true():
                return True
        return False

    # Inside

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._spawn(serve_connection(reader, writer, self._handle))

    async def _handle(self, request: Request) -> Response:
        self.requests.append(f"{request.method} {request.target}")
        del self.requests[:-100]
        await self.pause(self.timing.answer_s)
        try:
            response = await self._nbi.answer(request)
        except WorkerCrash:
            await self._crash()
            raise Drop from None
        if response.status == 431:
            return response  # by Node's parser, before GenieACS sees it
        if request.method in self.lose_answers_to:
            raise Drop
        reason = _STANDARD_REASONS.get(response.status, "") if self.http2_proxy else response.reason
        return replace(response, reason=reason, headers=(("GenieACS-Version", VERSION), *response.headers))

    async def _crash(self) -> None:
        """One worker dies; with all of them dead at once nobody listens for a while."""
        self._dead_workers += 1
        if self._dead_workers == _WORKERS and self._server:
            self._server.close()
            self._spawn(self._reopen())
        try:
            await self.pause(self.timing.crash_s)
        finally:
            self._dead_workers -= 1

    async def _reopen(self) -> None:
        await self.pause(self.timing.restart_s)
        await self._listen()

    async def _answer(self, cpe: SimulatedCpe) -> None:
        await self.pause(cpe.session_delay_s)
        if cpe.online:
            cpe.inform("6 CONNECTION REQUEST")

    async def _session(self, record: Record) -> None:
        timing = self.timing
        try:
            started = await run_session(
                record, self, timing.retry_delay_s * timing.scale, timing.download_timeout_s * timing.scale
            )
        finally:
            self._sessions.discard(record.cpe.device_id)
        for one in started:
            self._spawn(follow(record.cpe, one, self))

    async def _let_queues_run(self) -> None:
        """Routers with queued tasks run them at their next periodic Inform. All others' Informs are only computed."""
        last_seen: dict[str, tuple[float, float]] = {}
        while True:
            now = time.time()
            queued = [record for id in self.store.by_device if (record := self.records.get(id)) and record.cpe.online]
            seen = {record.cpe.device_id: (record.informed_at, record.last_inform_at(now)) for record in queued}
            for record in queued:
                noted_at, latest_at = seen[record.cpe.device_id]
                before = last_seen.get(record.cpe.device_id)
                # Informs that were sent have had their session; only a computed one is due.
                if before and before[0] == noted_at and before[1] < latest_at:
                    record.cpe.inform("2 PERIODIC")
            last_seen = seen
            await self.pause(self.timing.poll_s)

    @property
    def second_s(self) -> float:
        """How long a second of its clock is, real seconds."""
        return self.timing.second_s * self.timing.scale

    async def pause(self, seconds: float) -> None:
        """Sleep for that many simulated seconds."""
        await asyncio.sleep(seconds * self.timing.scale)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
