"""The text of an OLT's configuration: what of it is compared, what is hidden, and what differs between two."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

HIDDEN = "***"
VARIES = "<varies>"
CONTEXT = 3
"""Unchanged lines around a change."""
COMMON_SECRETS = (
    r"\b(?:password|passwd|passphrase|secret|cipher|irreversible-cipher|psk|key|loid|checkcode|community)(?:-[a-z]+)*\b"
    r"(?: +(?:read|write|ro|rw)\b)? *[:=]? *"
    r"(?:(?:cipher|irreversible-cipher|simple|plain|encrypted|hash|[0-9]) +)?(?P<secret>\"[^\"]*\"|\S+)",
    r"\b(?:md5|sha(?:-?\d+)?|des(?:56|168)?|3des|aes-?\d+)\b +(?P<secret>\"[^\"]*\"|\S+)",
)
"""Of every dialect: to hide too much does no harm."""


@dataclass(frozen=True, slots=True)
class TextRules:
    """What a dialect knows of its configurations. All are regular expressions that look at one line."""

    drop: tuple[str, ...] = ()
    """Lines that are no configuration: clocks, counters, who saved it last."""
    varies: tuple[str, ...] = ()
    """Their group ``varies``, or all that they match, is another one at each read: passwords encrypted with a salt."""
    secrets: tuple[str, ...] = ()
    """Their group ``secret`` is not shown; besides those that are secret everywhere."""
    unordered: tuple[str, ...] = ()
    """Neighbours that match the same one may come in any order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison."""

    sign: str
    """``+``, ``-``, a blank for context, ``@`` for where it is."""
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two configurations."""

    lines: tuple[Line, ...]
    added: int = field(default=0)
    removed: int = field(default=0)


def normal(text: str, rules: TextRules) -> list[str]:
    """The lines that are compared: two reads of an unchanged OLT are equal."""
    return [line for line, _ in _numbered(text, rules)]


def _numbered(text: str, rules: TextRules) -> list[tuple[str, int]]:
    """Each line that is compared, and where it stands in the text, from 1."""
    drop, varies = _all_of(rules.drop), [_compiled(one) for one in rules.varies]
    lines = ((line.rstrip(), number) for number, line in enumerate(text.split("\n"), 1))
    kept = [(_settled(line, varies), number) for line, number in lines if line and not (drop and drop.search(line))]
    return list(_in_order(kept, rules.unordered)) if rules.unordered else kept


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 of lines that ``normal`` gave."""
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode() + b"\n")
    return total.hexdigest()


def masked(lines: Sequence[str], rules: TextRules) -> list[str]:
    """Lines without their secrets, and without private keys."""
    return list(_shown(lines, 0, len(lines), _Masks(lines, rules)))


class _Masks:
    """What hides secrets in a text; only lines that are shown are looked at."""

    def __init__(self, lines: Sequence[str], rules: TextRules) -> None:
        self._patterns = [_compiled(one) for one in (*rules.secrets, *COMMON_SECRETS)]
        self._keys = _private_keys(lines)

    def hide(self, number: int, line: str) -> str:
        if number in self._keys:
            return HIDDEN
        for pattern in self._patterns:
            line = pattern.sub(lambda match: _without(match, "secret", HIDDEN), line)
        return line


def _shown(lines: Sequence[str], begin: int, end: int, masks: _Masks | None) -> Iterator[str]:
    for number in range(begin, end):
        yield masks.hide(number, lines[number]) if masks else lines[number]


def _private_keys(lines: Sequence[str]) -> set[int]:
    """Numbers of the lines of private keys, but for the first of each."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(lines):
        if inside:
            found.add(number)
            inside = "-----END " not in line
        else:
            inside = "PRIVATE KEY" in line and "-----BEGIN " in line
    return found


