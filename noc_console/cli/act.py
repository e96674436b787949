"""``noc-console reboot``, ``refresh``, ``do`` and their like: the same guarded jobs as the console's."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from noc_console.cli.child import CollectorChild
from noc_console.cli.output import Exit, fail, print_json
from noc_console.cli.requests import Requests
from noc_console.cli.show import read_picture
from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.intents import Act, CancelJob, Confirmation, ConfirmedBy
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.operators import Operator, Place
from noc_console.domain.policy import YES, blockers, confirmation, override_hint, still_standing
from noc_console.domain.routers import Scrap
from noc_console.domain.targets import Target, TargetKind
from noc_console.picture import flat_rows
from noc_console.picture.finding import find_routers, named_onts, router_alone
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.picture.whereabouts import place_of
from noc_console.storage.database import SchemaMissing
from noc_console.storage.reader import StorageReader

FOLLOW_S = 0.3
COLLECTOR_START_S = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    kind: JobKind
    target: str
    """An ONT in any form, or an OLT's name."""
    reason: str
    yes: bool
    wait: bool
    force: bool
    as_json: bool
    parameters: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the order's text names."""

    target: Target
    identity: str | None
    line: str
    """For who confirms."""
    facts: OntFacts | None = None


async def act(config: Config, config_file: Path, order: Order) -> Exit:
    """Confirm, ask and (with ``--wait``) follow a job to its end."""
    async with at_work(config, config_file, order.wait) as (requests, model):
        named = _find(model, order)
        _check_role(requests.operator, model, order, named)
        intent = Act(
            order.kind,
            named.target,
            order.reason,
            order.parameters,
            order.secret,
            forced=order.force,
            confirmation=_confirm(order, named),
        )
        answer = await requests.ask(intent)
        if order.wait:
            return await _follow(requests.reader, answer.id, order.as_json)
        _report(await requests.reader.job(answer.id), order.as_json)
        return Exit.DONE


@asynccontextmanager
async def at_work(config: Config, config_file: Path, wait: bool) -> AsyncIterator[tuple[Requests, Model]]:
    """The database, and a collector that will do what is asked.

    Args:
        config: The config.
        config_file: Where it came from.
        wait: Bring a collector of our own, which stands by while another works, and takes over should that one die.
    """
    requests = Requests(config)
    child: CollectorChild | None = None
    try:
        model = await _picture(requests.reader, config, wait)
        lives = model is not None and model.collector(time.time()) is not None
        if wait:
            child = CollectorChild(config_file)
        elif not lives:
            fail(
                "no collector is running, so nothing would happen: start noc-console collect, or add --wait",
                Exit.UNREACHABLE,
            )
        if model is None or not lives:
            model = await _wait_for_collector(requests.reader, config)
        yield requests, model
    except ActionRefused as error:
        fail(error, Exit.FAILED)
    finally:
        await requests.close()
        if child:
            child.close()


async def _picture(reader: StorageReader, config: Config, wait: bool) -> Model | None:
    """What is known; None before a collector made the database, and while we wait for what ails it to end."""
    try:
        return await read_picture(reader, config)
    except SchemaMissing:
        return None
    except SourceError:
        if not wait:
            raise
        return None


async def _wait_for_collector(reader: StorageReader, config: Config) -> Model:
    """Wait for a collector that has asked every OLT once."""
    begun_at, why = time.time(), "see its log file"
    configured = {olt.name for olt in config.olts}
    try:
        async with asyncio.timeout(COLLECTOR_START_S):
            while True:
                try:
                    model = await read_picture(reader, config)
                except SourceError as error:
                    model, why = None, str(error)
                olts = model.olts.values() if model else ()
                asked = {olt.name for olt in olts if olt.last_poll_at is not None and olt.last_poll_at >= begun_at}
                if model and model.collector(time.time()) and configured <= asked:
                    return model
                await asyncio.sleep(FOLLOW_S)
    except TimeoutError:
        fail(f"the collector did not come up: {why}", Exit.UNREACHABLE)


