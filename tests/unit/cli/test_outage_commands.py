"""The commands about incidents, alarms and planned work, on a database of their own."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from outages import INCIDENT
from schema_copy import sqlite_with_schema
from typer.testing import CliRunner

from noc_console.cli.main import app
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.plant import SPLITTERS, Splitter
from noc_console.storage import inventory
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    url = sqlite_with_schema(tmp_path / "noc.db")

    async def fill() -> None:
        database = Database(url)
        async with database.writing() as connection:
            await inventory.sync_olts(connection, [("north", "192.0.2.1")], time.time())
        now = time.time()
        opened = replace(INCIDENT, opened_at=now - 60, first_loss_at=now - 62, confirmed_at=now - 50)
        await RecordStore(database).put(INCIDENTS, [opened])
        await RecordStore(database).put(SPLITTERS, [Splitter("SP-7", "north", "0/1/0")])
        await database.close()

    asyncio.run(fill())
    path = tmp_path / "config.yaml"
    path.write_text("olts: [{name: north, address: 192.0.2.1}]\n")
    return path


def run(config: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["--config", str(config), *words])


def test_a_night_in_commands(config: Path) -> None:
    assert run(config, "ack", "inc-17").output == "INC-17: acknowledged as critical with 41 down\n"
    told = json.loads(run(config, "comment", "17", "crew sent", "--json").output)
    assert told == {"id": None, "text": "INC-17: comment 1"}
    assert "shelved for 1h30m" in run(config, "shelve", "17", "1h30m", "--reason", "waits for dawn").output
    assert "brought back" in run(config, "unshelve", "17").output
    assert run(config, "maintenance", "north", "2h", "--reason", "splicing").output.startswith(
        "maintenance 1 for 2h: north"
    )
    assert "SP-7" in run(config, "maintenance", "30m", "--splitter", "SP-7", "--reason", "splicing").output
    assert run(config, "maintenance-end", "1").output == "maintenance 1 ended: north\n"
    text = run(config, "handover", "--since", "1h").output
    assert "- **INC-17** fibre north 0/1/0 SP-7: 41 of 64 down" in text and "crew sent" in text
    handover = json.loads(run(config, "handover", "--json").output)
    assert [one["action"] for one in handover["other"]] == [
        "acknowledge", "comment", "shelve", "unshelve", "plan maintenance", "plan maintenance", "end maintenance",
    ]  # fmt: skip
    report = json.loads(run(config, "incident", "INC-17", "--json").output)
    assert report["confirmed_at"].endswith("Z") and report["standing"] == "acked"
    rows = list(csv.DictReader(io.StringIO(run(config, "incident", "17", "--csv").output)))
    assert [(row["olt"], row["pon_port"], row["ont_id"]) for row in rows] == [
        ("north", "0/1/0", "1"),
        ("north", "0/1/0", "2"),
    ]
    assert "acknowledgement of" in run(config, "unack", "17").output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["shelve", "17", "soon"], 2, "write 30m, 4h, 1h30m or 2d"),
        (["maintenance", "north", "--reason", "splicing"], 2, "'north' is no length of time"),
        (["maintenance", "a", "b", "c", "2h", "--reason", "x"], 2, "not 4 words"),
        (["maintenance", "north", "2h", "--reason", "splicing", "--start", "soon"], 2, "write 22:30 or"),
        (["handover", "--since", "yesterday"], 2, "is no length of time"),
        (["incident", "the big one"], 2, "write INC-17 or 17"),
        (["incident", "99"], 1, "there is no INC-99"),
        (["incident", "17", "--json", "--csv"], 2, "not both"),
        (["notify-test"], 2, "notifications: is not in the config file"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(config: Path, words: list[str], code: int, said: str) -> None:
    result = run(config, *words)
    assert result.exit_code == code
    assert said in result.output
