"""What is on the screen as a file: a list or a chart as CSV or JSON, the screen as a picture."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from noc_console.config import new_file
from noc_console.console.screens.view import Say
from noc_console.picture.export import as_csv, as_json
from noc_console.picture.flat_rows import Row

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

FORMS = ("csv", "json", "svg")
ROWS_PER_TURN = 100
"""Rows gathered between two turns of the loop: keys are served in between."""


class Exporting:
    """Answers the action ``export``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_export(self, argument: str = "") -> None:
        """``[csv|json|svg] [PATH]``; the path's ending tells the form, without both it is CSV.

        Raises:
            ValueError: No such form, or nothing is listed that could be written.
        """
        app = self._app
        form, path_text = parse(argument)
        if form is None and app.view.export_text(path_text):
            return
        strange = Path(path_text).suffix.removeprefix(".") or path_text.partition(" ")[0]
        if form is None and strange != path_text:
            raise ValueError(f"no format {strange!r} (there are {', '.join(FORMS)})")
        form = form or "csv"
        if form == "svg":
            path_text = path_text or default_name(app.view.NAME, form, app.now())
            app.call_after_refresh(self._picture, path_text)
            return
        name, rows = app.view.exported()
        if (first := next(rows, None)) is None:
            raise ValueError("nothing is listed here that could be exported (:export svg takes a picture)")
        path = app.settings.placed(path_text or default_name(name, form, app.now()))
        app.run_worker(self._list(path, form, chain([first], rows)), group="export", exit_on_error=False)

    async def _list(self, path: Path, form: str, rows: Iterator[Row]) -> None:
        found: list[Row] = []
        for row in rows:
            found.append(row)
            if len(found) % ROWS_PER_TURN == 0:
                await asyncio.sleep(0)
        text = await asyncio.to_thread(as_csv if form == "csv" else as_json, found)
        self._app.post_message(await written(path, text, f"{len(found):,} {'row' if len(found) == 1 else 'rows'}"))

    def _picture(self, path: str) -> None:
        """Once the prompt is gone and the screen is painted."""
        picture = portable(self._app.export_screenshot(title=f"NOC Console {self._app.settings.site}"))
        self._app.run_worker(self._drawn(self._app.settings.placed(path), picture), group="export", exit_on_error=False)

    async def _drawn(self, path: Path, picture: str) -> None:
        self._app.post_message(await written(path, picture, "picture"))


async def written(path: Path, text: str, what: str) -> Say:
    """Write it, and tell where it is or why it is not."""
    try:
        where = await asyncio.to_thread(write_new, path, text)
    except FileExistsError:
        return Say(f"not written: {path} is there already; name another file", "error")
    except OSError as error:
        return Say(f"not written: {path}: {error.strerror}", "error")
    return Say(f"{what} written to {where}")


def parse(argument: str) -> tuple[str | None, str]:
    """The form, as far as one is told, and the path."""
    first, _, rest = argument.strip().partition(" ")
    if first.lower() in FORMS:
        return first.lower(), rest.strip()
    ending = Path(argument.strip()).suffix.lower().removeprefix(".")
    return (ending if ending in FORMS else None), argument.strip()


def default_name(name: str, form: str, now: float) -> str:
    """``noc-onts-20260309-140531.csv``, by the operator's clock."""
    return f"noc-{plain_name(name)}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}.{form}"


def plain_name(name: str) -> str:
    """A name of a device as a part of a file's name: it never leads into another directory."""
    return re.sub(r"[^\w.-]", "_", name)


def portable(svg: str) -> str:
    """A picture that any viewer aligns, and that loads no font from elsewhere."""
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("&#160;", " ").replace("<text ", '<text xml:space="preserve" ')


def write_new(path: Path, text: str) -> Path:
    """A new file, for the operator only: customers' names and addresses stand in it.

    Returns:
        Its whole path.

    Raises:
        OSError: It is there already (``FileExistsError``), or it cannot be written.
    """
    new_file.write_new(path, text.encode())
    return path.absolute()
