"""The filter language of the ``/`` line and of ``--filter``: text in, a fast predicate over rows out.

Terms are separated by blanks and all must hold; ``!`` in front turns one round::

    los silva                 words, any case, anywhere in the row (serials and MACs in every notation)
    state:offline,unknown     a field holds one of these
    rx:<-27 age:>5m dist:1000..2500
    pon:0/1/3 model:EG8145V5 desc:"corner shop" !signal:good
    rx:none                   no value; ``rx:any`` is the opposite
    re:^HWTC.*AB$             a regular expression, only when asked for

A row is any mapping with some of the names in ``FIELDS``; names that it lacks count as "no value".
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from noc_console.domain.identity import OntSerial, parse_mac
from noc_console.domain.spans import UNITS_S
from noc_console.domain.text import fold

Row = Mapping[str, object]
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class FilterField:
    """A name that a filter may use."""

    name: str
    """Key in the row; the same name as in ``show onts --json``."""
    kind: str
    """``text`` (contains), ``serial``, ``mac``, ``port``, ``choice``, ``number`` or ``age`` (90s, 5m, 2h, 3d)."""
    aliases: tuple[str, ...]
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    """For ``choice``: what may be written, and the value in the row that it stands for."""


_STATES = (
    ("online", "online"), ("on", "online"), ("up", "online"),
    ("offline", "offline"), ("off", "offline"), ("down", "offline"),
    ("unknown", "unknown"), ("unk", "unknown"),
)  # fmt: skip
_STATE_VALUES = {value for _, value in _STATES}
_REASONS = (
    ("los", "loss_of_signal"), ("loss_of_signal", "loss_of_signal"),
    ("gasp", "dying_gasp"), ("dying_gasp", "dying_gasp"), ("dying-gasp", "dying_gasp"), ("power", "dying_gasp"),
    ("deactivated", "deactivated"), ("reset", "reset"), ("reregistered", "reregistered"), ("rogue", "rogue"),
    ("auth_failed", "auth_failed"), ("auth", "auth_failed"), ("deleted", "deleted"),
    ("laser_off", "laser_off"), ("other", "other"),
)  # fmt: skip
_SIGNALS = (
    ("good", "good"), ("warning", "warning"), ("warn", "warning"), ("critical", "critical"), ("crit", "critical"),
    ("overload", "overload"), ("strong", "overload"),
)  # fmt: skip

FIELDS = (
    FilterField("serial", "serial", ("sn",), "serial number, any notation"),
    FilterField("olt", "text", (), "OLT name"),
    FilterField("pon_port", "port", ("pon", "port"), "PON port, 0/1/3; 0/1 takes the whole card"),
    FilterField("ont_id", "number", ("id",), "ONT id on its port"),
    FilterField("state", "choice", ("st",), "online, offline, unknown, or a reason: los, gasp", _STATES + _REASONS),
    FilterField("offline_reason", "choice", ("reason",), "los, gasp, deactivated, ... (while offline)", _REASONS),
    FilterField("description", "text", ("desc", "customer"), "description at the OLT"),
    FilterField("vendor", "text", (), "maker, as the serial number tells it: huawei, zte, nokia"),
    FilterField("model", "text", (), "model"),
    FilterField("firmware", "text", ("fw",), "software version"),
    FilterField("signal", "choice", ("sig",), "good, warning, critical, overload", _SIGNALS),
    FilterField("onu_rx_dbm", "number", ("rx",), "light at the ONT, dBm"),
    FilterField("olt_rx_dbm", "number", ("orx",), "light at the OLT, dBm"),
    FilterField("onu_tx_dbm", "number", ("tx",), "light sent by the ONT, dBm"),
    FilterField("temperature_celsius", "number", ("temp",), "temperature of the ONT, °C"),
    FilterField("distance_m", "number", ("dist",), "ranging distance, m"),
    FilterField("age_s", "age", ("age",), "age of the last reading"),
    FilterField("since_s", "age", ("since",), "time in the present state"),
    FilterField("ip", "text", (), "WAN address at the ACS"),
    FilterField("mac", "mac", (), "MAC address of an EPON ONU or of the router, any notation"),
    FilterField("pppoe", "text", ("user",), "PPPoE user at the ACS"),
    FilterField("subscriber", "text", ("sub",), "subscriber's account or name, where recorded"),
    FilterField("splitter", "text", (), "splitter that the ONT hangs on, where recorded"),
    FilterField("zone", "text", (), "zone, where recorded"),
)  # fmt: skip
"""What a filter may name. ``text`` in a row, when present, is what words search (see ``haystack``)."""

_BY_NAME = {name: field for field in FIELDS for name in (field.name, *field.aliases)}
_TEXT_KEYS = (
    "olt", "pon_port", "description", "model", "firmware", "offline_reason", "state", "signal", "ip", "pppoe",
    "subscriber", "splitter", "zone",
)  # fmt: skip
TOKEN = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?)([a-z%°]*)")
_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq}
_MAC_LIKE = re.compile(r"(?:[0-9a-f]{2}[:\-]){1,7}[0-9a-f]{1,2}|[0-9a-f]{4}(?:[:.\-][0-9a-f]{1,8})+")
_SERIAL_LIKE = re.compile(r"[a-z0-9]{4}[:\-.][0-9a-f]{1,8}")
_MAC_UNPADDED = re.compile(r"[0-9a-f]{1,2}(?:[:\-][0-9a-f]{1,2}){5}")
_SEPARATORS = str.maketrans("", "", ":-. ")
_MAX_SUBJECT = 512
_MAX_PATTERN_BYTES = 1 << 20


class FilterError(ValueError):
    """The text is no filter.

    Args:
        message: What is wrong and what to write instead.
        position: Where in the text, 0-based.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class InText:
    """A word: one of these stands in the row's search text. A class, so that who holds columns can look at those."""

    needles: tuple[str, ...]

    def __call__(self, row: Row) -> bool:
        text = _text_of(row)
        return any(needle in text for needle in self.needles)


