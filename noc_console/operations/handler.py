"""What a handler of one kind of intent is. A new intent is a record in ``domain.intents`` and a handler here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import Answer
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.policy import MIN_REASON

Asked = TypeVar("Asked")
Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class Described:
    """An intent in the words of the audit log; nothing in it was checked yet, so no parameters."""

    action: str
    target: str
    reason: str = ""


class Handler(ABC, Generic[Asked, Checked]):
    """Checks and does one kind of intent.

    The door calls ``check_form`` first, then ``check`` while it only reads, and ``check`` and ``write`` once more in
    the transaction that writes: what may have changed in between is judged again.
    """

    @abstractmethod
    def describe(self, intent: Asked) -> Described:
        """What is asked for."""

    async def name_target(self, connection: AsyncConnection, intent: Asked) -> str:
        """What a refused intent was about, for who reads the audit log later; ``connection`` may look it up."""
        return self.describe(intent).target

    @abstractmethod
    def role(self, intent: Asked) -> Role:
        """The least role that may ask for it."""

    @abstractmethod
    async def places(self, connection: AsyncConnection, intent: Asked) -> Sequence[Place]:
        """Where everything is that it acts on; none where nobody knows, and then only a role everywhere is enough."""

    @abstractmethod
    def stream(self, intent: Asked) -> str:
        """The feed's stream that it writes to; held before anything is judged in the transaction."""

    def check_form(self, intent: Asked) -> None:
        """Refuse what can be refused without the database: parameters, secrets, reasons.

        Raises:
            ActionRefused: It cannot be.
        """

    @abstractmethod
    async def check(self, connection: AsyncConnection, operator: Operator, intent: Asked, now: float) -> Checked:
        """Judge it by what the database holds.

        Returns:
            What ``write`` needs.

        Raises:
            ActionRefused: It cannot be, or must not be.
        """

    @abstractmethod
    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: Asked, checked: Checked, now: float
    ) -> Answer:
        """Audit it and do it, in one write transaction."""


def require_reason(reason: str, why: str) -> None:
    """Refuse a reason that is too short; ``why`` is what needs it: ``reboot``, ``an override``."""
    if len(reason.strip()) < MIN_REASON:
        raise ActionRefused(f"{why} needs a reason of at least {MIN_REASON} characters")
