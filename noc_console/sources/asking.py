"""One request to a small HTTP service: answered whole within its time and size, or an error that says what to do."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from noc_console.domain.errors import SourceAuthError, SourceProtocolError, SourceTimeout, SourceUnavailable
from noc_console.domain.text import clean

MAX_BYTES = 1024 * 1024


async def ask(
    client: httpx.AsyncClient, source: str, key: str, timeout_s: float, method: str, url: str, **more: Any
) -> httpx.Response:
    """Send a request, once, and read its answer.

    Args:
        client: From ``config.http.http_client``.
        source: Who is asked, in errors.
        key: Its place in the config file, in hints.
        timeout_s: For the whole of it: the client's own time-out counts from byte to byte.
        method: ``GET``, ``POST``, ...
        url: Where.
        more: Further arguments of ``httpx.AsyncClient.stream``.

    Raises:
        SourceError: No answer, one without end, or the credentials are refused.
    """
    try:
        async with asyncio.timeout(timeout_s), client.stream(method, url, **more) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise SourceProtocolError(f"it answered more than {MAX_BYTES} bytes", source, hint=f"see {key}.url")
    except (httpx.TimeoutException, TimeoutError):
        raise SourceTimeout("no answer in time", source, hint=f"see {key}.timeout_s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceUnavailable(f"no connection: {clean(str(error))}", source, hint=f"see {key}.url") from None
    if response.status_code in (401, 403):
        raise SourceAuthError("the credentials are refused", source, hint=f"see {key}")
    return httpx.Response(response.status_code, content=bytes(body))
