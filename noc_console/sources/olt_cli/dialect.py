"""Dialects: how the command line of an OLT family is spoken, one YAML file each, found by the SNMP profile's id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Literal, NamedTuple

import msgspec
import yaml

from noc_console.domain.backup_text import TextRules
from noc_console.domain.errors import ActionRefused, ConfigError
from noc_console.domain.identity import PonPort
from noc_console.domain.provisioning import SerialForm
from noc_console.domain.text import clean

_WORDS = 200


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that the command line asks in the middle, and what to answer."""

    asks: str
    """Regular expression for the end of what it said."""
    answer: str


class Operation(StrEnum):
    """What a dialect may know how to do."""

    REBOOT_ONT = "reboot-ont"
    DISABLE_ONT = "disable-ont"
    ENABLE_ONT = "enable-ont"


class OntPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to say about one ONT; ``{0}``, ``{1}``, ... are the numbers of its PON port, ``{ont}`` is its id there."""

    port_numbers: int
    """How many numbers the family's PON ports have."""
    send: str
    enter: tuple[str, ...] = ()
    """What comes before it."""
    inside: str | None = None
    """Pattern of the prompt's end at which alone it is sent: the same word may mean something else elsewhere."""

    def at(self, port: PonPort, ont_id: int) -> Filled:
        """The plan for one ONT."""

        def fill(text: str) -> str:
            return text.format(*port.path, ont=ont_id)

        inside = None if self.inside is None else _compiled(rf"{fill(self.inside)}\s*\Z")
        return Filled([fill(line) for line in self.enter], inside, fill(self.send))


class BackupPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the running configuration is read, and what of it is no configuration. Patterns look at one line each."""

    send: str
    enter: tuple[str, ...] = ()
    """What comes before it."""
    ends: str | None = None
    """The last line of every whole configuration, where the family has one."""
    silence_s: float = 75.0
    """How long the OLT may say nothing in the middle of it."""
    drop: tuple[str, ...] = ()
    varies: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    verified: bool = True
    """False where nobody is known to have read one in this way, though the dialect's confidence is A or B."""

    @property
    def rules(self) -> TextRules:
        """What is known of its text."""
        return TextRules(self.drop, self.varies, self.secrets, self.unordered)


class RegisterPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to say to register an ONT; see ``domain.provisioning``. It is shown and copied, never sent."""

    port_numbers: int
    ids: tuple[int, int]
    serial: SerialForm
    commands: tuple[str, ...]
    source: str
    confidence: Literal["A", "B", "C"]


class Filled(NamedTuple):
    """A plan with the numbers of one ONT."""

    enter: list[str]
    inside: re.Pattern[str] | None
    send: str


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One family's way to speak. All patterns are regular expressions."""

    id: str
    title: str
    profiles: tuple[str, ...]
    """SNMP profiles whose OLTs speak it."""
    source: str
    confidence: Literal["A", "B", "C"]
    """As in the profiles: C rests on one source and is not verified."""
    refused: tuple[str, ...]
    """What a line says that tells that a command was not done."""
    leave: tuple[str, ...]
    operations: Mapping[Operation, OntPlan] = {}
    """What it knows how to do; a dialect that knows nothing is still good for a login."""
    backup: BackupPlan | None = None
    """How its configuration is read; None when nobody knows."""
    register: RegisterPlan | None = None
    """How an ONT is registered."""
    enable: str | None = None
    """What raises the rights at a ``>`` prompt."""
    setup: tuple[str, ...] = ()
    """Sent after it; a unit that does not know one of these does without."""
    questions: tuple[Question, ...] = ()
    busy: tuple[str, ...] = ()
    """Refusals that will pass."""
    noise: tuple[str, ...] = ()
    """What is printed into the session without having been asked for."""

    @property
    def backup_confirmed(self) -> bool | None:
        """Whether somebody is known to have read a configuration in this way; None when nobody knows a way."""
        return None if self.backup is None else self.backup.verified and self.confidence != "C"

    def without_noise(self, text: str) -> str:
        """``text`` without what nobody asked for."""
        for pattern in self.noise:
            text = _compiled(pattern).sub("", text)
        return text

    def busy_words(self, said: str) -> str | None:
        """The line by which the OLT says that it has no time now."""
        return _line(said, self.busy)

    def refusal(self, said: str) -> str | None:
        """The line by which the OLT refuses."""
        return _line(said, self.refused)

    def plan(self, operation: Operation, port: PonPort, ont_id: int) -> Filled:
        """What to say to do something to an ONT.

        Raises:
            ActionRefused: The dialect does not know how, or the port is not named as this family names ports.
        """
        plan = self.operations.get(operation)
        if plan is None:
            raise ActionRefused(f"{self.title}: not known how to {operation.value}")
        if len(port.path) != plan.port_numbers:
            raise ActionRefused(f"port {port} is none that {self.title} could have")
        return plan.at(port, ont_id)


def dialect_for(profile: str | None) -> Dialect | None:
    """The dialect of OLTs with this SNMP profile; None when it is not known how theirs is spoken."""
    return _by_profile().get(profile or "")


def rules_for(dialect: str) -> TextRules:
    """What is known of the text of a dialect's configurations; nothing of one that this release does not have."""
    found = next((one for one in _by_profile().values() if one.id == dialect and one.backup), None)
    return found.backup.rules if found and found.backup else TextRules()


def backup_confirmed(name: str) -> bool | None:
    """As the dialect with this id, or of this SNMP profile, says; None when there is none, or it knows no way."""
    by_profile = _by_profile()
    found = by_profile.get(name) or next((one for one in by_profile.values() if one.id == name), None)
    return found.backup_confirmed if found else None


def read_dialect(text: str, file: str) -> Dialect:
    """A dialect from the text of its file.

    Raises:
        ConfigError: It breaks the format, or names an operation that this program does not know; names the file.
    """
    try:
        dialect = msgspec.convert(yaml.safe_load(text), Dialect)
        _check_patterns(dialect)
        return dialect
    except (msgspec.ValidationError, yaml.YAMLError, re.error) as error:
        known = ", ".join(Operation)
        raise ConfigError(f"no dialect: {error}", path=file, hint=f"operations are: {known}") from None


@lru_cache(maxsize=1)
def _by_profile() -> Mapping[str, Dialect]:
    files = (resources.files(__package__) / "dialects").iterdir()
    dialects = [read_dialect(file.read_text(encoding="utf-8"), file.name) for file in files]
    return {profile: dialect for dialect in dialects for profile in dialect.profiles}


def _check_patterns(dialect: Dialect) -> None:
    plan = dialect.backup
    if plan is not None:
        for pattern in (plan.ends or "", *plan.drop, *plan.varies, *plan.secrets, *plan.unordered):
            re.compile(pattern)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def asked(question: Question, text: str) -> bool:
    """Whether ``text`` ends with the question."""
    return _compiled(rf"(?:{question.asks})\s*\Z").search(text) is not None


def _line(said: str, patterns: tuple[str, ...]) -> str | None:
    for line in said.splitlines():
        if any(_compiled(pattern).search(line) for pattern in patterns):
            return clean(line, _WORDS)
    return None
