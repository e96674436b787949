"""Firmware from the ACS' files: sent, followed through the transfer and the boot, proven by the new version.

200 means that the router agreed to fetch the file. What comes of it is told minutes later: in ``Downloads`` and by a
boot, or by a fault of a task that is gone, which the ACS tries again unless it is deleted.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.text import clean
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import KEY_PREFIX, Delivery, End, Step, deliver, no_step, task_body
from noc_console.sources.genieacs.document import ROOTS, Document
from noc_console.sources.genieacs.results import AcsFault

_POLL_S = 5.0
_SETTLE_S = 30.0
"""From a boot with the old version to believing that it stays."""
_FIRMWARE = "1 "
_TASK = "download"
DOWNLOAD_KEY = KEY_PREFIX + _TASK
"""The ``uniqueKey`` of our downloads."""
_VERSIONS = tuple(f"{root}.DeviceInfo.SoftwareVersion" for root in ROOTS)


@dataclass(frozen=True, slots=True)
class AcsFile:
    """A file that the ACS can give to routers."""

    name: str
    file_type: str
    """``1 Firmware Upgrade Image``, ...; empty where nobody said."""
    oui: str
    product_class: str
    version: str
    length_bytes: int | None

    @property
    def is_firmware(self) -> bool:
        """Whether it is meant to be installed."""
        return self.file_type.startswith(_FIRMWARE)

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> AcsFile:
        """Read one row of ``/files/``."""
        metadata = row.get("metadata")
        told: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}

        def text(name: str) -> str:
            return clean(str(told.get(name) or ""))

        length = row.get("length")
        return cls(
            name=str(row.get("_id", "")),
            file_type=text("fileType"),
            oui=text("oui"),
            product_class=text("productClass"),
            version=text("version"),
            length_bytes=length if isinstance(length, int) else None,
        )


class Installing(StrEnum):
    """How an installation ended."""

    INSTALLED = "installed"
    """The router told its new version after it."""
    NOT_INSTALLED = "not installed"
    """It fetched the file and still runs what it ran."""
    FAULT = "fault"
    NO_CONTACT = "no contact"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Installed:
    """Result of ``install_firmware``."""

    outcome: Installing
    text: str
    """For the operator."""
    version_before: str | None = None
    version_after: str | None = None
    withdrawn: bool = True
    """Whether nothing of it is left at the ACS that would be tried again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the ACS knows at one time of a device and of a file on its way to it."""

    version: str | None
    boot_at: float | None
    completed_at: float | None
    """When it last noted the end of a transfer of this file."""


async def files(client: NbiClient) -> list[AcsFile]:
    """Files of the ACS, by name."""
    return sorted((AcsFile.parse(row) for row in await client.files({})), key=lambda file: file.name)


async def install_firmware(
    client: NbiClient,
    device_id: str,
    file: str,
    *,
    expiry_s: float = 600.0,
    timeout_s: float = 1800.0,
    cr_timeout_s: float | None = None,
    step: Step = no_step,
) -> Installed:
    """Have the router fetch and install a file.

    Args:
        client: The ACS; while it fails, the following goes on.
        device_id: ``_id`` of the device.
        file: Name of a file of the ACS.
        expiry_s: After which the ACS forgets the task.
        timeout_s: How long the transfer, the installation and the boot may take.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.
        step: Told what happens.

    Raises:
        ActionRefused: No such file, not firmware, for another router, or what it runs already; nothing was sent.
        SourceError: The ACS could not be reached; nothing was sent.
    """
    document = Document(await client.device(device_id, ["_deviceId", *_VERSIONS]))
    chosen = await _choose(client, document, file)
    work = _Installation(client, device_id, chosen.name, timeout_s, step)
    before = await work.look()
    if chosen.version and before.version == chosen.version:
        raise ActionRefused(f"the router runs {chosen.version} already")
    await step(f"asking the router to fetch {chosen.name}")
    delivery = await work.send(before, expiry_s, cr_timeout_s)
    if delivery.end is not End.DELIVERED:
        outcome = {End.FAULT: Installing.FAULT, End.NO_CONTACT: Installing.NO_CONTACT}.get(delivery.end)
        return Installed(outcome or Installing.UNKNOWN, delivery.text, before.version, None, delivery.withdrawn)
    return await work.follow(before, delivery.task_id)


async def look_before(client: NbiClient, device_id: str, file: str) -> Seen:
    """What ``follow_firmware`` needs to know of the time before the file was sent."""
    return await _look(client, device_id, file)


async def follow_firmware(
    client: NbiClient, device_id: str, file: str, before: Seen, timeout_s: float, step: Step = no_step
) -> Installed:
    """Look what came of a file that somebody else has sent; it is not sent again.

    Args:
        client: The ACS; while it fails, the following goes on.
        device_id: ``_id`` of the device.
        file: Name of the file.
        before: From ``look_before``.
        timeout_s: How long to follow it.
        step: Told what happens.
    """
    return await _Installation(client, device_id, file, timeout_s, step).follow(before, "")


async def _choose(client: NbiClient, document: Document, name: str) -> AcsFile:
    known = await files(client)
    chosen = next((file for file in known if file.name == name), None)
    if chosen is None:
        names = ", ".join(clean(file.name, 64) for file in known if file.is_firmware) or "none"
        raise ActionRefused(f"the ACS has no file {clean(name, 64)!r}; firmware there: {names}")
    if not chosen.is_firmware:
        raise ActionRefused(f"{chosen.name} is no firmware, but {chosen.file_type or 'of no known type'}")
    for what, wanted, have in (
        ("OUI", chosen.oui, document.identity("OUI")),
        ("product class", chosen.product_class, document.identity("ProductClass")),
    ):
        if wanted and wanted != have:
            raise ActionRefused(f"{chosen.name} is for {what} {wanted}; this router's is {have or 'unknown'}")
    return chosen


async def _look(client: NbiClient, device_id: str, file: str) -> Seen:
    document = Document(await client.device(device_id, ["_lastBoot", "Downloads", *_VERSIONS]))
    ended = [
        parameter.observed_at
        for node in document.top.matching("Downloads.*")
        if node.text("LastFileName") == file and (parameter := node.parameter("CompleteTime"))
    ]
    completed_at = max((at for at in ended if at), default=None)
    return Seen(document.root.text("DeviceInfo.SoftwareVersion"), document.instant("_lastBoot"), completed_at)


class _Installation:
    """One file on its way into one router."""

    def __init__(self, client: NbiClient, device_id: str, file: str, timeout_s: float, step: Step) -> None:
        self._client = client
        self._device_id = device_id
        self._file = file
        self._timeout_s = timeout_s
        self._step = step
        self._earlier_faults: frozenset[str] = frozenset()

    async def look(self) -> Seen:
        """What the ACS knows now."""
        return await _look(self._client, self._device_id, self._file)

    async def send(self, before: Seen, expiry_s: float, cr_timeout_s: float | None) -> Delivery:
        """Post the download; delivered means that the router agreed."""
        self._earlier_faults = frozenset(fault.id for fault in await self._faults())

        async def happened() -> bool:
            return bool(await self._client.operations(self._device_id)) or self._ended(before, await self.look())

        body = task_body("download", _TASK, expiry_s, file=self._file)
        return await deliver(self._client, self._device_id, body, cr_timeout_s, self._step, happened)

    async def follow(self, before: Seen, task_id: str) -> Installed:
        """Wait for the fault, or for the end of the transfer, the boot and the version."""
        ends_at, told, booted_at = time.monotonic() + self._timeout_s, False, 0.0
        seen, trouble = before, ""
        while time.monotonic() < ends_at:
            await self._client.pause(_POLL_S)
            try:
                fault = await self._fault(task_id)
                if fault:
                    return await self._failed(fault, before)
                seen, trouble = await self.look(), ""
            except SourceError as error:
                trouble = f"; the ACS failed: {error.message}"
                continue
            if self._ended(before, seen) and not told:
                told = True
                await self._step("the router has fetched it")
            # A version that was not known before is news only when a file was fetched since.
            if seen.version and seen.version != before.version and (before.version or told):
                text = f"runs {seen.version} (was {before.version or 'unknown'})"
                return Installed(Installing.INSTALLED, text, before.version, seen.version)
            if told and _later(seen.boot_at, before.boot_at):
                booted_at = booted_at or time.monotonic()
                if time.monotonic() - booted_at > self._client.scaled(_SETTLE_S):
                    text = f"fetched, booted, and still runs {seen.version or 'an unknown version'}"
                    return Installed(Installing.NOT_INSTALLED, text, before.version, seen.version)
        text = f"fetched, but no new version after {self._timeout_s:.0f} s"
        if not told:
            text = f"agreed to fetch it, no end told after {self._timeout_s:.0f} s; the ACS may ask again by itself"
        return Installed(Installing.UNKNOWN, text + trouble, before.version, seen.version, withdrawn=told)

    def _ended(self, before: Seen, now: Seen) -> bool:
        return _later(now.completed_at, before.completed_at)

    async def _fault(self, task_id: str) -> AcsFault | None:
        """The fault of the task, which is gone; of any download, when the task's id was lost."""
        if task_id:
            return await self._client.fault_of(self._device_id, task_id)
        found = (fault for fault in await self._faults() if fault.id not in self._earlier_faults)
        return next((fault for fault in found if fault.is_of_download), None)

    async def _faults(self) -> list[AcsFault]:
        return await self._client.faults({"device": self._device_id})

    async def _failed(self, fault: AcsFault, before: Seen) -> Installed:
        """Delete the fault, or the ACS sends the file again."""
        text = str(fault)
        await self._step(text)
        try:
            await self._client.delete_fault(fault.id)
        except SourceError as error:
            text += f"; the ACS will try again, as it could not be withdrawn: {error.message}"
            return Installed(Installing.FAULT, text, before.version, before.version, withdrawn=False)
        return Installed(Installing.FAULT, text, before.version, before.version)


def _later(at: float | None, than: float | None) -> bool:
    return at is not None and (than is None or at > than)
