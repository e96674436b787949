"""The simulated modem bridge: tells of TP-Link routers what they keep from the ACS. For its contract see
``sources.modem_bridge``."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from noc_console.demo.acs import SimulatedCpe
from noc_console.demo.acs.http import Request, Response, serve_connection

BRIDGED = "XX230v"
_PREFIX = "/v1/routers/"


class SimulatedBridge:
    """An HTTP service on a real socket.

    Args:
        routers: GPON serial number to router.
    """

    def __init__(self, routers: Mapping[str, SimulatedCpe]) -> None:
        self.port = 0
        self._routers = routers
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(
            lambda reader, writer: serve_connection(reader, writer, self._answer), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()

    async def _answer(self, request: Request) -> Response:
        serial = unquote(request.path.removeprefix(_PREFIX))
        router = self._routers.get(serial) if request.path.startswith(_PREFIX) else None
        if router is None or router.model.name != BRIDGED or not router.online:
            return Response(404, "Not Found", (b"{}",))
        body = msgspec.json.encode(_hidden(serial))
        return Response(200, "OK", (body,), (("Content-Type", "application/json"),))


def _hidden(serial: str) -> dict[str, Any]:
    """Different per router, the same in every run."""
    seed = zlib.crc32(serial.encode())
    read_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    bands = [("2.4 GHz", 35 + seed % 60, 20 + seed % 15), ("5 GHz", 5 + seed % 30, seed % 6)]
    groups = [
        {
            "title": band,
            "fields": [
                {"key": "utilization_percent", "label": "Channel busy", "value": busy, "unit": "%"},
                {"key": "neighbours", "label": "Networks nearby", "value": count},
            ],
        }
        for band, busy, count in bands
    ]
    return {"read_at": read_at, "sections": [{"name": "wireless", "groups": groups}]}
