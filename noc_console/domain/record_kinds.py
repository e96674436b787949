"""Every record kind, in one list. A new one is its own module, a line here, and a migration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noc_console.domain.addressing import BLOCKS, POOLS, VLANS
from noc_console.domain.alarms.alarm import ALARMS
from noc_console.domain.assignments import ASSIGNMENTS
from noc_console.domain.backups import BACKUP_RUNS, BACKUPS
from noc_console.domain.core_devices import CORE_DEVICES, CORE_INTERFACES
from noc_console.domain.fibre import CLOSURES, SPLICES, STRANDS
from noc_console.domain.handling import COMMENTS, HANDLINGS, MAINTENANCE
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, ZONES
from noc_console.domain.presence import PRESENCE
from noc_console.domain.records import RecordKind
from noc_console.domain.swaps import SWAPS
from noc_console.domain.uplinks import UPLINKS

RECORD_KINDS: Mapping[str, RecordKind[Any]] = {
    kind.name: kind
    for kind in (
        CORE_DEVICES, CORE_INTERFACES, SWAPS, ZONES, SPLITTERS, SUBSCRIBERS, ASSIGNMENTS, UPLINKS,
        VLANS, POOLS, BLOCKS, CLOSURES, STRANDS, SPLICES,
        INCIDENTS, ALARMS, HANDLINGS, COMMENTS, MAINTENANCE, PRESENCE,
        BACKUPS, BACKUP_RUNS,
    )
}  # fmt: skip
"""By name."""
