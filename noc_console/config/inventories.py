"""Other systems' inventories, from which records are taken by SQL."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from noc_console.config.base import Model, Name, Seconds, postgres_url
from noc_console.domain.record_kinds import RECORD_KINDS


class Inventory(Model):
    """A PostgreSQL database of another system: read by queries of yours, never written."""

    name: Name
    url: str = Field(repr=False)
    """``postgresql://user:password@host/database``; may hold a password: never shown as it is."""
    records: Annotated[dict[str, str], Field(min_length=1)]
    """Record kind to a SELECT whose columns are named as those of the kind's CSV file."""
    timeout_s: Seconds = 60
    """Of each query."""

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        return postgres_url(url).replace("postgresql+psycopg://", "postgresql://", 1)

    @field_validator("records")
    @classmethod
    def _kinds(cls, records: dict[str, str]) -> dict[str, str]:
        kinds = [kind.name for kind in RECORD_KINDS.values() if kind.imported]
        for name, query in records.items():
            if name not in kinds:
                raise ValueError(f"no records {name!r} (there are {', '.join(kinds)})")
            if not query.strip():
                raise ValueError(f"{name}: needs a SELECT")
        return records

    def in_order(self) -> list[str]:
        """Its kinds, those first that others name."""
        return [name for name in RECORD_KINDS if name in self.records]
