"""What the northbound interface's answers are made of: lists that are filtered, sorted and cut, and short texts.

Source:
    GenieACS 1.2.16, observed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import msgspec

from noc_console.demo.acs.http import Request, Response
from noc_console.demo.acs.queries import Predicate
from noc_console.demo.acs.record import project

_ROWS_PER_TURN = 500


async def cut_page(
    request: Request,
    rows: list[Any],
    compile_query: Callable[[Any], Predicate],
    getter: Callable[[Any], Callable[[str], Any]],
) -> Response | tuple[list[Any], int]:
    """Filter, count, sort, cut."""
    try:
        query = msgspec.json.decode(request.arguments.get("query") or "{}")
        sort = msgspec.json.decode(request.arguments.get("sort") or "{}")
    except msgspec.DecodeError as error:
        return text_answer(400, "Bad Request", f"SyntaxError: {error}")
    matches = compile_query(query)
    found = []
    for index, row in enumerate(rows):
        if index % _ROWS_PER_TURN == _ROWS_PER_TURN - 1:
            await asyncio.sleep(0)
        if matches(getter(row)):
            found.append(row)
    for key, direction in reversed(list(sort.items())):
        found.sort(key=lambda row, key=key: str(getter(row)(key)), reverse=direction < 0)  # type: ignore[misc]
    skip, limit = integer(request.arguments.get("skip")), integer(request.arguments.get("limit"))
    return found[skip:][: limit or None], len(found)


async def flat_list(
    request: Request, rows: list[dict[str, Any]], compile_query: Callable[[Any], Predicate]
) -> Response:
    """A list of rows that are answered as they are."""
    page = await cut_page(request, rows, compile_query, lambda row: row.get)
    if isinstance(page, Response):
        return page
    wanted = [path for path in request.arguments.get("projection", "").split(",") if path]
    return listed([project(row, wanted) for row in page[0]], page[1], False)


def listed(rows: list[dict[str, Any]], total: int, truncate: bool) -> Response:
    """A list as the NBI writes it, with the total."""
    body = b",\n".join(msgspec.json.encode(row) for row in rows)
    headers = (("Content-Type", "application/json"), ("total", str(total)))
    if truncate:
        return Response(200, "OK", (b"[\n", body[: len(body) // 2]), headers, truncate=True)
    return Response(200, "OK", (b"[\n", body, b"\n]"), headers)


def json_answer(status: int, reason: str, body: Any) -> Response:
    """An answer in JSON."""
    return Response(status, reason, (msgspec.json.encode(body),), (("Content-Type", "application/json"),))


def text_answer(status: int, reason: str, body: str = "") -> Response:
    """An answer in plain text, or none at all."""
    return Response(status, reason, (body.encode(),) if body else ())


def no_such_device() -> Response:
    """What every route says of an unknown device."""
    return text_answer(404, "Not Found", "No such device")


def session_under_way() -> Response:
    """What is said while the router is in a session."""
    return text_answer(503, "Service Unavailable", "Device is in session")


def integer(text: str | None) -> int:
    """Like JavaScript's parseInt, with 0 for what is no number."""
    found = re.match(r"\s*(-?\d+)", text or "")
    return int(found[1]) if found else 0
