"""What can be charted: an ONT's light and traffic, a PON port's and an OLT's, and several ONTs in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noc_console.domain.core_devices import CORE_INTERFACES
from noc_console.domain.freshness import Intervals
from noc_console.domain.network import Card, Olt
from noc_console.domain.optics import Thresholds
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts
from noc_console.picture.tree import NodeKey

POLLS_PER_STEP = 5
"""A rate over fewer polls swings with where in the step they fall."""
HELD_POLLS = 2.5
"""For how many optics polls a chart repeats a sample when no other comes."""
MOST = 8
"""Lines that can still be told apart in one picture."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line: a series of the history."""

    name: str
    """For people."""
    metric: str
    labels: Mapping[str, str]
    column: str
    """In exports; the unit is in it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is charted, and how it is read."""

    title: str
    measures: Sequence[Measure]
    unit: str
    """``dBm``, ``bit/s``, ``ONTs``, or empty where the lines have several."""
    thresholds: Thresholds | None = None
    """Drawn as limits, for light."""
    counter: bool = False
    """Byte counters, of which the rate is charted."""
    least_step_s: float = 0.0
    held_s: float = 0.0
    overlay: bool = False
    """Many lines of one kind, each drawn with its letter."""


def light_of(facts: OntFacts) -> Subject | None:
    """An ONT's light; None without a serial number, under which its samples are kept."""
    if facts.ont.serial is None:
        return None
    labels = {"ont_serial": facts.ont.serial}
    measures = [
        Measure(name, metric, labels, metric)
        for name, metric in (("Rx at ONT", "ont_onu_rx_dbm"), ("Rx at OLT", "ont_olt_rx_dbm"))
    ]
    return Subject("light", measures, "dBm", facts.thresholds)


def overlay_of(title: str, onts: Sequence[tuple[str, str]], thresholds: Thresholds) -> Subject:
    """The light of several ONTs, at most ``MOST``: serial numbers, and what to call them."""
    measures = [
        Measure(name, "ont_onu_rx_dbm", {"ont_serial": serial}, f"{serial}_rx_dbm") for serial, name in onts[:MOST]
    ]
    return Subject(title, measures, "dBm", thresholds, overlay=True)


def ont_traffic(facts: OntFacts, intervals: Intervals) -> Subject | None:
    """An ONT's traffic; None without a serial number."""
    if facts.ont.serial is None:
        return None
    return _traffic(
        "traffic", "ont_{}_bytes_total", {"ont_serial": facts.ont.serial}, ("to ONT", "from ONT"), intervals
    )


def traffic_of(olt: str, port: str, intervals: Intervals) -> Subject:
    """A PON port's traffic."""
    labels = {"olt_name": olt, "pon_port": port}
    return _traffic("traffic", "pon_{}_bytes_total", labels, ("to ONTs", "from ONTs"), intervals)


def kinds_of(model: Model, node: NodeKey | None) -> tuple[str, ...]:
    """Names of what can be charted of an OLT or PON port of the tree; of an ONT where ``node`` is None."""
    if node is None:
        return "light", "traffic", "port"
    olt = model.olts.get(node.olt_id)
    if node.level == 2:
        return "traffic", "counts", "light"
    if olt is None or node.level == 1:
        return ()
    return ("health", "counts", "uplinks") if uplinks_of(model, olt) is not None else ("health", "counts")


def subject_of(model: Model, node: NodeKey | None, facts: OntFacts | None, kind: str) -> Subject | None:
    """What is to be charted; None where nothing is known by which its samples are kept."""
    if node is None:
        if facts is None:
            return None
        if kind == "port":
            return port_light(model, NodeKey(facts.ont.olt_id, facts.ont.port, 2))
        return ont_traffic(facts, model.intervals) if kind == "traffic" else light_of(facts)
    if kind == "counts":
        return counts_of(model, node)
    if node.level == 2:
        light = kind == "light"
        return port_light(model, node) if light else traffic_of(model.olt_name(node.olt_id), node.path, model.intervals)
    olt = model.olts.get(node.olt_id)
    return None if olt is None else uplinks_of(model, olt) if kind == "uplinks" else health_of(model, olt)


