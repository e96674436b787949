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
from noc_console.sources.genieacs.document import ROOTS, Document, Node, instant
from noc_console.sources.genieacs.fields import split
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.tables import ROOT_OF, OpticalPaths, Tables

_ALWAYS = ("_id", "_deviceId", "_tags", "_lastInform", "_lastBoot", "_lastBootstrap")


class _Known(NamedTuple):
    """What a document tells about a path; of several instances the largest tells most."""

    there: bool
    depth: int
    """How many parts of the path were found."""
    listed: bool
    """Whether nothing is below that: the ACS has listed the names there."""
    is_table: bool = False
    """Whether rows are what is missing."""

    @property
    def absent(self) -> bool:
        """The router has no such name."""
        return not self.there and self.listed and not self.is_table


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
        asked = dict.fromkeys(_joined(list(asked), document)) or dict.fromkeys(read_paths(root, names, None, tables))
    return [path for path in asked if not any(path.startswith(f"{other}.") for other in asked)]


def _joined(asked: list[str], document: Document) -> Iterator[str]:
    """The paths, with an object in place of its leaves where most of them are asked for and nothing is below it."""
    by_object: dict[str, list[str]] = {}
    for path in asked:
        by_object.setdefault(path.rpartition(".")[0], []).append(path)
    for path, leaves in by_object.items():
        names = {name for node in document.top.matching(path) for name in node.children()}
        nodes = list(document.top.matching(path))
        flat = all(node.parameter(name) or not node.at(name) for node in nodes for name in names)
        if len(leaves) > 1 and flat and names and 2 * len(leaves) >= len(names):
            yield path.removesuffix(".*")
        else:
            yield from leaves


def _asked(root: str, name: str, document: Document, tables: Tables) -> Iterator[str]:
    node = document.root if document.root_name == root else Node(None, root)
    settled_at = _settled_at(document)
    found = {path: _known(node, path.split("."), 0, settled_at) for path in _paths(root, name, tables, node)}
    foreign = _foreign(document, tables)
    if name == "optical" and any(known.there for known in found.values()):
        found = {path: known for path, known in found.items() if known.there}
    for path, known in found.items():
        if known.absent or (not known.there and any(prefix in path for prefix in foreign)):
            continue
        # A table without rows now may have some by then: all of it is less to ask for than every vendor's leaves.
        yield f"{root}.{'.'.join(path.split('.')[: known.depth]) if known.is_table and known.listed else path}"


def _known(node: Node, parts: list[str], depth: int, settled_at: float) -> _Known:
    if depth == len(parts):
        return _Known(True, depth, True)
    listed = (instant(node.content.get("_timestamp")) or 0.0) >= settled_at
    if parts[depth] == "*":
        rows = [name for name in node.children() if name.isdigit()]
        if not rows:
            return _Known(False, depth, listed, is_table=True)
        return max(_known(node.at(row), parts, depth + 1, settled_at) for row in rows)
    if not isinstance(node.content.get(parts[depth]), dict):
        return _Known(False, depth, listed)
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


def _paths(root: str, name: str, tables: Tables, node: Node) -> Iterator[str]:
    """Patterns below the root of everything that a section may be made from."""
    table = tables.section(name)
    if isinstance(table, OpticalPaths):
        yield from _optical_paths(root, table, node)
        return
    objects = table.objects.get(root) or {"self": [""]}
    specs = (*table.fields, *table.own)
    for path in (*(path for spec in specs for path in spec.paths), *table.also):
        name, leaf = split(path)
        if name in ROOT_OF:
            name = "self" if ROOT_OF[name] == root else ""
        for base in objects.get(name, []):
            yield f"{base}.{leaf}".lstrip(".")
    yield from table.also_root.get(root, [])


def _optical_paths(root: str, table: OpticalPaths, node: Node) -> Iterator[str]:
    for transceiver in table.transceivers:
        if transceiver.object.startswith("Optical.") is not (root == "Device"):
            continue
        yield from transceiver.leaves
        if any(True for _ in node.matching(transceiver.object)):
            for path in (path for spec in table.fields for path in spec.paths):
                name, leaf = split(path)
                base = transceiver.object.rpartition(".")[0] if name == "parent" else transceiver.object
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
    paths = [f"{one}.{path}" for one in roots for name in names for path in _paths(one, name, tables, Node(None))]
    # What the tables by model and vendor are looked up with.
    paths += [f"{one}.DeviceInfo.{leaf}" for one in roots for leaf in ("Manufacturer", "ModelName", "SoftwareVersion")]
    paths += virtual.paths(tables)
    if "optical" in names:
        paths += [f"{virtual.ROOT}.{name}" for name in tables.optical.virtual]
        paths += [f"{one}.{transceiver.object}" for one in roots for transceiver in tables.optical.transceivers
                  if transceiver.object.startswith("Optical.") is (one == "Device")]  # fmt: skip
    cut = dict.fromkeys(re.split(r"\.\*", path)[0] for path in paths)
    return [*_ALWAYS, *(path for path in cut if not any(path.startswith(f"{other}.") for other in cut))]
