"""The last look at each line where only ASCII is wanted: signs that are drawn, by us or by Textual, become ASCII.

Letters of any language are left: they are a customer's name, and no sign of ours.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SINGLE = {
    "\u2026": "~", "\u00b7": ".", "\u2022": "*", "\u2190": "<", "\u2192": ">", "\u2191": "^", "\u2193": "v",
    "\u00b1": "~", "\u00d7": "x", "\u00b5": "u", "\u2013": "-", "\u2014": "-", "\u00b0": " ",
}  # fmt: skip


def _ascii_of(sign: str) -> str:
    """What stands for a box-drawing, block, shape or braille character: all of them one cell wide."""
    if sign in "\u2500\u2501\u2504\u2505\u2508\u2509\u254c\u254d\u2550\u2574\u2576\u2578\u257a":
        return "-"
    if sign in "\u2502\u2503\u2506\u2507\u250a\u250b\u254e\u254f\u2551\u2575\u2577\u2579\u257b":
        return "|"
    if "\u2500" <= sign <= "\u257f":
        return "+"
    return " " if sign == "\u2800" else "#"


_TABLE = str.maketrans(
    {chr(code): _ascii_of(chr(code)) for code in (*range(0x2500, 0x25A0), *range(0x2800, 0x2900))} | _SINGLE
)


class OnlyAscii(LineFilter):
    """Replaces drawn characters, cell for cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line without them."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(_TABLE), segment.style, segment.control)
            for segment in segments
        ]
