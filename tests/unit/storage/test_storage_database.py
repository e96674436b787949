"""Schema, transactions and what errors say, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.storage import schema
from noc_console.storage.database import SCHEMA_VERSION, Database, explain
from noc_console.storage.inventory import upsert
from noc_console.storage.streams import bump


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    assert await database.version() is None
    with pytest.raises(SourceProtocolError, match="not there yet"):
        await database.check_version()
    await database.migrate()
    async with database.writing() as connection:
        assert await bump(connection, "cpe") == 1
    await database.migrate()
    await database.check_version()
    async with database.reading() as connection:
        assert (await connection.execute(select(schema.feed.c.revision))).scalar_one() == 1
    await database.close()


async def test_two_programs_may_migrate_at_once(database_url: str) -> None:
    both = [Database(database_url) for _ in range(4)]
    await asyncio.gather(*(one.migrate() for one in both))
    assert [await one.version() for one in both] == [SCHEMA_VERSION] * 4
    await asyncio.gather(*(one.close() for one in both))


@pytest.mark.parametrize(("version", "said"), [("0001", "needs"), ("0099", "newer release")])
async def test_another_schema_is_refused(database: Database, version: str, said: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    with pytest.raises(SourceProtocolError, match=said):
        await database.check_version()


async def test_a_newer_schema_is_not_migrated(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(SourceProtocolError, match="newer release"):
        await database.migrate()
    assert await database.version() == "0099"


async def test_an_error_rolls_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as connection:
            await bump(connection, "cpe")
            raise ZeroDivisionError
    async with database.reading() as connection:
        assert (await connection.execute(select(schema.feed))).all() == []


async def test_a_bad_statement_is_told_without_its_parameters(database: Database) -> None:
    with pytest.raises(SourceError) as caught:
        async with database.writing() as connection:
            await connection.execute(text("INSERT INTO feed (name, nowhere) VALUES (:secret, 1)"), {"secret": "hush"})
    assert "hush" not in str(caught.value)


async def test_upserts_insert_then_update_any_text(database: Database) -> None:
    names = ["Zürich", "日本 ٣", "O'Brien; DROP TABLE source", "🛰", "%s :name"]
    rows = [{"name": name, "state": "ok", "detail": name, "revision": 1} for name in names]
    for state in ("ok", "failing"):
        async with database.writing() as connection:
            await upsert(connection, schema.source, [row | {"state": state} for row in rows])
    async with database.reading() as connection:
        query = select(schema.source.c.name, schema.source.c.detail, schema.source.c.state)
        found = {tuple(row) for row in await connection.execute(query)}
    assert found == {(name, name, "failing") for name in names}


async def test_more_rows_than_one_statement_holds(database: Database) -> None:
    rows = [{"name": f"s{i}", "state": "ok", "revision": i} for i in range(1001)]
    async with database.writing() as connection:
        await upsert(connection, schema.source, rows)
        assert len((await connection.execute(select(schema.source))).all()) == 1001


@pytest.mark.parametrize(("folder_mode", "mode"), [(0o755, 0o600), (0o2770, 0o660)], ids=["private", "of a group"])
async def test_sqlite_files_are_for_who_may_write_beside_them(tmp_path: Path, folder_mode: int, mode: int) -> None:
    path = tmp_path / "deep" / "noc.db"
    path.parent.mkdir()
    path.parent.chmod(folder_mode)
    database = Database(f"sqlite:///{path}")
    await database.migrate()
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await database.close()
    assert modes == {mode}


async def test_looking_at_a_sqlite_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "noc.db"
    database = Database(f"sqlite:///{path}")
    with pytest.raises(SourceProtocolError, match="not there yet"):
        await database.check_version()
    await database.close()
    assert not path.exists()


async def test_a_sqlite_database_that_another_program_holds_is_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noc_console.storage.database.BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "noc.db"
    database = Database(f"sqlite:///{path}")
    await database.migrate()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(SourceUnavailable, match="locked by another program"):
        async with database.writing():
            pass
    async with database.reading() as connection:  # readers go on
        await connection.execute(select(schema.olt))
    holder.execute("COMMIT")
    async with database.writing() as connection:
        assert await bump(connection, "cpe") == 1
    holder.close()
    await database.close()


@pytest.mark.parametrize("path", ["/proc/nothing/noc.db", "/dev/null/noc.db"])
async def test_a_folder_that_cannot_be_written_is_unavailable(path: str) -> None:
    with pytest.raises(SourceUnavailable, match=f"cannot open {path}"):
        await Database(f"sqlite:///{path}").migrate()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "noc.db"
    path.write_text("this is not a database, however long it may be " * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises((SourceProtocolError, SourceUnavailable), match="not a database"):
        await database.migrate()
    await database.close()


async def test_a_postgresql_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql+psycopg://noc:hush@127.0.0.1:1/noc")
    with pytest.raises(SourceUnavailable) as caught:
        await database.check_version()
    assert "hush" not in str(caught.value)
    await database.close()


@pytest.mark.parametrize(
    ("message", "kind", "advice"),
    [
        ("database is locked", SourceUnavailable, "fuser"),
        ("attempt to write a readonly database", SourceAuthError, "write access to the file and its folder"),
        ("unable to open database file", SourceUnavailable, "is the path right, and may this user read the file"),
        ("database disk image is malformed", SourceProtocolError, "restore a backup"),
        ("file is not a database", SourceProtocolError, "restore a backup"),
        ("database or disk is full", SourceUnavailable, "free some space"),
        ("disk I/O error", SourceUnavailable, "is the disk full"),
        ("permission denied for table ont", SourceAuthError, "GRANT"),
        (
            "connection FATAL: password authentication failed",
            SourceAuthError,
            "user and password",
        ),
        ('FATAL:  database "noc" does not exist', SourceProtocolError, "make it at the server"),
        ("FATAL:  remaining connection slots are reserved", SourceUnavailable, "max_connections"),
        ("connection to server at 10.0.0.1 failed: Connection refused", SourceUnavailable, "is the server up"),
        ("could not translate host name", SourceUnavailable, "check the host name"),
        ("canceling statement due to statement timeout", SourceTimeout, "slow or down"),
    ],
)
def test_an_error_says_what_to_do_about_its_own_cause(message: str, kind: type[SourceError], advice: str) -> None:
    error = explain(OperationalError("SELECT 1", {}, Exception(message)))
    assert type(error) is kind
    assert advice in str(error.hint)
    assert ("is the server up" in str(error.hint)) == ("refused" in message)


async def test_a_file_that_may_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "noc.db"
    ours = Database(f"sqlite:///{path}")
    await ours.migrate()
    async with ours.writing() as connection:
        await bump(connection, "cpe")
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    theirs = Database(f"sqlite:///{path}")
    assert theirs.why_read_only == f"this user may only read the database {path}"
    for _ in range(2):  # while the writer is there, and when nobody is
        await theirs.check_version()
        async with theirs.reading() as connection:
            assert (await connection.execute(select(schema.feed.c.revision))).scalar_one() == 1
            with pytest.raises(OperationalError, match="readonly"):
                await connection.execute(text("DELETE FROM feed"))
        await ours.close()
    with pytest.raises(SourceAuthError, match="write access to the file and its folder"):
        async with theirs.writing():
            pass
    await theirs.close()
