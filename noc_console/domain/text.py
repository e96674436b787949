"""Text from devices and config is data: this is where it is made harmless, once, at the edge."""

from __future__ import annotations

import re
import unicodedata

# C0, DEL, C1: a terminal acts on them. Bidirectional controls reorder what the operator reads.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

# Not encodable: no database, socket or terminal takes them.
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int = 256) -> str:
    """Return ``text`` without anything that a terminal could act on.

    Args:
        text: Anything a device, a router or a file said.
        limit: Longest result; longer text ends in an ellipsis.

    Returns:
        Text with control and bidirectional characters replaced by ``·``, unpaired surrogates by ``\ufffd``,
        combining characters that lead the string dropped, outer blanks stripped.
    """
    text = _UNSAFE.sub("·", _SURROGATE.sub("\ufffd", text.strip("\x00 \t\r\n")))
    while text and unicodedata.combining(text[0]):
        text = text[1:]
    return text if len(text) <= limit else text[: limit - 1] + "…"


# Unicode's Default_Ignorable_Code_Point: nothing is to be seen of them, and terminals do not agree on their width.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """``text`` without what nobody sees: joiners, fillers, tags, variation selectors; controls become ``·``.

    For the screen and for searches; what is kept or sent to a device stays as it was.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub("·", _INVISIBLE.sub("", text))


_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
"""What Unicode does not take apart."""


def fold(text: str) -> str:
    """``text`` as it is searched for: without case and accents, so that ``ataturk`` finds ``Atatürk``."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", visible(text).casefold())
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(_LETTERS)


def clean_octets(raw: bytes, limit: int = 256, encoding: str = "latin-1") -> str:
    """Return device octets as harmless text; bytes that are not UTF-8 are read in ``encoding``."""
    raw = raw.split(b"\x00", 1)[0] if raw.endswith(b"\x00") else raw
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode(encoding, errors="replace")
    return clean(text, limit)
