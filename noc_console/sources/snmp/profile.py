"""Vendor profiles: what to ask an OLT family, and how to read the answer, as YAML that a network engineer can extend.

A profile lists tables. A table has rows of one kind (ONT, PON port, card, fan, waiting ONT, or the OLT itself), belongs
to one polling rhythm, and names its columns with OID, decoding, source and confidence: A (a MIB text or a real
recording shows it), B (two independent implementations agree), C (one source only: "not verified on this model").

Where firmware differs, ``variants:`` names groups of alternatives, each with the column whose presence tells; of each
group the first that answers is read, and a table with ``when:`` only together with its variant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator

from noc_console.config.bounded import read_text
from noc_console.config.model import OltPolling
from noc_console.config.yaml_file import read_yaml
from noc_console.domain.errors import ConfigError, SourceProtocolError
from noc_console.domain.identity import named_place
from noc_console.domain.network import PollKind
from noc_console.domain.poll import FACTS, Rows
from noc_console.sources.snmp.column import Column, Join, Oid, Strict
from noc_console.sources.snmp.decoders import REFUSED
from noc_console.sources.snmp.index import CARD_INDEXES, SPACES, WHOLE_OLT

SHIPPED = Path(__file__).parent / "profiles"

PORT_ROWS = ("ont", "ont_traffic", "pon_port", "pon_traffic", "unregistered")
"""Kinds of rows whose index names a PON port."""


class Variant(Strict):
    """One of several alternatives."""

    probe: Oid
    """It is there when this column has a row."""
    index: str | None = None
    """... whose index this space can decode."""


class Table(Strict):
    """Columns that share an index and a rhythm."""

    rows: Rows
    poll: PollKind
    when: tuple[str, ...] = ()
    """Variants, any of which must be there."""
    index: str | Join | None = None
    """How the index names a place; None takes the profile's ``port_index``, and slots for cards."""
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _known_facts(self) -> Table:
        for name, column in self.columns.items():
            for fact in filter(None, (name, column.raw_to)):
                if fact not in FACTS[self.rows]:
                    known = ", ".join(sorted(FACTS[self.rows]))
                    raise ValueError(f"{self.rows} has no fact {fact!r}; known: {known}")
        if isinstance(self.index, Join) and self.rows not in PORT_ROWS:
            raise ValueError(f"rows of {self.rows} cannot be joined")
        if isinstance(self.index, str):
            known_indexes = SPACES if self.rows in PORT_ROWS else CARD_INDEXES
            if self.index not in known_indexes:
                raise ValueError(f"unknown index {self.index!r}; known: {', '.join(known_indexes)}")
        return self


class Example(Strict):
    """A row of a table, as a device gave it, and what is to be read from it; checked when the profile is loaded."""

    table: str
    index: str | None = None
    """Dotted numbers; for a join the values of its columns, with ``/`` between them."""
    place: str | None = None
    """What the index names: ``0/1/3``, or ``0/1/3 id 7`` for an ONT."""
    raw: dict[str, int | str] = Field(default_factory=dict)
    """By fact; octets that are no text as ``0x48575443``."""
    reads: dict[str, int | float | str | bool | None] = Field(default_factory=dict)

    def check(self, table: Table, port_index: str) -> None:
        """Raise ValueError where the table reads something else."""
        if self.index is not None:
            found = self._place(table, port_index)
            if found != self.place:
                raise ValueError(f"index {self.index} is read as {found}, not {self.place}")
        for fact, wanted in self.reads.items():
            if fact not in table.columns or fact not in self.raw:
                raise ValueError(f"{fact} has no column in {self.table}, or no raw value here")
            raw = self.raw[fact]
            value = raw if isinstance(raw, int) else _octets(raw)
            read = table.columns[fact].decoder(fact)(value)
            read = None if read is REFUSED else read
            if not _same(read, wanted):
                raise ValueError(f"{fact} {raw} is read as {read}, not {wanted}")

    def _place(self, table: Table, port_index: str) -> str | None:
        names_ont = table.rows in ("ont", "ont_traffic")
        try:
            if isinstance(table.index, Join):
                place = table.index.place(self.index or "", names_ont)
            else:
                place = SPACES[table.index or port_index].decode([int(part) for part in (self.index or "").split(".")])
        except SourceProtocolError as error:
            raise ValueError(str(error)) from None
        if place is None:
            return None
        return named_place(str(place.port), place.ont_id)


