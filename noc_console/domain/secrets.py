"""What may be sent to a router as a WiFi name, a WiFi password or a PPPoE login; checked before anything is sent.

No message repeats what was given.
"""

from __future__ import annotations

import re

_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_HEX_KEY = re.compile(r"[0-9A-Fa-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MAX_SSID_BYTES = 32
_MAX_LOGIN = 64


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
