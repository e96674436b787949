"""The log file: what broke is found in it, and no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from noc_console.collector.logs import start_log
from noc_console.config.model import Config


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, structlog.get_config()
    file = tmp_path / "noc.log"
    olts = [{"name": "a", "address": "x"}]
    start_log(Config.model_validate({"olts": olts, "logging": {"file": str(file)}}))
    yield file
    for handler in root.handlers[:]:
        handler.close()
    root.handlers[:], root.level = before[0], before[1]
    structlog.configure(**before[2])


def test_what_broke_is_told_with_its_place_and_without_values(log_file: Path) -> None:
    def break_with(secret: str) -> None:
        raise KeyError(len(secret))

    password = "ge" + "heim"
    try:
        break_with(password)
    except KeyError:
        structlog.get_logger().exception("job_broke", job=7, password=password)
    (line,) = log_file.read_text().splitlines()
    told = json.loads(line)
    assert (told["event"], told["job"], told["password"]) == ("job_broke", 7, "[redacted]")
    assert "break_with" in told["exception"] and "KeyError" in told["exception"]
    assert password not in line
