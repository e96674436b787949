"""``noc-console lookup``: from any scrap to one page that says what is wrong and what to do."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from noc_console.cli.caller import who
from noc_console.cli.judging import verdict_lines, verdict_of, verdict_row
from noc_console.cli.network import Network
from noc_console.cli.output import Exit, iso, print_json, print_table
from noc_console.cli.rows import Row, ont_row, unregistered_rows
from noc_console.cli.show import ONT_COLUMNS, named, read_network
from noc_console.config.model import Config
from noc_console.domain.cpe import Section
from noc_console.domain.errors import NocError
from noc_console.domain.jobs import JobKind, JobRequest
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.routers import Scrap
from noc_console.storage.backend import StorageBackend

FRESH_S = 60.0
REFRESH_WAIT_S = 30.0
LOOK_S = 0.3


def find_onts(network: Network, text: str) -> list[Ont]:
    """ONTs that ``text`` names; where it names none, those whose description or serial number it is a part of."""
    scrap = Scrap.parse(text)
    return named_onts(network, scrap) or [ont for ont in network.onts() if scrap.resembles(ont)]


def named_onts(network: Network, scrap: Scrap) -> list[Ont]:
    """ONTs by serial number or MAC, or by their router's address, login or name at the ACS: sure enough to act on."""
    onts = network.onts()
    if exact := [ont for ont in onts if scrap.names_ont(ont)]:
        return exact
    serials = {cpe.serial for cpe in find_routers(network, scrap)}
    return [ont for ont in onts if ont.serial and ont.serial in serials]


def find_routers(network: Network, scrap: Scrap) -> list[Cpe]:
    """Routers that ``scrap`` names, those that informed last first."""
    found = [cpe for cpe in network.changes.cpes if scrap.names_router(cpe)]
    return sorted(found, key=lambda cpe: -(cpe.last_inform_at or 0.0))


async def lookup(backend: StorageBackend, config: Config, text: str, as_json: bool, cached: bool) -> Exit:
    """Print the verdict and everything else about the one ONT that ``text`` names; offer them when there are several.

    Args:
        backend: The database.
        config: The config.
        text: Any scrap.
        as_json: For programs.
        cached: Only what is stored; otherwise what is older than a minute is read again first.
    """
    network = await read_network(backend, config)
    found = find_onts(network, text)
    if len(found) != 1:
        return _offer(network, found, text, as_json)
    if not cached:
        await _freshen(backend, network, found[0])
        network = await read_network(backend, config)
    ont = next((ont for ont in network.onts() if ont.id == found[0].id), found[0])
    sections = await backend.sections(ont.serial) if ont.serial else []
    verdict = verdict_of(network, config, ont, sections, await backend.jobs_of(ont.id))
    row, routers = ont_row(network, ont), network.routers(ont)
    if as_json:
        known = {"ont": row, "routers": [asdict(cpe) for cpe in routers], "sections": [asdict(s) for s in sections]}
        print_json({"matches": [row], "verdict": verdict_row(verdict), **known})
        return Exit.DONE
    print(f"{ont.identity}  {ont.description or ''}\n")
    print(*verdict_lines(verdict), "", sep="\n")
    _print_ont(row, routers, sections)
    return Exit.DONE


def _offer(network: Network, found: Sequence[Ont], text: str, as_json: bool) -> Exit:
    rows, scrap = [ont_row(network, ont) for ont in found], Scrap.parse(text)
    waiting = [] if found else [row for row in unregistered_rows(network) if row["serial"] in scrap.names]
    routers = [] if found else find_routers(network, scrap)
    if as_json:
        print_json({"matches": rows, "unregistered": waiting, "routers": [asdict(cpe) for cpe in routers]})
    elif found:
        print(f"{len(found)} ONTs match; name one by its serial number or MAC:")
        print_table([named(row) for row in rows], ONT_COLUMNS)
    elif not waiting and not routers:
        print(f"nothing known matches {text!r}")
    for row in () if as_json else waiting:
        seen = f"first seen {row['first_seen_at']}, last {row['last_seen_at']}"
        print(f"{row['serial']} is registered nowhere: it waits at {row['olt']} port {row['pon_port']}, {seen}")
    for cpe in () if as_json else routers:
        names = "  ".join(name for name in (cpe.device_id, cpe.wan_ip, cpe.pppoe_user) if name)
        print(f"no ONT of any OLT matches, but the ACS knows {names}, last inform {iso(cpe.last_inform_at) or 'never'}")
    return Exit.DONE if found or waiting else Exit.FAILED


async def _freshen(backend: StorageBackend, network: Network, ont: Ont) -> None:
    """Have the ONT and its router read when they were not just now and somebody is there to do it.

    At most once a minute: what a router does not tell stays old, however often it is asked.
    """
    read_at = [network.observed_at(ont)]
    if network.routers(ont) and ont.serial:
        times = [section.observed_at for section in await backend.sections(ont.serial)]
        read_at.append(min((at for at in times if at is not None), default=None))
    if all(at is not None and network.now - at < FRESH_S for at in read_at) or not network.collector_lives:
        return
    recent = [job for job in await backend.jobs_of(ont.id) if job.kind is JobKind.REFRESH]
    recent = [job for job in recent if network.now - job.requested_at < FRESH_S]
    if recent and recent[0].ended:
        return
    print("reading the ONT and its router ...", file=sys.stderr, flush=True)
    try:
        wanted = JobRequest(JobKind.REFRESH, ont.id, "lookup", *who())
        job_id = recent[0].id if recent else await backend.submit(wanted)
        ends_at = time.monotonic() + REFRESH_WAIT_S
        while time.monotonic() < ends_at:
            job = await backend.job(job_id)
            if job is None or job.ended:
                return
            await asyncio.sleep(LOOK_S)
    except NocError as error:
        print(f"not read again: {error}", file=sys.stderr)
        return
    print(f"not read within {REFRESH_WAIT_S:.0f} s; what follows is what was stored", file=sys.stderr)


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
        if not section.fields and not section.groups:
            continue
        print(f"\n{section.title}  (read {iso(section.observed_at) or 'never'})")
        for item in section.fields:
            print(f"  {item.label:20} {item.text}")
        for group in section.groups:
            print(f"  {group.title}")
            for item in group.fields:
                print(f"    {item.label:18} {item.text}")
