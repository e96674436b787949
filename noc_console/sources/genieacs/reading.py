"""What must be asked for to make sections: of the router (a task's paths), and of the ACS (a projection).

What a router does not have costs a question for names and is passed over; but small routers take their time for each,
so once the document shows what there is, only that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from noc_console.domain.cpe import SECTIONS
from noc_console.sources.genieacs import virtual
from noc_console.sources.genieacs.document import ROOTS, Document, Node, instant, is_secret
from noc_console.sources.genieacs.fields import split
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.readings import READINGS
from noc_console.sources.genieacs.tables import ROOT_OF, OpticalPaths, SectionPaths, Tables

_ALWAYS = ("_id", "_deviceId", "_tags", "_lastInform", "_lastBoot", "_lastBootstrap")


class _Known(NamedTuple):
    """What a document tells about a path; of several instances the largest counts."""

    there: bool
    depth: int
    """How many parts of the path were found."""
    unlisted: bool
    """Whether the ACS has not listed the names where it ends."""
    is_table: bool = False
    """Whether rows are what is missing."""

    @property
    def absent(self) -> bool:
        """The router has no such name."""
        return not (self.there or self.unlisted or self.is_table)


class _Way(NamedTuple):
    """One way to a field: of which object, how it is read, and where it may be."""

    object: str
    reading: str
    patterns: list[str]


_Choice = list[_Way]
"""Ways to the same field, best first."""


def read_paths(
    root: str,
    names: Iterable[str] = SECTIONS,
    document: Document | None = None,
    tables: Tables | None = None,
) -> list[str]:
    """Wildcarded paths for a ``getParameterValues`` task that refreshes these sections.

    Args:
        root: Of the router's data model.
        names: Sections.
        document: What the ACS knows of the router; None or a bare one asks for all that any vendor may have.
        tables: None takes the shipped ones.
    """
    tables, names = tables or shipped(), list(names)
    asked: dict[str, None] = {}
    for name in names:
        asked |= dict.fromkeys(_asked(root, name, document or Document({}), tables))
        asked |= dict.fromkeys(virtual.paths(tables, name))
    if document is not None:
        # Nothing left means that the router has nothing of it, by its names: proven by asking once more.
        asked = dict.fromkeys(_joined(asked, document)) or dict.fromkeys(read_paths(root, names, None, tables))
    return [path for path in asked if not any(path.startswith(f"{other}.") for other in asked)]


def _joined(asked: Iterable[str], document: Document) -> Iterator[str]:
    """The paths, with an object in place of its leaves where most of them are asked for and nothing is below it."""
    by_object: dict[str, list[str]] = {}
    for path in asked:
        by_object.setdefault(path.rpartition(".")[0], []).append(path)
    for path, leaves in by_object.items():
        nodes = list(document.top.matching(path))
        names = {name for node in nodes for name in node.children()}
        listed = all("_timestamp" in node.content for node in nodes)
        flat = all(node.parameter(name) or name not in node.content for node in nodes for name in names)
        secret = any(map(is_secret, names))
        if listed and flat and not secret and 1 < len(leaves) <= len(names) <= 2 * len(leaves):
            yield path.removesuffix(".*")
        else:
            yield from leaves


def _asked(root: str, name: str, document: Document, tables: Tables) -> Iterator[str]:
    node = document.root if document.root_name == root else Node(None, root)
    settled_at, foreign = _settled_at(document), _foreign(document, tables)
    choices = list(_choices(root, name, tables, node))
    if name == "optical":
        # Those that are there are enough, with or without values: a name that is listed need not hold the power.
        choices = [choice for choice in choices if _object_there(node, choice[0].patterns[0])] or choices
    for choice in choices:
        enough: set[str] = set()
        for way in choice:
            if way.object in enough:
                continue
            found = [(pattern, _known(node, pattern.split("."), 0, settled_at)) for pattern in way.patterns]
            for pattern, known in found:
                if not known.absent and (known.there or not any(prefix in pattern for prefix in foreign)):
                    yield f"{root}.{_without_rows(pattern, known)}"
            if _usable(node, way):
                enough.add(way.object)


def _object_there(node: Node, pattern: str) -> bool:
    return any(True for _ in node.matching(pattern.rpartition(".")[0]))


def _without_rows(pattern: str, known: _Known) -> str:
    """The pattern, or the table on its way that has no rows: less to ask for than every vendor's leaves of it."""
    no_rows = known.is_table and not known.unlisted
    return ".".join(pattern.split(".")[: known.depth]) if no_rows else pattern


