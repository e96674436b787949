"""What is said at a share's socket is taken over as it was sent, or refused; descriptors are never left open."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from noc_console.console.options import Options
from noc_console.sharing import wire
from noc_console.sharing.wire import BadMessage, Request

ASKED = Options("dark", screen="network", read_only=True)
GOOD = asdict(Request(ASKED, False, {"TERM": "xterm", "SSH_CONNECTION": "192.0.2.9 1 192.0.2.1 22"}))
WRONG: tuple[dict[str, Any], ...] = (
    {"theme": 1}, {"screen": None}, {"read_only": "yes"}, {"link": "fast"}, {"ascii": 1}, {"first_command": 1},
    {"more": 1},
)  # fmt: skip
NO_IDENTITY = (None, 1, {"name": "root"}, ["x"])
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


def test_request_arrives_with_its_terminal(pair: Pair) -> None:
    master, slave = os.openpty()
    wire.send_request(pair[0], Request.of(GOOD), slave)
    message, terminal = wire.receive(pair[1])
    assert message is not None and Request.of(message) == Request.of(GOOD)
    assert terminal is not None and os.ttyname(terminal) == os.ttyname(slave)
    for descriptor in (master, slave, terminal):
        os.close(descriptor)


@pytest.mark.parametrize(
    "change",
    [
        {"options": []},
        {"options": {}},
        *({"options": {**asdict(Options()), **wrong}} for wrong in WRONG),
        {"shell": 1},
        {"environment": []},
        {"environment": {"LD_PRELOAD": "x"}},
        {"environment": {"PYTHONPATH": "x"}},
        {"environment": {"TERM": 1}},
        {"environment": {"TERM": "x\0y"}},
        {"operator": "root"},
    ],
    ids=str,
)
def test_request_with_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        Request.of({**GOOD, **change})


def test_request_with_anything_missing_is_refused() -> None:
    for name in GOOD:
        with pytest.raises(BadMessage):
            Request.of({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    "data", [b"\0\xff", b"[]", b"1", b"{", b"[" * 20_000, b'"' + b"x" * wire.MOST_BYTES + b'"'], ids=lambda d: d[:8]
)
def test_garbage_is_refused_and_what_came_with_it_closed(data: bytes, pair: Pair) -> None:
    master, slave = os.openpty()
    before = len(os.listdir("/proc/self/fd"))
    socket.send_fds(pair[0], [data], [slave])
    with pytest.raises(BadMessage):
        wire.receive(pair[1])
    assert len(os.listdir("/proc/self/fd")) == before
    os.close(master)
    os.close(slave)


def test_end_is_told(pair: Pair) -> None:
    pair[0].close()
    assert wire.receive(pair[1]) == (None, None)


@pytest.mark.parametrize("identity", NO_IDENTITY)
def test_an_identity_is_sealed_text_or_none_at_all(identity: object) -> None:
    assert Request.of({**GOOD, "identity": "sealed"}).identity == "sealed"
    with pytest.raises(BadMessage, match="identity"):
        Request.of({**GOOD, "identity": identity})
