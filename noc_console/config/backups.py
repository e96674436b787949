"""Config of the backups of OLT configurations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from noc_console.config.base import Model, Seconds, http_url

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LEAST_KEY = 16
SHORTEST_S, LONGEST_S = 600.0, 31 * 86400.0


def _span(value: str) -> str:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value.strip())
    if not found or not SHORTEST_S <= float(found[1]) * _UNITS[found[2]] <= LONGEST_S:
        raise ValueError("must be a time such as 90m, 24h or 7d, from 10m to 31d")
    return value.strip()


class S3(Model):
    """A bucket of any server that speaks S3."""

    bucket: Annotated[str, Field(min_length=3, max_length=63, pattern=r"^[a-z0-9][a-z0-9.\-]+$")]
    url: str | None = None
    """Of the server; None is Amazon's."""
    region: str = "us-east-1"
    prefix: str = ""
    """Before each name, such as ``noc/``."""
    access_key: str
    secret_key: SecretStr
    timeout_s: Seconds = 30

    @field_validator("url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        return None if url is None else http_url(url)


class Backups(Model):
    """Configurations of OLTs: read over their command line, kept, compared."""

    every: Annotated[str, AfterValidator(_span)] | None = None
    """How often each OLT with a ``cli:`` is read; None: only when somebody asks."""
    folder: Path | None = None
    """None is ``noc-console/backups`` under the user's state folder."""
    s3: S3 | None = None
    """Instead of the folder."""
    keep: Annotated[int, Field(ge=2, le=100_000)] = 100
    """Different configurations of each OLT; older ones are deleted."""
    key: SecretStr | None = None
    """What is stored is encrypted with it."""
    max_mb: Annotated[float, Field(gt=0, le=256)] = 32
    """Of one configuration."""
    timeout_s: Seconds = 600
    """For reading one."""

    @field_validator("key")
    @classmethod
    def _long(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < LEAST_KEY:
            raise ValueError(f"must have {LEAST_KEY} characters or more")
        return key

    @model_validator(mode="after")
    def _one_place(self) -> Backups:
        if self.folder is not None and self.s3 is not None:
            raise ValueError("folder: or s3:, not both")
        return self

    @property
    def every_s(self) -> float | None:
        """``every``, seconds."""
        return None if self.every is None else float(self.every[:-1]) * _UNITS[self.every[-1]]

    @property
    def max_bytes(self) -> int:
        """``max_mb``, bytes."""
        return int(self.max_mb * 1_000_000)
