"""Follow-up tasks at another system: ERPNext's REST interface, or any webhook.

A request whose answer is lost may have been taken: ERPNext is asked for the task before it is made, and a webhook is
given a key by which it can tell a repetition.

Source:
    Frappe Framework, REST API (``/api/resource/<doctype>``, token as basic authentication).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from noc_console.config.http import http_client
from noc_console.config.operations import Tickets
from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.swaps import Swap
from noc_console.domain.text import clean
from noc_console.sources.asking import ask

SOURCE = "tickets"
_KEY = "swaps.tickets"


class TicketClient:
    """The other system. Close it."""

    def __init__(self, config: Tickets) -> None:
        self._config = config
        self._http = http_client(config, _KEY)

    async def close(self) -> None:
        """Release the connections."""
        await self._http.aclose()

    async def create(self, swap: Swap, site: str) -> str:
        """Make the follow-up task of a swap, once.

        Args:
            swap: A diagnostic swap.
            site: Our name, so that two consoles at one system do not take each other's tasks for their own.

        Returns:
            The task's name there.

        Raises:
            SourceError: It was not made, or nobody knows.
        """
        if self._config.kind == "erpnext":
            return await self._erpnext(swap, f"[{site} swap {swap.id}] test {swap.old_serial}")
        return await self._webhook(swap, f"{site}-swap-{swap.id}")

    async def _erpnext(self, swap: Swap, subject: str) -> str:
        url = f"{self._config.url}/api/resource/Task"
        asked = {"filters": json.dumps([["subject", "=", subject]]), "fields": json.dumps(["name"])}
        there = _data(await self._send("GET", url, params=asked))
        if isinstance(there, list) and there:
            return _name(there[0])
        task = {"subject": subject, "description": describe(swap), "exp_end_date": _date(swap.due_at)}
        return _name(_data(await self._send("POST", url, json=task)))

    async def _webhook(self, swap: Swap, key: str) -> str:
        body = {
            "event": "swap.diagnostic",
            "key": key,
            "due_at": None if swap.due_at is None else datetime.fromtimestamp(swap.due_at, UTC).isoformat(),
            "old_serial": swap.old_serial,
            "new_serial": swap.new_serial,
            "customer": swap.customer,
            "reason": swap.reason,
            "swapped_by": swap.swapped_by,
            "text": describe(swap),
        }
        answer = await self._send("POST", self._config.url, json=body, headers={"Idempotency-Key": key})
        try:
            told = answer.json()
        except ValueError:
            return key
        return clean(str(told.get("id") or told.get("name") or key)) if isinstance(told, dict) else key

    async def _send(self, method: str, url: str, **more: Any) -> httpx.Response:
        response = await ask(self._http, SOURCE, _KEY, self._config.timeout_s, method, url, **more)
        if not response.is_success:
            raise SourceProtocolError(f"it answered {response.status_code}: {clean(response.text, 120)}", SOURCE)
        return response


def describe(swap: Swap) -> str:
    """The task's text."""
    who = f" at {swap.customer}" if swap.customer else ""
    return (
        f"ONT {swap.old_serial} was swapped for {swap.new_serial}{who} to see whether the problem goes with it.\n"
        f"Reason: {swap.reason}\nBy: {swap.swapped_by}\n"
        f"Test {swap.old_serial} by {_date(swap.due_at)}; then close swap {swap.id}: returned, defective or stock."
    )


def _date(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _data(response: httpx.Response) -> Any:
    try:
        return response.json()["data"]
    except (ValueError, KeyError, TypeError):
        raise SourceProtocolError("this is no answer of ERPNext", SOURCE, hint="see swaps.tickets.url") from None


def _name(row: Any) -> str:
    name = row.get("name") if isinstance(row, dict) else None
    if not name:
        raise SourceProtocolError("ERPNext did not tell the task's name", SOURCE)
    return clean(str(name))
