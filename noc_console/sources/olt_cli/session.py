"""One session at an OLT's command line: its prompt is learnt, then lines are sent and what is answered is read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from noc_console.config.operations import OltCli
from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.domain.text import clean
from noc_console.sources.olt_cli.dialect import Dialect, asked
from noc_console.sources.olt_cli.terminal import shown, squeeze
from noc_console.sources.olt_cli.wire import Heard, Wire

WAKE_S = 2.0
"""A silent command line is woken up with a newline."""
QUIET_S = 2.0
"""A prompt without the command's echo before it is believed after this silence: it may be an old one, redrawn."""
SETTLE_S = 1.0
"""What looks like a prompt or a question amid a configuration is believed after this silence."""
QUESTION_LINES = 5
"""So far into a configuration a question is the OLT's; further down it is text, such as a banner."""
PAGE = " "
"""What a pager is answered with."""
LEAVE_S = 5.0
ECHO_LINES = 8
"""A wrapped echo, or one with an alarm in its middle, has this many lines at most."""
MAX_CHARS = 1024 * 1024
MAX_REPLIES = 200
_LAST_WORDS = 120
_FIRST_PROMPT = re.compile(r"\s*(?P<name>[^\s>#]{1,64})(?:>[\w>-]*)?[>#]")
_MODE = r"(?:\([^()\n]*\)|>[\w>-]*)?[>#]"
_LOGIN = re.compile(r"(?:user ?name|login)(?: *\([^)\n]*\))? *: *\Z", re.IGNORECASE)
_READING = "\n"
"""As a command for ``_reply``: no login, no password."""
_PASSWORD = re.compile(r"password *: *\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a long answer."""

    characters: int
    silence_s: float
    """Nothing came for so long in the middle of it."""
    total_s: float


class Session:
    """A command line, as ``open_session`` gives it.

    Args:
        name: The OLT's.
        wire: What carries it.
        dialect: How it is spoken.
        cli: Passwords and time-outs.
    """

    def __init__(self, name: str, wire: Wire, dialect: Dialect, cli: OltCli) -> None:
        self.prompt = ""
        """The last one, such as ``OLT(config)#``."""
        self._name = name
        self._wire = wire
        self._dialect = dialect
        self._cli = cli
        self._pattern: re.Pattern[str] | None = None
        """Of the prompt, in whatever mode."""
        self._heard = Heard()
        """Since the last line that was sent."""
        self._limit = MAX_CHARS
        self._private = False
        """Whether what is said may hold secrets: then no error repeats it."""
        self._name_told = self._password_told = False

    async def learn_prompt(self) -> None:
        """Wait for the prompt, and make sure of it: the same one comes again for an empty line.

        Raises:
            SourceError: There is none.
        """
        async with self._in_time("no prompt after the login"):
            since = 0
            while True:
                heard = await self._hear(WAKE_S)
                if (reply := self._reply(self._shown(self._heard.tail(since)))) is not None:
                    since = self._heard.length
                    self._write(reply)
                    continue
                lines = self._shown(self._heard.tail()).split("\n")
                names = [match["name"] for line in lines if (match := _FIRST_PROMPT.fullmatch(line))]
                at_prompt = _FIRST_PROMPT.fullmatch(lines[-1])
                if at_prompt and len(names) > 1 and names[-1] == names[-2]:
                    self._pattern = re.compile(rf"(?:\A|\n)\s*({re.escape(names[-1])}{_MODE})\s*\Z")
                    self.prompt = lines[-1].strip()
                    return
                if not heard or (at_prompt and len(names) == 1):
                    self._write("\n")

    async def enable(self) -> None:
        """Raise the rights, where the prompt says that they are low.

        Raises:
            SourceAuthError: They cannot be raised.
        """
        if self._dialect.enable is None or not self.prompt.endswith(">"):
            return
        said = await self.run(self._dialect.enable)
        if self.prompt.endswith(">"):
            why = self._dialect.refusal(said) or "the prompt stays as it was"
            raise SourceAuthError(f"{self._dialect.enable} was refused: {self._harmless(why)}", self._name)

    async def run(self, command: str) -> str:
        """Send a line; what was answered comes back without echo and prompt.

        Pagers and the dialect's questions are answered.

        Raises:
            SourceError: No prompt came back in time, or the session ended.
        """
        assert self._pattern is not None
        self._heard, self._password_told = Heard(), False
        self._write(command + "\n")
        async with self._in_time(f"no prompt after {command!r}"):
            since = replies = 0
            await self._hear()
            while True:
                tail = self._shown(self._heard.tail(since))
                if (reply := self._reply(tail, command)) is not None and replies < MAX_REPLIES:
                    replies, since = replies + 1, self._heard.length
                    self._write(reply)
                elif match := self._pattern.search(tail):
                    if self._echoed(command) or not await self._hear(QUIET_S):
                        self.prompt = match[1]
                        return self._answer(command)
                    continue
                await self._hear()

    async def read(self, command: str, limits: Limits) -> str:
        """Send a line and take an answer that may be long, and may hold anything: prompts, questions, secrets.

        It has ended when the same prompt stands there, nothing more comes, and an empty line brings that prompt again.

        Raises:
            SourceError: It did not end, or it is longer than ``limits``; no error repeats what was said.
        """
        self._heard, self._limit, self._private = Heard(), limits.characters, True
        self._write(command + "\n")
        try:
            async with asyncio.timeout(limits.total_s):
                await self._read_until(limits)
        except TimeoutError:
            raise SourceTimeout(f"no end of it within {limits.total_s:g} s{self._last_words()}", self._name) from None
        heard, self._heard = self._heard, Heard()
        self._limit, self._private = MAX_CHARS, False
        return await asyncio.to_thread(self._cleaned, heard.text(), command)

    async def _read_until(self, limits: Limits) -> None:
        name = re.escape(self.prompt)
        ends, alone = re.compile(rf"(?:\A|\n)\s*{name}\s*\Z"), re.compile(rf"\s*{name}\s*")
        since, asked_again = 0, False
        while True:
            tail = self._shown(self._heard.tail(since))
            if asked_again and alone.fullmatch(tail):
                return
            reply = "\n" if (at_prompt := ends.search(tail) is not None) else self._reply(tail, _READING)
            if reply not in (None, PAGE) and not at_prompt and not self._begins():
                reply = None
            # Text of the configuration may look like a prompt or a question: then more of it comes.
            if reply is not None and reply != PAGE and await self._hear(SETTLE_S):
                continue
            if reply is not None:
                since, asked_again = self._heard.length, at_prompt
                self._write(reply)
            if not await self._hear(limits.silence_s):
                text = f"silent for {limits.silence_s:g} s in the middle of it{self._last_words()}"
                raise SourceTimeout(text, self._name)

    def _begins(self) -> bool:
        """Whether so little was said that a question is the OLT's."""
        return sum(1 for line in self._shown(self._heard.head).split("\n") if line.strip()) <= QUESTION_LINES

    def _cleaned(self, raw: str, command: str) -> str:
        lines = _without_echo(self._shown(raw).split("\n"), command)
        while lines and lines[-1].strip() in ("", self.prompt):
            lines.pop()
        while lines and not lines[0].strip():
            del lines[0]
        return "\n".join(lines) + "\n" if lines else ""

    async def leave(self) -> None:
        """Say goodbye, as far as the OLT still listens."""
        with suppress(SourceError, TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                for command in self._dialect.leave:
                    await self.run(command)

    def _echoed(self, command: str) -> bool:
        return squeeze(command) in squeeze(self._shown(self._heard.head))

    def _answer(self, command: str) -> str:
        assert self._pattern is not None
        lines = self._pattern.sub("", self._shown(self._heard.text())).split("\n")
        return self._harmless("\n".join(_without_echo(lines, command)).strip("\n"))

    def _reply(self, tail: str, command: str = "") -> str | None:
        """What to answer to what stands at the end, None when nothing is asked. No command stands for the login."""
        if command in ("", self._dialect.enable) and _PASSWORD.search(tail):
            return self._password(command)
        if not command and self._cli.transport == "telnet" and _LOGIN.search(tail):
            return self._login_name()
        return next((question.answer for question in self._dialect.questions if asked(question, tail)), None)

    def _password(self, command: str) -> str:
        if not command and self._cli.transport == "telnet":
            return self._login_password()
        secret = self._cli.enable_password
        if not command or secret is None:
            raise SourceAuthError("it asks for one more password", self._name, "see cli.enable_password")
        if self._password_told:
            raise SourceAuthError("the enable password is refused", self._name, "check cli.enable_password")
        self._password_told = True
        return secret.get_secret_value() + "\n"

    def _login_password(self) -> str:
        if self._password_told:
            raise self._refused_login()
        self._password_told = True
        return self._cli.password.get_secret_value() + "\n"

    def _login_name(self) -> str:
        if self._name_told:
            raise self._refused_login()
        self._name_told = True
        return self._cli.username + "\n"

    def _refused_login(self) -> SourceAuthError:
        return SourceAuthError("the login is refused", self._name, "check cli.username and cli.password")

    def _shown(self, raw: str) -> str:
        return self._dialect.without_noise(shown(raw))

    def _write(self, text: str) -> None:
        self._wire.write(text)

    async def _hear(self, quiet_s: float | None = None) -> bool:
        """Take in what comes next; False when nothing came for ``quiet_s``."""
        try:
            async with asyncio.timeout(quiet_s):
                chunk = await self._wire.read()
        except TimeoutError:
            return False
        if not chunk:
            raise SourceUnavailable(f"it ended the session{self._last_words()}", self._name)
        self._heard.add(chunk)
        if self._heard.length > self._limit:
            raise SourceProtocolError(f"it talks without end: {self._limit:,} characters and more", self._name)
        return True

    @asynccontextmanager
    async def _in_time(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._cli.timeout_s):
                yield
        except TimeoutError:
            text = f"{what} within {self._cli.timeout_s:g} s{self._last_words()}"
            raise SourceTimeout(text, self._name) from None

    def _last_words(self) -> str:
        if self._private:
            return f" ({self._heard.length:,} characters came)"
        said = [line for line in self._shown(self._heard.tail()).split("\n") if line.strip()]
        return f"; it said last: {clean(self._harmless(said[-1]), _LAST_WORDS)}" if said else ""

    def _harmless(self, text: str) -> str:
        """Without our passwords, should the OLT have echoed them."""
        for secret in (self._cli.password, self._cli.enable_password):
            if secret and secret.get_secret_value():
                text = text.replace(secret.get_secret_value(), "***")
        return text


@asynccontextmanager
async def open_session(name: str, wire: Wire, dialect: Dialect, cli: OltCli) -> AsyncIterator[Session]:
    """A command line, its prompt learnt; left in the end.

    Raises:
        SourceError: It has no prompt.
    """
    session = Session(name, wire, dialect, cli)
    await session.learn_prompt()
    yield session
    await session.leave()


def _without_echo(lines: list[str], command: str) -> list[str]:
    for count in range(1, min(len(lines), ECHO_LINES) + 1):
        if squeeze("".join(lines[:count])) == squeeze(command):
            return lines[count:]
    return lines
