"""The console's backend and its collector, both made only when the console opens them: after its first paint."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

from noc_console.cli.child import CollectorChild
from noc_console.config.model import Config


class LazyBackend:
    """Stands for ``StorageReader``: importing the database drivers takes longer than painting the console.

    Args:
        config: The config.
        config_file: Where it came from; the collector child reads it again.
    """

    def __init__(self, config: Config, config_file: Path) -> None:
        self._config = config
        self._config_file = config_file
        self._child: CollectorChild | None = None
        self._real: Any = None

    def __enter__(self) -> LazyBackend:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child:
            self._child.close()

    async def open(self) -> None:
        """Start the collector; import, build and open the real backend."""
        if self._child is None:
            self._child = CollectorChild(self._config_file)
        if self._real is None:
            module = await asyncio.to_thread(importlib.import_module, "noc_console.storage.reader")
            self._real = module.StorageReader(self._config)
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
