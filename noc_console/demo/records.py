"""The plant records of the simulated network, as the CSV files that its operator would have: not quite complete."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from noc_console.demo.planner import SPLIT_STAGES
from noc_console.demo.plant import Plant, SimOlt, SimOnt, SimPort
from noc_console.demo.plant_names import BUSINESSES

FIRST_ACCOUNT = 10_001
UNKNOWN_EVERY = 11
"""One ONT in so many has no subscriber record."""
BUSINESS_EVERY = 14
"""One customer in so many is a business."""
ABOVE_M = 15
"""Fibre between a port's first splitter and the nearest one behind it."""

FIBRES_OF_PORTS = 24
"""Of so many PON ports the fibres are recorded: nobody has recorded all of them."""
CLOSURE_AT = 0.6
"""Where along a fibre its closure is."""
SPLICE_DB = 0.06

Row = Sequence[object]

VLANS: tuple[Row, ...] = (
    ("internet", 100, "internet", "yes", "PPPoE"),
    ("management", 900, "management", "no", "OLTs"),
    ("acs", 901, "tr069", "yes", ""),
    ("iptv", 910, "iptv", "yes", "multicast"),
)
POOLS: tuple[Row, ...] = (
    ("cgn", "internet", "behind NAT"),
    ("ipv6", "internet", "prefixes"),
    ("management", "management", ""),
)
BLOCKS: tuple[Row, ...] = (
    ("100.64.0.0/11", "cgn", "100.64.0.1", ""),
    ("100.96.0.0/11", "cgn", "100.96.0.1", ""),
    ("2001:db8::/40", "ipv6", "fe80::1", ""),
    ("10.99.0.0/22", "management", "10.99.0.1", ""),
)


def csv_files(plant: Plant) -> dict[str, str]:
    """Text by the name of the record kind, in the order in which they refer to each other."""
    places = [(olt, port) for olt in plant.olts for port in olt.ports if port.onts]
    zones = sorted({ont.zone for ont in plant.onts})
    return {
        "zones": _text(("name", "note"), ((zone, "transformer station") for zone in zones)),
        "splitters": _text(("name", "olt", "port", "parent", "ratio", "distance_m", "zone"), _splitters(places)),
        "subscribers": _text(
            ("account", "name", "serial", "splitter", "splitter_port", "address", "contact", "business"),
            _subscribers(places),
        ),
        "uplinks": _text(("olt", "uplink"), ((olt.name, olt.uplink) for olt in plant.olts)),
        "vlans": _text(("name", "vid", "purpose", "dhcp_snooping", "note"), VLANS),
        "pools": _text(("name", "vlan", "note"), POOLS),
        "blocks": _text(("network", "pool", "gateway", "note"), BLOCKS),
        **_fibre(places[:FIBRES_OF_PORTS]),
    }


def _splitters(places: Iterable[tuple[SimOlt, SimPort]]) -> Iterator[Row]:
    for olt, port in places:
        nearest_m = min(ont.distance_m for ont in port.onts)
        if port.branches == 1:
            yield _first(olt, port), olt.name, port.id, "", port.split, nearest_m, port.onts[0].zone
            continue
        first, second = SPLIT_STAGES[port.split]
        yield _first(olt, port), olt.name, port.id, "", first, nearest_m - ABOVE_M, ""
        for branch in range(port.branches):
            onts = [ont for ont in port.onts if ont.branch == branch]
            distance_m, name = min(ont.distance_m for ont in onts), splitter_of(olt, onts[0])
            yield name, olt.name, port.id, _first(olt, port), second, distance_m, onts[0].zone


def _subscribers(places: Iterable[tuple[SimOlt, SimPort]]) -> Iterator[Row]:
    account = FIRST_ACCOUNT
    for olt, port in places:
        outlets = dict.fromkeys(range(port.branches), 0)
        for ont in port.onts:
            account += 1
            outlets[ont.branch] += 1
            name, comma, address = ont.description.decode(errors="replace").partition(", ")
            if not (account % UNKNOWN_EVERY and comma):
                continue
            business = account % BUSINESS_EVERY == 0
            contact = f"555-{account}" if business else ""
            if business:
                name = BUSINESSES[account // BUSINESS_EVERY % len(BUSINESSES)]
            outlet = splitter_of(olt, ont), outlets[ont.branch]
            yield account, name, ont.serial.text, *outlet, address, contact, "yes" if business else ""


def _fibre(places: Iterable[tuple[SimOlt, SimPort]]) -> dict[str, str]:
    """Closures, strands and splices from the PON ports to their splitters; drops to customers are not recorded."""
    closures: list[Row] = []
    strands: list[Row] = []
    splices: list[Row] = []

    def lay(name: str, begin: Row, splitter: str, length_m: float) -> None:
        """Two strands with a closure between them."""
        closure = f"M-{name}"
        closures.append((closure, f"manhole {len(closures) + 1}"))
        near_m = round(length_m * CLOSURE_AT)
        strands.append((f"F-{name}/1", near_m, *begin, ""))
        strands.append((f"F-{name}/2", length_m - near_m, "", "", "", "", splitter))
        splices.append((f"F-{name}/2", f"F-{name}/1", closure, SPLICE_DB))

    for olt, port in places:
        first, nearest_m = _first(olt, port), min(ont.distance_m for ont in port.onts)
        name = first.removeprefix("SP-")
        lay(name, (olt.name, port.id, "", ""), first, nearest_m - (ABOVE_M if port.branches > 1 else 0))
        for branch in range(port.branches if port.branches > 1 else 0):
            onts = [ont for ont in port.onts if ont.branch == branch]
            distance_m = min(ont.distance_m for ont in onts)
            begin = ("", "", first, branch + 1)
            lay(f"{name}-{branch + 1}", begin, splitter_of(olt, onts[0]), distance_m - nearest_m + ABOVE_M)
    ends = ("olt", "port", "from_splitter", "outlet", "splitter")
    return {
        "closures": _text(("name", "address"), closures),
        "strands": _text(("name", "length_m", *ends), strands),
        "splices": _text(("onward", "strand", "closure", "loss_db"), splices),
    }


def splitter_of(olt: SimOlt, ont: SimOnt) -> str:
    """Name of the splitter that an ONT hangs on."""
    first = _first(olt, ont.port)
    return first if ont.port.branches == 1 else f"{first}-{ont.branch + 1}"


def _first(olt: SimOlt, port: SimPort) -> str:
    return f"SP-{olt.name.removeprefix('olt-')}-{'-'.join(map(str, port.id.path[-2:]))}"


def _text(header: Sequence[str], rows: Iterable[Row]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
