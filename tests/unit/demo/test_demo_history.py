from __future__ import annotations

import itertools
import json
from collections import defaultdict

import pytest

from noc_console.demo import history
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import Plant
from noc_console.domain.history import Sample

NOW = 1_700_000_000.0
ONT_LABELS = ("olt_name", "ont_serial", "pon_port")


@pytest.fixture(scope="module")
def plant() -> Plant:
    return build(PlantOptions(2, 60), NOW)


@pytest.fixture(scope="module")
def past(plant: Plant) -> list[Sample]:
    return list(history.samples(plant))


def test_names_and_labels_are_the_collectors(past: list[Sample]) -> None:
    labels = {sample.metric: tuple(name for name, _ in sample.labels) for sample in past}
    assert labels == {
        "ont_onu_rx_dbm": ONT_LABELS,
        "ont_olt_rx_dbm": ONT_LABELS,
        "pon_rx_bytes_total": ("olt_name", "pon_port"),
        "pon_tx_bytes_total": ("olt_name", "pon_port"),
        "onu_status_total": ("olt_name", "status"),
        "onu_signal_low": ("olt_name", "severity"),
        "olt_up": ("olt_name",),
        "olt_uptime_seconds": ("olt_name",),
        "olt_cpu_percent": ("card", "olt_name"),
        "olt_memory_percent": ("card", "olt_name"),
        "olt_temperature_celsius": ("card", "olt_name"),
    }


def test_each_series_is_in_order_and_lies_in_the_past(past: list[Sample]) -> None:
    series = defaultdict(list)
    for sample in past:
        series[sample.metric, sample.labels].append(sample.at)
    for instants in series.values():
        assert instants == sorted(set(instants))
        assert instants[0] >= NOW - 30 * 86400 and instants[-1] < NOW


def test_a_month_is_coarse_and_the_last_day_fine() -> None:
    instants = history.grid(NOW)
    assert instants[1] - instants[0] == 4 * 3600
    assert instants[-1] - instants[-2] == 300
    assert len([at for at in instants if at >= NOW - 86400]) == 288


def test_the_past_runs_into_the_present(plant: Plant, past: list[Sample]) -> None:
    last = {sample.labels: sample for sample in past if sample.metric == "ont_onu_rx_dbm"}
    for ont in plant.onts:
        if ont.online and ont.last_up_at is not None and ont.last_up_at < NOW - 600:
            labels = (("olt_name", ont.olt), ("ont_serial", ont.serial.text), ("pon_port", str(ont.port.id)))
            assert last[labels].value == pytest.approx(ont.rx_dbm(NOW), abs=0.2)


def test_traffic_runs_into_the_present_and_has_its_evenings(plant: Plant, past: list[Sample]) -> None:
    port = max((p for olt in plant.olts for p in olt.ports), key=lambda p: sum(ont.online for ont in p.onts))
    olt = next(olt.name for olt in plant.olts if port in olt.ports)
    labels = (("olt_name", olt), ("pon_port", str(port.id)))
    points = [s for s in past if s.metric == "pon_tx_bytes_total" and s.labels == labels]
    rate = sum(ont.down_bps / 8 for ont in port.onts if ont.online)
    now = sum(ont.bytes_at(NOW)[0] for ont in port.onts)
    assert points[-1].value == pytest.approx(now, abs=2 * 300 * rate)
    fine = [p for p in points if p.at >= NOW - 86400]
    rates = [(b.value - a.value) / (b.at - a.at) / rate for a, b in itertools.pairwise(fine)]
    assert min(rates) == pytest.approx(0.4, abs=0.05) and max(rates) == pytest.approx(1.6, abs=0.05)
    busiest = fine[rates.index(max(rates))].at
    assert busiest % 86400 / 3600 == pytest.approx(20, abs=1)


def test_a_fibre_fades_in_it(plant: Plant, past: list[Sample]) -> None:
    faded = next(ont for ont in plant.onts if ont.fades)
    values = [
        s.value for s in past if s.metric == "ont_onu_rx_dbm" and dict(s.labels)["ont_serial"] == faded.serial.text
    ]
    assert values[0] - values[-1] > 4


def test_states_add_up(plant: Plant, past: list[Sample]) -> None:
    totals: dict[tuple[str, float], float] = defaultdict(float)
    for sample in past:
        if sample.metric == "onu_status_total":
            totals[dict(sample.labels)["olt_name"], sample.at] += sample.value
    assert set(totals.values()) == {30.0}


def test_a_big_network_gets_fewer_points_of_each() -> None:
    small, big = (len(history.grid(NOW, stretch)) for stretch in (1.0, 20.0))
    assert big * 20 <= small + 40


def test_lines_hold_every_sample_once(past: list[Sample]) -> None:
    found = [
        (line["metric"], at, value)
        for line in map(json.loads, history.import_lines(past))
        for at, value in zip(line["timestamps"], line["values"], strict=True)
    ]
    assert found == [({"__name__": s.metric, **dict(s.labels)}, round(s.at * 1000), s.value) for s in past]
