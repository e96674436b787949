"""What is on the screen as a file: a list or a chart as CSV or JSON, the screen as a picture."""

from __future__ import annotations

import asyncio
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from noc_console.console.screens.view import Say
from noc_console.picture.export import as_csv, as_json

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

FORMS = ("csv", "json", "svg")


class Exporting:
    """Answers the action ``export``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_export(self, argument: str = "") -> None:
        """``[csv|json|svg] [PATH]``; the path's ending tells the form, without both it is CSV.

        Raises:
            ValueError: Nothing is listed that could be written.
        """
        app = self._app
        form, path_text = parse(argument)
        if form is None and app.view.export_text(path_text):
            return
        form = form or "csv"
        name = app.view.NAME
        if form == "svg":
            app.call_after_refresh(self._picture, path_text or default_name(name, form, app.now()))
            return
        name, rows = app.view.exported()
        if not rows:
            raise ValueError("nothing is listed here that could be exported (:export svg takes a picture)")
        text = as_csv(rows) if form == "csv" else as_json(rows)
        self._write(path_text or default_name(name, form, app.now()), text, f"{len(rows):,} rows")

    def _picture(self, path: str) -> None:
        """Once the prompt is gone and the screen is painted."""
        picture = self._app.export_screenshot(title=f"NOC Console {self._app.settings.site}")
        self._write(path, portable(picture), "picture")

    def _write(self, path: str, text: str, what: str) -> None:
        self._app.run_worker(self._written(Path(path).expanduser(), text, what), group="export", exit_on_error=False)

    async def _written(self, path: Path, text: str, what: str) -> None:
        self._app.post_message(await written(path, text, what))


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
    """``onts-20260309-140531.csv``, by the operator's clock."""
    return f"{name}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}.{form}"


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
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path.absolute()
