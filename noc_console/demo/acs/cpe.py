"""One simulated router: what it is, what it answers, what happens to it. What the ACS believes is in ``record``."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

from noc_console.demo.acs.state import CpeState, Host, Value
from noc_console.demo.acs.templates import HUAWEI_EG8145V5, Model
from noc_console.demo.acs.templates.model import Facts
from noc_console.domain.identity import OntSerial

__all__ = ["CpeState", "Fault", "Host", "OnContact", "SimulatedCpe"]


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
        "device_id",
        "model",
        "next_fault",
        "on_boot",
        "on_contact",
        "on_factory_reset",
        "on_reboot",
        "overrides",
        "reboot_s",
        "returns",
        "serial",
        "session_delay_s",
        "session_s",
        "state",
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

    def read(self, path: str, at: float) -> Value | None:
        """Its own value of a parameter, None when there is no such parameter."""
        leaf = self.model.leaves.get(path)
        if leaf is None:
            return None
        if leaf.secret:
            return ""
        if self.overrides and path in self.overrides:
            return self.overrides[path]
        return leaf.value(Facts(self.serial, self.state, at))

    def write(self, path: str, value: Value) -> None:
        """Set a parameter at the router, as its owner would: the ACS does not learn of it."""
        if path not in self.model.leaves:
            raise KeyError(path)
        self.overrides = {**(self.overrides or {}), path: value}

    def inform(self, *events: str) -> None:
        """Contact the ACS, with ``2 PERIODIC`` unless told otherwise."""
        if self.acs:
            self.acs.informed(self, events or ("2 PERIODIC",))

    def boot(self, *events: str) -> None:
        """Come up: online, uptime zero, ``1 BOOT``."""
        self.state.booted_at = time.time()
        self.online = True
        if self.on_boot:
            self.on_boot(self)
        self.inform("1 BOOT", *events)

    def forget_settings(self) -> None:
        """Drop everything that was ever set."""
        self.overrides = None


def device_id(oui: str, product_class: str, serial: str) -> str:
    """The ACS' ``_id``: parts percent-encoded, joined by dashes, an empty product class left out."""
    return "-".join(_escape(part) for part in (oui, product_class, serial) if part)


def _escape(part: str) -> str:
    return quote(part, safe="").replace("-", "%2D").replace(".", "%2E").replace("~", "%7E")


def plausible_state(serial: OntSerial, model: Model, pppoe_user: str | None) -> CpeState:
    """A state that differs per serial and is the same in every run."""
    seed = zlib.crc32(serial.text.encode())
    octets = (seed >> 16 & 0xFF, seed >> 8 & 0xFF, seed & 0xFF)
    return CpeState(
        booted_at=time.time() - 3600 - seed % (30 * 86400),
        mac=":".join(f"{octet:02X}" for octet in (0x94, 0x25, 0x33, *octets[:2], octets[2] & 0xF0)),
        wan_ip=f"100.{64 + octets[0] % 64}.{octets[1]}.{2 + octets[2] % 250}",
        wan_gateway=f"100.{64 + octets[0] % 64}.{octets[1]}.1",
        pppoe_user=pppoe_user if pppoe_user is not None else f"user{seed % 1_000_000:06d}@isp.example",
        ssid=f"{model.name}-{serial.text[-4:]}",
        firmware=model.firmware,
        rx_dbm=-17.0 - seed % 700 / 100,
        tx_dbm=2.0 + seed % 60 / 100,
        hosts=_hosts(seed),
    )


def _hosts(seed: int) -> tuple[Host, ...]:
    names = ("android-tv", "iPhone", "laptop", "printer")
    return tuple(
        Host(name, f"192.168.1.{40 + i}", f"3C:06:30:{seed >> 8 & 0xFF:02X}:{seed & 0xFF:02X}:{i:02X}", i % 2 == 1)
        for i, name in enumerate(names[: 1 + seed % len(names)])
    )
