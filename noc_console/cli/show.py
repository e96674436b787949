"""``noc-console show``: what is known, for people and programs. Everything comes from the picture."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noc_console.cli.output import Exit, Form, fail, print_rows, print_table
from noc_console.cli.wiring import picture_settings
from noc_console.config.model import Config
from noc_console.domain.audit_log import parse_audit_filter
from noc_console.domain.event_filters import parse_event_filter
from noc_console.domain.filters import Filter, FilterError, parse_filter, searched
from noc_console.domain.identity import OntSerial
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import RecordKind
from noc_console.picture import equipment_rows, flat_rows
from noc_console.picture.activity import fold
from noc_console.picture.feed_client import look
from noc_console.picture.fibre import path_of, path_text
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import gather
from noc_console.picture.ont_rows import select
from noc_console.storage.reader import StorageReader

Columns = Sequence[tuple[str, str]]

ONT_COLUMNS = (
    ("state", "state"),
    ("identity", "serial or mac"),
    ("olt", "olt"),
    ("pon_port", "port"),
    ("ont_id", "id"),
    ("onu_rx_dbm", "rx"),
    ("olt_rx_dbm", "olt rx"),
    ("signal", "signal"),
    ("offline_reason", "reason"),
    ("distance_m", "m"),
    ("model", "model"),
    ("description", "description"),
    ("age_s", "age s"),
)
OLT_COLUMNS = (
    ("name", "name"),
    ("profile", "profile"),
    ("reachable", "reachable"),
    ("onts", "onts"),
    ("online", "online"),
    ("offline", "offline"),
    ("unknown", "unknown"),
    ("cpu_percent", "cpu %"),
    ("temperature_celsius", "temp"),
    ("ping_rtt_ms", "ping ms"),
    ("ping_loss", "loss"),
    ("last_poll_at", "last poll"),
    ("error", "error"),
)
UNREGISTERED_COLUMNS = (
    ("serial", "serial"),
    ("olt", "olt"),
    ("pon_port", "port"),
    ("model", "model"),
    ("first_seen_at", "first seen"),
    ("last_seen_at", "last seen"),
)
JOB_COLUMNS = (
    ("id", "id"),
    ("kind", "kind"),
    ("state", "state"),
    ("target", "target"),
    ("requested_by", "by"),
    ("requested_at", "at"),
    ("result", "result"),
)
BULK_COLUMNS = (
    ("id", "id"),
    ("kind", "kind"),
    ("total", "total"),
    ("waiting", "wait"),
    ("running", "run"),
    ("verified", "verified"),
    ("accepted", "accepted"),
    ("not_verified", "not"),
    ("requested_by", "by"),
    ("requested_at", "at"),
    ("waits_for", "waits for"),
    ("finished_at", "finished"),
)
CHANGE_COLUMNS = (("at", "at"), ("severity", "severity"), ("text", "text"), ("olt", "olt"), ("pon_port", "port"))
CARD_COLUMNS = (
    ("olt", "olt"),
    ("card", "card"),
    ("type", "type"),
    ("role", "role"),
    ("state", "state"),
    ("cpu_percent", "cpu %"),
    ("memory_percent", "mem %"),
    ("temperature_celsius", "temp"),
    ("health_age_s", "age s"),
)
FAN_COLUMNS = (
    ("olt", "olt"),
    ("fan", "fan"),
    ("state", "state"),
    ("speed_rpm", "rpm"),
    ("speed_percent", "%"),
    ("temperature_celsius", "temp"),
    ("health_age_s", "age s"),
)
PORT_COLUMNS = (
    ("olt", "olt"),
    ("pon_port", "port"),
    ("admin", "admin"),
    ("oper", "oper"),
    ("onts", "onts"),
    ("online", "online"),
    ("offline", "offline"),
    ("unknown", "unknown"),
    ("last_down_cause", "last down"),
    ("state_age_s", "age s"),
)
SFP_COLUMNS = (
    ("olt", "olt"),
    ("pon_port", "port"),
    ("present", "there"),
    ("tx_dbm", "tx"),
    ("temperature_celsius", "temp"),
    ("voltage_v", "volt"),
    ("bias_ma", "bias mA"),
    ("light_age_s", "age s"),
)
SOURCE_COLUMNS = (
    ("name", "name"),
    ("state", "state"),
    ("last_ok_at", "last ok"),
    ("latency_ms", "ms"),
    ("error", "error"),
    ("detail", "detail"),
)
ROUTER_COLUMNS = (
    ("device_id", "device"),
    ("serial", "serial"),
    ("model", "model"),
    ("firmware", "firmware"),
    ("wan_ip", "ip"),
    ("login", "login"),
    ("mac", "mac"),
    ("last_inform_at", "last inform"),
)
AUDIT_COLUMNS = (
    ("id", "id"),
    ("at", "at"),
    ("actor", "who"),
    ("known_by", "known by"),
    ("action", "action"),
    ("target", "target"),
    ("reason", "reason"),
    ("result", "result"),
)
FIRMWARE_COLUMNS = (
    ("model", "model"),
    ("firmware", "firmware"),
    ("count", "routers"),
    ("share_percent", "% of model"),
    ("informed_lately", "seen today"),
)


PATH = "path"
PATH_COLUMNS = (("at_m", "m"), ("kind", "what"), ("name", "name"), ("length_m", "length"), ("loss_db", "dB"))
AUDIT = "audit"
HAPPENED = ("changes", "traps", AUDIT)
"""What has a time: filters on these take ``since:``, ``from:``, ``to:`` and ``sev:``."""
"""Shown as well; it is no part of the picture."""
AUDIT_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing that ``show`` shows."""

    rows: Callable[[Model, float], list[Row]]
    """For JSON and filters."""
    columns: Columns
    """Of the table."""
    lines: Callable[[Model, float, list[Row]], list[Row]] = lambda _model, _now, rows: rows
    """Of the table, where they are not the rows."""


