"""``noc-console lookup``: from any scrap to one page that says what is wrong and what to do."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

from noc_console.cli.output import Exit, print_json, print_table
from noc_console.cli.requests import Requests
from noc_console.cli.show import ONT_COLUMNS, named, read_picture
from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.cpe import Section
from noc_console.domain.diagnosis.verdict import Verdict
from noc_console.domain.errors import NocError
from noc_console.domain.intents import Act
from noc_console.domain.network import Cpe
from noc_console.domain.routers import Scrap
from noc_console.domain.targets import Target
from noc_console.picture import flat_rows
from noc_console.picture.as_text import iso
from noc_console.picture.finding import find_onts, find_routers, router_alone, rows_of
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.picture.verdicts import verdict_of
from noc_console.storage.reader import StorageReader

FRESH_S = 60.0
REFRESH_WAIT_S = 30.0
LOOK_S = 0.3


async def lookup(requests: Requests, config: Config, text: str, as_json: bool, cached: bool) -> Exit:
    """Print the verdict and everything else about the one ONT that ``text`` names; offer them when there are several.

    Args:
        requests: The database, and the way in.
        config: The config.
        text: Any scrap.
        as_json: For programs.
        cached: Only what is stored; otherwise what is older than a minute is read again first.
    """
    scrap, reader = Scrap.parse(text), requests.reader
    model = await read_picture(reader, config)
    found, routers = await _search(model, reader, scrap)
    if not found and len(routers) == 1 and not _waiting(model, scrap):
        return await show_router(requests, model, routers[0], as_json, cached)
    if len(found) != 1:
        return _offer(model, found, routers, scrap, as_json)
    if not cached:
        ont_id = model.onts.get(found[0], "id")
        await _freshen(requests, model, gather(model, found[0], time.time()))
        model = await read_picture(reader, config)
        found = [model.onts.row_of[ont_id]] if ont_id in model.onts.row_of else found
    facts = gather(model, found[0], time.time())
    sections = await reader.sections(facts.ont.serial) if facts.ont.serial else []
    verdict = verdict_of(model, facts, sections)
    row, told = flat_rows.ont_row(facts), flat_rows.plain_rows(facts.routers)
    if as_json:
        known = {"ont": row, "routers": told, "sections": flat_rows.plain_rows(sections)}
        print_json({"matches": [row], "verdict": flat_rows.verdict_row(verdict), **known})
        return Exit.DONE
    print(f"{facts.ont.identity}  {facts.ont.description or ''}\n")
    print(*_verdict_lines(verdict), "", sep="\n")
    _print_ont(row, facts, sections)
    return Exit.DONE


async def _search(model: Model, reader: StorageReader, scrap: Scrap) -> tuple[list[int], list[Cpe]]:
    """Rows of the ONTs that are meant, or routers that no ONT stands for."""
    if alone := router_alone(model, scrap):
        return [], [alone]
    if found := find_onts(model, scrap):
        return found, []
    routers = find_routers(model, scrap) or await reader.routers_showing(scrap)
    return (rows, []) if (rows := rows_of(model, routers)) else ([], routers)


def _offer(model: Model, found: Sequence[int], routers: Sequence[Cpe], scrap: Scrap, as_json: bool) -> Exit:
    now = time.time()
    rows = [flat_rows.ont_row(gather(model, row, now)) for row in found]
    waiting = [] if found else _waiting(model, scrap)
    if as_json:
        print_json({"matches": rows, "unregistered": waiting, "routers": flat_rows.plain_rows(routers)})
    elif found:
        print(f"{len(found)} ONTs match; name one by its serial number or MAC:")
        print_table([named(row) for row in rows], ONT_COLUMNS)
    elif not waiting and not routers:
        print(f"nothing known matches {scrap.text!r}")
    for row in () if as_json else waiting:
        seen = f"first seen {iso(row['first_seen_at'])}, last {iso(row['last_seen_at'])}"
        print(f"{row['serial']} is registered nowhere: it waits at {row['olt']} port {row['pon_port']}, {seen}")
    for cpe in () if as_json else routers:
        names = "  ".join(name for name in (cpe.device_id, cpe.wan_ip, cpe.pppoe_user) if name)
        print(f"no ONT of any OLT matches, but the ACS knows {names}, last inform {iso(cpe.last_inform_at) or 'never'}")
    return Exit.DONE if found or waiting else Exit.FAILED


def _waiting(model: Model, scrap: Scrap) -> list[Row]:
    """Who waits to be registered under this serial number."""
    return [row for row in flat_rows.unregistered_rows(model, time.time()) if row["serial"] in scrap.names]


async def show_router(requests: Requests, model: Model, cpe: Cpe, as_json: bool, cached: bool) -> Exit:
    """Print one router that no ONT stands for: what the ACS knows of it, and its sections."""
    reader, now = requests.reader, time.time()
    sections = await reader.router_sections(cpe.device_id)
    read_at = min((one.observed_at for one in sections if one.observed_at is not None), default=None)
    if not cached and not (read_at is not None and now - read_at < FRESH_S) and model.collector(now) is not None:
        await _read_again(requests, Target.router(cpe.device_id), None, "reading the router ...")
        sections = await reader.router_sections(cpe.device_id)
    rows = flat_rows.plain_rows([cpe])
    if as_json:
        print_json({"matches": [], "routers": rows, "sections": flat_rows.plain_rows(sections)})
        return Exit.DONE
    double = model.routers_of(cpe.serial)
    alone = f"one of {len(double)} with its serial number" if len(double) > 1 else "no OLT lists it"
    print(f"router {cpe.device_id}  ({alone})\n")
    for key, value in rows[0].items():
        if value is not None and key != "revision":
            print(f"{key:20} {iso(value) if key.endswith('_at') else value}")
    _print_sections(sections)
    return Exit.DONE


async def _freshen(requests: Requests, model: Model, facts: OntFacts) -> None:
    """Have the ONT and its router read, unless they were read just now or no collector runs.

    At most once a minute: what a router does not report stays old, however often it is asked.
    """
    now, ont, reader = facts.now, facts.ont, requests.reader
    read_at = [facts.state_at]
    if facts.routers and ont.serial:
        times = [section.observed_at for section in await reader.sections(ont.serial)]
        read_at.append(min((at for at in times if at is not None), default=None))
    if all(at is not None and now - at < FRESH_S for at in read_at) or model.collector(now) is None:
        return
    recent = [job for job in facts.jobs if job.kind is JobKind.REFRESH and now - job.requested_at < FRESH_S]
    if recent and recent[0].ended:
        return
    job_id = recent[0].id if recent else None
    await _read_again(requests, Target.ont(ont.id), job_id, "reading the ONT and its router ...")


async def _read_again(requests: Requests, target: Target, job_id: int | None, said: str) -> None:
    """Have the target read, or wait for the reading that is under way; what went wrong is told."""
    print(said, file=sys.stderr, flush=True)
    try:
        job_id = job_id or (await requests.ask(Act(JobKind.REFRESH, target, "lookup"))).id
        ends_at = time.monotonic() + REFRESH_WAIT_S
        while time.monotonic() < ends_at:
            job = await requests.reader.job(job_id)
            if job is None or job.ended:
                if job and not job.state.ended_well:
                    print(f"not read again: {job.result or job.state.value}", file=sys.stderr)
                return
            await asyncio.sleep(LOOK_S)
    except NocError as error:
        print(f"not read again: {error}", file=sys.stderr)
        return
    print(f"not read within {REFRESH_WAIT_S:.0f} s; what follows is what was stored", file=sys.stderr)


def _verdict_lines(verdict: Verdict) -> list[str]:
    finding = verdict.finding
    rows = [("verdict", f"{finding.headline}  [{finding.severity.value}]")]
    rows += [("why", text) for text in (*finding.evidence, finding.reason)]
    rows.append(("next", finding.next_step))
    rows += [("also", f"{other.headline} ({'; '.join(other.evidence)}): {other.next_step}") for other in verdict.also]
    rows += [("not judged", f"needs {need}") for need in verdict.needs]
    names = [name for name, _ in rows]
    return [f"{'' if n and names[n - 1] == name else name:10} {text}" for n, (name, text) in enumerate(rows)]


def _print_ont(row: Row, facts: OntFacts, sections: Sequence[Section]) -> None:
    for key, value in row.items():
        if value is not None and key != "unverified":
            shown = iso(value) if key.endswith("_at") else value
            print(f"{key:20} {shown}{'  (not verified on this model)' if key in row['unverified'] else ''}")
    print()
    if row["serial"] is None:
        print("its router cannot be looked up: the OLT gives no serial number")
    elif facts.managed is None:
        print("whether this router is managed via TR-069 is not known")
    elif not facts.managed:
        print("not managed via TR-069 (the ACS knows no router with this serial number)")
    for cpe in facts.routers:
        print(f"router {cpe.device_id}  last inform {iso(cpe.last_inform_at) or 'never'}")
    if len(facts.routers) > 1:
        print(f"{len(facts.routers)} routers have this serial number: name one by its id, to see it or to act on it")
    _print_sections(sections)


def _print_sections(sections: Sequence[Section]) -> None:
    for section in sections:
        if not section.fields and not section.groups and not section.trouble:
            continue
        print(f"\n{section.title}  (read {iso(section.observed_at) or 'never'})")
        if section.trouble:
            print(f"  {section.trouble}")
        for item in section.fields:
            print(f"  {item.label:20} {item.text}")
        for group in section.groups:
            print(f"  {group.title}")
            for item in group.fields:
                print(f"    {item.label:18} {item.text}")
