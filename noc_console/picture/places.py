"""From places, as incidents name ONTs, to the rows of the store."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.incidents.incident import Place
from noc_console.picture.model import Model


def rows_at(model: Model, places: Iterable[Place]) -> dict[Place, int]:
    """The rows of the ONTs that are listed at these places now."""
    ids = {olt.name: olt_id for olt_id, olt in model.olts.items()}
    found: dict[Place, int] = {}
    by_port: dict[tuple[str, str], dict[int, int]] = {}
    for olt, port, ont_id in places:
        if (olt, port) not in by_port:
            state = model.port_states.get((ids.get(olt, -1), port))
            rows = state.rows if state else ()
            by_port[olt, port] = {int(model.onts.get(row, "ont_id")): row for row in rows}
        if (row := by_port[olt, port].get(ont_id)) is not None:
            found[olt, port, ont_id] = row
    return found
