"""What a job is about: an ONT, an OLT, a router, or a record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """Which inventory the target stands in."""

    ONT = "ont"
    OLT = "olt"
    ROUTER = "router"
    """By its id at the ACS: one that no OLT lists, or one of several with the same serial number."""
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Target:
    """One target; ``key`` tells it apart from the others of its kind."""

    kind: TargetKind
    key: str
    """ONT: ``Ont.id``. OLT: its name. Router: ``Cpe.device_id``. Record: ``zones/north``, kind and name."""

    @classmethod
    def ont(cls, ont_id: int) -> Target:
        """An ONT by the number of its row, which is not the id on the PON."""
        return cls(TargetKind.ONT, str(ont_id))

    @classmethod
    def olt(cls, name: str) -> Target:
        """An OLT by its name in the config file."""
        return cls(TargetKind.OLT, name)

    @classmethod
    def router(cls, device_id: str) -> Target:
        """A router by its id at the ACS."""
        return cls(TargetKind.ROUTER, device_id)

    @classmethod
    def record(cls, kind: str, name: str) -> Target:
        """A record by ``RecordKind.name`` and its own name."""
        return cls(TargetKind.RECORD, f"{kind}/{name}")

    @property
    def ont_id(self) -> int | None:
        """``Ont.id``; None when the target is no ONT."""
        return int(self.key) if self.kind is TargetKind.ONT else None

    def __str__(self) -> str:
        return f"{self.kind.value} {self.key}"
