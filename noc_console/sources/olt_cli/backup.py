"""Read an OLT's running configuration, whole or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from noc_console.domain.errors import ActionRefused, SourceNotReady, SourceProtocolError
from noc_console.domain.text import clean
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.dialect import BackupPlan, Dialect, asked

FEW = 5
"""A refusal stands within so many lines; a configuration may say anything further down."""
_WORDS = 120


@dataclass(frozen=True, slots=True)
class Patience:
    """How much of it, and how long."""

    characters: int
    total_s: float


def plan_of(dialect: Dialect | None, profile: str | None) -> tuple[Dialect, BackupPlan]:
    """How a configuration is read.

    Raises:
        ActionRefused: Nobody knows.
    """
    if dialect is None or dialect.backup is None:
        what = dialect.title if dialect else f"an OLT of profile {profile or 'unknown'}"
        raise ActionRefused(f"not known how the configuration of {what} is read")
    return dialect, dialect.backup


async def read_configuration(client: CliClient, dialect: Dialect, plan: BackupPlan, patience: Patience) -> str:
    """The running configuration as the OLT prints it.

    Raises:
        SourceNotReady: The OLT has no time now.
        SourceError: There is no session, or what came is not whole.
    """
    from noc_console.sources.olt_cli.session import Limits

    limits = Limits(patience.characters, max(plan.silence_s, client.cli.timeout_s), patience.total_s)
    async with client.session(dialect) as session:
        await session.enable()
        for command in (*dialect.setup, *plan.enter):
            said = await session.run(command)
            if words := dialect.busy_words(said):
                raise SourceNotReady(f"the OLT is busy: {words}", client.name)
            if command in plan.enter and (words := dialect.refusal(said)):
                raise SourceProtocolError(f"{command!r} was refused: {words}", client.name)
        text = await session.read(plan.send, limits)
        _check_whole(client.name, dialect, plan, text)
        return text


def _check_whole(olt: str, dialect: Dialect, plan: BackupPlan, text: str) -> None:
    """Whether all of it came.

    Raises:
        SourceError: Not all, or something else.
    """
    lines = text.split("\n")[:-1]
    if len(lines) <= FEW and (words := dialect.busy_words(text)):
        raise SourceNotReady(f"the OLT is busy: {words}", olt)
    if words := dialect.refusal("\n".join(lines[:FEW])):
        raise SourceProtocolError(f"{plan.send!r} was refused: {clean(words, _WORDS)}", olt)
    if not lines:
        raise SourceProtocolError(f"{plan.send!r} printed nothing", olt)
    if plan.ends and not re.search(plan.ends, lines[-1]):
        raise SourceProtocolError(f"the configuration is cut off: {len(lines):,} lines came, no end among them", olt)
    pagers = [question for question in dialect.questions if question.answer == " "]
    for number, line in enumerate(lines, 1):
        if any(asked(question, line) and len(line) < 2 * len(question.asks) for question in pagers):
            raise SourceProtocolError(f"line {number:,} of the configuration is a pager's, not the OLT's", olt)
