"""Recordings that lie beside the project: what comes out of them is what was written down for them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from noc_console.domain.incidents.replay import answers
from tests.scenarios.compare import differences

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "scenarios"
NAMES = sorted(path.name.removesuffix(".expect.json") for path in FOLDER.glob("*.expect.json"))

pytestmark = pytest.mark.skipif(not NAMES, reason=f"no recordings of outages in {FOLDER.name} beside the project")


def lines_of(name: str) -> list[str]:
    plain = FOLDER / f"{name}.jsonl"
    if plain.exists():
        return plain.read_text(encoding="utf-8").splitlines()
    return gzip.decompress((FOLDER / f"{name}.jsonl.gz").read_bytes()).decode().splitlines()


@pytest.mark.parametrize("name", NAMES or ["none"])
def test_what_comes_out_is_what_was_expected(name: str) -> None:
    moments = json.loads((FOLDER / f"{name}.expect.json").read_text(encoding="utf-8"))
    found = list(answers(lines_of(name), [moment["at"] for moment in moments]))
    assert differences(moments, found) is None
