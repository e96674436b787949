"""``noc-console import`` and ``export``: records of the plant from and to CSV files."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.cli.requests import Requests
from noc_console.cli.show import read_picture
from noc_console.config.bounded import read_bytes
from noc_console.config.inventories import Inventory
from noc_console.config.model import Config
from noc_console.domain.csv_records import ImportPlan, to_csv
from noc_console.domain.errors import SourceError
from noc_console.domain.intents import ImportRecords
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import RecordKind
from noc_console.picture.flat_rows import plain_rows
from noc_console.sources.inventory import read_inventory
from noc_console.storage.reader import StorageReader

MAX_BYTES = 256 * 1024 * 1024
ALL = "all"
MOST_LINES = 50
"""So many errors are printed; the others are counted."""


def imported_kind(name: str) -> RecordKind[Any]:
    """The kind of that name; ends the command when there is none that is maintained here."""
    kinds = {kind.name: kind for kind in RECORD_KINDS.values() if kind.imported}
    if name not in kinds:
        fail(f"import or export what? {', '.join(kinds)}, not {name!r}", Exit.USAGE)
    return kinds[name]


def read_text(file: str) -> str:
    """The file's text, or standard input for ``-``; ends the command when it cannot be read."""
    if file == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            fail(f"standard input: larger than {MAX_BYTES:,} bytes; split it", Exit.USAGE)
        return _decoded(data, "standard input")
    try:
        data = read_bytes(Path(file), MAX_BYTES)
    except OSError as error:
        more = "; split it" if error.errno == errno.EFBIG else ""
        fail(f"{file}: {error.strerror}{more}", Exit.USAGE)
    return _decoded(data, file)


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        fail(f"{file}:{line}: is not UTF-8; save it as CSV UTF-8", Exit.USAGE)


@dataclass(frozen=True, slots=True)
class How:
    """How an import is done."""

    replace: bool = False
    dry_run: bool = False
    as_json: bool = False


async def take(requests: Requests, kind: RecordKind[Any], file: str, how: How) -> Exit:
    """Import a file, or with ``dry_run`` only say what that would change."""
    text = read_text(file)
    await requests.reader.open()
    return await _take_text(requests, kind, text, file, how)


def inventory_of(config: Config, name: str, kind: str) -> Inventory:
    """The inventory of that name, which has that kind (or ``all``); ends the command when there is none."""
    found = next((one for one in config.inventories if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in config.inventories) or "none"
        fail(f"no inventory {name!r} in the config (there are: {known})", Exit.USAGE)
    if kind != ALL and kind not in found.records:
        fail(f"inventory {name} has no query for {kind!r} (it has {', '.join(found.in_order())})", Exit.USAGE)
    return found


async def take_over(requests: Requests, inventory: Inventory, kind: str, how: How) -> Exit:
    """Import one kind, or all that the inventory has, those first that others name; the first error ends it."""
    await requests.reader.open()
    for name in inventory.in_order() if kind == ALL else [kind]:
        try:
            text = await read_inventory(inventory, name)
        except SourceError as error:
            fail(str(error), Exit.FAILED)
        done = await _take_text(requests, RECORD_KINDS[name], text, f"{inventory.name} {name}", how)
        if done is not Exit.DONE:
            return done
    return Exit.DONE


async def _take_text(requests: Requests, kind: RecordKind[Any], text: str, told: str, how: How) -> Exit:
    plan = await requests.reader.plan_import(kind, text, how.replace)
    done = not plan.errors and not how.dry_run
    if done:
        await requests.ask(ImportRecords(kind.name, text, how.replace))
    return report(plan, told, done, how.as_json)


async def export(reader: StorageReader, config: Config, kind: RecordKind[Any]) -> Exit:
    """Print the records as CSV, in a form that ``import`` takes."""
    model = await read_picture(reader, config)
    print(to_csv(kind, model.records(kind)), end="")
    return Exit.DONE


def report(plan: ImportPlan[Any], file: str, done: bool, as_json: bool) -> Exit:
    """Print what an import did, or would do, or what is wrong with it."""
    if as_json:
        changes = {name: plain_rows(getattr(plan, name)) for name in ("added", "changed", "removed")}
        errors = [{"line": error.line, "text": error.text} for error in plan.errors]
        print_json({"records": plan.kind.name, "done": done, "unchanged": plan.unchanged, **changes, "errors": errors})
    elif plan.errors:
        for error in plan.errors[:MOST_LINES]:
            print(f"{file}:{error.line}: {error.text}" if error.line else f"{file}: {error.text}", file=sys.stderr)
        if (more := len(plan.errors) - MOST_LINES) > 0:
            print(f"... and {more} more", file=sys.stderr)
        print("nothing was changed", file=sys.stderr)
    else:
        print(f"{plan.kind.name}: {plan.text}" + ("" if done else " (dry run: nothing was changed)"))
        if not done:
            _print_dry_run(plan)
    return Exit.FAILED if plan.errors else Exit.DONE


def _print_dry_run(plan: ImportPlan[Any]) -> None:
    columns = [("change", "change"), *((column.key, column.heading) for column in plan.kind.columns)]
    groups = (("add", plan.added), ("change", plan.changed), ("remove", plan.removed))
    rows = [row | {"change": word} for word, records in groups for row in plain_rows(records)]
    if rows:
        print_table(rows[:MOST_LINES], columns)
    if len(rows) > MOST_LINES:
        print(f"... and {len(rows) - MOST_LINES} more")