def ont_rows(model: Model, now: float, wanted: Filter | None = None) -> list[Row]:
    """ONTs that the filter lets through, in the order of OLT, port and id."""
    rows = model.rows_under(None)
    return [
        flat_rows.ont_row(gather(model, row, now)) for row in (select(model, rows, wanted, now) if wanted else rows)
    ]


def _record_list(kind: RecordKind[Any]) -> Listed:
    columns = tuple((one.key, one.heading) for one in kind.columns)
    return Listed(lambda model, now: flat_rows.record_rows(model, kind, now), columns)


SHOWN: Mapping[str, Listed] = {
    "olts": Listed(lambda model, _: flat_rows.olt_rows(model), OLT_COLUMNS),
    "onts": Listed(ont_rows, ONT_COLUMNS, lambda _model, _now, rows: [named(row) for row in rows]),
    "unregistered": Listed(flat_rows.unregistered_rows, UNREGISTERED_COLUMNS),
    "jobs": Listed(lambda model, _: [flat_rows.job_row(job) for job in model.job_list()], JOB_COLUMNS),
    "bulk": Listed(lambda model, _: [flat_rows.batch_row(batch) for batch in model.batch_list()], BULK_COLUMNS),
    "firmware": Listed(flat_rows.firmware_rows, FIRMWARE_COLUMNS),
    "changes": Listed(
        lambda model, _: [flat_rows.change_row(change) for change in model.change_list()], CHANGE_COLUMNS
    ),
    "traps": Listed(
        lambda model, _: [flat_rows.change_row(one) for one in model.change_list() if one.kind == "trap_unknown"],
        CHANGE_COLUMNS,
    ),
    "cards": Listed(equipment_rows.card_rows, CARD_COLUMNS),
    "fans": Listed(equipment_rows.fan_rows, FAN_COLUMNS),
    "ports": Listed(equipment_rows.port_rows, PORT_COLUMNS),
    "sfps": Listed(equipment_rows.sfp_rows, SFP_COLUMNS),
    "sources": Listed(equipment_rows.source_rows, SOURCE_COLUMNS),
    "routers": Listed(equipment_rows.router_rows, ROUTER_COLUMNS),
    **{kind.name: _record_list(kind) for kind in RECORD_KINDS.values()},
}
"""By the word after ``show``; the record kinds are all here by their declarations."""


async def read_picture(reader: StorageReader, config: Config) -> Model:
    """Everything that the database knows now."""
    return await look(reader, picture_settings(config), time.time)


async def show(reader: StorageReader, config: Config, what: str, filter_text: str, form: Form) -> Exit:
    """Print what is wanted (a key of ``SHOWN``, or ``audit``) and matches the filter."""
    if what == AUDIT:
        return await _show_audit(reader, compiled(filter_text, parse_audit_filter), form)
    wanted = compiled(filter_text, parse_event_filter if what in HAPPENED else parse_filter)
    model, now = await read_picture(reader, config), time.time()
    listed = SHOWN[what]
    if what == "onts":
        rows = ont_rows(model, now, wanted)
    elif what == "traps":
        rows = [flat_rows.change_row(one) for one in await reader.changes_of("trap_unknown")]
    else:
        rows = listed.rows(model, now)
    if filter_text and what != "onts":
        rows = [row for row in rows if wanted.matches(searched(row))]
    if form is not Form.TABLE:
        print_rows(rows, form, listed.columns)
    elif what == "changes" and not filter_text:
        print_table([flat_rows.activity_row(line) for line in fold(reversed(model.change_list()))], listed.columns)
    else:
        print_table(listed.lines(model, now, rows), listed.columns)
    return Exit.DONE


async def _show_audit(reader: StorageReader, wanted: Filter, form: Form) -> Exit:
    """The newest entries, and whether the chain of all of them holds."""
    await reader.open()
    entries, broken = await reader.audit(AUDIT_AT_MOST)
    print_rows([row for row in entries if wanted.matches(searched(row))], form, AUDIT_COLUMNS)
    if broken is not None:
        fail(f"the audit log was tampered with: entry {broken} is changed, missing or cut off", Exit.FAILED)
    print("the chain of the audit log holds", file=sys.stderr)
    return Exit.DONE


async def show_path(reader: StorageReader, config: Config, serial: str, form: Form) -> Exit:
    """The way of the light to one ONT, as far as it was recorded."""
    try:
        wanted = OntSerial.parse(serial).text
    except ValueError as error:
        fail(f"show path: {error}", Exit.USAGE)
    path = path_of(await read_picture(reader, config), wanted)
    if form is Form.TABLE and path:
        print(*path_text(path), sep="\n")
    elif form is not Form.TABLE:
        print_rows([step.as_json() for step in path], form, PATH_COLUMNS)
    if path:
        return Exit.DONE
    print(f"no path of {wanted} is recorded: import subscribers, splitters, strands and splices", file=sys.stderr)
    return Exit.FAILED


def named(row: Row) -> Row:
    """For a table: EPON ONUs go by their MAC."""
    return row | {"identity": row["serial"] or row["mac"]}


def compiled(text: str, parse: Callable[[str], Filter] = parse_filter) -> Filter:
    """The filter; ends the command when the text is none."""
    try:
        return parse(text)
    except FilterError as error:
        fail(f"filter: {error}", Exit.USAGE)
