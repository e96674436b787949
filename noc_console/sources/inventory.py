"""Another system's inventory in PostgreSQL, read as the CSV text that an import takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import AsyncConnection

from noc_console.config.inventories import Inventory
from noc_console.domain.csv_records import MAX_LINES, rows_to_csv
from noc_console.domain.errors import SourceError
from noc_console.domain.text import clean

CONNECT_S = 10
PAGE = 2000
_SPARE_S = 5.0
"""The server ends a query at its time-out; when it does not, we do, so much later."""


async def read_inventory(inventory: Inventory, kind: str) -> str:
    """The records of one kind as CSV, its header from the query's columns.

    Read in a transaction that may not write.

    Raises:
        SourceError: The database cannot be reached, refuses the query, or takes too long; or there are too many rows.
    """
    with _errors(inventory, kind):
        async with asyncio.timeout(CONNECT_S + inventory.timeout_s + _SPARE_S):
            return await _read(inventory, kind)


async def try_inventory(inventory: Inventory) -> None:
    """Have the server plan each query, without running it; raises as ``read_inventory``."""
    for kind in inventory.in_order():
        with _errors(inventory, kind):
            async with asyncio.timeout(CONNECT_S + _SPARE_S), _connected(inventory) as connection:
                await connection.execute(b"EXPLAIN " + inventory.records[kind].encode())


@contextmanager
def _errors(inventory: Inventory, kind: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise SourceError(f"{kind}: no answer within {inventory.timeout_s:g} s", inventory.name) from None
    except psycopg.Error as error:
        raise SourceError(f"{kind}: {_told(error)}", inventory.name) from None


@asynccontextmanager
async def _connected(inventory: Inventory) -> AsyncIterator[AsyncConnection]:
    connection = await AsyncConnection.connect(inventory.url, connect_timeout=CONNECT_S, autocommit=True)
    async with connection:
        await connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{inventory.timeout_s:g}s",))
        await connection.execute("SET default_transaction_read_only = on")
        yield connection


async def _read(inventory: Inventory, kind: str) -> str:
    async with _connected(inventory) as connection:
        cursor = await connection.execute(inventory.records[kind].encode())
        if cursor.description is None:
            raise SourceError(f"{kind}: the query gives no rows; it must be a SELECT", inventory.name)
        header = [column.name for column in cursor.description]
        rows: list[Sequence[str]] = []
        while page := await cursor.fetchmany(PAGE):
            rows += [[_cell(value) for value in row] for row in page]
            if len(rows) > MAX_LINES:
                raise SourceError(f"{kind}: more than {MAX_LINES} rows; narrow the query", inventory.name)
        return rows_to_csv(header, rows)


def _cell(value: Any) -> str:
    """As an import wants it; what no import takes, such as an array, is left to be refused there by its text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _told(error: psycopg.Error) -> str:
    text = clean(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
    where = error.diag.statement_position if error.diag else None
    return f"{text} (at character {where} of the query)" if where else text
