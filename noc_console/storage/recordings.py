"""What was observed, in compressed pieces: a keyframe now and then, and what came after it. Bounded in time."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from noc_console.domain.incidents.lines import line
from noc_console.domain.incidents.observations import LineReader, Observation
from noc_console.storage import schema
from noc_console.storage.database import Database

LINES_PER_TURN = 500
ROUNDED_S = 0.01
"""Lines tell hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is recorded."""

    from_at: float
    until_at: float
    bytes: int


class RecordingStore:
    """Appends and reads pieces of the recording; times are Unix seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, observations: Iterable[Observation], from_at: float, until_at: float, key: bool) -> None:
        """Store one piece; ``key`` says that it is a keyframe."""
        packer, packed = zlib.compressobj(6), bytearray()
        for number, one in enumerate(observations, 1):
            packed += packer.compress(line(one).encode() + b"\n")
            if number % LINES_PER_TURN == 0:
                await asyncio.sleep(0)
        packed += packer.flush()
        row = {"keyframe": key, "from_at": from_at, "until_at": until_at, "data": bytes(packed)}
        async with self._database.writing() as connection:
            await connection.execute(insert(schema.recording), row)

    async def drop_before(self, at: float) -> int:
        """Drop the pieces that no instant after ``at`` needs; returns how many."""
        table = schema.recording
        async with self._database.writing() as connection:
            newest = select(func.max(table.c.id)).where(table.c.keyframe, table.c.from_at <= at)
            first_id = (await connection.execute(newest)).scalar()
            if first_id is None:
                return 0
            return (await connection.execute(delete(table).where(table.c.id < first_id))).rowcount

    async def extent(self) -> Extent | None:
        """What there is; None when nothing is recorded."""
        table = schema.recording
        size = func.coalesce(func.sum(func.length(table.c.data)), 0)
        query = select(func.min(table.c.from_at), func.max(table.c.until_at), size)
        async with self._database.reading() as connection:
            first, last, length = (await connection.execute(query)).one()
        return None if first is None else Extent(first, last, length)

    async def read(self, since: float, until: float) -> list[Observation]:
        """The keyframe before ``since``, or the first one, and everything after it up to ``until``."""
        table = schema.recording
        async with self._database.reading() as connection:
            newest = select(func.max(table.c.id)).where(table.c.keyframe, table.c.from_at <= since)
            first_id = (await connection.execute(newest)).scalar()
            if first_id is None:
                oldest = select(func.min(table.c.id)).where(table.c.keyframe)
                first_id = (await connection.execute(oldest)).scalar()
            if first_id is None:
                return []
            began = select(table.c.from_at).where(table.c.id == first_id)
            first_at = (await connection.execute(began)).scalar_one()
            query = select(table.c.data).where(table.c.id >= first_id, table.c.from_at <= until).order_by(table.c.id)
            pieces = list((await connection.execute(query)).scalars())
        found: list[Observation] = []
        reader = LineReader()
        for piece in pieces:
            for number, one in enumerate(_lines(piece, reader), 1):
                if first_at - ROUNDED_S <= one.at <= until + ROUNDED_S:
                    found.append(one)
                if number % LINES_PER_TURN == 0:
                    await asyncio.sleep(0)
        return found


def _lines(piece: bytes, reader: LineReader) -> Iterator[Observation]:
    for number, text in enumerate(zlib.decompress(piece).decode().splitlines(), 1):
        one = reader.read(text, number)
        if one is not None:
            yield one
