"""Operators: who asks, how we know, from where, and what their roles let them ask for, and at which places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Role(StrEnum):
    """What an operator may ask for; each role may do what the ones before it may."""

    VIEWER = "viewer"
    """Looks that touch no customer: view, refresh."""
    OPERATOR = "operator"
    """Every action, bulk actions, swaps."""
    ADMIN = "admin"
    """Also imports and edits of records."""

    def covers(self, needed: Role) -> bool:
        """Whether this role is enough where ``needed`` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is that is acted on; None is unknown, or more than one: only who may act anywhere may there."""

    olt: str | None = None
    zone: str | None = None

    def __str__(self) -> str:
        zone = f"zone {self.zone}" if self.zone else ""
        return " ".join(filter(None, (self.olt, zone))) or "an unknown place"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at some places. Where both OLTs and zones are given, a place must fit both."""

    role: Role
    olts: tuple[str, ...] = ()
    """Names or patterns: ``north-*``; empty is every OLT."""
    zones: tuple[str, ...] = ()

    def holds_at(self, place: Place) -> bool:
        """Whether it is about this place."""
        return _fits(self.olts, place.olt) and _fits(self.zones, place.zone)

    def __str__(self) -> str:
        zones = f"zones {', '.join(self.zones)}" if self.zones else ""
        return f"{self.role.value} at {', '.join(filter(None, (', '.join(self.olts), zones)))}"


def _fits(patterns: tuple[str, ...], name: str | None) -> bool:
    return not patterns or (name is not None and any(fnmatchcase(name, pattern) for pattern in patterns))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    host: str = ""
    """This machine's name."""
    terminal: str = ""
    """``pts/3``; empty when there is none."""
    claimed_address: str = ""
    """The client's address as the environment names it: only a claim, the operator could have set it."""
    address: str = ""
    """The client's address as our own SSH server saw it."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.host, self.terminal, self.address) if part)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks. Two requests are one person's when their names are, aliases resolved."""

    name: str
    known_by: str
    """What vouches for the name: ``unix account``, ``login uid``, ``sudo``, ``ssh key SHA256:...``."""
    origin: Origin
    role: Role
    """At every place."""
    grants: tuple[Grant, ...] = ()
    """Higher roles at some places."""

    @property
    def highest(self) -> Role:
        """The most that this operator may anywhere."""
        return max((self.role, *(grant.role for grant in self.grants)), key=list(Role).index)

    def why_not(self, needed: Role, places: Iterable[Place], what: str) -> str | None:
        """Why this may not be asked for at all of these places; None when it may.

        Args:
            needed: The least role.
            places: Of everything that is acted on; none where nobody knows, and then only the role everywhere counts.
            what: What is asked for, for the text.
        """
        if self.role.covers(needed):
            return None
        enough = [grant for grant in self.grants if grant.role.covers(needed)]
        if not enough:
            return f"{self.name or 'nobody'} is {self.role.value}: {what} needs {needed.value}"
        for place in list(places) or [Place()]:
            if not any(grant.holds_at(place) for grant in enough):
                granted = "; ".join(map(str, enough))
                return f"{self.name} may not do {what} at {place}: {granted}, elsewhere {self.role.value}"
        return None


def one_person(first: str, second: str, aliases: Mapping[str, str]) -> bool:
    """Whether two names are one person's; names that differ in case only are.

    Args:
        first: A name.
        second: Another.
        aliases: Other names of a person, each with the person's own.
    """
    own = {name.casefold(): person.casefold() for name, person in aliases.items()}
    first, second = first.casefold(), second.casefold()
    return own.get(first, first) == own.get(second, second)
