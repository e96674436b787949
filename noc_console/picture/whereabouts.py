"""Where ONTs are, as roles that hold at some places only see it. The door judges again by the database."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.network import Ont
from noc_console.domain.operators import Place
from noc_console.picture.model import Model


def place_of(model: Model, ont: Ont) -> Place:
    """Its OLT, and its zone by the records."""
    return Place(model.olt_name(ont.olt_id), model.plant.place(ont.serial).zone)


def places_of(model: Model, onts: Iterable[Ont]) -> tuple[Place, ...]:
    """Each place once, in the order of the ONTs."""
    return tuple(dict.fromkeys(place_of(model, ont) for ont in onts))
