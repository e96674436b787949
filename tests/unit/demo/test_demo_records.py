"""The simulated network's records can be imported as they are."""

from __future__ import annotations

from typing import Any

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
