"""Facts as samples: which metrics a reading yields (Prometheus naming conventions)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping

from noc_console.domain.history import Sample
from noc_console.domain.network import Card, Cpe, Olt, Ont, Outcome
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Thresholds, classify_signal
from noc_console.domain.poll import OltReading
from noc_console.sources.ping import Echo
from noc_console.sources.snmp.core_poller import CoreReading

OPTICS = (("ont_onu_rx_dbm", "onu_rx_dbm"), ("ont_olt_rx_dbm", "olt_rx_dbm"), ("ont_onu_tx_dbm", "onu_tx_dbm"))

LOAD = (
    ("olt_cpu_percent", "cpu_percent"),
    ("olt_memory_percent", "memory_percent"),
    ("olt_temperature_celsius", "temperature_celsius"),
)


def sample(metric: str, at: float, value: float, **labels: str) -> Sample:
    """A sample; labels are sorted."""
    return Sample(metric, tuple(sorted(labels.items())), at, float(value))


def of_poll(olt: str, reading: OltReading) -> list[Sample]:
    """About the poll itself, and the OLT as a whole."""
    at = reading.started_at
    kind = reading.kind.value
    found = [
        sample("olt_up", at, float(reading.answered), olt_name=olt),
        sample("noc_collector_poll_seconds", at, reading.duration_s, olt_name=olt, kind=kind),
        sample("noc_collector_poll_varbinds", at, reading.varbinds, olt_name=olt, kind=kind),
    ]
    if reading.uptime_s is not None:
        found.append(sample("olt_uptime_seconds", at, reading.uptime_s, olt_name=olt))
    return found


def of_states(olt: str, reading: OltReading, onts: Iterable[Ont]) -> list[Sample]:
    """Counts per state; an ONT that was not read now counts as unknown, never as offline."""
    at = reading.started_at
    totals: Counter[str] = Counter({state.value: 0 for state in OntState})
    online: dict[str, int] = {}
    listed: dict[str, Container[int]] = {}
    for port in reading.ports:
        if port.outcome is not Outcome.COMPLETE:
            continue
        name = str(port.port)
        states = Counter(facts.get("state") or OntState.UNKNOWN for facts in port.onts.values())
        totals.update({str(state): count for state, count in states.items()})
        online[name] = states[OntState.ONLINE]
        listed[name] = port.onts
    unread = sum(ont.vanished_at is None and ont.ont_id not in listed.get(ont.port, ()) for ont in onts)
    totals[OntState.UNKNOWN] += unread
    found = [sample("onu_status_total", at, totals[state], olt_name=olt, status=state.value) for state in OntState]
    found += [sample("pon_onts_online", at, n, olt_name=olt, pon_port=port) for port, n in sorted(online.items())]
    return found


def of_optics(olt: str, at: float, onts: Iterable[Ont], thresholds: Thresholds) -> list[Sample]:
    """Light levels of ONTs, as just read, and how many of them are low."""
    found: list[Sample] = []
    low: Counter[str] = Counter(warning=0, critical=0)
    olt_label = ("olt_name", olt)
    for ont in onts:
        signal = classify_signal(ont.onu_rx_dbm, thresholds)
        if signal and signal.value in low:
            low[signal.value] += 1
        if not ont.serial:
            continue
        labels = (olt_label, ("ont_serial", ont.serial), ("pon_port", ont.port))
        for metric, fact in OPTICS:
            value = getattr(ont, fact)
            if value is not None:
                found.append(Sample(metric, labels, at, value))
    found += [sample("onu_signal_low", at, n, olt_name=olt, severity=severity) for severity, n in low.items()]
    return found


def of_traffic(olt: str, reading: OltReading, onts: Mapping[tuple[str, int], Ont]) -> list[Sample]:
    """Byte counters as the OLT keeps them: 64 bits, from 0 again after a restart. rx is what it receives from ONTs."""
    at = reading.started_at
    found = [
        sample(f"pon_{name}_total", at, value, olt_name=olt, pon_port=str(port))
        for port, facts in reading.pon_traffic.items()
        for name, value in facts.items()
        if isinstance(value, int | float)
    ]
    olt_label = ("olt_name", olt)
    for port_reading in reading.ports:
        port = str(port_reading.port)
        port_label = ("pon_port", port)
        for ont_id, facts in port_reading.traffic.items():
            ont = onts.get((port, ont_id))
            if ont and ont.serial:
                labels = (olt_label, ("ont_serial", ont.serial), port_label)
                values = ((f"ont_{name}_total", value) for name, value in facts.items())
                found += [Sample(metric, labels, at, v) for metric, v in values if isinstance(v, int | float)]
    return found


def of_health(olt: Olt, at: float, cards: Iterable[Card]) -> list[Sample]:
    """Load and temperature per card."""
    found = []
    for card in cards:
        for metric, fact in LOAD:
            value = getattr(card, fact)
            if value is not None:
                found.append(sample(metric, at, value, olt_name=olt.name, card=card.name))
    return found


def of_load(olt: str, reading: OltReading) -> list[Sample]:
    """Load and temperature of an OLT that tells them as a whole."""
    loads = ((metric, reading.olt.get(fact)) for metric, fact in LOAD)
    return [sample(m, reading.started_at, v, olt_name=olt) for m, v in loads if isinstance(v, int | float)]


def of_ping(what: str, echo: Echo, at: float, **labels: str) -> list[Sample]:
    """Loss of a series of echoes, and the round trip of those that came back; ``what`` is olt or core."""
    found = [sample(f"{what}_ping_loss_ratio", at, echo.loss, **labels)]
    if echo.rtt_s is not None:
        found.append(sample(f"{what}_ping_rtt_seconds", at, echo.rtt_s, **labels))
    return found


def of_core(device: str, reading: CoreReading) -> list[Sample]:
    """A core device: whether it answers, its load, and the counters of its interfaces as they are."""
    at = reading.started_at
    found = [sample("core_up", at, float(reading.answered), device=device)]
    for metric, value in (
        ("core_uptime_seconds", reading.uptime_s),
        ("core_cpu_percent", reading.cpu_percent),
        ("core_memory_percent", reading.memory_percent),
    ):
        if value is not None:
            found.append(sample(metric, at, value, device=device))
    for name, interface in reading.interfaces.items():
        for metric, count in (("rx", interface.rx_bytes), ("tx", interface.tx_bytes)):
            if count is not None:
                found.append(sample(f"core_if_{metric}_bytes_total", at, count, device=device, interface=name))
    return found


def of_cpes(cpes: Iterable[Cpe]) -> list[Sample]:
    """What the ACS said about routers that informed."""
    found = []
    for cpe in cpes:
        if not cpe.serial or cpe.last_inform_at is None:
            continue
        at = cpe.last_inform_at
        found.append(sample("cpe_last_inform_timestamp_seconds", at, at, ont_serial=cpe.serial))
        if cpe.uptime_s is not None:
            found.append(sample("cpe_uptime_seconds", at, cpe.uptime_s, ont_serial=cpe.serial))
        if cpe.last_boot_at is not None:
            found.append(sample("cpe_last_boot_timestamp_seconds", at, cpe.last_boot_at, ont_serial=cpe.serial))
        if cpe.rx_dbm is not None:
            found.append(sample("cpe_rx_dbm", at, cpe.rx_dbm, ont_serial=cpe.serial))
    return found
