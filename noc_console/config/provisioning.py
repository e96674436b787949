"""Presets for the commands that register an ONT."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from noc_console.config.base import Model, Name
from noc_console.domain.provisioning import names_of


class Preset(Model):
    """One way to register ONTs at the OLTs of one SNMP profile."""

    name: Name
    profile: str
    """SNMP profile of the OLTs: ``huawei-ma5600``."""
    values: dict[str, str | int] = Field(default_factory=dict)
    """What the commands name: profiles, VLAN, ..."""
    commands: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    """Your own instead of the family's; see ``domain.provisioning``."""

    @field_validator("commands")
    @classmethod
    def _templates(cls, commands: tuple[str, ...]) -> tuple[str, ...]:
        try:
            names = names_of(commands)
        except ValueError as error:
            raise ValueError(f"no template: {error} (write a brace twice to have one)") from None
        if wrong := sorted(name for name in names if not name.isidentifier()):
            raise ValueError(f"{{{wrong[0]}}} is no name")
        return commands


class Provisioning(Model):
    """Registering ONTs: commands are shown and copied, never sent."""

    presets: tuple[Preset, ...] = ()
