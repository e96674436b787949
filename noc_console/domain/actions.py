"""Every action on the network, declared once: keys, commands, menus, the policy and the docs derive from it.

A new action is an entry here and a ``Performer`` in ``collector/acting``. ``python -m noc_console.domain.actions``
prints the table of ``docs/actions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from noc_console.domain.operators import Role
from noc_console.domain.targets import TargetKind


class JobKind(StrEnum):
    """What a job does. ``ACTIONS`` declares each."""

    VIEW = "view"
    REFRESH = "refresh"
    OLT_REFRESH = "olt-refresh"
    BACKUP = "backup"
    READ_CONFIG = "read-config"
    REBOOT = "reboot"
    FACTORY_RESET = "factory-reset"
    OLT_REBOOT = "olt-reboot"
    ONT_DISABLE = "ont-disable"
    ONT_ENABLE = "ont-enable"
    WIFI_SSID = "wifi-ssid"
    WIFI_PASSWORD = "wifi-password"
    WIFI_SWITCH = "wifi-switch"
    WIFI_CHANNEL = "wifi-channel"
    LAN_PORT = "lan-port"
    PPPOE = "pppoe"
    FIRMWARE = "firmware"
    SPEED_TEST = "speed-test"
    PING = "ping"
    TRACEROUTE = "traceroute"

    @property
    def level(self) -> int:
        """Danger: 0 none; 1 needs no confirmation; 2 yes; 3 the last four of the serial; 4 the whole serial."""
        return ACTIONS[self].level

    @property
    def spec(self) -> ActionSpec:
        """Its declaration."""
        return ACTIONS[self]


class Through(StrEnum):
    """What carries the action to the device."""

    ACS = "acs"
    OLT_CLI = "olt cli"
    COLLECTOR = "collector"
    """The collector reads by itself, as in its rhythms."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What every part of the program must know of an action."""

    title: str
    level: int
    through: Through
    verified_by: str
    """What proves that it was done, in one sentence."""
    target: TargetKind = TargetKind.ONT
    role: Role = Role.OPERATOR
    """Whoever asks needs at least this role."""
    parameters: tuple[str, ...] = ()
    """Names of what must be given."""
    optional: tuple[str, ...] = ()
    """Names of what may be given."""
    secret: bool = False
    """Whether it takes a secret besides, such as a password."""
    bulk: bool = False
    """Whether it may be done to many at once."""
    restarts: bool = False
    """Whether it takes the customer offline: two operators must not do it twice in a row."""
    keys: tuple[str, ...] = ()
    """Of the console."""
    menu: str = ""
    """Its line in the console's menu and help; empty uses ``title``."""
    footer: str = ""
    """Word in the console's footer; empty leaves it out."""
    offered: bool = True
    """Whether the console offers it as a command; False for what its screens ask for by themselves."""

    @property
    def needs_serial(self) -> bool:
        """Whether the ONT must have a serial number: the ACS knows routers by it."""
        return self.target is TargetKind.ONT and self.through is Through.ACS

    def may_be_about(self, target: TargetKind) -> bool:
        """Whether such a target may be named: what is done to an ONT's router may be done to a router alone."""
        alone = target is TargetKind.ROUTER and self.target is TargetKind.ONT and self.through is not Through.OLT_CLI
        return alone or target is self.target


_APPLIED = "The router's own parameter, read back, holds the new value."

