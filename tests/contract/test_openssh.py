"""The recipe for OpenSSH in the docs, with a real sshd: the console's command and nothing else, as the account."""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest
from services import PATIENCE_S, free_port, need

pytestmark = pytest.mark.service

ROOT = Path(__file__).resolve().parents[2]
ME = pwd.getpwuid(os.getuid()).pw_name
WHO = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from noc_console.access.identity import account, gather_evidence\n"
    "print(*account(gather_evidence()), sys.stdin.isatty())\n"
)
FORGED = {"USER": "bert", "LOGNAME": "bert", "SUDO_USER": "bert", "NOC_CONSOLE_OPERATOR": "bert", "LANG": "C"}


def recipe() -> str:
    """As the docs have it."""
    text = (ROOT / "docs/configuring.md").read_text(encoding="utf-8")
    found = re.search(r"```\n(Match Group noc\n.*?)```", text, re.DOTALL)
    assert found, "the docs have no recipe"
    return found[1]


@dataclass
class Sshd:
    port: int
    key: asyncssh.SSHKey

    async def connect(self) -> asyncssh.SSHClientConnection:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await asyncssh.connect(
                        "127.0.0.1", self.port, username=ME, client_keys=[self.key], known_hosts=None, config=None,
                        agent_path=None,
                    )  # fmt: skip
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    program = need(shutil.which("sshd", path="/usr/sbin:/usr/bin"), "openssh-server")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host, mine, port = (
        asyncssh.generate_private_key("ssh-ed25519"),
        asyncssh.generate_private_key("ssh-ed25519"),
        free_port(),
    )
    (tmp_path / "host").write_bytes(host.export_private_key())
    (tmp_path / "host").chmod(0o600)
    (tmp_path / "keys").write_bytes(mine.export_public_key())
    (tmp_path / "who.py").write_text(WHO)
    forced = re.sub(r"ForceCommand .*", f"ForceCommand {sys.executable} {tmp_path / 'who.py'}", recipe())
    (tmp_path / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path / 'host'}\nAuthorizedKeysFile {tmp_path / 'keys'}\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin prohibit-password\nPermitUserEnvironment no\n"
        "AcceptEnv *\n" + forced.replace("Match Group noc", f"Match User {ME}")
    )
    process = subprocess.Popen([program, "-D", "-e", "-f", tmp_path / "sshd_config"], stderr=subprocess.DEVNULL)
    try:
        yield Sshd(port, mine)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


async def test_the_operator_is_the_account_whatever_the_client_says(sshd: Sshd) -> None:
    async with await sshd.connect() as connection:
        done = await connection.run("id; cat /etc/passwd", env=FORGED, check=True)
        name, *known_by, tty = str(done.stdout).split()
        assert name == ME or known_by == ["login", "uid"]
        assert name != "bert" or ME == "bert"
        assert tty == "False"
        done = await connection.run("", env=FORGED, term_type="xterm", check=True)
        assert str(done.stdout).split()[0] == name and str(done.stdout).split()[-1] == "True"
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", sshd.port)
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.forward_remote_port("", 0, "127.0.0.1", 1)
