"""Other systems' inventories, from which records are taken by SQL."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from noc_console.config.base import Model, Name, Seconds
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
        if not url.startswith(("postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with postgresql://")
        plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
        if plain.count("@") > 1:
            raise ValueError("write @ and / in the password as %40 and %2F")
        try:
            _ = urlsplit(plain).port
        except ValueError:
            raise ValueError("the port must be a number") from None
        return plain

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