ACTIONS: Mapping[JobKind, ActionSpec] = {
    JobKind.VIEW: ActionSpec(
        "Read what the ACS knows", 0, Through.ACS, "The ACS answered from its cache; no device is touched.",
        role=Role.VIEWER, offered=False,
    ),
    JobKind.REFRESH: ActionSpec(
        "Refresh from the device", 0, Through.COLLECTOR,
        "The OLT answered for the ONT, and the router, where the ACS knows one, for its sections.",
        role=Role.VIEWER, keys=("r",), footer="refresh",
    ),
    JobKind.OLT_REFRESH: ActionSpec(
        "Refresh an OLT: state, health, optics", 0, Through.COLLECTOR, "The OLT's state was read whole.",
        target=TargetKind.OLT, role=Role.VIEWER,
    ),
    JobKind.BACKUP: ActionSpec(
        "Back up an OLT's configuration", 1, Through.OLT_CLI,
        "The configuration was read to its end, is not suspiciously small, and is stored, or equals the last one.",
        target=TargetKind.OLT,
    ),
    JobKind.READ_CONFIG: ActionSpec(
        "Read the running configuration", 0, Through.ACS, "The ACS answered with its document; no device is touched.",
        role=Role.VIEWER, offered=False,
    ),
    JobKind.REBOOT: ActionSpec(
        "Reboot", 3, Through.ACS, "The router booted and informed the ACS; an OLT that answers has the ONT online.",
        bulk=True, restarts=True, keys=("R",), menu="Reboot its router", footer="reboot",
    ),
    JobKind.FACTORY_RESET: ActionSpec(
        "Factory-reset", 4, Through.ACS,
        "The router informed the ACS of its bootstrap; an OLT that answers has the ONT online.",
        restarts=True, keys=("Z",), menu="Factory-reset its router",
    ),
    JobKind.SPEED_TEST: ActionSpec(
        "Speed test", 1, Through.ACS, "The router reported a result.", parameters=("direction",), optional=("url",),
    ),
    JobKind.PING: ActionSpec(
        "Ping from the router", 0, Through.ACS, "The router reported how many echoes came back.", optional=("host",),
    ),
    JobKind.TRACEROUTE: ActionSpec(
        "Traceroute from the router", 0, Through.ACS, "The router reported the hops.", optional=("host",),
    ),
    JobKind.WIFI_SSID: ActionSpec(
        "Change the WiFi name", 3, Through.ACS, _APPLIED, parameters=("network", "ssid"),
    ),
    JobKind.WIFI_PASSWORD: ActionSpec(
        "Change the WiFi password", 3, Through.ACS,
        "The parameter, read back, holds the password; a router that hides it makes the job accepted, not verified.",
        parameters=("network",), secret=True,
    ),
    JobKind.WIFI_SWITCH: ActionSpec(
        "Switch a WiFi network on or off", 2, Through.ACS, _APPLIED, parameters=("network", "on"),
    ),
    JobKind.WIFI_CHANNEL: ActionSpec(
        "Change the WiFi channel", 2, Through.ACS, _APPLIED, parameters=("network", "channel"), bulk=True,
    ),
    JobKind.LAN_PORT: ActionSpec(
        "Switch a LAN port on or off", 2, Through.ACS, _APPLIED, parameters=("port", "on"),
    ),
    JobKind.PPPOE: ActionSpec(
        "Change the PPPoE login", 3, Through.ACS,
        "Login and password, read back, are the new ones; a router that hides the password makes the job accepted.",
        parameters=("username",), secret=True,
    ),
    JobKind.FIRMWARE: ActionSpec(
        "Install firmware", 4, Through.ACS, "The router reported another version than before.", parameters=("file",),
        bulk=True, restarts=True,
    ),
    JobKind.OLT_REBOOT: ActionSpec(
        "Reboot through the OLT", 3, Through.OLT_CLI, "The OLT lost the ONT after the command and has it online again.",
        restarts=True,
    ),
    JobKind.ONT_DISABLE: ActionSpec(
        "Disable the ONT at its OLT", 4, Through.OLT_CLI, "The OLT's table, read back, has it deactivated.",
    ),
    JobKind.ONT_ENABLE: ActionSpec(
        "Enable the ONT at its OLT", 2, Through.OLT_CLI, "The OLT's table, read back, has it active.",
    ),
}  # fmt: skip
"""In the order of menus and lists.

Parameters: ``network`` and ``port`` name a group of the router's ``wireless`` or ``ethernet`` section by its
``Group.path``, by its title, or (networks) by its band; ``on`` is ``true`` or ``false``; ``channel`` is a number or
``auto``; ``direction`` is ``download`` or ``upload``; ``file`` is the name of a file at the ACS.
"""

GATES = {0: "", 1: "", 2: "yes", 3: "last 4 of the serial", 4: "whole serial"}
"""What confirms an action, by its level."""


def markdown_table() -> str:
    """The actions as a table for the docs."""
    rows = ["| action | does | about | through | takes | confirm | role | verified when |", "|" + "---|" * 8]
    for kind, spec in ACTIONS.items():
        takes = [*spec.parameters, *(f"[{name}]" for name in spec.optional), *(["password"] * spec.secret)]
        columns = (
            f"`{kind.value}`", spec.title, spec.target.value.upper(), spec.through.value, " ".join(takes),
            GATES[spec.level], spec.role.value, spec.verified_by,
        )  # fmt: skip
        rows.append(f"| {' | '.join(columns)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(markdown_table())
