"""One session of an operator: a terminal for the console, or one of the allowed commands."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import asyncssh
import structlog

from noc_console.access import seal
from noc_console.access.seal import Vouched
from noc_console.console.options import Options
from noc_console.sharing.wire import Request
from noc_console.sshd.pipes import TerminalPipe, pass_on
from noc_console.sshd.seats import ChildSeat, Seat, join_share, start_child
from noc_console.sshd.visits import Visit

if TYPE_CHECKING:
    from noc_console.sshd.server import Desk

log = structlog.get_logger()

END_S = 1.2
"""How long a session may take to leave its terminal; then it is killed."""
LAST_WORDS_S = 0.5
MOST_ARGUMENTS = 50
_PASSED_ON = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "QUIT": signal.SIGQUIT}
_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,63}")
_TAKEN = re.compile(r"LANG|LANGUAGE|LC_[A-Z]{1,20}|COLORTERM|NO_COLOR|COLORFGBG")
_VALUE = re.compile(r"[A-Za-z0-9_.@:;-]{0,64}")


class Session(asyncssh.SSHServerSession[bytes]):
    """Of one operator, on one channel.

    Args:
        desk: What all sessions share.
        vouched: Who it is.
    """

    def __init__(self, desk: Desk, vouched: Vouched) -> None:
        self.vouched = vouched
        self._desk = desk
        self._channel: Any = None
        self._arguments: list[str] = []
        self._terminal: tuple[str, tuple[int, int, int, int]] | None = None
        self._pipe: TerminalPipe | None = None
        self._seat: Seat | None = None
        self._keeps_up = asyncio.Event()
        self._keeps_up.set()
        self._idle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._left = asyncio.Event()

    # -- what asyncssh tells ---------------------------------------------------------------------------------------

    def connection_made(self, chan: Any) -> None:
        """The channel is open."""
        self._channel = chan

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        """A terminal of any plain type."""
        self._terminal = (term_type if _TERM.fullmatch(term_type) else "dumb"), term_size
        return True

    def shell_requested(self) -> bool:
        """The console."""
        return True

    def exec_requested(self, command: str) -> bool:
        """One of the allowed commands; never a shell's work."""
        try:
            self._arguments = shlex.split(command)
        except ValueError:
            self._arguments = ["?"]
        return True

    def session_started(self) -> None:
        """Everything is known."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Keys."""
        self._touched()
        if self._pipe:
            self._pipe.write(data)

    def eof_received(self) -> bool:
        """A client without keys may still read."""
        return True

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The session hears of it by its terminal."""
        if self._pipe:
            self._pipe.resize(width, height)

    def signal_received(self, signal: str) -> None:
        """Those that a terminal could send."""
        if self._seat and signal in _PASSED_ON:
            self._seat.signal(_PASSED_ON[signal])

    def pause_writing(self) -> None:
        """The client does not keep up."""
        self._keeps_up.clear()
        if self._pipe:
            self._pipe.pause()

    def resume_writing(self) -> None:
        """It does again."""
        self._keeps_up.set()
        if self._pipe:
            self._pipe.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: its terminal hung up, and what its session still writes must go somewhere."""
        self.resume_writing()
        self.end(signal.SIGHUP)

    # -- its life --------------------------------------------------------------------------------------------------

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it within ``END_S``."""
        self._left.set()
        if self._seat:
            self._seat.signal(number)

    async def gone(self) -> None:
        """Wait until nothing of it is left."""
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        code, told = 1, {"operator": self.vouched.name, "address": self.vouched.address}
        try:
            if why := self._desk.take(self) or self._why_not():
                self._say(why)
                log.warning("ssh_session_refused", why=why, **told)
                known_by, address = f"ssh key {self.vouched.fingerprint}", self.vouched.address
                visit = Visit(self.vouched.name, known_by, address, "ssh session", f"refused: {why}")
                self._desk.visits.note(visit)
                return
            log.info("ssh_session", key=self.vouched.fingerprint, command=" ".join(self._arguments[:1]), **told)
            self._touched()
            code = await self._sit()
        except OSError as error:
            self._say(f"it could not start: {error.strerror}")
            log.error("ssh_session_not_started", error=str(error), **told)
        finally:
            self._desk.give_back(self)
            if self._idle:
                self._idle.cancel()
            if self._pipe:
                self._pipe.close()
            with suppress(OSError):
                self._channel.exit(code if 0 <= code < 256 else 1)
            log.info("ssh_session_ended", code=code, **told)

    def _say(self, text: str) -> None:
        with suppress(OSError):  # the client may be gone
            self._channel.write_stderr(f"noc-console door: {text}\r\n".encode())

    def _why_not(self) -> str:
        allowed = self._desk.config.door.commands
        if not self._arguments:
            return "" if self._terminal else "the console needs a terminal: ssh -t"
        if len(self._arguments) > MOST_ARGUMENTS or self._arguments[0] not in allowed:
            return f"only these commands: {', '.join(allowed) or 'none'}; without one the console opens"
        return ""

    async def _sit(self) -> int:
        """Start it, pass bytes on, wait for its end; the exit code."""
        passing: list[asyncio.Task[None]] = []
        if self._terminal is None:
            seat = await self._child(None)
            out, err = seat.process.stdout, seat.process.stderr
            for stream, write in ((out, self._channel.write), (err, self._channel.write_stderr)):
                if stream is not None:
                    passing.append(asyncio.create_task(pass_on(stream, write, self._keeps_up)))
            self._seat = seat
        else:
            master, terminal = os.openpty()
            self._pipe = TerminalPipe(master, self._channel)
            width, height, *_ = self._terminal[1]
            self._pipe.resize(width, height)
            try:
                self._seat = await self._on_terminal(terminal)
            finally:
                os.close(terminal)
        if self._left.is_set():
            self._seat.signal(signal.SIGHUP)
        code = await self._end_of(self._seat)
        last = [asyncio.create_task(self._pipe.drained.wait())] if self._pipe else passing
        if last:
            _, late = await asyncio.wait(last, timeout=LAST_WORDS_S)
            for task in late:
                task.cancel()
        return code

    async def _end_of(self, seat: Seat) -> int:
        ended, left = asyncio.create_task(seat.ended()), asyncio.create_task(self._left.wait())
        await asyncio.wait({ended, left}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            await asyncio.wait({ended}, timeout=END_S)
        if not ended.done():
            seat.kill()
        left.cancel()
        return await ended

    async def _on_terminal(self, terminal: int) -> Seat:
        if not self._arguments:
            request = Request(Options(), False, self._environment(), self._sealed())
            if seat := await asyncio.to_thread(join_share, self._desk.config_file, terminal, request):
                return seat
        return await self._child(terminal)

    async def _child(self, terminal: int | None) -> ChildSeat:
        program = [*self._desk.program, "--config", str(self._desk.config_file)]
        return await start_child(program, self._arguments, self._sealed, self._environment(), terminal)

    def _sealed(self) -> str:
        return seal.make(self.vouched, self._desk.secret, os.getpid(), self._desk.now())

    def _environment(self) -> dict[str, str]:
        """What a terminal needs: nothing that changes what a program does otherwise."""
        given = self._channel.get_environment()
        taken = {name: value for name, value in given.items() if _TAKEN.fullmatch(name) and _VALUE.fullmatch(value)}
        taken.setdefault("LANG", "C.UTF-8")
        return taken | ({"TERM": self._terminal[0]} if self._terminal else {})

    def _touched(self) -> None:
        if self._idle:
            self._idle.cancel()
        if idle_s := self._desk.config.door.idle_s:
            self._idle = asyncio.get_running_loop().call_later(idle_s, self._idled)

    def _idled(self) -> None:
        log.info("ssh_session_idle", operator=self.vouched.name)
        self.end()
