"""What the parts of the config file's model are made of."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Seconds = Annotated[float, Field(gt=0, le=86400 * 7)]
Dbm = Annotated[float, Field(ge=-60, le=10)]
Percent = Annotated[float, Field(gt=0, le=100)]


def _known_encoding(name: str) -> str:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError(f"unknown encoding {name!r} (such as gbk, cp1251, iso8859-1)") from None
    plain = b"AZaz09 !~{}_ \\u0041 +AGE-"  # the end means something to escapes, and to UTF-7
    try:
        extends = plain.decode(name) == plain.decode("ascii")
    except (LookupError, UnicodeError):
        extends = False
    if not extends:
        raise ValueError(f"{name!r} is no encoding of text that extends ASCII (such as gbk, cp1251, iso8859-1)")
    return codec.name


Encoding = Annotated[str, AfterValidator(_known_encoding)]
"""Name of a text encoding that Python knows, and that holds ASCII as it is."""
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\-]*$")]


class Model(BaseModel):
    """Unknown keys are errors; values are frozen after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def postgres_url(url: str) -> str:
    """``url`` as it is given.

    Raises:
        ValueError: It is no URL of a PostgreSQL database.
    """
    if not url.startswith(("postgresql://", "postgresql+psycopg://")):
        raise ValueError("must start with postgresql://")
    if url.count("@") > 1:
        raise ValueError("write @ and / in the password as %40 and %2F")
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("the port must be a number") from None
    return url


def http_url(url: str) -> str:
    """``url`` without a slash at its end.

    Raises:
        ValueError: It is no HTTP URL, or holds credentials.
    """
    if not url.startswith(("http://", "https://")) or len(url.split("/")[2]) == 0:
        raise ValueError("must start with http:// or https:// and name a host")
    if "@" in url.split("/")[2]:
        raise ValueError("put credentials into username: and password:, not into the URL")
    return url.rstrip("/")


class HttpEndpoint(Model):
    """An HTTP server and how to log in to it."""

    url: str
    username: str | None = None
    password: SecretStr | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    ca_file: Path | None = None
    timeout_s: Seconds = 10

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        return http_url(url)

    @model_validator(mode="after")
    def _login(self) -> Self:
        if self.password is not None and self.username is None:
            raise ValueError("password: needs username:, or nobody is told it")
        return self
