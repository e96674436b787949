"""Which handler takes which intent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noc_console.config.model import Config
from noc_console.domain.intents import (
    AcceptAudit,
    Acknowledge,
    Act,
    ActOnMany,
    AddComment,
    CancelJob,
    CancelMany,
    CloseSwap,
    EndMaintenance,
    ImportRecords,
    PlanMaintenance,
    RecordSwap,
    ReleaseMany,
    RemoveRecord,
    RevealBackups,
    Shelve,
    Unacknowledge,
    Unshelve,
)
from noc_console.operations.audit_acceptance import AcceptingAudit
from noc_console.operations.backup_requests import RevealingBackups
from noc_console.operations.handler import Handler
from noc_console.operations.handling import Acknowledging, Commenting, Shelving, Unacknowledging, Unshelving
from noc_console.operations.maintenance import EndingMaintenance, Planning
from noc_console.operations.many_onts import Cancelling, ManyOnts, Releasing
from noc_console.operations.one_job import OneJob
from noc_console.operations.one_target import OneTarget
from noc_console.operations.record_imports import ImportingRecords, RemovingRecord
from noc_console.operations.swap_requests import ClosingSwap, RecordingSwap


def make_handlers(config: Config) -> Mapping[type[Any], Handler[Any, Any]]:
    """A handler for every kind of intent that this release takes."""
    return {
        Act: OneTarget(config),
        ActOnMany: ManyOnts(config),
        CancelJob: OneJob(),
        CancelMany: Cancelling(),
        ReleaseMany: Releasing(config),
        RecordSwap: RecordingSwap(config),
        CloseSwap: ClosingSwap(),
        ImportRecords: ImportingRecords(),
        RemoveRecord: RemovingRecord(),
        Acknowledge: Acknowledging(),
        Unacknowledge: Unacknowledging(),
        AddComment: Commenting(),
        Shelve: Shelving(),
        Unshelve: Unshelving(),
        PlanMaintenance: Planning(),
        EndMaintenance: EndingMaintenance(),
        RevealBackups: RevealingBackups(),
        AcceptAudit: AcceptingAudit(),
    }
