"""Watches the database for what the pollers and trap receivers wrote, judges it, and writes incidents.

It reads the feed as a console does, across all OLTs, so that it never holds up a poll, and whichever collector is at
work sees what all of them read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Done, Part, Rhythm
from noc_console.collector.observing import Observer
from noc_console.collector.recording import Recorder
from noc_console.domain.changes import IncidentChanged
from noc_console.domain.freshness import within
from noc_console.domain.incidents.engine import Engine
from noc_console.domain.incidents.incident import Scope
from noc_console.domain.incidents.memory import recall, remember
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord, incident_of, memory_of, record_of
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.records import put_records, read_records, remove_records

NAME = "incidents"
LOOK_S = 1.0
TAKEN_PER_TURN = 200
"""Observations taken between two turns of the event loop."""
TAKEN_OVER_WITHIN_S = 600.0
"""A predecessor that judged longer ago says nothing about what is new."""


class IncidentWorker:
    """Keeps the incidents.

    Args:
        database: Read for what happened, and written with incidents.
        settings: The limits.
        clock: The clock.
        recorder: Records what is observed; None records nothing.
    """

    def __init__(self, database: Database, settings: IncidentSettings, clock: Clock, recorder: Recorder | None) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._recorder = recorder
        self._observer = Observer()
        self._seen: dict[str, int] = {}
        self._engine: Engine | None = None
        self._written: dict[int, IncidentRecord] = {}

    def parts(self) -> list[Part]:
        """Its rhythm."""
        return [Rhythm(NAME, NAME, self.look, LOOK_S)]

    async def look(self) -> Done | None:
        """Take in what is new, judge it, write what changed."""
        now = self._clock.now()
        async with self._database.reading() as connection:
            update = await read_update(connection, self._seen)
        observations = self._observer.observe(update, now)
        first = self._engine is None
        if self._engine is None:
            judged_until = next((one.last_ok_at for one in update.sources if one.name == NAME), None)
            self._engine = await self._begin(observations, judged_until, now)
        else:
            await self._take(self._engine, observations)
        self._engine.advance(now)
        await self._write(self._engine, now)
        self._seen = update.revisions
        if self._recorder is not None:
            self._recorder.add(() if first else observations)  # the first ones are the keyframe
            await self._recorder.keep(self._engine.network, now)
        opened = sum(record.open for record in self._written.values())
        return Done(detail=f"{opened} open")

    async def _begin(self, observations: Sequence[Observation], judged_until: float | None, now: float) -> Engine:
        async with self._database.reading() as connection:
            records = await read_records(connection, INCIDENTS, removed=True)
        engine = Engine(self._settings, max((record.id for record in records), default=0) + 1, starts_at=now)
        await self._take(engine, observations)
        kept = [record for record in records if record.removed_at is None and record.open]
        cases = [recall(incident_of(record), memory_of(record), engine.network) for record in kept]
        engine.begin(cases, judged_until if within(judged_until, now, TAKEN_OVER_WITHIN_S) else None)
        self._written = {record.id: record for record in kept}
        return engine

    async def _take(self, engine: Engine, observations: Sequence[Observation]) -> None:
        for number, one in enumerate(observations, 1):
            engine.take(one)
            if number % TAKEN_PER_TURN == 0:
                await asyncio.sleep(0)

    def _told(self, record: IncidentRecord, now: float) -> IncidentChanged | None:
        """What the log says of it; nothing where only its numbers changed, and of single ONTs."""
        before = self._written.get(record.id)
        same = before is not None and (before.state, before.cause) == (record.state, record.cause)
        if same or record.scope is Scope.ONT:
            return None
        return _change(record, before.state.value if before else None, record.state.value, now)

    async def _write(self, engine: Engine, now: float) -> None:
        changed = [
            record
            for number in sorted(engine.docket.changed & engine.cases.keys())
            if (record := record_of(engine.incident(number), remember(engine.cases[number])))
            != self._written.get(number)
        ]
        gone = [self._written[number] for number in sorted(engine.docket.withdrawn & self._written.keys())]
        if changed or gone:
            async with self._database.writing() as connection:
                await put_records(connection, INCIDENTS, changed)
                await remove_records(connection, INCIDENTS, gone, now)
                told = [self._told(record, now) for record in changed]
                told += [_change(record, record.state.value, "withdrawn", now) for record in gone]
                await append_changes(connection, [one for one in told if one is not None])
        self._written.update((record.id, record) for record in changed)
        for record in gone:
            del self._written[record.id]
        engine.docket.changed.clear()
        engine.docket.withdrawn.clear()


def _change(record: IncidentRecord, was: str | None, state: str, now: float) -> IncidentChanged:
    return IncidentChanged(
        at=now,
        olt=record.olt,
        port=record.port,
        number=record.id,
        was=was,
        state=state,
        cause=record.cause.value,
        place=record.place,
        affected=record.affected,
        unknown=record.unknown,
        told_severity=record.severity,
    )
