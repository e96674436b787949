"""Routers and ONTs found by whatever is at hand, and the fleet of routers as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from noc_console.domain.cpe import Section
from noc_console.domain.freshness import within
from noc_console.domain.identity import OntSerial, parse_mac
from noc_console.domain.network import Cpe
from noc_console.domain.plant import Subscriber
from noc_console.domain.text import fold

LATELY_S = 86400.0
NAMING = {
    "wan": ("ip", "ipv6", "mac", "username"),
    "wireless": ("bssid", "mac"),
    "clients": ("mac",),
    "hosts": ("mac",),
    "mesh": ("mac",),
}
"""Fields of sections that name one router: addresses in the home are the same in every home."""
MIN_PART = 4
"""Characters of a part of a serial number that are worth looking for."""


@dataclass(frozen=True, slots=True)
class Scrap:
    """What a caller has of an ONT or a router: a serial number or MAC in any notation, an address, a login, ..."""

    text: str
    """In lower case."""
    names: frozenset[str]
    """The serial number and the MAC that it may be, in canonical form."""
    forms: frozenset[str]
    """What routers may have told the ACS of those, in lower case."""

    @classmethod
    def parse(cls, text: str) -> Scrap:
        """Read whatever was typed."""
        wanted = text.strip().lower()
        names, forms = set(), {wanted}
        with suppress(ValueError):
            serial = OntSerial.parse(wanted)
            names.add(serial.text)
            forms.update(form.lower() for form in serial.forms())
        with suppress(ValueError):
            mac = parse_mac(wanted)
            names.add(mac)
            forms.add(mac.replace(":", "").lower())
        return cls(wanted, frozenset(names), frozenset(forms))

    def names_router(self, cpe: Cpe) -> bool:
        """Whether it is the router's: its serial number, the ACS' name for it, its MAC, WAN address or login."""
        if not self.text:
            return False
        if cpe.serial in self.names or cpe.mac in self.names or (cpe.acs_serial or "").lower() in self.forms:
            return True
        return self.names_device(cpe) or self.text in ((cpe.wan_ip or "").lower(), (cpe.pppoe_user or "").lower())

    def names_device(self, cpe: Cpe) -> bool:
        """Whether it is the router's id at the ACS: as it is there, as in a URL, or as the router would write it."""
        return bool(self.text) and _decoded(self.text) == _decoded(cpe.device_id.lower())

    @property
    def told_as(self) -> tuple[str, ...]:
        """How a section may write it, in lower case; of texts that are too short to name anything, none."""
        macs = {name.lower() for name in self.names if ":" in name}
        return tuple(text for text in sorted({self.text, *macs}) if len(text) >= MIN_PART)

    def is_shown_by(self, section: Section) -> bool:
        """Whether a section of a router shows it as an address, MAC or login that is that router's own."""
        keys = NAMING.get(section.name, ())
        fields = (field for group in section.groups for field in group.fields)
        return any(field.key in keys and str(field.value).lower() in self.told_as for field in fields)

    def is_part_of(self, identity: str | None, description: str | None) -> bool:
        """Whether it is a part of an ONT's serial number, MAC or description: to be offered, never acted on."""
        if not self.text:
            return False
        plain = _plain(self.text)
        part = len(plain) >= MIN_PART and plain in _plain(identity or "")
        return part or fold(self.text) in fold(description or "")

    def is_in_name_of(self, subscriber: Subscriber | None) -> bool:
        """Whether it is a part of a subscriber's name, address or contact: to be offered, never acted on."""
        if subscriber is None or not self.text:
            return False
        told = (subscriber.name, subscriber.address, subscriber.contact)
        return any(fold(self.text) in fold(text or "") for text in told)


def _decoded(device_id: str) -> str:
    """Without percent signs, however often it was encoded."""
    return unquote(unquote(device_id)).lower()


def _plain(text: str) -> str:
    return text.lower().translate({ord(separator): None for separator in ":-. "})


@dataclass(frozen=True, slots=True)
class FirmwareCount:
    """How many routers of a model run one firmware."""

    model: str | None
    firmware: str | None
    """None: not told."""
    count: int
    share: float
    """Of the routers of the same model, 0 to 1."""
    informed_lately: int
    """Those that spoke to the ACS within a day."""


def firmware_spread(cpes: Iterable[Cpe], now: float) -> list[FirmwareCount]:
    """Firmware over models: the most frequent model first, in it the most frequent firmware first."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    lately: Counter[tuple[str | None, str | None]] = Counter()
    models: Counter[str | None] = Counter()
    for cpe in cpes:
        # A product class is no model: many are called Device2 or IGD.
        counts[cpe.model, cpe.firmware] += 1
        models[cpe.model] += 1
        lately[cpe.model, cpe.firmware] += within(cpe.last_inform_at, now, LATELY_S)
    found = [
        FirmwareCount(model, firmware, count, count / models[model], lately[model, firmware])
        for (model, firmware), count in counts.items()
    ]
    return sorted(found, key=lambda f: (-models[f.model], f.model is None, f.model or "", -f.count, f.firmware or ""))
