"""The network as the engine knows it: OLT > card > PON port > splitters > ONT, zones across, uplinks above.

Facts only: what is down, since when at the earliest and the latest, and until when it is known. Nothing is judged here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from noc_console.domain.freshness import STALE_AFTER
from noc_console.domain.incidents.incident import Place
from noc_console.domain.incidents.light import LightTrack
from noc_console.domain.incidents.observations import Observation

ON_PURPOSE = frozenset(("deactivated", "deleted"))
ADMIN_OFF = frozenset(("disabled", "down", "off", "deactivated", "shutdown"))
TRAP_DELAY_S = 2.0
"""A notification tells what happened at most so long ago."""
NO_POWER_DBM = -10.0
"""An SFP that tells less sends nothing."""
INFORM_USUAL_S = 300.0


class Node:
    """A PON port, or a splitter below one, with the ONTs that hang directly on it."""

    __slots__ = ("children", "name", "onts", "parent")

    def __init__(self, name: str | None, parent: Node | None = None) -> None:
        self.name = name
        """None is the port itself."""
        self.parent = parent
        self.children: list[Node] = []
        self.onts: list[OntFact] = []

    def below(self) -> Iterator[OntFact]:
        """Every ONT behind it."""
        yield from self.onts
        for child in self.children:
            yield from child.below()

    def covers(self, other: Node) -> bool:
        """Whether ``other`` is it, or hangs on it."""
        above: Node | None = other
        while above is not None:
            if above is self:
                return True
            above = above.parent
        return False


@dataclass(slots=True, eq=False)
class OltFact:
    """One OLT."""

    name: str
    reachable: bool | None = None
    uptime_s: float | None = None
    restarted_at: float | None = None
    uplink: str | None = None
    state_s: float | None = None
    """How often its states are read, where that is not the usual."""
    answered_at: float | None = None
    """When a reading last brought something."""
    failing_at: float | None = None
    """The first attempt without an answer after the last one with."""
    failed: int = 0
    """State readings without an answer since then."""
    ping_loss: float | None = None
    ping_at: float | None = None
    ping_lost_at: float | None = None
    """Since when all echoes are lost; None while one comes back."""
    heard: int = 0
    """Complete state readings; counts up."""
    state_at: float | None = None
    """When all of it was last read."""
    ports: dict[str, PortFact] = field(default_factory=dict)
    cards: dict[str, str | None] = field(default_factory=dict)
    """State by name."""
    lossy: set[PortFact] = field(default_factory=set)
    """Ports with ONTs that are down and were not from the beginning."""
    dirty: bool = False

    def card_of(self, port: str) -> str:
        """The card that a port is on: the longest recorded name that begins it, else all but its last number."""
        named = [card for card in self.cards if port.startswith(f"{card}/")]
        return max(named, key=len) if named else port.rpartition("/")[0]


@dataclass(slots=True, eq=False)
class PortFact:
    """One PON port."""

    olt: OltFact
    name: str
    oper: str | None = None
    tx_dbm: float | None = None
    tx_gone: bool = False
    """Whether its SFP told a power before, and tells none or next to none now."""
    sends: bool = False
    """Whether its SFP is known to send since ``oper`` last changed."""
    state_at: float | None = None
    """When it was last read whole, by itself."""
    heard: int = 0
    onts: dict[int, OntFact] = field(default_factory=dict)
    _root: Node | None = None

    @property
    def card(self) -> str:
        """Its card."""
        return self.olt.card_of(self.name)

    @property
    def readings(self) -> int:
        """Complete state readings of it so far."""
        return self.heard + self.olt.heard

    @property
    def read_at(self) -> float | None:
        """When its state was last read whole."""
        both = [at for at in (self.state_at, self.olt.state_at) if at is not None]
        return max(both, default=None)

    @property
    def failed(self) -> bool:
        """Whether the port itself is broken. Many OLTs call a port down just because no ONT of it is up: an SFP that
        is known to send proves the opposite."""
        return self.tx_gone or (self.oper == "down" and not self.sends)

    def replant(self) -> None:
        """The splitters, or who hangs on them, changed."""
        self._root = None

    def root(self, splitters: Mapping[str, SplitterFact]) -> Node:
        """The tree below it."""
        if self._root is None:
            self._root = _grow(self, splitters)
        return self._root


@dataclass(frozen=True, slots=True)
class SplitterFact:
    """A recorded splitter."""

    name: str
    olt: str
    port: str
    parent: str | None = None
    distance_m: float | None = None
    zone: str | None = None


@dataclass(slots=True, eq=False)
class OntFact:
    """One ONT."""

    port: PortFact
    ont_id: int
    serial: str | None = None
    state: str | None = None
    reason: str | None = None
    admin: str | None = None
    distance_m: int | None = None
    onu_rx_dbm: float | None = None
    olt_rx_dbm: float | None = None
    splitter: str | None = None
    zone: str | None = None
    customer: str | None = None
    business: bool = False
    own_at: float = 0.0
    """When it was last told of by itself."""
    changed_at: float | None = None
    """When it was seen to go down or come up."""
    earliest_at: float | None = None
    """It went down after this."""
    by_trap: bool = False
    known_down: bool = False
    """Down since before the program started, or for so long that it says nothing about an outage of today."""
    ever_up: bool = False
    """Whether it was ever seen online: what is first told of as offline was lost by nothing that happened now."""
    case: int | None = None
    """Number of the open incident that it is affected by, or was."""
    downs: deque[float] = field(default_factory=lambda: deque(maxlen=8))
    """When it last went down."""
    informed_at: float | None = None
    inform_every_s: float | None = None
    light: LightTrack = field(default_factory=LightTrack)

    @property
    def place(self) -> Place:
        """OLT, port, id."""
        return self.port.olt.name, self.port.name, self.ont_id

    @property
    def down(self) -> bool:
        """As last told."""
        return self.state == "offline"

    @property
    def up(self) -> bool:
        """As last told."""
        return self.state == "online"

    @property
    def on_purpose(self) -> bool:
        """Switched off by an operator."""
        return self.reason in ON_PURPOSE or self.admin in ADMIN_OFF

    @property
    def seen_at(self) -> float:
        """Until when its state is known."""
        read_at = self.port.read_at
        return self.own_at if read_at is None else max(self.own_at, read_at)

    def stale(self, now: float, usual_s: float) -> bool:
        """Whether its state is too old to be trusted; ``usual_s`` is how often OLTs are read."""
        return now - self.seen_at > STALE_AFTER * (self.port.olt.state_s or usual_s)


class Network:
    """Takes observations, and tells which ONTs went down or came up."""

    def __init__(self) -> None:
        self.olts: dict[str, OltFact] = {}
        self.splitters: dict[str, SplitterFact] = {}
        self.serials: dict[str, OntFact] = {}
        self.zones: dict[str, set[OntFact]] = {}
        self.sources: dict[str, bool] = {}
        self._early_informs: dict[str, float] = {}
        """Informs of routers whose ONTs were not told of yet, by serial number."""
        self.started = False
        """Whether the network as it was is known, so that what comes now is new."""
        self.lost: list[OntFact] = []
        self.returned: list[OntFact] = []
        self.gone: list[OntFact] = []
        """The engine empties these three."""

    def onts(self) -> Iterator[OntFact]:
        """All of them."""
        return (ont for olt in self.olts.values() for port in olt.ports.values() for ont in port.onts.values())

    def ont(self, place: Place) -> OntFact | None:
        """One, by its place."""
        olt = self.olts.get(place[0])
        port = olt.ports.get(place[1]) if olt else None
        return port.onts.get(place[2]) if port else None

    def port(self, olt: str, name: str) -> PortFact:
        """One port, made when it is new."""
        owner = self.olt(olt)
        found = owner.ports.get(name)
        if found is None:
            found = owner.ports[name] = PortFact(owner, name)
        return found

    def olt(self, name: str) -> OltFact:
        """One OLT, made when it is new."""
        found = self.olts.get(name)
        if found is None:
            found = self.olts[name] = OltFact(name)
        return found

    def zone_of(self, ont: OntFact) -> str | None:
        """Its own zone, else that of the splitters above it."""
        if ont.zone is not None:
            return ont.zone
        splitter = self.splitters.get(ont.splitter or "")
        while splitter is not None:
            if splitter.zone is not None:
                return splitter.zone
            splitter = self.splitters.get(splitter.parent or "")
        return None

    def take(self, one: Observation) -> None:
        """Take one observation in; an older one of the same thing is left out."""
        handler = getattr(self, f"_{one.kind}", None)
        if handler is not None:
            handler(one.at, one.fields)

    # -- kinds of observations ----------------------------------------------------------------------------------------

    def _olt(self, at: float, told: Mapping[str, Any]) -> None:
        olt = self.olt(told["name"])
        olt.uplink = told.get("uplink", olt.uplink)
        olt.state_s = told.get("state_s", olt.state_s)
        if (uptime_s := told.get("uptime_s")) is not None:
            restarted = olt.uptime_s is not None and uptime_s + 1 < olt.uptime_s
            olt.restarted_at = max(0.0, at - uptime_s) if restarted else olt.restarted_at
            olt.uptime_s = uptime_s
        if "reachable" in told:
            olt.reachable = told["reachable"]
            if olt.reachable:
                self._answered(olt, at)
            elif olt.reachable is False:
                olt.failing_at = olt.failing_at if olt.failing_at is not None else at
            olt.dirty = True

    def _answered(self, olt: OltFact, at: float) -> None:
        olt.answered_at = at if olt.answered_at is None else max(at, olt.answered_at)
        olt.failing_at, olt.failed = None, 0

    def _card(self, at: float, told: Mapping[str, Any]) -> None:
        olt = self.olt(told["olt"])
        if "state" in told and olt.cards.get(told["name"], "") != told["state"]:
            olt.cards[told["name"]] = told["state"]
            olt.dirty = True

    def _port(self, at: float, told: Mapping[str, Any]) -> None:
        port = self.port(told["olt"], told["name"])
        if told.get("oper", port.oper) != port.oper:
            port.oper, port.sends = told["oper"], False
        if "tx_dbm" in told:
            tx_dbm = told["tx_dbm"]
            had = port.tx_dbm is not None and port.tx_dbm > NO_POWER_DBM
            port.tx_gone = (port.tx_gone or had) and (tx_dbm is None or tx_dbm <= NO_POWER_DBM)
            port.tx_dbm = tx_dbm
            port.sends = tx_dbm is not None and tx_dbm > NO_POWER_DBM
        port.olt.dirty = True

    def _splitter(self, at: float, told: Mapping[str, Any]) -> None:
        known: dict[str, Any] = {
            name: told.get(name) for name in ("name", "olt", "port", "parent", "distance_m", "zone")
        }
        splitter = SplitterFact(**known)
        before = self.splitters.get(splitter.name)
        self.splitters[splitter.name] = splitter
        self.port(splitter.olt, splitter.port).replant()
        if before is not None:
            self.port(before.olt, before.port).replant()
        for ont in self.port(splitter.olt, splitter.port).onts.values():
            self._rezone(ont)

    def _ont(self, at: float, told: Mapping[str, Any]) -> None:
        port = self.port(told["olt"], told["port"])
        ont = port.onts.get(told["ont_id"])
        if ont is None:
            ont = port.onts[told["ont_id"]] = OntFact(port, told["ont_id"], own_at=at)
            port.replant()
        elif at < ont.own_at:
            return
        seen_at = ont.seen_at
        if "splitter" in told or "zone" in told:
            ont.splitter, ont.zone = told.get("splitter", ont.splitter), told.get("zone", ont.zone)
            port.replant()
        for name in ("serial", "admin", "customer"):
            if name in told:
                setattr(ont, name, told[name])
        if told.get("serial"):
            self.serials[told["serial"]] = ont
            if (informed_at := self._early_informs.pop(told["serial"], None)) is not None:
                ont.informed_at = max(informed_at, ont.informed_at or informed_at)
        ont.business = bool(told.get("business", ont.business))
        if told.get("distance_m") is not None:
            ont.distance_m = told["distance_m"]
        if "olt_rx_dbm" in told:
            ont.olt_rx_dbm = told["olt_rx_dbm"]
        if "onu_rx_dbm" in told:
            ont.onu_rx_dbm = told["onu_rx_dbm"]
            if ont.onu_rx_dbm is not None:
                ont.light.add(at, ont.onu_rx_dbm)
        self._rezone(ont)
        if "offline_reason" in told:
            ont.reason = told["offline_reason"]
        if "state" in told:
            by_trap = told.get("by") == "trap"
            if not by_trap and self.started:
                self._answered(port.olt, at)
            earliest_at = at - TRAP_DELAY_S if by_trap else told.get("since_at", min(seen_at, at))
            self._turn(ont, told["state"], at, earliest_at, by_trap)
            ont.own_at = at
        port.olt.dirty = True

    def _turn(self, ont: OntFact, state: str | None, at: float, earliest_at: float, by_trap: bool) -> None:
        before, ont.state = ont.state, state
        if state == before:
            return
        if state == "offline":
            ont.changed_at, ont.earliest_at, ont.by_trap = at, earliest_at, by_trap
            ont.known_down = not self.started or not ont.ever_up
            if not ont.known_down:
                ont.downs.append(at)
                ont.port.olt.lossy.add(ont.port)
                self.lost.append(ont)
        elif state == "online":
            ont.ever_up = True
            ont.reason = None
            ont.known_down = False
            if before == "offline":
                ont.changed_at, ont.earliest_at, ont.by_trap = at, earliest_at, by_trap
                self.returned.append(ont)

    def _rezone(self, ont: OntFact) -> None:
        zone = self.zone_of(ont)
        if zone is not None and ont not in self.zones.setdefault(zone, set()):
            for members in self.zones.values():
                members.discard(ont)
            self.zones[zone].add(ont)

    def _gone(self, at: float, told: Mapping[str, Any]) -> None:
        port = self.port(told["olt"], told["port"])
        ont = port.onts.get(told["ont_id"])
        if ont is None or at < ont.own_at:
            return
        del port.onts[told["ont_id"]]
        for members in self.zones.values():
            members.discard(ont)
        if self.serials.get(ont.serial or "") is ont:
            del self.serials[ont.serial or ""]
        port.replant()
        port.olt.dirty = True
        self.gone.append(ont)

    def _poll(self, at: float, told: Mapping[str, Any]) -> None:
        olt, name = self.olt(told["olt"]), told.get("port")
        if told["outcome"] == "failed":
            if name is None:
                olt.failing_at = olt.failing_at if olt.failing_at is not None else at
                olt.failed += told["kind"] == "state"
                olt.dirty = True
            return
        self._answered(olt, at)
        if told["outcome"] != "complete" or told["kind"] != "state":
            return
        olt.dirty = True
        if name is None:
            olt.state_at = at if olt.state_at is None else max(at, olt.state_at)
            olt.heard += 1
        else:
            port = self.port(told["olt"], name)
            port.state_at = at if port.state_at is None else max(at, port.state_at)
            port.heard += 1

    def _ping(self, at: float, told: Mapping[str, Any]) -> None:
        olt, loss = self.olt(told["olt"]), told.get("loss")
        if loss is None or (olt.ping_at is not None and at < olt.ping_at):
            return
        lost = loss >= 0.999
        olt.ping_lost_at = (olt.ping_lost_at if olt.ping_lost_at is not None else at) if lost else None
        olt.ping_loss, olt.ping_at = loss, at
        olt.dirty = True

    def _inform(self, at: float, told: Mapping[str, Any]) -> None:
        ont = self.serials.get(told["serial"])
        if ont is None:
            self._early_informs[told["serial"]] = at
            return
        if ont.informed_at is not None and at <= ont.informed_at:
            return
        if ont.informed_at is not None and at - ont.informed_at > 30:
            ont.inform_every_s = min(at - ont.informed_at, ont.inform_every_s or 86400.0)
        ont.informed_at = at

    def _source(self, at: float, told: Mapping[str, Any]) -> None:
        self.sources[told["name"]] = bool(told["ok"])


def _grow(port: PortFact, splitters: Mapping[str, SplitterFact]) -> Node:
    root = Node(None)
    nodes: dict[str, Node] = {}

    def node_of(name: str, passed: tuple[str, ...] = ()) -> Node:
        found = nodes.get(name)
        if found is None:
            recorded = splitters.get(name)
            above = recorded.parent if recorded else None
            known = above is not None and above in splitters and above not in passed
            parent = node_of(above, (*passed, name)) if known and above is not None else root
            found = nodes[name] = Node(name, parent)
            parent.children.append(found)
        return found

    for ont in sorted(port.onts.values(), key=lambda ont: ont.ont_id):
        recorded = splitters.get(ont.splitter or "")
        elsewhere = recorded is not None and (recorded.olt, recorded.port) != (port.olt.name, port.name)
        (root if ont.splitter is None or elsewhere else node_of(ont.splitter)).onts.append(ont)
    return root
