"""Databases with the schema in them, without making it each time: SQLite is copied, PostgreSQL emptied."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import services

from noc_console.storage.database import Database

_COLUMNS = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


async def make_schema(url: str) -> None:
    """Bring a database to this program's version."""
    database = Database(url)
    await database.migrate()
    await database.close()


def sqlite_with_schema(path: Path) -> str:
    """Make a database at ``path`` and return its URL."""
    path.write_bytes(_schema())
    return f"sqlite:///{path}"


@cache
def _schema() -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as apart:  # the caller's thread may run a loop
        path = Path(folder, "noc.db")
        apart.submit(asyncio.run, make_schema(f"sqlite:///{path}")).result()
        return path.read_bytes()


class ReusedSchema:
    """A PostgreSQL database that each test has as new; one that changes the schema costs another."""

    def __init__(self, server: services.Postgres) -> None:
        self._server = server
        self._stack = ExitStack()
        self._url = ""
        self._columns: set[tuple[object, ...]] = set()
        self._rows: dict[str, list[tuple[object, ...]]] = {}

    @contextmanager
    def database(self) -> Iterator[str]:
        """Its URL, for one test."""
        if not self._url:
            self._make()
        try:
            yield self._url
        finally:
            self._empty()

    def close(self) -> None:
        """Drop it."""
        self._stack.close()
        self._url = ""

    def _make(self) -> None:
        url = self._stack.enter_context(self._server.database())
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, make_schema(url)).result()
        with self._connect(url) as connection:
            self._columns = set(connection.execute(_COLUMNS))
            for table in self._tables():
                self._rows[table] = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        self._url = url

    def _tables(self) -> list[str]:
        return sorted({str(table) for table, _, _ in self._columns})

    def _connect(self, url: str) -> psycopg.Connection[tuple[object, ...]]:
        return self._server.connect(url.rpartition("/")[2])

    def _empty(self) -> None:
        try:
            with self._connect(self._url) as connection:
                connection.execute(_OTHERS, (connection.info.dbname,))
                if set(connection.execute(_COLUMNS)) == self._columns:
                    self._restore(connection)
                    return
        except psycopg.Error:
            pass  # a test closed it, or broke it
        self.close()

    def _restore(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # no foreign keys meanwhile
            for table in self._tables():
                connection.execute(f'DELETE FROM "{table}"')
                for row in self._rows[table]:
                    connection.execute(f'INSERT INTO "{table}" VALUES ({", ".join(["%s"] * len(row))})', row)
            connection.execute(
                "SELECT setval(c.oid, 1, false) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind = 'S' AND n.nspname = 'public'"
            )
