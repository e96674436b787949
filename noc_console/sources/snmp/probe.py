"""Probing a device: what it is, which profile fits, and what each column of that profile answers.

For a ticket or for writing a new profile. Reads a few rows of each column, changes nothing, and is in no hurry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from noc_console.domain.errors import SourceError
from noc_console.domain.poll import Facts, Refusals
from noc_console.domain.text import clean, clean_octets
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.core_poller import IF_DESCR, IF_OPER, OPER
from noc_console.sources.snmp.discovery import Identity, choose_variants, first_rows, read_identity
from noc_console.sources.snmp.profile import Profile, Table, detect
from noc_console.sources.snmp.reader import ALL_ROWS
from noc_console.sources.snmp.session import SnmpSession
from noc_console.sources.snmp.tables import Cell, keep
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

SAMPLE = 10
"""Rows read of each column."""

MOST_INTERFACES = 2000

GIVE_UP_AFTER = 3
"""Columns in a row without an answer, after which no more are asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one column answered."""

    table: str
    fact: str
    """Kind of rows and fact, such as ``ont.onu_rx_dbm``."""
    oid: str
    confidence: str
    used: bool
    """Whether the device is read through this table, not through an alternative that it has."""
    note: str | None
    rows: int = 0
    """In a sample of ``SAMPLE``."""
    index: str | None = None
    """Of the first row."""
    raw: str | None = None
    decoded: str | None = None
    """None when the value means "no reading"."""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface, by IF-MIB."""

    name: str
    """ifDescr, as profiles match it."""
    oper: str | None


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found out about a device."""

    identity: Identity
    profile: Profile | None
    variants: tuple[str, ...] = ()
    answers: list[Answer] = field(default_factory=list)
    interfaces: list[Interface] = field(default_factory=list)
    """Where no profile fits."""


async def probe(session: SnmpSession, profiles: Mapping[str, Profile], now: float, wanted: str = "auto") -> Probe:
    """Ask a device everything that its profile knows to ask, a few rows each.

    Args:
        session: With the device.
        profiles: By id.
        now: Unix seconds.
        wanted: A profile's id, or ``auto``.

    Raises:
        SourceError: The device does not answer.
    """
    identity = await read_identity(session)
    profile = profiles.get(wanted) or detect(list(profiles.values()), identity.sys_object_id, identity.sys_descr)
    if profile is None:
        return Probe(identity, None, interfaces=await _interfaces(session))
    chosen = await choose_variants(session, profile, list(profile.variants))
    variants = tuple(chosen.values())
    # Where a device has none of the alternatives, that it lacks them all is what there is to tell.
    lacking = [name for group, names in profile.variants.items() if group not in chosen for name in names]
    used = profile.select(ALL_ROWS, None, [*variants, *lacking])
    found = Probe(identity, profile, variants)
    silent = 0
    for name, table in profile.tables.items():
        for fact, column in table.columns.items():
            answer = Answer(name, f"{table.rows}.{fact}", column.oid, column.confidence, table in used, column.note)
            if silent < GIVE_UP_AFTER:
                answer = await _ask(session, answer, table, fact, now)
                silent = silent + 1 if answer.error else 0
            else:
                answer = replace(answer, error="not asked: the device stopped answering")
            found.answers.append(answer)
    return found


async def _interfaces(session: SnmpSession) -> list[Interface]:
    walk = Walk([IF_DESCR, IF_OPER], limit=MOST_INTERFACES)
    await run_walks(session, [walk], Repetitions(SAMPLE, SAMPLE))
    names, states = walk.rows
    return [
        Interface(clean_octets(name), OPER.get(state) if isinstance(state := states.get(key), int) else None)
        for key, name in names.items()
        if isinstance(name, bytes)
    ]


async def _ask(session: SnmpSession, answer: Answer, table: Table, fact: str, now: float) -> Answer:
    column = table.columns[fact]
    # A scalar is the row of its own last number.
    tail = column.encoded[-1:] if table.rows == "olt" else column.tail
    prefix = column.encoded[:-1] if table.rows == "olt" else column.encoded
    try:
        rows, *others = await first_rows(session, [prefix, *filter(None, [column.companion])], SAMPLE)
    except SourceError as error:
        return replace(answer, error=error.message)
    rows = [row for row in rows if row[0].endswith(tail)]
    if not rows:
        return answer
    key, raw = rows[0]
    companion = next((value for other, value in others[0] if other == key), None) if others else None
    facts: Facts = {}
    refused = Refusals()
    keep(facts, Cell(table.rows, fact, column, column.decoder(fact), 0, None), raw, companion, now, refused)
    decoded = None if facts[fact] is None else str(facts[fact])
    # What stands where a serial number should be may be a password or the subscriber's identifier.
    secret = column.read in ("serial", "zte_registration") and (decoded is None or column.read != "serial")
    return replace(
        answer,
        rows=len(rows),
        index=".".join(map(str, codec.decode_subids(key))),
        raw="(not shown)" if secret else _shown(raw),
        decoded=decoded,
    )


def _shown(raw: codec.Value) -> str:
    if isinstance(raw, int):
        return str(raw)
    text = raw.decode("latin-1")
    return clean(text) if text.isascii() and text.isprintable() else "0x" + raw.hex()
