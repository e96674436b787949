"""Groups of ONTs whose light falls together: a splice or a connector that dies, before anything is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from statistics import median

from noc_console.domain.incidents.incident import Scope, Where
from noc_console.domain.incidents.light import DAY_S
from noc_console.domain.incidents.network import Node, OntFact, PortFact, SplitterFact
from noc_console.domain.incidents.settings import IncidentSettings

LEAST = 3
SHARE = 0.6
ALIKE_SHARE = 0.4


@dataclass(slots=True, eq=False)
class Fade:
    """ONTs behind one point whose light fell alike."""

    port: PortFact
    node: Node
    members: set[OntFact]
    moved_db: float
    slope_7: float | None
    """dB a day over the last seven days."""
    slope_30: float | None
    crosses_in_days: float | None
    """When the weakest of them reaches the limit, at today's pace."""

    @property
    def scope(self) -> Scope:
        """Port or branch."""
        return Scope.BRANCH if self.node.name else Scope.PORT

    @property
    def where(self) -> Where:
        """The point."""
        return Where(olt=self.port.olt.name, port=self.port.name, splitter=self.node.name)

    def reasons(self) -> list[str]:
        """Each statement names its evidence."""
        said = [f"{len(self.members)} ONTs lost {-self.moved_db:.1f} dB alike; nothing is down yet"]
        for name, slope in (("7", self.slope_7), ("30", self.slope_30)):
            if slope is not None:
                said.append(f"{slope:+.2f} dB a day over {name} days")
        if self.crosses_in_days is not None:
            said.append(f"the weakest reaches the limit in {self.crosses_in_days:.0f} days")
        return said


def fades_of(port: PortFact, splitters: dict[str, SplitterFact], settings: IncidentSettings) -> list[Fade]:
    """The points of one port behind which light fell alike, the highest of each."""
    return list(_fades(port, port.root(splitters), settings))


def _fades(port: PortFact, node: Node, settings: IncidentSettings) -> Iterator[Fade]:
    found = _fade(port, node, settings)
    hit = [child for child in node.children if _fade(port, child, settings) is not None]
    if found is not None and (len(hit) != 1 or node.onts):
        yield found
        return
    if not hit and found is not None:
        yield found
    for child in node.children:
        yield from _fades(port, child, settings)


def _fade(port: PortFact, node: Node, settings: IncidentSettings) -> Fade | None:
    moved = {ont: db for ont in node.below() if ont.up and (db := ont.light.moved()) is not None}
    fell = {ont: db for ont, db in moved.items() if db <= -settings.fade_db}
    if len(fell) < LEAST or len(fell) < SHARE * len(moved):
        return None
    middle = median(fell.values())
    alike = {ont for ont, db in fell.items() if abs(db - middle) <= max(1.0, -ALIKE_SHARE * middle)}
    if len(alike) < LEAST or len(alike) < SHARE * len(moved):
        return None
    slope_7, slope_30 = _slope(alike, 7), _slope(alike, 30)
    slope = slope_7 if slope_7 is not None else slope_30
    weakest = min(ont.onu_rx_dbm for ont in alike if ont.onu_rx_dbm is not None)
    days = (weakest - settings.light_limit_dbm) / -slope if slope is not None and slope < -0.01 else None
    return Fade(port, node, alike, middle, slope_7, slope_30, max(0.0, days) if days is not None else None)


def _slope(onts: Collection[OntFact], days: int) -> float | None:
    slopes = [slope for ont in onts if (slope := ont.light.slope_db_per_day(days * DAY_S)) is not None]
    return median(slopes) if len(slopes) >= LEAST else None
