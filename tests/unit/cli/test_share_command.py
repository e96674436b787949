"""A session of a share is its own operator's, and the command line decides what may join one."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from noc_console import entry
from noc_console.access import identity
from noc_console.access.identity import current_operator
from noc_console.cli.share import SharedPicture, evidence_of
from noc_console.config.model import Config
from noc_console.console.options import Options
from noc_console.entry import Plain
from noc_console.sharing.session import Wanted
from noc_console.sharing.wire import Peer, Request

NAMES = {0: "root", 7: "amy", 8: "bob"}


def _wanted(uid: int, **env: str) -> Wanted:
    return Wanted(Request(environment=env), Peer(12, uid))


@pytest.mark.parametrize(
    ("wanted", "login_uid", "name", "known_by", "address"),
    [
        (_wanted(7, SSH_CONNECTION="192.0.2.7 5 192.0.2.1 22"), None, "amy", "unix account", "192.0.2.7"),
        (_wanted(8), None, "bob", "unix account", ""),
        (_wanted(7, SUDO_USER="bob"), None, "amy", "unix account", ""),  # only root's word counts
        (_wanted(0), 8, "bob", "login uid", ""),
        (_wanted(0, SUDO_USER="amy"), None, "amy", "sudo", ""),
    ],
)
def test_operator_is_who_asked(
    wanted: Wanted,
    login_uid: int | None,
    name: str,
    known_by: str,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    asking = tmp_path / "12"
    (asking / "fd").mkdir(parents=True)
    (asking / "fd" / "0").symlink_to("/dev/pts/9")
    (asking / "loginuid").write_text(str(4294967295 if login_uid is None else login_uid), encoding="utf-8")
    monkeypatch.setattr(identity, "PROCESSES", tmp_path)
    monkeypatch.setattr(identity, "_name", NAMES.get)
    monkeypatch.setattr(identity, "_exists", lambda who: who in NAMES.values())
    monkeypatch.setenv("SUDO_USER", "mallory")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.99 1 192.0.2.1 22")
    operator = current_operator(Config.model_construct(), evidence_of(wanted))
    assert (operator.name, operator.known_by, operator.origin.claimed_address) == (name, known_by, address)
    assert operator.origin.terminal == "pts/9"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], Plain()),
        (
            ["--config", "a", "--theme=dark", "--screen", "jobs", "--read-only"],
            Plain("a", Options("dark", screen="jobs", read_only=True)),
        ),
        (["--screen="], Plain()),
        (
            ["--link", "low", "--ascii", ":inc", "17"],
            Plain(None, Options(link="low", ascii=True, first_command="inc 17")),
        ),
        (["--no-mouse", ":ont X 1"], Plain(None, Options(mouse=False, first_command="ont X 1"))),
        (["--link", "fast"], None),
        (["--alone"], None),
        (["show", "onts"], None),
        (["--config", "a", "collect"], None),
        (["--config"], None),
        (["--version"], None),
        (["--read-only=x"], None),
        (["--scr", "jobs"], None),
    ],
    ids=str,
)
def test_only_a_plain_console_may_join(arguments: Sequence[str], wanted: Plain | None) -> None:
    assert entry.plain(arguments) == wanted


def test_without_a_terminal_nothing_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda _: False)
    assert entry.joined(Plain()) is None


async def test_a_rest_hears_a_statement_that_was_cancelled_to_its_end() -> None:
    """Its thread tells the loop: one that is closed by then would fail in it."""
    loop, go, told = asyncio.get_running_loop(), threading.Event(), asyncio.Event()

    class Closing:
        async def close(self) -> None:
            go.set()

    config = Config.model_validate({"genieacs": {"url": "http://127.0.0.1:1"}})
    picture = SharedPicture(cast(Any, Closing()), config)

    def end() -> None:
        go.wait()
        time.sleep(0.02)
        loop.call_soon_threadsafe(told.set)

    threading.Thread(target=end).start()
    await picture.rest()
    assert told.is_set()
