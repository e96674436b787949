"""The simulated network in motion: what can happen to the plant, and how its agents and routers follow.

The plant holds the truth. Everything that changes it goes through ``World``, which brings the SNMP tables up to date
and tells the observer, so that OLT and ACS never contradict each other.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from typing import Protocol

from noc_console.demo.agenda import Agenda
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.families import HUAWEI, NOKIA, ZTE_C300, ZTE_C600
from noc_console.demo.huawei import HuaweiOlt
from noc_console.demo.nokia import NokiaOlt
from noc_console.demo.olt_tables import OltTables
from noc_console.demo.plant import Cause, Fade, Plant, SimCard, SimOlt, SimOnt, SimPort
from noc_console.demo.traps import Trap
from noc_console.demo.zte import ZteOlt

OPTICS_CYCLE_S = 15
"""Every ONT's light is read again this often."""
CARD_PERIOD_S = 15.0
CUT_SPREAD_S = 2.0
"""A cut darkens all ONTs of a port within this time."""
RANGING_S = (4.0, 35.0)
"""How long an ONT takes to come back once it has light and power."""
DARK_CARD, GOOD_CARD = 3, 2
"""States of a card: fault, normal."""


TABLES: dict[str, type[OltTables]] = {HUAWEI: HuaweiOlt, ZTE_C300: ZteOlt, ZTE_C600: ZteOlt, NOKIA: NokiaOlt}


class Observer(Protocol):
    """Who else lives by the plant: the routers behind the ACS."""

    def state_changed(self, ont: SimOnt) -> None:
        """The ONT went online or offline, or its OLT lost its uplink or has it back."""

    def light_changed(self, ont: SimOnt, at: float) -> None:
        """The ONT's optical readings were taken again."""