def _octets(text: str) -> bytes:
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def _same(read: object, wanted: object) -> bool:
    if isinstance(read, float) and isinstance(wanted, int | float):
        return math.isclose(read, wanted, abs_tol=1e-6)
    return read == wanted


class Detect(Strict):
    """How to recognise the family."""

    sys_object_id: tuple[str, ...]
    """Prefixes, any of them."""
    not_sys_object_id: tuple[str, ...] = ()
    sys_descr: tuple[str, ...] = ()
    """Texts, any of which sysDescr must hold; empty accepts all."""


class Profile(Strict):
    """One OLT family."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    vendor: str
    note: str | None = None
    """What the operator should know of what it cannot tell."""
    detect: Detect
    port_index: str
    """Name of the index space of PON ports and ONTs in tables that name no other."""
    max_repetitions: Annotated[int, Field(ge=1, le=100)] = 25
    polling: OltPolling = Field(default_factory=OltPolling)
    """No kind of reading is taken more often than this, but where the config says so for the OLT itself."""
    highest_ont_id: Annotated[int, Field(ge=0, le=65535)] = 255
    """Of one PON port; rows of higher ids are refused."""
    variants: dict[str, dict[str, Variant]] = Field(default_factory=dict)
    """Group to its alternatives, in the order in which they are preferred."""
    tables: dict[str, Table]
    examples: tuple[Example, ...] = ()

    @field_validator("port_index")
    @classmethod
    def _known_index(cls, name: str) -> str:
        if name not in SPACES:
            raise ValueError(f"unknown port_index; known: {', '.join(SPACES)}")
        return name

    @model_validator(mode="after")
    def _has_identity(self) -> Profile:
        by_number = self.port_index == WHOLE_OLT
        if not by_number and not {"serial", "mac"} & self.columns("ont", PollKind.STATE).keys():
            raise ValueError("the ONT table polled with the state needs a serial (or mac) column")
        known = {name for group in self.variants.values() for name in group}
        for table in self.tables.values():
            if unknown := set(table.when) - known:
                raise ValueError(f"when: unknown variant {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def _reads_its_examples(self) -> Profile:
        for number, example in enumerate(self.examples, 1):
            table = self.tables.get(example.table)
            if table is None:
                raise ValueError(f"example {number}: no table {example.table}")
            try:
                example.check(table, self.port_index)
            except ValueError as error:
                raise ValueError(f"example {number}: {error}") from None
        return self

    @cached_property
    def names_by_serial(self) -> bool:
        """Whether ONTs have no id, and a number made of their serial number stands for it."""
        return any(isinstance(table.index, Join) and table.index.by_serial for table in self.tables.values())

    def with_encoding(self, encoding: str | None) -> Profile:
        """The same, with texts that are not UTF-8 in another encoding; None leaves it as it is."""
        if encoding is None:
            return self
        tables = {
            name: table.model_copy(
                update={"columns": {f: c.model_copy(update={"encoding": encoding}) for f, c in table.columns.items()}}
            )
            for name, table in self.tables.items()
        }
        return self.model_copy(update={"tables": tables})

    def select(
        self, rows: Collection[Rows], kind: PollKind | None = None, chosen: Collection[str] | None = None
    ) -> list[Table]:
        """Tables with these rows, this rhythm, and these variants (None: all of either)."""
        return [
            table
            for table in self.tables.values()
            if table.rows in rows
            and (kind is None or table.poll is kind)
            and (chosen is None or not table.when or any(name in chosen for name in table.when))
        ]

    def groups(self, tables: Collection[Table]) -> list[str]:
        """The groups of variants that these tables belong to."""
        wanted = {name for table in tables for name in table.when}
        return [group for group, variants in self.variants.items() if wanted & variants.keys()]

    def columns(self, rows: Rows, kind: PollKind, chosen: Collection[str] | None = None) -> dict[str, Column]:
        """Columns of all tables with these rows and this rhythm; of alternatives the preferred one's."""
        found: dict[str, Column] = {}
        for table in self.select((rows,), kind, chosen):
            for name, column in table.columns.items():
                found.setdefault(name, column)
        return found

    def unverified(self, chosen: Collection[str] | None = None) -> dict[str, dict[str, str]]:
        """Facts that rest on one source only: kind of rows to fact to what is known about it."""
        sure: set[tuple[str, str]] = set()
        found: dict[str, dict[str, str]] = {}
        for table in self.select(tuple(FACTS), None, chosen):
            for name, column in table.columns.items():
                if column.confidence != "C":
                    sure.add((table.rows, name))
                    continue
                for fact in filter(None, (name, column.raw_to)):
                    found.setdefault(table.rows, {}).setdefault(fact, column.note or f"only source: {column.source}")
        for rows, name in sure:
            found.get(rows, {}).pop(name, None)
        return {rows: facts for rows, facts in found.items() if facts}

    def matches(self, sys_object_id: str, sys_descr: str) -> int:
        """How well the profile fits: length of the matching OID prefix, 0 when it does not."""
        oid = sys_object_id + "."
        if any(oid.startswith(prefix + ".") for prefix in self.detect.not_sys_object_id):
            return 0
        if self.detect.sys_descr and not any(part.lower() in sys_descr.lower() for part in self.detect.sys_descr):
            return 0
        return max((len(p) for p in self.detect.sys_object_id if oid.startswith(p + ".")), default=0)


