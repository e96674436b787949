"""Who came in by SSH and who was refused, as the audit log has it: told once, then counted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from noc_console.sshd.visits import MOST_REFUSED, SPAN_S, Visit, Visits
from noc_console.storage import audit
from noc_console.storage.database import Database
from tests.schema_copy import sqlite_with_schema

MARIA = Visit("maria", "ssh key SHA256:x", "10.0.0.7", "ssh login", "let in")


def refused(number: int) -> Visit:
    return Visit("nobody", "", f"10.1.{number // 256}.{number % 256}", "ssh login", "refused: unknown key")


class Clock:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


async def written(folder: Path, visits: Visits) -> list[dict[str, Any]]:
    """What stands in the log after all is written, oldest first."""
    database = Database(sqlite_with_schema(folder / "noc.db"))
    visits.end()
    await asyncio.wait_for(visits.run(database), 20)
    async with database.reading() as connection:
        assert await audit.find_broken(connection) is None
        found = await audit.entries(connection, 10_000)
    await database.close()
    return found[::-1]


async def test_a_login_says_who_by_which_key_and_from_where(tmp_path: Path) -> None:
    visits = Visits(Clock())
    visits.note(MARIA)
    (entry,) = await written(tmp_path, visits)
    assert (entry["actor"], entry["known_by"], entry["action"]) == ("maria", "ssh key SHA256:x", "ssh login")
    assert entry["origin"].endswith(" 10.0.0.7") and entry["result"] == "let in" and entry["at"] == 1000.0


async def test_the_same_again_is_counted_and_told_at_the_end_of_the_span(tmp_path: Path) -> None:
    clock = Clock()
    visits = Visits(clock)
    for _ in range(100):
        visits.note(MARIA)
    clock.at += SPAN_S
    visits.note(MARIA)
    results = [entry["result"] for entry in await written(tmp_path, visits)]
    assert results == ["let in", "let in, 99 more times", "let in"]


async def test_a_scanner_from_many_addresses_cannot_fill_the_log(tmp_path: Path) -> None:
    clock = Clock()
    visits = Visits(clock)
    for span in range(3):
        for number in range(5000):
            visits.note(refused(number % 5000))
        visits.note(MARIA)
        clock.at = 1000.0 + SPAN_S * (span + 1)
    entries = await written(tmp_path, visits)
    assert len(entries) == 3 * (MOST_REFUSED + 2), "those that are told, one line for the others, and maria"
    assert sum(entry["actor"] == "maria" for entry in entries) == 3
    assert "4,980 more times" in entries[MOST_REFUSED + 1]["result"]


async def test_what_the_database_does_not_take_waits(tmp_path: Path) -> None:
    visits = Visits(Clock())
    visits.note(MARIA)
    away = Database(f"sqlite:///{tmp_path / 'away.db'}")
    going = asyncio.create_task(visits.run(away))
    await asyncio.sleep(0)
    visits.end()
    await asyncio.wait_for(going, 20)
    await away.close()
    assert not (tmp_path / "away.db").exists(), "the collector makes it"
    assert [entry["actor"] for entry in await written(tmp_path, visits)] == ["maria"]
