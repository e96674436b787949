"""The plant records of the simulated network, as the CSV files that its operator would have: not quite complete."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from noc_console.demo.plant import Plant, SimOlt, SimPort

FIRST_ACCOUNT = 10_001
UNKNOWN_EVERY = 11
"""One ONT in so many has no subscriber record."""


def csv_files(plant: Plant) -> dict[str, str]:
    """Text by the name of the record kind, in the order in which they refer to each other."""
    places = [(olt, port) for olt in plant.olts for port in olt.ports if port.onts]
    zones = sorted({_zone(olt, port) for olt, port in places})
    splitters = [
        (
            _splitter(olt, port),
            olt.name,
            port.id,
            port.split,
            min(ont.distance_m for ont in port.onts),
            _zone(olt, port),
        )
        for olt, port in places
    ]
    return {
        "zones": _text(("name", "note"), ((zone, "one power feed") for zone in zones)),
        "splitters": _text(("name", "olt", "port", "ratio", "distance_m", "zone"), splitters),
        "subscribers": _text(
            ("account", "name", "address", "serial", "splitter", "splitter_port"), _subscribers(places)
        ),
    }


def _subscribers(places: Iterable[tuple[SimOlt, SimPort]]) -> Iterable[Sequence[object]]:
    account = FIRST_ACCOUNT
    for olt, port in places:
        for outlet, ont in enumerate(port.onts, 1):
            account += 1
            name, comma, address = ont.description.decode(errors="replace").partition(", ")
            if account % UNKNOWN_EVERY and comma:
                yield account, name, address, ont.serial.text, _splitter(olt, port), outlet


def _zone(olt: SimOlt, port: SimPort) -> str:
    return f"{olt.name.removeprefix('olt-')}-{port.id.path[-2]}"


def _splitter(olt: SimOlt, port: SimPort) -> str:
    return f"SP-{olt.name.removeprefix('olt-')}-{'-'.join(map(str, port.id.path[-2:]))}"


def _text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
