"""Which samples a reading yields: names and labels are a contract with everybody's dashboards."""

from __future__ import annotations

from noc_console.collector import samples
from noc_console.domain.history import Sample
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Card, Cpe, Olt, Ont, Outcome, PollKind
from noc_console.domain.optics import Thresholds
from noc_console.domain.poll import Facts, OltReading, PortReading

AT = 1_700_000_000.0
A, B = PonPort((0, 1, 0)), PonPort((0, 1, 1))


def ont(number: int, port: PonPort = A, **more: object) -> Ont:
    return Ont(number, 1, str(port), number, serial=f"HWTC0000000{number}", **more)  # type: ignore[arg-type]


def as_text(found: list[Sample]) -> dict[str, float]:
    """``name{label="value"}`` to value; no sample may be there twice."""
    assert all(list(s.labels) == sorted(s.labels) for s in found)
    texts = {f"{s.metric}{{{','.join(f'{name}={value}' for name, value in s.labels)}}}": s.value for s in found}
    assert len(texts) == len(found)
    return texts


def states(*ports: PortReading) -> OltReading:
    return OltReading(PollKind.STATE, AT, Outcome.COMPLETE, True, ports=list(ports))


def test_every_poll_says_that_the_olt_answers_and_what_it_took() -> None:
    reading = OltReading(PollKind.HEALTH, AT, Outcome.COMPLETE, True, 0.25, uptime_s=1234.5, varbinds=17)
    assert as_text(samples.of_poll("north", reading)) == {
        "olt_up{olt_name=north}": 1.0,
        "olt_uptime_seconds{olt_name=north}": 1234.5,
        "noc_collector_poll_seconds{kind=health,olt_name=north}": 0.25,
        "noc_collector_poll_varbinds{kind=health,olt_name=north}": 17.0,
    }


def test_a_silent_olt_is_down_and_has_no_uptime() -> None:
    found = as_text(samples.of_poll("north", OltReading(PollKind.STATE, AT)))
    assert found["olt_up{olt_name=north}"] == 0.0
    assert not any(name.startswith("olt_uptime") for name in found)


def test_states_are_counted_per_olt_and_port() -> None:
    up: Facts = {"state": "online"}
    down: Facts = {"state": "offline"}
    reading = states(
        PortReading(A, Outcome.COMPLETE, {1: up, 2: up, 3: down, 4: {"state": None}}),
        PortReading(B, Outcome.COMPLETE),
    )
    onts = [ont(number) for number in (1, 2, 3, 4)]
    assert as_text(samples.of_states("north", reading, onts)) == {
        "onu_status_total{olt_name=north,status=online}": 2,
        "onu_status_total{olt_name=north,status=offline}": 1,
        "onu_status_total{olt_name=north,status=unknown}": 1,
        "pon_onts_online{olt_name=north,pon_port=0/1/0}": 2,
        "pon_onts_online{olt_name=north,pon_port=0/1/1}": 0,
    }


def test_what_was_not_read_is_unknown_whatever_it_was() -> None:
    onts = [ont(1, state="online"), ont(2, state="offline"), ont(3, vanished_at=AT), ont(4, B, state="online")]
    failed = states(PortReading(A, Outcome.FAILED), PortReading(B, Outcome.PARTIAL, {4: {"state": "online"}}))
    for reading in (failed, OltReading(PollKind.STATE, AT)):
        assert as_text(samples.of_states("north", reading, onts)) == {
            "onu_status_total{olt_name=north,status=online}": 0,
            "onu_status_total{olt_name=north,status=offline}": 0,
            "onu_status_total{olt_name=north,status=unknown}": 3,
        }


def test_an_ont_that_the_olt_no_longer_lists_is_unknown_until_it_vanishes() -> None:
    reading = states(PortReading(A, Outcome.COMPLETE, {1: {"state": "online"}}))
    found = as_text(samples.of_states("north", reading, [ont(1), ont(2, state="online")]))
    assert found["onu_status_total{olt_name=north,status=unknown}"] == 1
    assert found["onu_status_total{olt_name=north,status=online}"] == 1


def test_light_has_one_sample_per_value_that_there_is() -> None:
    onts = [
        ont(1, onu_rx_dbm=-19.5, olt_rx_dbm=-22.25, onu_tx_dbm=2.1),
        ont(2, B, onu_rx_dbm=-26.0),
        ont(3, onu_rx_dbm=-29.0, last_onu_rx_dbm=-20.0),
        ont(4, last_onu_rx_dbm=-20.0),
        Ont(5, 1, str(A), 5, onu_rx_dbm=-40.0),
    ]
    found = samples.of_optics("north", AT, onts, Thresholds())
    assert as_text(found) == {
        "ont_onu_rx_dbm{olt_name=north,ont_serial=HWTC00000001,pon_port=0/1/0}": -19.5,
        "ont_olt_rx_dbm{olt_name=north,ont_serial=HWTC00000001,pon_port=0/1/0}": -22.25,
        "ont_onu_tx_dbm{olt_name=north,ont_serial=HWTC00000001,pon_port=0/1/0}": 2.1,
        "ont_onu_rx_dbm{olt_name=north,ont_serial=HWTC00000002,pon_port=0/1/1}": -26.0,
        "ont_onu_rx_dbm{olt_name=north,ont_serial=HWTC00000003,pon_port=0/1/0}": -29.0,
        "onu_signal_low{olt_name=north,severity=warning}": 1,
        "onu_signal_low{olt_name=north,severity=critical}": 2,
    }
    assert {s.at for s in found} == {AT}


def test_health_per_card() -> None:
    cards = [Card(1, "0/9", cpu_percent=12.0, memory_percent=55.0, temperature_celsius=41.0), Card(1, "0/1")]
    assert as_text(samples.of_health(Olt(1, "north", ""), AT, cards)) == {
        "olt_cpu_percent{card=0/9,olt_name=north}": 12.0,
        "olt_memory_percent{card=0/9,olt_name=north}": 55.0,
        "olt_temperature_celsius{card=0/9,olt_name=north}": 41.0,
    }


def test_routers_are_told_at_the_instant_of_their_inform() -> None:
    cpes = [
        Cpe("a", serial="HWTC00000001", last_inform_at=AT, uptime_s=77.0, rx_dbm=-20.0),
        Cpe("b", serial="HWTC00000002", last_inform_at=AT - 5),
        Cpe("c", serial="HWTC00000003"),
        Cpe("d", last_inform_at=AT),
    ]
    found = samples.of_cpes(cpes)
    assert as_text(found) == {
        "cpe_last_inform_timestamp_seconds{ont_serial=HWTC00000001}": AT,
        "cpe_uptime_seconds{ont_serial=HWTC00000001}": 77.0,
        "cpe_rx_dbm{ont_serial=HWTC00000001}": -20.0,
        "cpe_last_inform_timestamp_seconds{ont_serial=HWTC00000002}": AT - 5,
    }
    assert [s.at for s in found] == [AT, AT, AT, AT - 5]
