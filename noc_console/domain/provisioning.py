"""The commands by which an OLT registers an ONT that waits: made from a preset, shown and copied, never sent.

A preset's commands are templates: ``{0}``, ``{1}``, ... are the numbers of the PON port, ``{ont}`` is the id that the
ONT gets, ``{serial}`` its serial number as the family writes it, ``{description}`` a text; all other names are the
preset's own values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Literal

from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import OntSerial, PonPort

SerialForm = Literal["hex", "text", "colon"]
"""``48575443AABBCCDD``, ``HWTCAABBCCDD``, ``HWTC:AABBCCDD``."""
GIVEN = ("ont", "serial", "description")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.,:/+-]{0,63}")
"""What a value may be: nothing of it can end a quoted word, a line or a command, and none begins as an option does."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One way to register ONTs at OLTs of one family."""

    name: str
    title: str
    """The family, for people."""
    profiles: tuple[str, ...]
    """SNMP profiles whose OLTs take these commands."""
    port_numbers: int
    """How many numbers the family's PON ports have."""
    ids: tuple[int, int]
    """First and last id that an ONT of a port can have."""
    serial: SerialForm
    commands: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    """Where the commands are from, where they are not the operator's own."""
    verified: bool = False
    """Whether they were confirmed by more than one source; the operator's own count as confirmed."""
    problem: str = ""
    """Why it cannot be used; empty when it can."""

    def missing(self) -> list[str]:
        """Values that the commands name and the preset does not have."""
        return sorted(names_of(self.commands) - set(self.values) - set(GIVEN))

    def registration(self, port: PonPort, ont_id: int, serial: OntSerial, description: str) -> list[str]:
        """The commands for one ONT.

        Raises:
            ActionRefused: The port is none of this family, a value is missing, or one holds what no command line takes.
        """
        if self.problem:
            raise ActionRefused(f"preset {self.name}: {self.problem}")
        if len(port.path) != self.port_numbers:
            raise ActionRefused(f"port {port} is none that {self.title} could have")
        if missing := self.missing():
            raise ActionRefused(f"preset {self.name} has no value for {', '.join(missing)}")
        given = {"ont": str(ont_id), "serial": written(serial, self.serial), "description": description}
        values = {**self.values, **given}
        for name in names_of(self.commands):
            if not _SAFE.fullmatch(values[name]):
                raise ActionRefused(
                    f"{name}: {values[name]!r} is not taken into a command: "
                    "letters, digits, blanks and _ . , : / + - only, 64 at most"
                )
        return [command.format(*port.path, **values) for command in self.commands]


def names_of(commands: Collection[str]) -> set[str]:
    """The names in templates, without the numbers of the port.

    Raises:
        ValueError: A template is none.
    """
    found = (name for command in commands for _, name, _, _ in Formatter().parse(command) if name is not None)
    return {name for name in found if not name.isdecimal()}


def written(serial: OntSerial, form: SerialForm) -> str:
    """A serial number as a family's command line writes it.

    Raises:
        ActionRefused: Its vendor has no letters, so that it cannot be written so.
    """
    if form == "hex":
        return serial.hex
    text = serial.text
    if len(text) == len(serial.hex):
        raise ActionRefused(f"{text} has no vendor's letters: it cannot be written as this family wants it")
    return text if form == "text" else f"{text[:4]}:{text[4:]}"


def as_value(text: str) -> str:
    """A text, such as a customer's name, as a command line takes it: what it does not take becomes ``_``."""
    plain = "".join(letter if _SAFE.fullmatch(f"x{letter}") else "_" for letter in text.strip())
    return plain.lstrip("_ .,:/+-")[:64].strip()


def free_id(used: Collection[int], ids: tuple[int, int]) -> int | None:
    """The lowest id that is not used; None where the port is full."""
    return next((number for number in range(ids[0], ids[1] + 1) if number not in used), None)
