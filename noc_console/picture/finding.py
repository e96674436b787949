"""From any scrap to the ONTs and routers that it names."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.network import Cpe
from noc_console.domain.routers import Scrap
from noc_console.picture.model import Model


def find_onts(model: Model, scrap: Scrap) -> list[int]:
    """Rows of the ONTs that ``scrap`` names; where it names none, of those that it is a part of."""
    if named := named_onts(model, scrap):
        return named
    onts = model.onts
    rows = model.rows_under(None)
    return [
        row
        for row in rows
        if scrap.is_part_of(onts.identity(row), onts.get(row, "description"))
        or scrap.is_in_name_of(model.plant.place(onts.get(row, "serial")).subscriber)
    ]


def named_onts(model: Model, scrap: Scrap) -> list[int]:
    """Rows of ONTs by serial number or MAC, or by their router's address, login or name at the ACS, or by their
    subscriber's account: sure enough to act on."""
    rows = model.rows_under(None)
    if exact := [row for row in rows if model.onts.identity(row) in scrap.names]:
        return exact
    serials = {cpe.serial for cpe in find_routers(model, scrap) if cpe.serial}
    serials |= {one.serial for one in model.subscribers() if one.serial and one.account.lower() == scrap.text}
    return [row for row in rows if model.onts.get(row, "serial") in serials] if serials else []


def router_alone(model: Model, scrap: Scrap) -> Cpe | None:
    """The router whose id at the ACS ``scrap`` is, where its ONT would not do: no OLT lists it, or it has a double."""
    named = next((cpe for cpe in model.cpes.values() if scrap.names_device(cpe)), None)
    return named if named and not is_of_ont(model, named) else None


def is_of_ont(model: Model, cpe: Cpe) -> bool:
    """Whether it is the only router of an ONT that an OLT lists: then the ONT stands for it."""
    row = model.onts.by_identity.get(cpe.serial) if cpe.serial else None
    listed = row is not None and model.onts.get(row, "vanished_at") is None
    return listed and len(model.routers_of(cpe.serial)) == 1


def routers_alone(model: Model) -> list[Cpe]:
    """Routers that no ONT stands for, those that informed last first."""
    found = [cpe for cpe in model.cpes.values() if not is_of_ont(model, cpe)]
    return sorted(found, key=lambda cpe: -(cpe.last_inform_at or 0.0))


def rows_of(model: Model, routers: Iterable[Cpe]) -> list[int]:
    """Rows of the ONTs whose only routers these are."""
    return [model.onts.by_identity[cpe.serial or ""] for cpe in routers if is_of_ont(model, cpe)]


def find_routers(model: Model, scrap: Scrap) -> list[Cpe]:
    """Routers that ``scrap`` names, those that informed last first."""
    found = [cpe for cpe in model.cpes.values() if scrap.names_router(cpe)]
    return sorted(found, key=lambda cpe: -(cpe.last_inform_at or 0.0))
