"""``noc-console show``: what is known, for people and programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from noc_console.cli.network import Network
from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.cli.rows import (
    Row,
    batch_row,
    core_rows,
    event_rows,
    firmware_rows,
    job_row,
    olt_rows,
    ont_row,
    swap_rows,
    unregistered_rows,
)
from noc_console.config.model import Config
from noc_console.domain.filters import FilterError, parse_filter
from noc_console.domain.jobs import Batch, Job
from noc_console.storage.backend import StorageBackend

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
    ("serial", "serial"),
    ("requested_by", "by"),
    ("requested_at", "at"),
    ("result", "result"),
)
EVENT_COLUMNS = (("at", "at"), ("severity", "severity"), ("text", "text"), ("olt", "olt"), ("pon_port", "port"))
CORE_COLUMNS = (
    ("name", "name"),
    ("address", "address"),
    ("reachable", "reachable"),
    ("ping_rtt_ms", "ping ms"),
    ("ping_loss", "loss"),
    ("cpu_percent", "cpu %"),
    ("memory_percent", "mem %"),
    ("uptime_s", "up s"),
    ("interface", "interface"),
    ("oper", "state"),
    ("rx_mbps", "rx Mbit/s"),
    ("tx_mbps", "tx Mbit/s"),
    ("error", "error"),
)
SWAP_COLUMNS = (
    ("id", "id"),
    ("kind", "kind"),
    ("old_serial", "old"),
    ("old_state", "state"),
    ("old_at_olt", "at OLT"),
    ("new_serial", "new"),
    ("new_state", "state"),
    ("new_at_olt", "at OLT"),
    ("due_at", "due"),
    ("outcome", "outcome"),
    ("ticket", "ticket"),
    ("customer", "customer"),
)
BULK_COLUMNS = (
    ("id", "id"),
    ("kind", "kind"),
    ("total", "total"),
    ("waiting", "wait"),
    ("running", "run"),
    ("verified", "verified"),
    ("not_verified", "not"),
    ("requested_by", "by"),
    ("requested_at", "at"),
    ("waits_for", "waits for"),
    ("finished_at", "finished"),
)
FIRMWARE_COLUMNS = (
    ("model", "model"),
    ("firmware", "firmware"),
    ("count", "routers"),
    ("share_percent", "% of model"),
    ("informed_lately", "seen today"),
)
SHOWN = ("olts", "onts", "unregistered", "jobs", "bulk", "swaps", "firmware", "events", "core", "traps")


async def read_network(backend: StorageBackend, config: Config) -> Network:
    """Everything that the database knows now."""
    await backend.open()
    return Network(await backend.changes({}), config, time.time())


async def show(backend: StorageBackend, config: Config, what: str, filter_text: str, as_json: bool) -> None:
    """Print what is wanted (one of ``SHOWN``) and matches the filter."""
    network = await read_network(backend, config)
    rows, columns = _choose(network, what)
    if what == "traps":
        rows = event_rows(await backend.events_of("trap"))
    if filter_text:
        rows = list(filter(matcher(filter_text), rows))
    if as_json:
        print_json(rows)
        return
    if what == "onts":
        rows = [named(row) for row in rows]
    elif what == "core":
        rows = [line for row in rows for line in _with_interfaces(row)]
    print_table(rows, columns)


def named(row: Row) -> Row:
    """For a table: EPON ONUs go by their MAC."""
    return row | {"identity": row["serial"] or row["mac"]}


def _with_interfaces(row: Row) -> list[Row]:
    """For a table: a device, and a line for each of its interfaces."""
    lines = [row]
    for interface in row["interfaces"]:
        rates = {f"{way}_mbps": None if (bps := interface[f"{way}_bps"]) is None else bps / 1e6 for way in ("rx", "tx")}
        lines.append({"interface": interface["name"], "oper": interface["oper"], **rates})
    return lines


def _choose(network: Network, what: str) -> tuple[list[Row], tuple[tuple[str, str], ...]]:
    if what == "onts":
        return [ont_row(network, ont) for ont in network.onts()], ONT_COLUMNS
    if what == "olts":
        return olt_rows(network), OLT_COLUMNS
    if what == "unregistered":
        return unregistered_rows(network), UNREGISTERED_COLUMNS
    if what == "jobs":
        return [job_row(job) for job in network.changes.jobs if isinstance(job, Job)], JOB_COLUMNS
    if what == "core":
        return core_rows(network.changes), CORE_COLUMNS
    if what == "swaps":
        return swap_rows(network), SWAP_COLUMNS
    if what == "bulk":
        return [batch_row(batch) for batch in network.changes.batches if isinstance(batch, Batch)], BULK_COLUMNS
    if what == "firmware":
        return firmware_rows(network), FIRMWARE_COLUMNS
    return event_rows(network.changes.events), EVENT_COLUMNS


def matcher(text: str) -> Callable[[Mapping[str, object]], bool]:
    try:
        return parse_filter(text).matches
    except FilterError as error:
        fail(f"filter: {error}", Exit.USAGE)
