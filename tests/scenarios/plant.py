"""A small seeded network, from the OLT to the ONT, and the lines that a recording of it begins with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

Line = dict[str, object]
"""One line of a recording, before it becomes JSON."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of network to build."""

    olts: int = 1
    cards: int = 1
    ports: int = 4
    """A card."""
    branches: int = 4
    """A port."""
    per_branch: int = 8
    layout: str = "flat"
    """``flat``: splitters side by side; ``nested``: two inner splitters behind each; ``tapped``: one behind the other
    along one fibre."""
    splitters_recorded: bool = True
    zones_recorded: bool = True
    unrecorded: tuple[str, ...] = ()
    """Splitters that are missing in the records all the same."""
    misrecorded: tuple[tuple[str, str], ...] = ()
    """Of the first splitter one ONT stands in the records as on the second."""
    odd_zone: tuple[str, str] | None = None
    """A zone, and what it is called in the records."""
    states_at_start: bool = True
    last_olt_at: float = 0.0
    """When the last OLT is added, seconds."""
    uplinks: tuple[str | None, ...] = ()
    """One an OLT; None or missing: not recorded."""
    off_share: float = 0.0
    """How many of the ONTs have been off for long before the recording starts."""
    dark: tuple[str, ...] = ()
    """Ports and splitters on which nothing has lived for long before the recording starts."""
    business_share: float = 0.03


@dataclass(slots=True)
class Splitter:
    name: str
    olt: str
    port: str
    parent: str | None
    distance_m: int
    zone: str


@dataclass(slots=True, eq=False)
class Ont:
    """``branch`` and ``zone`` are the truth, whether or not they are recorded; the other fields are as in a line."""

    olt: str
    port: str
    ont_id: int
    serial: str
    distance_m: int
    onu_rx_dbm: float
    olt_rx_dbm: float
    branch: str
    zone: str
    customer: str
    business: bool
    long_offline: bool = False
    admin: str = "enabled"

    @property
    def key(self) -> tuple[str, str, int]:
        return self.olt, self.port, self.ont_id

    @property
    def card(self) -> str:
        return self.port.rpartition("/")[0]


@dataclass(slots=True)
class Plant:
    shape: Shape
    olts: list[str] = field(default_factory=list)
    cards: list[tuple[str, str]] = field(default_factory=list)
    ports: dict[tuple[str, str], float] = field(default_factory=dict)
    """Transmit power of each port's SFP, dBm."""
    splitters: list[Splitter] = field(default_factory=list)
    onts: list[Ont] = field(default_factory=list)

    def pick(self, **wanted: object) -> list[Ont]:
        """ONTs that had not been off before, with these fields."""
        return [
            ont for ont in self.onts if not ont.long_offline and all(getattr(ont, k) == v for k, v in wanted.items())
        ]

    def below(self, splitter: str) -> list[Ont]:
        """ONTs behind a splitter, and behind those that hang on it."""
        names = {splitter}
        for one in self.splitters:  # parents come first
            if one.parent in names:
                names.add(one.name)
        return [ont for ont in self.pick() if ont.branch in names]

    def on_port(self, port: str, olt: str | None = None) -> list[Splitter]:
        return [one for one in self.splitters if one.port == port and one.olt == (olt or self.olts[0])]

    def homes(self) -> list[Ont]:
        """Those that are no business's: a single one of them never rings."""
        return [ont for ont in self.pick() if not ont.business]

    def added_at(self, olt: str) -> float:
        """When this OLT comes into the recording, seconds."""
        return self.shape.last_olt_at if olt == self.olts[-1] else 0.0

    def lines(self, since: float = 0.0) -> Iterator[Line]:
        """The OLTs that come in then, each card and port before what hangs on it."""
        for number, olt in enumerate(self.olts):
            if self.added_at(olt) != since:
                continue
            uplink = self.shape.uplinks[number] if number < len(self.shape.uplinks) else None
            named = {"uplink": uplink} if uplink else {}
            yield {"at": self.added_at(olt), "olt": {"name": olt, "reachable": True, "uptime_s": 8000000.0, **named}}
            for _, card in (one for one in self.cards if one[0] == olt):
                yield {"at": self.added_at(olt), "card": {"olt": olt, "name": card, "state": "normal"}}
            for (_, port), tx in ((key, tx) for key, tx in self.ports.items() if key[0] == olt):
                yield {"at": self.added_at(olt), "port": {"olt": olt, "name": port, "oper": "up", "tx_dbm": tx}}
                yield from self._behind(olt, port)

    def _behind(self, olt: str, port: str) -> Iterator[Line]:
        if self.shape.splitters_recorded:
            for one in (one for one in self.on_port(port, olt) if one.name not in self.shape.unrecorded):
                said: Line = {"name": one.name, "olt": olt, "port": port, "distance_m": one.distance_m}
                if one.parent:
                    said["parent"] = one.parent
                if self.shape.zones_recorded:
                    said["zone"] = self._called(one.zone)
                yield {"at": self.added_at(olt), "splitter": said}
        for ont in (one for one in self.onts if one.olt == olt and one.port == port):
            yield {"at": self.added_at(olt), "ont": self._ont(ont)}

    def _called(self, zone: str) -> str:
        odd = self.shape.odd_zone
        return odd[1] if odd and odd[0] == zone else zone

    def _recorded(self, ont: Ont) -> str:
        first = next(one for one in self.onts if one.branch == ont.branch)
        return dict(self.shape.misrecorded).get(ont.branch, ont.branch) if ont is first else ont.branch

    def _ont(self, ont: Ont) -> Line:
        said: Line = {"olt": ont.olt, "port": ont.port, "ont_id": ont.ont_id, "serial": ont.serial}
        said |= {"state": "online", "distance_m": ont.distance_m, "customer": ont.customer, "business": ont.business}
        said |= {"onu_rx_dbm": ont.onu_rx_dbm, "olt_rx_dbm": ont.olt_rx_dbm}
        if ont.long_offline:
            said |= {"state": "offline", "offline_reason": "loss_of_signal", "onu_rx_dbm": None, "olt_rx_dbm": None}
        if not self.shape.states_at_start:
            del said["state"]
        if self.shape.splitters_recorded and ont.branch not in self.shape.unrecorded:
            said["splitter"] = self._recorded(ont)
        if self.shape.zones_recorded:
            said["zone"] = self._called(ont.zone)
        return said


