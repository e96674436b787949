"""What the detail pane says of one ONT, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.console.glyphs import ASCII
from noc_console.console.render.cells import plain, width_of
from noc_console.console.render.doubt import MEANING
from noc_console.console.render.onts import OntCells
from noc_console.console.render.optical import render_values
from noc_console.console.render.summary import identity_line, render_summary
from noc_console.domain.network import Olt, Ont, Outcome, PollKind, PollMark
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.picture.settings import PictureSettings
from noc_console.picture.verdicts import verdict_of

NOW = 1_000_000.0
OLT = Olt(1, "olt-1", "192.0.2.1", reachable=True)
ONT = Ont(
    1, 1, "0/1/0", 3, serial="HWTC00000001", state="online", onu_rx_dbm=-21.4, olt_rx_dbm=-24.1, onu_tx_dbm=2.3,
    distance_m=2480, voltage_v=3.3, model="EG8145V5", firmware="V5R020", last_up_clock="2026-03-09 08:01:38",
)  # fmt: skip


def model_of(ont: Ont = ONT, olt: Olt = OLT) -> Model:
    model = Model(PictureSettings())
    marks = [
        PollMark(1, ont.port, kind, Outcome.COMPLETE, NOW - 5, NOW - 5) for kind in (PollKind.STATE, PollKind.OPTICS)
    ]
    for _ in model.apply(Update(olts=[olt], onts=[ont], marks=marks), lambda: NOW, Delta()):
        pass
    return model


def facts_of(ont: Ont = ONT, olt: Olt = OLT) -> OntFacts:
    return gather(model_of(ont, olt), 0, NOW)


def summary(facts: OntFacts, width: int = 60) -> str:
    verdict = verdict_of(Model(PictureSettings()), facts, [])
    lines = render_summary(facts, verdict, width, absolute=False)
    assert all(width_of(line) <= width for line in lines)
    return plain(lines)


def test_verified_values_carry_no_mark() -> None:
    text = summary(facts_of()) + plain(render_values(facts_of(), 60, absolute=False))
    assert "*" not in text
    assert MEANING not in text


@pytest.mark.parametrize(
    ("fact", "marked"),
    [
        ("onu_rx_dbm", "Rx ONT -21.4 dBm*"),
        ("olt_rx_dbm", "Rx OLT -24.1 dBm*"),
        ("distance_m", "dist 2480 m*"),
        ("state", "online*"),
        ("serial", "HWTC00000001*"),
        ("model", "EG8145V5*"),
        ("firmware", "fw V5R020*"),
        ("last_up_clock", "2026-03-09 08:01:38*"),
    ],
)
def test_each_unverified_value_is_marked_and_explained_once(fact: str, marked: str) -> None:
    text = summary(facts_of(olt=replace(OLT, unverified=f"card.cpu_percent,ont.{fact}")))
    assert marked in text
    assert text.count("*") == 2
    assert text.replace("\n", "").count("* not verified on this model") == 1


def test_the_optical_tab_marks_them_too_but_not_a_missing_reading() -> None:
    facts = facts_of(replace(ONT, onu_tx_dbm=None), replace(OLT, unverified="ont.onu_tx_dbm,ont.voltage_v"))
    text = plain(render_values(facts, 60, absolute=False))
    assert "Tx ONT no reading" in text
    assert "no reading*" not in text
    assert "supply 3.30 V*" in text
    assert "not verified on this model" in text


def test_facts_of_other_rows_are_none_of_an_onts_business() -> None:
    assert "*" not in summary(facts_of(olt=replace(OLT, unverified="pon_port.tx_dbm,olt.software")))


def test_an_epon_onu_goes_by_its_mac_and_no_serial_is_made_up() -> None:
    facts = facts_of(replace(ONT, serial=None, mac="00:6D:61:EE:0B:F3"))
    text = summary(facts)
    assert plain([identity_line(facts)]).startswith(" 00:6D:61:EE:0B:F3")
    assert "serial     none: EPON goes by the MAC" in text
    assert "cannot be asked: no serial number" in text


@pytest.mark.parametrize(
    ("changed_ago_s", "first_ago_s", "told_ago_s", "summary_says", "table_says"),
    [
        (90, 9000, None, "since 1m30s", "1m"),
        (90, 90, None, "for at least 1m30s", ">1m"),
        (90, 90, 86_400, "since 1d00h", "1d00h"),
    ],
)
def test_a_state_that_was_found_may_be_older_than_we_are(
    changed_ago_s: float, first_ago_s: float, told_ago_s: float | None, summary_says: str, table_says: str
) -> None:
    ont = replace(ONT, state_changed_at=NOW - changed_ago_s, first_seen_at=NOW - first_ago_s)
    ont = replace(ont, online_since_at=None if told_ago_s is None else NOW - told_ago_s)
    model = model_of(ont)
    assert f"online  {summary_says}  read <10s ago" in summary(gather(model, 0, NOW))
    assert OntCells(model, ASCII, NOW).cell(0, "since") == (table_says, "base")
