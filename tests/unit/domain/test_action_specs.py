"""Actions: each declared once, performed once, offered where it is meant to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from noc_console.cli.kinds import list_kinds
from noc_console.collector.performing import PERFORMERS
from noc_console.console.registry import ACTIONS as CONSOLE_ACTIONS
from noc_console.domain.actions import ACTIONS, JobKind, markdown_table
from noc_console.domain.operators import Role
from noc_console.domain.targets import Target, TargetKind


def test_every_kind_is_declared_and_performed() -> None:
    assert set(ACTIONS) == set(PERFORMERS) == set(JobKind)


@pytest.mark.parametrize("kind", [kind for kind in JobKind if kind.level >= 2])
def test_what_is_dangerous_can_be_taken_over_and_cancelled(kind: JobKind) -> None:
    """It must not be done twice, nor be left half done."""
    follow_up = PERFORMERS[kind].follow_up
    assert follow_up is not None and follow_up.resume and follow_up.cancel


@pytest.mark.parametrize("kind", JobKind)
def test_the_console_offers_what_is_declared(kind: JobKind) -> None:
    spec = ACTIONS[kind]
    found = [action for action in CONSOLE_ACTIONS if action.kind is kind]
    assert len(found) == spec.offered
    for action in found:
        assert (action.keys, action.command, action.footer) == (spec.keys, kind.value, spec.footer)
        assert action.danger == (spec.level if spec.level >= 3 else 0)


def test_only_looks_are_for_viewers() -> None:
    assert all(spec.level == 0 for spec in ACTIONS.values() if spec.role is Role.VIEWER)


def test_commands_and_docs_list_every_action(capsys: pytest.CaptureFixture[str]) -> None:
    list_kinds(as_json=False)
    told, table = capsys.readouterr().out, markdown_table()
    for kind, spec in ACTIONS.items():
        assert kind.value in told and f"`{kind.value}`" in table and spec.verified_by in table


def test_the_docs_hold_the_table() -> None:
    docs = Path(__file__).resolve().parents[3] / "docs" / "actions.md"
    assert markdown_table() in docs.read_text(encoding="utf-8"), "python -m noc_console.domain.actions"


def test_roles_are_ordered() -> None:
    assert Role.ADMIN.covers(Role.VIEWER) and Role.OPERATOR.covers(Role.OPERATOR)
    assert not Role.VIEWER.covers(Role.OPERATOR) and not Role.OPERATOR.covers(Role.ADMIN)


def test_targets() -> None:
    assert Target.ont(7).ont_id == 7 and Target.olt("7").ont_id is None
    assert Target.record("zones", "north") == Target(TargetKind.RECORD, "zones/north")