def compare(before: str, after: str, rules: TextRules, reveal: bool = False) -> Comparison:
    """What differs, with some context. A secret that changed shows as a line that changed, hidden on both sides.

    Args:
        before: The older text.
        after: The newer one.
        rules: Of its dialect.
        reveal: Show secrets.
    """
    before_lines, after_lines = _numbered(before, rules), _numbered(after, rules)
    old, new = [line for line, _ in before_lines], [line for line, _ in after_lines]
    masks = (None, None) if reveal else (_Masks(old, rules), _Masks(new, rules))
    found: list[Line] = []
    added = removed = 0
    for group in _grouped(_changes(old, new)):
        places = _place(before_lines, group[0][1]), _place(after_lines, group[0][3])
        found.append(Line("@", f"line {places[0]} / {places[1]}"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += (Line(" ", line) for line in _shown(new, j1, j2, masks[1]))
                continue
            found += (Line("-", line) for line in _shown(old, i1, i2, masks[0]))
            found += (Line("+", line) for line in _shown(new, j1, j2, masks[1]))
            removed, added = removed + i2 - i1, added + j2 - j1
    return Comparison(tuple(found), added, removed)


_Change = tuple[str, int, int, int, int]
"""``equal`` or ``changed``, and where in the older and in the newer lines; as difflib's opcodes."""


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    """Opcodes by patience: lines that are there once in both hold the two together, and difflib does the rest.

    Configurations repeat lines such as ``#`` by the thousand, which alone would be slow and would match anywhere.
    """
    found: list[_Change] = []
    i = j = 0
    for next_i, next_j in (*_anchors(old, new), (len(old), len(new))):
        for tag, i1, i2, j1, j2 in _matcher(old[i:next_i], new[j:next_j]):
            found.append((tag, i + i1, i + i2, j + j1, j + j2))
        if next_i < len(old) and next_j < len(new):
            found.append(("equal", next_i, next_i + 1, next_j, next_j + 1))
        i, j = next_i + 1, next_j + 1
    return list(_joined(found))


def _matcher(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    if not old and not new:
        return []
    opcodes = SequenceMatcher(None, old, new).get_opcodes()
    return [("equal" if tag == "equal" else "changed", *where) for tag, *where in opcodes]  # type: ignore[misc]


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of lines that are there once on both sides: the longest run of them that is in order on both."""
    where = _once(new)
    pairs = [(i, where[line]) for line, i in _once(old).items() if line in where]
    return _longest_rising(sorted(pairs))


def _once(lines: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(lines):
        found[line] = -1 if line in found else number
    return {line: number for line, number in found.items() if number >= 0}


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Patience sorting: the longest subsequence whose second numbers rise."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _joined(changes: Iterable[_Change]) -> Iterator[_Change]:
    """Neighbours of the same kind as one."""
    for tag, run in groupby(changes, key=lambda one: one[0]):
        parts = list(run)
        yield tag, parts[0][1], parts[-1][2], parts[0][3], parts[-1][4]


def _grouped(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Changes with their context; those that are close share it."""
    group: list[_Change] = []
    for number, (tag, i1, i2, j1, j2) in enumerate(changes):
        if tag != "equal":
            group.append((tag, i1, i2, j1, j2))
            continue
        length, last = i2 - i1, number == len(changes) - 1
        if group and (last or length > 2 * CONTEXT):
            kept = min(CONTEXT, length)
            yield [*group, (tag, i1, i1 + kept, j1, j1 + kept)]
            group = []
        elif group:
            group.append((tag, i1, i2, j1, j2))
        if not group and not last:
            kept = min(CONTEXT, length)
            group = [(tag, i2 - kept, i2, j2 - kept, j2)]
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _place(lines: Sequence[tuple[str, int]], at: int) -> int:
    """The line number of what stands there; after the last one, the next."""
    return lines[at][1] if at < len(lines) else lines[-1][1] + 1 if lines else 1


def _in_order(lines: Sequence[tuple[str, int]], unordered: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    patterns = [_compiled(one) for one in unordered]

    def kind(line: tuple[str, int]) -> int:
        return next((number for number, one in enumerate(patterns) if one.search(line[0])), -1)

    for which, run in groupby(lines, key=kind):
        neighbours = list(run)
        yield from neighbours if which < 0 else sorted(neighbours)


def _settled(line: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        line = pattern.sub(lambda match: _without(match, "varies", VARIES), line)
    return line


def _without(match: re.Match[str], group: str, instead: str) -> str:
    """The match with the group replaced; all of it where the pattern has no such group."""
    if group not in match.re.groupindex:
        return instead
    begin, end = (at - match.start() for at in match.span(group))
    return match[0] if begin < 0 or end < 0 else match[0][:begin] + instead + match[0][end:]


def _all_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return _compiled("|".join(f"(?:{one})" for one in patterns)) if patterns else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
