"""``chart``: words, CSV and a picture of what the history holds, and clear errors where there is nothing to chart."""

from __future__ import annotations

import asyncio
import csv
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from noc_console.cli import chart as command
from noc_console.cli.output import Form
from noc_console.domain.history import ChartData, Series
from noc_console.domain.network import Olt, Ont
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.settings import PictureSettings


class History:
    """Answers every metric with a line that has a gap."""

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        values = (-20.0, None, -22.0)
        return ChartData(1_700_000_000.0, 3600.0, tuple(Series(metric, values) for metric in metrics), note="a part")


def model() -> Model:
    known = Model(PictureSettings())
    onts = [Ont(id=n, olt_id=1, port="0/1/0", ont_id=n, serial=f"HWTC0000000{n}", revision=1) for n in (1, 2)]
    for _ in known.apply(Update(olts=[Olt(1, "north", "192.0.2.1", revision=1)], onts=onts), lambda: 0.0, Delta()):
        pass
    return known


@pytest.fixture(autouse=True)
def looked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read_picture(*_: object) -> Model:
        return model()

    monkeypatch.setattr(command, "read_picture", read_picture)


def run(what: str, port: str = "", kind: str = "", over: str = "24h", form: Form = Form.TABLE, svg: Any = None) -> None:
    asyncio.run(command.chart(History(), None, what, port, kind, over, form, svg))  # type: ignore[arg-type]


def test_words_tell_what_it_shows_and_the_note_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    run("HWTC00000001")
    said = capsys.readouterr()
    assert "Rx at ONT" in said.out and "last -22.00 dBm" in said.out and "avg -21.00" in said.out
    assert said.err == "a part\n"


def test_csv_has_the_instants_the_units_and_the_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    run("HWTC00000001", form=Form.CSV)
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert rows[0] == {"at": "2023-11-14T22:13:20Z", "ont_onu_rx_dbm": "-20.0", "ont_olt_rx_dbm": "-20.0"}
    assert rows[1]["ont_onu_rx_dbm"] == ""


def test_a_picture_is_a_new_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    run("north", "0/1/0", "counts", svg=path)
    assert path.read_text().startswith("<svg") and "online" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(SystemExit) as ended:
        run("north", "0/1/0", "counts", svg=path)
    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"what": "nobody"}, 1),
        ({"what": "north", "port": "9/9/9"}, 1),
        ({"what": "nobody", "port": "0/1/0"}, 1),
        ({"what": "north", "kind": "light"}, 2),
        ({"what": "north", "over": "1y"}, 2),
    ],
)
def test_what_cannot_be_charted_is_told(given: dict[str, str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(**given)
    assert ended.value.code == code
    assert "noc-console:" in capsys.readouterr().err
