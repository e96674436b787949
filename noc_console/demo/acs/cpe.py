"""One simulated router: what it is, what it answers, what happens to it. What the ACS believes is in ``record``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

from noc_console.demo.acs.diagnostics import REQUESTED, STATE, Diagnosing
from noc_console.demo.acs.invented import plausible_state
from noc_console.demo.acs.state import CpeState, Host, Value
from noc_console.demo.acs.templates import HUAWEI_EG8145V5, Model
from noc_console.demo.acs.templates.model import Facts, Leaf, expression
from noc_console.domain.identity import OntSerial

__all__ = ["CpeState", "Diagnosing", "Fault", "Host", "OnContact", "SimulatedCpe", "Started", "Transfer"]

_USUAL = Diagnosing()


class OnContact(StrEnum):
    """What a router that is online does with a connection request."""

    INFORM = "inform"
    REFUSE = "refuse"
    NO_ANSWER = "no answer"
    """Packets vanish, as behind a firewall."""
    ACCEPT_ONLY = "accept only"
    """Says 200 and never informs."""
    WRONG_CREDENTIALS = "wrong credentials"
    BASIC_AUTH = "basic auth"


@dataclass(frozen=True, slots=True)
class Fault:
    """A CWMP fault that a router answers with."""

    code: str = "9002"
    text: str = "Internal error"
    parameters: tuple[tuple[str, str, str], ...] = ()
    """(path, code, text) of each refused parameter."""


@dataclass(frozen=True, slots=True)
class Started:
    """What a session set going at the router; it happens after the session."""

    what: str
    """``reboot``, ``factoryReset``, ``download``, ``diagnostics``, ``reconnect`` or ``apply``."""
    path: str = ""


@dataclass(slots=True)
class Transfer:
    """A download that the router has agreed to, and how it ended."""

    key: str
    """The ACS' command key."""
    file_type: str
    file_name: str
    begun_at: float
    ended_at: float | None = None
    fault: Fault | None = None


class Listener(Protocol):
    """The ACS, as a router sees it."""

    def informed(self, cpe: SimulatedCpe, events: tuple[str, ...]) -> None:
        """The router sent an Inform with these events."""

    def reachability_changes(self, cpe: SimulatedCpe) -> None:
        """Called just before ``online`` changes."""


