"""Columns of a profile's tables: which value to read, and how to turn it into a fact."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from noc_console.config.base import Encoding
from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.identity import PonPort, number_without_id
from noc_console.sources.snmp import codec, decoders
from noc_console.sources.snmp.codec import Value
from noc_console.sources.snmp.index import Place

MAX_DIGITS = 9
"""Of a slot, port or ONT number in an index."""


class Strict(BaseModel):
    """Refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _oid(dotted: str) -> str:
    codec.encode_oid(dotted)
    return dotted


Oid = Annotated[str, AfterValidator(_oid)]


class OnlyWhile(Strict):
    """A value counts only while another column of the same row holds a number, or another than the one named."""

    oid: Oid
    equals: int | None = None
    differs: int | None = None

    def holds(self, value: Value) -> bool:
        """Whether the condition is met."""
        return value == self.equals if self.equals is not None else value != self.differs


class Column(Strict):
    """One column of a table, or one scalar."""

    oid: Oid
    read: Literal[
        "number",
        "milliwatts",
        "enum",
        "flags",
        "text",
        "blank_text",
        "raw",
        "serial",
        "zte_registration",
        "mac",
        "timeticks",
        "age",
        "date_and_time",
        "clock",
    ]
    sentinels: tuple[int | float, ...] = ()
    """Raw values that mean "no reading"."""
    offset: int = 0
    multiply: Annotated[int, Field(ge=1)] = 1
    divide: Annotated[int, Field(ge=1)] = 1
    signed_bits: Annotated[int, Field(ge=8, le=64)] | None = None
    """The number is two's complement of so many bits, shown unsigned."""
    lowest: float | None = None
    highest: float | None = None
    pattern: str | None = None
    """For a number inside text: a regular expression whose first group it is."""
    values: dict[int, str | bool] = Field(default_factory=dict)
    """Of an enum: number to name. Of flags: bit (from 0) to name, the most telling first."""
    other: str | None = None
    """For an enum's unlisted numbers; without it they become ``value 42``."""
    raw_to: str | None = None
    """Fact that keeps the raw value as text."""
    suffix: str | None = None
    """What follows the ONT's index in this column, such as ``1``; rows with other endings are not read."""
    percent_of: Oid | None = None
    """Another column; the fact is this one's share of it."""
    percent_free_of: Oid | None = None
    """Another column, of which this one is the free part; the fact is the share that is not free."""
    only_while: OnlyWhile | None = None
    fallback: Oid | None = None
    """Another column, read in the same way, that counts where this one is blank."""
    encoding: Encoding = "latin-1"
    """Of text that is not UTF-8."""
    source: str
    confidence: Literal["A", "B", "C"]
    note: str | None = None

    @cached_property
    def encoded(self) -> bytes:
        """The OID as it goes on the wire."""
        return codec.encode_oid(self.oid)

    @cached_property
    def tail(self) -> bytes:
        """The encoded suffix."""
        return codec.encode_subids(map(int, self.suffix.split("."))) if self.suffix else b""

    @cached_property
    def companion(self) -> bytes | None:
        """The encoded OID of the column that is read together with this one."""
        share_of = self.percent_of or self.percent_free_of
        other = self.only_while.oid if self.only_while else share_of or self.fallback
        return codec.encode_oid(other) if other else None

    def decoder(self, fact: str = "") -> decoders.Decoder:
        """The function from raw value to ``fact``; of an age, to the seconds before now."""
        if self.read in ("number", "age"):
            return decoders.number(
                self.sentinels,
                self.offset,
                self.divide,
                self.lowest,
                self.highest,
                self.multiply,
                self.signed_bits,
                self.pattern,
                "" if self.read == "age" else fact,
            )
        if self.read == "milliwatts":
            return decoders.milliwatts(self.sentinels, self.divide, fact)
        if self.read == "enum":
            return decoders.enum(self.values, self.other, self.sentinels)
        if self.read == "flags":
            return decoders.flags(self.values, self.other)
        if self.read in ("text", "blank_text"):
            return decoders.text(self.encoding, blanks=self.read == "blank_text")
        return decoders.READERS[self.read]

    @cached_property
    def is_plain(self) -> bool:
        """Whether a value needs nothing but its decoder."""
        return self.companion is None and self.raw_to is None and self.read != "age"

    def decode_pair(
        self, decode: decoders.Decoder, raw: Value, companion: Value | None
    ) -> decoders.Fact | decoders.Refused | None:
        """The fact from this column's value and its companion's; ``decode`` is what ``decoder`` gave."""
        if self.fallback:
            fact = decode(raw)
            return fact if fact is not None or companion is None else decode(companion)
        if companion is None or (self.only_while and not self.only_while.holds(companion)):
            return None
        if self.percent_free_of:
            return decoders.percent_not_of(raw, companion)
        return decoders.percent_of(raw, companion) if self.percent_of else decode(raw)

    @model_validator(mode="after")
    def _consistent(self) -> Column:
        if (self.read in ("enum", "flags")) != bool(self.values):
            raise ValueError("values: belongs to read: enum and read: flags, which need it")
        others = (self.percent_of, self.percent_free_of, self.only_while, self.fallback)
        if len([other for other in others if other]) > 1:
            raise ValueError("percent_of:, percent_free_of:, only_while: and fallback: do not go together")
        if self.pattern is not None:
            if self.read != "number":
                raise ValueError("pattern: belongs to read: number")
            _one_group(self.pattern)
        if self.suffix is not None:
            _ = self.tail
        return self


def _one_group(pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if not groups:
        raise ValueError("the regular expression needs a group")


class Join(Strict):
    """An index that means nothing by itself: other columns of the same row tell the place.

    The values of ``columns``, joined by ``/``, are matched by ``pattern``; its groups are the numbers of the PON port
    and, for ONTs, the ONT id as the last one. Where the OLT gives ONTs no id, a group named ``serial`` stands for it.
    """

    columns: Annotated[tuple[Oid, ...], Field(min_length=1)]
    pattern: str
    prefix: tuple[int, ...] = ()
    """Numbers that the device leaves out before the PON port's own, such as its only frame."""

    @property
    def by_serial(self) -> bool:
        """Whether ONTs have no id, and their serial number stands for it."""
        return "serial" in self._regex.groupindex

    def place(self, values: str, names_ont: bool) -> Place | None:
        """The place that the joined values name; None for a row that is none of ours.

        Raises:
            SourceProtocolError: The pattern caught what is no number.
        """
        match = self._regex.search(values)
        if match is None:
            return None
        serial = self._regex.groupindex.get("serial")
        caught = [text for number, text in enumerate(match.groups(), 1) if number != serial]
        numbers = (*self.prefix, *map(_decimal, caught))
        if not names_ont:
            return Place(PonPort(numbers))
        if serial:
            return Place(PonPort(numbers), number_without_id(match["serial"]))
        return Place(PonPort(numbers[:-1]), numbers[-1])

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    @field_validator("pattern")
    @classmethod
    def _regular(cls, pattern: str) -> str:
        _one_group(pattern)
        return pattern


def _decimal(text: str | None) -> int:
    """A number that a join's pattern caught.

    Raises:
        SourceProtocolError: It caught something else; the profile is wrong, not the device.
    """
    if text is not None and text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS:
        return int(text)
    raise SourceProtocolError(
        f"the index pattern of the profile caught {text!r:.40}, which is no decimal number",
        hint=r"let each group of pattern: hold digits only, \d+",
    )
