"""One command about an ONT to its OLT: said at most once, and honest about what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.identity import PonPort
from noc_console.domain.text import clean
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.dialect import Dialect, Operation

if TYPE_CHECKING:
    from noc_console.sources.olt_cli.session import Session


class End(StrEnum):
    """What became of the command."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The OLT said no, in its own words."""
    BUSY = "busy"
    """The OLT has no time now."""
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"
    """The session ended, or fell silent, after it was sent: it may have been done."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """What became of it, in one line, and whether the command itself was sent."""

    end: End
    text: str
    sent: bool = False


async def command(
    client: CliClient,
    dialect: Dialect,
    operation: Operation,
    port: PonPort,
    ont_id: int,
    sending: Callable[[str], Awaitable[None]],
) -> Commanded:
    """Send the command that does something to an ONT.

    Args:
        client: The OLT's command line.
        dialect: How it is spoken.
        operation: What is wanted.
        port: The ONT's PON port.
        ont_id: Its id there.
        sending: Told the command right before it is sent; whatever it raises keeps the command from being sent.

    Raises:
        ActionRefused: The dialect does not know how, or the port is not named as this family names ports.
    """
    plan = dialect.plan(operation, port, ont_id)
    sent = False
    try:
        async with client.session(dialect) as session:
            ready = await _prepare(session, dialect, plan.enter)
            if ready is not None:
                return ready
            if plan.inside and not plan.inside.search(session.prompt):
                return Commanded(End.NOT_SENT, f"the command line is not where it should be: {clean(session.prompt)}")
            await sending(plan.send)
            sent = True
            said = await session.run(plan.send)
    except SourceError as error:
        return Commanded(End.UNKNOWN if sent else End.NOT_SENT, str(error), sent)
    except ActionRefused as error:
        return Commanded(End.NOT_SENT, str(error))
    return _judge(dialect, said, sent=True) or Commanded(End.ACCEPTED, plan.send, sent=True)


async def _prepare(session: Session, dialect: Dialect, enter: list[str]) -> Commanded | None:
    """Get to where the command is known; what stands in the way, if anything does."""
    await session.enable()
    for command in dialect.setup:
        if words := dialect.busy_words(await session.run(command)):
            return Commanded(End.BUSY, words)
    for command in enter:
        if stopped := _judge(dialect, await session.run(command)):
            return stopped
    return None


def _judge(dialect: Dialect, said: str, sent: bool = False) -> Commanded | None:
    if words := dialect.busy_words(said):
        return Commanded(End.BUSY, words, sent)
    if words := dialect.refusal(said):
        return Commanded(End.REFUSED, words, sent)
    return None
