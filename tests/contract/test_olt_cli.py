"""OLT command lines on real SSH sockets: the simulated SmartAX, other families by script, and hostile ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncssh
import pytest
from services import PATIENCE_S

from noc_console.config.model import OltConfig
from noc_console.config.operations import OltCli
from noc_console.demo.agenda import Agenda
from noc_console.demo.cli import PASSWORD, USERNAME, SimulatedCli
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import SimOnt
from noc_console.demo.world import World
from noc_console.domain.backup_text import normal
from noc_console.domain.errors import ActionRefused, ConfigError, SourceError
from noc_console.domain.identity import PonPort
from noc_console.sources.olt_cli import session as sessions
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.commanding import Commanded, End, command
from noc_console.sources.olt_cli.dialect import Operation, dialect_for, read_dialect, rules_for
from noc_console.sources.olt_cli.ssh import fingerprint
from noc_console.sources.olt_cli.terminal import shown

HUAWEI = "huawei-ma5600"
Process = asyncssh.SSHServerProcess[str]


@dataclass
class Keys:
    """Host keys in memory."""

    key: str | None = None
    told: list[str] = field(default_factory=list)

    async def known(self, olt: str) -> str | None:
        return self.key

    async def keep(self, olt: str, key: str) -> None:
        self.key = key

    async def changed(self, olt: str, text: str) -> None:
        self.told.append(text)


def client(port: int, keys: Keys | None = None, **cli: Any) -> CliClient:
    settings = {"username": USERNAME, "password": PASSWORD, "port": port, "timeout_s": 10} | cli
    olt = OltConfig(name="olt-1", address="127.0.0.1", cli=OltCli(**settings))
    assert olt.cli
    return CliClient(olt, olt.cli, keys or Keys())


async def rebooted(
    to: CliClient, profile: str = HUAWEI, port: str = "0/1/0", ont_id: int = 0, sending: list[str] | None = None
) -> Commanded:
    dialect = dialect_for(profile)
    assert dialect

    async def note(command: str) -> None:
        if sending is not None:
            sending.append(command)

    return await command(to, dialect, Operation.REBOOT_ONT, PonPort.parse(port), ont_id, note)


# The simulated SmartAX.


@dataclass
class SmartAx:
    """A simulated OLT with its command line."""

    world: World
    line: SimulatedCli

    def ont(self) -> SimOnt:
        return next(ont for ont in self.line.olt.onts if ont.online)


@pytest.fixture
async def smartax() -> AsyncIterator[SmartAx]:
    world = World(build(PlantOptions(1, 120), time.time()), Agenda(time.time))
    line = SimulatedCli(world.plant.olts[0], world)
    await line.start()
    yield SmartAx(world, line)
    await line.close()


async def closed(line: SimulatedCli) -> bool:
    async with asyncio.timeout(PATIENCE_S):
        while line.connections:
            await asyncio.sleep(0.01)
    return True


@pytest.mark.parametrize("knows_undo", [True, False])
@pytest.mark.parametrize("asks_at_login", [True, False])
async def test_an_ont_is_reset_through_every_question(smartax: SmartAx, knows_undo: bool, asks_at_login: bool) -> None:
    behaviour, ont, sending = smartax.line.behaviour, smartax.ont(), []
    behaviour.knows_undo, behaviour.asks_at_login = knows_undo, asks_at_login
    behaviour.enable_password = "raise me"
    to = client(smartax.line.port, enable_password="raise me")
    done = await rebooted(to, port=str(ont.port.id), ont_id=ont.ont_id, sending=sending)
    command = f"ont reset {ont.port.id.path[2]} {ont.ont_id}"
    assert (done.end, sending) == (End.ACCEPTED, [command])
    assert not ont.online and smartax.line.lines.count(command) == 1
    assert await closed(smartax.line)


async def test_pager_and_alarms_leave_no_trace_in_a_long_answer(smartax: SmartAx) -> None:
    dialect = dialect_for(HUAWEI)
    assert dialect
    answers = []
    for alarms in (True, False):
        smartax.line.behaviour.alarms = alarms
        async with client(smartax.line.port).session(dialect) as session:
            await session.enable()
            await session.run("undo smart")
            said = await session.run("display current-configuration")
            answers.append(normal(said, rules_for(dialect.id)))
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][-1]) == ("#", "return")  # a line of the text that looks like a prompt
    assert sum("ont add" in line for line in answers[0]) == len(smartax.line.olt.onts)


async def test_the_olts_own_words_when_it_refuses(smartax: SmartAx) -> None:
    port = str(smartax.ont().port.id)
    done = await rebooted(client(smartax.line.port), port=port, ont_id=127)
    assert done == Commanded(End.REFUSED, "Failure: The ONT does not exist", sent=True)
    done = await rebooted(client(smartax.line.port), port="0/19/0")
    assert done == Commanded(End.REFUSED, "Failure: The board does not exist", sent=False)


async def test_busy_is_no_failure_and_nothing_was_sent(smartax: SmartAx) -> None:
    smartax.line.behaviour.busy = 1
    ont, sending = smartax.ont(), []
    done = await rebooted(client(smartax.line.port), port=str(ont.port.id), ont_id=ont.ont_id, sending=sending)
    assert (done.end, done.sent, sending) == (End.BUSY, False, []) and "System is busy" in done.text
    assert ont.online


async def test_a_wrong_password_is_said_and_not_shown(smartax: SmartAx) -> None:
    done = await rebooted(client(smartax.line.port, password="not the one"))
    assert done.end is End.NOT_SENT and "login is refused" in done.text and "not the one" not in done.text


@pytest.mark.parametrize(("given", "said"), [(None, "asks for one more password"), ("wrong one", "was refused")])
async def test_rights_that_cannot_be_raised(smartax: SmartAx, given: str | None, said: str) -> None:
    smartax.line.behaviour.enable_password = "raise me"
    done = await rebooted(client(smartax.line.port, enable_password=given))
    assert done.end is End.NOT_SENT and said in done.text and "wrong one" not in done.text
    assert await closed(smartax.line)


async def test_the_first_host_key_is_kept_and_another_one_is_told_nothing(smartax: SmartAx) -> None:
    keys, ont = Keys(), smartax.ont()
    to = client(smartax.line.port, keys)
    first = smartax.line.host_key
    await rebooted(to, port=str(ont.port.id), ont_id=ont.ont_id)
    assert keys.key == first
    await smartax.line.close()
    smartax.line.key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    await smartax.line.start()
    smartax.line.lines.clear()
    done = await rebooted(to, port=str(ont.port.id), ont_id=ont.ont_id)
    assert done.end is End.NOT_SENT and smartax.line.lines == []
    assert keys.key == first
    for text in (done.text, *keys.told):
        assert fingerprint(first) in text and fingerprint(smartax.line.host_key) in text
    configured = client(smartax.line.port, keys, host_key=smartax.line.host_key)
    await rebooted(configured, port=str(ont.port.id), ont_id=ont.ont_id)
    assert keys.key == smartax.line.host_key  # the config's key comes first, and is what is kept from now on


async def test_a_login_that_fails_keeps_no_key(smartax: SmartAx) -> None:
    keys = Keys()
    await rebooted(client(smartax.line.port, keys, password="not the one"))
    assert keys.key is None


async def test_what_keeps_the_command_back_keeps_it_back(smartax: SmartAx) -> None:
    ont, dialect = smartax.ont(), dialect_for(HUAWEI)
    assert dialect

    async def no(_command: str) -> None:
        raise ActionRefused("too late")

    done = await command(client(smartax.line.port), dialect, Operation.REBOOT_ONT, ont.port.id, ont.ont_id, no)
    assert done == Commanded(End.NOT_SENT, "too late") and ont.online


async def test_one_session_at_a_time(smartax: SmartAx) -> None:
    to, most, onts = client(smartax.line.port), 0, [ont for ont in smartax.line.olt.onts if ont.online][:3]

    async def watch(_command: str) -> None:
        nonlocal most
        most = max(most, smartax.line.connections)

    dialect = dialect_for(HUAWEI)
    assert dialect
    ends = await asyncio.gather(
        *(command(to, dialect, Operation.REBOOT_ONT, ont.port.id, ont.ont_id, watch) for ont in onts)
    )
    assert [done.end for done in ends] == [End.ACCEPTED] * 3
    assert most == 1 and not any(ont.online for ont in onts)


async def test_the_simulated_link_dies_of_keepalives(smartax: SmartAx) -> None:
    connection = await asyncssh.connect(
        "127.0.0.1", smartax.line.port, username=USERNAME, password=PASSWORD, known_hosts=None, client_keys=None,
        config=None, agent_path=None, keepalive_interval=0.05, keepalive_count_max=1000,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE_S):
        await connection.wait_closed()


async def test_an_idle_session_is_ended(smartax: SmartAx, monkeypatch: pytest.MonkeyPatch) -> None:
    smartax.line.behaviour.idle_s = 0.2
    monkeypatch.setattr(sessions, "WAKE_S", 30.0)
    dialect = dialect_for(HUAWEI)
    assert dialect
    with pytest.raises(SourceError, match="ended the session"):
        async with client(smartax.line.port).session(dialect) as session:
            assert await closed(smartax.line)
            await session.run("enable")


# Other families, and hostile ones, by script.


@dataclass
class Scripted:
    """A command line that answers from a table."""

    answers: dict[str, tuple[str, str]]
    """Line to what is said, and the prompt after it; whatever else gets ``%Error``."""
    prompt: str
    lines: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def talk(self, process: Process) -> None:
        prompt = self.prompt
        process.stdout.write(f"\r\n{prompt}")
        while line := (await process.stdin.readline()).strip("\r\n") or "\n":
            if process.stdin.at_eof():
                return
            process.stdout.write(f"{line}\r\n".lstrip("\n"))
            if line != "\n":
                self.lines.append(line)
                said, prompt = self.answers.get(line, ("%Error 20200: Invalid input detected", prompt))
                process.stdout.write(f"{said}\r\n" if said else "")
                if said.endswith(":"):
                    self.lines.append((await process.stdin.readline()).strip())
            process.stdout.write(prompt)


class Login(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USERNAME, PASSWORD)


@asynccontextmanager
async def served(talk: Callable[[Process], Awaitable[None]], **options: Any) -> AsyncIterator[int]:
    """The port of an SSH server whose shell is ``talk``."""

    async def run(process: Process) -> None:
        with suppress(OSError, asyncssh.Error):
            await talk(process)
        process.exit(0)

    settings: dict[str, Any] = {"server_host_keys": [asyncssh.generate_private_key("ssh-ed25519")]} | options
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Login, process_factory=run, line_editor=False, encoding="utf-8", **settings
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()


ZTE = {
    "terminal length 0": ("", "ZXAN#"),
    "configure terminal": ("%Info 20272: Enter configuration commands, one per line.", "ZXAN(config)#"),
    "exit": ("", "ZXAN#"),
}
FAMILIES = [
    (
        "zte-c300", "1/2/3", 4, "ZXAN#",
        ZTE | {
            "pon-onu-mng gpon-onu_1/2/3:4": ("", "ZXAN(gpon-onu-mng 1/2/3:4)#"),
            "reboot": ("Confirm to reboot? [yes/no]:", "ZXAN(gpon-onu-mng 1/2/3:4)#"),
        },
        ["terminal length 0", "configure terminal", "pon-onu-mng gpon-onu_1/2/3:4", "reboot", "yes"],
    ),
    (
        "zte-c600", "1/5/16", 10, "OLT-B#",
        {
            "terminal length 0": ("", "OLT-B#"),
            "configure terminal": ("", "OLT-B(config)#"),
            "pon-onu-mng gpon_onu-1/5/16:10": ("", "OLT-B(config-gpon-onu-mng)#"),
            "reboot": ("", "OLT-B(config-gpon-onu-mng)#"),
        },
        ["terminal length 0", "configure terminal", "pon-onu-mng gpon_onu-1/5/16:10", "reboot"],
    ),
    (
        "nokia-isam", "1/1/5/2", 7, "typ:isadmin>#",
        {
            "environment inhibit-alarms print no-more": ("", "typ:isadmin>#"),
            "admin equipment ont interface 1/1/5/2/7 reboot with-active-image": ("\\\x1b[1D|\x1b[1D ", "typ:isadmin>#"),
        },
        [
            "environment inhibit-alarms print no-more",
            "admin equipment ont interface 1/1/5/2/7 reboot with-active-image",
        ],
    ),
    (
        "cdata", "0/0/1", 3, "FD1608S>",
        {
            "enable": ("", "FD1608S#"),
            "config": ("", "FD1608S(config)#"),
            "interface gpon 0/0": ("", "FD1608S(config-gpon-0/0)#"),
            "ont reboot 1 3": ("", "FD1608S(config-gpon-0/0)#"),
        },
        ["enable", "config", "interface gpon 0/0", "ont reboot 1 3"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "port", "ont_id", "prompt", "answers", "lines"), FAMILIES, ids=[family[0] for family in FAMILIES]
)
async def test_each_family_is_told_in_its_own_words(
    profile: str, port: str, ont_id: int, prompt: str, answers: dict[str, tuple[str, str]], lines: list[str]
) -> None:
    scripted = Scripted(answers, prompt)
    async with served(scripted.talk) as listening:
        done = await rebooted(client(listening), profile, port, ont_id)
    assert done.end is End.ACCEPTED, done.text
    assert scripted.lines[: len(lines)] == lines


async def test_zte_is_never_told_to_reboot_where_that_means_the_olt() -> None:
    answers = ZTE | {"pon-onu-mng gpon-onu_1/2/3:4": ("", "ZXAN(config)#"), "reboot": ("", "ZXAN#")}
    scripted, sending = Scripted(answers, "ZXAN#"), []
    async with served(scripted.talk) as listening:
        done = await rebooted(client(listening), "zte-c300", "1/2/3", 4, sending)
    assert done.end is End.NOT_SENT and "ZXAN(config)#" in done.text
    assert sending == [] and "reboot" not in scripted.lines


async def test_a_port_that_the_family_cannot_have() -> None:
    with pytest.raises(ActionRefused, match="1/1/5/2"):
        await rebooted(client(1), HUAWEI, "1/1/5/2")


@pytest.mark.parametrize("profile", ["fiberhome-an5516", None])
def test_where_nobody_knows_how_there_is_no_dialect(profile: str | None) -> None:
    assert dialect_for(profile) is None


SPOKEN = """
id: x
title: X
profiles: [x]
source: nobody
confidence: C
refused: []
leave: []
"""
PLAN = "{port_numbers: 3, send: go}"


def test_a_dialect_may_know_how_to_do_nothing() -> None:
    dialect = read_dialect(SPOKEN, "x.yaml")
    with pytest.raises(ActionRefused, match="X: not known how to reboot-ont"):
        dialect.plan(Operation.REBOOT_ONT, PonPort.parse("0/1/3"), 4)


def test_an_operation_that_nobody_knows_is_an_error_that_names_the_file() -> None:
    read_dialect(f"{SPOKEN}operations: {{reboot-ont: {PLAN}}}", "x.yaml")
    with pytest.raises(ConfigError, match=r"x\.yaml.*explode-ont.*operations are: reboot-ont"):
        read_dialect(f"{SPOKEN}operations: {{explode-ont: {PLAN}}}", "x.yaml")


HUAWEI_ANSWERS = {
    "enable": ("", "OLT#"),
    "undo interactive": ("", "OLT#"),
    "undo smart": ("", "OLT#"),
    "scroll 512": ("", "OLT#"),
    "config": ("", "OLT(config)#"),
    "interface gpon 0/1": ("", "OLT(config-if-gpon-0/1)#"),
}


@pytest.mark.parametrize("ending", ["hangs", "closes", "aborts", "babbles"])
async def test_after_the_command_nothing_is_certain_and_nothing_is_repeated(ending: str) -> None:
    scripted = Scripted(dict(HUAWEI_ANSWERS), "OLT>")
    held, sending = asyncio.Event(), []

    async def talk(process: Process) -> None:
        # Everything as usual up to the command.
        reading = process.stdin.readline

        async def readline() -> str:
            line = await reading()
            if line.startswith("ont reset"):
                scripted.lines.append(line.strip())
                await end(process)
            return line

        process.stdin.readline = readline  # type: ignore[method-assign]
        await scripted.talk(process)

    async def end(process: Process) -> None:
        if ending == "hangs":
            process.stdout.write("ont reset 0 0\r\n")
            await held.wait()
        if ending == "babbles":
            while not process.channel.is_closing():
                process.stdout.write("OLT# is what is said here\r\n" * 50)
                await process.stdout.drain()
        if ending == "aborts":
            process.channel.get_connection().abort()
        raise OSError

    async with served(talk) as listening:
        done = await rebooted(client(listening, timeout_s=1.0), sending=sending)
        held.set()
    assert (done.end, done.sent) == (End.UNKNOWN, True), done.text
    assert sending == ["ont reset 0 0"] and scripted.lines.count("ont reset 0 0") == 1


@pytest.mark.parametrize(
    ("said", "then", "told"),
    [
        ("\r\n  Reenter times have reached the upper limit.\r\n", "close", "upper limit"),
        ("", "hang", "no prompt after the login"),
        ("\x00\xff\x1b[999D\x1b]0;x\x07# > \r\n" * 200, "hang", "no prompt after the login"),
        ("OLT>" * 3, "hang", "no prompt after the login"),
        ("Old password:", "hang", "one more password"),
    ],
    ids=["closes", "hangs", "garbage", "no line", "asks"],
)
async def test_without_a_prompt_nothing_is_sent(said: str, then: str, told: str) -> None:
    held = asyncio.Event()

    async def talk(process: Process) -> None:
        process.stdout.write(said)
        if then == "hang":
            await held.wait()

    async with served(talk) as listening:
        done = await rebooted(client(listening, timeout_s=1.0))
        held.set()
    assert done.end is End.NOT_SENT and told in done.text
    assert done.text.isprintable()


async def test_an_old_prompt_is_not_taken_for_the_answer() -> None:
    """The prompt is redrawn, as after an alarm, before the command's echo and its refusal arrive."""
    answers = dict(HUAWEI_ANSWERS)
    redrawn = "\r\nOLT(config-if-gpon-0/1)#"
    answers["ont reset 0 0"] = ("  Failure: The ONT does not exist", "OLT(config-if-gpon-0/1)#")
    scripted = Scripted(answers, "OLT>")

    async def talk(process: Process) -> None:
        write = process.stdout.write

        def late(text: str) -> None:
            write(redrawn + text if text == "ont reset 0 0\r\n" else text)

        process.stdout.write = late  # type: ignore[method-assign, assignment]
        await scripted.talk(process)

    async with served(talk) as listening:
        done = await rebooted(client(listening))
    assert done.end is End.REFUSED


