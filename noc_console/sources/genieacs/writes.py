"""Setting parameters of a router, proven by reading them back.

The ACS compares what it is to set with what it believes, and passes over what it does not know or may not set, each
time with 200. So what will be written is read out first, checked, written, and read out again.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from noc_console.domain.cpe import MASK, Value
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.text import clean
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import (
    KEY_PREFIX,
    Delivery,
    End,
    Step,
    deliver,
    newer,
    no_step,
    read_out,
    task_body,
)
from noc_console.sources.genieacs.document import Document, Parameter

_WRITE = "write-"
WRITE_KEY = KEY_PREFIX + _WRITE
"""The ``uniqueKey`` of a task that sets something begins with it."""
READ_BACK_AFTER_S = (0.0, 2.0, 5.0, 15.0)
"""Pauses before each reading back: a router may apply late, or reconnect first."""


class Outcome(StrEnum):
    """What became of a write."""

    APPLIED = "applied"
    """Read back from the router."""
    ACCEPTED = "accepted"
    """Sent to the router and taken without a fault; it does not show what it has, as with passwords."""
    NOT_APPLIED = "not applied"
    FAULT = "fault"
    NO_CONTACT = "no contact"
    """Nothing was written."""
    UNKNOWN = "unknown"
    """Perhaps written: the connection broke, or the router could not be read afterwards."""


_OUTCOMES = {End.FAULT: Outcome.FAULT, End.NO_CONTACT: Outcome.NO_CONTACT, End.UNKNOWN: Outcome.UNKNOWN}
_Known = Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Write:
    """One parameter to set."""

    path: str
    """Of a leaf, whole, without wildcards."""
    value: Value
    secret: bool = False
    """Never told to anybody but the ACS."""

    def __repr__(self) -> str:
        return f"Write({self.path!r}, {MASK if self.secret else repr(self.value)})"

    @property
    def name(self) -> str:
        """For the operator: the leaf and the object that it belongs to."""
        parts = self.path.split(".")
        return ".".join(parts[-3:] if parts[-2:-1] and parts[-2].isdigit() else parts[-2:])


@dataclass(frozen=True, slots=True)
class Written:
    """Result of ``write``."""

    outcome: Outcome
    text: str
    """For the operator; holds no secret."""
    withdrawn: bool = True
    """Whether nothing of it is left at the ACS, proven."""

    @property
    def done(self) -> bool:
        """Whether it is proven as far as the router lets it be proven."""
        return self.outcome in (Outcome.APPLIED, Outcome.ACCEPTED)


async def write(
    client: NbiClient,
    device_id: str,
    writes: Sequence[Write],
    *,
    expiry_s: float = 120.0,
    cr_timeout_s: float | None = None,
    step: Step = no_step,
    read_back_after_s: Sequence[float] = READ_BACK_AFTER_S,
) -> Written:
    """Set parameters in one go and prove it.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        writes: What to set, in this order.
        expiry_s: After which the ACS forgets each of its tasks.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.
        step: Told what happens, without secrets.
        read_back_after_s: Pauses before each attempt to prove it.

    Raises:
        ActionRefused: The router has no such parameter, or it cannot be written; nothing was sent.
        SourceError: The ACS could not be reached; nothing was sent.
    """
    setting = _Setting(client, device_id, writes, expiry_s, cr_timeout_s, step)
    stale = await setting.believed()
    await step("reading what is there")
    delivery = await setting.read_out()
    if delivery.end is not End.DELIVERED:
        outcome = Outcome.FAULT if delivery.end is End.FAULT else Outcome.NO_CONTACT
        return Written(outcome, f"nothing was written: {delivery.text}", delivery.withdrawn)
    before = await setting.believed()
    for one in writes:
        _check(one, stale.get(one.path), before.get(one.path))
    if all(same(one.value, before[one.path]) for one in writes):
        return Written(Outcome.APPLIED, "was so already: " + "; ".join(_wanted(one) for one in writes))
    await step("writing " + "; ".join(f"{_wanted(one)} ({_had(one, before, 'is')})" for one in writes))
    delivery = await setting.send(before)
    if delivery.end is not End.DELIVERED:
        return Written(_OUTCOMES[delivery.end], delivery.text, delivery.withdrawn)
    return await _prove(setting, before, read_back_after_s)


class _Setting:
    """One write: the tasks that it takes, each under a key of its own."""

    def __init__(
        self,
        client: NbiClient,
        device_id: str,
        writes: Sequence[Write],
        expiry_s: float,
        cr_timeout_s: float | None,
        step: Step,
    ) -> None:
        self.client = client
        self.writes = writes
        self.step = step
        self._device_id = device_id
        self._paths = list(dict.fromkeys(one.path for one in writes))
        if len(self._paths) != len(writes) or not writes:
            raise ValueError("each parameter is written once, and there is at least one")
        self._key = f"{zlib.crc32(' '.join(self._paths).encode()):08x}"
        self._expiry_s = expiry_s
        self._cr_timeout_s = cr_timeout_s
        self._secret = any(one.secret for one in writes)

    async def believed(self) -> _Known:
        """What the ACS believes."""
        document = Document(await self.client.device(self._device_id, self._paths))
        found = {path: document.top.parameter(path) for path in self._paths}
        return {path: parameter for path, parameter in found.items() if parameter}

    async def read_out(self) -> Delivery:
        """Have the router read out what is written, so that the ACS believes the truth."""
        before = await self.believed()

        async def happened() -> bool:
            return any(newer(parameter, before.get(path)) for path, parameter in (await self.believed()).items())

        async def all_read() -> bool:
            return all(newer(parameter, before.get(path)) for path, parameter in (await self.believed()).items())

        async def ask() -> Delivery:
            return await self._deliver(body, happened, no_step)

        body = task_body("getParameterValues", f"check-{self._key}", self._expiry_s, parameterNames=self._paths)
        return await read_out(self.client, ask, all_read)

    async def send(self, before: _Known) -> Delivery:
        """Have the ACS set what differs from ``before``."""

        async def happened() -> bool:
            now = await self.believed()
            return any(
                one.path in now and newer(now[one.path], before[one.path]) and same(one.value, now[one.path])
                for one in self.writes
            )

        pairs = [[one.path, one.value] for one in self.writes]
        return await self._deliver(
            task_body("setParameterValues", f"{_WRITE}{self._key}", self._expiry_s, parameterValues=pairs),
            happened,
            self.step,
        )

    async def _deliver(self, body: dict[str, object], happened: Callable[[], Awaitable[bool]], step: Step) -> Delivery:
        return await deliver(
            self.client, self._device_id, body, self._cr_timeout_s, step, happened, secret=self._secret
        )


def _check(one: Write, stale: Parameter | None, fresh: Parameter | None) -> None:
    if fresh is None:
        raise ActionRefused(f"this router has no {one.path}; nothing was written")
    if not newer(fresh, stale):
        raise ActionRefused(f"the router did not read out {one.path}; nothing was written")
    if not fresh.writable:
        raise ActionRefused(f"{one.path} cannot be written at this router; nothing was written")


async def _prove(setting: _Setting, before: _Known, pauses_s: Sequence[float]) -> Written:
    """Read back until it is as wanted, or the pauses are used up."""
    result = Written(Outcome.UNKNOWN, "accepted, but not read back")
    sent: _Known | None = None
    for pause_s in pauses_s:
        await setting.client.pause(pause_s)
        try:
            sent = await setting.believed() if sent is None else sent
            await setting.step("reading back")
            delivery = await setting.read_out()
            after = await setting.believed()
        except SourceError as error:
            result = Written(Outcome.UNKNOWN, f"accepted, but not read back: {error.message}")
            continue
        if delivery.end is End.DELIVERED:
            result = _judge(setting.writes, before, sent, after)
        else:
            result = Written(Outcome.UNKNOWN, f"accepted, but not read back: {delivery.text}", delivery.withdrawn)
        if result.done:
            break
    return result


def _judge(writes: Sequence[Write], before: _Known, sent: _Known, after: _Known) -> Written:
    """Compare what was wanted with what was read back.

    Args:
        writes: What was wanted.
        before: Read from the router before.
        sent: What the ACS believed when it had been sent.
        after: Read from the router after.
    """
    unread = [one for one in writes if not newer(after.get(one.path), sent.get(one.path))]
    if unread:
        return Written(Outcome.UNKNOWN, f"accepted, but the router did not read out {_names(unread)}")
    differing = [one for one in writes if not same(one.value, after[one.path])]
    hidden = [one for one in differing if one.secret and _is_hidden(one, before, sent, after)]
    wrong = [_differs(one, before, after) for one in differing if one not in hidden]
    if wrong:
        return Written(Outcome.NOT_APPLIED, f"not applied: {'; '.join(wrong)}")
    shown = "; ".join(f"{_wanted(one)} ({_had(one, before, 'was')})" for one in writes if one not in hidden)
    if not hidden:
        return Written(Outcome.APPLIED, f"applied: {shown}")
    text = f"accepted; the router does not show it: {_names(hidden)}"
    return Written(Outcome.ACCEPTED, f"{text}; applied: {shown}" if shown else text)


def _is_hidden(one: Write, before: _Known, sent: _Known, after: _Known) -> bool:
    """Whether it went to the router, which shows nothing, a mask, or at least something else than before."""
    shown = str(after[one.path].raw)
    changed = shown != str(before[one.path].raw)
    return newer(sent.get(one.path), before[one.path]) and (changed or not shown.strip("*•.xX"))


def same(wanted: Value, found: Parameter) -> bool:
    """Whether a parameter holds what was wanted, in whatever form the router says it."""
    if isinstance(wanted, bool):
        return found.flag() is wanted
    if isinstance(wanted, int | float):
        return found.number() == wanted
    return wanted == _text(found.raw)


def _wanted(one: Write) -> str:
    return f"{one.name} = {MASK if one.secret else clean(_text(one.value))}"


def _had(one: Write, known: _Known, verb: str) -> str:
    return "not shown" if one.secret else f"{verb} {_shown(known[one.path])}"


def _differs(one: Write, before: _Known, after: _Known) -> str:
    if one.secret:
        return f"{one.name} is not what was sent"
    still = str(before[one.path].raw) == str(after[one.path].raw)
    return f"{one.name} {'still' if still else 'is'} {_shown(after[one.path])}"


def _names(writes: Sequence[Write]) -> str:
    return ", ".join(one.name for one in writes)


def _shown(parameter: Parameter) -> str:
    return clean(_text(parameter.raw)) or "empty"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
