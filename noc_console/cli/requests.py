"""How commands ask: reading and the door on one database, in the name of whoever runs the command."""

from __future__ import annotations

from noc_console.access.identity import current_operator
from noc_console.config.model import Config
from noc_console.domain.intents import Answer, Intent
from noc_console.operations.door import Door
from noc_console.storage.reader import StorageReader


class Requests:
    """One command's way to the database.

    Args:
        config: The config.
    """

    def __init__(self, config: Config) -> None:
        self.reader = StorageReader(config)
        self.operator = current_operator(config)
        self._door = Door(self.reader.database, config)

    async def ask(self, intent: Intent) -> Answer:
        """Ask for something; see ``Door.ask``."""
        return await self._door.ask(self.operator, intent)

    async def close(self) -> None:
        """Close the database."""
        await self.reader.close()
