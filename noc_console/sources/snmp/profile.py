"""Vendor profiles: what to ask an OLT family, and how to read the answer, as YAML that a network engineer can extend.

A profile lists tables. A table has rows of one kind (ONT, PON port, card, or the OLT itself), belongs to one polling
rhythm, and names its columns with OID, decoding, source and confidence: A (a MIB text or a real recording shows it),
B (two independent implementations agree), C (one source only: shown as "not verified on this model").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from noc_console.domain.errors import ConfigError
from noc_console.domain.network import PollKind
from noc_console.sources.snmp import codec, decoders

SHIPPED = Path(__file__).parent / "profiles"

Rows = Literal["ont", "pon_port", "card", "olt"]

FIELDS: dict[str, frozenset[str]] = {
    "ont": frozenset(
        "serial description model hardware firmware state offline_reason vendor_reason admin config_state match_state "
        "last_up_clock last_down_clock distance_m last_distance_m onu_rx_dbm olt_rx_dbm onu_tx_dbm temperature_celsius "
        "voltage_v bias_ma".split()
    ),
    "pon_port": frozenset(
        "admin oper sfp_present tx_dbm temperature_celsius voltage_v bias_ma last_down_cause".split()
    ),
    "card": frozenset("type state role cpu_percent memory_percent temperature_celsius".split()),
    "olt": frozenset("software cpu_percent memory_percent temperature_celsius".split()),
}
"""The facts that a table of each kind of row may fill."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column of a table, or one scalar."""

    oid: str
    read: Literal["number", "enum", "text", "serial", "timeticks", "date_and_time"]
    sentinels: tuple[int, ...] = ()
    """Raw values that mean "no reading"."""
    offset: int = 0
    divide: Annotated[int, Field(ge=1)] = 1
    lowest: float | None = None
    highest: float | None = None
    values: dict[int, str | bool] = Field(default_factory=dict)
    other: str | None = None
    """For an enum's unlisted numbers; without it they become ``value 42``."""
    raw_to: str | None = None
    """Fact that keeps the raw value as text."""
    source: str
    confidence: Literal["A", "B", "C"]
    note: str | None = None

    @cached_property
    def encoded(self) -> bytes:
        """The OID as it goes on the wire."""
        return codec.encode_oid(self.oid)

    @cached_property
    def decode(self) -> decoders.Decoder:
        """The function from raw value to fact."""
        if self.read == "number":
            return decoders.number(self.sentinels, self.offset, self.divide, self.lowest, self.highest)
        if self.read == "enum":
            return decoders.enum(self.values, self.other, self.sentinels)  # type: ignore[arg-type]
        return decoders.READERS[self.read]

    @model_validator(mode="after")
    def _consistent(self) -> Column:
        if self.read == "enum" and not self.values:
            raise ValueError("an enum needs values:")
        if self.read != "enum" and self.values:
            raise ValueError("values: belongs to read: enum")
        codec.encode_oid(self.oid)
        return self


class Table(_Strict):
    """Columns that share an index and a rhythm."""

    rows: Rows
    poll: PollKind
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _known_facts(self) -> Table:
        for name, column in self.columns.items():
            for fact in filter(None, (name, column.raw_to)):
                if fact not in FIELDS[self.rows]:
                    known = ", ".join(sorted(FIELDS[self.rows]))
                    raise ValueError(f"{self.rows} has no fact {fact!r}; known: {known}")
        return self


class Detect(_Strict):
    """How to recognise the family."""

    sys_object_id: tuple[str, ...]
    """Prefixes, any of them."""
    not_sys_object_id: tuple[str, ...] = ()
    sys_descr: tuple[str, ...] = ()
    """Texts, any of which sysDescr must hold; empty accepts all."""


class Profile(_Strict):
    """One OLT family."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    vendor: str
    detect: Detect
    port_index: str
    """Name of the decoder from index to PON port."""
    max_repetitions: Annotated[int, Field(ge=1, le=100)] = 25
    tables: dict[str, Table]

    @field_validator("port_index")
    @classmethod
    def _known_index(cls, name: str) -> str:
        if name not in decoders.PORT_INDEXES:
            raise ValueError(f"unknown port_index; known: {', '.join(decoders.PORT_INDEXES)}")
        return name

    @model_validator(mode="after")
    def _has_identity(self) -> Profile:
        if "serial" not in self.columns("ont", PollKind.STATE):
            raise ValueError("the ONT table polled with the state needs a serial column: it tells which ONTs exist")
        return self

    def columns(self, rows: Rows, kind: PollKind) -> dict[str, Column]:
        """Columns of all tables with these rows and this rhythm."""
        found: dict[str, Column] = {}
        for table in self.tables.values():
            if table.rows == rows and table.poll is kind:
                found.update(table.columns)
        return found

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
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=str(path)) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ConfigError(f"not YAML: {error.problem}", path=str(path), line=line) from None
    try:
        return Profile.model_validate(_expand(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(first["msg"].removeprefix("Value error, "), path=str(path), key=key) from None


def _expand(data: Any) -> Any:
    """Replace ``NAME.rest`` by the OID that ``oids:`` gives to NAME, so that files stay readable."""
    if not isinstance(data, dict):
        return data
    names = data.pop("oids", None) or {}

    def full(value: str) -> str:
        head, _, rest = value.partition(".")
        return f"{names[head]}.{rest}" if head in names else value

    for table in (data.get("tables") or {}).values():
        for column in (table or {}).get("columns", {}).values():
            if isinstance(column, dict) and isinstance(column.get("oid"), str):
                column["oid"] = full(column["oid"])
    return data


def load_profiles(folder: Path | None = None) -> dict[str, Profile]:
    """The shipped profiles and those of ``folder``, by id; a file there may replace a shipped one.

    Raises:
        ConfigError: A file is wrong, or the folder is not there.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"no such folder: {folder}", key="profiles_dir")
    found: dict[str, Profile] = {}
    for place in (SHIPPED, folder):
        for path in sorted(place.glob("*.yaml")) if place else ():
            profile = load_profile(path)
            found[profile.id] = profile
    return found


def detect(profiles: Sequence[Profile], sys_object_id: str, sys_descr: str) -> Profile | None:
    """The profile that fits best, or None."""
    best = max(profiles, key=lambda p: p.matches(sys_object_id, sys_descr), default=None)
    return best if best and best.matches(sys_object_id, sys_descr) else None
