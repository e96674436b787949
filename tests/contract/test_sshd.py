"""The SSH server on a real socket with asyncssh as the client: who comes in, what they get, how it ends."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from services import PATIENCE_S
from structlog.testing import capture_logs

from noc_console.config.model import Config
from noc_console.domain.errors import ConfigError
from noc_console.sshd import server
from noc_console.sshd.keys import Keys
from noc_console.sshd.pipes import TerminalPipe, pass_on
from noc_console.sshd.server import Desk, serve
from noc_console.sshd.session import Session
from noc_console.storage import audit
from noc_console.storage.database import Database
from tests.schema_copy import sqlite_with_schema

LIGHT = (sys.executable, str(Path(__file__).with_name("light_session.py")))
ROOT = str(Path(__file__).resolve().parents[2])
MARIA, BERT, STRANGER = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(3))


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


@dataclass
class Running:
    """A server in this process."""

    port: int
    folder: Path
    stop: asyncio.Event
    task: asyncio.Task[None] = field(repr=False)

    async def connect(self, key: asyncssh.SSHKey = MARIA, **more: Any) -> asyncssh.SSHClientConnection:
        options: dict[str, Any] = {"username": "noc", "client_keys": [key], "known_hosts": None, "config": None}
        return await asyncssh.connect("127.0.0.1", self.port, agent_path=None, **{**options, **more})


@asynccontextmanager
async def running(
    folder: Path, monkeypatch: pytest.MonkeyPatch, database: str = "", **door: object
) -> AsyncIterator[Running]:
    monkeypatch.setattr(Desk, "program", LIGHT)
    monkeypatch.setenv("PYTHONPATH", ROOT)
    keys = [{"name": "maria", "key": public(MARIA)}, {"name": "bert", "key": public(BERT)}]
    sections = {"port": 0, "host_key": str(folder / "host_key"), **door}
    database = database or f"sqlite:///{folder / 'noc.db'}"
    acs, access = {"url": "http://127.0.0.1:1"}, {"keys": keys}
    config = Config.model_validate({"database": database, "genieacs": acs, "access": access, "door": sections})
    (folder / "config.yaml").write_text("")
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(config, folder / "config.yaml", stop, port.set_result))
    try:
        yield Running(await port, folder, stop, task)
    finally:
        stop.set()
        await task


@pytest.fixture
async def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    async with running(tmp_path, monkeypatch) as made:
        yield made


async def said(process: asyncssh.SSHClientProcess[str], text: str) -> str:
    async with asyncio.timeout(PATIENCE_S):
        return str(await process.stdout.readuntil(text))


async def test_the_key_says_who_it_is_whatever_the_user_name(door: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await door.connect(username="root") as connection:
        env = {"NOC_FORGED": "bert", "SUDO_USER": "bert", "LANG": "C.UTF-8", "LD_PRELOAD": "x"}
        done = await connection.run("show onts --filter 'a b; rm -rf /'", env=env)
    assert done.exit_status == 3 and done.stderr == "to stderr\n"
    fingerprint = MARIA.get_fingerprint()
    assert done.stdout == f"maria 127.0.0.1 {fingerprint} ['show', 'onts', '--filter', 'a b; rm -rf /'] None\n"


async def test_a_terminal_with_its_size_its_signals_and_its_exit_code(door: Running) -> None:
    async with await door.connect(BERT) as connection:
        process = await connection.create_process(term_type="xterm-256color", term_size=(100, 30))
        assert "bert 127.0.0.1" in await said(process, "on xterm-256color 100x30")
        process.change_terminal_size(120, 40)
        await said(process, "columns=120, lines=40")
        process.stdin.write("7\n")
        assert (await process.wait()).exit_status == 7
        process = await connection.create_process(term_type="xterm", term_size=(80, 24))
        await said(process, "on xterm 80x24")
        process.stdin.write("\x03")  # the terminal itself makes SIGINT of it
        assert (await process.wait()).exit_status == 130
        process = await connection.create_process(term_type="xterm", term_size=(80, 24))
        await said(process, "on xterm 80x24")
        process.send_signal("TERM")
        assert (await process.wait()).exit_status == 143


@pytest.mark.parametrize(
    "command", ["rm -rf /", "show; id", "import zones /etc/passwd", "--config x show", "'", "collect", "bash -c id"]
)
async def test_no_other_command(door: Running, command: str) -> None:
    async with await door.connect() as connection:
        done = await connection.run(command)
    assert done.exit_status == 1 and "only these commands: show, lookup" in str(done.stderr) and not done.stdout


async def test_the_console_needs_a_terminal(door: Running) -> None:
    async with await door.connect() as connection:
        done = await connection.run("", stdin=asyncssh.DEVNULL)
        assert done.exit_status == 1 and "needs a terminal" in str(done.stderr)


async def test_nothing_but_sessions(door: Running) -> None:
    async with await door.connect() as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", door.port)
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "127.0.0.1", 1)
        with pytest.raises((asyncssh.ChannelOpenError, asyncssh.SFTPError)):
            await connection.start_sftp_client()
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_unix_connection("/run/anything.sock")


async def test_neither_an_unknown_key_nor_a_password_nor_nothing(door: Running) -> None:
    for refused in ({"key": STRANGER}, {"client_keys": [], "password": "x"}, {"client_keys": []}):
        with pytest.raises(asyncssh.PermissionDenied):
            await door.connect(**refused)
    async with await door.connect(client_keys=[STRANGER, MARIA]) as connection:
        assert str((await connection.run("show")).stdout).startswith("maria ")


async def test_whoever_knocks_too_often_is_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch, failed_keys_per_minute=3) as door:
        for _ in range(3):
            with pytest.raises((asyncssh.PermissionDenied, asyncssh.ConnectionLost)):
                await door.connect(STRANGER)
        with pytest.raises((asyncssh.Error, OSError)):
            await door.connect(MARIA)
    async with running(tmp_path, monkeypatch, connections_per_minute=2) as door:
        for _ in range(2):
            (await door.connect()).close()
        with pytest.raises((asyncssh.Error, OSError)):
            await door.connect()


async def test_a_client_that_proves_nothing_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch, login_grace_s=1) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        async with asyncio.timeout(PATIENCE_S):
            while await reader.read(4096):
                pass
        writer.close()


async def test_an_idle_session_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch, idle_s=1) as door, await door.connect() as connection:
        process = await connection.create_process(term_type="xterm", term_size=(80, 24))
        await said(process, "on xterm")
        async with asyncio.timeout(PATIENCE_S):
            assert (await process.wait()).exit_status == 143


async def test_sessions_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        running(tmp_path, monkeypatch, max_sessions=2, max_sessions_each=1) as door,
        await door.connect() as maria,
        await door.connect(BERT) as bert,
    ):
        first = await maria.create_process(term_type="xterm", term_size=(80, 24))
        await said(first, "on xterm")
        assert "maria has 1 sessions open" in str((await maria.run("show")).stderr)
        second = await bert.create_process(term_type="xterm", term_size=(80, 24))
        await said(second, "on xterm")
        assert "2 sessions are open" in str((await maria.run("show")).stderr)
        first.stdin.write("0\n")
        await first.wait()
        assert str((await maria.run("show")).stdout).startswith("maria")


async def test_thirty_at_once_and_all_end_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch, max_sessions_each=30) as door:
        connections = await asyncio.gather(*(door.connect() for _ in range(6)))
        many = [connection for connection in connections for _ in range(5)]
        processes = await asyncio.gather(*(one.create_process(term_type="xterm", term_size=(80, 24)) for one in many))
        for text in await asyncio.gather(*(said(process, "on xterm") for process in processes)):
            assert text.startswith("maria 127.0.0.1")
        began = time.monotonic()
        door.stop.set()
        await door.task
        assert time.monotonic() - began < 2.0


async def test_a_deaf_session_is_killed_at_the_end(door: Running) -> None:
    async with await door.connect() as connection:
        process = await connection.create_process(term_type="xterm", term_size=(80, 24))
        await said(process, "on xterm")
        process.stdin.write("deaf\n")
        await said(process, "hears nothing")
        began = time.monotonic()
        door.stop.set()
        await door.task
        assert time.monotonic() - began < 2.0


class GoneClient:
    """A channel after the client hung up."""

    def write(self, data: bytes) -> None:
        raise BrokenPipeError("Channel not open for sending")


async def test_what_is_written_to_a_client_that_is_gone_is_drained() -> None:
    errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    master, terminal = os.openpty()
    pipe = TerminalPipe(master, GoneClient())
    more_than_a_terminal_holds = b"x" * 100_000
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.to_thread(os.write, terminal, more_than_a_terminal_holds)
        os.close(terminal)
        await pipe.drained.wait()
        stream, keeps_up = asyncio.StreamReader(), asyncio.Event()
        stream.feed_data(b"x")
        stream.feed_eof()
        keeps_up.set()
        await pass_on(stream, GoneClient().write, keeps_up)
    pipe.close()
    assert not errors


async def test_a_session_ends_by_itself_though_its_client_left_while_it_lagged(
    door: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Session] = []
    monkeypatch.setattr(Desk, "take", lambda _, session: taken.append(session) or "")
    connection = await door.connect()
    process = await connection.create_process(term_type="xterm", term_size=(80, 24))
    await said(process, "on xterm")
    process.stdin.write("last words\n")
    await said(process, "will say much")
    taken[0].pause_writing()
    with capture_logs() as logs:
        connection.abort()
        async with asyncio.timeout(PATIENCE_S):
            await taken[0].gone()
    assert [line["code"] for line in logs if line["event"] == "ssh_session_ended"] == [0], "it was killed"


async def test_the_host_key_stays_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "host_key"
    made = await asyncio.to_thread(server.host_key, file)
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert server.host_key(file).get_fingerprint() == made.get_fingerprint()


def keys(tmp_path: Path, text: str, **access: object) -> Keys:
    file = tmp_path / "authorized"
    file.write_text(text)
    sections = {"access": access, "door": {"authorized_keys": str(file)}, "genieacs": {"url": "http://127.0.0.1:1"}}
    return Keys(Config.model_validate(sections))


def test_a_file_of_keys_is_read_again_when_it_changes(tmp_path: Path) -> None:
    found = keys(tmp_path, f"# people\n\n{public(MARIA)} maria\n", keys=[{"name": "bert", "key": public(BERT)}])
    assert found.owner(MARIA.get_fingerprint()) == "maria" and found.owner(BERT.get_fingerprint()) == "bert"
    (tmp_path / "authorized").write_text(f"{public(STRANGER)} olga\n")
    found.read()
    assert found.owner(MARIA.get_fingerprint()) is None and found.owner(STRANGER.get_fingerprint()) == "olga"
    (tmp_path / "authorized").unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        found.read()
    assert found.owner(STRANGER.get_fingerprint()) is None, "an unreadable file lets nobody in"


@pytest.mark.parametrize(
    "line",
    [
        "ssh-ed25519 AAAA maria", "{key}", "{key} ../etc", "{key} a b", 'from="x" {key} maria', "garbage", "{key} -x",
        'command="sh" {key} maria', "{key} maria\n{key} bert",
    ],
)  # fmt: skip
def test_a_line_that_is_no_key_with_a_name_says_where(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError, match=r"authorized:[12]"):
        keys(tmp_path, line.replace("{key}", public(MARIA)) + "\n")


def test_the_names_of_the_cases_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"access.keys\[0\]: the key of maria is no public key"):
        keys(tmp_path, "", keys=[{"name": "maria", "key": "ssh-ed25519 AAAA"}])


async def test_logins_and_refused_logins_are_audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = sqlite_with_schema(tmp_path / "noc.db")
    async with running(tmp_path, monkeypatch, database=url) as door:
        async with await door.connect() as connection:
            await connection.run("rm -rf /")
        for refused in ({"key": STRANGER}, {"client_keys": None, "password": "x", "preferred_auth": "password"}):
            with pytest.raises(asyncssh.PermissionDenied):
                await door.connect(**refused)
    database = Database(url)
    async with database.reading() as connection:
        entries = await audit.entries(connection, 9)
    await database.close()
    told = {(entry["actor"], entry["action"], entry["result"].partition(": only")[0]) for entry in entries}
    assert told == {
        ("maria", "ssh login", "let in"),
        ("maria", "ssh session", "refused"),
        ("nobody", "ssh login", "refused: unknown key"),
        ("nobody", "ssh login", "refused: no key"),
    }
    assert all("127.0.0.1" in entry["origin"] for entry in entries)
