"""Jobs that only read: what the ACS has cached, and the ONT and its router afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from noc_console.collector.acting.tools import (
    Ending,
    NotManaged,
    Performer,
    Tools,
    light_text,
    not_delivered,
    state_text,
)
from noc_console.domain.cpe import SECTIONS, Section
from noc_console.domain.errors import ActionFailed, ActionRefused, SourceError
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Cpe
from noc_console.domain.targets import TargetKind
from noc_console.sources.genieacs import lookup, section_reads
from noc_console.sources.genieacs.config_tree import read_configuration
from noc_console.sources.genieacs.delivery import End
from noc_console.sources.modem_bridge import merge


async def view(tools: Tools, job: Job) -> Ending:
    """Read what the ACS has cached."""
    acs = tools.need_acs()
    try:
        cpe = await tools.router(job)
    except NotManaged as error:
        return Ending(JobState.VERIFIED, error.message)
    sections = await section_reads.view(acs, cpe.device_id, job.sections or SECTIONS)
    await tools.cpes.put_sections(cpe.device_id, sections)
    return Ending(JobState.VERIFIED, f"read what the ACS knows of {cpe.device_id}")


async def read_config(tools: Tools, job: Job) -> Ending:
    """Read the router's whole document from the ACS."""
    cpe = await tools.router(job)
    document = await read_configuration(tools.need_acs(), cpe.device_id)
    await tools.cpes.put_document(document)
    return Ending(JobState.VERIFIED, f"read {len(document.leaves)} parameters of {cpe.device_id}")


async def refresh(tools: Tools, job: Job) -> Ending:
    """Read the ONT from its OLT and its router's sections from the router, side by side."""
    if job.target.kind is TargetKind.ROUTER:
        return Ending(*await _refresh_router(tools, job))
    (olt_ok, olt_text), (state, acs_text) = await asyncio.gather(_refresh_olt(tools, job), _refresh_router(tools, job))
    if not olt_ok and state is JobState.VERIFIED:
        state = JobState.FAILED
    return Ending(state, f"{olt_text}; {acs_text}")


async def _refresh_olt(tools: Tools, job: Job) -> tuple[bool, str]:
    try:
        ont = await tools.worker(job).refresh_ont(tools.ont(job))
    except (SourceError, ActionRefused) as error:
        await tools.tell(job, f"OLT: {error}")
        return False, f"OLT not read: {error.message}"
    await tools.tell(job, f"OLT says {state_text(ont)}, {light_text(ont)}")
    return True, f"OLT says {state_text(ont)}"


async def _refresh_router(tools: Tools, job: Job) -> tuple[JobState, str]:
    if tools.acs is None:
        return JobState.VERIFIED, "no ACS configured"
    try:
        cpe = await tools.router(job)
    except ActionFailed as error:
        gone = job.target.kind is TargetKind.ROUTER  # an ONT without a router is no failure, a router without one is
        return JobState.FAILED if gone else JobState.VERIFIED, str(error)
    except SourceError as error:
        return JobState.FAILED, f"router not read: {error}"
    names = job.sections or SECTIONS
    done = await section_reads.refresh(tools.acs, cpe.device_id, names=names, step=lambda text: tools.tell(job, text))
    await tools.cpes.put_sections(cpe.device_id, await _bridged(tools, job, cpe, done.sections))
    await tools.cpes.put(await lookup.by_id(tools.acs, cpe.device_id))
    if done.delivery.end is not End.DELIVERED:
        ending = not_delivered(done.delivery)
        return ending.state, f"router: {ending.text}"
    return JobState.VERIFIED, _read_text(done)


def _read_text(done: section_reads.Refreshed) -> str:
    parts = [f"router read {', '.join(done.newer)}" if done.not_newer or done.troubles else "router read"]
    if done.not_newer:
        parts.append(f"has no {', '.join(done.not_newer)}")
    return "; ".join((*parts, *(f"{name}: {why}" for name, why in done.troubles.items())))


async def _bridged(tools: Tools, job: Job, cpe: Cpe, sections: Sequence[Section]) -> Sequence[Section]:
    """The sections with what the bridge adds; a bridge that fails takes nothing away."""
    if tools.bridge is None or not job.serial or not tools.bridge.serves(cpe.model or cpe.product_class):
        return sections
    try:
        told = await tools.bridge.read(job.serial, cpe.model or cpe.product_class, cpe.device_id)
    except SourceError as error:
        await tools.tell(job, f"bridge: {error.message}")
        return sections
    await tools.tell(job, "bridge read" if told else "the bridge does not know this router")
    wanted = {section.name for section in sections}
    return merge(sections, [section for section in told if section.name in wanted])


PERFORMERS: dict[JobKind, Performer[Any]] = {
    JobKind.VIEW: Performer(view),
    JobKind.READ_CONFIG: Performer(read_config),
    JobKind.REFRESH: Performer(refresh),
}
