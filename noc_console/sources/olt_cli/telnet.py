"""The Telnet connection to an OLT; the session logs in, for Telnet itself knows no login."""

from __future__ import annotations

import asyncio
import codecs
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import telnetlib3

from noc_console.config.model import OltConfig
from noc_console.config.operations import OltCli
from noc_console.domain.errors import SourceTimeout, SourceUnavailable
from noc_console.domain.text import clean
from noc_console.sources.olt_cli.wire import CHUNK, COLUMNS, ROWS, Wire

NEGOTIATE_S = 1.0
"""How long an OLT is given to say what it wants of the terminal; many never do."""

# Its log lines are no events of ours, and tell what was typed.
logging.getLogger("telnetlib3").setLevel(logging.CRITICAL)


class _TelnetWire:
    """Bytes from the library, text from us: it would decode each byte by itself, a minute for 20 MB."""

    def __init__(self, name: str, reader: Any, writer: Any, encoding: str) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer
        self._encoding = encoding
        self._decode = codecs.getincrementaldecoder(encoding)("backslashreplace").decode

    def write(self, text: str) -> None:
        with suppress(OSError, RuntimeError):  # reading tells what became of the session
            self._writer.write(text.replace("\n", "\r\n").encode(self._encoding, "backslashreplace"))

    async def read(self) -> str:
        try:
            while data := await self._reader.read(CHUNK):
                if text := self._decode(data):  # a half letter waits for its other half
                    return text
            return self._decode(b"", final=True)
        except (OSError, EOFError) as error:
            raise SourceUnavailable(f"the session broke: {clean(str(error))}", self._name) from None


@asynccontextmanager
async def telnet_wire(olt: OltConfig, cli: OltCli) -> AsyncIterator[Wire]:
    """A connection, not logged in yet; always closed in the end.

    Raises:
        SourceError: There is none.
    """
    try:
        async with asyncio.timeout(cli.timeout_s):
            reader, writer = await telnetlib3.open_connection(
                olt.address,
                cli.reached_port,
                encoding=False,
                force_binary=True,
                term="vt100",
                cols=COLUMNS,
                rows=ROWS,
                connect_maxwait=NEGOTIATE_S,
                send_environ=(),  # nothing of the user who runs the collector
            )
    except TimeoutError:
        raise SourceTimeout(f"no Telnet connection within {cli.timeout_s:g} s", olt.name) from None
    except OSError as error:
        raise SourceUnavailable(f"no Telnet connection: {clean(str(error))}", olt.name) from None
    try:
        yield _TelnetWire(olt.name, reader, writer, olt.text_encoding or "utf-8")
    finally:
        writer.close()