class SimulatedCpe:
    """A customer's router.

    Args:
        serial: GPON serial of the ONT that it is.
        model: Which router.
        pppoe_user: Login of its Internet connection.
        state: Everything else; None makes a plausible one from the serial.
    """

    __slots__ = (
        "_online",
        "acs",
        "apply_s",
        "device_id",
        "diagnosing",
        "fetched",
        "ignores",
        "installs",
        "instances",
        "late",
        "model",
        "next_fault",
        "normalises",
        "on_boot",
        "on_contact",
        "on_factory_reset",
        "on_reboot",
        "overrides",
        "reboot_s",
        "reconnect_s",
        "reconnecting",
        "returns",
        "secrets_read_as",
        "serial",
        "session_delay_s",
        "session_s",
        "state",
        "transfer",
        "transfer_fault",
        "transfer_s",
        "unreadable",
    )

    def __init__(
        self,
        serial: OntSerial,
        model: Model = HUAWEI_EG8145V5,
        *,
        pppoe_user: str | None = None,
        state: CpeState | None = None,
    ) -> None:
        self.serial = serial
        self.model = model
        self.state = state or plausible_state(serial, model, pppoe_user)
        self.device_id = device_id(model.oui, model.product_class, model.acs_serial(serial))
        self.acs: Listener | None = None
        self._online = True
        self.on_contact = OnContact.INFORM
        self.session_delay_s = 0.3
        """From the connection request to the start of the session."""
        self.session_s = 0.05
        """How long a session takes apart from its tasks."""
        self.reboot_s = 60.0
        """From the Reboot RPC to the next Inform."""
        self.returns = True
        """Whether it comes back after a reboot or reset."""
        self.next_fault: Fault | None = None
        """What the next task is answered with; used up by it."""
        self.overrides: dict[str, Value] | None = None
        """Parameters that were set, by the ACS or locally."""
        self.instances: dict[str, list[int]] | None = None
        """Numbers of the instances that were added, by object."""
        self.ignores: frozenset[str] = frozenset()
        """Parameters whose values it takes without a fault and makes nothing of."""
        self.normalises: Mapping[str, Callable[[Value], Value]] = {}
        """Parameters whose values it takes and changes."""
        self.unreadable: frozenset[str] = frozenset()
        """Parameters that it lists and refuses to read out (9005), and everything that is asked for with them."""
        self.secrets_read_as: str | None = ""
        """What passwords read as; None shows them."""
        self.apply_s = 0.0
        """How long after a session what was set comes into force, if not at once."""
        self.late: dict[str, Value] = {}
        """What was set and is not in force yet."""
        self.reconnect_s = 3.0
        """How long it is away after its login was changed."""
        self.reconnecting = False
        self.diagnosing = _USUAL
        self.transfer: Transfer | None = None
        self.transfer_s = 20.0
        """How long it takes to fetch a file."""
        self.transfer_fault: Fault | None = None
        """How fetching a file ends."""
        self.installs = True
        """Whether firmware that it fetched is what it runs after the boot."""
        self.fetched: str | None = None
        """Version of the firmware that it has fetched and not booted yet."""
        self.on_reboot: Callable[[SimulatedCpe], None] | None = None
        """Called when it goes down for a reboot."""
        self.on_factory_reset: Callable[[SimulatedCpe], None] | None = None
        """Called when it goes down for a factory reset."""
        self.on_boot: Callable[[SimulatedCpe], None] | None = None
        """Called when it is up again, just before its ``1 BOOT`` Inform."""

    @property
    def online(self) -> bool:
        """Whether it runs and reaches the ACS. Setting it sends no Inform; ``boot`` does."""
        return self._online

    @online.setter
    def online(self, online: bool) -> None:
        if self.acs and online != self._online:
            self.acs.reachability_changes(self)
        self._online = online

    def leaf(self, path: str) -> Leaf | None:
        """What a parameter is; None when the router has none of that name."""
        found = self.model.leaves.get(path)
        if found is None and self.instances:
            instance, _, name = path.rpartition(".")
            parent, _, number = instance.rpartition(".")
            if number.isdigit() and int(number) in self.instances.get(parent, ()):
                return self.model.addable[parent].get(name)
        return found

    def matching(self, pattern: str) -> Iterator[str]:
        """Paths at or below ``pattern``, in which ``*`` stands for one name; an empty pattern is everything."""
        yield from self.model.matching(pattern)
        for parent, numbers in (self.instances or {}).items():
            for number in numbers:
                paths = (f"{parent}.{number}.{name}" for name in self.model.addable[parent])
                yield from (path for path in paths if not pattern or expression(pattern).match(path))

    def read(self, path: str, at: float) -> Value | None:
        """Its own value of a parameter, None when there is no such parameter."""
        leaf = self.leaf(path)
        if leaf is None:
            return None
        if leaf.secret and self.secrets_read_as is not None:
            return self.secrets_read_as
        if self.overrides and path in self.overrides and not self._overruled(leaf, path):
            return self.overrides[path]
        return leaf.value(self.facts(at))

    def _overruled(self, leaf: Leaf, path: str) -> bool:
        """Whether a flag beside a parameter lets the router choose its value."""
        return leaf.unless is not None and self.read(f"{path.rpartition('.')[0]}.{leaf.unless}", 0.0) is True

    def facts(self, at: float) -> Facts:
        """What its leaves' values depend on."""
        return Facts(self.serial, self.state, at, self.overrides or {})

    def write(self, path: str, value: Value) -> None:
        """Set a parameter at the router, as its owner would: the ACS does not learn of it."""
        if self.leaf(path) is None:
            raise KeyError(path)
        self.overrides = {**(self.overrides or {}), path: value}

    def take(self, changes: Mapping[str, Value]) -> list[Started]:
        """Set what the ACS asks for, as far as this router does; tell what that sets going."""
        kept = {
            path: self.normalises[path](value) if path in self.normalises else value
            for path, value in changes.items()
            if path not in self.ignores
        }
        if self.apply_s:
            self.late |= kept
            return [Started("apply")]
        return self.apply(kept)

    def apply(self, changes: Mapping[str, Value]) -> list[Started]:
        """Put what was set into force."""
        started: dict[Started, None] = {}
        for path, value in changes.items():
            leaf, (parent, _, name) = self.leaf(path), path.rpartition(".")
            if leaf is None or self._overruled(leaf, path):
                continue
            self.write(path, value)
            if name == STATE and value == REQUESTED:
                started[Started("diagnostics", parent)] = None
            elif leaf.reconnects:
                started[Started("reconnect")] = None
        return list(started)

    def add_instance(self, parent: str) -> int | None:
        """A new instance of an object; None when nothing can be added there."""
        if parent not in self.model.addable:
            return None
        have = (self.instances or {}).get(parent, [])
        self.instances = {**(self.instances or {}), parent: [*have, max(have, default=0) + 1]}
        return self.instances[parent][-1]

    def delete_instance(self, path: str) -> None:
        """Delete an instance that was added; any other path is passed over."""
        parent, _, number = path.rpartition(".")
        have = (self.instances or {}).get(parent, [])
        if self.instances and number.isdigit() and int(number) in have:
            self.instances = {**self.instances, parent: [other for other in have if other != int(number)]}
            self.forget(f"{path}.")

    def forget(self, prefix: str) -> None:
        """Drop what was set at paths that begin so."""
        self.overrides = {path: value for path, value in (self.overrides or {}).items() if not path.startswith(prefix)}

    def inform(self, *events: str) -> None:
        """Contact the ACS, with ``2 PERIODIC`` unless told otherwise."""
        if self.acs:
            self.acs.informed(self, events or ("2 PERIODIC",))

    def boot(self, *events: str) -> None:
        """Come up: online, uptime zero, ``1 BOOT``. No diagnostic outlives that."""
        self.state.booted_at = time.time()
        self.state.firmware, self.fetched = self.fetched or self.state.firmware, None
        for path in [path for path in self.overrides or () if path.endswith(STATE)]:
            self.forget(path.rpartition(".")[0])
        self.online = True
        if self.on_boot:
            self.on_boot(self)
        self.inform("1 BOOT", *events)

    def forget_settings(self) -> None:
        """Drop everything that was ever set."""
        self.overrides = self.instances = None


def device_id(oui: str, product_class: str, serial: str) -> str:
    """The ACS' ``_id``: parts percent-encoded, joined by dashes, an empty product class left out."""
    return "-".join(_escape(part) for part in (oui, product_class, serial) if part)


def _escape(part: str) -> str:
    return quote(part, safe="").replace("-", "%2D").replace(".", "%2E").replace("~", "%7E")
