"""What the console needs of the world: the picture's reader, and the one way in for requests."""

from __future__ import annotations

from typing import Protocol

from noc_console.domain.backup_text import Comparison
from noc_console.domain.intents import Answer, Intent
from noc_console.domain.operators import Operator
from noc_console.domain.presence import Presence
from noc_console.picture.reader import Reader


class Backend(Reader, Protocol):
    """Reads, and takes requests."""

    async def ask(self, operator: Operator, intent: Intent) -> Answer:
        """Check, audit and queue a request; see ``operations.door.Door``.

        Raises:
            ActionRefused: The role, the policy or a missing confirmation forbids it, or it could not be audited.
        """

    async def attend(self, presence: Presence) -> None:
        """Tell other consoles what is looked at in this one.

        Raises:
            SourceError: The database does not take it.
        """

    async def backup_lines(self, number: int) -> list[str]:
        """The text of one backup, secrets masked.

        Raises:
            NocError: There is none, or its text cannot be read from here.
        """

    async def backups_compared(self, before: int, after: int) -> Comparison:
        """What differs between two backups, secrets masked; raises as ``backup_lines``."""
