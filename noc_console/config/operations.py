"""Config of what operators do to customers' equipment, and of what follows from it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from noc_console.config.base import HttpEndpoint, Model, Seconds, http_url
from noc_console.domain.operators import Role


class Grant(Model):
    """A role at some places."""

    who: Annotated[str, Field(min_length=1)]
    """Account name, ``@group``, or the fingerprint of an SSH key: ``SHA256:...``."""
    role: Role
    olts: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Names or patterns: ``north-*``. Where zones are given too, a place must fit both."""
    zones: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class Key(Model):
    """An operator's SSH key for ``noc-console door``."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]
    """In whose name what the holder does is audited; roles go by it as by an account's."""
    key: str
    """OpenSSH public key: ``ssh-ed25519 AAAA...``."""

    @field_validator("key")
    @classmethod
    def _public(cls, text: str) -> str:
        if not re.fullmatch(r"(ssh|ecdsa|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?", text.strip()):
            raise ValueError("must be an OpenSSH public key on one line: ssh-ed25519 AAAA...")
        return text.strip()


class Access(Model):
    """Who may ask for what, by Unix account or SSH key; the highest role that names an account wins."""

    default: Role = Role.ADMIN
    """Of accounts that stand in no list. Admin: whoever may start the program on a machine of their own may do all."""
    viewers: tuple[str, ...] = ()
    """Account names, or ``@group`` for a Unix group; so in the two below."""
    operators: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    """Roles at some places, beside those above; who stands only here is viewer elsewhere."""
    aliases: dict[str, str] = Field(default_factory=dict)
    """Other names of a person, each with the person's own: who asked for a bulk action does not release it so."""
    keys: tuple[Key, ...] = ()
    """Who may come in through ``noc-console door``."""

    @field_validator("viewers", "operators", "admins")
    @classmethod
    def _named(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        if any(not entry.removeprefix("@").strip() for entry in entries):
            raise ValueError("an entry is an account name, or @ and the name of a Unix group")
        return entries

    @field_validator("aliases")
    @classmethod
    def _one_step(cls, aliases: dict[str, str]) -> dict[str, str]:
        if wrong := sorted(name for name in aliases.values() if name in aliases):
            raise ValueError(f"{wrong[0]} is an alias itself: give the person's own name")
        return aliases


class Jobs(Model):
    """Actions on customers' routers."""

    expiry_s: Annotated[float, Field(ge=30, le=86400)] = 600
    """An action that was not delivered in this time is withdrawn from the ACS."""
    return_timeout_s: Annotated[float, Field(ge=30, le=86400)] = 600
    """How long to wait for a rebooted router to come back."""


class Bulk(Model):
    """One action on many ONTs."""

    max: Annotated[int, Field(ge=1, le=100_000)] = 20
    """ONTs in one bulk action at most."""
    per_port_s: Annotated[float, Field(ge=0, le=86400)] = 10
    """Between two starts on the same PON port."""
    at_once: Annotated[int, Field(ge=1, le=200)] = 8
    """ONTs acted on at the same time, over all PON ports."""
    second_operator_above: Annotated[int, Field(ge=1, le=100_000)] | None = 20
    """Above this many another operator must release it; None never asks."""


class SpeedTest(Model):
    """TR-143 tests between a router and a server of ours."""

    download_url: str | None = None
    upload_url: str | None = None
    upload_bytes: Annotated[int, Field(ge=1_000, le=10_000_000_000)] = 50_000_000
    timeout_s: Seconds = 120
    """How long a test may run."""
    plan_pattern: str | None = None
    """Finds the plan's Mbit/s, its first group, in an ONT's description: ``(\\d+)M``."""
    ping_host: str | None = None
    """What a router pings when nobody names a host."""

    @field_validator("download_url", "upload_url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        return None if url is None else http_url(url)

    @field_validator("plan_pattern")
    @classmethod
    def _pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"is no regular expression: {error}") from None
            if groups != 1:
                raise ValueError("must have one group, which is the plan's Mbit/s")
        return pattern


class ModemBridge(HttpEndpoint):
    """An HTTP service that reads from routers what TR-069 hides."""

    timeout_s: Seconds = 30
    models: tuple[str, ...] = ()
    """Only for models that contain one of these; empty asks it of every router."""


class OltCli(Model):
    """Command line of one OLT."""

    username: Annotated[str, Field(min_length=1)]
    password: SecretStr
    enable_password: SecretStr | None = None
    transport: Literal["ssh", "telnet"] = "ssh"
    """Telnet sends passwords and configurations in the clear: only for what knows nothing else."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """None is 22 for SSH, 23 for Telnet."""
    host_key: str | None = None
    """OpenSSH public key (``ssh-rsa AAAA...``); None stores the first one that is seen and holds to it."""
    legacy: bool = False
    """Also allow the outdated algorithms that old OLTs need."""
    timeout_s: Seconds = 15
    reboot: bool = False
    """Whether an ONT may be rebooted through it when TR-069 cannot reach the router."""
    switch: bool = False
    """Whether ONTs may be disabled and enabled through it."""

    @model_validator(mode="after")
    def _of_ssh(self) -> OltCli:
        if self.transport == "telnet" and (self.host_key is not None or self.legacy):
            raise ValueError("host_key and legacy belong to transport: ssh")
        return self

    @property
    def reached_port(self) -> int:
        """The TCP port."""
        return self.port or (23 if self.transport == "telnet" else 22)


class Tickets(HttpEndpoint):
    """Where the follow-up of a diagnostic swap is also written: an ERPNext server (REST), or any webhook."""

    kind: Literal["erpnext", "webhook"] = "webhook"


class Swaps(Model):
    """Replacing customers' hardware."""

    follow_up_days: Annotated[float, Field(gt=0, le=365)] = 7
    """After which hardware that was taken for diagnosis is due."""
    tickets: Tickets | None = None

    @model_validator(mode="after")
    def _erpnext(self) -> Swaps:
        if self.tickets and self.tickets.kind == "erpnext" and not (self.tickets.headers or self.tickets.username):
            raise ValueError("erpnext needs username and password, or headers: {Authorization: ...}")
        return self
