"""An identity that the SSH server sealed: taken for what it is, once, by the session that it was made for."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from noc_console.access import identity, seal
from noc_console.access.seal import Vouched
from noc_console.config.model import Config
from noc_console.domain.errors import ConfigError
from noc_console.domain.operators import Grant, Role

MARIA = Vouched("maria", "SHA256:abc", "192.0.2.7")
SECRET, DOOR, NOW = b"secret", 4711, 1000.0


@pytest.fixture(autouse=True)
def nobody_after_all() -> Iterator[None]:
    yield
    identity.came_by_door = None


def made(secret: bytes = SECRET) -> str:
    return seal.make(MARIA, secret, DOOR, NOW)


def altered(text: str, **values: object) -> str:
    body, _, mac = text.partition(".")
    told = {**json.loads(base64.b64decode(body)), **values}
    return f"{base64.b64encode(json.dumps(told).encode()).decode()}.{mac}"


def test_who_it_was_made_for() -> None:
    assert seal.verify(made(), SECRET, DOOR, NOW + 1) == MARIA


@pytest.mark.parametrize(
    ("text", "starter", "now", "why"),
    [
        (altered(made(), name="root"), DOOR, NOW, "seal does not fit"),
        (made(b"another key"), DOOR, NOW, "seal does not fit"),
        (made(), DOOR + 1, NOW, "made by another process"),
        (made(), DOOR, NOW + 60, "too old"),
        (made(), DOOR, NOW - 60, "too old"),
        ("", DOOR, NOW, "seal does not fit"),
        (".", DOOR, NOW, "seal does not fit"),
        ("\u00e9.\u00e9", DOOR, NOW, "not started by the door"),
        (made().partition(".")[0], DOOR, NOW, "seal does not fit"),
    ],
)
def test_anything_else_is_nobody(text: str, starter: int, now: float, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        seal.verify(text, SECRET, starter, now)


def config(tmp_path: Path, **access: object) -> Config:
    (tmp_path / "host_key").write_bytes(b"a private key")
    (tmp_path / "host_key").chmod(0o600)
    sections = {"door": {"host_key": str(tmp_path / "host_key")}, "access": access}
    return Config.model_validate({"genieacs": {"url": "http://127.0.0.1:1"}, **sections})


def enter(made_for: Config, tmp_path: Path) -> None:
    secret = seal.read_secret(tmp_path / "host_key")
    identity.enter(made_for, seal.make(MARIA, secret, os.getppid(), time.time()), os.getppid())


def test_a_session_of_the_door_is_whom_the_key_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grants = [{"who": "SHA256:abc", "role": "operator", "olts": ["north-*"]}]
    loaded = config(tmp_path, grants=grants)
    for name in ("USER", "SUDO_USER", "SSH_USER", "NOC_CONSOLE_OPERATOR"):
        monkeypatch.setenv(name, "root")
    enter(loaded, tmp_path)
    who = identity.current_operator(loaded)
    assert (who.name, who.known_by, who.role) == ("maria", "ssh key SHA256:abc", Role.VIEWER)
    assert who.grants == (Grant(Role.OPERATOR, ("north-*",)),)
    assert (
        who.origin.address == "192.0.2.7" and str(who.origin).endswith("192.0.2.7") and not who.origin.claimed_address
    )


def test_no_variable_names_an_operator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = identity.current_operator(config(tmp_path)).name
    for name in ("NOC_CONSOLE_IDENTITY", "NOC_CONSOLE_OPERATOR", "SSH_USER", "SSH_ORIGINAL_COMMAND", "USER", "LOGNAME"):
        monkeypatch.setenv(name, made())
    assert identity.current_operator(config(tmp_path)).name == before


def test_a_refused_seal_leaves_nobody(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not started by the door"):
        identity.enter(config(tmp_path), made(), DOOR)
    assert identity.came_by_door is None


def test_a_key_that_others_may_read_vouches_for_nobody(tmp_path: Path) -> None:
    loaded = config(tmp_path)
    (tmp_path / "host_key").chmod(0o644)
    with pytest.raises(ConfigError, match="others may read"):
        enter(loaded, tmp_path)
    (tmp_path / "host_key").unlink()
    with pytest.raises(ConfigError, match=r"door\.host_key"):
        enter(loaded, tmp_path)


def test_what_is_taken_is_closed() -> None:
    theirs, ours = os.pipe()
    os.write(ours, b"text")
    os.close(ours)
    assert seal.take(theirs) == "text"
    with pytest.raises(ConfigError, match="for noc-console door alone"):
        seal.take(theirs)


def test_roles_by_place_and_by_key() -> None:
    access = {
        "default": "admin",
        "operators": ["bert", "SHA256:xyz"],
        "grants": [
            {"who": "nora", "role": "operator", "olts": ["north-*"]},
            {"who": "bert", "role": "admin", "zones": ["harbour"]},
            {"who": "olga", "role": "operator"},
        ],
    }
    loaded = Config.model_validate({"genieacs": {"url": "http://127.0.0.1:1"}, "access": access}).access
    nobody = identity.Origin("noc-1")

    def of(name: str, key: str = "") -> tuple[Role, tuple[Grant, ...]]:
        who = identity.operator(name, "unix account", nobody, loaded, key)
        return who.role, who.grants

    assert of("nora") == (Role.VIEWER, (Grant(Role.OPERATOR, ("north-*",)),)), "a list that names her ends the default"
    assert of("bert") == (Role.OPERATOR, (Grant(Role.ADMIN, (), ("harbour",)),))
    assert of("olga") == (Role.OPERATOR, ())
    assert of("somebody") == (Role.ADMIN, ())
    assert of("x", "SHA256:xyz") == (Role.OPERATOR, ())
