"""Where what is selected is, for roles that hold at some places only. The door judges again by the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from noc_console.console.screens.outages import OutagesView
from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.network import Ont
from noc_console.domain.operators import Place
from noc_console.picture.model import Model

if TYPE_CHECKING:
    from noc_console.console.screens.view import View


def places(model: Model, view: View) -> tuple[Place, ...]:
    """Of all that an action would be about now; none where only the door can tell."""
    if isinstance(view, OutagesView):
        subject = view.subject(view.table.current)
        return _of_outage(model, subject) if isinstance(subject, Alarm | IncidentRecord) else ()
    olt, onts = view.selected_olt(), view.chosen_onts()
    if olt is not None:
        return (Place(olt.name),)
    return of_onts(model, onts)


def of_onts(model: Model, onts: Iterable[Ont]) -> tuple[Place, ...]:
    """Each place once, in the order of the ONTs."""
    found = (Place(model.olt_name(ont.olt_id), model.plant.place(ont.serial).zone) for ont in onts)
    return tuple(dict.fromkeys(found))


def _of_outage(model: Model, subject: Alarm | IncidentRecord) -> tuple[Place, ...]:
    """Only what lies in one OLT and names its zone: of anything larger the door knows more."""
    zone = subject.zone if isinstance(subject, IncidentRecord) else model.plant.place(subject.serial).zone
    return (Place(subject.olt, zone),) if subject.olt and zone else ()
