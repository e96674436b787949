"""``noc-console show`` and ``lookup``: what is known, for people and programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict

from noc_console.cli.output import Exit, fail, iso, print_json, print_table
from noc_console.cli.rows import Network, Row, core_rows, event_rows, job_row
from noc_console.config.model import Config
from noc_console.domain.cpe import Section
from noc_console.domain.filters import FilterError, parse_filter
from noc_console.domain.identity import OntSerial, parse_mac
from noc_console.domain.jobs import Job
from noc_console.domain.network import Cpe, Ont
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
SHOWN = ("olts", "onts", "unregistered", "jobs", "events", "core", "traps")


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
    rows = [row for row in rows if _matcher(filter_text)(row)] if filter_text else rows
    if as_json:
        print_json(rows)
        return
    if what == "onts":
        rows = [_named(row) for row in rows]
    elif what == "core":
        rows = [line for row in rows for line in _with_interfaces(row)]
    print_table(rows, columns)


def _named(row: Row) -> Row:
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
        return [network.ont_row(ont) for ont in network.onts()], ONT_COLUMNS
    if what == "olts":
        return network.olt_rows(), OLT_COLUMNS
    if what == "unregistered":
        return network.unregistered_rows(), UNREGISTERED_COLUMNS
    if what == "jobs":
        return [job_row(job) for job in network.changes.jobs if isinstance(job, Job)], JOB_COLUMNS
    if what == "core":
        return core_rows(network.changes), CORE_COLUMNS
    return event_rows(network.changes.events), EVENT_COLUMNS


def _matcher(text: str) -> Callable[[Mapping[str, object]], bool]:
    try:
        return parse_filter(text).matches
    except FilterError as error:
        fail(f"filter: {error}", Exit.USAGE)


def find_onts(network: Network, text: str) -> list[Ont]:
    """ONTs that ``text`` names: a serial or MAC in any form, a router's address or login, part of a description."""
    onts = network.onts()
    names = _identities(text)
    if exact := [ont for ont in onts if ont.identity in names]:
        return exact
    wanted = text.strip().lower()
    serials = {cpe.serial for cpe in network.changes.cpes if cpe.serial and _names_cpe(cpe, wanted, names)}
    if by_cpe := [ont for ont in onts if ont.serial in serials]:
        return by_cpe
    plain = _plain(wanted)
    return [
        ont
        for ont in onts
        if wanted in (ont.description or "").lower() or (len(plain) >= 4 and plain in _plain(ont.identity or ""))
    ]


def _identities(text: str) -> set[str]:
    """What ``text`` may be as a canonical serial number or MAC address."""
    found = set()
    with suppress(ValueError):
        found.add(OntSerial.parse(text).text)
    with suppress(ValueError):
        found.add(parse_mac(text))
    return found


def _plain(text: str) -> str:
    return text.lower().translate({ord(separator): None for separator in ":-. "})


def _names_cpe(cpe: Cpe, wanted: str, names: set[str]) -> bool:
    told = (cpe.wan_ip, cpe.pppoe_user, cpe.acs_serial)
    return cpe.mac in names or wanted in {name.lower() for name in told if name}


async def lookup(backend: StorageBackend, config: Config, text: str, as_json: bool) -> Exit:
    """Print everything about the one ONT that ``text`` names; offer them when there are several."""
    network = await read_network(backend, config)
    found = find_onts(network, text)
    rows = [network.ont_row(ont) for ont in found]
    if len(found) != 1:
        if as_json:
            print_json({"matches": rows})
        elif found:
            print(f"{len(found)} ONTs match; name one by its serial number or MAC:")
            print_table([_named(row) for row in rows], ONT_COLUMNS)
        else:
            print(f"nothing known matches {text!r}")
        return Exit.DONE if found else Exit.FAILED
    ont = found[0]
    cpes = [cpe for cpe in network.changes.cpes if ont.serial and cpe.serial == ont.serial]
    sections = await backend.sections(ont.serial) if ont.serial else []
    if as_json:
        routers = [asdict(cpe) for cpe in cpes]
        print_json({"matches": rows, "ont": rows[0], "routers": routers, "sections": [asdict(s) for s in sections]})
    else:
        _print_ont(rows[0], cpes, sections)
    return Exit.DONE


def _print_ont(row: Row, cpes: list[Cpe], sections: list[Section]) -> None:
    for key, value in row.items():
        if value is not None and key != "unverified":
            print(f"{key:20} {value}{'  (not verified on this model)' if key in row['unverified'] else ''}")
    print()
    if row["serial"] is None:
        print("its router cannot be looked up: the OLT gives no serial number")
    elif not cpes:
        print("not managed via TR-069 (the ACS knows no router with this serial number)")
    for cpe in cpes:
        print(f"router {cpe.device_id}  last inform {iso(cpe.last_inform_at) or 'never'}")
    for section in sections:
        print(f"\n{section.title}  (read {iso(section.observed_at) or 'never'})")
        for item in section.fields:
            print(f"  {item.label:20} {item.value} {item.unit}".rstrip())
        for group in section.groups:
            print(f"  {group.title}")
            for item in group.fields:
                print(f"    {item.label:18} {item.value} {item.unit}".rstrip())
