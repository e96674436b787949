"""Delivering tasks through the ACS so that each ends in something known, and none is left behind.

A task that was not delivered stays at the ACS and runs days later; a refused one is retried behind our back. So every
task carries an ``expiry`` and a ``uniqueKey``, and none is left behind: not after "no contact", not after a fault, not
when the connection broke, not when the caller is cancelled. What may still happen, because the ACS does not answer, is
unsettled: it is told, and followed until the ACS is back or the task has expired there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from noc_console.domain.errors import SourceError, SourceProtocolError, SourceTimeout
from noc_console.sources.genieacs.client import SOURCE, NbiClient, UnknownDevice
from noc_console.sources.genieacs.document import Parameter
from noc_console.sources.genieacs.results import AcsFault, TaskOutcome

Step = Callable[[str], Awaitable[None]]
KEY_PREFIX = "noc-"
"""Our tasks' ``uniqueKey`` begins with it."""
SAME_SECOND_S = 1.1
"""After so long the ACS asks the router again for what it has read or set."""
_MIN_EXPIRY_S = 30.0
_WITHDRAW_TIMEOUT_S = 30.0
_LATE_POST_S = 30.0
"""A request whose answer was lost may wait for a session's lock, and be queued after we looked."""
_LONGEST_PAUSE_S = 15.0


class End(StrEnum):
    """How far an action got."""

    DELIVERED = "delivered"
    """The router accepted it. What came of it is for ``wait_back`` or the next reading to prove."""
    FAULT = "fault"
    NO_CONTACT = "no contact"
    UNKNOWN = "unknown"
    """The connection to the ACS broke, and nothing tells whether the router was reached."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a task."""

    end: End
    text: str
    """For the operator."""
    withdrawn: bool = True
    """Whether nothing of it is left at the ACS, proven."""
    task_id: str = ""
    """Empty when the ACS' answer was lost."""


async def no_step(text: str) -> None:
    """A ``Step`` that tells nobody."""


def task_body(name: str, key: str, expiry_s: float, **more: Any) -> dict[str, Any]:
    """A task that the ACS forgets when it was not delivered in time.

    Args:
        name: What GenieACS calls it.
        key: A queued task of ours with the same key is replaced. It is told to everybody: never put a secret into it.
        expiry_s: When to forget.
        more: The task's own parameters.
    """
    return {"name": name, "uniqueKey": f"{KEY_PREFIX}{key}", "expiry": max(_MIN_EXPIRY_S, expiry_s), **more}


def newer(parameter: Parameter | None, than: Parameter | None) -> bool:
    """Whether the ACS has read or set a parameter since it was ``than``, by its own clock."""
    at = parameter.observed_at if parameter else None
    return at is not None and (than is None or than.observed_at is None or at > than.observed_at)


async def read_out(
    client: NbiClient, ask: Callable[[], Awaitable[Delivery]], was_read: Callable[[], Awaitable[bool]]
) -> Delivery:
    """Have the router read something out, so that it is proven to have been read now.

    The ACS does not ask for what it has read or set in the same second, and tells 200: then it is asked once more
    when the second is over.

    Args:
        client: The ACS.
        ask: Delivers the reading.
        was_read: Whether the ACS holds something newer by now; also True when there is nothing to read.

    Source:
        GenieACS 1.2.16: its ``refresh`` counts in whole seconds.
    """
    delivery = await ask()
    if delivery.end is End.DELIVERED and not await was_read():
        await client.pause(SAME_SECOND_S)
        delivery = await ask()
    return delivery


