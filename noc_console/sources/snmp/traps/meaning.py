"""What notifications mean: YAML files by OLT family beside this one, and the standard ones for all.

A file says of each trap where it names a PON port or an ONT, and what is known of that from then on (``ont:``,
``port:``). A fact needs a source as good as a poll's, so what rests on one source only (confidence C) tells no fact:
it only makes the collector look at the place at once, as does a trap whose place cannot be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, model_validator

from noc_console.domain.identity import PonPort
from noc_console.domain.poll import Facts
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.column import Oid, Strict
from noc_console.sources.snmp.index import SPACES, Place
from noc_console.sources.snmp.traps.message import STANDARD_TRAPS, Notification

FOLDER = Path(__file__).parent
IF_INDEX = codec.encode_oid("1.3.6.1.2.1.2.2.1.1")
STANDARD = {1: "coldStart", 2: "warmStart", 3: "linkDown", 4: "linkUp", 5: "authenticationFailure"}
_STATES = {3: ("down", "offline"), 4: ("up", "online")}
"""Of linkDown and linkUp: a port's state, and an ONT's where the OLT has an interface for each."""


@dataclass(frozen=True, slots=True)
class TrapNews:
    """What one notification says."""

    name: str
    """Of the notification, or its OID when nobody knows it."""
    known: bool = True
    place: Place | None = None
    """What it is about; None for the OLT as a whole."""
    facts: Facts = field(default_factory=dict)
    """Of the ONT, or of the port; empty when it only makes looking worthwhile."""
    look: bool = True
    """Whether the place is worth a look."""


class Where(Strict):
    """How a trap names its place: by some of its values (counted from 0), or in the names of some of them."""

    port: tuple[int, ...] = ()
    """Values that are the numbers of the PON port."""
    if_index: int | None = None
    """The value that is the port's ifIndex, decoded in the family's space."""
    ont: int | None = None
    """The value that is the ONT id."""
    under: tuple[Oid, ...] = ()
    """Columns under which a value's name ends in the place's index ..."""
    space: str | None = None
    """... in this space."""

    @cached_property
    def columns(self) -> tuple[bytes, ...]:
        """``under``, encoded."""
        return tuple(codec.encode_oid(oid) for oid in self.under)


class ByValue(Strict):
    """A fact that depends on one of the values."""

    value: int
    values: dict[int, str]


class Trap(Strict):
    """One notification."""

    oid: Oid
    where: Where = Where()
    ont: dict[str, str | ByValue | None] = Field(default_factory=dict)
    port: dict[str, str | bool | None] = Field(default_factory=dict)
    look: bool = True
    """False for one that says nothing about any state."""
    confidence: Literal["A", "B", "C"]
    note: str | None = None

    @model_validator(mode="after")
    def _sure_enough(self) -> Trap:
        if self.confidence == "C" and (self.ont or self.port):
            raise ValueError("a fact needs more than one source: leave out ont: and port:")
        return self


class Family(Strict):
    """The traps of one OLT family."""

    profiles: Annotated[tuple[str, ...], Field(min_length=1)]
    source: str
    if_index: str | None = None
    """The space of ifIndex; None where interfaces are known by name only."""
    traps: dict[str, Trap] = Field(default_factory=dict)
    prefixes: dict[str, Trap] = Field(default_factory=dict)
    """For all traps below an OID, whatever their number."""

    @cached_property
    def by_oid(self) -> Mapping[bytes, tuple[str, Trap]]:
        """Encoded OID to name and trap."""
        return {codec.encode_oid(trap.oid): (name, trap) for name, trap in self.traps.items()}

    def understand(self, said: Notification) -> TrapNews | None:
        """What a notification says; None when the family does not know it."""
        found = self.by_oid.get(said.oid)
        if found is None:
            below = ((name, trap) for name, trap in self.prefixes.items())
            found = next((item for item in below if said.oid.startswith(codec.encode_oid(item[1].oid))), None)
        if found is None:
            return None
        name, trap = found
        place = _place(trap.where, said, self.if_index)
        facts = _facts(trap, said) if place else {}
        return TrapNews(name, place=place, facts=facts, look=trap.look)


class TrapMeanings:
    """All families."""

    def __init__(self, families: Mapping[str, Family]) -> None:
        self._families = families

    def understand(self, said: Notification, profile: str | None) -> TrapNews:
        """What a notification of an OLT with this profile (None: not known yet) says."""
        family = self._families.get(profile or "")
        news = family.understand(said) if family else None
        return news or _standard(said, family) or TrapNews(_dotted(said.oid), known=False, look=False)


def load_meanings(folder: Path = FOLDER) -> TrapMeanings:
    """Read the families' files.

    Raises:
        ValueError: One of them is wrong.
    """
    families: dict[str, Family] = {}
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        names = data.pop("oids", {})
        for trap in (*data.get("traps", {}).values(), *data.get("prefixes", {}).values()):
            head, _, rest = trap["oid"].partition(".")
            trap["oid"] = f"{names[head]}.{rest}" if head in names else trap["oid"]
        family = Family.model_validate(data)
        families |= dict.fromkeys(family.profiles, family)
    return TrapMeanings(families)


def _standard(said: Notification, family: Family | None) -> TrapNews | None:
    if said.oid[:-1] != STANDARD_TRAPS or said.oid[-1] not in STANDARD:
        return None
    number = said.oid[-1]
    if number == 5:
        return TrapNews(STANDARD[number], known=False, look=False)  # somebody asks it with a wrong community
    states = _STATES.get(number)
    place = _interface(said, family.if_index) if states and family and family.if_index else None
    if not states or not place:
        return TrapNews(STANDARD[number])
    facts: Facts = {"oper": states[0]} if place.ont_id is None else {"state": states[1]}
    return TrapNews(STANDARD[number], place=place, facts=facts)


def _interface(said: Notification, space: str) -> Place | None:
    for name, value in zip(said.names, said.values, strict=True):
        if name.startswith(IF_INDEX) and isinstance(value, int):
            return SPACES[space].decode([value & 0xFFFFFFFF])
    return None


def _place(where: Where, said: Notification, space: str | None) -> Place | None:
    if where.columns:
        return _place_in_names(where, said)
    ont = None if where.ont is None else _number(said, where.ont)
    if where.ont is not None and ont is None:
        return None
    if where.if_index is not None:
        index = _number(said, where.if_index)
        found = SPACES[space].decode([index]) if index is not None and space else None
        return Place(found.port, ont) if found else None
    path = [_number(said, at) for at in where.port]
    numbers = tuple(number for number in path if number is not None)
    return Place(PonPort(numbers), ont) if len(numbers) == len(path) >= 2 else None


def _place_in_names(where: Where, said: Notification) -> Place | None:
    for name in said.names:
        for column in where.columns:
            if name.startswith(column) and where.space:
                try:
                    subids = codec.decode_subids(name[len(column) :])
                except codec.DecodeError:
                    return None
                # The column's own number comes first; what follows port and ONT does not matter.
                return SPACES[where.space].decode(subids[1:3]) if len(subids) > 1 else None
    return None


def _number(said: Notification, at: int) -> int | None:
    """A value as an unsigned number: agents send an ifIndex above 2**31 as a negative one."""
    value = said.values[at] if at < len(said.values) else None
    return value & 0xFFFFFFFF if isinstance(value, int) else None


def _facts(trap: Trap, said: Notification) -> Facts:
    facts: Facts = dict(trap.port)
    for name, fact in trap.ont.items():
        if isinstance(fact, ByValue):
            number = _number(said, fact.value)
            known = fact.values.get(number) if number is not None else None
            if known is None:
                return {}
            facts[name] = known
        else:
            facts[name] = fact
    return facts


def _dotted(oid: bytes) -> str:
    try:
        return codec.decode_oid(oid)
    except codec.DecodeError:
        return oid.hex()
