"""Filters over incidents and alarms: all of ``domain.filters``, and these terms beside it.

    sev:C,M,m,?              by letter, or critical, major, minor, warning; ? is where we are blind
    cause:fibre,power        the cause of an incident, or the rule of an alarm
    state:unacked            unacked, acked, shelved, maintenance, ...; suspected, confirmed, clearing, resolved
    scope:branch             ont, branch, port, card, olt, zone, uplink, network
    port:0/3/7 port:0/3      any PON port that it is about; a card takes all of its ports
    !shelved                 a state may stand alone
    business:yes             whether business customers are down

A row has ``severity``, ``letter``, ``cause``, ``state``, ``life``, ``scope``, ``ports`` and ``business``, as far as
they apply.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping

from noc_console.domain.alarms.states import LETTERS, AlarmState
from noc_console.domain.changes import Severity
from noc_console.domain.filters import TOKEN, Filter, FilterError, Not, Row, Test, parse_filter
from noc_console.domain.incidents.incident import Cause, Life, Scope

_SEVERITIES = {one.value: one.value for one in LETTERS} | {letter: one.value for one, letter in LETTERS.items()}
_BLIND = "?"
_STATES = {one.value for one in AlarmState} | {one.value for one in Life}
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


def parse_outage_filter(text: str, causes: Collection[str] = tuple(Cause)) -> Filter:
    """Compile ``text``.

    Args:
        text: The filter.
        causes: What ``cause:`` may name.

    Raises:
        FilterError: With the position of the term that cannot be understood.
    """
    makers: Mapping[str, Callable[[str, int], Test]] = {
        "sev": _severity,
        "severity": _severity,
        "cause": lambda value, at: _one_of(("cause",), value, causes, at),
        "rule": lambda value, at: _one_of(("cause",), value, causes, at),
        "state": lambda value, at: _one_of(("state", "life"), value, _STATES, at),
        "scope": lambda value, at: _one_of(("scope",), value, tuple(Scope), at),
        "port": _port,
        "pon": _port,
        "business": _business,
    }
    tests: list[Test] = []
    rest = ""
    end = 0
    for token in TOKEN.finditer(text):
        turned, term = token[0].startswith("!"), token[0].removeprefix("!")
        name, colon, value = term.partition(":")
        if term.lower() in _STATES:  # as a word it would also find ``unacked`` where ``acked`` is asked for
            name, colon, value = "state", ":", term
        if not colon or name.lower() not in makers:
            continue
        at = token.start() + turned + len(term) - len(value)
        test = makers[name.lower()](value.replace('"', ""), at)
        tests.append(Not(test) if turned else test)
        rest += text[end : token.start()] + " " * len(token[0])
        end = token.end()
    return Filter(text.strip(), (*parse_filter(rest + text[end:]).tests, *tests))


def _severity(value: str, at: int) -> Test:
    parts = [part for part in value.split(",") if part]
    wanted = set()
    for part in parts:
        severity = _SEVERITIES.get(part) or _SEVERITIES.get(part.lower() if len(part) > 1 else part)
        if severity is None and part != _BLIND:
            near = difflib.get_close_matches(part.lower(), [one.value for one in Severity], n=1)
            hint = f"did you mean {near[0]}?" if near else "C, M, m, W, ?, or critical, major, minor, warning"
            raise FilterError(f"sev: has no {part!r} ({hint})", at)
        wanted.add(severity or _BLIND)
    if not wanted:
        raise FilterError("sev: wants a value (C, M, m, W, ?, or critical, major, minor, warning)", at)

    def test(row: Row) -> bool:
        blind = row.get("letter") == _BLIND
        return _BLIND in wanted if blind else row.get("severity") in wanted

    return test


def _one_of(keys: tuple[str, ...], value: str, known: Collection[str], at: int) -> Test:
    names = [str(one) for one in known]
    wanted = frozenset(part for part in value.lower().split(",") if part)
    for part in sorted(wanted - set(names)):
        near = difflib.get_close_matches(part, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(names))}"
        raise FilterError(f"{keys[0]}: has no {part!r} ({hint})", at)
    if not wanted:
        raise FilterError(f"{keys[0]}: wants a value ({', '.join(sorted(names))})", at)
    return lambda row: any(row.get(key) in wanted for key in keys)


def _port(value: str, at: int) -> Test:
    wanted = frozenset(part for part in value.split(",") if part)
    if not wanted:
        raise FilterError("port: wants a PON port, 0/1/3; 0/1 takes the whole card", at)
    cards = tuple(f"{part}/" for part in wanted)

    def test(row: Row) -> bool:
        return any(port in wanted or port.startswith(cards) for port in str(row.get("ports") or "").split())

    return test


def _business(value: str, at: int) -> Test:
    wanted = _YES.get(value.lower())
    if wanted is None:
        raise FilterError(f"business: wants yes or no, not {value!r}", at)
    return lambda row: bool(row.get("business")) is wanted