class World:
    """Plant, OLT tables and SNMP agents.

    Args:
        plant: The network.
        agenda: Where things that take time are entered; its clock is the world's.
        community: SNMP community of all OLTs.
        seed: For delays and drift.
    """

    def __init__(self, plant: Plant, agenda: Agenda, community: str = "public", seed: int = 0) -> None:
        self.plant = plant
        self.agenda = agenda
        self.clock = agenda.clock
        self.observer: Observer | None = None
        self.tables = {olt.name: TABLES[olt.family](olt, agenda.clock) for olt in plant.olts}
        self.agents = {
            name: SnmpAgent(table.tree, community, seed=seed + number)
            for number, (name, table) in enumerate(self.tables.items())
        }
        self.trap_loss = 0.0
        """Share of the changes of which no notification arrives, 0 to 1."""
        self._olts = {olt.name: olt for olt in plant.olts}
        self._send: Callable[[SimOlt, Trap], None] | None = None
        self.random = random.Random(seed)
        onts = plant.onts
        self._to_read = itertools.cycle(onts)
        self._read_per_s = -(-len(onts) // OPTICS_CYCLE_S)

    def live(self) -> None:
        """Start the small changes that never stop: light and board readings."""
        self.agenda.every(1.0, self.read_some_light)
        self.agenda.every(CARD_PERIOD_S, self.drift_cards)

    def report_to(self, send: Callable[[SimOlt, Trap], None]) -> None:
        """Let the OLTs send notifications."""
        self._send = send

    def settle(self, ont: SimOnt, cause: int | None = None) -> None:
        """Put an ONT into the state that its conditions allow, and let everybody follow.

        Args:
            ont: The ONT.
            cause: Why it goes down, if it does; None takes what its conditions say.
        """
        if ont.online == ont.able:
            return
        now = self.clock()
        was_up = ont.port.up
        if ont.able:
            ont.come_up(now)
        else:
            ont.go_down(ont.down_cause if cause is None else cause, now)
        if ont.port.up and not was_up:
            ont.port.last_up_at = now
        elif was_up and not ont.port.up:
            ont.port.last_down_at = now
        tables = self.tables[ont.olt]
        tables.refresh_ont(ont)
        if self._send and not (self.trap_loss and self.random.random() < self.trap_loss):
            for trap in tables.traps(ont, port_too=ont.port.up != was_up):
                self._send(self._olts[ont.olt], trap)
        if self.observer:
            self.observer.state_changed(ont)

    def power_off(self, ont: SimOnt, gasps: bool = True) -> None:
        """Its home loses power: dying gasp, unless that does not get through."""
        ont.powered = False
        self.settle(ont, None if gasps else Cause.LOS)

    def power_on(self, ont: SimOnt) -> None:
        """Power is back; the ONT has booted and comes up."""
        ont.powered = True
        self.settle(ont)

    def restart(self, ont: SimOnt, for_s: float, cause: int = Cause.RESET_BY_ONT) -> None:
        """Take an ONT down for a restart that takes ``for_s``."""
        ont.restarting = True
        self.settle(ont, cause)

        def back() -> None:
            ont.restarting = False
            self.settle(ont)

        self.agenda.after(for_s, back)

    def switch(self, ont: SimOnt, active: bool) -> None:
        """Deactivate an ONT at its OLT, or activate it."""
        ont.active = active
        self.settle(ont)
        self.tables[ont.olt].refresh_ont(ont)

    def cut(self, port: SimPort) -> None:
        """Cut the fibre of a PON port: all its ONTs lose light within two seconds."""
        port.cut = True
        self._go_dark(port.onts)

    def repair(self, port: SimPort) -> None:
        """Mend it: the ONTs range again, one after the other."""
        port.cut = False
        self._range(port.onts)

    def cut_branch(self, port: SimPort, branch: int) -> None:
        """Cut the fibre to one of the port's splitters."""
        port.cut_branches.add(branch)
        self._go_dark(ont for ont in port.onts if ont.branch == branch)

    def repair_branch(self, port: SimPort, branch: int) -> None:
        """Mend it."""
        port.cut_branches.discard(branch)
        self._range(ont for ont in port.onts if ont.branch == branch)

    def fail_card(self, olt: SimOlt, card: SimCard) -> None:
        """A card with PON ports dies: its lasers are off, and it says that it has a fault."""
        self._turn_card(olt, card, DARK_CARD)
        for port in olt.ports_of(card):
            self._go_dark(port.onts)

    def replace_card(self, olt: SimOlt, card: SimCard) -> None:
        """Put in a new one."""
        self._turn_card(olt, card, GOOD_CARD)
        for port in olt.ports_of(card):
            self._range(port.onts)

    def silence(self, olt: SimOlt, silent: bool) -> None:
        """Let an OLT's agent neither answer nor send, while its customers are well; or let it speak again."""
        self.agents[olt.name].behaviour.silent = silent

    def cut_off(self, olt: SimOlt, dead: bool) -> None:
        """Let an OLT's uplink die, or mend it: nothing gets through, and all its ONTs keep their light."""
        olt.cut_off = dead
        self.silence(olt, dead)
        if self.observer:
            for ont in olt.onts:
                if ont.online:
                    self.observer.state_changed(ont)

    def is_cut_off(self, ont: SimOnt) -> bool:
        """Whether the uplink of its OLT is dead."""
        return self._olts[ont.olt].cut_off

    def fade(self, ont: SimOnt, depth_db: float, duration_s: float, since_at: float | None = None) -> None:
        """Let its drop fibre get worse, from now on unless told otherwise."""
        ont.fades.append(Fade(self.clock() if since_at is None else since_at, duration_s, depth_db))
        self._read_light(ont)

    def mend(self, ont: SimOnt) -> None:
        """Make its drop fibre as good as new."""
        ont.fades.clear()
        self._read_light(ont)

    def restart_olt(self, olt: SimOlt) -> None:
        """Set an OLT's uptime back to zero."""
        olt.booted_at = self.clock()

    def read_some_light(self) -> None:
        """Take the optical readings of the next few ONTs again."""
        for ont in itertools.islice(self._to_read, self._read_per_s):
            if ont.online:
                self._read_light(ont)

    def drift_cards(self) -> None:
        """Let board readings wander."""
        for olt in self.plant.olts:
            for card in olt.cards:
                card.celsius = _walk(self.random, card.celsius, 28, 58)
                if card.cpu_percent >= 0:
                    card.cpu_percent = _walk(self.random, card.cpu_percent, 5, 62, step=3)
                    card.memory_percent = _walk(self.random, card.memory_percent, 35, 70)
                self.tables[olt.name].refresh_card(card)

    def _turn_card(self, olt: SimOlt, card: SimCard, state: int) -> None:
        tables = self.tables[olt.name]
        card.state = state
        tables.refresh_card(card)
        for port in olt.ports_of(card):
            port.dead = state != GOOD_CARD
            tables.refresh_port(port)

    def _go_dark(self, onts: Iterable[SimOnt]) -> None:
        for ont in onts:
            self._settle_in(self.random.uniform(0.0, CUT_SPREAD_S), ont)

    def _range(self, onts: Iterable[SimOnt]) -> None:
        for ont in onts:
            self._settle_in(self.random.uniform(*RANGING_S), ont)

    def _settle_in(self, delay_s: float, ont: SimOnt) -> None:
        self.agenda.after(delay_s, lambda: self.settle(ont))

    def _read_light(self, ont: SimOnt) -> None:
        self.tables[ont.olt].refresh_optics(ont)
        if self.observer:
            self.observer.light_changed(ont, self.clock())


def _walk(rng: random.Random, value: int, low: int, high: int, step: int = 1) -> int:
    return min(high, max(low, value + rng.randint(-step, step)))
