"""Device documents made up leaf by leaf from what real ones hold."""

from __future__ import annotations

from typing import Any

from noc_console.domain.cpe import Section
from noc_console.sources.genieacs.document import ROOTS, Document
from noc_console.sources.genieacs.sections import sections
from noc_console.sources.genieacs.tables import Tables

IGD, DEV = ROOTS
AT = "2026-11-21T20:47:16.000Z"


def document(values: dict[str, Any], **top: Any) -> dict[str, Any]:
    """A device document with these leaves, its objects listed; ``...`` is a leaf that was never read."""
    made: dict[str, Any] = {"_id": "A-B-C", **top}
    for path, value in values.items():
        *parents, name = path.split(".")
        node = made
        for parent in parents:
            node = node.setdefault(parent, {"_object": True, "_writable": False, "_timestamp": AT})
        if value == {}:
            node[name] = {"_object": True, "_writable": False, "_timestamp": AT}
            continue
        leaf: dict[str, Any] = {"_object": False, "_writable": False}
        if value is not ...:
            leaf |= {"_value": value, "_type": "xsd:string", "_timestamp": AT}
        node[name] = leaf
    return made


def section(values: dict[str, Any], name: str, tables: Tables | None = None, **top: Any) -> Section:
    """One section of such a document."""
    return sections(Document(document(values, **top)), (name,), tables)[0]