async def test_passwords_that_an_olt_echoes_are_not_passed_on() -> None:
    answers = {"enable": (f"% bad secret raise-me of {PASSWORD}", "OLT>")}
    async with served(Scripted(answers, "OLT>").talk) as listening:
        done = await rebooted(client(listening, enable_password="raise-me"))
    assert done.end is End.NOT_SENT and "bad secret ***" in done.text
    assert PASSWORD not in done.text and "raise-me" not in done.text


OLD = {
    "kex_algs": ["diffie-hellman-group1-sha1"],
    "encryption_algs": ["aes128-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


async def test_outdated_algorithms_only_where_the_config_allows_them() -> None:
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    answers = HUAWEI_ANSWERS | {"ont reset 0 0": ("", "OLT(config-if-gpon-0/1)#")}
    async with served(Scripted(answers, "OLT>").talk, server_host_keys=[key], **OLD) as listening:
        done = await rebooted(client(listening))
        assert done.end is End.NOT_SENT and "legacy: true" in done.text
        done = await rebooted(client(listening, legacy=True))
        assert done.end is End.ACCEPTED, done.text


async def test_the_known_kind_of_key_is_asked_for_when_an_olt_has_several() -> None:
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    other = asyncssh.generate_private_key("ssh-ed25519")
    known = rsa.export_public_key().decode().strip()
    answers = HUAWEI_ANSWERS | {"ont reset 0 0": ("", "OLT(config-if-gpon-0/1)#")}
    async with served(Scripted(answers, "OLT>").talk, server_host_keys=[other, rsa]) as listening:
        done = await rebooted(client(listening, Keys(known)))
    assert done.end is End.ACCEPTED, done.text


async def test_nobody_listens_or_no_ssh_is_spoken() -> None:
    async def hello(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b">>User name:")
        await writer.drain()

    telnet = await asyncio.start_server(hello, "127.0.0.1", 0)
    port = telnet.sockets[0].getsockname()[1]
    done = await rebooted(client(port, timeout_s=0.5))
    assert done.end is End.NOT_SENT and "no SSH" in done.text
    telnet.close()
    await telnet.wait_closed()
    done = await rebooted(client(port))
    assert done.end is End.NOT_SENT and "no SSH connection" in done.text


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("a\r\nb", "a\nb"),
        ("---- More ----\x1b[14D              \x1b[14Dnext", "next"),
        (" --More-- \x00\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\bnext", "next"),
        ("/\x1b[1D-\x1b[1D\\\x1b[1D|\x1b[1D \x1b[1Dtyp:isadmin>#", "typ:isadmin>#"),
        ("\x1b[1;31mred\x1b[0m\x07", "red"),
        ("abc\r\x1b[Kd", "d"),
        ("x\x1b[99999999Cy", "x" + " " * 1000 + "y"),
        ("a\tb\r\n12345678\tc", "a       b\n12345678        c"),
        ("\x1b", ""),
    ],
)
def test_what_a_terminal_would_show(raw: str, seen: str) -> None:
    assert shown(raw) == seen
