"""Which handler takes which intent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noc_console.config.model import Config
from noc_console.domain.intents import (
    Act,
    ActOnMany,
    CancelJob,
    CancelMany,
    CloseSwap,
    ImportRecords,
    RecordSwap,
    ReleaseMany,
)
from noc_console.operations.handler import Handler
from noc_console.operations.many_onts import Cancelling, ManyOnts, Releasing
from noc_console.operations.one_job import OneJob
from noc_console.operations.one_target import OneTarget
from noc_console.operations.record_imports import ImportingRecords
from noc_console.operations.swap_requests import ClosingSwap, RecordingSwap


def make_handlers(config: Config) -> Mapping[type[Any], Handler[Any, Any]]:
    """A handler for every kind of intent that this release takes."""
    return {
        Act: OneTarget(config),
        ActOnMany: ManyOnts(config),
        CancelJob: OneJob(),
        CancelMany: Cancelling(),
        ReleaseMany: Releasing(),
        RecordSwap: RecordingSwap(config),
        CloseSwap: ClosingSwap(),
        ImportRecords: ImportingRecords(),
    }
