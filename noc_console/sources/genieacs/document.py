"""Defensive access to a device document: whatever a router or the ACS put there, reading never raises.

A parameter may be missing, known by name but never read, or hold one of the many ways to say "none".

Source:
    GenieACS 1.2.16 and dumps of real routers, observed: ``_type`` is not to be trusted, counters come as strings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noc_console.domain.cpe import Value
from noc_console.domain.text import clean

ROOTS = ("InternetGatewayDevice", "Device")
_NOTHING = frozenset(("", "0.0.0.0", "::", "N/A", "NULL", "(null)", "Unknown", "00:00:00:00:00:00"))
_UNKNOWN_TIME = "0001-01-01T00:00:00"
_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
_SECRET = re.compile(
    r"passw|passphrase|passcode|pwd(?!type)|secret|credential|communit|token|presharedkey|psk$|prikey|privatekey"
    r"|(?<!parameter)(?<!command)(?<!interface)key\d*$|pin(num|code)?\d*$",
    re.IGNORECASE,
)
_MAX_UNSIGNED = 4294967295


def is_secret(path: str) -> bool:
    """Whether the last name of a path says that the value is a password, a key or the like. User names are none."""
    return _SECRET.search(path.rpartition(".")[2]) is not None


def instant(value: object) -> float | None:
    """Unix seconds of ``2026-11-21T20:43:41.690Z``; None for anything else and for the year 1."""
    if not isinstance(value, str) or value.startswith(_UNKNOWN_TIME):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One leaf of the document."""

    path: str
    raw: Any
    """As the ACS holds it; None when it was never read."""
    observed_at: float | None
    """When the ACS last read or set it, Unix seconds."""
    writable: bool = False

    @property
    def never_read(self) -> bool:
        """Known by name only: neither empty nor missing."""
        return self.raw is None

    def text(self) -> str | None:
        """Clean text, or None when it says nothing."""
        if self.raw is None or is_secret(self.path):
            return None
        text = clean(str(self.raw).lower() if isinstance(self.raw, bool) else str(self.raw))
        return None if text in _NOTHING or text.startswith(_UNKNOWN_TIME) else text

    def number(self) -> float | None:
        """The number that the value starts with (``"51.9\\n"``, ``"-19.5 dBm"``), whatever its type; None if none."""
        if isinstance(self.raw, bool):
            return None
        found = _NUMBER.match(str(self.raw)) if self.raw is not None else None
        number = float(found[1]) if found else math.nan
        return number if math.isfinite(number) and number != _MAX_UNSIGNED else None

    def flag(self) -> bool | None:
        """True or False, also from 1, "0", "Enabled"; None for anything else."""
        if isinstance(self.raw, bool):
            return self.raw
        return {"1": True, "true": True, "enabled": True, "0": False, "false": False, "disabled": False}.get(
            str(self.raw).strip().lower()
        )


class Node:
    """An object of the document, or the place where it would be: absent objects are empty nodes."""

    __slots__ = ("content", "path")

    def __init__(self, content: Any, path: str = "") -> None:
        self.content: dict[str, Any] = content if isinstance(content, dict) else {}
        self.path = path

    def __bool__(self) -> bool:
        return bool(self.content)

    @property
    def name(self) -> str:
        """Last part of the path: the instance number of an instance."""
        return self.path.rpartition(".")[2]

    def at(self, path: str) -> Node:
        """The object at a path below this one."""
        if not path:
            return self
        return Node(self._content(path), f"{self.path}.{path}" if self.path else path)

    def _content(self, path: str) -> Any:
        content: Any = self.content
        for name in path.split("."):
            content = content.get(name) if isinstance(content, dict) else None
        return content

    def parameter(self, path: str) -> Parameter | None:
        """The leaf at a path below this object; None when there is no such leaf."""
        content = self._content(path)
        if not isinstance(content, dict) or ("_value" not in content and content.get("_object") is not False):
            return None
        return Parameter(
            f"{self.path}.{path}" if self.path else path,
            content.get("_value"),
            instant(content.get("_timestamp")),
            content.get("_writable") is True,
        )

    def text(self, path: str) -> str | None:
        """Text of a leaf, see ``Parameter.text``."""
        parameter = self.parameter(path)
        return parameter.text() if parameter else None

    def number(self, path: str) -> float | None:
        """Number of a leaf, see ``Parameter.number``."""
        parameter = self.parameter(path)
        return parameter.number() if parameter else None

    def flag(self, path: str) -> bool | None:
        """Flag of a leaf, see ``Parameter.flag``."""
        parameter = self.parameter(path)
        return parameter.flag() if parameter else None

    def children(self) -> Iterator[str]:
        """Names of parameters and objects, instances in numeric order."""
        names = [name for name in self.content if not name.startswith("_")]
        return iter(sorted(names, key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)))

    def matching(self, pattern: str) -> Iterator[Node]:
        """Objects at a path in which ``*`` stands for any instance number."""
        head, star, rest = pattern.partition("*")
        base = self.at(head.strip("."))
        if not star:
            if base:
                yield base
            return
        for name in base.children():
            if name.isdigit():
                yield from base.at(name).matching(rest.strip("."))

    def leaves(self, pattern: str) -> Iterator[Parameter]:
        """Leaves at a path in which ``*`` stands for any instance number."""
        parent, _, leaf = pattern.rpartition(".")
        for holder in self.matching(parent):
            parameter = holder.parameter(leaf)
            if parameter:
                yield parameter

    def reference(self, target: str | None) -> Node:
        """The object that a reference such as ``Device.WiFi.Radio.1.`` names, seen from the document's top."""
        return self.at((target or "").strip().rstrip(".")) if target else Node(None)


class Document:
    """A device document, whole or projected."""

    __slots__ = ("root", "root_name", "top")

    def __init__(self, content: Any) -> None:
        self.top = Node(content)
        self.root_name: str | None = next(
            (name for name in ROOTS if isinstance(self.top.content.get(name), dict)), None
        )
        self.root = self.top.at(self.root_name) if self.root_name else Node(None)
        """The data model: ``InternetGatewayDevice`` (TR-098) or ``Device`` (TR-181), never both."""

    @property
    def device_id(self) -> str:
        """The ACS' ``_id``."""
        return str(self.top.content.get("_id", ""))

    @property
    def model(self) -> str:
        """What the router is called, for tables by model; empty when it does not tell."""
        return self.root.text("DeviceInfo.ModelName") or self.identity("ProductClass") or ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The ACS' tags."""
        tags = self.top.content.get("_tags")
        return tuple(text for tag in tags if (text := clean(str(tag)))) if isinstance(tags, list) else ()

    def identity(self, name: str) -> str | None:
        """``Manufacturer``, ``OUI``, ``ProductClass`` or ``SerialNumber`` as the router told the ACS."""
        value = self.top.at("_deviceId").content.get(f"_{name}")
        return (clean(str(value)) or None) if value is not None else None

    def instant(self, name: str) -> float | None:
        """``_lastInform``, ``_lastBoot``, ``_lastBootstrap`` or ``_registered``, Unix seconds."""
        return instant(self.top.content.get(name))


def whole(number: float | None) -> Value | None:
    """``number`` as int when it is one."""
    return int(number) if number is not None and number == int(number) else number
