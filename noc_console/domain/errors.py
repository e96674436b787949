"""The error tree. Every error says what happened, where, and what the operator can do.

NocError
├── ConfigError             a key in the config file is wrong (path, line, hint)
├── SourceError             an outside system (OLT, ACS, database, VictoriaMetrics) did not do its part
│   ├── SourceUnavailable   nobody listens there, or the connection broke
│   ├── SourceTimeout       no answer in time
│   ├── SourceAuthError     it answered and refused our credentials
│   └── SourceProtocolError it answered something that breaks its protocol
│       └── SourceNotReady  it is still being set up: nothing is wrong yet
├── ActionRefused           policy says no (reason)
└── ActionFailed            the device or the ACS reported a fault
"""

from __future__ import annotations


class NocError(Exception):
    """Base of all errors that NOC Console raises on purpose."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ConfigError(NocError):
    """The config file is missing or wrong.

    Args:
        message: What is wrong.
        path: The file.
        line: 1-based line, when known.
        key: Dotted key, such as ``olts[0].snmp.port``.
        hint: What to write instead.
    """

    def __init__(
        self,
        message: str,
        path: str | None = None,
        line: int | None = None,
        key: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.path = path
        self.line = line
        self.key = key

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        parts = [part for part in (where, self.key, super().__str__()) if part]
        return ": ".join(parts)


class SourceError(NocError):
    """An outside system failed us.

    Args:
        message: What happened, without secrets.
        source: Which one: ``olt-1``, ``genieacs``, ``victoriametrics``, ``database``.
        hint: What to check.
    """

    def __init__(self, message: str, source: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.source = source

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.source}: {text}" if self.source else text


class SourceUnavailable(SourceError):
    """Nobody listens at the address, or the connection broke."""


class SourceTimeout(SourceError):
    """No answer in time."""


class SourceAuthError(SourceError):
    """The other side answered, and refused our credentials."""


class SourceProtocolError(SourceError):
    """The other side answered something that breaks its protocol."""


class SourceNotReady(SourceProtocolError):
    """It is there, and still being set up: nothing is wrong yet."""


class ActionRefused(NocError):
    """Policy refuses the action; ``message`` is the reason."""


class ActionFailed(NocError):
    """The device or the ACS reported a fault; ``message`` is the fault text."""
