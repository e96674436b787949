"""VictoriaMetrics: writing samples by remote write, reading them by ``/api/v1/query_range``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from noc_console.config.http import http_client
from noc_console.config.model import VictoriaMetrics
from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.storage.history import remote_write
from noc_console.storage.history.buffer import Batch
from noc_console.storage.history.remote_write import HEADERS

SOURCE = "victoriametrics"
SHIPPED = "noc_collector_shipped_samples"
"""Marker that goes with each request: the id up to which a buffer's samples have arrived."""

MARKER_SEARCH_S = 86400


class Rejected(SourceProtocolError):
    """The server read the samples and refused them; sending the same again would not help."""


class OutcomeUnknown(SourceUnavailable):
    """No answer, or none that tells: the samples may have arrived."""


class Victoria:
    """A client of one VictoriaMetrics, single node or cluster."""

    def __init__(self, config: VictoriaMetrics) -> None:
        self._write_url = config.url
        self._read_url = (config.query_url or config.url).rstrip("/")
        self._client = http_client(config, "victoriametrics")
        self._known = False
        """Whether what answers there has answered as VictoriaMetrics does, since it last did not."""

    async def __aenter__(self) -> Victoria:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ship(self, batch: Batch, buffer_id: str, now_ms: int) -> None:
        """Write a batch, with the marker that tells how far this buffer has come.

        Raises:
            OutcomeUnknown: It may have arrived; ask ``arrived``.
            Rejected: The server refuses this batch.
            SourceError: It did not arrive, or what answers is no VictoriaMetrics.
        """
        if not self._known:
            await self.probe()
        marker = (SHIPPED, {"buffer": buffer_id}, [now_ms], [float(batch.last_id)])
        body = remote_write.encode([*batch.series, marker])
        try:
            answer = await self._client.post(f"{self._write_url}/api/v1/write", content=body, headers=HEADERS)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _unavailable(error) from None
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"the connection broke: {type(error).__name__}", SOURCE) from None
        if answer.status_code in (400, 413, 422):
            raise Rejected(f"refused the samples: {_said(answer)}", SOURCE)
        if answer.status_code >= 500:  # a proxy may say this after the server has taken them
            raise OutcomeUnknown(f"answered {answer.status_code}: {_said(answer)}", SOURCE)
        _check(answer)
        if answer.status_code != 204:
            self._known = False
            said = f"{answer.request.url.path}: answered {answer.status_code} where VictoriaMetrics answers 204"
            raise SourceProtocolError(f"{said}: {_said(answer)}", SOURCE, "check victoriametrics.url: a login page?")

    async def arrived(self, buffer_id: str, since_ms: int) -> int:
        """The highest id that a marker of this buffer has told in the day from ``since_ms`` on; 0 for none."""
        try:
            # Fresh samples are searchable after a flush; where this is not allowed they are within seconds.
            await self._client.get(f"{self._read_url}/internal/force_flush")
        except httpx.HTTPError as error:
            raise _unavailable(error) from None
        return await self.seen(buffer_id, since_ms)

    async def seen(self, buffer_id: str, since_ms: int) -> int:
        """As ``arrived``, without what came in the last seconds and is not searchable yet."""
        # Without an end it is the server's clock that ends the search, and that may be behind ours.
        arguments = {
            "match[]": f'{SHIPPED}{{buffer="{buffer_id}"}}',
            "start": f"{since_ms / 1000:.3f}",
            "end": f"{since_ms / 1000 + MARKER_SEARCH_S:.3f}",
        }
        text = (await self._get("/api/v1/export", arguments)).text
        found = 0
        for line in filter(None, text.splitlines()):
            try:
                found = max(found, *(int(value) for value in json.loads(line)["values"]))
            except (ValueError, KeyError, TypeError):
                raise SourceProtocolError("export answered something that is no JSON line", SOURCE) from None
        return found

    async def query_range(
        self, query: str, start_at: float, end_at: float, step_s: float
    ) -> list[tuple[dict[str, str], dict[int, float]]]:
        """Run a range query.

        Returns:
            Per series its labels and its values by index on the grid ``start_at + i * step_s``.

        Raises:
            SourceError: No answer, or not the expected one.
        """
        arguments = {
            "query": query,
            "start": f"{start_at:.3f}",
            "end": f"{end_at:.3f}",
            "step": f"{step_s:.3f}s",
            "nocache": "1",
        }
        answer = await self._get("/api/v1/query_range", arguments)
        try:
            result = answer.json()["data"]["result"]
            return [(series["metric"], _on_grid(series["values"], start_at, step_s)) for series in result]
        except (ValueError, KeyError, TypeError):
            raise SourceProtocolError("query_range answered something else than a matrix", SOURCE) from None

    async def probe(self) -> str:
        """Ask for the server's version, for the check command.

        Raises:
            SourceError: It does not answer as VictoriaMetrics does.
        """
        answer = await self._get("/api/v1/query", {"query": "1"})
        try:
            self._known = answer.json()["status"] == "success"
        except (ValueError, KeyError, TypeError):
            self._known = False
        if not self._known:
            raise SourceProtocolError(f"does not answer as VictoriaMetrics: {_said(answer)}", SOURCE, "check the URL")
        return "query API answers"

    async def _get(self, path: str, arguments: Mapping[str, str]) -> httpx.Response:
        try:
            answer = await self._client.get(self._read_url + path, params=dict(arguments))
        except httpx.HTTPError as error:
            raise _unavailable(error) from None
        _check(answer)
        return answer


def _on_grid(values: list[list[Any]], start_at: float, step_s: float) -> dict[int, float]:
    return {round((float(at) - start_at) / step_s): float(value) for at, value in values}


def _check(answer: httpx.Response) -> None:
    if answer.status_code in (401, 403):
        raise SourceAuthError(f"refused our credentials ({answer.status_code})", SOURCE, "check username and password")
    if answer.status_code in (400, 404):
        said = f"{answer.request.url.path}: answered {answer.status_code}: {_said(answer)}"
        raise SourceProtocolError(said, SOURCE, "check the path in victoriametrics.url")
    if answer.is_error or answer.is_redirect:
        raise SourceUnavailable(f"answered {answer.status_code}: {_said(answer)}", SOURCE)


def _said(answer: httpx.Response) -> str:
    return answer.text.strip().splitlines()[0][:200] if answer.text.strip() else "nothing"


def _unavailable(error: httpx.HTTPError) -> SourceError:
    if isinstance(error, httpx.TimeoutException):
        return SourceTimeout("no answer in time", SOURCE)
    return SourceUnavailable(
        f"cannot connect: {error or type(error).__name__}", SOURCE, "is it running, and the URL right?"
    )


def selector(metric: str, labels: Mapping[str, str]) -> str:
    """``metric{name="value"}`` with the values quoted: they are data."""
    inner = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items())
    return f"{metric}{{{inner}}}"
