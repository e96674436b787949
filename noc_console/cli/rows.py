"""Facts as flat rows for commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from noc_console.cli.network import Network
from noc_console.cli.output import iso
from noc_console.domain.identity import OntSerial
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import Changes, CoreDevice, CoreInterface, Event, Olt, Ont
from noc_console.domain.ont import OntState
from noc_console.domain.routers import firmware_spread
from noc_console.domain.swaps import Swap

Row = dict[str, Any]


def ont_row(network: Network, ont: Ont) -> Row:
    """One ONT."""
    olt = network.olt(ont)
    name = olt.name if olt else None
    state = network.state(ont)
    observed_at = network.observed_at(ont)
    offline = state is OntState.OFFLINE
    signal = network.signal(ont)
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
        "age_s": None if observed_at is None else round(max(0.0, network.now - observed_at), 1),
        "unverified": network.unverified(ont),
    }


def unregistered_rows(network: Network) -> list[Row]:
    """ONTs that wait to be registered at configured OLTs, those that came last first."""
    waiting = [ont for ont in network.changes.unregistered if ont.gone_at is None and ont.olt_id in network.olts]
    return [
        {
            "serial": ont.serial,
            "serial_hex": _hex(ont.serial),
            "olt": network.olts[ont.olt_id].name,
            "pon_port": ont.port,
            "model": ont.model,
            "first_seen_at": iso(ont.first_seen_at),
            "last_seen_at": iso(ont.last_seen_at),
            "age_s": round(max(0.0, network.now - ont.last_seen_at), 1),
        }
        for ont in sorted(waiting, key=lambda ont: -ont.first_seen_at)
    ]


def swap_rows(network: Network) -> list[Row]:
    """Swaps: first what is to be tested, by when; then the others, newest first."""
    states = {ont.serial: network.state(ont).value for ont in network.onts() if ont.serial}
    swaps = [swap for swap in network.changes.swaps if isinstance(swap, Swap)]
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
            "overdue_s": swap.overdue_s(network.now),
            "closed_at": iso(swap.closed_at),
            "closed_by": swap.closed_by,
            "outcome": swap.outcome.value if swap.outcome else None,
            "ticket": swap.ticket if swap.ticket_state == "created" else swap.ticket_error,
            "ticket_state": swap.ticket_state,
        }
        for swap in sorted(swaps, key=lambda s: (not s.open, s.due_at if s.open else -s.swapped_at))
    ]


def firmware_rows(network: Network) -> list[Row]:
    """Firmware over the models, most routers first; the share is of the same model."""
    cpes = network.changes.cpes
    return [
        {
            "model": spread.model,
            "firmware": spread.firmware,
            "count": spread.count,
            "share_percent": round(100 * spread.share, 1),
            "informed_lately": spread.informed_lately,
        }
        for spread in firmware_spread(cpes, network.now)
    ]


def olt_rows(network: Network) -> list[Row]:
    """Every OLT with its ONTs counted by state."""
    counts: dict[int, Counter[str]] = {olt_id: Counter() for olt_id in network.olts}
    for ont in network.onts():
        counts[ont.olt_id][network.state(ont).value] += 1
    return [_olt_row(olt, counts[olt.id]) for olt in sorted(network.olts.values(), key=lambda o: o.name)]


def _olt_row(olt: Olt, counts: Mapping[str, int]) -> Row:
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
