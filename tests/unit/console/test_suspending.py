"""Ctrl+Z stops the console only where somebody can wake it again."""

from __future__ import annotations

import os

import pytest

from noc_console.console import suspending

US, LEADER, SHELL, SESSION = 40, 40, 30, 30


@pytest.mark.parametrize(
    ("parent", "parents_group", "parents_session", "waits"),
    [
        (SHELL, SHELL, SESSION, True),
        (1, 1, 1, False),  # a terminal multiplexer or sshd started us: another session
        (SHELL, LEADER, SESSION, False),  # the parent would be stopped with us
    ],
)
def test_a_shell_waits_when_the_group_has_a_parent_in_the_session(
    parent: int, parents_group: int, parents_session: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpgrp", lambda: LEADER)
    monkeypatch.setattr(suspending, "_parent", {LEADER: parent}.get)
    monkeypatch.setattr(os, "getsid", {0: SESSION, parent: parents_session}.get)
    monkeypatch.setattr(os, "getpgid", {parent: parents_group}.get)
    assert suspending.shell_waits() is waits
