"""Where what is selected is, for roles that hold at some places only. The door judges again by the database."""

from __future__ import annotations

from noc_console.console.screens.outages import OutagesView
from noc_console.console.screens.view import View
from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.operators import Place
from noc_console.picture.model import Model
from noc_console.picture.whereabouts import places_of


def places(model: Model, view: View) -> tuple[Place, ...]:
    """Of all that an action would be about now; none where only the door can tell."""
    if isinstance(view, OutagesView):
        subject = view.subject(view.table.current)
        return _of_outage(model, subject) if isinstance(subject, Alarm | IncidentRecord) else ()
    olt = view.selected_olt()
    return (Place(olt.name),) if olt is not None else places_of(model, view.chosen_onts())


def _of_outage(model: Model, subject: Alarm | IncidentRecord) -> tuple[Place, ...]:
    """Only what lies in one OLT and names its zone: of anything larger the door knows more."""
    zone = subject.zone if isinstance(subject, IncidentRecord) else model.plant.place(subject.serial).zone
    return (Place(subject.olt, zone),) if subject.olt and zone else ()
