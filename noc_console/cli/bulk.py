"""``noc-console bulk``: one action on many ONTs; first on whom, then at a set pace, then how each went."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from noc_console.cli.act import at_work, confirm
from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.cli.requests import Requests
from noc_console.cli.show import JOB_COLUMNS, ONT_COLUMNS, compiled, named
from noc_console.config.model import Config
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import ActOnMany, CancelMany, Confirmation, ConfirmedBy, ReleaseMany
from noc_console.domain.jobs import Batch, JobState
from noc_console.domain.network import Ont
from noc_console.domain.operators import Operator
from noc_console.domain.policy import BulkPlan, plan_bulk
from noc_console.picture import flat_rows
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import gather
from noc_console.picture.ont_rows import select
from noc_console.picture.whereabouts import place_of
from noc_console.storage.reader import StorageReader

FOLLOW_S = 0.5


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What the command line asks for."""

    kind: JobKind
    parameters: Mapping[str, str]
    filter_text: str
    reason: str
    dry_run: bool
    count: int | None
    wait: bool
    force: bool
    as_json: bool
    ont_ids: frozenset[int] | None = None
    """Only these of them; None is all."""


async def again(config: Config, config_file: Path, bulk_id: int, order: BulkOrder) -> Exit:
    """Go on with what expired of a bulk action: the same action, planned, confirmed and audited anew.

    ``order.kind`` and ``order.parameters`` are taken from the earlier one.
    """
    async with at_work(config, config_file, False) as (requests, _):
        batch, jobs = await requests.reader.batch(bulk_id), await requests.reader.batch_jobs(bulk_id)
    if batch is None:
        raise ActionRefused(f"there is no bulk action {bulk_id}")
    left = [job for job in jobs if job.state is JobState.EXPIRED]
    if not left:
        raise ActionRefused(f"nothing of bulk action {bulk_id} has expired")
    ids = frozenset(job.target.ont_id for job in left if job.target.ont_id is not None)
    same = replace(order, kind=batch.kind, parameters=left[0].parameters, ont_ids=ids)
    return await bulk(config, config_file, same)


async def bulk(config: Config, config_file: Path, order: BulkOrder) -> Exit:
    """Plan, confirm by the count, submit and (with ``--wait``) follow."""
    if not order.kind.spec.bulk:
        fail(f"{order.kind.value} is not done to many at once", Exit.USAGE)
    async with at_work(config, config_file, order.wait) as (requests, model):
        plan = _plan(model, order, requests.operator)
        if order.dry_run or not order.as_json:
            _print_plan(model, plan, order.as_json)
        if order.dry_run:
            return Exit.DONE
        count = len(plan.included)
        if not count:
            raise ActionRefused(f"nothing to do: {len(plan.left_out)} ONTs match the filter, and all are left out")
        answer = await requests.ask(_intent(order, plan))
        batch_id = answer.id
        if answer.waits_for_release:
            print(f"{answer.text}: noc-console bulk-release {batch_id}", file=sys.stderr)
        if order.wait:
            return await _follow(requests.reader, batch_id, order.as_json)
        if order.as_json:
            print_json({"id": batch_id, "count": count})
        else:
            print(f"bulk action {batch_id}: {count} ONTs")
        return Exit.DONE


def _intent(order: BulkOrder, plan: BulkPlan) -> ActOnMany:
    """What is asked of the door, confirmed by the count."""
    count = len(plan.included)
    if order.count is None:
        confirm(f"type {count} to {order.kind.value} that many ONTs: ", (str(count),))
    by = ConfirmedBy.TYPED if order.count is None else ConfirmedBy.COUNT
    confirmed = Confirmation(str(count if order.count is None else order.count), by)
    ids = tuple(ont.id for ont in plan.included)
    return ActOnMany(order.kind, ids, order.reason, order.parameters, order.force, confirmed)


async def cancel(requests: Requests, bulk_id: int) -> Exit:
    """Cancel what has not begun."""
    await requests.reader.open()
    answer = await requests.ask(CancelMany(bulk_id))
    if not answer.done:
        fail(answer.text, Exit.FAILED)
    return Exit.DONE


async def release(requests: Requests, bulk_id: int) -> Exit:
    """Let it start."""
    await requests.reader.open()
    await requests.ask(ReleaseMany(bulk_id))
    return Exit.DONE


def _plan(model: Model, order: BulkOrder, operator: Operator) -> BulkPlan:
    now = time.time()
    rows = select(model, model.rows_under(None), compiled(order.filter_text), now)
    chosen = (gather(model, row, now).standing for row in rows)
    if order.ont_ids is not None:
        chosen = (standing for standing in chosen if standing.ont.id in order.ont_ids)
    kind = order.kind

    def why_not(ont: Ont) -> str | None:
        return operator.why_not(kind.spec.role, (place_of(model, ont),), kind.value)

    return plan_bulk(kind, chosen, order.force, why_not)


def _print_plan(model: Model, plan: BulkPlan, as_json: bool) -> None:
    now = time.time()

    def row_of(ont: Ont) -> flat_rows.Row:
        return flat_rows.ont_row(gather(model, model.onts.row_of[ont.id], now))

    included = [row_of(ont) for ont in plan.included]
    left_out = [row_of(ont) | {"left_out": why} for ont, why in plan.left_out]
    if as_json:
        print_json({"included": included, "left_out": left_out})
        return
    print_table([named(row) for row in included], ONT_COLUMNS)
    if left_out:
        print(f"\nleft out ({len(left_out)}; --force includes those that may be overridden):")
        print_table([named(row) for row in left_out], (*ONT_COLUMNS[:5], ("left_out", "why")))


async def _follow(reader: StorageReader, batch_id: int, as_json: bool) -> Exit:
    told = ""
    while True:
        batch = await reader.batch(batch_id)
        if batch is None:
            fail(f"bulk action {batch_id} is gone", Exit.FAILED)
        line = progress(batch)
        if line != told:
            print(line, file=sys.stderr, flush=True)
            told = line
        if batch.finished_at is not None:
            break
        await asyncio.sleep(FOLLOW_S)
    rows = [flat_rows.job_row(job) for job in await reader.batch_jobs(batch_id)]
    if as_json:
        counts = {"verified": batch.verified, "accepted": batch.accepted, "not_verified": batch.not_verified}
        print_json({"id": batch_id, **counts, "jobs": rows})
    else:
        print_table(rows, JOB_COLUMNS)
    if not batch.ended_well:
        return Exit.FAILED
    return Exit.ACCEPTED if batch.accepted else Exit.DONE


def progress(batch: Batch) -> str:
    """``12 of 40 done (11 verified), 3 under way, 25 wait``."""
    well = f"{batch.verified} verified" + (f", {batch.accepted} accepted" if batch.accepted else "")
    return f"{batch.ended} of {batch.total} done ({well}), {batch.running} under way, {batch.waiting} wait"
