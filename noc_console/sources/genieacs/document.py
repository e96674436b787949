"""Defensive access to a device document: whatever a router or the ACS put there, reading never raises.

A parameter may be missing, known by name but never read, or hold one of the many ways to say "none".

Source:
    GenieACS 1.2.16 and dumps of real routers, observed: ``_type`` is not to be trusted, counters come as strings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

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
_FLAGS = {"1": True, "true": True, "enabled": True, "0": False, "false": False, "disabled": False}
MAX_TEXT = 256
"""Longest text that is shown."""


def is_secret(path: str) -> bool:
    """Whether the last name of a path says that the value is a password, a key or the like. User names are none."""
    return _is_secret_name(path.rpartition(".")[2])


@lru_cache(maxsize=8192)
def _is_secret_name(name: str) -> bool:
    return _SECRET.search(name) is not None


def instant(value: object) -> float | None:
    """Unix seconds of ``2026-11-21T20:43:41.690Z``; None for anything else and for the year 1."""
    if not isinstance(value, str) or value.startswith(_UNKNOWN_TIME):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def text_of(raw: Any) -> str | None:
    """Clean text of a value; None when it says nothing."""
    if raw is None:
        return None
    text: str = raw if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else str(raw)
    if not (text.isascii() and text.isprintable() and len(text) <= MAX_TEXT) or text[:1] == " " or text[-1:] == " ":
        text = clean(text, MAX_TEXT)
    return None if text in _NOTHING or text.startswith(_UNKNOWN_TIME) else text


def number_of(raw: Any) -> float | None:
    """The number that a value starts with (``"51.9\\n"``, ``"-19.5 dBm"``), whatever its type; None if none."""
    if raw is None or isinstance(raw, bool):
        return None
    found = _NUMBER.match(str(raw))
    number = float(found[1]) if found else math.nan
    return number if math.isfinite(number) and number != _MAX_UNSIGNED else None


def flag_of(raw: Any) -> bool | None:
    """True or False, also from 1, "0", "Enabled"; None for anything else."""
    return raw if isinstance(raw, bool) else _FLAGS.get(str(raw).strip().lower())


class Parameter(NamedTuple):
    """One leaf of the document."""

    path: str
    raw: Any
    """As the ACS holds it; None when it was never read."""
    timestamp: Any
    """When the ACS last read or set it, as the ACS writes it."""
    writable: bool = False

    @property
    def observed_at(self) -> float | None:
        """When the ACS last read or set it, Unix seconds."""
        return instant(self.timestamp)

    @property
    def never_read(self) -> bool:
        """Known by name only: neither empty nor missing."""
        return self.raw is None

    def text(self) -> str | None:
        """Clean text, or None when it says nothing or is a secret."""
        return None if is_secret(self.path) else text_of(self.raw)

    def number(self) -> float | None:
        """See ``number_of``."""
        return number_of(self.raw)

    def flag(self) -> bool | None:
        """See ``flag_of``."""
        return flag_of(self.raw)


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
        return Node(_below(self.content, path), f"{self.path}.{path}" if self.path else path)

    def parameter(self, path: str) -> Parameter | None:
        """The leaf at a path below this object; None when there is no such leaf."""
        content = _below(self.content, path)
        if not isinstance(content, dict) or ("_value" not in content and content.get("_object") is not False):
            return None
        return Parameter(
            f"{self.path}.{path}" if self.path else path,
            content.get("_value"),
            content.get("_timestamp"),
            content.get("_writable") is True,
        )

    def raw(self, path: str) -> Any:
        """Value of a leaf as the ACS holds it; None when there is none, or it was never read."""
        content = _below(self.content, path)
        return content.get("_value") if isinstance(content, dict) else None

    def text(self, path: str) -> str | None:
        """Text of a leaf; None for a secret, too."""
        return None if is_secret(path) else text_of(self.raw(path))

    def number(self, path: str) -> float | None:
        """Number of a leaf, see ``number_of``."""
        return number_of(self.raw(path))

    def flag(self, path: str) -> bool | None:
        """Flag of a leaf, see ``flag_of``."""
        return flag_of(self.raw(path))

    def children(self) -> Iterator[str]:
        """Names of parameters and objects, instances in numeric order."""
        names = [name for name in self.content if not name.startswith("_")]
        return iter(sorted(names, key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)))

    def rows(self) -> list[str]:
        """Names of instances, in numeric order."""
        return _rows(self.content)

    def matching(self, pattern: str) -> Iterator[Node]:
        """Objects at a path in which ``*`` stands for any instance number."""
        found = [(self.content, self.path)]
        for fixed, is_table in _steps(pattern):
            if fixed:
                found = [
                    (below, f"{path}.{fixed}" if path else fixed)
                    for content, path in found
                    if isinstance(below := _below(content, fixed), dict)
                ]
            if is_table:
                found = [
                    (row, f"{path}.{name}")
                    for content, path in found
                    for name in _rows(content)
                    if isinstance(row := content[name], dict)
                ]
        return (Node(content, path) for content, path in found if content)

    def leaves(self, pattern: str) -> Iterator[Parameter]:
        """Leaves at a path in which ``*`` stands for any instance number."""
        if "*" not in pattern:
            parameter = self.parameter(pattern)
            if parameter:
                yield parameter
            return
        parent, _, leaf = pattern.rpartition(".")
        for holder in self.matching(parent):
            parameter = holder.parameter(leaf)
            if parameter:
                yield parameter

    def reference(self, target: str | None) -> Node:
        """The object that a reference such as ``Device.WiFi.Radio.1.`` names, seen from the document's top."""
        return self.at((target or "").strip().rstrip(".")) if target else Node(None)


def _below(content: dict[str, Any], path: str) -> Any:
    if "." not in path:
        return content.get(path)
    found: Any = content
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _rows(content: dict[str, Any]) -> list[str]:
    names = [name for name in content if name.isdigit()]
    return sorted(names, key=int) if len(names) > 1 else names


@lru_cache(maxsize=1024)
def _steps(pattern: str) -> tuple[tuple[str, bool], ...]:
    """``A.B.*.C`` as the paths between the stars, each with whether a star follows: (A.B, yes), (C, no)."""
    parts = [part.strip(".") for part in pattern.split("*")]
    return tuple((part, index < len(parts) - 1) for index, part in enumerate(parts))


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
