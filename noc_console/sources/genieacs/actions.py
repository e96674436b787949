"""What can be done to a router through the ACS, as steps that end in something proven or plainly unknown.

A task that was not delivered stays at the ACS and runs days later; a refused one is retried behind our back. So every
task carries an ``expiry`` and a ``uniqueKey``, and none is left behind: not after "no contact", not after a fault, not
when the connection broke, not when the caller is cancelled.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from noc_console.domain.cpe import SECTIONS, Section
from noc_console.domain.errors import SourceError, SourceProtocolError, SourceTimeout
from noc_console.sources.genieacs.client import NbiClient, UnknownDevice
from noc_console.sources.genieacs.document import Document, instant
from noc_console.sources.genieacs.results import AcsFault, TaskOutcome
from noc_console.sources.genieacs.sections import projection_for, read_paths, sections

Step = Callable[[str], Awaitable[None]]
_WITHDRAW_TIMEOUT_S = 30.0
_MIN_EXPIRY_S = 30.0


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
    fault: AcsFault | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The device's instants before a disruptive task, by the ACS' own clock."""

    last_boot_at: float | None
    last_bootstrap_at: float | None
    rpc_at: float | None
    """When the ACS last sent this RPC."""
    sent_at: float
    """When we asked, by our clock (``time.monotonic``)."""