@dataclass(frozen=True, slots=True)
class OfField:
    """A term about the value of one field."""

    key: str
    holds: Callable[[Any], bool]

    def __call__(self, row: Row) -> bool:
        return self.holds(row.get(self.key))


@dataclass(frozen=True, slots=True)
class InAny:
    """A term that one of several fields must fulfil."""

    keys: tuple[str, ...]
    holds: Callable[[Any], bool]

    def __call__(self, row: Row) -> bool:
        return any(self.holds(row.get(key)) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Not:
    """A term turned round."""

    test: Test

    def __call__(self, row: Row) -> bool:
        return not self.test(row)


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter; the empty one lets everything through."""

    text: str
    tests: tuple[Test, ...]

    def matches(self, row: Row) -> bool:
        """Whether every term holds for ``row``."""
        return all(test(row) for test in self.tests)

    def __bool__(self) -> bool:
        return bool(self.tests)


def parse_filter(text: str) -> Filter:
    """Compile ``text``.

    Raises:
        FilterError: With the position of the term that cannot be understood.
    """
    return Filter(text.strip(), tuple(_term(token[0], token.start()) for token in TOKEN.finditer(text)))


def haystack(row: Row) -> str:
    """The folded text in which words are looked for; put it into the row as ``text`` to have it built once."""
    parts = [str(row[key]) for key in _TEXT_KEYS if row.get(key) and (key != "offline_reason" or _is_down(row))]
    serial = row.get("serial")
    if serial:
        parts += [str(serial), _hex_form(str(serial))]
    if row.get("mac"):
        parts += [str(row["mac"]), _compact(str(row["mac"]))]
    return fold(" ".join(parts))


def searched(row: Row) -> dict[str, object]:
    """A row of which words are looked for in every text, not only in those of an ONT."""
    return {**row, "text": fold(" ".join(value for value in row.values() if isinstance(value, str)))}


def _term(token: str, at: int) -> Test:
    if token.startswith("!"):
        if len(token) == 1:
            raise FilterError("! wants something to turn round, such as !los", at)
        return Not(_term(token[1:], at + 1))
    if token.count('"') % 2:
        raise FilterError('a quote " is open', at + token.index('"'))
    name, colon, value = token.partition(":")
    if colon and name.lower() == "re":
        return _regex(value.replace('"', ""), at + 3)
    if colon and name.lower() in _BY_NAME:
        field = _BY_NAME[name.lower()]
        return _field(field, value.replace('"', ""), at + len(name) + 1)
    if colon and name.isalpha() and not _is_identity(token.lower()):
        near = difflib.get_close_matches(name.lower(), _BY_NAME, n=1)
        hint = f"did you mean {near[0]}:?" if near else "known: " + ", ".join(field.name for field in FIELDS)
        raise FilterError(f"unknown field {name}: ({hint})", at)
    return _word(token.replace('"', ""))


def _word(word: str) -> Test:
    needle = fold(word)
    compact = _compact(needle)
    return InText((needle, compact) if compact != needle and _is_identity(needle) else (needle,))


def _text_of(row: Row) -> str:
    text = row.get("text")
    return text if isinstance(text, str) else haystack(row)


def _regex(pattern: str, at: int) -> Test:
    if not pattern:
        raise FilterError("re: wants a regular expression", at)
    import re2  # here: most sessions never need it

    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = False, False, _MAX_PATTERN_BYTES
    try:
        # RE2 searches in time that grows with the text, whatever the expression is.
        search = re2.compile(pattern, options).search
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error
        raise FilterError(f"not a regular expression (RE2): {said}", at) from None
    return InAny(("serial", *_TEXT_KEYS), lambda value: bool(value and search(str(value)[:_MAX_SUBJECT])))


def _field(field: FilterField, value: str, at: int) -> Test:
    if not value:
        raise FilterError(f"{field.name}: wants a value ({field.help})", at)
    key = field.name
    if value.lower() == "none":
        return OfField(key, lambda found: found in (None, ""))
    if value.lower() == "any":
        return OfField(key, lambda found: found not in (None, ""))
    if field.kind in ("number", "age"):
        return _number(field, value, at)
    if field.kind == "choice":
        return _choice(field, value, at)
    parts = [part for part in value.lower().split(",") if part]
    if not parts:
        raise FilterError(f"{field.name}: wants a value ({field.help})", at)
    if field.kind == "port":
        return _port(key, parts)
    if field.kind in ("serial", "mac"):
        return _identity(key, [_compact(part) for part in parts])
    folded = [fold(part) for part in parts]
    return OfField(key, lambda found: any(part in fold(str(found or "")) for part in folded))


def _port(key: str, parts: Iterable[str]) -> Test:
    exact = frozenset(parts)
    cards = tuple(f"{part}/" for part in exact)

    def holds(found: object) -> bool:
        port = str(found or "")
        return port in exact or port.startswith(cards)

    return OfField(key, holds)


def _identity(key: str, parts: Iterable[str]) -> Test:
    needles = tuple(parts)

    def holds(found: object) -> bool:
        value = str(found or "")
        if not value:
            return False
        text = f"{_compact(value)} {_hex_form(value)}".lower()
        return any(needle in text for needle in needles)

    return OfField(key, holds)


def _choice(field: FilterField, value: str, at: int) -> Test:
    choices = dict(field.choices)
    wanted = set()
    for part in value.lower().split(","):
        if part not in choices:
            near = difflib.get_close_matches(part, choices, n=1)
            hint = f"did you mean {near[0]}?" if near else field.help
            raise FilterError(f"{field.name}: has no {part!r} ({hint})", at)
        wanted.add(choices[part])
    key = field.name
    if key == "offline_reason":
        return lambda row: row.get(key) in wanted and _is_down(row)
    if key == "state" and not wanted <= _STATE_VALUES:  # a reason may be asked for as a state
        return lambda row: row.get(key) in wanted or (row.get("offline_reason") in wanted and _is_down(row))
    return OfField(key, wanted.__contains__)


def _is_down(row: Row) -> bool:
    """Whether its reason is the present one: an ONT that came back keeps the last."""
    return row.get("state", "offline") == "offline"


def _number(field: FilterField, value: str, at: int) -> Test:
    key = field.name
    low, dots, high = value.partition("..")
    if dots:
        bottom, top = _quantity(field, low, at), _quantity(field, high, at + len(low) + 2)
        bottom, top = min(bottom, top), max(bottom, top)
        return OfField(key, lambda value: (found := _float(value)) is not None and bottom <= found <= top)
    sign = next((sign for sign in _COMPARE if value.startswith(sign)), "")
    compare = _COMPARE.get(sign, operator.eq)
    limit = _quantity(field, value[len(sign) :], at + len(sign))
    return OfField(key, lambda value: (found := _float(value)) is not None and compare(found, limit))


def _quantity(field: FilterField, text: str, at: int) -> float:
    match = _NUMBER.fullmatch(text.lower())
    unit = match[2] if match else ""
    if field.kind == "age":
        if match and unit in UNITS_S:
            return float(match[1]) * UNITS_S[unit]
        if match and not unit:
            return float(match[1])
        raise FilterError(f"{field.name}: wants a time such as 90s, 5m, 2h or 3d, not {text!r}", at)
    if match and field.name == "distance_m" and unit in ("", "m", "km"):
        return float(match[1]) * (1000 if unit == "km" else 1)
    if match and unit in ("", "dbm", "db", "c", "°c"):
        return float(match[1])
    short = min((field.name, *field.aliases), key=len)
    raise FilterError(f"{field.name}: wants a number, such as {short}:>10, not {text!r}", at)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _is_identity(text: str) -> bool:
    """Whether its separators are those of a MAC address or a serial number."""
    return any(pattern.fullmatch(text) for pattern in (_MAC_LIKE, _MAC_UNPADDED, _SERIAL_LIKE))


def _compact(text: str) -> str:
    if _MAC_UNPADDED.fullmatch(text.lower()):
        return parse_mac(text).replace(":", "").lower()
    return text.translate(_SEPARATORS).lower()


def _hex_form(serial: str) -> str:
    try:
        return OntSerial.parse(serial).hex
    except ValueError:
        return serial
