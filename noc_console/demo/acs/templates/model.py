"""What a model of router is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from noc_console.demo.acs.state import CpeState, Value
from noc_console.domain.identity import OntSerial

NEVER = "0001-01-01T00:00:00.000Z"
MAX_HOSTS = 8
MAX_CLIENTS = 4
"""Of a WiFi network."""
MAX_NODES = 2
"""Of a mesh, besides the router."""
_NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a leaf's value may depend on."""

    serial: OntSerial
    state: CpeState
    at: float
    """Unix seconds."""
    settings: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    """What was set at the router, by path."""

    def on(self, path: str) -> bool:
        """Whether a switch that is on by default was left on."""
        return self.settings.get(path, True) is not False

    @property
    def uptime_s(self) -> int:
        """Seconds since the router booted."""
        return max(0, int(self.at - self.state.booted_at))

    def mac(self, offset: int = 0) -> str:
        """Base MAC plus ``offset``."""
        number = int(self.state.mac.replace(":", ""), 16) + offset
        return ":".join(f"{number:012X}"[i : i + 2] for i in range(0, 12, 2))


Source = Value | Callable[[Facts], Value | None]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One parameter. A ``source`` that returns None means "there is no such parameter now"."""

    source: Source
    type: str
    writable: bool = False
    secret: bool = False
    """Reads back as an empty string, whatever was written."""
    refuses: Callable[[Value], bool] | None = None
    """Whether the router refuses this value with fault 9007."""
    unless: str | None = None
    """A flag beside it: while that is true, the router takes a value and makes nothing of it."""
    reconnects: bool = False
    """Setting it breaks the connection that the ACS is reached through, for a while."""

    def value(self, facts: Facts) -> Value | None:
        """The value for these facts, or None when the parameter does not exist at present."""
        return self.source(facts) if callable(self.source) else self.source


def leaf(source: Source, type: str | None = None) -> Leaf:
    """A read-only leaf whose type follows from a constant ``source``: bool, int, else string."""
    if type is None:
        type = {bool: "boolean", int: "unsignedInt"}.get(source.__class__, "string")
    return Leaf(source, f"xsd:{type}")


def writable(
    source: Source,
    type: str | None = None,
    refuses: Callable[[Value], bool] | None = None,
    unless: str | None = None,
) -> Leaf:
    """A leaf that may be set."""
    made = leaf(source, type)
    return Leaf(made.source, made.type, writable=True, refuses=refuses, unless=unless)


def secret(reconnects: bool = False) -> Leaf:
    """A password: may be set, never read."""
    return Leaf("", "xsd:string", writable=True, secret=True, reconnects=reconnects)


def unsigned(source: Callable[[Facts], Value | None]) -> Leaf:
    """A read-only computed number."""
    return leaf(source, "unsignedInt")


def signed(source: Callable[[Facts], Value | None]) -> Leaf:
    """A read-only computed number that may be negative."""
    return leaf(source, "int")


def boolean(source: Callable[[Facts], Value | None]) -> Leaf:
    """A read-only computed flag."""
    return leaf(source, "boolean")


def tree(prefix: str, leaves: Mapping[str, Leaf | Source]) -> dict[str, Leaf]:
    """Leaves under ``prefix``; bare values and functions become read-only leaves."""
    return {f"{prefix}.{name}": item if isinstance(item, Leaf) else leaf(item) for name, item in leaves.items()}


@dataclass(frozen=True, eq=False)
class Model:
    """A model of router: how it names itself to the ACS and which leaves it has. Shared by all routers of the model."""

    name: str
    root: str
    manufacturer: str
    oui: str
    product_class: str
    firmware: str
    acs_serial: Callable[[OntSerial], str]
    """The serial number that it tells the ACS, which need not be the GPON one."""
    leaves: dict[str, Leaf]
    informs: tuple[str, ...] = field(default=())
    """Paths that every Inform carries."""
    complete: str = "Complete"
    """What it calls a diagnostic that has ended well."""
    addable: Mapping[str, Mapping[str, Leaf]] = field(default_factory=dict)
    """Objects that instances may be added to, each with the leaves of an instance."""

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Leaf paths at or below ``pattern``, in which ``*`` stands for one name; an empty pattern is everything."""
        return _matching(self, pattern)


@lru_cache(maxsize=4096)
def _matching(model: Model, pattern: str) -> tuple[str, ...]:
    return tuple(model.leaves) if not pattern else tuple(filter(expression(pattern).match, model.leaves))


@lru_cache(maxsize=4096)
def expression(pattern: str) -> re.Pattern[str]:
    """Matches paths at or below ``pattern``, in which ``*`` stands for one name."""
    return re.compile(re.escape(pattern).replace(r"\*", r"[^.]+") + r"(\.|$)")
