"""A backend that is imported and built only when the console opens it, which is after the first paint."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from noc_console.config.model import Config


class LazyBackend:
    """Stands for ``StorageBackend``: importing the database drivers takes longer than painting the console."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._real: Any = None

    async def open(self) -> None:
        """Import, build and open the real one."""
        if self._real is None:
            module = await asyncio.to_thread(importlib.import_module, "noc_console.storage.backend")
            self._real = module.StorageBackend(self._config)
        await self._real.open()

    async def close(self) -> None:
        """Close the real one, if there is one."""
        if self._real is not None:
            await self._real.close()

    def __getattr__(self, name: str) -> Any:
        # Reached only for what the real one has; before ``open`` nothing has.
        real = self.__dict__.get("_real")
        if real is None:
            raise AttributeError(name)
        return getattr(real, name)
