"""All that an ONT and its customer are called by, for copying into a ticket or a command."""

from __future__ import annotations

from noc_console.domain.identity import OntSerial, told_ont_id
from noc_console.domain.network import Ont
from noc_console.picture.model import Model


def ont_copies(model: Model, ont: Ont) -> list[tuple[str, str]]:
    """Names and texts; what is not known is left out. No password is among them."""
    cpe = model.cpe_of(ont.serial)
    place = model.plant.place(ont.serial)
    subscriber = place.subscriber
    ont_id = told_ont_id(ont.ont_id)
    found = (
        ("serial", ont.serial),
        ("serial in hex", OntSerial(ont.serial).hex if ont.serial else None),
        ("MAC", ont.mac or (cpe.mac if cpe else None)),
        ("WAN address", cpe.wan_ip if cpe else None),
        ("PPPoE user", cpe.pppoe_user if cpe else None),
        ("account", subscriber.account if subscriber else None),
        ("place", f"{model.olt_name(ont.olt_id)} {ont.port}" + ("" if ont_id is None else f" id {ont_id}")),
        ("description", ont.description),
        ("command", f"noc-console lookup {ont.identity}" if ont.identity else None),
    )
    return [(name, text) for name, text in found if text]