def build(seed: int, shape: Shape) -> Plant:
    """The network of this shape; the same seed gives the same one."""
    rng = random.Random(f"plant {seed}")
    plant = Plant(shape)
    for number in range(1, shape.olts + 1):
        olt = f"olt-{number}"
        plant.olts.append(olt)
        for card in range(1, shape.cards + 1):
            plant.cards.append((olt, f"0/{card}"))
            for port in range(shape.ports):
                _port(plant, rng, olt, f"0/{card}/{port}")
    return plant


def _port(plant: Plant, rng: random.Random, olt: str, port: str) -> None:
    plant.ports[olt, port] = round(rng.uniform(2.0, 4.5), 2)
    stem = f"SP-{olt.rpartition('-')[2]}-{port.replace('/', '.')}"
    metres = rng.randint(900, 3400)
    above = None
    for number in range(1, plant.shape.branches + 1):
        name, zone = f"{stem}-{number}", f"zone-{number}"
        plant.splitters.append(Splitter(name, olt, port, above, metres, zone))
        if plant.shape.layout == "nested":
            for inner in (1, 2):
                deep = Splitter(f"{name}-{inner}", olt, port, name, metres + 80 * inner, zone)
                plant.splitters.append(deep)
                _onts(plant, rng, deep, plant.shape.per_branch // 2)
        else:
            _onts(plant, rng, plant.splitters[-1], plant.shape.per_branch)
        if plant.shape.layout == "tapped":
            above = name
        metres += rng.randint(200, 600)


def _onts(plant: Plant, rng: random.Random, splitter: Splitter, many: int) -> None:
    shape = plant.shape
    for _ in range(many):
        onu_rx = round(rng.uniform(-24.0, -18.0), 2)
        plant.onts.append(
            Ont(
                splitter.olt,
                splitter.port,
                sum(ont.olt == splitter.olt and ont.port == splitter.port for ont in plant.onts),
                f"HWTC{rng.getrandbits(32):08X}",
                splitter.distance_m + rng.randint(20, 120),
                onu_rx,
                round(onu_rx - rng.uniform(1.0, 3.0), 2),
                splitter.name,
                splitter.zone,
                f"customer {len(plant.onts) + 1}",
                rng.random() < shape.business_share,
                rng.random() < shape.off_share or splitter.name in shape.dark or splitter.port in shape.dark,
            )
        )
