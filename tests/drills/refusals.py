"""What must be refused or noticed: a viewer who acts, forged identities, an audit log that was tampered with."""

from __future__ import annotations

import asyncio
import getpass
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import yaml

from noc_console.storage.audit import digest
from tests.bench.network import network
from tests.drills.crew import wait_for
from tests.drills.visitor import Visitor, home, let_in, serving

POLLING = {"state_s": 2, "optics_s": 10, "health_s": 2}
COMMAND_S = 60.0
FORGED = {
    "NOC_OPERATOR": "root", "SUDO_USER": "root", "USER": "root", "LOGNAME": "root", "SSH_ORIGINAL_COMMAND": "collect",
    "SSH_CONNECTION": "198.51.100.7 1 198.51.100.8 22", "LC_ALL": "$(touch {trap})", "LANG": "C; touch {trap}",
    "LC_../../X": "x", "LC_ALL_CAPS=x": "x", "PYTHONPATH": "{folder}", "PYTHONSTARTUP": "{folder}/sitecustomize.py",
    "LD_PRELOAD": "{folder}/x.so", "XDG_STATE_HOME": "{folder}", "HOME": "{folder}", "TZ": "../../etc/passwd",
}  # fmt: skip


class Place:
    """A network with a collector and a door, and what is known of it."""

    def __init__(self, config: Path, folder: Path, port: int) -> None:
        self._config, self.folder, self.port = config, folder, port
        database = yaml.safe_load(config.read_text())["database"]
        self._database = config.parent / database.removeprefix("sqlite:///")

    def run(self, *arguments: str, config: Path | None = None) -> tuple[int, str]:
        """A command: exit code, and all that it said."""
        command = [sys.executable, "-m", "noc_console", "--config", str(config or self._config), *arguments]
        done = subprocess.run(command, env=home(self.folder), capture_output=True, text=True, timeout=COMMAND_S)
        return done.returncode, (done.stdout + done.stderr).strip()

    def viewer(self) -> Path:
        """A config by which whoever runs the commands is only a viewer."""
        config = yaml.safe_load(self._config.read_text())
        config["access"]["admins"] = []
        file = self._config.with_name("viewer.yaml")
        file.write_text(yaml.safe_dump(config))
        return file

    def query(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """Ask the database, or change it behind the product's back."""
        with closing(sqlite3.connect(self._database, timeout=30, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def tampered(self, *statements: str) -> Iterator[None]:
        """The audit log changed, as long as the block."""
        kept = {table: self.query(f"SELECT * FROM {table}") for table in ("audit", "audit_anchor")}
        for statement in statements:
            self.query(statement)
        yield
        for table, rows in kept.items():
            self.query(f"DELETE FROM {table}")
            for row in rows:
                self.query(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)


def refused(folder: Path) -> str:
    """Each is refused or noticed; gives what was told."""
    vera, stranger = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    with network(2, 40, POLLING) as (config, _):
        port = let_in(config, {"vera": vera}, (getpass.getuser(),), commands=["show", "ack"])
        place = Place(config, folder, port)
        with serving(config, folder, "collect", "door"):
            wait_for(lambda: bool(place.query("SELECT 1 FROM sqlite_master WHERE name = 'cpe'")), "the tables")
            wait_for(lambda: bool(place.query("SELECT 1 FROM cpe")), "the routers")
            wait_for(lambda: bool(place.query("SELECT 1 FROM ont WHERE state = 'online'")), "an ONT")
            told = [_viewer(place), *asyncio.run(_by_ssh(place, vera, stranger)), *_tampering(place)]
        with serving(config, folder, "collect"):  # it signs a head at its start
            told += _made_to_fit(place)
    return "; ".join(told)


def _viewer(place: Place) -> str:
    """A viewer who asks for a reboot."""
    ((serial,),) = place.query("SELECT serial FROM ont WHERE state = 'online' ORDER BY id LIMIT 1")
    code, said = place.run("reboot", serial, "--yes", "--reason", "drill", config=place.viewer())
    assert code and not place.query("SELECT 1 FROM job WHERE kind = 'reboot'"), "a viewer's reboot was taken"
    return f"viewer: {said}"


async def _by_ssh(place: Place, vera: asyncssh.SSHKey, stranger: asyncssh.SSHKey) -> list[str]:
    """A viewer's console, a viewer who sends another's name, and a key that nobody let in."""
    connection, visitor = await Visitor.enter(place.port, vera)
    visitor.press(b"4")
    await visitor.shows(lambda lines: any("of 40" in line for line in lines), "the ONTs")
    visitor.press(b":write on\r")
    await visitor.shows(lambda lines: "may only look" in lines[-1], "that a viewer may not write")
    visitor.press(b"R")
    await visitor.shows(lambda lines: "Reboot its router: " in lines[-1], "that a viewer may not reboot")
    connection.abort()

    trap = place.folder / "trap"
    (place.folder / "sitecustomize.py").write_text(f"open({str(trap)!r}, 'w')")
    forged = {name: value.format(trap=trap, folder=place.folder) for name, value in FORGED.items()}
    async with await _connect(place, vera, "root") as connection:
        done = await connection.run("ack INC-1", env=forged)
    (entry,) = place.query("SELECT * FROM audit ORDER BY id DESC LIMIT 1")
    assert done.exit_status and entry["result"].startswith("refused"), "a viewer's acknowledgement was taken"
    known = entry["actor"], entry["known_by"], entry["details"]
    assert known == ("vera", f"ssh key {vera.get_fingerprint()}", "{}"), f"what the client sent was believed: {known}"
    assert not trap.exists(), "what the client sent was run"

    try:
        await _connect(place, stranger, "vera")
    except asyncssh.PermissionDenied as error:
        denied = str(error)
    else:
        raise AssertionError("a key that nobody let in opened the door")
    log = (place.folder / "door").read_text()
    assert "ssh_unknown_key" in log and stranger.get_fingerprint() in log, "the log does not name the key"
    return [f"{len(forged)} forged variables: {str(done.stderr).strip()}", f"unknown key: {denied}"]


async def _connect(place: Place, key: asyncssh.SSHKey, name: str) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        "127.0.0.1", place.port, username=name, client_keys=[key], known_hosts=None, config=None, agent_path=None
    )


def _tampering(place: Place) -> Iterator[str]:
    """What is said of an audit log that was changed; while it is, nothing is done."""
    ((olt,),) = place.query("SELECT name FROM olt ORDER BY id LIMIT 1")
    act = "maintenance", olt, "1h", "--reason", "drill"
    for _ in range(3):
        code, said = place.run(*act)
        assert code == 0, said
    before, last = _newest_two(place)
    for what, statement in {
        "cut tail": f"DELETE FROM audit WHERE id = {last}",
        "changed row": f"UPDATE audit SET reason = 'another' WHERE id = {before}",
        "deleted row": f"DELETE FROM audit WHERE id = {before}",
    }.items():
        with place.tampered(statement):
            yield f"{what}: {_noticed(place, what)}"
            code, said = place.run(*act)
            assert code and "tampered" in said, f"{what}: it was acted on: {said}"
            if what == "changed row":
                yield f"the collector: {_not_done(place)}"


def _made_to_fit(place: Place) -> Iterator[str]:
    """What signed heads say of a log that was changed together with its chain."""
    before, last = _newest_two(place)
    wait_for(lambda: _head(place) == last, "a signed head")
    anchor = f"UPDATE audit_anchor SET entry_id = {before}, digest = (SELECT digest FROM audit WHERE id = {before})"
    with place.tampered(f"{anchor} WHERE name = 'newest'", f"DELETE FROM audit WHERE id = {last}"):
        yield f"cut tail with its anchor: {_noticed(place, 'cut tail with its anchor')}"
    with place.tampered(f"UPDATE audit SET reason = 'another' WHERE id = {before}"):
        _rewrite(place)
        yield f"new chain: {_noticed(place, 'new chain')}"
    code, said = place.run("audit-verify")
    assert code == 0, f"the log as it was does not hold: {said}"


def _newest_two(place: Place) -> tuple[int, int]:
    """Numbers of the last entry but one, and of the last; numbers between may never have been given."""
    (last,), (before,) = place.query("SELECT id FROM audit ORDER BY id DESC LIMIT 2")
    return before, last


def _noticed(place: Place, what: str) -> str:
    code, said = place.run("audit-verify")
    assert code, f"{what}: audit-verify did not notice: {said}"
    return said.removeprefix("noc-console: ")


def _not_done(place: Place) -> str:
    """What the collector makes of a reboot that stands in the job table and was never asked for."""
    now = time.time()
    ((ont_id, serial),) = place.query("SELECT id, serial FROM ont WHERE state = 'online' ORDER BY id LIMIT 1")
    row = {
        "kind": "reboot", "state": "requested", "ont_id": ont_id, "serial": serial, "requested_by": "mallory",
        "requested_from": "", "requested_at": now, "expires_at": now + 600, "reason": "", "forced": False,
        "revision": 1,
    }  # fmt: skip
    place.query(f"INSERT INTO job ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())
    ended = "SELECT state, result FROM job WHERE requested_by = 'mallory' AND finished_at IS NOT NULL"
    wait_for(lambda: bool(place.query(ended)), "the end of a job that nobody asked for")
    ((state, result),) = place.query(ended)
    assert state == "failed" and "nothing was sent" in result, f"it was done: {state}: {result}"
    return str(result)


def _head(place: Place) -> int:
    """The entry that the newest signed head names."""
    code, said = place.run("audit-head")
    return 0 if code else int(json.loads(said)["entry"])


def _rewrite(place: Place) -> None:
    """A new chain that fits in itself, as whoever can write to the database could make it."""
    previous = ""
    for row in place.query("SELECT * FROM audit ORDER BY id"):
        made = digest(previous, dict(row))
        place.query("UPDATE audit SET previous = ?, digest = ? WHERE id = ?", previous, made, row["id"])
        previous = made
    place.query("UPDATE audit_anchor SET digest = ? WHERE name = 'newest'", previous)