def load_profile(path: Path) -> Profile:
    """Read one profile file.

    Raises:
        ConfigError: It is not a valid profile; says where.
    """
    _, data = read_yaml(path)
    try:
        return Profile.model_validate(_expand(data))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # Of an index that is neither a name nor a join, what is wrong with the join says more.
        first = next((item for item in errors if item["loc"][-1:] != ("str",)), errors[0])
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(first["msg"].removeprefix("Value error, "), path=str(path), key=key) from None


def _expand(data: Any) -> Any:
    """Replace ``NAME.rest`` by the OID that ``oids:`` gives to NAME, so that files stay readable."""
    if not isinstance(data, dict):
        return data
    names = data.get("oids")
    if not isinstance(names, dict):
        names = {}

    def full(value: str) -> str:
        head, _, rest = value.partition(".")
        return f"{names[head]}.{rest}" if head in names else value

    return _with_full_oids({key: value for key, value in data.items() if key != "oids"}, full)


def _with_full_oids(data: Any, full: Callable[[str], str]) -> Any:
    if isinstance(data, list):
        return [_with_full_oids(item, full) for item in data]
    if not isinstance(data, dict):
        return data
    out = {}
    for key, value in data.items():
        if key in ("oid", "percent_of", "percent_free_of", "fallback", "probe") and isinstance(value, str):
            value = full(value)
        elif key == "columns" and isinstance(value, list):  # of a join
            value = [full(item) if isinstance(item, str) else item for item in value]
        out[key] = _with_full_oids(value, full)
    return out


def load_profiles(folder: Path | None = None, broken: dict[str, ConfigError] | None = None) -> dict[str, Profile]:
    """The shipped profiles and those of ``folder``, by id; a file there may replace a shipped one.

    Args:
        folder: The operator's own profiles.
        broken: Takes what is wrong with the folder's files, by the profile's id, so that the others can be used.

    Raises:
        ConfigError: A shipped file is wrong; without ``broken`` also the folder, or a file in it.
    """
    found = {profile.id: profile for profile in map(load_profile, sorted(SHIPPED.glob("*.yaml")))}
    if folder is None:
        return found
    try:
        if not folder.is_dir():
            raise ConfigError(f"no such folder: {folder}", key="profiles_dir")
        paths = sorted(folder.glob("*.yaml"))
    except ConfigError as error:
        if broken is None:
            raise
        broken[""] = error
        return found
    for path in paths:
        try:
            profile = load_profile(path)
        except ConfigError as error:
            if broken is None:
                raise
            broken[_id_in(path)] = error
        else:
            found[profile.id] = profile
    return found


def _id_in(path: Path) -> str:
    """The id of a profile that does not load: a line of its own in the file, or else the file's name."""
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError):
        return path.stem
    found = re.search(r"^id:\s*['\"]?([\w.-]+)", text, re.MULTILINE)
    return found[1] if found else path.stem


def detect(profiles: Sequence[Profile], sys_object_id: str, sys_descr: str) -> Profile | None:
    """The profile that fits best, or None; of two that fit alike the later one: an operator's own comes after ours."""
    best = max(reversed(profiles), key=lambda p: p.matches(sys_object_id, sys_descr), default=None)
    return best if best and best.matches(sys_object_id, sys_descr) else None
