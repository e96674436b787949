"""Facts as flat rows for commands: what is known, with the state that it supports now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from noc_console.cli.output import iso
from noc_console.config.model import Config
from noc_console.domain.freshness import Freshness, classify
from noc_console.domain.identity import OntSerial
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import Changes, CoreDevice, CoreInterface, Cpe, Event, Olt, Ont, PollKind
from noc_console.domain.ont import OntState, effective_state
from noc_console.domain.optics import classify_signal
from noc_console.domain.policy import BulkTarget
from noc_console.domain.routers import firmware_spread
from noc_console.domain.swaps import Swap
from noc_console.storage.sources import DEAD_AFTER_S

Row = dict[str, Any]


class Network:
    """One look at everything that is known."""

    def __init__(self, changes: Changes, config: Config, now: float) -> None:
        self.changes = changes
        self._config = config
        self.now = now
        self._olts = {olt.id: olt for olt in changes.olts}
        self._unverified = {olt.id: sorted(olt.unverified_of("ont")) for olt in changes.olts}
        self._read_at = {(mark.olt_id, mark.port, mark.kind): mark.observed_at for mark in changes.marks}

    def olt(self, ont: Ont) -> Olt | None:
        """The OLT of an ONT; None when it is no longer configured."""
        return self._olts.get(ont.olt_id)

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
        there = [ont for ont in self.changes.onts if ont.vanished_at is None and ont.olt_id in self._olts]
        return sorted(there, key=lambda o: (self._olts[o.olt_id].name, [int(p) for p in o.port.split("/")], o.ont_id))

    def ont_row(self, ont: Ont) -> Row:
        """One ONT."""
        olt = self.olt(ont)
        name = olt.name if olt else None
        state = self.state(ont)
        observed_at = self.observed_at(ont)
        offline = state is OntState.OFFLINE
        signal = classify_signal(ont.onu_rx_dbm, self._config.thresholds_for(name or ""))
        return {
            "serial": ont.serial,
            "serial_hex": _hex(ont.serial),
            "mac": ont.mac,
            "olt": name,
            "pon_port": ont.port,
            "ont_id": ont.ont_id,
            "state": state.value,
            "offline_reason": ont.offline_reason if offline else None,
            "vendor_reason": ont.vendor_reason if offline else None,
            "state_changed_at": iso(ont.state_changed_at),
            "onu_rx_dbm": ont.onu_rx_dbm,
            "olt_rx_dbm": ont.olt_rx_dbm,
            "onu_tx_dbm": ont.onu_tx_dbm,
            "temperature_celsius": ont.temperature_celsius,
            "voltage_v": ont.voltage_v,
            "bias_ma": ont.bias_ma,
            "signal": signal.value if signal else None,
            "distance_m": ont.distance_m,
            "last_distance_m": ont.last_distance_m,
            "description": ont.description,
            "model": ont.model,
            "hardware": ont.hardware,
            "firmware": ont.firmware,
            "first_seen_at": iso(ont.first_seen_at),
            "observed_at": iso(observed_at),
            "age_s": None if observed_at is None else round(max(0.0, self.now - observed_at), 1),
            "unverified": self._unverified.get(ont.olt_id, []),
        }

    def unregistered_rows(self) -> list[Row]:
        """ONTs that wait to be registered at configured OLTs, those that came last first."""
        waiting = [ont for ont in self.changes.unregistered if ont.gone_at is None and ont.olt_id in self._olts]
        return [
            {
                "serial": ont.serial,
                "serial_hex": _hex(ont.serial),
                "olt": self._olts[ont.olt_id].name,
                "pon_port": ont.port,
                "model": ont.model,
                "first_seen_at": iso(ont.first_seen_at),
                "last_seen_at": iso(ont.last_seen_at),
                "age_s": round(max(0.0, self.now - ont.last_seen_at), 1),
            }
            for ont in sorted(waiting, key=lambda ont: -ont.first_seen_at)
        ]

    def swap_rows(self) -> list[Row]:
        """Swaps: first what is to be tested, by when; then the others, newest first."""
        states = {ont.serial: self.state(ont).value for ont in self.onts() if ont.serial}
        swaps = [swap for swap in self.changes.swaps if isinstance(swap, Swap)]
        return [
            {
                "id": swap.id,
                "kind": swap.kind.value,
                "old_serial": swap.old_serial,
                "old_state": swap.old_state.value,
                "old_at_olt": states.get(swap.old_serial, "not listed"),
                "new_serial": swap.new_serial,
                "new_state": swap.new_state.value,
                "new_at_olt": states.get(swap.new_serial, "not listed"),
                "customer": swap.customer,
                "reason": swap.reason,
                "swapped_by": swap.swapped_by,
                "swapped_at": iso(swap.swapped_at),
                "due_at": iso(swap.due_at),
                "overdue_s": swap.overdue_s(self.now),
                "closed_at": iso(swap.closed_at),
                "closed_by": swap.closed_by,
                "outcome": swap.outcome.value if swap.outcome else None,
                "ticket": swap.ticket if swap.ticket_state == "created" else swap.ticket_error,
                "ticket_state": swap.ticket_state,
            }
            for swap in sorted(swaps, key=lambda s: (not s.open, s.due_at if s.open else -s.swapped_at))
        ]

    def firmware_rows(self) -> list[Row]:
        """Firmware over the models, most routers first; the share is of the same model."""
        cpes = self.changes.cpes
        return [
            {
                "model": spread.model,
                "firmware": spread.firmware,
                "count": spread.count,
                "share_percent": round(100 * spread.share, 1),
                "informed_lately": spread.informed_lately,
            }
            for spread in firmware_spread(cpes, self.now)
        ]

    def olt_rows(self) -> list[Row]:
        """Every OLT with its ONTs counted by state."""
        counts: dict[int, Counter[str]] = {olt_id: Counter() for olt_id in self._olts}
        for ont in self.onts():
            counts[ont.olt_id][self.state(ont).value] += 1
        return [self._olt_row(olt, counts[olt.id]) for olt in sorted(self._olts.values(), key=lambda o: o.name)]

    def _olt_row(self, olt: Olt, counts: Mapping[str, int]) -> Row:
        return {
            "name": olt.name,
            "address": olt.address,
            "profile": olt.profile,
            "description": olt.description,
            "software": olt.software,
            "reachable": olt.reachable,
            "onts": sum(counts.values()),
            "online": counts.get("online", 0),
            "offline": counts.get("offline", 0),
            "unknown": counts.get("unknown", 0),
            "cpu_percent": olt.cpu_percent,
            "memory_percent": olt.memory_percent,
            "temperature_celsius": olt.temperature_celsius,
            "uptime_s": olt.uptime_s,
            "ping_rtt_ms": olt.ping_rtt_ms,
            "ping_loss": olt.ping_loss,
            "ping_at": iso(olt.ping_at),
            "last_poll_at": iso(olt.last_poll_at),
            "last_ok_at": iso(olt.last_ok_at),
            "last_poll_s": olt.last_poll_s,
            "error": olt.error,
            "unverified": sorted((olt.unverified or "").split(",")) if olt.unverified else [],
        }


def core_rows(changes: Changes) -> list[Row]:
    """Core devices, each with its named interfaces."""
    return [_core_row(device, changes.core_interfaces) for device in sorted(changes.core_devices, key=lambda d: d.name)]


def _core_row(device: CoreDevice, interfaces: Iterable[CoreInterface]) -> Row:
    return {
        "name": device.name,
        "address": device.address,
        "reachable": device.reachable,
        "error": device.error,
        "description": device.description,
        "uptime_s": device.uptime_s,
        "cpu_percent": device.cpu_percent,
        "memory_percent": device.memory_percent,
        "ping_rtt_ms": device.ping_rtt_ms,
        "ping_loss": device.ping_loss,
        "ping_at": iso(device.ping_at),
        "last_poll_at": iso(device.last_poll_at),
        "last_ok_at": iso(device.last_ok_at),
        "interfaces": [
            {
                "name": interface.name,
                "alias": interface.alias,
                "oper": interface.oper,
                "speed_mbps": interface.speed_mbps,
                "rx_bps": interface.rx_bps,
                "tx_bps": interface.tx_bps,
                "observed_at": iso(interface.observed_at),
            }
            for interface in sorted(interfaces, key=lambda i: i.name)
            if interface.device == device.name
        ],
    }


def job_row(job: Job) -> Row:
    """One job."""
    return {
        "id": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "result": job.result,
        "serial": job.serial,
        "olt": job.olt,
        "pon_port": job.port,
        "reason": job.reason,
        "requested_by": job.requested_by,
        "requested_from": job.requested_from,
        "requested_at": iso(job.requested_at),
        "expires_at": iso(job.expires_at),
        "finished_at": iso(job.finished_at),
        "forced": job.forced,
        "parameters": dict(job.parameters),
        "data": dict(job.data),
        "bulk_id": job.batch_id,
        "steps": [{"at": iso(step.at), "text": step.text} for step in job.steps],
    }


def batch_row(batch: Batch) -> Row:
    """One bulk action."""
    waits = batch.needs_release and batch.released_by is None and batch.finished_at is None
    return {
        "id": batch.id,
        "kind": batch.kind.value,
        "reason": batch.reason,
        "total": batch.total,
        "waiting": batch.waiting,
        "running": batch.running,
        "verified": batch.verified,
        "not_verified": batch.not_verified,
        "requested_by": batch.requested_by,
        "requested_from": batch.requested_from,
        "requested_at": iso(batch.requested_at),
        "released_by": batch.released_by,
        "cancelled_by": batch.cancel_by,
        "finished_at": iso(batch.finished_at),
        "waits_for": "another operator" if waits else None,
    }


def event_rows(events: Iterable[Event]) -> list[Row]:
    """Events, newest first."""
    return [
        {
            "at": iso(event.at),
            "severity": event.severity,
            "kind": event.kind,
            "olt": event.olt,
            "pon_port": event.port,
            "serial": event.serial,
            "text": event.text,
        }
        for event in sorted(events, key=lambda e: e.id, reverse=True)
    ]


def _hex(serial: str | None) -> str | None:
    return OntSerial(serial).hex if serial else None
