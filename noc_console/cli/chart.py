"""``noc-console chart``: what a chart of the console shows, in words, as CSV or JSON, or as a picture."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from noc_console.cli.output import Exit, Form, fail, print_rows
from noc_console.cli.show import read_picture
from noc_console.config.model import Config
from noc_console.domain.errors import NocError
from noc_console.domain.history import RANGES_S
from noc_console.domain.routers import Scrap
from noc_console.picture.finding import find_onts
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.picture.tree import NodeKey
from noc_console.storage.reader import StorageReader

if TYPE_CHECKING:
    from noc_console.console.render.chart import Chart

POINTS = 200
SIZE = (110, 30)
"""Of the picture, in characters."""


async def chart(
    reader: StorageReader, config: Config, what: str, port: str, kind: str, over: str, form: Form, svg: Path | None
) -> Exit:
    """Print one chart, or write its picture.

    Args:
        reader: The database and the history.
        config: The config.
        what: An ONT by any identifier, or an OLT's name.
        port: A PON port of that OLT; empty is the OLT itself.
        kind: ``light``, ``traffic``, ...; empty is the first that there is.
        over: A key of ``RANGES_S``.
        form: Words, JSON or CSV.
        svg: File for the picture instead.
    """
    from noc_console.console.render.cells import plain
    from noc_console.console.render.chart import rows, words
    from noc_console.console.screens.charting import read
    from noc_console.console.subjects import kinds_of, subject_of

    if over not in RANGES_S:
        fail(f"--range {over!r} is none of {', '.join(RANGES_S)}", Exit.USAGE)
    model = await read_picture(reader, config)
    node, facts = _meant(model, what, port)
    kinds = kinds_of(model, node)
    if kind and kind not in kinds:
        fail(f"--of {kind!r} is none of {', '.join(kinds)}", Exit.USAGE)
    subject = subject_of(model, node, facts, kind or kinds[0])
    if subject is None:
        fail("no history is kept without a serial number", Exit.FAILED)
    try:
        found = await read(reader, subject, RANGES_S[over], POINTS)
    except NocError as error:
        fail(error, Exit.UNREACHABLE)
    if found.note:
        print(found.note, file=sys.stderr)
    if svg is not None:
        _write(svg, _picture(found, f"{what} {port} {subject.title} {over}"))
    elif form is Form.TABLE:
        print(plain(words(found, 10_000)))
    else:
        print_rows(rows(found), form, [("at", "at")])
    return Exit.DONE


def _meant(model: Model, what: str, port: str) -> tuple[NodeKey | None, OntFacts | None]:
    """The OLT or PON port, else the only ONT that is called so; ends the command where there is none."""
    olt = next((olt for olt in model.olts.values() if olt.name == what), None)
    if olt is not None and port and (olt.id, port) not in model.port_states:
        fail(f"{what} has no PON port {port!r}", Exit.FAILED)
    if olt is not None:
        return (NodeKey(olt.id, port, 2) if port else NodeKey(olt.id)), None
    if port:
        fail(f"no OLT {what!r}", Exit.FAILED)
    found = find_onts(model, Scrap.parse(what))
    if len(found) != 1:
        said = f"{len(found)} ONTs are" if found else "no OLT and no ONT is"
        fail(f"{said} called {what!r}; noc-console lookup tells more", Exit.FAILED)
    return None, gather(model, found[0], time.time())


def _picture(found: Chart, title: str) -> str:
    """The chart under its words, as SVG."""
    from rich.console import Console
    from rich.text import Text

    from noc_console.console.exporting import portable
    from noc_console.console.render.chart import words
    from noc_console.console.render.plot import draw
    from noc_console.console.themes import FALLBACK, load_themes

    palette = load_themes().found[FALLBACK].palette
    screen = Console(record=True, width=SIZE[0], file=io.StringIO(), color_system="truecolor", force_terminal=True)
    for line in [*words(found, SIZE[0]), *draw(found, SIZE, palette, blocks=True)]:
        cells = [(text, palette.style(role) if isinstance(role, str) else role) for text, role in line]
        screen.print(Text.assemble(*cells), end="\n", no_wrap=True)
    return portable(screen.export_svg(title=title))


def _write(path: Path, text: str) -> None:
    """Never over a file that is there."""
    from noc_console.console.exporting import write_new

    try:
        print(f"written to {write_new(path, text)}")
    except FileExistsError:
        fail(f"{path} is there already: name another file", Exit.FAILED)
    except OSError as error:
        fail(f"{path}: {error.strerror}", Exit.FAILED)