def _find(model: Model, order: Order) -> _Named:
    text = order.target
    if order.kind.spec.target is TargetKind.OLT:
        if text not in (olt.name for olt in model.olts.values()):
            fail(f"no OLT {text!r}", Exit.FAILED)
        return _Named(Target.olt(text), text, text)
    scrap = Scrap.parse(text)
    cpe = router_alone(model, scrap)
    found = [] if cpe else named_onts(model, scrap)
    if not found and cpe is None:
        routers = find_routers(model, scrap)
        cpe = routers[0] if len(routers) == 1 else None
        if len(routers) > 1:
            ids = ", ".join(one.device_id for one in routers)
            fail(f"{len(routers)} routers match {text!r}; name one by its id: {ids}", Exit.USAGE)
    if cpe is not None:
        if not order.kind.spec.may_be_about(TargetKind.ROUTER):
            fail(f"{order.kind.value} is about an ONT, and no OLT lists router {cpe.device_id}", Exit.FAILED)
        return _Named(Target.router(cpe.device_id), cpe.name, f"router {cpe.device_id}", None)
    if not found:
        fail(f"nothing known matches {text!r} as a whole; noc-console lookup also finds parts of it", Exit.FAILED)
    if len(found) > 1:
        fail(f"{len(found)} ONTs match {text!r}; name one by its serial number", Exit.USAGE)
    facts = gather(model, found[0], time.time())
    ont = facts.ont
    line = f"{ont.identity} {ont.description or ''} on port {ont.port}"
    return _Named(Target.ont(ont.id), ont.identity, line, facts)


def _check_role(operator: Operator, model: Model, order: Order, named: _Named) -> None:
    """Say early what the door would refuse; of a router without an ONT only the door knows the place."""
    if named.facts is not None:
        places: tuple[Place, ...] = (place_of(model, named.facts.ont),)
    elif named.target.kind is TargetKind.OLT:
        places = (Place(named.target.key),)
    else:
        return
    if why := operator.why_not(order.kind.spec.role, places, order.kind.value):
        raise ActionRefused(why)


def _confirm(order: Order, named: _Named) -> Confirmation | None:
    """What the operator confirms with; says early what the door would refuse."""
    wanted = confirmation(order.kind, named.identity)
    if wanted is None:
        return None
    if order.yes:
        return Confirmation(wanted, ConfirmedBy.YES)
    if named.facts is not None and (
        standing := still_standing(blockers(order.kind, named.facts.standing), order.force)
    ):
        raise ActionRefused("; ".join(blocker.reason for blocker in standing), override_hint(standing, order.force))
    print(f"{order.kind.spec.title}: {named.line}", file=sys.stderr)
    if wanted == YES:
        confirm("go on? y/N: ", ("y", YES))
    else:
        what = "the whole serial number" if wanted == named.identity else "the last 4 of the serial number"
        confirm(f"type {what} to confirm: ", (wanted,))
    return Confirmation(wanted)


def confirm(prompt: str, wanted: tuple[str, ...]) -> None:
    """End the command unless one of these is typed on a terminal."""
    if not sys.stdin.isatty():
        fail("needs --yes when there is no terminal to confirm on", Exit.USAGE)
    print(prompt, end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() not in wanted:
        fail("not confirmed, nothing done", Exit.USAGE)


async def _follow(reader: StorageReader, job_id: int, as_json: bool) -> Exit:
    told = 0
    while True:
        job = await reader.job(job_id)
        if job is None:
            fail(f"job {job_id} is gone", Exit.FAILED)
        for step in job.steps[told:]:
            print(f"{time.strftime('%H:%M:%S', time.localtime(step.at))} {step.text}", file=sys.stderr, flush=True)
        told = len(job.steps)
        if job.ended:
            _report(job, as_json)
            if not job.state.ended_well:
                return Exit.FAILED
            return Exit.DONE if job.state is JobState.VERIFIED else Exit.ACCEPTED
        await asyncio.sleep(FOLLOW_S)


def _report(job: Job | None, as_json: bool) -> None:
    if job is None:
        return
    if as_json:
        print_json(flat_rows.job_row(job))
    else:
        result = f", {job.result}" if job.result else ""
        print(f"job {job.id} {job.kind.value} {job.about}: {job.state.value}{result}")


async def cancel(requests: Requests, job_id: int) -> Exit:
    """Cancel one job."""
    await requests.reader.open()
    answer = await requests.ask(CancelJob(job_id))
    if not answer.done:
        fail(answer.text, Exit.FAILED)
    print(answer.text)
    return Exit.DONE
