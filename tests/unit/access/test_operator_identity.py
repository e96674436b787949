"""Who asks: the kernel's word, and nothing that the operator could set."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest
from pydantic import ValidationError

from noc_console.access import identity
from noc_console.access.identity import Evidence, account, current_operator, role_of
from noc_console.config.model import Config
from noc_console.config.operations import Access
from noc_console.domain.operators import Role

ROOT = pwd.getpwuid(0).pw_name
OTHER = next(entry for entry in pwd.getpwall() if entry.pw_uid not in (0, os.getuid()))
FORGED = {"USER": OTHER.pw_name, "LOGNAME": OTHER.pw_name, "SSH_USER": OTHER.pw_name, "SUDO_USER": OTHER.pw_name}
NO_SUCH_UID = 3_999_999_999


def evidence(uid: int, login_uid: int | None = None, effective_uid: int | None = None, **environment: str) -> Evidence:
    return Evidence(uid, uid if effective_uid is None else effective_uid, login_uid, environment)


def config(**access: object) -> Config:
    return Config.model_validate({"olts": [{"name": "north", "address": "192.0.2.1"}], "access": access})


def test_an_account_is_itself_whatever_the_environment_says() -> None:
    assert account(evidence(OTHER.pw_uid, **{**FORGED, "SUDO_USER": ROOT, "SSH_USER": ROOT})) == (
        OTHER.pw_name,
        "unix account",
    )
    assert account(evidence(OTHER.pw_uid, login_uid=0)) == (OTHER.pw_name, "unix account")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (evidence(0), (ROOT, "unix account")),
        (evidence(0, SSH_USER=OTHER.pw_name, USER=OTHER.pw_name, LOGNAME=OTHER.pw_name), (ROOT, "unix account")),
        (evidence(0, SUDO_USER=OTHER.pw_name), (OTHER.pw_name, "sudo")),
        (evidence(0, SUDO_USER="no-such-account"), (ROOT, "unix account")),
        (evidence(0, SUDO_USER=ROOT), (ROOT, "unix account")),
        (evidence(0, login_uid=OTHER.pw_uid, SUDO_USER=ROOT), (OTHER.pw_name, "login uid")),
        (evidence(0, login_uid=OTHER.pw_uid, SUDO_USER="somebody"), (OTHER.pw_name, "login uid")),
        (evidence(0, login_uid=NO_SUCH_UID, SUDO_USER=OTHER.pw_name), (OTHER.pw_name, "sudo")),
        (evidence(0, login_uid=0), (ROOT, "unix account")),
        (evidence(OTHER.pw_uid, effective_uid=0, SUDO_USER=ROOT), (OTHER.pw_name, "unix account")),
        (evidence(NO_SUCH_UID), (f"uid {NO_SUCH_UID}", "unix account")),
    ],
)
def test_root_is_whoever_became_root(found: Evidence, said: tuple[str, str]) -> None:
    assert account(found) == said


def test_this_process_is_not_fooled_by_its_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reproduction: a second operator by setting SSH_USER."""
    monkeypatch.setattr(identity, "PROCESSES", tmp_path / "none")
    for name in FORGED:
        monkeypatch.delenv(name, raising=False)
    before = current_operator(config())
    for name in ("USER", "LOGNAME", "SSH_USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, OTHER.pw_name)
    assert current_operator(config()) == before
    assert before.name == pwd.getpwuid(os.getuid()).pw_name


def test_where_ssh_comes_from_is_only_a_claim() -> None:
    found = current_operator(config(), evidence(OTHER.pw_uid, SSH_CONNECTION="10.0.0.9 50000 10.0.0.1 22"))
    assert found.origin.claimed_address == "10.0.0.9"
    assert "10.0.0.9" not in str(found.origin) and found.origin.host == os.uname().nodename


@pytest.mark.parametrize(("text", "uid"), [("1000\n", 1000), ("4294967295", None), ("", None), ("x", None)])
def test_the_login_uid_as_the_kernel_tells_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, uid: int | None
) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "loginuid").write_text(text)
    monkeypatch.setattr(identity, "PROCESSES", tmp_path)
    assert identity.gather_evidence().login_uid == uid


GROUP = grp.getgrgid(OTHER.pw_gid).gr_name


@pytest.mark.parametrize(
    ("access", "role"),
    [
        ({}, Role.ADMIN),
        ({"default": "viewer"}, Role.VIEWER),
        ({"default": "viewer", "operators": [OTHER.pw_name]}, Role.OPERATOR),
        ({"default": "viewer", "operators": [f"@{GROUP}"]}, Role.OPERATOR),
        ({"default": "viewer", "viewers": [OTHER.pw_name], "admins": [f"@{GROUP}"]}, Role.ADMIN),
        ({"viewers": [OTHER.pw_name]}, Role.VIEWER),
        ({"default": "operator", "admins": [GROUP + "-no", "@no-such-group"]}, Role.OPERATOR),
    ],
)
def test_the_highest_role_that_names_an_account_wins(access: dict[str, object], role: Role) -> None:
    assert role_of(OTHER.pw_name, Access.model_validate(access)) is role


@pytest.mark.parametrize("wrong", [{"admins": ["@"]}, {"viewers": [" "]}, {"default": "root"}, {"nobody": []}])
def test_a_list_that_names_nobody_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Access.model_validate(wrong)


def test_an_account_that_no_system_knows_has_the_default() -> None:
    assert role_of("no-such-account", Access(default=Role.VIEWER, admins=("@root",))) is Role.VIEWER
