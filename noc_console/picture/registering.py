"""What would register an ONT that waits: the preset that fits its OLT, the lowest free id, and what to mind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from noc_console.domain.errors import ActionRefused
from noc_console.domain.freshness import Freshness, format_age
from noc_console.domain.identity import OntSerial, PonPort, named_place
from noc_console.domain.network import PollKind, Unregistered
from noc_console.domain.provisioning import Preset, as_value, free_id
from noc_console.domain.standing import trust
from noc_console.picture.model import Model


@dataclass(frozen=True, slots=True)
class Registration:
    """Commands to copy; nothing sends them."""

    serial: str
    olt: str
    port: str
    ont_id: int
    preset: str
    commands: tuple[str, ...]
    notes: tuple[str, ...]
    """What to mind before they are used."""

    def as_json(self) -> dict[str, object]:
        """As ``--json`` shows it."""
        return asdict(self)

    @property
    def text(self) -> str:
        """For a screen: what to mind, then the commands."""
        head = [f"{self.serial} at {self.olt}, {named_place(self.port, self.ont_id)}, preset {self.preset}"]
        return "\n".join([*head, *(f"! {note}" for note in self.notes), "", *self.commands])


def waiting(model: Model, serial: str) -> Unregistered:
    """The ONT that waits under this serial number, in any form.

    Raises:
        ActionRefused: It is no serial number, or none waits under it.
    """
    try:
        wanted = OntSerial.parse(serial).text
    except ValueError as error:
        raise ActionRefused(str(error)) from None
    found = max(
        (one for one in model.waiting.values() if one.serial == wanted), key=lambda one: one.last_seen_at, default=None
    )
    if found is None:
        raise ActionRefused(f"{wanted} waits at no OLT (show unregistered lists those that do)")
    return found


def fitting(model: Model, presets: Sequence[Preset], olt_id: int) -> list[Preset]:
    """The presets for the family of an OLT."""
    profile = model.olts[olt_id].profile if olt_id in model.olts else None
    return [preset for preset in presets if profile in preset.profiles]


def registration(
    model: Model, presets: Sequence[Preset], now: float, serial: str, preset: str = "", description: str = ""
) -> Registration:
    """The commands for one ONT that waits.

    Args:
        model: The picture.
        presets: Those of the config.
        now: Unix seconds.
        serial: Of the ONT, in any form.
        preset: Name of one; empty takes the only one that fits.
        description: Text for the OLT; empty takes the subscriber's record, else the serial number.

    Raises:
        ActionRefused: It does not wait, no preset fits, the port is full, or a value cannot be taken into a command.
    """
    ont = waiting(model, serial)
    chosen = _chosen(fitting(model, presets, ont.olt_id), preset, model.olt_name(ont.olt_id))
    state = model.port_states.get((ont.olt_id, ont.port))
    used = {int(model.onts.get(row, "ont_id")) for row in (state.rows if state else ())}
    ont_id = free_id(used, chosen.ids)
    if ont_id is None:
        raise ActionRefused(f"{model.olt_name(ont.olt_id)} {ont.port} is full: no id from {chosen.ids} is free")
    known = model.plant.place(ont.serial).subscriber
    told = description or " ".join(filter(None, (known.account, known.name))) if known else description
    text = as_value(told) or ont.serial
    commands = chosen.registration(PonPort.parse(ont.port), ont_id, OntSerial.parse(ont.serial), text)
    notes = _notes(model, ont, chosen, now)
    return Registration(
        ont.serial, model.olt_name(ont.olt_id), ont.port, ont_id, chosen.name, tuple(commands), tuple(notes)
    )


def _chosen(found: Sequence[Preset], name: str, olt: str) -> Preset:
    if not found:
        raise ActionRefused(f"no preset fits {olt}: provisioning.presets in the config file names them")
    if name:
        match = next((preset for preset in found if preset.name == name), None)
        if match is None:
            raise ActionRefused(f"no preset {name!r} fits {olt} (there are {', '.join(one.name for one in found)})")
        return match
    if len(found) > 1:
        raise ActionRefused(f"which preset? {', '.join(one.name for one in found)}")
    return found[0]


def _notes(model: Model, ont: Unregistered, preset: Preset, now: float) -> list[str]:
    notes = []
    if not preset.verified:
        notes.append(f"these commands are not verified on {preset.title} ({preset.source})")
    read_at = model.port_read_at(ont.olt_id, ont.port, PollKind.STATE)
    interval_s = model.intervals_of(ont.olt_id).state_s
    if trust(model.olts.get(ont.olt_id), read_at, now, interval_s) is not Freshness.FRESH:
        age = f" since {format_age(now - read_at)}" if read_at is not None else ""
        notes.append(f"the port was not read{age}: the id may be taken by now")
    if (row := model.onts.by_identity.get(ont.serial)) is not None:
        listed = model.onts.ont(row)
        place = f"{model.olt_name(listed.olt_id)}, {named_place(listed.port, listed.ont_id)}"
        notes.append(f"it is also listed at {place}: remove it there first")
    return notes