def port_light(model: Model, node: NodeKey) -> Subject | None:
    """The light of a PON port's ONTs, those with the weakest if there are too many; None without any serial number."""
    onts = model.onts
    told = [(onts.get(row, "serial"), onts.get(row, "last_onu_rx_dbm")) for row in model.rows_under(node)]
    known = sorted((rx, serial) for serial, rx in told if serial and rx is not None)
    few = f"weakest {MOST} of {len(known)}" if len(known) > MOST else "port"
    chosen = [(serial, serial) for _, serial in known]
    return overlay_of(few, chosen, model.thresholds(node.olt_id)) if chosen else None


def _traffic(
    title: str, metric: str, labels: Mapping[str, str], names: tuple[str, str], intervals: Intervals
) -> Subject:
    """Counters as the OLT keeps them: tx is what it sends."""
    measures = [
        Measure(name, metric.format(way), labels, f"{name.replace(' ', '_').lower()}_bit_per_s")
        for name, way in zip(names, ("tx", "rx"), strict=True)
    ]
    step_s, held_s = POLLS_PER_STEP * intervals.health_s, HELD_POLLS * intervals.optics_s
    return Subject(title, measures, "bit/s", counter=True, least_step_s=step_s, held_s=held_s)


def uplinks_of(model: Model, olt: Olt) -> Subject | None:
    """Traffic of an OLT's uplinks; None where the config names none."""
    device = f"{olt.name}:uplinks"
    names = [one.name for one in model.records(CORE_INTERFACES) if one.device == device]
    measures = [
        Measure(f"{name} {word}", f"core_if_{way}_bytes_total", {"device": device, "interface": name},
                f"{name}_{word}_bit_per_s")
        for name in names
        for word, way in (("in", "rx"), ("out", "tx"))
    ]  # fmt: skip
    step_s, held_s = POLLS_PER_STEP * model.intervals.health_s, HELD_POLLS * model.intervals.optics_s
    shown = measures[:MOST]
    many = len(shown) > 2
    return Subject("uplinks", shown, "bit/s", None, True, step_s, held_s, many) if measures else None


def counts_of(model: Model, node: NodeKey) -> Subject:
    """ONTs online of a PON port; online and offline of an OLT."""
    olt = model.olt_name(node.olt_id)
    if node.level == 2:
        labels = {"olt_name": olt, "pon_port": node.path}
        return Subject("counts", [Measure("online", "pon_onts_online", labels, "online")], "ONTs")
    measures = [
        Measure(state, "onu_status_total", {"olt_name": olt, "status": state}, state) for state in ("online", "offline")
    ]
    return Subject("counts", measures, "ONTs")


def health_of(model: Model, olt: Olt) -> Subject:
    """CPU, memory and temperature: of the main board where boards tell them, else of the OLT as a whole."""
    cards = [card for card in model.cards.values() if card.olt_id == olt.id]
    measures = []
    for name, fact, metric, unit in (
        ("CPU %", "cpu_percent", "olt_cpu_percent", "percent"),
        ("memory %", "memory_percent", "olt_memory_percent", "percent"),
        ("temp °C", "temperature_celsius", "olt_temperature_celsius", "celsius"),
    ):
        card = _telling(cards, fact)
        labels = {"olt_name": olt.name} | ({"card": card.name} if card else {})
        shown = f"{name} of {card.name}" if card else name
        measures.append(Measure(shown, metric, labels, f"{name.split()[0].lower()}_{unit}"))
    return Subject("health", measures, "", overlay=True)


def _telling(cards: Sequence[Card], fact: str) -> Card | None:
    """The board whose value is the OLT's: main boards first, the highest of them; temperature of any board."""
    known = [card for card in cards if getattr(card, fact) is not None]
    main = [] if fact == "temperature_celsius" else [card for card in known if card.role == "main"]
    return max(main or known, key=lambda card: getattr(card, fact), default=None)
