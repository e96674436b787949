"""One diagnostic of a router, whichever: read out, started, followed, read back.

The router runs it after the session and informs when it is done; the ACS does not read the result, and believes
"Requested" until somebody makes it read. A request on top of that belief is silently dropped, so each begins and ends
with a reading.

Source:
    TR-143, TR-098, TR-181; GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from noc_console.domain.cpe import Value
from noc_console.domain.errors import SourceError, SourceProtocolError
from noc_console.domain.text import clean
from noc_console.sources.genieacs.client import SOURCE, NbiClient
from noc_console.sources.genieacs.delivery import Delivery, End, Step, deliver, newer, no_step, read_out, task_body
from noc_console.sources.genieacs.document import ROOTS, Document, Node, Parameter

_POLL_S = 2.0
_DONE = frozenset(("Complete", "Completed"))
_STATE = "DiagnosticsState"
_REQUESTED = "Requested"
_OBJECTS = {
    "download": ("DownloadDiagnostics", "IP.Diagnostics.DownloadDiagnostics"),
    "upload": ("UploadDiagnostics", "IP.Diagnostics.UploadDiagnostics"),
    "ping": ("IPPingDiagnostics", "IP.Diagnostics.IPPing"),
    "traceroute": ("TraceRouteDiagnostics", "IP.Diagnostics.TraceRoute"),
}
"""Below the two roots, in the order of ``ROOTS``."""
_ERRORS = {
    "Error_CannotResolveHostName": "the router cannot resolve the host's name",
    "Error_NoRouteToHost": "the router has no route to the host",
    "Error_InitConnectionFailed": "the router gets no connection to the server",
    "Error_NoResponse": "the server does not answer",
    "Error_TransferFailed": "the transfer broke off",
    "Error_PasswordRequestFailed": "the server asks for a password",
    "Error_LoginFailed": "the server refuses the login",
    "Error_NoTransferMode": "the server refuses the transfer mode",
    "Error_NoPASV": "the server refuses passive mode",
    "Error_NoCWD": "the server refuses the folder",
    "Error_NoSTOR": "the server refuses the upload",
    "Error_NoTransferComplete": "the server did not confirm the transfer",
    "Error_IncorrectSize": "the file's size is not what it should be",
    "Error_Timeout": "the test took too long",
    "Error_MaxHopCountExceeded": "the host is farther than the hops that were allowed",
    "Error_Internal": "internal error of the router",
    "Error_Other": "the router gives no reason",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a diagnostic ended; ``node`` is its object as read from the router, where it was."""

    node: Node | None
    state: str = ""
    error: str | None = None