async def deliver(
    client: NbiClient,
    device_id: str,
    body: Mapping[str, Any],
    cr_timeout_s: float | None,
    step: Step,
    happened: Callable[[], Awaitable[bool]],
    *,
    secret: bool = False,
) -> Delivery:
    """Post a task with a connection request and leave nothing behind.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        body: The task, with ``uniqueKey`` and ``expiry``.
        cr_timeout_s: How long the ACS waits for the router.
        step: Told what happens.
        happened: Whether the router did it after all; asked when the task is gone and nobody said why.
        secret: The task holds a secret: of a fault only the codes are told.
    """
    key = str(body["uniqueKey"])
    unsettled = _Unsettled(client, float(body["expiry"]), step)
    try:
        try:
            result = await client.post_task(device_id, body, contact=True, wait_s=cr_timeout_s)
        except UnknownDevice:
            raise
        except (SourceProtocolError, SourceTimeout) as error:
            await step(f"lost: {error.message}")
            return await _lost(unsettled, device_id, key, error, happened, secret)
        if result.outcome is TaskOutcome.DONE:
            await step("the router accepted it")
            return Delivery(End.DELIVERED, "delivered", task_id=result.task_id)
        if result.outcome is TaskOutcome.FAULTED:
            return await _faulted(unsettled, device_id, result.task_id, step, secret)
        await step(f"no contact: {result.reason}")
        return await _no_contact(unsettled, result.task_id, result.reason, step, happened)
    except asyncio.CancelledError:
        await _withdraw_cancelled(client, device_id, key)
        raise


class _Unsettled:
    """What may still happen at the ACS: followed for as long as it could.

    Args:
        client: The ACS.
        expiry_s: After which the ACS forgets the task by itself.
        step: Told once that something is unsettled.
    """

    def __init__(self, client: NbiClient, expiry_s: float, step: Step) -> None:
        self.client = client
        self._expiry_s = expiry_s
        self._step = step
        self._said = False

    async def tries(self) -> AsyncIterator[float]:
        """Pause longer and longer, and yield the time that has passed, until the task has expired."""
        passed_s, pause_s = 0.0, 1.0
        while True:
            yield passed_s
            if passed_s >= self._expiry_s:
                return
            pause_s = min(pause_s, self._expiry_s - passed_s)
            await self.client.pause(pause_s)
            passed_s, pause_s = passed_s + pause_s, min(2 * pause_s, _LONGEST_PAUSE_S)

    async def say(self, why: str) -> None:
        """Tell, once, that it may still happen."""
        if not self._said:
            self._said = True
            await self._step(f"unsettled: {why}; it may still happen, and is followed until the ACS answers")

    async def remove(self, task_id: str, fault_id: str | None) -> str | None:
        """Withdraw a task, again and again until it is gone or has expired; what was wrong at the end, or None."""
        trouble = None
        async for _ in self.tries():
            trouble = await remove(self.client, task_id, fault_id)
            if trouble is None:
                return None
            await self.say(f"could not be withdrawn: {trouble}")
        return trouble


async def _faulted(unsettled: _Unsettled, device_id: str, task_id: str, step: Step, secret: bool) -> Delivery:
    try:
        fault = await unsettled.client.fault_of(device_id, task_id)
    except SourceError as error:
        text = f"the router refused it; why cannot be read: {error.message}"
        return Delivery(End.FAULT, text, withdrawn=await unsettled.remove(task_id, None) is None)
    text = _told(fault, secret) if fault else "the router refused it; the fault is gone already"
    await step(text)
    trouble = await unsettled.remove(task_id, fault.id if fault else None)
    if trouble:
        text += f"; the ACS will try again, as it could not be withdrawn: {trouble}"
    return Delivery(End.FAULT, text, withdrawn=not trouble)


def _told(fault: AcsFault, secret: bool) -> str:
    return fault.codes if secret else str(fault)


async def _no_contact(
    unsettled: _Unsettled, task_id: str, reason: str, step: Step, happened: Callable[[], Awaitable[bool]]
) -> Delivery:
    trouble = await unsettled.remove(task_id, None)
    if trouble:
        await step(f"could not be withdrawn: {trouble}")
        return Delivery(End.NO_CONTACT, f"no contact ({reason}), could not be withdrawn: {trouble}", withdrawn=False)
    # The router may have come by itself just before the task was deleted.
    try:
        if await happened():
            await step("the router came by itself and took it")
            return Delivery(End.DELIVERED, "delivered when the router came by itself", task_id=task_id)
    except SourceError as error:
        return Delivery(End.NO_CONTACT, f"no contact ({reason}), withdrawn; then the ACS failed: {error.message}")
    await step("withdrawn from the ACS")
    return Delivery(End.NO_CONTACT, f"no contact ({reason}), withdrawn")


