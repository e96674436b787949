"""Configurations read from real sockets: the simulated SmartAX, scripted families, Telnet, and hostile ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncssh
import pytest

from noc_console.config.model import OltConfig
from noc_console.config.operations import OltCli
from noc_console.demo.agenda import Agenda
from noc_console.demo.cli import PASSWORD, USERNAME, SimulatedCli
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.world import World
from noc_console.domain.backup_text import normal
from noc_console.domain.errors import SourceAuthError, SourceError, SourceNotReady, SourceTimeout
from noc_console.sources.olt_cli import session as sessions
from noc_console.sources.olt_cli.backup import Patience, plan_of, read_configuration
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.dialect import dialect_for

HUAWEI = "huawei-ma5600"
Process = asyncssh.SSHServerProcess[str]


class NoKeys:
    async def known(self, olt: str) -> str | None: ...

    async def keep(self, olt: str, key: str) -> None: ...

    async def changed(self, olt: str, text: str) -> None: ...


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, short_s in (("SETTLE_S", 0.1), ("WAKE_S", 0.1), ("QUIET_S", 0.1)):
        monkeypatch.setattr(sessions, name, short_s)


def client(port: int, **cli: Any) -> CliClient:
    settings = {"username": USERNAME, "password": PASSWORD, "port": port, "timeout_s": 5} | cli
    olt = OltConfig(name="olt-1", address="127.0.0.1", cli=OltCli(**settings))
    assert olt.cli
    return CliClient(olt, olt.cli, NoKeys())


async def read(to: CliClient, profile: str = HUAWEI, characters: int = 10_000_000, total_s: float = 30) -> str:
    dialect, plan = plan_of(dialect_for(profile), profile)
    return await read_configuration(to, dialect, plan, Patience(characters, total_s))


# The simulated SmartAX.


@pytest.fixture
async def smartax() -> AsyncIterator[SimulatedCli]:
    world = World(build(PlantOptions(1, 120), time.time()), Agenda(time.time))
    line = SimulatedCli(world.plant.olts[0], world)
    await line.start()
    yield line
    await line.close()


@pytest.mark.parametrize("knows_undo", [True, False])
async def test_two_reads_of_an_unchanged_olt_are_equal_though_its_ciphers_are_not(
    smartax: SimulatedCli, knows_undo: bool
) -> None:
    smartax.behaviour.knows_undo = knows_undo
    _, plan = plan_of(dialect_for(HUAWEI), HUAWEI)
    first, second = await read(client(smartax.port)), await read(client(smartax.port))
    assert first != second, "salts and clocks are new at each read, as on the real ones"
    assert normal(first, plan.rules) == normal(second, plan.rules)
    assert first.rstrip().endswith("return") and first.count("ont add") == len(smartax.olt.onts)
    assert "More" not in first and "ALARM" not in first


async def test_a_wrong_password_is_an_answer_about_the_login(smartax: SimulatedCli) -> None:
    with pytest.raises(SourceAuthError, match="login is refused"):
        await read(client(smartax.port, password="not the one"))


async def test_a_busy_olt_has_no_time_which_is_no_failure(smartax: SimulatedCli) -> None:
    smartax.behaviour.saving = True
    with pytest.raises(SourceNotReady, match="busy"):
        await read(client(smartax.port))


async def test_twenty_megabytes_come_whole_and_no_more_than_is_allowed(smartax: SimulatedCli) -> None:
    smartax.behaviour.alarms, smartax.behaviour.more_lines = False, 300_000
    text = await read(client(smartax.port), characters=32_000_000, total_s=120)
    assert len(text) > 18_000_000 and text.count("\n") > 300_000
    with pytest.raises(SourceError, match="without end"):
        await read(client(smartax.port), characters=1_000_000)


# By script.


@dataclass
class Talk:
    """What a scripted command line prints as its configuration, and how."""

    text: str
    prompt: str = "OLT#"
    command: str = "show running-config"
    pause_after: str = ""
    """It stops for a while after this."""
    drops_after: str = ""
    """The connection ends after this."""
    hangs: bool = False
    page: str = ""
    """Printed every ten lines; waits for a key, and is wiped."""

    async def __call__(self, process: Process) -> None:
        write = process.stdout.write
        write(f"\r\n{self.prompt}")
        while line := await process.stdin.readline():
            write(line.replace("\n", "\r\n"))
            if line.strip() == self.command:
                await self._print(process)
            write(self.prompt)

    async def _print(self, process: Process) -> None:
        for number, line in enumerate(self.text.split("\n"), 1):
            process.stdout.write(line)
            if self.pause_after and self.pause_after in line:
                await asyncio.sleep(0.4)
            if self.drops_after and self.drops_after in line:
                process.channel.get_connection().abort()
                raise OSError
            process.stdout.write("\r\n")
            if self.page and number % 10 == 0:
                process.stdout.write(self.page)
                await process.stdin.read(1)
                process.stdout.write("\b" * len(self.page) + " " * len(self.page) + "\b" * len(self.page))
        if self.hangs:
            await asyncio.Event().wait()


class Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USERNAME, PASSWORD)


@asynccontextmanager
async def served(talk: Talk, kind: str = "ssh-ed25519", **algorithms: Any) -> AsyncIterator[int]:
    async def run(process: Process) -> None:
        try:
            await talk(process)
        except (OSError, asyncssh.Error):
            return

    key = asyncssh.generate_private_key(kind)
    own: dict[str, Any] = {"server_factory": Login, "process_factory": run, "server_host_keys": [key]}
    server = await asyncssh.listen("127.0.0.1", 0, line_editor=False, **own, **algorithms)
    try:
        yield server.get_port()
    finally:
        server.close()


CONFIG = "\n".join(
    ["hostname OLT", "banner motd", "Welcome to", "OLT#", "OLT(config)#", "Are you sure? (y/n):", "--More--!", "end"]
    + [f"interface gpon-olt_1/1/{n}\n  description Rua \u00e7 {n}\n  no shutdown\n!" for n in range(1, 17)]
)


@pytest.mark.parametrize("pause_after", ["", "OLT#", "OLT(config)#", "(y/n):"])
@pytest.mark.parametrize("page", ["", "--More--", " --More-- \0"])
async def test_prompts_questions_and_pagers_amid_the_configuration(pause_after: str, page: str) -> None:
    """A banner that ends with the prompt, and then a pause: what looks like the end is not the end."""
    async with served(Talk(CONFIG, pause_after=pause_after, page=page)) as port:
        text = await read(client(port), "zte-c300")
    lines = [line for line in text.split("\n") if line]
    assert lines == [line for line in CONFIG.split("\n") if line]


@pytest.mark.parametrize("profile", ["zte-c300", "zte-c600", "bdcom-gp3600", "vsol-v1600g", "cdata"])
async def test_families_that_show_a_running_configuration(profile: str) -> None:
    async with served(Talk(CONFIG)) as port:
        assert "description Rua \u00e7 16\n" in await read(client(port), profile)


async def test_nokia_by_one_line_for_each_setting() -> None:
    flat = "\n".join(f"configure equipment slot lt:1/1/{n} planned-type fglt-b" for n in range(1, 9))
    async with served(Talk(flat, prompt="typ:isadmin>#", command="info configure flat")) as port:
        assert (await read(client(port), "nokia-isam")).rstrip("\n") == flat


SECRET = "snmp-server community Zq9hidden rw"


@pytest.mark.parametrize(
    ("talk", "told", "kind"),
    [
        (Talk(f"{CONFIG}\n{SECRET}", drops_after="Zq9hidden"), "session", SourceError),
        (Talk(f"{CONFIG}\n{SECRET}", hangs=True), "no end of it|silent", SourceTimeout),
        (Talk("%Error 20203: Permission denied"), "refused: %Error 20203: Permission denied", SourceError),
        (Talk(""), "printed nothing", SourceError),
    ],
    ids=["dropped", "hangs", "refused", "empty"],
)
async def test_what_is_not_whole_is_no_backup_and_its_text_is_not_told(
    talk: Talk, told: str, kind: type[SourceError]
) -> None:
    async with served(talk) as port:
        with pytest.raises(kind, match=told) as caught:
            await read(client(port), "zte-c300", total_s=1.0)
    assert "Zq9hidden" not in str(caught.value)


OLD = {
    "kex_algs": ["diffie-hellman-group1-sha1"],
    "encryption_algs": ["aes128-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


async def test_an_olt_that_knows_outdated_algorithms_only_is_read_where_the_config_allows_them() -> None:
    async with served(Talk(CONFIG), "ssh-rsa", **OLD) as port:
        with pytest.raises(SourceError) as caught:
            await read(client(port), "zte-c300")
        assert "legacy: true" in (caught.value.hint or "")
        assert "description Rua \u00e7 16\n" in await read(client(port, legacy=True), "zte-c300")


async def test_a_huawei_configuration_without_its_last_line_is_cut_off() -> None:
    talk = Talk("#\n[MA5800]\n#\n interface gpon 0/1\n", prompt="OLT#", command="display current-configuration")
    async with served(talk) as port:
        with pytest.raises(SourceError, match="cut off"):
            await read(client(port))


async def test_a_password_of_ours_in_the_text_is_kept_as_it_is() -> None:
    async with served(Talk(f"{CONFIG}\nusername x password {PASSWORD}\nuser {USERNAME}")) as port:
        assert f"password {PASSWORD}\n" in await read(client(port), "zte-c300")


# Telnet.


@asynccontextmanager
async def telnet(text: str, pause_after: str = "", drops_after: str = "") -> AsyncIterator[int]:
    """A ZTE by Telnet: it negotiates, asks for a login, echoes, and is read as text.

    Args:
        text: Its configuration.
        pause_after: It stops for a while after the first of this.
        drops_after: The connection ends after the first of this.
    """

    async def show(writer: asyncio.StreamWriter) -> None:
        first, found, rest = text.partition(drops_after or pause_after or "\0")
        writer.write((first + found).replace("\n", "\r\n").encode())
        await writer.drain()
        if drops_after:
            writer.transport.abort()
            return
        if found:
            await asyncio.sleep(0.4)
        writer.write(rest.replace("\n", "\r\n").encode() + b"\r\n")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def line() -> str:
            found = b""
            while (byte := await reader.read(1)) not in (b"", b"\r", b"\n"):
                if byte == b"\xff":
                    command = await reader.read(1)
                    if command == b"\xfa":
                        await reader.readuntil(b"\xff\xf0")
                    elif command in b"\xfb\xfc\xfd\xfe":
                        await reader.read(1)
                    continue
                found += byte
            if byte == b"\r":
                await reader.read(1)
            return found.decode()

        writer.write(b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\r\nWelcome\r\n")
        while True:
            writer.write(b"Username:")
            name = await line()
            writer.write(name.encode() + b"\r\nPassword:")
            if (name, await line()) == (USERNAME, PASSWORD):
                break
            writer.write(b"\r\n%Error 20209: No username or bad password\r\n")
            if reader.at_eof():
                return
        writer.write(b"\r\nZXAN#")
        while not reader.at_eof():
            command = await line()
            writer.write(command.encode() + b"\r\n")
            if command == "show running-config":
                await show(writer)
            writer.write(b"ZXAN#")
            await writer.drain()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


BY_TELNET = CONFIG.replace("OLT", "ZXAN")


@pytest.mark.parametrize("pause_after", ["", "ZXAN#", "ZXAN(config)#", "(y/n):"])
async def test_by_telnet_the_same_text_though_its_banner_looks_like_a_prompt(pause_after: str) -> None:
    async with telnet(BY_TELNET, pause_after) as port:
        text = await read(client(port, transport="telnet"), "zte-c300")
    assert [line for line in text.split("\n") if line] == [line for line in BY_TELNET.split("\n") if line]


@pytest.mark.parametrize("drops_after", ["hostname", "ZXAN#\n", "1/1/9\n", "1/1/16"])
async def test_by_telnet_a_session_that_ends_in_the_middle_is_no_backup(drops_after: str) -> None:
    async with telnet(BY_TELNET, drops_after=drops_after) as port:
        with pytest.raises(SourceError, match="session"):
            await read(client(port, transport="telnet"), "zte-c300")


async def test_by_telnet_twenty_megabytes_come_whole() -> None:
    line = "  description Rua \u00e7 of a customer with a long name"
    text = "\n".join(f"{line} {number:06}" for number in range(360_000))
    assert len(text) > 20_000_000
    async with telnet(text) as port:
        found = await read(client(port, transport="telnet"), "zte-c300", characters=32_000_000, total_s=120)
    assert found.strip("\n") == text


async def test_by_telnet_a_login_that_is_asked_again_is_refused() -> None:
    async with telnet(CONFIG) as port:
        with pytest.raises(SourceAuthError, match="login is refused") as caught:
            await read(client(port, transport="telnet", password="not-the-one"), "zte-c300")
    assert "not-the-one" not in str(caught.value)


async def test_by_telnet_nobody_listens() -> None:
    async with telnet(CONFIG) as port:
        pass
    with pytest.raises(SourceError, match="no Telnet connection"):
        await read(client(port, transport="telnet"), "zte-c300")
