"""A configuration read through OpenSSH's own server, where a shell script plays the device."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
import services

from noc_console.config.model import OltConfig
from noc_console.config.operations import OltCli
from noc_console.domain.errors import SourceAuthError
from noc_console.sources.olt_cli.backup import Patience, plan_of, read_configuration
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.dialect import dialect_for

pytestmark = pytest.mark.service

PASSWORD = "only-for-this-test"
HASHED = "$6$nocconsole$BYplUd6xfldim2upTc8lEdzaQAxuMYlYjz8AjPz4aZvxliuduGkg7JM.YuvdyvQD9iNOCdAVgHiEW23FihQ1I1"
WRAPPER = next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
"""Lets sshd find an account that this machine does not have."""

DEVICE = r"""#!/bin/sh
# A ZTE C300 as far as a backup needs it; the terminal echoes what is typed.
stty -onlcr echo 2>/dev/null
page() {
    printf -- '--More--'
    stty -icanon -echo
    dd bs=1 count=1 >/dev/null 2>&1
    stty icanon echo
    printf '\r        \r'
}
printf '\r\nWelcome\r\nZXAN#'
while IFS= read -r line; do
    case "$line" in
        "show running-config")
            printf '\rhostname ZXAN\r\nbanner ZXAN#\r\n'
            n=0
            while [ $n -lt 60 ]; do
                printf 'interface gpon-olt_1/1/%s\r\n  no shutdown\r\n' $n
                n=$((n + 1))
                [ $n = 30 ] && page
            done
            printf 'end\r\n';;
        exit) exit 0;;
    esac
    printf '\rZXAN#'
done
"""


class NoKeys:
    async def known(self, olt: str) -> str | None: ...

    async def keep(self, olt: str, key: str) -> None: ...

    async def changed(self, olt: str, text: str) -> None: ...


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[int]:
    program = services.need("/usr/sbin/sshd" if Path("/usr/sbin/sshd").exists() else None, "openssh-server")
    services.need(str(WRAPPER) if WRAPPER else None, "libnss-wrapper")
    services.need(which("ssh-keygen"), "openssh-client")
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    key = folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (folder / "device").write_text(DEVICE)
    (folder / "device").chmod(0o700)
    user, group = os.getuid(), os.getgid()
    (folder / "passwd").write_text(
        f"noc:x:{user}:{group}::{folder}:/bin/sh\nsshd:x:65534:65534::/run/sshd:/usr/sbin/nologin\n"
    )
    (folder / "group").write_text(f"noc:x:{group}:\n")
    (folder / "shadow").write_text(f"noc:{HASHED}:20000:0:99999:7:::\nsshd:*:20000:0:99999:7:::\n")
    if user == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd locks its unprivileged half into
    wrapped = {f"NSS_WRAPPER_{name.upper()}": str(folder / name) for name in ("passwd", "group", "shadow")}

    @contextmanager
    def serve(port: int) -> Iterator[int]:
        options = {
            "Port": port, "ListenAddress": "127.0.0.1", "HostKey": key, "PidFile": "none", "UsePAM": "no",
            "PasswordAuthentication": "yes", "PermitRootLogin": "yes", "StrictModes": "no", "PrintMotd": "no",
            "ForceCommand": folder / "device",
        }  # fmt: skip
        (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        command = [program, "-D", "-e", "-f", str(folder / "config")]
        with services.child(command, folder / "log", LD_PRELOAD=str(WRAPPER), **wrapped) as process:
            services.wait_until(lambda: listens(port), "sshd", process)
            yield port

    with services.on_free_port(serve) as port:
        yield port


async def read(port: int, password: str) -> str:
    cli = OltCli.model_validate({"username": "noc", "password": password, "port": port})
    client = CliClient(OltConfig(name="olt-1", address="127.0.0.1", cli=cli), cli, NoKeys())
    dialect, plan = plan_of(dialect_for("zte-c300"), "zte-c300")
    return await read_configuration(client, dialect, plan, Patience(1_000_000, 60))


async def test_a_configuration_through_openssh(sshd: int) -> None:
    lines = (await read(sshd, PASSWORD)).split("\n")
    assert lines[0] == "hostname ZXAN" and lines[-2] == "end" and "banner ZXAN#" in lines
    assert sum(line.startswith("interface") for line in lines) == 60
    assert not any("More" in line for line in lines)
    with pytest.raises(SourceAuthError, match="login is refused"):
        await read(sshd, "another")
