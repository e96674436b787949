"""What a terminal would show of the bytes that a command line sends: pagers are redrawn, wheels turn, cursors jump."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A control sequence, another escape, a control character, or text.
_TOKEN = re.compile(r"\x1b\[([0-?]*)[ -/]*([@-~])|\x1b.?|([\x00-\x1f\x7f])|([^\x00-\x1f\x7f]+)", re.DOTALL)
TAB = 8


def shown(raw: str) -> str:
    """The lines that a terminal of endless width shows; trailing blanks are dropped, sequences that style ignored."""
    return "\n".join(_lines(raw))


def squeeze(text: str) -> str:
    """Without blanks and line ends: an echo is wrapped at any column, and joined words are how some OLTs echo."""
    return "".join(text.split())


def _lines(raw: str) -> Iterator[str]:
    line: list[str] = []
    at = 0
    for token in _TOKEN.finditer(raw):
        count, command, control, text = token.groups()
        if text:
            line += " " * (at - len(line))
            line[at : at + len(text)] = text
            at += len(text)
        elif control == "\n":
            yield "".join(line).rstrip()
            line, at = [], 0
        elif control == "\r":
            at = 0
        elif control == "\t":
            at += TAB - at % TAB
        elif control == "\b":
            at = max(0, at - 1)
        elif command == "D":
            at = max(0, at - _number(count))
        elif command == "C":
            at += min(_number(count), 1000)
        elif command == "K":
            del line[at:]
    yield "".join(line).rstrip()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1
