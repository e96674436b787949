"""``noc-console reboot``, ``refresh``, ``do`` and their like: the same guarded jobs as the console's."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from noc_console.access.identity import who
from noc_console.cli.child import CollectorChild
from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.show import read_picture
from noc_console.config.model import Config
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.jobs import Job, JobKind, JobRequest, JobState
from noc_console.domain.network import Ont
from noc_console.domain.policy import blockers, confirmation
from noc_console.domain.routers import Scrap
from noc_console.picture import flat_rows
from noc_console.picture.finding import named_onts
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.storage.reader import StorageReader

FOLLOW_S = 0.3
COLLECTOR_START_S = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    kind: JobKind
    serial: str
    reason: str
    yes: bool
    wait: bool
    force: bool
    as_json: bool
    parameters: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)


async def act(config: Config, config_file: Path, order: Order) -> Exit:
    """Check, confirm, submit and (with ``--wait``) follow a job to its end."""
    async with at_work(config, config_file, order.wait) as (backend, model):
        facts = _target(model, order.serial)
        ont = facts.ont
        _check_policy(facts, order)
        if not order.yes:
            _confirm(order.kind, ont)
        job_id = await backend.submit(_request(config, ont, order))
        if order.wait:
            return await _follow(backend, job_id, order.as_json)
        _report(await backend.job(job_id), order.as_json)
        return Exit.DONE


@asynccontextmanager
async def at_work(config: Config, config_file: Path, wait: bool) -> AsyncIterator[tuple[StorageReader, Model]]:
    """The database, and a collector that will do what is asked.

    Args:
        config: The config.
        config_file: Where it came from.
        wait: Bring a collector of our own, which stands by while another works, and takes over should that one die.
    """
    backend = StorageReader(config)
    child: CollectorChild | None = None
    try:
        model = await _picture(backend, config)
        lives = model is not None and model.collector(time.time()) is not None
        if wait:
            child = CollectorChild(config_file)
        elif not lives:
            fail(
                "no collector is running, so nothing would be done: start noc-console collect, or add --wait",
                Exit.UNREACHABLE,
            )
        if model is None or not lives:
            model = await _wait_for_collector(backend, config)
        yield backend, model
    except ActionRefused as error:
        fail(error, Exit.FAILED)
    finally:
        await backend.close()
        if child:
            child.close()


async def _picture(backend: StorageReader, config: Config) -> Model | None:
    try:
        return await read_picture(backend, config)
    except SourceError:
        return None


async def _wait_for_collector(backend: StorageReader, config: Config) -> Model:
    """Wait for a collector that has asked every OLT once."""
    begun_at = time.time()
    configured = {olt.name for olt in config.olts}
    try:
        async with asyncio.timeout(COLLECTOR_START_S):
            while True:
                model = await _picture(backend, config)
                olts = model.olts.values() if model else ()
                asked = {olt.name for olt in olts if olt.last_poll_at is not None and olt.last_poll_at >= begun_at}
                if model and model.collector(time.time()) and configured <= asked:
                    return model
                await asyncio.sleep(FOLLOW_S)
    except TimeoutError:
        fail("the collector did not come up; see its log file", Exit.UNREACHABLE)


def _target(model: Model, text: str) -> OntFacts:
    found = named_onts(model, Scrap.parse(text))
    if not found:
        fail(f"nothing known matches {text!r} as a whole; noc-console lookup also finds parts of it", Exit.FAILED)
    if len(found) > 1:
        fail(f"{len(found)} ONTs match {text!r}; name one by its serial number", Exit.USAGE)
    return gather(model, found[0], time.time())


def _check_policy(facts: OntFacts, order: Order) -> None:
    found = blockers(order.kind, facts.ont, facts.domain_state, facts.cpe, facts.jobs, facts.now, facts.acs_may_act)
    standing = [b.reason for b in found if not (order.force and b.forceable)]
    if standing:
        hint = "" if order.force or not all(b.forceable for b in found) else " (--force overrides, with a --reason)"
        raise ActionRefused("; ".join(standing) + hint)


def _confirm(kind: JobKind, ont: Ont) -> None:
    if kind.level < 2:
        return
    print(f"{kind.spec.title}: {ont.identity} {ont.description or ''} on port {ont.port}", file=sys.stderr)
    wanted = confirmation(kind, ont)
    if wanted is None:
        confirm("go on? y/N: ", ("y", "yes"))
        return
    what = "the whole serial number" if wanted == ont.identity else "the last 4 of the serial number"
    confirm(f"type {what} to confirm: ", (wanted,))


def confirm(prompt: str, wanted: tuple[str, ...]) -> None:
    """End the command unless one of these is typed on a terminal."""
    if not sys.stdin.isatty():
        fail("needs --yes when there is no terminal to confirm on", Exit.USAGE)
    print(prompt, end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() not in wanted:
        fail("not confirmed, nothing done", Exit.USAGE)


def _request(config: Config, ont: Ont, order: Order) -> JobRequest:
    user, origin = who()
    return JobRequest(
        order.kind,
        ont.id,
        order.reason,
        user,
        origin,
        config.jobs.expiry_s,
        order.force,
        parameters=order.parameters,
        secret=order.secret,
    )


async def _follow(backend: StorageReader, job_id: int, as_json: bool) -> Exit:
    told = 0
    while True:
        job = await backend.job(job_id)
        if job is None:
            fail(f"job {job_id} is gone", Exit.FAILED)
        for step in job.steps[told:]:
            print(f"{time.strftime('%H:%M:%S', time.localtime(step.at))} {step.text}", file=sys.stderr, flush=True)
        told = len(job.steps)
        if job.ended:
            _report(job, as_json)
            return Exit.DONE if job.state is JobState.VERIFIED else Exit.FAILED
        await asyncio.sleep(FOLLOW_S)


def _report(job: Job | None, as_json: bool) -> None:
    if job is None:
        return
    if as_json:
        print_json(flat_rows.job_row(job))
    else:
        print(
            f"job {job.id} {job.kind.value} {job.serial}: {job.state.value}" + (f", {job.result}" if job.result else "")
        )
