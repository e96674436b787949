"""The plant as it was recorded: splitters between PON ports and ONTs, zones across them, subscribers at the end.

ONT > splitter port > PON port; splitters may nest. A zone is an area that fails together for a reason of its own, such
as the power of a street. Nothing here is guessed: what nobody recorded is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from noc_console.domain.identity import OntSerial, PonPort
from noc_console.domain.records import Column, Record, RecordKind, Reference, Value


@dataclass(frozen=True, slots=True)
class Zone(Record):
    """An area across splitters and OLTs."""

    name: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Splitter(Record):
    """An optical splitter below a PON port."""

    name: str
    olt: str
    port: str
    """PON port, ``0/1/3``."""
    parent: str | None = None
    """The splitter above it, on the same PON port; None hangs on the port itself."""
    ratio: int | None = None
    """Outlets: 8 for 1:8."""
    distance_m: float | None = None
    """Fibre from the OLT, metres."""
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Subscriber(Record):
    """A customer, and where the customer's ONT hangs."""

    account: str
    name: str | None = None
    serial: str | None = None
    """Canonical ONT serial."""
    splitter: str | None = None
    splitter_port: int | None = None
    zone: str | None = None
    """Where it is not the splitter's."""
    address: str | None = None
    contact: str | None = None


def _normal_splitter(splitter: Splitter) -> Splitter:
    try:
        port = str(PonPort.parse(splitter.port))
    except ValueError as error:
        raise ValueError(f"port: {error}") from None
    for name in ("ratio", "distance_m"):
        value = getattr(splitter, name)
        if value is not None and value < 0:
            raise ValueError(f"{name}: is below 0")
    return replace(splitter, port=port)


def _check_splitter(splitter: Splitter, known: Mapping[tuple[Value, ...], Splitter]) -> str | None:
    """Whether the splitters above it end at its own PON port."""
    passed = {splitter.name}
    above = splitter.parent
    while above is not None and (parent := known.get((above,))) is not None:
        if above in passed:
            return f"parent: {splitter.name} hangs on itself, by way of {above}"
        if (parent.olt, parent.port) != (splitter.olt, splitter.port):
            return f"parent: {above} hangs on {parent.olt} {parent.port}, not on {splitter.olt} {splitter.port}"
        passed.add(above)
        above = parent.parent
    return None


def _normal_subscriber(subscriber: Subscriber) -> Subscriber:
    if subscriber.splitter_port is not None:
        if subscriber.splitter is None:
            raise ValueError("splitter_port: needs splitter")
        if subscriber.splitter_port < 1:
            raise ValueError("splitter_port: counts from 1")
    if subscriber.serial is None:
        return subscriber
    try:
        return replace(subscriber, serial=OntSerial.parse(subscriber.serial).text)
    except ValueError as error:
        raise ValueError(f"serial: {error}") from None


def _check_subscriber(subscriber: Subscriber, known: Mapping[tuple[Value, ...], Subscriber]) -> str | None:
    """Whether nobody else has its ONT or its outlet."""
    for other in known.values():
        if other.account == subscriber.account:
            continue
        if subscriber.serial is not None and other.serial == subscriber.serial:
            return f"serial: {subscriber.serial} is subscriber {other.account}'s"
        outlet = (subscriber.splitter, subscriber.splitter_port)
        if None not in outlet and (other.splitter, other.splitter_port) == outlet:
            return f"splitter_port: outlet {outlet[1]} of {outlet[0]} is subscriber {other.account}'s"
    return None


ZONES = RecordKind(
    name="zones",
    one="zone",
    title="Zones: areas that fail together",
    row=Zone,
    key=("name",),
    columns=(Column("name", "zone", 20), Column("note", "note", 20, flex=True)),
    order=lambda zone: zone.name,
    imported=True,
)
SPLITTERS = RecordKind(
    name="splitters",
    one="splitter",
    title="Splitters",
    row=Splitter,
    key=("name",),
    columns=(
        Column("name", "splitter", 14),
        Column("olt", "olt", 10),
        Column("port", "port", 8),
        Column("parent", "hangs on", 14),
        Column("ratio", "1:n", 4, right=True),
        Column("distance_m", "m", 7, right=True),
        Column("zone", "zone", 14, flex=True),
    ),
    order=lambda splitter: (splitter.olt, PonPort.parse(splitter.port).path, splitter.name),
    imported=True,
    references=(Reference("parent", "splitters"), Reference("zone", "zones")),
    normal=_normal_splitter,
    check=_check_splitter,
)
SUBSCRIBERS = RecordKind(
    name="subscribers",
    one="subscriber",
    title="Subscribers",
    row=Subscriber,
    key=("account",),
    columns=(
        Column("account", "account", 12),
        Column("name", "name", 20, flex=True),
        Column("serial", "ont", 12),
        Column("splitter", "splitter", 12),
        Column("splitter_port", "outlet", 6, right=True),
        Column("zone", "zone", 12),
        Column("address", "address", 20),
        Column("contact", "contact", 16),
    ),
    order=lambda subscriber: subscriber.account,
    indexed=("serial",),
    imported=True,
    references=(Reference("splitter", "splitters"), Reference("zone", "zones")),
    normal=_normal_subscriber,
    check=_check_subscriber,
)