async def _lost(
    unsettled: _Unsettled,
    device_id: str,
    key: str,
    error: SourceError,
    happened: Callable[[], Awaitable[bool]],
    secret: bool,
) -> Delivery:
    """The request was sent and no answer came: look what the ACS made of it, as soon as it answers."""
    answered_s: float | None = None
    async for passed_s in unsettled.tries():
        try:
            found = await _look(unsettled.client, device_id, key, error, happened, secret)
        except SourceError as again:
            await unsettled.say(f"{error.message}; then: {again.message}")
            continue
        if found:
            return found
        answered_s = passed_s if answered_s is None else answered_s
        if passed_s - answered_s >= _LATE_POST_S:
            return Delivery(End.UNKNOWN, f"{error.message}; neither queued nor done")
    text = "neither queued nor done" if answered_s is not None else "the ACS did not answer until the task had expired"
    return Delivery(End.UNKNOWN, f"{error.message}; {text}", withdrawn=answered_s is not None)


async def _look(
    client: NbiClient,
    device_id: str,
    key: str,
    error: SourceError,
    happened: Callable[[], Awaitable[bool]],
    secret: bool,
) -> Delivery | None:
    """What became of a request whose answer was lost; None when there is no trace of it.

    Raises:
        SourceError: The ACS does not answer, or still lists what was withdrawn.
    """
    found = await queued(client, device_id, key)
    for task_id in found:
        fault = await client.fault_of(device_id, task_id)
        trouble = await remove(client, task_id, fault.id if fault else None)
        if trouble:
            raise SourceProtocolError(f"could not be withdrawn: {trouble}", SOURCE)
        if fault:
            return Delivery(End.FAULT, _told(fault, secret))
    if await happened():
        return Delivery(End.DELIVERED, "delivered, though the answer of the ACS was lost")
    return Delivery(End.NO_CONTACT, f"{error.message}; it was queued and is withdrawn") if found else None


async def withdraw_key(client: NbiClient, device_id: str, key: str | None = None, prefix: str = KEY_PREFIX) -> int:
    """Withdraw what is queued of ours for a device, perhaps by somebody who ended in the middle of it.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        key: ``uniqueKey`` of the tasks; None withdraws all that begin with ``prefix``.
        prefix: Of the ``uniqueKey``; that of all of our tasks, or a longer one.

    Returns:
        How many there were; they are gone.

    Raises:
        SourceError: The ACS does not answer, or still lists one.
    """
    found = await queued(client, device_id, key, prefix)
    for task_id in found:
        fault = await client.fault_of(device_id, task_id)
        trouble = await remove(client, task_id, fault.id if fault else None)
        if trouble:
            raise SourceProtocolError(f"could not be withdrawn: {trouble}", SOURCE)
    return len(found)


async def _withdraw_cancelled(client: NbiClient, device_id: str, key: str) -> None:
    """Withdraw what a cancelled request may have queued, as far as the ACS answers."""

    async def clean_up() -> None:
        async with asyncio.timeout(_WITHDRAW_TIMEOUT_S):
            await withdraw_key(client, device_id, key)

    cleaning = asyncio.ensure_future(clean_up())
    try:
        await asyncio.shield(cleaning)
    except (SourceError, TimeoutError):
        return
    except asyncio.CancelledError:
        cleaning.cancel()
        raise


async def queued(client: NbiClient, device_id: str, key: str | None = None, prefix: str = KEY_PREFIX) -> list[str]:
    """Ids of our tasks that the ACS holds for a device, faulted ones too; with ``key`` only those that have it."""
    tasks = await client.tasks({"device": device_id, "uniqueKey": key} if key else {"device": device_id})
    return [str(task["_id"]) for task in tasks if str(task.get("uniqueKey", "")).startswith(prefix)]


async def remove(client: NbiClient, task_id: str, fault_id: str | None) -> str | None:
    """Delete a task (through its fault, when it has one) and look whether it is gone; what went wrong, or None."""
    try:
        if fault_id:
            await client.delete_fault(fault_id)
        else:
            await client.delete_task(task_id)
        return "the ACS still lists it" if await client.tasks({"_id": task_id}) else None
    except SourceError as error:
        return error.message
