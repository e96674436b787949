"""Follow-up tasks at another system, over real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from schema_copy import sqlite_with_schema
from services import PATIENCE_S

from noc_console.collector.coordinator import Coordinator
from noc_console.collector.tickets import TicketWorker
from noc_console.config.operations import Swaps, Tickets
from noc_console.domain.errors import SourceAuthError, SourceError, SourceProtocolError
from noc_console.domain.intents import RecordSwap
from noc_console.domain.swaps import Swap, SwapKind, UnitState
from noc_console.sources.tickets import TicketClient
from noc_console.storage.database import Database
from noc_console.storage.sources import SourceStore
from noc_console.storage.swaps import SwapStore, add_swap

SWAP = Swap(
    17, SwapKind.DIAGNOSTIC, "HWTC00000001", "HWTC00000002", UnitState.IN_DIAGNOSIS, UnitState.ACTIVE_TEMPORARILY,
    "drops", "anna", "", 1_763_733_931.0, customer="Ana Almeida", due_at=1_764_338_731.0,
)  # fmt: skip


class Other(ThreadingHTTPServer):
    """An ERPNext as far as it matters here, and a webhook."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tasks: list[dict[str, Any]] = []
        self.hooks: list[tuple[str | None, dict[str, Any]]] = []
        self.lose_answers = False
        self.status = 200
        self.authorization: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Other

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        ((_, _, subject),) = json.loads(asked["filters"][0])
        self._answer({"data": [{"name": t["name"]} for t in self.server.tasks if t["subject"] == subject]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.authorization = self.headers["Authorization"]
        if self.server.status != 200:
            self._answer({"exc": "no"})
        elif self.path == "/hook":
            self.server.hooks.append((self.headers["Idempotency-Key"], body))
            self._answer({"id": "T-1"})
        else:
            self.server.tasks.append(body | {"name": f"TASK-{len(self.server.tasks) + 1}"})
            if self.server.lose_answers:
                self.close_connection = True
                return
            self._answer({"data": self.server.tasks[-1]})

    def _answer(self, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def other() -> Iterator[Other]:
    server = Other()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
async def erpnext(other: Other) -> AsyncIterator[TicketClient]:
    client = TicketClient(Tickets(kind="erpnext", url=other.url, username="key", password="secret"))  # type: ignore[arg-type]
    yield client
    await client.close()


async def test_erpnext_gets_a_task_that_is_due(other: Other, erpnext: TicketClient) -> None:
    assert await erpnext.create(SWAP, "metro-1") == "TASK-1"
    (task,) = other.tasks
    assert task["subject"] == "[metro-1 swap 17] test HWTC00000001"
    assert task["exp_end_date"] == "2025-11-28"
    assert "Ana Almeida" in task["description"] and "drops" in task["description"]
    assert other.authorization == "Basic a2V5OnNlY3JldA=="


async def test_a_task_whose_answer_was_lost_is_not_made_twice(other: Other, erpnext: TicketClient) -> None:
    other.lose_answers = True
    with pytest.raises(SourceError):
        await erpnext.create(SWAP, "metro-1")
    other.lose_answers = False
    assert await erpnext.create(SWAP, "metro-1") == "TASK-1"
    assert len(other.tasks) == 1


@pytest.mark.parametrize(("status", "error"), [(403, SourceAuthError), (417, SourceProtocolError)])
async def test_what_it_refuses_is_told(
    other: Other, erpnext: TicketClient, status: int, error: type[SourceError]
) -> None:
    other.status = status
    with pytest.raises(error):
        await erpnext.create(SWAP, "metro-1")


async def test_a_webhook_gets_everything_and_a_key(other: Other) -> None:
    client = TicketClient(Tickets(url=f"{other.url}/hook"))
    assert await client.create(SWAP, "metro-1") == "T-1"
    await client.close()
    ((key, body),) = other.hooks
    assert key == body["key"] == "metro-1-swap-17"
    assert (body["event"], body["old_serial"], body["due_at"]) == (
        "swap.diagnostic", "HWTC00000001", "2025-11-28T14:05:31+00:00",
    )  # fmt: skip


async def test_the_list_is_the_truth_and_the_ticket_follows(other: Other, tmp_path: Path) -> None:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    config = Swaps(tickets=Tickets(url=f"{other.url}/hook"))
    swaps = SwapStore(database)
    assert config.tickets
    client = TicketClient(config.tickets)
    worker = TicketWorker(client, swaps, "metro-1")
    other.status = 500
    async with database.writing() as connection:
        swap = RecordSwap(SwapKind.DIAGNOSTIC, "HWTC00000001", "HWTC00000002", "drops")
        await add_swap(connection, swap, ("anna", ""), time.time(), True, time.time())
    running = asyncio.create_task(Coordinator(SourceStore(database)).run(worker.parts()))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (await swaps.all())[0].ticket_state != "failing":
                await asyncio.sleep(0.05)
            (swap,) = await swaps.all()
            assert swap.open and swap.ticket_error and "500" in swap.ticket_error
            other.status = 200
            while (await swaps.all())[0].ticket_state != "created":
                await asyncio.sleep(0.05)
        assert (await swaps.all())[0].ticket == "T-1"
        assert len(other.hooks) == 1
    finally:
        running.cancel()
        await asyncio.wait([running])
        await client.close()
        await database.close()
