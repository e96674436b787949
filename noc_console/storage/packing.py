"""A router's running configuration as bytes: leaves as JSON, a line for every few hundred, compressed.

A large one has 15,000 leaves: every step is small, or beside the event loop, so that nothing else waits for it.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence

import msgspec

from noc_console.domain.cpe import ConfigLeaf

LEAVES_PER_LINE = 200
_Row = tuple[str, str | None, float | None, bool, bool]
_decode = msgspec.json.Decoder(list[_Row]).decode


async def pack(leaves: Sequence[ConfigLeaf]) -> bytes:
    """Bytes for ``unpack``."""
    lines = []
    for start in range(0, len(leaves), LEAVES_PER_LINE):
        some = leaves[start : start + LEAVES_PER_LINE]
        lines.append(msgspec.json.encode([(x.path, x.value, x.observed_at, x.writable, x.secret) for x in some]))
        await asyncio.sleep(0)
    return await asyncio.to_thread(zlib.compress, b"\n".join(lines))


async def unpack(data: bytes) -> tuple[ConfigLeaf, ...]:
    """What ``pack`` was given."""
    leaves: list[ConfigLeaf] = []
    for line in (await asyncio.to_thread(zlib.decompress, data)).splitlines():
        leaves.extend(ConfigLeaf(*row) for row in _decode(line))
        await asyncio.sleep(0)
    return tuple(leaves)
