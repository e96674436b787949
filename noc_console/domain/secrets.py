"""What may be asked for and sent to a router, such as a WiFi name or a password; checked before anything is queued.

No message repeats what was given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from noc_console.domain.actions import JobKind
from noc_console.domain.text import clean

_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_HEX_KEY = re.compile(r"[0-9A-Fa-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MAX_SSID_BYTES = 32
_MAX_LOGIN = 64
_CHANNEL = re.compile(r"[1-9]\d{0,2}|auto", re.IGNORECASE)
_HOST = re.compile(r"[^\s/@]+")


def check_values(kind: JobKind, parameters: Mapping[str, str], secret: str | None) -> str | None:
    """What is wrong with what is asked for; None when nothing is.

    Args:
        kind: What is wanted.
        parameters: As ``ACTIONS`` names them.
        secret: The password, for kinds that take one.
    """
    spec = kind.spec
    if missing := [name for name in spec.parameters if not parameters.get(name)]:
        return f"{kind.value} needs {', '.join(missing)}"
    if unknown := set(parameters) - {*spec.parameters, *spec.optional}:
        return f"{kind.value} takes no {', '.join(sorted(unknown))}"
    if spec.secret is not bool(secret):
        return f"{kind.value} {'needs a' if spec.secret else 'takes no'} password"
    return _check_each(parameters) or _check_together(kind, parameters, secret or "")


def _check_each(parameters: Mapping[str, str]) -> str | None:
    for name, value in parameters.items():
        # What is stored and audited is cleaned: it must be what is sent.
        if clean(value) != value:
            return f"{name} has blanks at an end, characters that cannot be shown, or too many of them"
        allowed = _FORMS.get(name)
        if allowed and not allowed[0].fullmatch(value):
            return f"{name} is {allowed[1]}"
        if name == "url" and (trouble := _check_url(value)):
            return trouble
    return None


_FORMS = {
    "on": (re.compile("true|false"), "true or false"),
    "direction": (re.compile("download|upload"), "download or upload"),
    "channel": (_CHANNEL, "a number or auto"),
    "host": (_HOST, "a name or an address, without blanks and slashes"),
}


def _check_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "url is no URL"
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in url:
        return "url starts with http:// or https:// and names a host"
    return "url must hold no user name and password: it is audited" if "@" in parts.netloc else None


def _check_together(kind: JobKind, parameters: Mapping[str, str], secret: str) -> str | None:
    if kind is JobKind.WIFI_SSID:
        return check_ssid(parameters["ssid"])
    if kind is JobKind.WIFI_PASSWORD:
        return check_wifi_key(secret)
    return check_pppoe(parameters["username"], secret) if kind is JobKind.PPPOE else None


def check_wifi_key(text: str) -> str | None:
    """What is wrong with a WiFi password; None when nothing is.

    Source:
        IEEE 802.11i: a passphrase of 8 to 63 printable ASCII characters, or the key itself as 64 hex digits.
    """
    if not _PRINTABLE.fullmatch(text):
        return "a WiFi password is made of printable ASCII characters only"
    if len(text) == 64:
        return None if _HEX_KEY.fullmatch(text) else "a WiFi password of 64 characters must be hex digits"
    if not 8 <= len(text) <= 63:
        return f"a WiFi password has 8 to 63 characters, or 64 hex digits; this one has {len(text)}"
    return None


def check_ssid(text: str) -> str | None:
    """What is wrong with a WiFi name; None when nothing is.

    Source:
        IEEE 802.11: 1 to 32 octets; routers take them as UTF-8.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "a WiFi name is text"
    if not 1 <= size <= _MAX_SSID_BYTES:
        return f"a WiFi name has 1 to {_MAX_SSID_BYTES} bytes; this one has {size}"
    if _CONTROL.search(text):
        return "a WiFi name has no control characters"
    return None


def check_pppoe(username: str, password: str) -> str | None:
    """What is wrong with a PPPoE login; None when nothing is.

    Source:
        TR-098 WANPPPConnection and TR-181 PPP.Interface: strings of at most 64 characters.
    """
    for name, text in (("user name", username), ("password", password)):
        if not 1 <= len(text) <= _MAX_LOGIN:
            return f"a PPPoE {name} has 1 to {_MAX_LOGIN} characters; this one has {len(text)}"
        if not _PRINTABLE.fullmatch(text):
            return f"a PPPoE {name} is made of printable ASCII characters only"
    return None
