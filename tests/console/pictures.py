"""Pictures of the console, always the same: ``make pictures`` makes those of the README.

``make pictures INTO=FOLDER`` writes every screen at three sizes in three themes there, for looking at. Both need
rsvg-convert (Debian: librsvg2-bin) and the font DejaVu Sans Mono.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "e2e")]

from incident_samples import blind, incident

from noc_console.domain.changes import Severity
from noc_console.domain.handling import HANDLINGS, Handling
from noc_console.domain.incidents.incident import Bracket, Cause, Scope, Where
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.network import PollKind

from .fake_backend import START, FakeBackend
from .gallery import ALSO, SIZES, THEMES, Gallery, gallery, walk

README = Path(__file__).parents[2] / ".github"
NAMES = ("olt-harbour", "olt-north", "olt-oldtown", "olt-riverside")
CUT, DARK = "0/1/2", ("0/1/4", "0/1/5")
FONT = (
    ("font-family: Fira Code, monospace", "font-family: DejaVu Sans Mono, monospace"),
    ('"Fira Code"', '"x"'),
    ("&#160;", " "),
    ("<text ", '<text xml:space="preserve" '),
)
"""So that the font of the machine is used, and its blanks are kept."""


def outage_night() -> FakeBackend:
    """A cut branch, a street without power, an OLT that does not answer; the ONTs say the same as the incidents."""
    backend = FakeBackend(olts=4, ports=8, onts=20)
    for olt in list(backend.olts.values()):
        backend.put_olt(replace(olt, name=NAMES[olt.id - 1]))
    backend.put_olt(replace(backend.olts[4], reachable=False, last_ok_at=START - 730))
    for ont in list(backend.onts.values()):
        cut = ont.olt_id == 1 and ont.port == CUT and ont.ont_id < 14
        dark = ont.olt_id == 2 and ont.port in DARK
        if cut or dark:
            gone = replace(ont, state="offline", offline_reason="loss_of_signal" if cut else "dying_gasp")
            since = START - (184 if cut else 1260)
            backend.put_ont(replace(gone, onu_rx_dbm=None, olt_rx_dbm=None, distance_m=None, state_changed_at=since))
    for serial in {ont.serial for ont in backend.onts.values() if ont.state == "offline"} & backend.cpes.keys():
        backend.cpes[serial] = replace(backend.cpes[serial], last_inform_at=START - 1500)
    for olt_id, port, kind in list(backend.marks):
        age_s = 730.0 if olt_id == 4 else 95.0 if kind is PollKind.OPTICS else 8.0
        backend.mark(olt_id, port, kind, START - age_s)
    for record in (
        incident(
            17, where=Where(olt=NAMES[0], port=CUT, splitter="SP-7"), affected=14, total=20, alive=6,
            evidence={"loss_of_signal": 13, "silent": 1, "alive": 6}, bracket=Bracket(2310, 2480),
            onts=tuple((NAMES[0], CUT, ont_id) for ont_id in range(14)), text=("13 lost the light (LOS)",),
        ),
        incident(
            15, cause=Cause.POWER, scope=Scope.OLT, where=Where(olt=NAMES[1]), severity=Severity.MAJOR,
            affected=40, total=160, alive=120, evidence={"dying_gasp": 37, "loss_of_signal": 3, "alive": 120},
            bracket=None, confidence=0.88, first_loss_at=START - 1260, last_loss_at=START - 1231,
            opened_at=START - 1260, confirmed_at=START - 1200, text=("37 sent a last gasp: their power went",),
            onts=tuple((NAMES[1], port, ont_id) for port in DARK for ont_id in range(20)),
        ),
        blind(16, where=Where(olt=NAMES[3]), unknown=160, total=160, text=("no answer by SNMP", "pings are answered")),
    ):  # fmt: skip
        backend.put_record(INCIDENTS, record)
    backend.put_record(HANDLINGS, Handling("INC-16", "amy", START - 600, ack_affected=0))
    return backend


def to_png(svg: str, file: Path, width: int) -> None:
    """Draw it."""
    for before, after in FONT:
        svg = svg.replace(before, after)
    subprocess.run(["rsvg-convert", "-w", str(width), "-o", str(file)], input=svg.encode(), check=True)


async def readme() -> None:
    """The pictures of the README."""
    async with gallery(outage_night(), theme="dark") as shown:
        for size, name, command, file in (
            ((120, 26), "incidents", "", "incidents.png"),
            ((160, 40), "network", "filter olt:olt-harbour pon:0/1/2", "console.png"),
            ((120, 28), "dash", "dash incidents", "wallboard.png"),
        ):
            await shown.resize(size)
            await shown.show(name)
            if command:
                shown.desk.app.command(command)
                await shown.settle()
            to_png(shown.svg(), README / file, 1200)
            print(README / file)


async def everything(folder: Path) -> None:
    """Every screen, size and theme."""

    def look(shown: Gallery, name: str, size: tuple[int, int], theme: str) -> None:
        to_png(shown.svg(), folder / f"{name}-{theme}-{size[0]}x{size[1]}.png", size[0] * 9)

    await walk(look)
    await walk(look, ALSO, SIZES[:1], THEMES[:1])
    print(folder)


def main(folder: str) -> int:
    """Make the README's pictures, or all of them into a folder."""
    if shutil.which("rsvg-convert") is None:
        print("pictures: rsvg-convert is missing (Debian: apt-get install librsvg2-bin)", file=sys.stderr)
        return 1
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "TMUX", "NOC_THEMES", "LC_ALL"):
        os.environ.pop(name, None)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as nobody:
        os.environ |= {"LANG": "C.UTF-8", "TERM": "xterm-256color", "TZ": "UTC"}
        os.environ |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), nobody)
        time.tzset()
        asyncio.run(everything(Path(folder)) if folder else readme())
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
