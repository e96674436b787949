"""Echo messages, and what a ping command's words mean."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from noc_console.domain.errors import SourceUnavailable
from noc_console.sources import icmp, ping
from noc_console.sources.ping import Echo, Pinger

TOKEN = bytes(range(100, 116))
IPUTILS = """PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
3 packets transmitted, {received} received, 33% packet loss, time 402ms
{times}
"""
BUSYBOX = """PING 127.0.0.1 (127.0.0.1): 56 data bytes

--- 127.0.0.1 ping statistics ---
3 packets transmitted, {received} packets received, 33% packet loss
{times}
"""


def test_the_checksum_of_rfc_1071s_example() -> None:
    assert icmp.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D


def test_a_request_for_version_4_checks_itself() -> None:
    message = icmp.echo_request(TOKEN, 3, 4)
    assert (message[0], message[1], int.from_bytes(message[6:8], "big")) == (8, 0, 3)
    assert icmp.checksum(message) == 0


def test_a_request_for_version_6_leaves_the_checksum_to_the_kernel() -> None:
    message = icmp.echo_request(TOKEN, 3, 6)
    assert (message[0], message[2:4]) == (128, b"\x00\x00")


def reply(version: int) -> bytes:
    request = icmp.echo_request(TOKEN, 1, version)
    return bytes((0 if version == 4 else 129,)) + request[1:]


@pytest.mark.parametrize(
    ("data", "version", "with_header"),
    [
        (reply(4), 4, False),
        (reply(6), 6, False),
        (b"\x45" + bytes(19) + reply(4), 4, True),
        (b"\x46" + bytes(23) + reply(4), 4, True),
    ],
)
def test_a_reply_gives_its_token_back(data: bytes, version: int, with_header: bool) -> None:
    assert icmp.reply_token(data, version, with_header) == TOKEN


@pytest.mark.parametrize(
    "data", [b"", b"\x45", reply(4)[:20], icmp.echo_request(TOKEN, 1, 4), b"\x03\x01" + reply(4)[2:], reply(6)]
)
def test_anything_else_is_none(data: bytes) -> None:
    assert icmp.reply_token(data, 4, with_ip_header=False) is None


def no_sockets(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(ping.socket, "socket", refuse)
    monkeypatch.setenv("PATH", str(path))


@pytest.mark.parametrize("words", [IPUTILS, BUSYBOX])
@pytest.mark.parametrize(
    ("received", "times", "expected"),
    [
        (2, "rtt min/avg/max/mdev = 0.100/0.250/0.400/0.1 ms", Echo(3, 2, 0.00025)),
        (2, "round-trip min/avg/max = 0.100/0.250/0.400 ms", Echo(3, 2, 0.00025)),
        (0, "", Echo(3, 0, None)),
    ],
)
async def test_the_ping_command_where_no_socket_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, received: int, times: str, expected: Echo
) -> None:
    no_sockets(monkeypatch, tmp_path)
    script = tmp_path / "ping"
    arguments = tmp_path / "arguments"
    said = words.format(received=received, times=times)
    script.write_text(f"#!/bin/sh\necho \"$@\" > {arguments}\necho '{said}'\n")
    script.chmod(0o755)
    pinger = Pinger()
    pinger.open()
    assert pinger.how == "ping command"
    assert await pinger.ping("127.0.0.1", 3, 0.5) == expected
    assert arguments.read_text().split() == ["-4", "-n", "-q", "-c", "3", "-W", "1", "-i", "0.2", "127.0.0.1"]


async def test_a_ping_command_that_hangs_is_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_sockets(monkeypatch, tmp_path)
    monkeypatch.setattr(ping, "INTERVAL_S", 0.0)
    monkeypatch.setattr(ping, "COMMAND_SPARE_S", 0.1)
    script = tmp_path / "ping"
    script.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    script.chmod(0o755)
    pinger = Pinger()
    pinger.open()
    assert await pinger.ping("127.0.0.1", 1, 0.05) == Echo(1, 0, None)


async def test_no_way_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_sockets(monkeypatch, tmp_path)
    with pytest.raises(SourceUnavailable, match="no ICMP socket allowed"):
        Pinger().open()


def test_loss_is_a_share() -> None:
    assert (Echo(4, 3, 0.001).loss, Echo(3, 0, None).loss, Echo(3, 3, 0.001).loss) == (0.25, 1.0, 0.0)


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(ping.socket, "getaddrinfo", unknown)
    with pytest.raises(SourceUnavailable, match=r"olt\.example: Name or service not known"):
        await Pinger().ping("olt.example", 1, 5)