class Run:
    """One run of one diagnostic."""

    def __init__(
        self,
        client: NbiClient,
        device_id: str,
        kind: str,
        timeout_s: float,
        step: Step,
        cr_timeout_s: float | None,
    ) -> None:
        self._client = client
        self._device_id = device_id
        self._kind = kind
        self._timeout_s = timeout_s
        self._step = step
        self._cr_timeout_s = cr_timeout_s
        self._path = ""
        self._document = Document({})

    async def run(self, leaves: Sequence[tuple[str, Value]]) -> Ended:
        """Start it with these leaves set, follow it, read it back."""
        self._path = await self._find()
        problem = await self._prepare(leaves)
        if problem:
            return Ended(None, error=problem)
        await self._step(f"starting the {self._kind} test" if self._kind.endswith("load") else f"starting {self._kind}")
        delivery = await self._start(leaves)
        if delivery.end is not End.DELIVERED:
            return Ended(None, error=delivery.text)
        await self._step("the router has begun")
        return await self._follow()

    async def _find(self) -> str:
        """Path of its object, under the root that this router has."""
        below = dict(zip(ROOTS, _OBJECTS[self._kind], strict=True))
        known = [f"{root}.DeviceInfo.SoftwareVersion" for root in ROOTS]
        root = Document(await self._client.device(self._device_id, known)).root_name
        if root is None:
            raise SourceProtocolError("the ACS holds no parameter of this router", SOURCE)
        return f"{root}.{below[root]}"

    async def _prepare(self, leaves: Sequence[tuple[str, Value]]) -> str | None:
        """Read the object out, so that the ACS believes the truth, and look whether it can be used; what is wrong."""
        delivery = await self._read_out()
        if delivery.end is not End.DELIVERED:
            return delivery.text
        if self._word() is None:
            return f"this router has no {self._kind} diagnostic"
        if self._word() == _REQUESTED:
            await self._step("the router runs another one; waiting for its end")
            if (await self._follow()).state == _REQUESTED:
                return "another diagnostic of this kind is still running at the router"
        for leaf in (leaves[0][0], _STATE):
            parameter = self._object.parameter(leaf)
            if parameter is None or not parameter.writable:
                return f"{leaf} cannot be set at this router"
        return None

    async def _start(self, leaves: Sequence[tuple[str, Value]]) -> Delivery:
        before = self._state

        async def happened() -> bool:
            await self._look()
            return self._word() == _REQUESTED and newer(self._state, before)

        # What this router lacks is left at its own setting; the state comes last.
        known = [(leaf, value) for leaf, value in leaves if self._object.parameter(leaf)]
        pairs = [[f"{self._path}.{leaf}", value] for leaf, value in (*known, (_STATE, _REQUESTED))]
        delivery = await self._deliver("setParameterValues", happened, parameterValues=pairs)
        try:
            if delivery.end is End.DELIVERED and not await happened():
                return Delivery(End.UNKNOWN, "the ACS did not send the request")
        except SourceError:
            pass  # it runs by now; that the ACS does not answer just now changes nothing
        return delivery

    async def _follow(self) -> Ended:
        """Wait for the Inform that tells the end, then read."""
        ends_at = time.monotonic() + self._timeout_s
        while time.monotonic() < ends_at:
            await self._client.pause(_POLL_S)
            try:
                await self._look()
                if not self._has_informed():
                    continue
                await self._step("the router has informed; reading the result")
                delivery = await self._read_out()
            except SourceError:
                continue
            if delivery.end is End.DELIVERED and self._word() != _REQUESTED:
                return self._ended()
        return await self._give_up()

    async def _give_up(self) -> Ended:
        """A last reading: the router may have ended without telling."""
        try:
            delivery = await self._read_out()
        except SourceError as error:
            return Ended(None, error=f"not ended after {self._timeout_s:.0f} s; then: {error.message}")
        if delivery.end is not End.DELIVERED:
            return Ended(None, error=f"not ended after {self._timeout_s:.0f} s; {delivery.text}")
        if self._word() == _REQUESTED:
            return Ended(None, _REQUESTED, f"not ended after {self._timeout_s:.0f} s")
        return self._ended()

    def _ended(self) -> Ended:
        word = self._word() or ""
        if word in _DONE:
            return Ended(self._object, word)
        if word in ("", "None"):
            return Ended(None, word, "the router dropped it, as when it restarts")
        return Ended(self._object, word, _ERRORS.get(word, f"ended as {word}"))

    # The document

    @property
    def _object(self) -> Node:
        return self._document.top.at(self._path)

    @property
    def _state(self) -> Parameter | None:
        return self._object.parameter(_STATE)

    def _word(self) -> str | None:
        return None if self._state is None or self._state.raw is None else clean(str(self._state.raw), 64)

    def _has_informed(self) -> bool:
        """Whether the router has informed since the state was last read or set."""
        informed_at = self._document.instant("_lastInform")
        noted_at = self._state.observed_at if self._state else None
        return informed_at is not None and noted_at is not None and informed_at > noted_at

    async def _look(self) -> None:
        """Get what the ACS believes."""
        self._document = Document(await self._client.device(self._device_id, ["_lastInform", self._path]))

    async def _read_out(self) -> Delivery:
        """Have the router read the object out, and look."""
        await self._look()
        before = self._state

        async def happened() -> bool:
            await self._look()
            return newer(self._state, before)

        async def was_read() -> bool:
            return await happened() or self._state is None

        async def ask() -> Delivery:
            return await self._deliver("refreshObject", happened, objectName=self._path)

        delivery = await read_out(self._client, ask, was_read)
        await self._look()
        if delivery.end is End.DELIVERED and self._state is not None and not newer(self._state, before):
            return Delivery(End.UNKNOWN, "the router did not read it out")
        return delivery

    async def _deliver(self, name: str, happened: Callable[[], Awaitable[bool]], **more: object) -> Delivery:
        body = task_body(name, f"{self._kind}-{name}", self._timeout_s, **more)
        return await deliver(self._client, self._device_id, body, self._cr_timeout_s, no_step, happened)