def _usable(node: Node, way: _Way) -> bool:
    """Whether every row of the object has a value there now, so that what would be looked at next is not needed."""
    found = [parameter for pattern in way.patterns for parameter in node.leaves(pattern)]
    return bool(found) and all(READINGS[way.reading](parameter.raw) is not None for parameter in found)


def _known(node: Node, parts: list[str], depth: int, settled_at: float) -> _Known:
    if depth == len(parts):
        return _Known(True, depth, False)
    unlisted = (instant(node.content.get("_timestamp")) or 0.0) < settled_at
    if parts[depth] == "*":
        rows = node.rows()
        if not rows:
            return _Known(False, depth, unlisted, is_table=True)
        return max(_known(node.at(row), parts, depth + 1, settled_at) for row in rows)
    if not isinstance(node.content.get(parts[depth]), dict):
        return _Known(False, depth, unlisted)
    return _known(node.at(parts[depth]), parts, depth + 1, settled_at)


def _settled_at(document: Document) -> float:
    """Names that the ACS listed before the router's last boot may be those of an older firmware."""
    return document.instant("_lastBoot") or 1.0


def _foreign(document: Document, tables: Tables) -> tuple[str, ...]:
    """Prefixes of names that other vendors' routers have; none when the vendor is not in the table."""
    told = " ".join(
        text.lower()
        for text in (document.identity("Manufacturer"), document.root.text("DeviceInfo.Manufacturer"))
        if text
    )
    own = {prefix for prefix, words in tables.vendors.items() if any(word in told for word in words)}
    return tuple(prefix for prefix in tables.vendors if prefix not in own) if own else ()


def _choices(root: str, name: str, tables: Tables, node: Node) -> Iterator[_Choice]:
    """Everything that a section may be made from."""
    table = tables.section(name)
    if isinstance(table, OpticalPaths):
        yield from ([_Way("self", "text", [path])] for path in _optical_paths(root, table, node))
        return
    for specs in (table.fields, table.own):
        by_key: dict[str, _Choice] = {}
        for spec in specs:
            ways = by_key.setdefault(spec.key, [])
            ways += [way for path in spec.paths if (way := _way(root, table, path, spec.as_)).patterns]
        yield from filter(None, by_key.values())
    for path in table.also:
        yield [_way(root, table, path, "text")]
    for path in table.also_root.get(root, []):
        yield [_Way("self", "text", [path])]


def _way(root: str, table: SectionPaths, path: str, reading: str) -> _Way:
    name, leaf = split(path)
    if name in ROOT_OF:
        name = "self" if ROOT_OF[name] == root else ""
    bases = (table.objects.get(root) or {"self": [""]}).get(name, [])
    return _Way(name, reading, [f"{base}.{leaf}".lstrip(".") for base in bases])


def _optical_paths(root: str, table: OpticalPaths, node: Node) -> Iterator[str]:
    for transceiver in table.transceivers:
        if transceiver.object.startswith("Optical.") is not (root == "Device"):
            continue
        yield from transceiver.leaves
        if any(True for _ in node.matching(transceiver.object)):
            for path in (path for spec in table.fields for path in spec.paths):
                name, leaf = split(path)
                base = transceiver.object.rpartition(".")[0] if name == "parent" else transceiver.object
                if base:  # above an object of the root there is nothing of its own
                    yield f"{base}.{leaf}"


def projection_for(root: str | None, names: Iterable[str] = SECTIONS, tables: Tables | None = None) -> list[str]:
    """What to ask the ACS for; wildcards are not allowed there, so objects are cut off at the first.

    Args:
        root: None asks for both, when it is not known which one the router has.
        names: Sections.
        tables: None takes the shipped ones.
    """
    tables = tables or shipped()
    names = list(names)
    roots = (root,) if root else ROOTS
    paths = [
        f"{one}.{pattern}"
        for one in roots
        for name in names
        for choice in _choices(one, name, tables, Node(None))
        for way in choice
        for pattern in way.patterns
    ]
    # What the tables by model and vendor are looked up with.
    paths += [f"{one}.DeviceInfo.{leaf}" for one in roots for leaf in ("Manufacturer", "ModelName", "SoftwareVersion")]
    paths += virtual.paths(tables)
    if "optical" in names:
        paths += [f"{virtual.ROOT}.{name}" for name in tables.optical.virtual]
        paths += [f"{one}.{transceiver.object}" for one in roots for transceiver in tables.optical.transceivers
                  if transceiver.object.startswith("Optical.") is (one == "Device")]  # fmt: skip
    cut = dict.fromkeys(re.split(r"\.\*", path)[0] for path in paths)
    return [*_ALWAYS, *(path for path in cut if not any(path.startswith(f"{other}.") for other in cut))]
