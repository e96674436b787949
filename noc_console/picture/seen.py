"""The picture at one instant, as the declarations of the record kinds want it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TypeVar

from noc_console.domain.records import Record, RecordKind
from noc_console.picture.model import Model

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class SeenAt:
    """Implements ``domain.records.Seen``."""

    model: Model
    now: float
    """Unix seconds."""

    def ont_state(self, serial: str | None) -> str:
        """Effective state of the ONT with this serial number, or ``not listed``."""
        return self.model.ont_state(serial)

    def records(self, kind: RecordKind[R]) -> Sequence[R]:
        """The rows of another kind, in its order."""
        return self.model.records(kind)

    def backup_confirmed(self, dialect: str) -> bool | None:
        """Whether somebody is known to have read a configuration as this dialect does; None when it is not known."""
        return self.model.settings.backup_confirmed(dialect)

    def addresses_in(self, network: IPv4Network | IPv6Network) -> int:
        """How many WAN addresses in a range routers tell that they have."""
        return self.model.addresses.count(network)
