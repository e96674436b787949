"""A flood of the same change is one line, in both directions; what only looks like a flood stays apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from noc_console.domain.changes import (
    Change,
    LightCrossed,
    OltSilent,
    OntAppeared,
    OntDown,
    OntUp,
    OntVanished,
    PortChanged,
    Severity,
)
from noc_console.domain.grouping import FOLD_GAP_S, FOLD_OVER, FOLD_PORTS
from noc_console.domain.optics import Signal
from noc_console.picture.activity import fold

Make = Callable[..., Change]


def flood(kind: Make, count: int, port: str = "0/1/3", at: float = 1000.0, olt: str = "north", step_s: float = 0.0,
          **own: object) -> list[Change]:  # fmt: skip
    """The same change of many ONTs."""
    place = [{"olt": olt, "port": port, "ont_id": n, "serial": f"HWTC{n:08X}"} for n in range(count)]
    return [kind(at=at + n * step_s, **one, **own) for n, one in enumerate(place)]


def numbered(*floods: Sequence[Change]) -> list[Change]:
    """In the order in which the database keeps them."""
    ordered = sorted(itertools.chain(*floods), key=lambda change: change.at)
    return [replace(change, id=number) for number, change in enumerate(ordered, 1)]


def texts(*floods: Sequence[Change]) -> list[str]:
    return [line.text for line in fold(numbered(*floods))]


def test_a_few_onts_are_lines_of_their_own() -> None:
    lines = fold(numbered(flood(OntDown, FOLD_OVER)))
    assert len(lines) == FOLD_OVER and {line.severity for line in lines} == {Severity.MINOR}
    assert len({line.serial for line in lines}) == FOLD_OVER


def test_a_cut_is_one_line_that_counts_the_reasons() -> None:
    lost = flood(OntDown, 12, reason="loss_of_signal") + flood(OntDown, 2, reason="dying_gasp")
    (line,) = fold(numbered(lost))
    assert line.text == "port 0/1/3: 14 ONTs offline (LOS 12, dying gasp 2)"
    assert (line.severity, line.serial, line.port, line.olt) == (Severity.MAJOR, None, "0/1/3", "north")


def test_its_repair_is_one_line_too() -> None:
    (line,) = fold(numbered(flood(OntUp, 14)))
    assert (line.text, line.severity) == ("port 0/1/3: 14 ONTs online", Severity.CLEARED)


@pytest.mark.parametrize(
    ("kind", "own", "said"),
    [
        (OntVanished, {}, "19 ONTs no longer in the OLT's configuration"),
        (OntAppeared, {}, "19 ONTs new"),
        (LightCrossed, {"after": Signal.CRITICAL, "rx_dbm": -28.5}, "19 ONTs with critical light"),
        (LightCrossed, {"after": Signal.GOOD, "rx_dbm": -20.0}, "19 ONTs with good light"),
    ],
)
def test_other_floods_of_one_port(kind: Make, own: dict[str, object], said: str) -> None:
    assert texts(flood(kind, 19, **own)) == [f"port 0/1/3: {said}"]


@pytest.mark.parametrize(("kind", "word"), [(OntDown, "offline"), (OntUp, "online")])
def test_several_ports_of_one_olt_are_one_line(kind: Make, word: str) -> None:
    ports = [flood(kind, 8, port=f"0/1/{n}", at=1000.0 + n) for n in range(FOLD_PORTS)]
    (line,) = fold(numbered(*ports))
    assert line.text.startswith(f"north, {FOLD_PORTS} PON ports: 24 ONTs {word}")
    assert line.port is None and len(line.changes) == 8 * FOLD_PORTS


def test_two_ports_are_two_lines() -> None:
    assert len(texts(flood(OntDown, 8), flood(OntDown, 8, port="0/1/4"))) == 2


def test_a_slow_trickle_is_one_line_while_each_follows_the_last_soon() -> None:
    (line,) = fold(numbered(flood(OntDown, 10, step_s=FOLD_GAP_S)))
    assert len(line.changes) == 10 and " within 13m" in line.text


def test_a_pause_begins_another_line() -> None:
    lines = fold(numbered(flood(OntDown, 8), flood(OntDown, 8, at=1000.0 + FOLD_GAP_S + 1)))
    assert [len(line.changes) for line in lines] == [8, 8]


def test_what_is_not_the_same_stays_apart() -> None:
    lines = texts(
        flood(OntDown, 8),
        flood(OntUp, 8),
        flood(OntDown, 8, olt="south"),
        flood(LightCrossed, 8, after=Signal.WARNING),
        flood(LightCrossed, 8, after=Signal.CRITICAL),
    )
    assert len(lines) == 5


def test_what_is_no_ont_is_never_folded() -> None:
    ports = [PortChanged(at=1000.0, olt="north", port="0/1/3", after="down") for _ in range(20)]
    assert len(texts(ports, [OltSilent(at=1000.0, olt="north")] * 20)) == 40


def test_the_newest_is_first_and_a_group_keeps_its_name_while_it_grows() -> None:
    changes = numbered(flood(OntDown, 8, step_s=1.0), [OltSilent(at=1003.5, olt="south")])
    before, after = fold(changes[:-1]), fold(changes)
    assert [line.at for line in after] == sorted((line.at for line in after), reverse=True)
    assert {line.id for line in before if len(line.changes) > 1} == {line.id for line in after if len(line.changes) > 1}
