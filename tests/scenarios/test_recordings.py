"""The recordings themselves: well formed, the same each time, and what is expected follows from what was told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.scenarios.catalogue import KINDS, made, seeds
from tests.scenarios.deliver import redelivered, told_down
from tests.scenarios.kinds import ONTS
from tests.scenarios.write import write

STARTS = ("olt", "card", "port", "splitter", "ont")
LATER = (*STARTS, "gone", "poll", "ping", "inform", "source", "maintenance", "ack", "weather")
LATEST_S = 5.0


@pytest.mark.parametrize("name", KINDS)
def test_a_recording_is_well_formed(name: str) -> None:
    scenario = made(name, 1)
    head, *lines = map(json.loads, scenario.lines)
    assert head["recording"] == 1
    assert head["polling"].keys() == {"state_s", "optics_s"}
    newest = 0.0
    for line in lines:
        (kind,) = line.keys() - {"at"}
        assert kind in (STARTS if newest == 0.0 and line["at"] == 0.0 else LATER)
        assert newest - LATEST_S <= line["at"]
        newest = max(newest, line["at"])
    assert 0 < max(moment["at"] for moment in scenario.moments) <= newest + head["polling"]["state_s"]


@pytest.mark.parametrize("name", ("overtaking_and_duplicates", "cable_bent_beside_the_cut", "uplink_cut"))
def test_a_seed_gives_the_same_recording_each_time(name: str) -> None:
    assert KINDS[name](1) == KINDS[name](1)
    assert KINDS[name](1).lines != KINDS[name](2).lines


def test_a_delivery_in_another_order_tells_the_same() -> None:
    lines = made("half_of_the_traps_lost", 1).lines
    again = redelivered(lines, 7)
    assert set(again) == set(lines)
    assert len(again) > len(lines)
    newest, late = 0.0, 0
    for line in map(json.loads, again[1:]):
        assert newest - LATEST_S <= line["at"]
        late += line["at"] < newest
        newest = max(newest, line["at"])
    assert late > 10


@pytest.mark.parametrize(("name", "seed"), [(name, seed) for name in KINDS for seed in seeds(name)])
def test_who_is_expected_down_was_told_down(name: str, seed: int) -> None:
    scenario = made(name, seed)
    downs = told_down(scenario.lines, [moment["at"] for moment in scenario.moments])
    for moment, down in zip(scenario.moments, downs, strict=True):
        for wanted in (one for one in moment["open"] if ONTS in one):
            hit = {tuple(key) for key in wanted[ONTS]}
            assert hit <= down, f"{name} at {moment['at']}"
            assert len(hit) == wanted["affected"]


def test_a_recording_is_written_as_a_file_of_its_own_and_what_is_expected_beside_it(tmp_path: Path) -> None:
    scenario = made("tapped_feeder", 1)
    write(tmp_path, "tapped_feeder-1", scenario)
    assert gzip.decompress((tmp_path / "tapped_feeder-1.jsonl.gz").read_bytes()).decode().splitlines() == scenario.lines
    (moment,) = json.loads((tmp_path / "tapped_feeder-1.expect.json").read_text())
    assert moment["at"] == 420
    assert moment["open"][0]["bracket"]["alive_to_m"] < moment["open"][0]["bracket"]["dead_from_m"]
    assert ONTS not in moment["open"][0]
