"""Rebooting and resetting a router, and following it until it is back.

Both are proven by the ACS' own instants: when it last sent the RPC, when it last saw a boot and a bootstrap.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from noc_console.domain.errors import SourceError
from noc_console.domain.jobs import JobKind
from noc_console.sources.genieacs.client import NbiClient, UnknownDevice
from noc_console.sources.genieacs.delivery import (
    KEY_PREFIX,
    Delivery,
    End,
    Step,
    deliver,
    no_step,
    task_body,
    withdraw_key,
)
from noc_console.sources.genieacs.document import Document, instant

_TASKS = {JobKind.REBOOT: "reboot", JobKind.FACTORY_RESET: "factoryReset"}
_NODES = {JobKind.REBOOT: "Reboot", JobKind.FACTORY_RESET: "FactoryReset"}
"""Where the ACS keeps when it last sent the RPC."""


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


async def reboot(
    client: NbiClient, device_id: str, expiry_s: float, cr_timeout_s: float | None = None, step: Step = no_step
) -> Disruption:
    """Reboot the router. Delivered means that it accepted the RPC; see ``wait_back``."""
    return await _disrupt(client, device_id, JobKind.REBOOT, expiry_s, cr_timeout_s, step)


async def factory_reset(
    client: NbiClient, device_id: str, expiry_s: float, cr_timeout_s: float | None = None, step: Step = no_step
) -> Disruption:
    """Reset the router to its factory settings. It may never come back by itself."""
    return await _disrupt(client, device_id, JobKind.FACTORY_RESET, expiry_s, cr_timeout_s, step)


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


async def baseline(client: NbiClient, device_id: str, kind: JobKind) -> Baseline:
    """The device's instants now, to be kept before a reboot or factory reset is sent.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        kind: ``REBOOT`` or ``FACTORY_RESET``.
    """
    node = _NODES[kind]
    document = Document(await client.device(device_id, ["_lastBoot", "_lastBootstrap", node]))
    rpc = document.top.parameter(node)
    return Baseline(
        document.instant("_lastBoot"),
        document.instant("_lastBootstrap"),
        instant(rpc.raw) if rpc else None,
        time.monotonic(),
    )


async def was_sent(client: NbiClient, device_id: str, kind: JobKind, before: Baseline) -> bool:
    """Whether the ACS has sent this RPC since ``before``.

    Who takes over from somebody that ended while sending withdraws first, and asks then: what was not sent and is not
    queued any more may be sent again.
    """
    return await sent_since(client, device_id, kind, before) is not None


async def sent_since(client: NbiClient, device_id: str, kind: JobKind, before: Baseline) -> Baseline | None:
    """Like ``was_sent``, as the baseline that ``wait_back`` goes on with; None when it was not sent."""
    now = await baseline(client, device_id, kind)
    return replace(before, rpc_at=now.rpc_at) if _later(now.rpc_at, before.rpc_at or 0.0) else None


async def _disrupt(
    client: NbiClient, device_id: str, kind: JobKind, expiry_s: float, cr_timeout_s: float | None, step: Step
) -> Disruption:
    before = await baseline(client, device_id, kind)

    async def happened() -> bool:
        return await was_sent(client, device_id, kind, before)

    await step("asking the ACS to contact the router")
    body = task_body(_TASKS[kind], _TASKS[kind], expiry_s)
    delivery = await deliver(client, device_id, body, cr_timeout_s, step, happened)
    if delivery.end is not End.DELIVERED:
        return Disruption(delivery, before)
    try:
        return Disruption(delivery, await sent_since(client, device_id, kind, before) or replace(before, rpc_at=None))
    except SourceError:  # the router has it; that the ACS does not answer just now changes nothing
        return Disruption(delivery, replace(before, rpc_at=None))


async def withdraw(client: NbiClient, device_id: str, factory: bool) -> bool:
    """Withdraw a reboot or factory reset that somebody else may have left queued.

    Returns:
        Whether there was one, and it is gone.

    Raises:
        SourceError: The ACS does not answer, or still lists it.
    """
    task = _TASKS[JobKind.FACTORY_RESET if factory else JobKind.REBOOT]
    return await withdraw_key(client, device_id, KEY_PREFIX + task) > 0
