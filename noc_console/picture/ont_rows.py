"""An ONT of the store as the mapping that filters read, without building a dict for each."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from noc_console.domain.filters import FIELDS, Filter, InAny, InText, Not, OfField, Test, haystack
from noc_console.domain.freshness import age_at
from noc_console.domain.identity import vendor_of
from noc_console.picture.model import SIGNALS, Model
from noc_console.picture.ont_facts import since
from noc_console.picture.ont_store import OFFLINE, ONT_FIELDS, STATE_NAMES
from noc_console.picture.plant import PlantPlace

TEXTS_PER_TURN = 200
"""Search texts built between two turns of the loop; 200 take about 5 ms."""


class OntRow(Mapping[str, object]):
    """One row at a time: set ``row`` and read. The keys are those of ``domain.filters.FIELDS``."""

    def __init__(self, model: Model, now: float) -> None:
        self._model = model
        self._now = now
        self.row = 0
        self._readers: dict[str, Callable[[], object]] = {
            "olt": self._olt,
            "pon_port": lambda: self._model.onts.get(self.row, "port"),
            "state": lambda: STATE_NAMES[self._model.onts.state[self.row]],
            "offline_reason": self._offline_reason,
            "signal": lambda: SIGNALS[self._model.onts.signal[self.row]],
            "vendor": lambda: vendor_of(self._model.onts.get(self.row, "serial")),
            "age_s": self._age_s,
            "since_s": self._since_s,
            "ip": lambda: self._cpe("wan_ip"),
            "mac": lambda: self._model.onts.get(self.row, "mac") or self._cpe("mac"),
            "pppoe": lambda: self._cpe("pppoe_user"),
            "subscriber": lambda: _subscriber(self._place()),
            "splitter": lambda: " ".join(splitter.name for splitter in self._place().splitters) or None,
            "zone": lambda: self._place().zone,
            "text": self.text,
        }

    @property
    def texts(self) -> list[str]:
        """Search texts by row; empty where they are not built."""
        return self._model.onts.text

    def __getitem__(self, key: str) -> object:
        reader = self._readers.get(key)
        return reader() if reader else self._model.onts.get(self.row, key)

    def get(self, key: str, default: object = None) -> object:
        """Like a dict's."""
        return self[key]

    def __iter__(self) -> Iterator[str]:
        return iter(field.name for field in FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)

    def _olt(self) -> str:
        return self._model.olt_name(self._model.onts.get(self.row, "olt_id"))

    def _offline_reason(self) -> object:
        """Only while it is offline: the column keeps the last one."""
        offline = self._model.onts.state[self.row] == OFFLINE
        return self._model.onts.get(self.row, "offline_reason") if offline else None

    def _age_s(self) -> float | None:
        return age_at(self._model.state_at(self.row), self._now)

    def _since_s(self) -> float | None:
        at, _ = since(self._model, self.row)
        return None if at is None else max(0.0, self._now - at)

    def _place(self) -> PlantPlace:
        return self._model.plant.place(self._model.onts.get(self.row, "serial"))

    def _cpe(self, name: str) -> object:
        cpe = self._model.cpe_of(self._model.onts.get(self.row, "serial"))
        return getattr(cpe, name) if cpe else None

    def text(self) -> str:
        """What words are looked for in; built once, until the row changes."""
        texts = self._model.onts.text
        if not texts[self.row]:
            self._model.onts.keep_text(self.row, haystack(self))
        return texts[self.row]

    def column(self, key: str) -> tuple[Sequence[Any], Mapping[Any, object]] | None:
        """The column of a field, and what its entries stand for where they are codes; None: it has none."""
        onts = self._model.onts
        match key:
            case "state":
                return onts.state, dict(enumerate(STATE_NAMES))
            case "signal":
                return onts.signal, dict(enumerate(SIGNALS))
            case "olt":
                return onts.column("olt_id"), {olt_id: self._model.olt_name(olt_id) for olt_id in self._model.olts}
            case "pon_port":
                return onts.column("port"), {}
        return (onts.column(key), {}) if key in ONT_FIELDS and key not in self._readers else None


def _subscriber(place: PlantPlace) -> str | None:
    subscriber = place.subscriber
    return f"{subscriber.account} {subscriber.name or ''}".rstrip() if subscriber else None


def build_texts(model: Model, now: float) -> Iterator[None]:
    """Build the search texts that are missing, pausing often: of 20,000 rows they take half a second."""
    view = OntRow(model, now)
    built, row = 0, model.onts.next_without_text(0)
    while row >= 0:
        view.row = row
        view.text()
        built += 1
        if built % TEXTS_PER_TURN == 0:
            yield
        row = model.onts.next_without_text(row + 1)


def select(model: Model, rows: list[int], wanted: Filter, now: float) -> list[int]:
    """The rows that the filter lets through, order kept; term by term, each over what the ones before left."""
    view = OntRow(model, now)
    for test in wanted.tests:
        rows = _narrowed(view, rows, test)
    return rows


def _narrowed(view: OntRow, rows: list[int], test: Test) -> list[int]:
    """The rows for which one term holds: by column where it is about one, for a hundred thousand rows have no time."""
    if isinstance(test, Not):
        out = set(_narrowed(view, rows, test.test))
        return [row for row in rows if row not in out]
    if isinstance(test, InAny):
        found = set[int]()
        for key in test.keys:
            found.update(_narrowed(view, [row for row in rows if row not in found], OfField(key, test.holds)))
        return [row for row in rows if row in found]
    if isinstance(test, InText):
        return _with_words(view, rows, test.needles)
    column = view.column(test.key) if isinstance(test, OfField) else None
    if column is not None and isinstance(test, OfField):
        values, names = column
        holds = test.holds
        if isinstance(values, array):  # NaN stands for "no value", and is the only one that differs from itself
            return [row for row in rows if holds(None if (value := values[row]) != value else value)]
        memo = {value: holds(names.get(value, value)) for value in {values[row] for row in rows}}
        return [row for row in rows if memo[values[row]]]
    kept = []
    for row in rows:
        view.row = row
        if test(view):
            kept.append(row)
    return kept


def _with_words(view: OntRow, rows: list[int], needles: tuple[str, ...]) -> list[int]:
    texts = view.texts
    for row in rows:
        if not texts[row]:
            view.row = row
            view.text()
    first, *more = needles
    if not more:
        return [row for row in rows if first in texts[row]]
    return [row for row in rows if any(needle in texts[row] for needle in needles)]


def is_problem(model: Model, row: int) -> bool:
    """Whether an operator should look: not online, or light outside the good range."""
    return model.onts.state[row] != 0 or model.onts.signal[row] > 1
