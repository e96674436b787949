"""Recordings as files: cut at an instant, without customers, and refused with the line that is wrong."""

from __future__ import annotations

import errno
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from noc_console.cli import record
from noc_console.cli.past import from_file
from noc_console.cli.record import cut_at
from noc_console.cli.replay import replay
from noc_console.config.model import Config
from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.lines import Anonymous, header, line
from noc_console.domain.incidents.observations import LineReader, Observation, RecordingError, read_recording

SECRETS = ("olt-north", "HWTC11112222", "Ada", "SP-9", "harbour", "ring-2", "amy")
OBSERVATIONS = [
    Observation(1000, "olt", {"name": "olt-north", "reachable": True, "uplink": "ring-2"}),
    Observation(1000, "splitter", {"name": "SP-9", "olt": "olt-north", "port": "0/1/0", "zone": "harbour"}),
    Observation(1000, "ont", {"olt": "olt-north", "port": "0/1/0", "ont_id": 1, "serial": "HWTC11112222",
                              "customer": "Ada", "splitter": "SP-9", "state": "online"}),
    Observation(1100, "ont", {"olt": "olt-north", "port": "0/1/0", "ont_id": 1, "state": "offline"}),
    Observation(1150, "inform", {"serial": "HWTC11112222"}),
    Observation(1160, "ack", {"incident": "INC-1", "by": "amy"}),
    Observation(1200, "olt", {"name": "olt-north", "error": "no answer from olt-north"}),
]  # fmt: skip


def test_it_begins_with_the_network_as_it_was() -> None:
    starts_at, told = cut_at(OBSERVATIONS, 1120)
    lines = [json.loads(line(one, starts_at)) for one in told]
    (ont,) = [one for one in lines if "ont" in one]
    assert starts_at == 1120
    assert (ont["at"], ont["ont"]["state"], ont["ont"]["serial"]) == (0.0, "offline", "HWTC11112222")
    assert [one["at"] for one in lines if one["at"] > 0] == [30.0, 40.0, 80.0]


def test_it_begins_later_where_nothing_older_is_known() -> None:
    starts_at, _ = cut_at(OBSERVATIONS, 10)
    assert starts_at == 1000


def test_no_name_of_anybody_is_left() -> None:
    told = list(Anonymous().all(OBSERVATIONS))
    text = "\n".join(line(one) for one in told)
    assert not [secret for secret in SECRETS if secret in text]
    serials = {one.fields["serial"] for one in told if "serial" in one.fields}
    assert len(serials) == 1  # the same one is the same everywhere


def test_what_is_written_is_read_again() -> None:
    lines = [header(1000, "", Intervals(state_s=30.0)), *(line(one, 1000) for one in OBSERVATIONS)]
    found, observations = read_recording(lines)
    assert (found.starts_at, found.intervals.state_s) == (1000, 30.0)
    assert [one.at for one in observations] == [one.at - 1000 for one in OBSERVATIONS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 7: not JSON"),
        ("[]", "line 7: must be a JSON object"),
        ('{"at": "x", "ping": {"olt": "a"}}', "line 7: at:"),
        ('{"at": -1, "ping": {"olt": "a"}}', "line 7: at:"),
        ('{"at": 1, "ping": {}}', "line 7: ping: lacks olt"),
        ('{"at": 1, "ping": 3}', "line 7: ping: must be an object"),
        ('{"at": 1, "ping": {"olt": "a"}, "gone": {}}', "line 7: ping and gone"),
    ],
)
def test_a_wrong_line_is_named(text: str, said: str) -> None:
    with pytest.raises(RecordingError) as caught:
        LineReader().read(text, 7)
    assert str(caught.value).startswith(said)


def test_what_is_unknown_is_ignored_with_one_warning_each() -> None:
    warned: list[str] = []
    reader = LineReader(warned.append)
    for number in (2, 3):
        one = reader.read('{"at": 1, "ping": {"olt": "a", "colour": 3}}', number)
        assert one is not None
        assert one.fields == {"olt": "a"}
        assert reader.read('{"at": 1, "weather": {}}', number) is None
    assert warned == [
        "line 2: ping: unknown field 'colour' is ignored",
        "line 2: unknown key 'weather' is ignored",
    ]


@pytest.mark.parametrize("content", ["", "no recording\n", '{"recording": 2}\n', '{"recording": 1, "starts": 5}\n'])
def test_a_file_that_is_none_is_refused(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(content)
    with pytest.raises(SystemExit) as ended:
        replay(file, [], as_json=True)
    assert ended.value.code == 2
    assert f"{file}: line 1" in capsys.readouterr().err


def test_a_file_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.jsonl: cannot be read"):
        from_file(Config.model_construct(), tmp_path / "none.jsonl")
    damaged = tmp_path / "x.jsonl.gz"
    damaged.write_bytes(gzip.compress(header(0, "", Intervals()).encode() * 99)[:40])
    with pytest.raises(RecordingError, match=r"x\.jsonl\.gz: cannot be read"):
        from_file(Config.model_construct(), damaged)


def test_a_recording_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    def lines() -> Iterator[str]:
        yield "one"
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("x.rec", "x.rec.gz"):
        file = tmp_path / name
        record._write(file, ["old"])
        before = file.read_bytes()
        with pytest.raises(SystemExit):
            record._write(file, lines())
        assert file.read_bytes() == before and before
    assert len(list(tmp_path.iterdir())) == 2
