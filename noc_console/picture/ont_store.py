"""ONTs by column: a hundred thousand of them without a hundred thousand objects for the garbage collector to walk."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isnan, nan
from typing import Any

from noc_console.domain.network import Ont

ONLINE, OFFLINE, UNKNOWN, GONE = 0, 1, 2, 3
"""Effective states as stored; ``GONE`` is an ONT that the OLT no longer lists."""
STATE_NAMES = ("online", "offline", "unknown", "gone")

ONT_FIELDS = tuple(field.name for field in fields(Ont))
_FLOATS = frozenset(field.name for field in fields(Ont) if str(field.type) == "float | None")
_REPEATED = frozenset(("port", "model", "hardware", "firmware", "state", "offline_reason", "vendor_reason", "admin"))

_SEARCHED = ("olt_id", "port", "description", "model", "firmware", "offline_reason", "serial", "mac")
"""Fields of which the search text is made; what is derived has its own way to forget it."""


class OntStore:
    """Columns of ``Ont`` plus what is derived: effective state, signal class, search text, version."""

    def __init__(self) -> None:
        self.row_of: dict[int, int] = {}
        self.by_identity: dict[str, int] = {}
        """Row by serial number, or by MAC where that is how an ONU is known."""
        self.longest = 0
        """Characters of the longest identity so far."""
        self._columns: dict[str, Any] = {name: array("d") if name in _FLOATS else [] for name in ONT_FIELDS}
        self.state = bytearray()
        self.signal = bytearray()
        """Index into ``SIGNALS``; 0 is none."""
        self.text: list[str] = []
        """Lower-case search text; empty until asked for. ``keep_text`` and ``forget_text`` write it."""
        self._with_text = bytearray()
        """1 where there is one: to look for the missing ones through ``text`` itself would touch every string, and copy
        its page where processes share them."""
        self.version: array[int] = array("l")
        """Grows whenever anything that is shown of the row changes."""

    def __len__(self) -> int:
        return len(self.text)

    def column(self, name: str) -> Any:
        """The whole column; floats hold NaN for "no value"."""
        return self._columns[name]

    def get(self, row: int, name: str) -> Any:
        """One value; None when there is none."""
        value = self._columns[name][row]
        return None if name in _FLOATS and isnan(value) else value

    def identity(self, row: int) -> str | None:
        """What it is called by: its serial number, or an EPON ONU's MAC address."""
        serial, mac = self._columns["serial"][row], self._columns["mac"][row]
        return serial or mac  # type: ignore[no-any-return]

    def ont(self, row: int) -> Ont:
        """The row as the backend gave it."""
        return Ont(**{name: self.get(row, name) for name in ONT_FIELDS})

    def put(self, ont: Ont) -> int:
        """Add or replace; returns the row."""
        row = self.row_of.get(ont.id)
        if row is None:
            return self.add({name: (getattr(ont, name),) for name in ONT_FIELDS})[0]
        self._forget_identity(row)
        if any(self._columns[name][row] != getattr(ont, name) for name in _SEARCHED):
            self.forget_text(row)
        for name in ONT_FIELDS:
            column, value = self._columns[name], _stored(name, getattr(ont, name))
            if column[row] != value:  # else the old one stays, which other processes may share
                column[row] = value
        self.longest = max(self.longest, len(ont.identity or ""))
        if ont.identity and (ont.vanished_at is None or ont.identity not in self.by_identity):
            self.by_identity[ont.identity] = row
        self.version[row] += 1
        return row

    def keep_text(self, row: int, text: str) -> None:
        """Note a row's search text."""
        self.text[row] = text
        self._with_text[row] = 1

    def forget_text(self, row: int) -> None:
        """Let a row's search text be built again."""
        self.text[row] = ""
        self._with_text[row] = 0

    def forget_texts(self) -> None:
        """Let every search text be built again: something beside the ONTs that it holds has changed."""
        self.text = [""] * len(self.text)
        self._with_text = bytearray(len(self.text))

    def next_without_text(self, row: int) -> int:
        """The first row from here on without a search text; -1 when all have one."""
        return self._with_text.find(0, row)

    def set_derived(self, row: int, state: int, signal: int) -> bool:
        """Note the derived values; returns whether one changed."""
        if self.state[row] == state and self.signal[row] == signal:
            return False
        self.state[row], self.signal[row] = state, signal
        self.forget_text(row)
        self.version[row] += 1
        return True

    def add(self, columns: Mapping[str, Sequence[Any]]) -> range:
        """Add ONTs that are not there yet, column by column; returns their rows.

        Args:
            columns: Every field of ``Ont`` with its values, all of one length.
        """
        count = len(columns["id"])
        rows = range(len(self.text), len(self.text) + count)
        self.row_of.update(zip(columns["id"], rows, strict=True))
        for name, values in columns.items():
            if name in _FLOATS:
                self._columns[name].extend([nan if value is None else value for value in values])
            elif name in _REPEATED:
                self._columns[name].extend([None if value is None else sys.intern(value) for value in values])
            else:
                self._columns[name].extend(values)
        self.state.extend([UNKNOWN] * count)
        self.signal.extend([0] * count)
        self.text.extend([""] * count)
        self._with_text.extend(bytes(count))
        self.version.extend([1] * count)
        for row, serial, mac, gone_at in zip(
            rows, columns["serial"], columns["mac"], columns["vanished_at"], strict=True
        ):
            identity = serial or mac
            self.longest = max(self.longest, len(identity or ""))
            if identity and (gone_at is None or identity not in self.by_identity):
                self.by_identity[identity] = row
        return rows

    def _forget_identity(self, row: int) -> None:
        identity = self.identity(row)
        if identity and self.by_identity.get(identity) == row:
            del self.by_identity[identity]


def _stored(name: str, value: Any) -> Any:
    if name in _FLOATS:
        return nan if value is None else value
    return sys.intern(value) if value is not None and name in _REPEATED else value