@dataclass(frozen=True, slots=True)
class Disruption:
    """Result of ``reboot`` and ``factory_reset``: when delivered, ``wait_back`` takes ``baseline``."""

    delivery: Delivery
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Result of ``refresh``."""

    delivery: Delivery
    sections: tuple[Section, ...]
    """As the ACS has them now, read or not."""
    newer: tuple[str, ...]
    """Names of those that the router was proven to have read out."""
    not_newer: tuple[str, ...]


async def no_step(text: str) -> None:
    """A ``Step`` that tells nobody."""


# Reading


async def view(client: NbiClient, device_id: str, names: Sequence[str] = SECTIONS) -> tuple[Section, ...]:
    """Sections as the ACS has them, without touching the router."""
    return sections(Document(await client.device(device_id, projection_for(None, names))), names)


async def refresh(
    client: NbiClient,
    device_id: str,
    root: str | None = None,
    names: Sequence[str] = SECTIONS,
    *,
    expiry_s: float = 120.0,
    cr_timeout_s: float | None = None,
    step: Step = no_step,
) -> Refreshed:
    """Have the router read out these sections now.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        root: Its data model's root; None finds out.
        names: Sections.
        expiry_s: After which the ACS forgets the request.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.
        step: Told what happens.
    """
    before = Document(await client.device(device_id, projection_for(root, names)))
    model_root = root or before.root_name
    if model_root is None:
        raise SourceProtocolError("the ACS holds no parameter of this router", "genieacs")
    earlier = {section.name: _read_at(section, None) for section in sections(before, names)}
    now: list[Document] = []

    async def has_read() -> bool:
        now[:] = [Document(await client.device(device_id, projection_for(model_root, names)))]
        return bool(_newer(now[0], names, earlier))

    body = {
        "name": "getParameterValues",
        "parameterNames": read_paths(model_root, names),
        "uniqueKey": f"noc-read-{'-'.join(names)}",
        "expiry": max(_MIN_EXPIRY_S, expiry_s),
    }
    await step(f"reading {', '.join(names)}")
    delivery = await _deliver(client, device_id, body, cr_timeout_s, step, has_read)
    await has_read()
    newer = _newer(now[0], names, earlier)
    return Refreshed(delivery, sections(now[0], names), newer, tuple(name for name in names if name not in newer))


def _newer(document: Document, names: Sequence[str], earlier: Mapping[str, float]) -> tuple[str, ...]:
    """Sections of which something was read since, other than by an Inform, which carries a few values by itself."""
    informed_at = document.instant("_lastInform")
    found = sections(document, names)
    return tuple(section.name for section in found if _read_at(section, informed_at) > earlier[section.name])


def _read_at(section: Section, informed_at: float | None) -> float:
    grouped = (field for group in section.groups for field in group.fields)
    times = [field.observed_at for field in (*section.fields, *grouped)]
    return max((at for at in times if at is not None and at != informed_at), default=0.0)


# Disrupting


async def reboot(
    client: NbiClient, device_id: str, expiry_s: float, cr_timeout_s: float | None = None, step: Step = no_step
) -> Disruption:
    """Reboot the router. Delivered means that it accepted the RPC; see ``wait_back``."""
    return await _disrupt(client, device_id, "reboot", "Reboot", expiry_s, cr_timeout_s, step)


async def factory_reset(
    client: NbiClient, device_id: str, expiry_s: float, cr_timeout_s: float | None = None, step: Step = no_step
) -> Disruption:
    """Reset the router to its factory settings. It may never come back by itself."""
    return await _disrupt(client, device_id, "factoryReset", "FactoryReset", expiry_s, cr_timeout_s, step)


async def wait_back(
    client: NbiClient,
    device_id: str,
    since: Baseline,
    timeout_s: float,
    factory: bool = False,
    poll_s: float = 5.0,
) -> float | None:
    """Wait until the router has booted after a disruption, by what the ACS saw.

    Args:
        client: The ACS; while it fails, the waiting goes on.
        device_id: ``_id`` of the device.
        since: From ``reboot`` or ``factory_reset``.
        timeout_s: How long to wait, counted from the request.
        factory: Also wait for the bootstrap Inform that follows a factory reset.
        poll_s: How often to look.

    Returns:
        Seconds from the request to the boot being seen, or None when it did not come back in time.
    """
    while True:
        try:
            if await _is_back(client, device_id, since, factory):
                return time.monotonic() - since.sent_at
        except (SourceError, UnknownDevice):
            pass
        left_s = since.sent_at + timeout_s - time.monotonic()
        if left_s <= 0:
            return None
        await asyncio.sleep(min(poll_s, left_s))


async def _is_back(client: NbiClient, device_id: str, since: Baseline, factory: bool) -> bool:
    document = Document(await client.device(device_id, ["_lastBoot", "_lastBootstrap"]))
    boot, bootstrap = document.instant("_lastBoot"), document.instant("_lastBootstrap")
    booted = _later(boot, since.last_boot_at, since.rpc_at)
    return booted and (not factory or _later(bootstrap, since.last_bootstrap_at, since.rpc_at))


def _later(at: float | None, *than: float | None) -> bool:
    return at is not None and all(other is None or at > other for other in than)


async def _disrupt(
    client: NbiClient, device_id: str, name: str, node: str, expiry_s: float, cr_timeout_s: float | None, step: Step
) -> Disruption:
    before = await _instants(client, device_id, node)

    async def was_sent() -> bool:
        return _later((await _instants(client, device_id, node)).rpc_at, before.rpc_at or 0.0)

    body = {"name": name, "uniqueKey": f"noc-{name}", "expiry": max(_MIN_EXPIRY_S, expiry_s)}
    await step("asking the ACS to contact the router")
    delivery = await _deliver(client, device_id, body, cr_timeout_s, step, was_sent)
    if delivery.end is not End.DELIVERED:
        return Disruption(delivery, before)
    after = await _instants(client, device_id, node)
    rpc_at = after.rpc_at if _later(after.rpc_at, before.rpc_at or 0.0) else None
    return Disruption(delivery, replace(before, rpc_at=rpc_at))


async def _instants(client: NbiClient, device_id: str, node: str) -> Baseline:
    document = Document(await client.device(device_id, ["_lastBoot", "_lastBootstrap", node]))
    rpc = document.top.parameter(node)
    return Baseline(
        document.instant("_lastBoot"),
        document.instant("_lastBootstrap"),
        instant(rpc.raw) if rpc else None,
        time.monotonic(),
    )


async def withdraw(client: NbiClient, device_id: str, factory: bool) -> bool:
    """Withdraw a reboot or factory reset that somebody else may have left queued.

    Returns:
        Whether there was one, and it is gone.

    Raises:
        SourceError: The ACS does not answer, or still lists it.
    """
    queued = await _queued(client, device_id, f"noc-{'factoryReset' if factory else 'reboot'}")
    for task_id in queued:
        fault = await client.fault_of(device_id, task_id)
        trouble = await _remove(client, task_id, fault.id if fault else None)
        if trouble:
            raise SourceProtocolError(f"could not be withdrawn: {trouble}", "genieacs")
    return bool(queued)


# Delivering


async def _deliver(
    client: NbiClient,
    device_id: str,
    body: Mapping[str, Any],
    cr_timeout_s: float | None,
    step: Step,
    happened: Callable[[], Awaitable[bool]],
) -> Delivery:
    """Post a task with a connection request and leave nothing behind.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        body: The task, with ``uniqueKey`` and ``expiry``.
        cr_timeout_s: How long the ACS waits for the router.
        step: Told what happens.
        happened: Whether the router did it after all; asked when the task is gone and nobody said why.
    """
    key = str(body["uniqueKey"])
    try:
        try:
            result = await client.post_task(device_id, body, contact=True, wait_s=cr_timeout_s)
        except UnknownDevice:
            raise
        except (SourceProtocolError, SourceTimeout) as error:
            await step(f"lost: {error.message}")
            return await _lost(client, device_id, key, error, happened)
        if result.outcome is TaskOutcome.DONE:
            await step("the router accepted it")
            return Delivery(End.DELIVERED, "delivered")
        if result.outcome is TaskOutcome.FAULTED:
            return await _faulted(client, device_id, result.task_id, step)
        await step(f"no contact: {result.reason}")
        return await _no_contact(client, result.task_id, result.reason, step, happened)
    except asyncio.CancelledError:
        await _withdraw_by_key(client, device_id, key)
        raise


async def _faulted(client: NbiClient, device_id: str, task_id: str, step: Step) -> Delivery:
    try:
        fault = await client.fault_of(device_id, task_id)
    except SourceError as error:
        text = f"the router refused it; why cannot be read: {error.message}"
        return Delivery(End.FAULT, text, withdrawn=await _remove(client, task_id, None) is None)
    text = str(fault) if fault else "the router refused it; the fault is gone already"
    await step(text)
    trouble = await _remove(client, task_id, fault.id if fault else None)
    if trouble:
        text += f"; the ACS will try again, as it could not be withdrawn: {trouble}"
    return Delivery(End.FAULT, text, withdrawn=not trouble, fault=fault)


async def _no_contact(
    client: NbiClient, task_id: str, reason: str, step: Step, happened: Callable[[], Awaitable[bool]]
) -> Delivery:
    trouble = await _remove(client, task_id, None)
    if trouble:
        await step(f"could not be withdrawn: {trouble}")
        return Delivery(End.NO_CONTACT, f"no contact ({reason}), could not be withdrawn: {trouble}", withdrawn=False)
    # The router may have come by itself just before the task was deleted.
    try:
        if await happened():
            await step("the router came by itself and took it")
            return Delivery(End.DELIVERED, "delivered when the router came by itself")
    except SourceError as error:
        return Delivery(End.NO_CONTACT, f"no contact ({reason}), withdrawn; then the ACS failed: {error.message}")
    await step("withdrawn from the ACS")
    return Delivery(End.NO_CONTACT, f"no contact ({reason}), withdrawn")


async def _lost(
    client: NbiClient, device_id: str, key: str, error: SourceError, happened: Callable[[], Awaitable[bool]]
) -> Delivery:
    """The request was sent and no answer came: look what the ACS made of it."""
    try:
        found = await _queued(client, device_id, key)
        for task_id in found:
            fault = await client.fault_of(device_id, task_id)
            trouble = await _remove(client, task_id, fault.id if fault else None)
            if trouble:
                return Delivery(End.UNKNOWN, f"{error.message}; could not be withdrawn: {trouble}", withdrawn=False)
            if fault:
                return Delivery(End.FAULT, str(fault), fault=fault)
        if await happened():
            return Delivery(End.DELIVERED, "delivered, though the answer of the ACS was lost")
    except SourceError as again:
        return Delivery(End.UNKNOWN, f"{error.message}; then: {again.message}", withdrawn=False)
    if found:
        return Delivery(End.NO_CONTACT, f"{error.message}; it was queued and is withdrawn")
    return Delivery(End.UNKNOWN, f"{error.message}; neither queued nor done")


async def _withdraw_by_key(client: NbiClient, device_id: str, key: str) -> None:
    """Withdraw what a cancelled request may have queued, as far as the ACS answers."""

    async def withdraw() -> None:
        for task_id in await _queued(client, device_id, key):
            await _remove(client, task_id, None)

    cleaning = asyncio.ensure_future(asyncio.wait_for(withdraw(), _WITHDRAW_TIMEOUT_S))
    try:
        await asyncio.shield(cleaning)
    except (SourceError, TimeoutError):
        return
    except asyncio.CancelledError:
        cleaning.cancel()
        raise


async def _queued(client: NbiClient, device_id: str, key: str) -> list[str]:
    return [str(task["_id"]) for task in await client.tasks({"device": device_id, "uniqueKey": key})]


async def _remove(client: NbiClient, task_id: str, fault_id: str | None) -> str | None:
    """Delete a task (through its fault, when it has one) and look whether it is gone; what went wrong, or None."""
    try:
        if fault_id:
            await client.delete_fault(fault_id)
        else:
            await client.delete_task(task_id)
        return "the ACS still lists it" if await client.tasks({"_id": task_id}) else None
    except SourceError as error:
        return error.message
