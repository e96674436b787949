"""Operators: who asks, how we know, from where, and what the role lets them ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
class Origin:
    """Where a request comes from."""

    host: str = ""
    """This machine's name."""
    terminal: str = ""
    """``pts/3``; empty when there is none."""
    claimed_address: str = ""
    """The client's address as the environment names it: only a claim, the operator could have set it."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.host, self.terminal) if part)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks. Two requests are one person's when their names are equal."""

    name: str
    known_by: str
    """What vouches for the name: ``unix account``, ``login uid``, ``sudo``; later ``ssh key``."""
    origin: Origin
    role: Role
