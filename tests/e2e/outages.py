"""Incidents, alarms and plant records in a test's database."""

from __future__ import annotations

from dataclasses import replace

from doors import OLT, World

from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.changes import Severity
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS, record_of
from noc_console.domain.plant import SPLITTERS, ZONES, Splitter, Zone
from noc_console.storage.records import RecordStore

INCIDENT = record_of(
    Incident(
        number=17,
        state=Life.CONFIRMED,
        severity=Severity.CRITICAL,
        cause=Cause.FIBRE,
        scope=Scope.BRANCH,
        where=Where(olt=OLT, port="0/1/0", splitter="SP-7"),
        affected=41,
        total=64,
        alive=23,
        onts=((OLT, "0/1/0", 1), (OLT, "0/1/0", 2)),
        opened_at=1000.0,
        confirmed_at=1010.0,
        evidence={"loss_of_signal": 38, "dying_gasp": 3, "alive": 23},
        text=("41 of 64 ONTs lost their light within 2 s.",),
    )
)
ALARM = Alarm(f"fan {OLT} 0", "fan", f"{OLT} fan 0", Severity.MAJOR, 1000.0, 1000.0, "fault", olt=OLT)


async def put_outages(world: World) -> None:
    """An open and a resolved incident, an alarm that holds and one that came and went, a splitter and a zone."""
    store = RecordStore(world.database)
    resolved = replace(INCIDENT, id=16, state=Life.RESOLVED, resolved_at=1500.0)
    await store.put(INCIDENTS, [INCIDENT, resolved])
    await store.put(ALARMS, [ALARM, replace(ALARM, key=f"fan {OLT} 1", cleared_at=1100.0)])
    await store.put(ZONES, [Zone("north")])
    await store.put(SPLITTERS, [Splitter("SP-7", OLT, "0/1/0", zone="north")])
