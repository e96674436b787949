"""Config of the messages that go to people who do not look at a screen."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from noc_console.config.alarms import AlarmSeverity
from noc_console.config.base import Model
from noc_console.domain.changes import Severity

_URL = re.compile(r"[A-Za-z][A-Za-z0-9]*://\S*")


class Notifications(Model):
    """Where they go, and which."""

    urls: Annotated[tuple[SecretStr, ...], Field(min_length=1, max_length=50)]
    """Of the library Apprise: each is a service and how to log in to it, so each is a secret."""
    what: Annotated[tuple[Literal["incidents", "alarms"], ...], Field(min_length=1)] = ("incidents",)
    min_severity: AlarmSeverity = Severity.MAJOR
    most: Annotated[int, Field(ge=1, le=1000)] = 10
    """Messages in 10 minutes; what is more waits, and is sent only if it is still so then."""
    planned: bool = False
    """Whether outages that planned work covers are sent too."""

    @field_validator("urls")
    @classmethod
    def _urls(cls, urls: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, url in enumerate(urls):
            if not _URL.fullmatch(url.get_secret_value()):
                raise ValueError(f"the URL number {number + 1} is none: write SERVICE://..., as Apprise takes it")
        return urls
