"""Telephone lines."""

from __future__ import annotations

from noc_console.domain.cpe import Group
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.fields import Objects, fields
from noc_console.sources.genieacs.tables import SectionPaths


def groups(document: Document, table: SectionPaths) -> tuple[Group, ...]:
    """One group per line, from the first place that has any: some routers keep the same lines in two."""
    for pattern in table.patterns(document.root_name):
        made = []
        for node in document.root.matching(pattern):
            shown = fields(table.fields, _objects(document, node))
            if any(field.key in ("status", "number") for field in shown):
                number = next((str(field.value) for field in shown if field.key == "number"), f"Line {node.name}")
                made.append(Group(number, tuple(shown), node.path))
        if made:
            return tuple(made)
    return ()


def _objects(document: Document, line: Node) -> Objects:
    """The line with its profile (TR-104), or the SIP client and network that it refers to (TR-104 issue 2)."""
    client = document.top.reference(line.text("Provider"))
    return {
        "self": line,
        "profile": document.top.at(line.path.rsplit(".", 2)[0]),
        "client": client,
        "network": document.top.reference(client.text("Network")),
    }
