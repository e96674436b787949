"""A simulated network on a clock of its own, and the incident engine as its watcher."""

from __future__ import annotations

import csv
from collections import defaultdict
from io import StringIO
from typing import Any

from noc_console.demo.agenda import Agenda
from noc_console.demo.casting import OFTEN_LIT
from noc_console.demo.families import HUAWEI, NOKIA, ZTE_C300, ZTE_C600
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import Cause, SimOlt, SimOnt
from noc_console.demo.records import csv_files
from noc_console.demo.stories import make
from noc_console.demo.story_names import StoryName
from noc_console.demo.traps import Trap
from noc_console.demo.world import GOOD_CARD, World
from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.engine import Engine
from noc_console.domain.incidents.incident import Incident, Scope
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.settings import IncidentSettings

START = 1_700_000_000.0
FAMILIES = (HUAWEI, ZTE_C300, ZTE_C600, NOKIA)
SPLITTER = ("name", "olt", "port", "parent", "zone")
POLL_S, OPTICS_S, INFORM_S = 10, 30, 300
REASONS = {Cause.LOS: "loss_of_signal", Cause.DYING_GASP: "dying_gasp", Cause.DEACTIVATED: "admin_off"}


class Show:
    """A story on a clock of its own.

    Args:
        name: Which.
        seed: Casts it.
        onts: In all.
    """

    families = FAMILIES

    def __init__(self, name: StoryName, seed: int = 1, onts: int = 600, olts: int = 4) -> None:
        self.now = START
        self.world = World(build(PlantOptions(olts, onts, seed, FAMILIES), START), Agenda(lambda: self.now), seed=seed)
        self.world.observer = self
        self.world.report_to(self._sent)
        self.begin = make(name, self.world, seed)
        self.lit = {ont.serial for ont in self.world.plant.onts if ont.online}
        self.traps: list[tuple[float, str, Trap]] = []
        self.changes: list[tuple[float, SimOnt, bool, int, bool]] = []
        """When, who, whether it came up, why it went, whether a trap told."""
        self.reached: set[str] = set()
        self._told = False

    def _sent(self, olt: SimOlt, trap: Trap) -> None:
        if not self.world.agents[olt.name].behaviour.silent:
            self.traps.append((self.now - START, olt.name, trap))
            self._told = True

    def state_changed(self, ont: SimOnt) -> None:
        self.changes.append((self.now - START, ont, ont.online, ont.cause, self._told))
        self._told = False

    def light_changed(self, ont: SimOnt, at: float) -> None:
        pass

    def play(self, seconds: float, step_s: float = 1.0) -> None:
        for _ in range(round(seconds / step_s)):
            self.now += step_s
            self.world.agenda.run_due()

    @property
    def lost(self) -> list[SimOnt]:
        """Who was online before and is not now."""
        return [ont for ont in self.world.plant.onts if not ont.online and ont.serial in self.lit]


