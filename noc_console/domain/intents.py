"""Intents: everything that may be asked of the door, each a plain record. Who asks comes apart from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from noc_console.domain.actions import JobKind
from noc_console.domain.swaps import Outcome, SwapKind
from noc_console.domain.targets import Target


class ConfirmedBy(StrEnum):
    """How an operator confirmed."""

    TYPED = "typed"
    YES = "--yes"
    """An option of the command line that confirms without a look at the target; the audit says so."""
    COUNT = "--count"
    """The count, given as an option of the command line."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the operator confirmed with; ``domain.policy.confirmation`` says what it must be."""

    text: str
    by: ConfirmedBy = ConfirmedBy.TYPED


@dataclass(frozen=True, slots=True)
class Act:
    """Do one action to one target."""

    kind: JobKind
    target: Target
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """As ``ACTIONS`` names them; never secrets."""
    secret: str | None = field(default=None, repr=False)
    """Kept apart from the job, and only until it is used."""
    forced: bool = False
    """Override the blockers that may be overridden; the reason says why."""
    confirmation: Confirmation | None = None
    sections: tuple[str, ...] = ()
    """For view and refresh: which router sections; empty means all."""


@dataclass(frozen=True, slots=True)
class ActOnMany:
    """Do one action to many ONTs, all of them or none."""

    kind: JobKind
    ont_ids: tuple[int, ...]
    """``Ont.id`` of each."""
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    forced: bool = False
    """Includes ONTs whose blockers may be overridden."""
    confirmation: Confirmation | None = None
    """The count."""


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Cancel one job."""

    job_id: int


@dataclass(frozen=True, slots=True)
class CancelMany:
    """Cancel what has not begun of a bulk action."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class ReleaseMany:
    """Let a bulk action start that waits for a second operator."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class RecordSwap:
    """Record that a customer's hardware was replaced."""

    kind: SwapKind
    old_serial: str
    """In any form."""
    new_serial: str
    reason: str
    customer: str | None = None
    ont_id: int | None = None
    """``Ont.id`` of the old unit, when it is in the inventory."""


@dataclass(frozen=True, slots=True)
class CloseSwap:
    """Record how the diagnosis of a unit ended."""

    swap_id: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ImportRecords:
    """Take records of one kind from CSV text."""

    kind: str
    """``RecordKind.name``."""
    text: str = field(repr=False)
    replace: bool = False
    """Records that the text does not name are removed."""


@dataclass(frozen=True, slots=True)
class RemoveRecord:
    """Take one record out."""

    kind: str
    """``RecordKind.name``."""
    key: tuple[str | int | float | bool | None, ...]
    """As ``RecordKind.key_of`` gives it."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Say that somebody has it: until it clears, gets worse or grows."""

    about: str
    """``INC-17``, or the key of an alarm."""


@dataclass(frozen=True, slots=True)
class Unacknowledge:
    """Take an acknowledgement back."""

    about: str


@dataclass(frozen=True, slots=True)
class AddComment:
    """Write something down about an incident or alarm."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Shelve:
    """Put an incident or alarm away for some time."""

    about: str
    lasts_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unshelve:
    """Bring it back before its time."""

    about: str


@dataclass(frozen=True, slots=True)
class PlanMaintenance:
    """Announce planned work on what all of the given places have in common."""

    lasts_s: float
    reason: str
    olt: str | None = None
    port: str | None = None
    splitter: str | None = None
    zone: str | None = None
    starts_at: float | None = None
    """Unix seconds; None is now."""


@dataclass(frozen=True, slots=True)
class EndMaintenance:
    """End a window before its time."""

    maintenance_id: int


@dataclass(frozen=True, slots=True)
class RevealBackups:
    """See backups of configurations with the secrets in them."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AcceptAudit:
    """Go on with an audit log that was found broken."""

    reason: str


OnOutages = Acknowledge | Unacknowledge | AddComment | Shelve | Unshelve | PlanMaintenance | EndMaintenance
Records = ImportRecords | RemoveRecord
OfAdmins = RevealBackups | AcceptAudit
Intent = (
    Act | ActOnMany | CancelJob | CancelMany | ReleaseMany | RecordSwap | CloseSwap | Records | OnOutages | OfAdmins
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request that was not refused."""

    id: int = 0
    """Of the job, the bulk action or the swap."""
    text: str = ""
    """For the operator: ``job 7 had ended already``."""
    done: bool = True
    """False when there was nothing left to do, such as cancelling what had ended."""
    waits_for_release: bool = False
    """Whether another operator must release it first."""
