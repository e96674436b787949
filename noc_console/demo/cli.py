"""A simulated OLT's command line over SSH, with the ways of Huawei's SmartAX.

Source:
    oxidized smartax, netmiko huawei_smartax (and its issues 609, 1620, 1628, 3559), NOC Huawei/MA5600T.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import asyncssh

from noc_console.demo import routers
from noc_console.demo.configuration import configuration
from noc_console.demo.plant import Cause, SimOlt, SimOnt
from noc_console.demo.world import World

USERNAME, PASSWORD = "noc", "simulated-only"
COLUMNS = 80
PAGER = "---- More ( Press 'Q' to break ) ----"
_ERASE = f"\x1b[{len(PAGER)}D"
MAX_SCROLL = 512
UNKNOWN = "                ^\n  % Unknown command, the error locates at '^'"
BUSY = "  Failure: System is busy, please retry after a while"
ALARM = """\
! 1 [2026-03-09 08:01:38+00:00]: ALARM 4871 FAULT MINOR
  ALARM NAME  : The dying-gasp of GPON ONTi (DGi) is generated
  PARAMETERS  : FrameID: 0, SlotID: 1, PortID: 0, ONT ID: 7
  --- END-"""


@dataclass
class CliBehaviour:
    """What the command line does; may be changed while it runs."""

    username: str = USERNAME
    password: str = PASSWORD
    enable_password: str | None = None
    banner: str = "  Huawei Integrated Access Software (MA5800).\n  All rights reserved."
    asks_at_login: bool = False
    """Whether a warning must be agreed to."""
    alarms: bool = True
    """Whether alarms are printed into the session, in the middle of an echo."""
    knows_undo: bool = True
    """Whether questions can be switched off."""
    busy: int = 0
    """How many times it has no time to enter a GPON interface."""
    saving: bool = False
    """Whether somebody saves the configuration now: then it is not printed."""
    more_lines: int = 0
    """Of configuration, beside what its plant makes."""
    idle_s: float = 300.0


@dataclass
class SimulatedCli:
    """The command line of one OLT, on a real socket.

    Args:
        olt: The OLT.
        world: Where its ONTs restart.
    """

    olt: SimOlt
    world: World
    behaviour: CliBehaviour = field(default_factory=CliBehaviour)
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0
    lines: list[str] = field(default_factory=list)
    """Every line that was sent to it."""
    _server: asyncssh.SSHAcceptor | None = None
    _connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    @property
    def host_key(self) -> str:
        """As in ``known_hosts``."""
        return self.key.export_public_key().decode("ascii").strip()

    async def start(self) -> None:
        """Listen on a free port, or on the one of before."""
        self._server = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Login(self.behaviour, self._connections),
            server_host_keys=[self.key],
            process_factory=self._serve,
            line_editor=False,
            encoding="utf-8",
            errors="replace",
        )
        self.port = self._server.get_port()

    async def close(self) -> None:
        """Stop listening, and end every session."""
        for connection in list(self._connections):
            connection.abort()
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def restart(self, ont: SimOnt) -> None:
        """What ``ont reset`` does."""
        self.world.restart(ont, self.world.random.uniform(*routers.RESTART_S), Cause.RESET_BY_COMMAND)

    async def _serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        try:
            await _Shell(self, process).talk()
        except TimeoutError:
            process.stdout.write("\r\n  Configuration console time out, please retry to log on\r\n")
        except (EOFError, OSError, asyncssh.Error):
            pass
        process.exit(0)
        process.channel.get_connection().close()


class _Login(asyncssh.SSHServer):
    """Who may log in; a keepalive ends the link, as on the real ones."""

    def __init__(self, behaviour: CliBehaviour, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._behaviour = behaviour
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)
        # There is no hook for this request; its handler is found by name on the connection.
        setattr(conn, "_process_keepalive_at_openssh_dot_com_global_request", lambda _packet: conn.abort())  # noqa: B010

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (self._behaviour.username, self._behaviour.password)


class _Shell:
    """One session."""

    def __init__(self, cli: SimulatedCli, process: asyncssh.SSHServerProcess[str]) -> None:
        self._cli = cli
        self._behaviour = cli.behaviour
        self._process = process
        self._input = ""
        self._mode = ">"
        self._asks = self._smart = True
        self._height = 23
        self._commands = 0

    async def talk(self) -> None:
        """Serve until the user leaves."""
        self._say(self._behaviour.banner)
        if self._behaviour.asks_at_login:
            await self._ask("  Are you authorised? YES/NO:")
        while True:
            self._write("\r\n" + self._prompt)
            line = " ".join((await self._line(self._prompt)).split())
            if line:
                self._cli.lines.append(line)
                if not await self._obey(line):
                    return

    @property
    def _prompt(self) -> str:
        return self._cli.olt.name + self._mode

    async def _obey(self, line: str) -> bool:
        """Do what a line says; False ends the session."""
        gpon = re.fullmatch(r"\(config-if-gpon-(\d+)/(\d+)\)#", self._mode)
        if line == "quit":
            return await self._quit()
        if line == "enable" and self._mode == ">":
            await self._enable()
        elif self._mode == ">":
            self._say(UNKNOWN)
        elif line in ("undo interactive", "undo smart") and self._behaviour.knows_undo:
            self._asks, self._smart = self._asks and line != "undo interactive", self._smart and line != "undo smart"
        elif scroll := re.fullmatch(r"scroll( (\d+))?", line):
            await self._scroll(scroll[2])
        elif line == "config" and self._mode == "#":
            self._mode = "(config)#"
        elif (place := re.fullmatch(r"interface gpon (\d+)/(\d+)", line)) and self._mode != "#":
            self._enter(int(place[1]), int(place[2]))
        elif gpon and (ont := re.fullmatch(r"ont reset (\d+) (\d+)", line)):
            await self._reset(int(gpon[1]), int(gpon[2]), int(ont[1]), int(ont[2]))
        elif gpon and (ont := re.fullmatch(r"ont (de)?activate (\d+) (\d+)", line)):
            self._switch((int(gpon[1]), int(gpon[2]), int(ont[2]), int(ont[3])), ont[1] is None)
        elif line == "display current-configuration":
            await self._arguments(line, "{ <cr>|ont<K>|port<K>||<K> }:")
            if self._behaviour.saving:
                self._say(BUSY)
            else:
                await self._page(configuration(self._cli.olt, self._behaviour.more_lines))
        else:
            self._say(UNKNOWN)
        return True

    async def _quit(self) -> bool:
        if self._mode.startswith("(config-if"):
            self._mode = "(config)#"
        elif self._mode == "(config)#":
            self._mode = "#"
        else:
            return self._asks and not await self._ask("  Are you sure to log out? (y/n)[n]:")
        return True

    async def _enable(self) -> None:
        if self._behaviour.enable_password is not None:
            self._write("  Password:")
            if await self._line("", echo=False) != self._behaviour.enable_password:
                self._say("  % Authentication failed")
                return
        self._mode = "#"

    async def _scroll(self, lines: str | None) -> None:
        if lines is None:
            await self._arguments("scroll", "{ <cr>|number<U><10,512> }:")
        elif not 10 <= int(lines) <= MAX_SCROLL:
            self._say("                ^\n  % Parameter error, the error locates at '^'")
            return
        self._height = int(lines or MAX_SCROLL)

    def _enter(self, frame: int, slot: int) -> None:
        if self._behaviour.busy > 0:
            self._behaviour.busy -= 1
            self._say(BUSY)
        elif any(port.id.path[:2] == (frame, slot) for port in self._cli.olt.ports):
            self._mode = f"(config-if-gpon-{frame}/{slot})#"
        else:
            self._say("  Failure: The board does not exist")

    async def _reset(self, frame: int, slot: int, port: int, ont_id: int) -> None:
        if self._asks and not await self._ask("  Are you sure to reset the ONT(s)? (y/n)[n]:"):
            return
        places = {(*ont.port.id.path, ont.ont_id): ont for ont in self._cli.olt.onts}
        ont = places.get((frame, slot, port, ont_id))
        if ont is None:
            self._say("  Failure: The ONT does not exist")
        elif not ont.online:
            self._say("  Failure: The ONT is not online")
        else:
            self._cli.restart(ont)

    def _switch(self, place: tuple[int, int, int, int], active: bool) -> None:
        places = {(*ont.port.id.path, ont.ont_id): ont for ont in self._cli.olt.onts}
        ont = places.get(place)
        if ont is None:
            self._say("  Failure: The ONT does not exist")
        elif ont.active == active:
            self._say(f"  Failure: The ONT has been {'activated' if active else 'deactivated'} already")
        else:
            self._cli.world.switch(ont, active)

    async def _arguments(self, line: str, which: str) -> None:
        """Ask for what could follow, unless that is switched off."""
        if self._smart:
            self._write(f"\r\n{which}")
            await self._line(which)
            self._say(f"\n  Command:\n          {line}")

    async def _ask(self, question: str) -> bool:
        self._write("\r\n" + question)
        return (await self._line(question)).strip().lower() in ("y", "yes")

    async def _page(self, lines: Iterable[str]) -> None:
        rest = iter(lines)
        page = list(islice(rest, self._height))
        before = "\r\n"
        while page:
            self._write(before + "\r\n".join(page))
            await self._process.stdout.drain()
            page = list(islice(rest, self._height))
            if page:
                self._write(f"\r\n{PAGER}")
                quits = await self._key() in "qQ"
                before = _ERASE + " " * len(PAGER) + _ERASE
                if quits:
                    self._write(before)
                    return

    async def _line(self, before: str, echo: bool = True) -> str:
        """A line of input, echoed as a terminal of 80 columns would wrap it."""
        line = ""
        while (key := await self._key()) not in "\r\n":
            line += key
        if echo:
            self._commands += 1
            self._echo(line, len(before))
        return line

    def _echo(self, line: str, column: int) -> None:
        half = len(line) // 2
        for number, character in enumerate(line):
            if self._behaviour.alarms and number == half and self._commands % 2 == 0:
                self._say(ALARM + "\n")
                column = 0
            self._write("\r\n" * (column == COLUMNS) + character)
            column = 1 if column == COLUMNS else column + 1

    async def _key(self) -> str:
        while not self._input:
            async with asyncio.timeout(self._behaviour.idle_s):
                self._input = (await self._process.stdin.read(1024)).replace("\r\n", "\n")
            if not self._input:
                raise EOFError
        key, self._input = self._input[0], self._input[1:]
        return key

    def _say(self, text: str) -> None:
        self._write("".join(f"\r\n{line}" for line in text.split("\n")))

    def _write(self, text: str) -> None:
        self._process.stdout.write(text)