class Watched(Show):
    """The same, with an engine that observes it as a collector would."""

    def __init__(self, name: StoryName, seed: int = 1, onts: int = 600, olts: int = 4) -> None:
        super().__init__(name, seed, onts, olts)
        self.engine = Engine(IncidentSettings(intervals=Intervals(state_s=POLL_S, optics_s=OPTICS_S)), starts_at=START)
        self._seen: dict[str, tuple[bool, int]] = {}
        self._equipment: dict[tuple[str, str], dict[str, Any]] = {}
        self._informs: dict[int, list[SimOnt]] = defaultdict(list)
        for ont in self.world.plant.onts:
            self._informs[-ont.noise_seed % INFORM_S].append(ont)
        self.recorded: set[str] = set()
        """Serials of the ONTs whose splitter is recorded."""
        for one in self._records():
            self.engine.take(one)
        for olt in self.world.plant.olts:
            self._poll(olt)
            for ont in olt.onts:
                informed_at = START - ont.noise_seed % INFORM_S
                self.engine.take(Observation(informed_at, "inform", {"serial": ont.serial.text}))
        self.engine.begin()

    def _records(self) -> list[Observation]:
        files = {name: list(csv.DictReader(StringIO(text))) for name, text in csv_files(self.world.plant).items()}
        said = [Observation(START, "splitter", _told(row, SPLITTER)) for row in files["splitters"]]
        said += [Observation(START, "olt", {"name": row["olt"], "uplink": row["uplink"]}) for row in files["uplinks"]]
        places = {ont.serial.text: ont for ont in self.world.plant.onts}
        for row in files["subscribers"]:
            told = {"splitter": row["splitter"], "customer": row["name"], "business": bool(row["business"])}
            said.append(Observation(START, "ont", _place(places[row["serial"]]) | {"serial": row["serial"]} | told))
            self.recorded.add(row["serial"])
        return said

    def play(self, seconds: float, step_s: float = 1.0) -> None:
        for _ in range(round(seconds / step_s)):
            count = len(self.changes)
            super().play(step_s, step_s)
            for _, ont, _, _, told in self.changes[count:]:
                if told:
                    self._tell(ont, "trap")
            second = round(self.now - START)
            for number, olt in enumerate(self.world.plant.olts):
                if (second + number) % POLL_S == 0:
                    self._poll(olt)
                often_lit = olt.family in OFTEN_LIT
                if (second + number) % OPTICS_S == 0 and often_lit and not self._silent(olt):
                    self._read_light(olt)
            for ont in self._informs[second % INFORM_S]:
                if ont.online and not self.world.is_cut_off(ont):
                    self._take("inform", {"serial": ont.serial.text})
            self.engine.advance(self.now)

    def _silent(self, olt: SimOlt) -> bool:
        return self.world.agents[olt.name].behaviour.silent

    def _poll(self, olt: SimOlt) -> None:
        if self._silent(olt):
            self._take("olt", {"name": olt.name, "reachable": False})
            self._take("poll", {"olt": olt.name, "kind": "state", "outcome": "failed"})
            return
        self._take("olt", {"name": olt.name, "reachable": True, "uptime_s": self.now - olt.booted_at})
        for card in olt.cards:
            name = "/".join(map(str, (*olt.ports[0].id.path[:-2], card.slot)))
            self._take_new(
                "card", {"olt": olt.name, "name": name, "state": "normal" if card.state == GOOD_CARD else "fault"}
            )
        for port in olt.ports:
            told = {"oper": "up" if port.up else "down", "tx_dbm": None if port.dead else port.tx_dbm}
            self._take_new("port", {"olt": olt.name, "name": str(port.id)} | told)
        for ont in olt.onts:
            if self._seen.get(ont.serial.text) != (ont.online, ont.cause):
                self._tell(ont, "poll")
        self._take("poll", {"olt": olt.name, "kind": "state", "outcome": "complete"})

    def _take_new(self, kind: str, told: dict[str, Any]) -> None:
        thing = told["olt"], told["name"]
        if self._equipment.get(thing) != told:
            self._equipment[thing] = told
            self._take(kind, told)

    def _read_light(self, olt: SimOlt) -> None:
        for ont in olt.onts:
            if ont.online:
                self._take("ont", _place(ont) | {"onu_rx_dbm": round(ont.rx_dbm(self.now), 2)})
        self._take("poll", {"olt": olt.name, "kind": "optics", "outcome": "complete"})

    def _tell(self, ont: SimOnt, by: str) -> None:
        told: dict[str, Any] = {"state": "online" if ont.online else "offline", "by": by}
        knows = by == "poll" or self.world.tables[ont.olt].olt.family == HUAWEI
        if not ont.online and knows:
            told["offline_reason"] = REASONS.get(Cause(ont.cause))
        if by == "poll":
            self._seen[ont.serial.text] = (ont.online, ont.cause)
        self._take("ont", _place(ont) | told | {"serial": ont.serial.text, "distance_m": ont.distance_m})

    def _take(self, kind: str, fields: dict[str, Any]) -> None:
        self.engine.take(Observation(self.now, kind, fields))

    @property
    def outages(self) -> list[Incident]:
        """Open incidents of more than one ONT that began while we watched."""
        return [
            one for one in self.engine.incidents() if one.resolved_at is None and one.scope is not Scope.ONT
            and one.opened_at > START
        ]  # fmt: skip


def _told(row: dict[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {name: row[name] or None for name in names}
    return told | {"distance_m": float(row["distance_m"])}


def _place(ont: SimOnt) -> dict[str, Any]:
    return {"olt": ont.olt, "port": str(ont.port.id), "ont_id": ont.ont_id}
