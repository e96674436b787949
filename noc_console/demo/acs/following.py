"""What goes on at a router after a session: it restarts, fetches a file, runs a diagnostic, connects anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from noc_console.demo.acs.cpe import Fault, SimulatedCpe, Started
from noc_console.demo.acs.diagnostics import REQUESTED, STATE, duration_s, results
from noc_console.demo.acs.transfers import FIRMWARE, Transfers


class Acs(Protocol):
    """What a router needs of the server meanwhile."""

    transfers: Transfers

    async def pause(self, seconds: float) -> None:
        """Sleep for that many simulated seconds."""


async def follow(cpe: SimulatedCpe, started: Started, acs: Acs) -> None:
    """Go on with what a session set going."""
    if started.what == "reboot":
        await _restart(cpe, acs, cpe.on_reboot, "M Reboot")
    elif started.what == "factoryReset":
        await _restart(cpe, acs, cpe.on_factory_reset, "0 BOOTSTRAP")
    elif started.what == "diagnostics":
        await _diagnose(cpe, acs, started.path)
    elif started.what == "download":
        await _download(cpe, acs)
    elif started.what == "reconnect":
        await _reconnect(cpe, acs)
    else:
        await acs.pause(cpe.apply_s)
        cpe.late, late = {}, cpe.late
        for one in cpe.apply(late):
            await follow(cpe, one, acs)


async def _restart(cpe: SimulatedCpe, acs: Acs, hook: Callable[[SimulatedCpe], None] | None, event: str) -> None:
    cpe.online = False
    if hook:
        hook(cpe)
    if event == "0 BOOTSTRAP":
        cpe.forget_settings()
    await acs.pause(cpe.reboot_s)
    if cpe.returns:
        cpe.boot(event)


async def _reconnect(cpe: SimulatedCpe, acs: Acs) -> None:
    cpe.reconnecting = True
    await acs.pause(cpe.reconnect_s)
    cpe.reconnecting = False
    if cpe.online:
        cpe.inform("4 VALUE CHANGE")


async def _diagnose(cpe: SimulatedCpe, acs: Acs, path: str) -> None:
    how = cpe.diagnosing
    if not how.ends:
        return
    await acs.pause(duration_s(path, how))
    if not cpe.online or cpe.read(f"{path}.{STATE}", 0.0) != REQUESTED:
        return
    cpe.forget(f"{path}.RouteHops.")
    for leaf, value in results(path, cpe.facts(time.time()), how, cpe.model.complete).items():
        if cpe.leaf(leaf):
            cpe.write(leaf, value)
    if how.informs:
        cpe.inform("8 DIAGNOSTICS COMPLETE")


async def _download(cpe: SimulatedCpe, acs: Acs) -> None:
    transfer = cpe.transfer
    await acs.pause(cpe.transfer_s)
    if transfer is None or not cpe.online:
        return
    file = acs.transfers.files.get(transfer.file_name)
    missing = Fault("9010", "Download failure: HTTP 404") if file is None else None
    transfer.fault = cpe.transfer_fault or missing
    transfer.ended_at = time.time()
    if transfer.fault or file is None or transfer.file_type != FIRMWARE:
        cpe.inform("7 TRANSFER COMPLETE", "M Download")
        return
    if cpe.installs:
        cpe.fetched = file.version or file.name
    await _restart(cpe, acs, cpe.on_reboot, "7 TRANSFER COMPLETE")
