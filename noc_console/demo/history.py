"""The past of the simulated network, so that charts are not empty: what a collector would have shipped.

Power is computed by the same function of time as in the live network, so the past runs into the present without a step.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from itertools import groupby

from noc_console.demo.families import FAMILIES, HUAWEI, ZTE_C300, ZTE_C600
from noc_console.demo.plant import Plant, SimOlt, SimOnt, SimPort, noise
from noc_console.domain.history import Sample
from noc_console.domain.optics import Signal, Thresholds, classify_signal

DAY_S = 86400.0
COARSE_S, COARSE_DAYS = 4 * 3600.0, 30
FINE_S, FINE_DAYS = 300.0, 1
COUNTING = (HUAWEI, ZTE_C300, ZTE_C600)
"""Families whose PON ports count octets here."""
_SWING = 0.6
_MEAN_AT_S = 14 * 3600.0
"""When traffic rises through its mean, UTC: it peaks at 20:00."""
FULL_DETAIL_ONTS = 1000
"""With more ONTs, the points of each grow rarer in proportion: the whole stays below a million samples."""

Labels = tuple[tuple[str, str], ...]


def samples(plant: Plant) -> Iterator[Sample]:
    """Everything before ``plant.built_at``, one series after the other, each in the order of time."""
    onts = plant.onts
    instants = grid(plant.built_at, stretch=max(1.0, len(onts) / FULL_DETAIL_ONTS))
    for ont in onts:
        yield from _ont_samples(ont, instants)
    for olt in plant.olts:
        yield from _olt_samples(olt, instants)
        if olt.family in COUNTING:
            for port in olt.ports:
                yield from _port_samples(olt, port, plant.built_at, instants)


def grid(end_at: float, stretch: float = 1.0) -> list[float]:
    """Instants of the past: coarse for a month, fine for the last day, ``stretch`` times rarer than usual."""
    fine_from = end_at - FINE_DAYS * DAY_S
    coarse = _steps(end_at - COARSE_DAYS * DAY_S, fine_from, COARSE_S * stretch)
    return [*coarse, *_steps(fine_from, end_at, FINE_S * stretch)]


def import_lines(past: Iterable[Sample]) -> Iterator[str]:
    """Samples as JSON lines for VictoriaMetrics' ``/api/v1/import``: one line for each run of one series."""
    for (metric, labels), run in groupby(past, key=lambda sample: (sample.metric, sample.labels)):
        points = list(run)
        line = {
            "metric": {"__name__": metric, **dict(labels)},
            "values": [point.value for point in points],
            "timestamps": [round(point.at * 1000) for point in points],
        }
        yield json.dumps(line, separators=(",", ":")) + "\n"


def _steps(start_at: float, end_at: float, step_s: float) -> list[float]:
    return [start_at + step_s * n for n in range(int((end_at - start_at) / step_s))]


def _ont_samples(ont: SimOnt, instants: list[float]) -> Iterator[Sample]:
    labels: Labels = (("olt_name", ont.olt), ("ont_serial", ont.serial.text), ("pon_port", str(ont.port.id)))
    lit = [at for at in instants if was_online(ont, at)]
    for at in lit:
        yield Sample("ont_onu_rx_dbm", labels, at, round(ont.rx_dbm(at), 2))
    for at in lit:
        yield Sample("ont_olt_rx_dbm", labels, at, round(ont.olt_rx_dbm(at), 2))


def was_online(ont: SimOnt, at: float) -> bool:
    """Whether the ONT was online in the past; its last two changes are all that is known of it."""
    down_at, up_at = ont.last_down_at, ont.last_up_at
    if ont.online:
        return not (down_at is not None and up_at is not None and down_at <= at < up_at)
    return down_at is not None and at < down_at


def _port_samples(olt: SimOlt, port: SimPort, built_at: float, instants: list[float]) -> Iterator[Sample]:
    """Traffic with its evenings: counters that run back from what they say now, as far as they have counted."""
    labels: Labels = (("olt_name", olt.name), ("pon_port", str(port.id)))
    carried = [ont.bytes_at(built_at) for ont in port.onts]
    rates = [(ont.down_bps / 8, ont.up_bps / 8) for ont in port.onts if ont.online]
    for direction, metric in enumerate(("pon_tx_bytes_total", "pon_rx_bytes_total")):
        now, rate = sum(two[direction] for two in carried), sum(two[direction] for two in rates)
        for at in instants:
            count = now - rate * (_busy_s(built_at) - _busy_s(at))
            if count >= 0:
                yield Sample(metric, labels, at, float(round(count)))


def _busy_s(at: float) -> float:
    """Seconds at the average rate until an instant: its slope swings between 0.4 at dawn and 1.6 in the evening."""
    day = 2 * math.pi / DAY_S
    return at - _SWING / day * math.cos(day * (at - _MEAN_AT_S))


def _olt_samples(olt: SimOlt, instants: list[float]) -> Iterator[Sample]:
    name: Labels = (("olt_name", olt.name),)
    yield from _status(olt, instants)
    yield from (Sample("olt_up", name, at, 1.0) for at in instants)
    yield from (Sample("olt_uptime_seconds", name, at, at - olt.booted_at) for at in instants if at > olt.booted_at)
    for number, card in enumerate(olt.cards):
        labels: Labels = (("card", FAMILIES[olt.family].card(card.slot)), ("olt_name", olt.name))
        for metric, value, spread in (
            ("olt_cpu_percent", card.cpu_percent, 4),
            ("olt_memory_percent", card.memory_percent, 2),
            ("olt_temperature_celsius", card.celsius, 2),
        ):
            if value >= 0:
                for at in instants:
                    wander = noise(number * 31 + spread, int(at // FINE_S))
                    yield Sample(metric, labels, at, float(max(0, value + round(spread * wander))))


def _status(olt: SimOlt, instants: list[float]) -> Iterator[Sample]:
    onts = olt.onts
    online = _online_counts(onts, instants)
    for status, counts in (
        ("online", online),
        ("offline", [len(onts) - count for count in online]),
        ("unknown", [0] * len(instants)),
    ):
        labels: Labels = (("olt_name", olt.name), ("status", status))
        yield from (Sample("onu_status_total", labels, at, float(n)) for at, n in zip(instants, counts, strict=True))
    limits = Thresholds()
    now_dbm = [ont.rx_dbm(instants[-1]) for ont in onts if ont.online] if instants else []
    for severity in (Signal.WARNING, Signal.CRITICAL):
        low = sum(classify_signal(rx_dbm, limits) is severity for rx_dbm in now_dbm)
        labels = (("olt_name", olt.name), ("severity", severity.value))
        yield from (Sample("onu_signal_low", labels, at, float(low)) for at in instants)


def _online_counts(onts: list[SimOnt], instants: list[float]) -> list[int]:
    """How many were online at each instant."""
    return [sum(was_online(ont, at) for ont in onts) for at in instants]
