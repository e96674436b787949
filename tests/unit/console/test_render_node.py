"""What the detail pane says of an OLT, a card and a PON port, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.console.render import tree
from noc_console.console.render.cells import plain, width_of
from noc_console.console.render.node import render_node
from noc_console.console.render.tree import WHOLE
from noc_console.domain.network import Card, Fan, Olt, Ont, Outcome, PollKind, PollMark, Port, Unregistered
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.settings import PictureSettings
from noc_console.picture.tree import NodeKey

NOW = 1_000_000.0
OLT = Olt(
    1, "olt-1", "192.0.2.1", profile="huawei-ma5600", software="V100R022", reachable=True, last_ok_at=NOW - 8,
    last_poll_s=1.4, uptime_s=90_000.0, cpu_percent=14.0, memory_percent=41.0, temperature_celsius=43.0,
)  # fmt: skip
CARDS = [
    Card(1, "0/9", "H901MPLA", "normal", "active", 71.0, 40.0, 66.0),
    Card(1, "0/1", "H901GPHF", "fault", None, 9.0, 30.0, 51.0),
]
PORTS = [
    Port(1, "0/1/0", "on", "up", True, 4.2, 70.0, 3.3, 18.0),
    Port(1, "0/1/1", "on", "down", False, last_down_cause="LOS"),
]
ONLINE = {"state": "online", "state_changed_at": NOW - 9000}
ONTS = [
    Ont(1, 1, "0/1/0", 1, onu_rx_dbm=-20.0, **ONLINE),  # type: ignore[arg-type]
    Ont(2, 1, "0/1/0", 2, onu_rx_dbm=-26.0, **ONLINE),  # type: ignore[arg-type]
    Ont(3, 1, "0/1/0", 3, onu_rx_dbm=-6.0, **ONLINE),  # type: ignore[arg-type]
    Ont(4, 1, "0/1/0", 4, **ONLINE),  # type: ignore[arg-type]
    Ont(5, 1, "0/1/1", 5, state="offline", offline_reason="loss_of_signal", state_changed_at=NOW - 125),
    Ont(6, 1, "0/1/1", 6, state="offline", offline_reason="loss_of_signal", state_changed_at=NOW - 130),
    Ont(7, 1, "0/1/1", 7, state="offline", offline_reason="dying_gasp", state_changed_at=NOW - 900),
]
OLT_NODE, CARD_NODE = NodeKey(1), NodeKey(1, "0/1", 1)
PORT_NODE, DARK_NODE = NodeKey(1, "0/1/0", 2), NodeKey(1, "0/1/1", 2)


def marks(outcome: Outcome = Outcome.COMPLETE, age_s: float = 8, error: str | None = None) -> list[PollMark]:
    """Every kind of poll of the OLT and of both ports."""
    return [
        PollMark(1, port, kind, outcome, NOW - 2, NOW - age_s, error)
        for kind in PollKind
        for port in ("", "0/1/0", "0/1/1")
    ]


def model_of(olt: Olt = OLT, **changes: object) -> Model:
    model = Model(PictureSettings())
    given: dict[str, object] = {"cards": CARDS, "ports": PORTS, "onts": ONTS, "marks": marks(), **changes}
    for _ in model.apply(Update(olts=[olt], **given), lambda: NOW, Delta()):  # type: ignore[arg-type]
        pass
    return model


def shown(model: Model, node: NodeKey, width: int = 76) -> str:
    lines = render_node(model, node, width, NOW, absolute=False)
    assert all(width_of(line) <= width for line in lines)
    return plain(lines)


def test_onts_are_told_by_state_by_reason_and_by_light() -> None:
    text = shown(model_of(), OLT_NODE)
    assert "online 4  offline 3  unknown 0" in text
    assert "LOS 2  dying gasp 1  the last 2m00s ago" in text
    assert "good 1  weak 1  critical 0  too strong 1  no reading 1" in text
    assert "offline    " not in shown(model_of(), PORT_NODE)


def test_an_olt_tells_its_health_its_polls_and_all_its_cards() -> None:
    text = shown(model_of(fans=[Fan(1, "0", "normal", 3200.0, 45.0, 31.0)]), OLT_NODE)
    assert "CPU 14 %  memory 41 %  temperature 43 °C" in text
    assert "0 normal 3200 rpm 45 % 31 °C" in text
    assert "huawei-ma5600  V100R022  up 1d01h" in text
    for kind in PollKind:
        assert f"{kind.value:<10}<10s ago" in text
    assert "complete in 1.4 s" in text
    rows = text.splitlines()
    cards = [row for row in rows if row.startswith("  0/")]
    assert cards == [
        "  0/1    H901GPHF    fault     CPU 9 % mem 30 %  51 °C warm",
        "  0/9    H901MPLA    normal    CPU 71 % mem 40 %  66 °C HOT",
    ]


@pytest.mark.parametrize(
    ("celsius", "word"), [(49.9, "50 °C"), (50.0, "50 °C warm"), (65.0, "65 °C warm"), (65.1, "65 °C HOT")]
)
def test_temperatures_are_classed_at_50_and_65(celsius: float, word: str) -> None:
    assert f"temperature {word}\n" in shown(model_of(replace(OLT, temperature_celsius=celsius)), OLT_NODE)


@pytest.mark.parametrize(
    ("reachable", "loss", "verdict"),
    [
        (False, 0.0, "ping answers, SNMP does not"),
        (False, 1.0, "neither ping nor SNMP answers"),
        (True, 1.0, "SNMP answers, ping does not"),
        (True, 1 / 3, "33% of the echoes are lost"),
    ],
)
def test_ping_and_snmp_are_told_apart_and_put_together(reachable: bool, loss: float, verdict: str) -> None:
    olt = replace(OLT, reachable=reachable, ping_loss=loss, ping_rtt_ms=None if loss == 1 else 1.2, ping_at=NOW - 12)
    text = shown(model_of(olt), OLT_NODE)
    assert verdict in text
    assert ("NO ANSWER  10s ago" if loss == 1 else "answers 1.2 ms") in text


def test_without_a_ping_nothing_is_said_of_it() -> None:
    assert "ping" not in shown(model_of(), OLT_NODE)
    well = replace(OLT, ping_loss=0.0, ping_rtt_ms=0.8, ping_at=NOW - 5)
    assert "answers 0.8 ms  <10s ago" in shown(model_of(well), OLT_NODE)


def test_old_health_is_in_brackets() -> None:
    text = shown(model_of(marks=marks(age_s=500)), OLT_NODE)
    assert "CPU (14 %)  memory (41 %)  temperature (43 °C)" in text
    assert "health    8m20s ago !" in text


def test_a_failing_olt_tells_why_and_when_it_is_asked_again() -> None:
    silent = replace(OLT, reachable=False, error="no answer within 5 s", retry_at=NOW + 40)
    text = shown(model_of(silent, marks=marks(Outcome.FAILED, 300, "no answer within 5 s")), OLT_NODE)
    assert "DOES NOT ANSWER  last answer <10s ago  asked again in 40s" in text
    assert text.count("no answer within 5 s") == 1
    assert "unknown 7" in text


def test_a_partial_poll_tells_how_many_ports_are_missing() -> None:
    some = [replace(m, outcome=Outcome.PARTIAL, error="0/1/1: no answer") if m.port != "0/1/0" else m for m in marks()]
    text = shown(model_of(marks=some), OLT_NODE)
    assert "1 of 2 PON ports not read" in text
    assert "0/1/1: no answer" in text
    assert "last state poll partial: 0/1/1: no answer" in shown(model_of(marks=some), DARK_NODE)


def test_a_card_tells_its_state_its_load_and_its_ports_in_trouble() -> None:
    text = shown(model_of(), CARD_NODE)
    assert "H901GPHF  fault" in text
    assert "CPU 9 %  memory 30 %  temperature 51 °C warm" in text
    assert "PON ports  2  0/1/1 down" in text
    assert "nothing read about the card" in shown(model_of(cards=[]), CARD_NODE)


def test_a_port_tells_its_state_its_transceiver_and_why_it_was_down() -> None:
    text = shown(model_of(), PORT_NODE)
    assert "up  admin on  SFP present" in text
    assert "Tx 4.20 dBm  supply 3.30 V  bias 18.00 mA  70 °C HOT" in text
    dark = shown(model_of(), DARK_NODE)
    assert "down  admin on  SFP MISSING" in dark
    assert "last down  LOS" in dark


def test_a_port_of_which_nothing_was_read_is_no_error() -> None:
    text = shown(model_of(ports=[], marks=[]), PORT_NODE)
    assert "state never  light never" in text


def test_unverified_facts_are_marked_where_they_stand() -> None:
    olt = replace(OLT, unverified="olt.cpu_percent,card.temperature_celsius,pon_port.tx_dbm")
    assert "CPU 14 %*" in shown(model_of(olt), OLT_NODE)
    assert "temperature 51 °C warm*" in shown(model_of(olt), CARD_NODE)
    port = shown(model_of(olt), PORT_NODE)
    assert "Tx 4.20 dBm*" in port
    assert "* not verified on this model" in port


def test_onts_that_wait_are_listed_where_they_wait_until_they_are_gone() -> None:
    waiting = [Unregistered(1, "0/1/0", f"HWTC0000000{n}", "EG8145V5", NOW - 60 * n, NOW - 8) for n in (1, 2)]
    model = model_of(unregistered=waiting)
    for node in (WHOLE, OLT_NODE, CARD_NODE, PORT_NODE):
        text = shown(model, node)
        assert "2 ONTs to be registered" in text
        assert text.index("HWTC00000001") < text.index("HWTC00000002")
        assert "seen 1m00s ago" in text
    assert "olt-1 0/1/0" in shown(model, WHOLE)
    assert "registered" not in shown(model, DARK_NODE)
    for _ in model.apply(Update(unregistered=[replace(ont, gone_at=NOW) for ont in waiting]), lambda: NOW, Delta()):
        pass
    assert "registered" not in shown(model, WHOLE)


def test_the_worst_of_a_node_is_never_cut_by_its_name() -> None:
    name = next(column for column in tree.COLUMNS if column.id == "name")
    worst = next(column for column in tree.COLUMNS if column.id == "worst")
    assert not worst.flex
    assert worst.width >= len("!!+")
    assert name.flex
