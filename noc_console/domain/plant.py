"""The plant as it was recorded: splitters between PON ports and ONTs, zones across them, subscribers at the end.

ONT > splitter port > PON port; splitters may nest. A zone is an area that fails together for a reason of its own, such
as the power of a street. Nothing here is guessed: what nobody recorded is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from noc_console.domain.identity import OntSerial, PonPort
from noc_console.domain.records import Column, Key, Record, RecordKind, Reference


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
    business: bool | None = None
    """Whether it is a business customer: such come first in an outage."""


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


def _check_splitters(all_of_them: Mapping[Key, Splitter]) -> Iterator[tuple[Key, str]]:
    """Splitters whose parents do not end at their own PON port."""
    for key, splitter in all_of_them.items():
        passed, above = {splitter.name}, splitter.parent
        while above is not None and (parent := all_of_them.get((above,))) is not None:
            if above in passed:
                yield key, f"parent: {splitter.name} hangs on itself, by way of {above}"
                break
            if (parent.olt, parent.port) != (splitter.olt, splitter.port):
                yield key, f"parent: {above} hangs on {parent.olt} {parent.port}, not on {splitter.olt} {splitter.port}"
                break
            passed.add(above)
            above = parent.parent


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


def _check_subscribers(all_of_them: Mapping[Key, Subscriber]) -> Iterator[tuple[Key, str]]:
    """Subscribers who share an ONT or a splitter's outlet with another."""
    onts: dict[str, str] = {}
    outlets: dict[tuple[str, int], str] = {}
    for key, one in all_of_them.items():
        if one.serial is not None and (other := onts.setdefault(one.serial, one.account)) != one.account:
            yield key, f"serial: {one.serial} is subscriber {other}'s"
        if one.splitter is None or one.splitter_port is None:
            continue
        outlet = one.splitter, one.splitter_port
        if (other := outlets.setdefault(outlet, one.account)) != one.account:
            yield key, f"splitter_port: outlet {outlet[1]} of {outlet[0]} is subscriber {other}'s"


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
    check=_check_splitters,
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
        Column("business", "business", 8),
    ),
    order=lambda subscriber: subscriber.account,
    indexed=("serial",),
    imported=True,
    references=(Reference("splitter", "splitters"), Reference("zone", "zones")),
    normal=_normal_subscriber,
    check=_check_subscribers,
)
