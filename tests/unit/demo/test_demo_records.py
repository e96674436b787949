"""The simulated network's records can be imported as they are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from noc_console.demo import planner
from noc_console.demo.planner import PlantOptions
from noc_console.demo.records import csv_files
from noc_console.domain.csv_records import plan_import
from noc_console.domain.record_kinds import RECORD_KINDS


def test_every_file_is_imported_without_an_error() -> None:
    plant = planner.build(PlantOptions(olts=3, onts=400, seed=5), 1_700_000_000.0)
    known: dict[str, list[Any]] = {}
    for name, text in csv_files(plant).items():
        plan = plan_import(RECORD_KINDS[name], text, known)
        assert plan.errors == ()
        known[name] = list(plan.added)
    serials = {ont.serial.text for ont in plant.onts}
    assert {one.serial for one in known["subscribers"]} < serials, "somebody is missing, and nobody is invented"
    assert len(known["subscribers"]) > 0.8 * len(serials)


@pytest.mark.parametrize("size", [PlantOptions(4, 600, 1), PlantOptions(3, 3000, 2)])
def test_records_tell_what_fails_together(size: PlantOptions) -> None:
    plant = planner.build(size, 1_700_000_000.0)
    known = {name: plan_import(RECORD_KINDS[name], text, {}).added for name, text in csv_files(plant).items()}
    splitters = {one.name: one for one in known["splitters"]}
    onts = {ont.serial.text: ont for ont in plant.onts}
    behind = Counter(one.splitter for one in known["subscribers"])
    assert all(count <= splitters[name].ratio for name, count in behind.items()), "an outlet each"
    for one in known["subscribers"]:
        ont, splitter = onts[one.serial], splitters[one.splitter]
        assert (splitter.olt, splitter.port, splitter.zone) == (ont.olt, str(ont.port.id), ont.zone)
        assert splitter.distance_m <= ont.distance_m
        assert splitter.parent is None or splitters[splitter.parent].distance_m < splitter.distance_m
    across = {zone: {ont.olt for ont in plant.onts if ont.zone == zone} for zone in (z.name for z in known["zones"])}
    assert any(len(olts) > 1 for olts in across.values())
    assert {one.olt for one in known["uplinks"]} == {olt.name for olt in plant.olts}
    business = [one for one in known["subscribers"] if one.business]
    assert 0.03 < len(business) / len(known["subscribers"]) < 0.15
    assert all(one.contact and one.address for one in business)
