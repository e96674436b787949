"""Where the light of an ONT goes, and which splice closures lie where an incident's fibre broke."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.fibre_path import Step, closures_between
from noc_console.domain.incidents.incident import Bracket, Incident
from noc_console.picture.model import Model
from noc_console.picture.places import rows_at

ASKED_AT_MOST = 64
"""ONTs of an incident whose paths are looked at: more do not hang on one branch."""


def path_of(model: Model, serial: str | None) -> tuple[Step, ...]:
    """From the PON port to the subscriber of this ONT, as far as it was recorded; empty when nothing was."""
    subscriber = model.plant.place(serial).subscriber
    return model.fibre.path_to(subscriber) if subscriber else ()


def suspects(model: Model, incident: Incident) -> list[Step]:
    """The closures in the bracket of an incident that the light of every dark ONT passes, nearest first.

    ONTs whose path is not recorded say nothing; where none is recorded there are no suspects.
    """
    if incident.bracket is None:
        return []
    places = list(dict.fromkeys((*incident.onts, *incident.stragglers)))[:ASKED_AT_MOST]
    paths = [path_of(model, model.onts.identity(row)) for row in rows_at(model, places).values()]
    return _common([_inside(path, incident.bracket) for path in paths if path])


def path_text(path: Iterable[Step]) -> list[str]:
    """A line for each step: distance from the OLT where it is known, what it is, its length or loss."""
    return [_told(step) for step in path]


def _told(step: Step) -> str:
    at = f"{step.at_m:.0f} m" if step.at_m is not None and step.kind not in ("gap", "strand") else ""
    if step.kind == "gap":
        return f"{at:>9}  not recorded: {step.name}"
    more = [f"{step.length_m:.0f} m long"] if step.length_m is not None else []
    more += [f"{step.loss_db:.2f} dB"] if step.loss_db is not None else []
    return f"{at:>9}  {step.kind} {step.name}" + (f" ({', '.join(more)})" if more else "")


def _inside(path: Iterable[Step], bracket: Bracket) -> dict[str, Step]:
    return {step.name: step for step in closures_between(path, bracket.alive_to_m, bracket.dead_from_m)}


def _common(found: list[dict[str, Step]]) -> list[Step]:
    if not found:
        return []
    shared = set(found[0]).intersection(*found[1:])
    return [step for name, step in found[0].items() if name in shared]
