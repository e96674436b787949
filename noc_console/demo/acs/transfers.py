"""The ACS' files, and downloads on their way: accepted at once, their end told minutes later.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

from noc_console.demo.acs.cpe import Fault, Started, Transfer
from noc_console.demo.acs.record import Record
from noc_console.demo.acs.state import Value, iso
from noc_console.demo.acs.tasks import Task, TaskStore

FIRMWARE = "1 Firmware Upgrade Image"
_CHUNK_BYTES = 261_120
_keys = itertools.count(1)


@dataclass(frozen=True, slots=True)
class File:
    """What the ACS can give to routers."""

    name: str
    length: int
    uploaded_at: float
    file_type: str | None = None
    oui: str | None = None
    product_class: str | None = None
    version: str | None = None

    def row(self) -> dict[str, Any]:
        """As ``/files/`` lists it."""
        return {
            "_id": self.name,
            "length": self.length,
            "chunkSize": _CHUNK_BYTES,
            "uploadDate": iso(self.uploaded_at),
            "filename": self.name,
            "metadata": {
                "fileType": self.file_type,
                "oui": self.oui,
                "productClass": self.product_class,
                "version": self.version,
            },
        }


@dataclass(frozen=True, slots=True)
class Operation:
    """A download that a router has accepted."""

    device_id: str
    task: Task
    instance: int
    """Of ``Downloads``."""
    transfer: Transfer

    def row(self) -> dict[str, Any]:
        """As ``/operations/`` lists it."""
        args = {"instance": str(self.instance), **_names(self.transfer)}
        return {
            "_id": f"{self.device_id}:{self.transfer.key}",
            "name": "Download",
            "timestamp": iso(self.transfer.begun_at),
            "channels": json.dumps({f"task_{self.task['_id']}": 1}),
            "provisions": json.dumps([["download", *_names(self.transfer).values()]]),
            "retries": "{}",
            "args": json.dumps(args),
        }


class Transfers:
    """Files and operations of one ACS."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.operations: dict[str, Operation] = {}
        """By device."""

    def put(self, name: str, length: int = 4096, **metadata: str | None) -> File:
        """Store a file; ``metadata`` are the fields of ``File``."""
        self.files[name] = File(name, length, time.time(), **metadata)
        return self.files[name]

    def begin(self, record: Record, task: Task) -> Started:
        """The router accepts a download: what the ACS notes of it, and what happens after the session."""
        now = time.time()
        file = self.files.get(str(task.get("file")))
        name = str(task.get("fileName") or task.get("file"))
        kind = str(task.get("fileType") or (file.file_type if file else None) or "")
        transfer = Transfer(f"{int(now * 1000):x}{next(_keys):05x}", kind, name, now)
        instance = record.download_of(_names(transfer))
        for leaf, value in _names(transfer).items():
            self._note(record, instance, leaf[0].upper() + leaf[1:], value, now)
        self._note(record, instance, "Download", iso(now), now, "xsd:dateTime")
        self.operations[record.cpe.device_id] = Operation(record.cpe.device_id, task, instance, transfer)
        record.cpe.transfer = transfer
        return Started("download")

    def settle(self, record: Record, store: TaskStore, timeout_s: float) -> None:
        """In a session: take note of a download's end, or give up waiting for it."""
        operation = self.operations.get(record.cpe.device_id)
        if operation is None:
            return
        transfer, now = operation.transfer, time.time()
        if transfer.ended_at is None:
            if now > transfer.begun_at + timeout_s:
                del self.operations[record.cpe.device_id]
                store.add_fault(operation.task, Fault("timeout", "Download operation timed out"))
            return
        del self.operations[record.cpe.device_id]
        record.cpe.transfer = None
        if transfer.fault:
            store.add_fault(operation.task, transfer.fault)
            return
        for leaf, value in _names(transfer).items():
            self._note(record, operation.instance, f"Last{leaf[0].upper()}{leaf[1:]}", value, now, writable=False)
        for leaf, at in (
            ("LastDownload", transfer.begun_at),
            ("StartTime", transfer.begun_at),
            ("CompleteTime", transfer.ended_at),
        ):
            self._note(record, operation.instance, leaf, iso(at), now, "xsd:dateTime", writable=False)

    @staticmethod
    def _note(
        record: Record,
        instance: int,
        leaf: str,
        value: Value,
        at: float,
        type: str = "xsd:string",
        *,
        writable: bool = True,
    ) -> None:
        record.note(f"Downloads.{instance}.{leaf}", value, type, writable, at)


def _names(transfer: Transfer) -> dict[str, str]:
    return {"fileType": transfer.file_type, "fileName": transfer.file_name, "targetFileName": ""}
