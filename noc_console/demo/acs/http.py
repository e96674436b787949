"""HTTP/1.1 on asyncio streams with h11: what the NBI needs, and control over how badly it may behave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import h11

KEEP_ALIVE_S = 5.0
MAX_HEADER_BYTES = 16 * 1024
_READ_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``target`` and its ``path`` are as sent, not decoded."""

    method: str
    target: str
    path: str
    arguments: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. ``chunks`` is the body; a bare text is one chunk."""

    status: int
    reason: str
    chunks: tuple[bytes, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())
    truncate: bool = False
    """Close the connection before the end of the body."""


class Drop(Exception):
    """Close the connection without an answer."""


Handler = Callable[[Request], Awaitable[Response]]


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
    """Answer requests until either side is done."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_READ_LIMIT)
    try:
        while True:
            request = await _receive(connection, reader)
            if request is None:
                break
            await _respond(connection, writer, request, await handle(request))
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                break
            connection.start_next_cycle()
    except (Drop, ConnectionError, h11.RemoteProtocolError, TimeoutError):
        pass
    finally:
        writer.close()


async def _receive(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            async with asyncio.timeout(KEEP_ALIVE_S):
                connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            target = head.target.decode("ascii")
            path, _, query = target.partition("?")
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            size = len(head.target) + sum(len(name) + len(value) + 4 for name, value in head.headers)
            method = head.method.decode("ascii") if size <= MAX_HEADER_BYTES else "TOO LARGE"
            return Request(method, target, path, dict(parse_qsl(query, keep_blank_values=True)), headers, bytes(body))
        else:
            return None


async def _respond(
    connection: h11.Connection, writer: asyncio.StreamWriter, request: Request, response: Response
) -> None:
    headers = [*response.headers]
    if request.method != "HEAD":
        headers.append(("Transfer-Encoding", "chunked"))
    head = h11.Response(status_code=response.status, reason=response.reason.encode("ascii"), headers=headers)
    writer.write(connection.send(head) or b"")
    for chunk in response.chunks if request.method != "HEAD" else ():
        writer.write(connection.send(h11.Data(data=chunk)) or b"")
        await writer.drain()
    if response.truncate:
        raise Drop
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
