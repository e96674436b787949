"""What the ACS believes about a router: the device document, made on demand from a few instants and a cache.

A record stays small until the router is read: the values of an Inform are taken from the router as of that Inform,
those of a full read (``baseline``) from a copy of its state, and only what tasks read or set is stored one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from noc_console.demo.acs.cpe import SimulatedCpe
from noc_console.demo.acs.state import CpeState, Value, iso
from noc_console.demo.acs.templates import Model
from noc_console.demo.acs.templates.model import Facts

MISSING = object()
Projection = tuple[str, ...]


class Extra(NamedTuple):
    """A leaf that only the ACS has."""

    value: Value
    type: str
    writable: bool
    at: float


class Record:
    """One device document."""

    __slots__ = (
        "baseline",
        "baseline_at",
        "cached",
        "cpe",
        "discovered",
        "extra",
        "informed_at",
        "last_boot_at",
        "last_bootstrap_at",
        "registered_at",
        "rpcs",
        "tags",
    )

    def __init__(self, cpe: SimulatedCpe, registered_at: float, informed_at: float) -> None:
        self.cpe = cpe
        self.registered_at = registered_at
        self.informed_at = informed_at
        self.last_boot_at: float | None = None
        self.last_bootstrap_at: float | None = None
        self.baseline: CpeState | None = None
        self.baseline_at = 0.0
        self.cached: dict[str, tuple[Value | None, float]] | None = None
        """None as a value: read, and found to be gone."""
        self.discovered: set[str] | None = None
        """Objects whose children's names the ACS asked for."""
        self.rpcs: dict[str, float] | None = None
        """When ``Reboot`` and ``FactoryReset`` were last sent."""
        self.tags: list[str] | None = None
        self.extra: dict[str, Extra] | None = None
        """What is no parameter of the router: ``Downloads`` and ``VirtualParameters``."""

    def note(self, path: str, value: Value, type: str, writable: bool, at: float) -> None:
        """Hold something that is no parameter of the router."""
        self.extra = {**(self.extra or {}), path: Extra(value, type, writable, at)}

    def download_of(self, names: dict[str, str]) -> int:
        """Number of the instance of ``Downloads`` for this file, or of the next one."""
        instances = {path.split(".")[1] for path in self.extra or () if path.startswith("Downloads.")}
        for number in instances:
            leaves = {leaf: f"Downloads.{number}.{leaf[0].upper()}{leaf[1:]}" for leaf in names}
            if self.extra and all(self.extra[path].value == names[leaf] for leaf, path in leaves.items()):
                return int(number)
        return max(map(int, instances), default=0) + 1

    def set_tag(self, tag: str, on: bool) -> None:
        """Add or remove a tag; both may be so already."""
        if on:
            self.tags = [*dict.fromkeys([*(self.tags or []), tag])]
        elif self.tags is not None:
            self.tags = [other for other in self.tags if other != tag]

    def remember_everything(self, at: float) -> None:
        """Believe the router's whole present state, as after a full read."""
        self.baseline = copy(self.cpe.state)
        self.baseline_at = at

    def remember(self, path: str, value: Value, at: float) -> None:
        """Believe one value, and know the names beside it."""
        if self.cached is None:
            self.cached = {}
        if self.discovered is None:
            self.discovered = set()
        self.cached[path] = (value, at)
        self.discovered.add(path.rpartition(".")[0])

    def forget(self, path: str, at: float) -> None:
        """Take note that the router no longer has a parameter."""
        if self.baseline is not None or (self.cached and path in self.cached):
            self.cached = self.cached or {}
            self.cached[path] = (None, at)

    def drop(self, prefix: str) -> None:
        """Forget everything below a deleted object."""
        self.cached = {path: held for path, held in (self.cached or {}).items() if not path.startswith(prefix)}

    def last_inform_at(self, now: float) -> float:
        """Latest Inform: the last one that did something, or the periodic ones since."""
        if not self.cpe.online or now <= self.informed_at:
            return self.informed_at
        interval = self.cpe.state.inform_interval_s
        return self.informed_at + (now - self.informed_at) // interval * interval

    def believed(self, path: str, now: float) -> tuple[Value, float] | None:
        """The cached value of a parameter and when it was read or set; None when it never was."""
        value, at = self.cached.get(path, (None, 0.0)) if self.cached else (None, 0.0)
        if path in self.cpe.model.informs and (informed_at := self.last_inform_at(now)) > at:
            value, at = self.cpe.read(path, informed_at), informed_at
        elif self.extra and path in self.extra:
            value, at = self.extra[path].value, self.extra[path].at
        elif not at and self.baseline is not None and path in self.cpe.model.leaves:
            facts = Facts(self.cpe.serial, self.baseline, self.baseline_at)
            value, at = self.cpe.model.leaves[path].value(facts), self.baseline_at
        return None if value is None else (value, at)

    def knows(self, path: str) -> bool:
        """Whether the ACS knows the parameter's name, read or not."""
        known = self.discovered is not None and path.rpartition(".")[0] in self.discovered
        return known and self.cpe.read(path, 0.0) is not None

    def get(self, key: str, now: float) -> Any:
        """What a query's key selects: a value, an instant as ``datetime``, tags as a list, or ``MISSING``."""
        if key.startswith("_"):
            return self._meta(now).get(key, MISSING)
        path, _, attribute = key.rpartition(".")
        if path in ("Reboot", "FactoryReset"):
            at = (self.rpcs or {}).get(path)
            return MISSING if at is None else _instant(at)
        believed = self.believed(path, now)
        leaf = self.cpe.leaf(path)
        if attribute == "_writable" and leaf and (believed or self.knows(path)):
            return leaf.writable
        if believed is None:
            return MISSING
        return {"_value": believed[0], "_timestamp": _instant(believed[1])}.get(attribute, MISSING)

    def _meta(self, now: float) -> dict[str, Any]:
        model = self.cpe.model
        meta: dict[str, Any] = {
            "_id": self.cpe.device_id,
            "_deviceId._Manufacturer": model.manufacturer,
            "_deviceId._OUI": model.oui,
            "_deviceId._ProductClass": model.product_class,
            "_deviceId._SerialNumber": model.acs_serial(self.cpe.serial),
            "_registered": _instant(self.registered_at),
            "_lastInform": _instant(self.last_inform_at(now)),
            "_timestamp": _instant(self.last_inform_at(now)),
        }
        if self.last_boot_at is not None:
            meta["_lastBoot"] = _instant(self.last_boot_at)
        if self.last_bootstrap_at is not None:
            meta["_lastBootstrap"] = _instant(self.last_bootstrap_at)
        if self.tags is not None:
            meta["_tags"] = list(self.tags)
        return meta

    def document(self, projection: Projection, now: float) -> dict[str, Any]:
        """The JSON document; an empty ``projection`` is everything."""
        made: dict[str, Any] = {"_id": self.cpe.device_id}
        for key, value in self._meta(now).items():
            if not projection or any(key == path or key.startswith(f"{path}.") for path in projection):
                _put(made, key.split("."), iso(value.timestamp()) if isinstance(value, datetime) else value)
        for name, at in (self.rpcs or {}).items():
            if not projection or any(path.split(".")[0] == name for path in projection):
                made[name] = {"_value": iso(at), "_type": "xsd:dateTime", "_timestamp": iso(at), "_object": False}
        for path, top in self._projected(projection):
            self._put_leaf(made, path, top, now)
        return made

    def _projected(self, projection: Projection) -> Iterator[tuple[str, int]]:
        yield from _projected(self.cpe.model, projection)
        added = (
            [path for path in self.cpe.matching("") if path not in self.cpe.model.leaves] if self.cpe.instances else []
        )
        for path in (*added, *(self.extra or ())):
            if not projection:
                yield path, 1
            for pattern in projection:
                if path == pattern or path.startswith(f"{pattern}."):
                    yield path, pattern.count(".") + 1
                    break

    def _put_leaf(self, made: dict[str, Any], path: str, top: int, now: float) -> None:
        leaf = (self.extra or {}).get(path) or self.cpe.leaf(path)
        if leaf is None:
            return
        node: dict[str, Any] = {"_object": False, "_writable": leaf.writable}
        believed = self.believed(path, now)
        if believed is not None:
            node |= {"_value": believed[0], "_type": leaf.type, "_timestamp": iso(believed[1])}
        elif not self.knows(path):
            return
        *parents, name = path.split(".")
        holder = made
        for depth, parent in enumerate(parents, start=1):
            holder = holder.setdefault(parent, {"_object": True, "_writable": False} if depth >= top else {})
        holder[name] = node


@lru_cache(maxsize=1024)
def _projected(model: Model, projection: Projection) -> tuple[tuple[str, int], ...]:
    """Leaves to show, each with the depth from which its objects are shown whole."""
    if not projection:
        return tuple((path, 1) for path in model.leaves)
    found: dict[str, int] = {}
    for pattern in projection:
        # A projection knows no wildcards: a star is a name that nothing has.
        for path in model.matching(pattern) if pattern and "*" not in pattern else ():
            found.setdefault(path, pattern.count(".") + 1)
    return tuple(found.items())


def _put(made: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        made = made.setdefault(key, {})
    made[keys[-1]] = value


def _instant(at: float) -> datetime:
    """``at`` in the database's resolution, milliseconds."""
    return datetime.fromtimestamp(round(at, 3), UTC)


def project(document: dict[str, Any], projection: Iterable[str]) -> dict[str, Any]:
    """Top-level projection of a flat document, such as a task or a fault."""
    wanted = set(projection)
    return {key: value for key, value in document.items() if not wanted or key in wanted or key == "_id"}
