"""What the screen lists, or shows, as a file: CSV, JSON, or a picture (SVG)."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noc_console.picture.as_text import as_csv, with_iso_times

if TYPE_CHECKING:
    from noc_console.console.app import NocApp
    from noc_console.console.widgets.table import LineTable

FORMATS = ("csv", "json", "svg")
ROWS_PER_TURN = 100
"""Rows gathered between two turns of the loop: keys are served in between."""


class Exporting:
    """Answers the action ``export``, where a screen has no export of its own."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_export(self, argument: str = "") -> None:
        """``[csv|json|svg] [PATH]``; what is not named is CSV, in the working directory."""
        wanted, _, name = argument.strip().partition(" ")
        if wanted.lower() not in FORMATS:
            wanted, name = (Path(argument).suffix.removeprefix(".") or "csv"), argument
        wanted = wanted.lower()
        if wanted not in FORMATS:
            raise ValueError(f"no format {wanted!r} (there are {', '.join(FORMATS)})")
        app = self._app
        at = time.strftime("%Y%m%d-%H%M%S", time.localtime(app.now()))
        file = Path(name.strip() or f"noc-{app.view.NAME}-{at}.{wanted}").expanduser().absolute()
        if wanted == "svg":
            work = self._write(file, app.export_screenshot(title=app.settings.site), "the screen")
        elif (table := app.view.listing) is None:
            raise ValueError("this screen has no list; :export svg writes its picture")
        else:
            rows = app.view.export_rows()
            work = self._list(file, wanted, as_listed(table) if rows is None else rows)
        app.run_worker(work, group="export", exit_on_error=False)

    async def _list(self, file: Path, wanted: str, rows: Iterable[dict[str, Any]]) -> None:
        found: list[dict[str, Any]] = []
        for row in rows:
            found.append(row)
            if len(found) % ROWS_PER_TURN == 0:
                await asyncio.sleep(0)
        await self._write(file, await asyncio.to_thread(_as_text, found, wanted), f"{len(found)} rows")

    async def _write(self, file: Path, text: str, what: str) -> None:
        try:
            await asyncio.to_thread(write_new, file, text)
        except OSError as error:
            self._app.say(f"not written: {file}: {error.strerror or error}", "error")
        else:
            self._app.say(f"{what} written to {file}")


def as_listed(table: LineTable) -> Iterable[dict[str, Any]]:
    """The marked rows of a list, else all of them, as they are shown; blank is None."""
    names = [column.title.strip().lower() or column.id for column in table.columns]
    for key in table.wanted:
        yield {name: text or None for name, text in zip(names, table.texts(key), strict=True)}


def write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet, readable by its owner alone: it names customers.

    Raises:
        OSError: It is there already, or cannot be written.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def _as_text(rows: list[dict[str, Any]], wanted: str) -> str:
    if wanted == "csv":
        return as_csv(rows, list(rows[0]) if rows else [])
    return json.dumps(with_iso_times(rows), ensure_ascii=False, indent=1)
