"""What the commands know: one look at the database, and the state that it supports now."""

from __future__ import annotations

from functools import cached_property

from noc_console.config.model import Config
from noc_console.domain.freshness import Freshness, classify
from noc_console.domain.jobs import Job
from noc_console.domain.network import Changes, Cpe, Olt, Ont, PollKind
from noc_console.domain.ont import OntState, effective_state
from noc_console.domain.optics import Signal, classify_signal
from noc_console.domain.policy import BulkTarget
from noc_console.storage.sources import DEAD_AFTER_S


class Network:
    """One look at everything that is known."""

    def __init__(self, changes: Changes, config: Config, now: float) -> None:
        self.changes = changes
        self._config = config
        self.now = now
        self.olts = {olt.id: olt for olt in changes.olts}
        self._unverified = {olt.id: sorted(olt.unverified_of("ont")) for olt in changes.olts}
        self._read_at = {(mark.olt_id, mark.port, mark.kind): mark.observed_at for mark in changes.marks}

    def olt(self, ont: Ont) -> Olt | None:
        """The OLT of an ONT; None when it is no longer configured."""
        return self.olts.get(ont.olt_id)

    def unverified(self, ont: Ont) -> list[str]:
        """Names of the ONT's facts that rest on one source only for this model of OLT."""
        return self._unverified.get(ont.olt_id, [])

    def read_at(self, ont: Ont, kind: PollKind) -> float | None:
        """When such facts of this ONT were last read."""
        alone = ont.refreshed_at if kind in (PollKind.STATE, PollKind.OPTICS) else None
        times = (self._read_at.get((ont.olt_id, ont.port, kind)), alone)
        return max((at for at in times if at is not None), default=None)

    def observed_at(self, ont: Ont) -> float | None:
        """When this ONT's state was last read."""
        return self.read_at(ont, PollKind.STATE)

    def state(self, ont: Ont) -> OntState:
        """The state that may be shown now."""
        olt = self.olt(ont)
        reachable = olt is not None and olt.reachable is not False
        trust = classify(self.observed_at(ont), self.now, self._config.polling.state_s, reachable)
        return effective_state(OntState(ont.state), trust)

    def optics(self, ont: Ont) -> Freshness:
        """How far its light levels may be trusted now."""
        olt = self.olt(ont)
        reachable = olt is not None and olt.reachable is not False
        return classify(self.read_at(ont, PollKind.OPTICS), self.now, self._config.polling.optics_s, reachable)

    def light(self, ont: Ont) -> float | None:
        """Received power at the ONT, dBm, as far as it may be trusted now."""
        return ont.onu_rx_dbm if self.optics(ont).trusted else None

    def signal(self, ont: Ont) -> Signal | None:
        """How good its light is, by its OLT's thresholds."""
        olt = self.olt(ont)
        return classify_signal(ont.onu_rx_dbm, self._config.thresholds_for(olt.name if olt else ""))

    def routers(self, ont: Ont) -> list[Cpe]:
        """What the ACS knows under its serial number; several are possible and never guessed between."""
        return self._cpes.get(ont.serial, []) if ont.serial else []

    @cached_property
    def _cpes(self) -> dict[str | None, list[Cpe]]:
        found: dict[str | None, list[Cpe]] = {}
        for cpe in self.changes.cpes:
            found.setdefault(cpe.serial, []).append(cpe)
        return found

    @cached_property
    def _jobs(self) -> dict[int, list[Job]]:
        found: dict[int, list[Job]] = {}
        for job in self.changes.jobs:
            if isinstance(job, Job):
                found.setdefault(job.ont_id, []).append(job)
        return found

    @property
    def acs_ok(self) -> bool:
        """Whether the ACS answered the last time."""
        return any(source.name == "genieacs" and source.state == "ok" for source in self.changes.sources)

    @property
    def acs_may_act(self) -> bool:
        """Whether an action may be tried: the ACS did not fail the last time."""
        return all(s.state not in ("failing", "off") for s in self.changes.sources if s.name == "genieacs")

    def target(self, ont: Ont) -> BulkTarget:
        """An ONT as the rules of acting want it."""
        return BulkTarget(ont, self.state(ont), next(iter(self.routers(ont)), None), self._jobs.get(ont.id, []))

    @property
    def collector_lives(self) -> bool:
        """Whether a collector is there that does jobs."""
        alive = [c for c in self.changes.collectors if self.now - c.heartbeat_at < DEAD_AFTER_S]
        return any(collector.mode != "once" for collector in alive)

    def onts(self) -> list[Ont]:
        """ONTs of configured OLTs, in the order of OLT, port and id."""
        there = [ont for ont in self.changes.onts if ont.vanished_at is None and ont.olt_id in self.olts]
        return sorted(there, key=lambda o: (self.olts[o.olt_id].name, [int(p) for p in o.port.split("/")], o.ont_id))
