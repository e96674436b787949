"""Backups of OLT configurations: what is kept of each, and how each OLT's last attempt went.

The text itself is in a folder or in S3, see ``storage.backup_store``. One that equals the one before is not stored
again: ``seen_at`` tells when the OLT last had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from noc_console.domain.records import Column, Record, RecordKind, Seen, own_fields


@dataclass(frozen=True, slots=True)
class Backup(Record):
    """One configuration as it was read."""

    id: int
    olt: str
    taken_at: float
    """When it was first read, Unix seconds."""
    seen_at: float
    """When the OLT was last seen to have the same."""
    bytes: int
    """Of the text, UTF-8."""
    lines: int
    digest: str
    """SHA-256 of the text without what differs from read to read."""
    dialect: str
    how: str
    """``ssh``, ``telnet`` or ``ssh, legacy algorithms``."""
    asked_by: str
    """An operator's name, or ``schedule``."""
    place: str
    """Its name in the folder or bucket."""


@dataclass(frozen=True, slots=True)
class BackupRun(Record):
    """How the last attempt at one OLT went."""

    olt: str
    tried_at: float
    """Unix seconds; so in the others."""
    ok_at: float | None = None
    """When one last went well."""
    failed_since_at: float | None = None
    """The first of the failures in a row; None when the last one went well."""
    error: str | None = None
    """What was wrong; None when it went well."""


def _facts(backup: Backup, seen: Seen) -> dict[str, Any]:
    return own_fields(backup, seen) | {"confirmed": seen.backup_confirmed(backup.dialect)}


BACKUPS = RecordKind(
    name="backups",
    one="backup",
    title="Backups of OLT configurations",
    row=Backup,
    key=("id",),
    columns=(
        Column("id", "id", 5, right=True),
        Column("olt", "OLT", 14),
        Column("taken_at", "taken", 11, right=True),
        Column("seen_at", "last seen", 11, right=True),
        Column("bytes", "bytes", 9, right=True),
        Column("lines", "lines", 7, right=True),
        Column("how", "how", 6),
        Column("confirmed", "way confirmed", 13),
        Column("asked_by", "asked by", 12, flex=True),
    ),
    facts=_facts,
    order=lambda one: (one.olt, -one.taken_at, -one.id),
    indexed=("olt",),
    numbered=True,
)
BACKUP_RUNS = RecordKind(
    name="backup-runs",
    one="backup_run",
    title="Last attempts at backups",
    row=BackupRun,
    key=("olt",),
    columns=(
        Column("olt", "OLT", 14),
        Column("tried_at", "tried", 11, right=True),
        Column("ok_at", "last good", 11, right=True),
        Column("failed_since_at", "fails since", 11, right=True),
        Column("error", "what is wrong", 20, flex=True),
    ),
    order=lambda one: one.olt,
)


def too_small(size_bytes: int, last_bytes: int | None) -> bool:
    """Whether a configuration is suspiciously small beside the last good one: half of it, or less."""
    return last_bytes is not None and size_bytes * 2 <= last_bytes
