"""Backups of an OLT's configuration: the list, and how the last attempt went."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.times import ago, listed
from noc_console.console.widgets.columns import Column
from noc_console.domain.backup_text import Comparison
from noc_console.domain.backup_text import Line as Difference
from noc_console.domain.backups import Backup, BackupRun
from noc_console.domain.units import si

COLUMNS = (
    Column("id", "NUMBER", 6, right=True, frozen=True),
    Column("taken_at", "TAKEN", 11, right=True),
    Column("seen_at", "LAST SEEN", 11, right=True),
    Column("lines", "LINES", 8, right=True),
    Column("bytes", "SIZE", 8, right=True),
    Column("asked_by", "ASKED BY", 12),
    Column("how", "HOW", 10, flex=True),
)
LINES = (Column("number", "LINE", 7, right=True, frozen=True), Column("text", "TEXT", 60, flex=True))
NONE: Sequence[Line] = (
    [(" no backups are kept of this OLT", "strong")],
    [(" :backup reads its configuration now; backups.every in the config file does so in a rhythm.", "dim")],
    [(" Both need a cli: of the OLT.", "dim")],
)
_ROLES = {"+": "online", "-": "offline", "@": "title", " ": "base"}


def cell(backup: Backup, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the list."""
    if column in ("taken_at", "seen_at"):
        return listed(getattr(backup, column), now, absolute), "base"
    if column == "bytes":
        return si(backup.bytes, "B"), "base"
    if column == "lines":
        return f"{backup.lines:,}", "base"
    return str(getattr(backup, column)), "strong" if column == "id" else "base"


def last_attempt(run: BackupRun | None, now: float, absolute: bool) -> list[Cell]:
    """How the last attempt went, for the line of the OLT's name; nothing where there was none."""
    if run is None:
        return []
    if run.error is None:
        return [(f"   read {ago(run.tried_at, now, absolute)}", "dim")]
    return [(f"   the last attempt failed {ago(run.tried_at, now, absolute)}: {run.error}", "offline")]


def doubt(confirmed: bool | None) -> list[Cell]:
    """What to mind where nobody is known to have read a configuration of this family in this way."""
    return [("   way not confirmed: compare one with the OLT", "late")] if confirmed is False else []


def how(backup: Backup, confirmed: bool | None) -> Cell:
    """How it was read."""
    return (f"{backup.how}, not confirmed", "late") if confirmed is False else (backup.how, "base")


def difference(line: Difference) -> Cell:
    """One line of a comparison: a letter and a colour tell what became of it."""
    return (f"-- {line.text} --" if line.sign == "@" else f"{line.sign} {line.text}"), _ROLES[line.sign]


def told(found: Comparison) -> str:
    """In a few words."""
    if not found.lines:
        return "nothing differs"
    return f"{found.added:,} added, {found.removed:,} removed"
