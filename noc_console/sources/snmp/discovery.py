"""What an OLT is, and which of a profile's alternatives it has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from noc_console.domain.errors import ConfigError, SourceProtocolError
from noc_console.domain.text import clean_octets
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.index import SPACES
from noc_console.sources.snmp.profile import Profile, Variant, detect
from noc_console.sources.snmp.session import Exchange, SnmpSession, status_error
from noc_console.sources.snmp.uptime import SYS_UP_TIME, uptime

SYS_DESCR = codec.encode_oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = codec.encode_oid("1.3.6.1.2.1.1.2.0")

PROBED_ROWS = 4
SAYS_NOTHING = (0, -1, 2147483647, b"")
"""Values of a table that is not filled."""

Row = tuple[bytes, codec.Value]
"""Rest of the index after the column, encoded, and the value."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an OLT says that it is."""

    sys_object_id: str
    sys_descr: str
    uptime_s: float | None

    def __str__(self) -> str:
        return f"sysObjectID {self.sys_object_id or 'none'}, sysDescr {self.sys_descr or 'none'}"


async def read_identity(session: SnmpSession) -> Identity:
    """Ask what the device is.

    Raises:
        SourceError: No answer.
    """
    values = await session.get([SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME])
    descr, oid = values.get(SYS_DESCR), values.get(SYS_OBJECT_ID)
    return Identity(
        codec.decode_oid(oid) if isinstance(oid, bytes) else "",
        clean_octets(descr) if isinstance(descr, bytes) else "",
        uptime(values.get(SYS_UP_TIME)),
    )


async def first_rows(
    session: SnmpSession, columns: Sequence[bytes], repetitions: int = 1, priority: int = 0
) -> list[list[Row]]:
    """The first rows of columns, with one GETBULK.

    Args:
        session: With the agent.
        columns: Encoded OIDs.
        repetitions: Rows to ask for in each column; some may be missing from the end of the answer.
        priority: Lower goes first.

    Returns:
        For each column its rows; none when the agent does not have it.

    Raises:
        SourceError: No answer, or an error-status.
    """
    future: asyncio.Future[list[list[Row]]] = asyncio.get_running_loop().create_future()

    def answered(status: int, data: bytes, start: int, end: int) -> None:
        if status:
            failed(status_error(status))
        elif not future.done():
            future.set_result(_split(columns, data, start, end))

    def failed(error: Exception) -> None:
        if not future.done():
            future.set_exception(error)

    def build(request_id: int) -> bytes:
        return codec.encode_request(codec.GET_BULK, request_id, columns, repetitions)

    exchange = Exchange(build, answered, failed, kind=tuple(columns))
    session.send(exchange, priority)
    try:
        return await future
    finally:
        if future.cancelled():
            session.drop([exchange])


def _split(columns: Sequence[bytes], data: bytes, start: int, end: int) -> list[list[Row]]:
    oids, tags, raw = codec.decode_bindings(data, start, end)
    found: list[list[Row]] = [[] for _ in columns]
    ended = [False] * len(columns)
    for number, (oid, tag, octets) in enumerate(zip(oids, tags, raw, strict=True)):
        at = number % len(columns)
        ended[at] = ended[at] or tag >= 0x80 or not oid.startswith(columns[at])
        if not ended[at]:
            found[at].append((oid[len(columns[at]) :], codec.convert([tag], [octets])[0]))
    return found


async def choose_variants(session: SnmpSession, profile: Profile, groups: Sequence[str]) -> dict[str, str]:
    """Find out which alternative of each group a device has; one that has none yet is left out.

    Of several that have rows, the first one counts that says something in its first rows: some software keeps a table
    that it does not fill.

    Raises:
        SourceError: No answer: nothing is decided then.
    """
    variants = [(group, name, variant) for group in groups for name, variant in profile.variants[group].items()]
    if not variants:
        return {}
    rows = await first_rows(session, [codec.encode_oid(variant.probe) for _, _, variant in variants], PROBED_ROWS)
    chosen: dict[str, str] = {}
    silent: dict[str, str] = {}
    for (group, name, variant), found in zip(variants, rows, strict=True):
        if found and _fits(variant, found[0][0]):
            says = any(value not in SAYS_NOTHING for _, value in found)
            (chosen if says else silent).setdefault(group, name)
    return {**silent, **chosen}


def _fits(variant: Variant, key: bytes) -> bool:
    """Whether the index of a row is what the variant expects; numbers after port and ONT do not matter."""
    return variant.index is None or SPACES[variant.index].decode(codec.decode_subids(key)[:2]) is not None


def choose_profile(
    profiles: Mapping[str, Profile],
    identity: Identity,
    wanted: str,
    olt: str,
    broken: Mapping[str, ConfigError] = MappingProxyType({}),
) -> Profile:
    """The profile called ``wanted``, or with ``auto`` the one that fits best.

    Args:
        profiles: By id.
        identity: What the device says that it is.
        wanted: An id, or ``auto``.
        olt: For messages.
        broken: What is wrong with profiles that do not load, by id. A shipped profile that one of them replaces is not
            used instead: the operator had a reason for another.

    Raises:
        SourceProtocolError: There is none, or it does not load.
    """
    fits = detect(list(profiles.values()), identity.sys_object_id, identity.sys_descr) if wanted == "auto" else None
    name = fits.id if fits else wanted
    if name in broken:
        raise SourceProtocolError(f"profile {name} does not load: {broken[name]}", olt, "mend the file, then restart")
    if name in profiles:
        return profiles[name]
    lost = "".join(f"; does not load: {error}" for error in broken.values())
    if wanted == "auto":
        said = f"no profile fits this device: {identity}; {len(profiles)} were tried{lost}"
        raise SourceProtocolError(said, olt, "set profile:, or write one: noc-console probe OLT --write FILE.yaml")
    raise SourceProtocolError(f"no profile called {wanted}{lost}", olt, f"known: {', '.join(sorted(profiles))}")
