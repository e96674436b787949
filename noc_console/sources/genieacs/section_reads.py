"""Reading a router's sections: what the ACS has cached, and what the router says now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from noc_console.domain.cpe import SECTIONS, Section
from noc_console.domain.errors import SourceProtocolError
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import Delivery, Step, deliver, no_step, task_body
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.reading import projection_for, read_paths
from noc_console.sources.genieacs.reads import read_known
from noc_console.sources.genieacs.sections import sections


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Result of ``refresh``."""

    delivery: Delivery
    sections: tuple[Section, ...]
    """As the ACS has them now, read or not."""
    newer: tuple[str, ...]
    """Names of those that the router was proven to have read out."""
    not_newer: tuple[str, ...]
    """Names of those that it has nothing of."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """Name to what the router refused of it; the rest of it was read."""


async def view(client: NbiClient, device_id: str, names: Sequence[str] = SECTIONS) -> tuple[Section, ...]:
    """Sections as the ACS has them, without touching the router."""
    document = Document(await client.device(device_id, _projection(client, None, names)))
    shown = await _sections(client, document, names)
    refused = client.refusals.of(device_id, document.instant("_lastBoot"))
    if not refused or document.root_name is None:
        return shown
    troubles = await asyncio.to_thread(_troubles, client, document.root_name, names, document, refused)
    return tuple(replace(section, trouble=troubles.get(section.name)) for section in shown)


async def refresh(
    client: NbiClient,
    device_id: str,
    root: str | None = None,
    names: Sequence[str] = SECTIONS,
    *,
    expiry_s: float = 120.0,
    cr_timeout_s: float | None = None,
    step: Step = no_step,
) -> Refreshed:
    """Have the router read out these sections now.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        root: Its data model's root; None finds out.
        names: Sections.
        expiry_s: After which the ACS forgets the request.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.
        step: Told what happens.
    """
    before = Document(await client.device(device_id, _projection(client, root, names)))
    model_root = root or before.root_name
    if model_root is None:
        raise SourceProtocolError("the ACS holds no parameter of this router", "genieacs")
    earlier = {section.name: _read_at(section, None) for section in await _sections(client, before, names)}
    now: tuple[Section, ...] = ()
    newer: tuple[str, ...] = ()

    async def has_read() -> bool:
        nonlocal now, newer
        after = Document(await client.device(device_id, _projection(client, model_root, names)))
        now = await _sections(client, after, names)
        newer = _newer(now, after.instant("_lastInform"), earlier)
        return bool(newer)

    async def ask(some: Sequence[str]) -> Delivery:
        body = task_body("getParameterValues", f"read-{'-'.join(names)}", expiry_s, parameterNames=list(some))
        return await deliver(client, device_id, body, cr_timeout_s, step, has_read)

    await step(f"reading {', '.join(names)}")
    parts = await asyncio.to_thread(_parts, client, model_root, names, before)
    read = await read_known(client, before, parts, ask, step)
    await has_read()
    refused = {**read.refused, **read.skipped}
    troubles = await asyncio.to_thread(_troubles, client, model_root, names, before, refused)
    shown = tuple(replace(section, trouble=troubles.get(section.name)) for section in now)
    lacking = tuple(name for name in names if name not in newer and name not in troubles)
    return Refreshed(read.delivery, shown, newer, lacking, troubles)


def _parts(client: NbiClient, root: str, names: Sequence[str], before: Document) -> list[list[str]]:
    """The paths to read by the section that they belong to, each once."""
    left = dict.fromkeys(read_paths(root, names, before, client.tables))
    parts = []
    for name in names:
        own = _own(client, root, name, before)
        parts.append([path for path in left if path in own])
        left = {path: None for path in left if path not in own}
    return [part for part in (*parts, list(left)) if part]


def _own(client: NbiClient, root: str, name: str, before: Document) -> set[str]:
    """Every path that a section may ask for."""
    return {*read_paths(root, [name], before, client.tables), *read_paths(root, [name], None, client.tables)}


def _troubles(
    client: NbiClient, root: str, names: Sequence[str], before: Document, refused: Mapping[str, str]
) -> dict[str, str]:
    """Section to what the router refused of it, and why."""
    troubles: dict[str, str] = {}
    for name in names if refused else ():
        own = _own(client, root, name, before)
        found = [path for path in refused if path in own]
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            troubles[name] = f"the router does not read out {found[0]}{more}: {refused[found[0]]}"
    return troubles


async def _sections(client: NbiClient, document: Document, names: Sequence[str]) -> tuple[Section, ...]:
    # A large document takes some 20 ms: beside the event loop, not in it.
    return await asyncio.to_thread(sections, document, names, client.tables)


def _projection(client: NbiClient, root: str | None, names: Sequence[str]) -> list[str]:
    return projection_for(root, names, client.tables)


def _newer(now: Sequence[Section], informed_at: float | None, earlier: Mapping[str, float]) -> tuple[str, ...]:
    """Sections of which something was read since, other than by an Inform, which carries a few values by itself.

    What was read less than a second before this session is not read again by the ACS, and is new enough.
    """
    read_at = {section.name: _read_at(section, informed_at) for section in now}
    return tuple(name for name, at in read_at.items() if at > earlier[name] or 0 < (informed_at or 0.0) - at < 1.0)


def _read_at(section: Section, informed_at: float | None) -> float:
    grouped = (field for group in section.groups for field in group.fields)
    times = [field.observed_at for field in (*section.fields, *grouped)]
    return max((at for at in times if at is not None and at != informed_at), default=0.0)
