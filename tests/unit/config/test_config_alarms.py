"""``alarms:`` of the config file: what is left out stays as it is, what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from noc_console.config.alarms import Alarms
from noc_console.config.notifications import Notifications
from noc_console.domain.alarms.rules import RULES
from noc_console.domain.changes import Severity

DOCS = Path(__file__).resolve().parents[3] / "docs" / "configuring.md"


def test_nothing_said_is_the_default() -> None:
    assert Alarms().rules() == Alarms.model_validate({}).rules() == RULES


def test_what_a_rule_leaves_out_is_the_default() -> None:
    given: dict[str, Any] = {
        "fan": False,
        "temperature": {"limit": 70},
        "disk": {"limit": 5},
        "cpu": {"severity": "critical"},
    }
    rules = Alarms.model_validate(given).rules()
    assert not rules["fan"].enabled and rules["fan"].raise_after_s == RULES["fan"].raise_after_s
    assert (rules["temperature"].limit, rules["temperature"].clear) == (70, 65)
    assert (rules["disk"].limit, rules["disk"].clear, rules["disk"].below) == (5, 10, True)
    assert (rules["cpu"].severity, rules["cpu"].limit) == (Severity.CRITICAL, 90)
    assert rules["port"] == RULES["port"]


@pytest.mark.parametrize(
    ("given", "where", "said"),
    [
        ({"fann": {}}, ("fann",), "not permitted"),
        ({"fan": {"limit": 3}}, ("fan", "limit"), "not permitted"),
        ({"fan": 3}, ("fan",), "valid dictionary"),
        ({"cpu": {"severity": "info"}}, ("cpu", "severity"), "is one of critical, major, minor, warning"),
        ({"cpu": {"limit": "hot"}}, ("cpu", "limit"), "valid number"),
        ({"cpu": {"raise_after_s": -1}}, ("cpu", "raise_after_s"), "greater than or equal to 0"),
        ({"cpu": {"clear": 95}}, (), "cpu: clear is above limit"),
        ({"disk": {"clear": 5}}, (), "disk: clear is below limit"),
        ({"card": {"skip": "olt-1 card 0/5"}}, ("card", "skip"), "valid tuple"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], where: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Alarms.model_validate(given)
    (error,) = caught.value.errors()
    assert error["loc"] == where and said in error["msg"]


def test_the_table_in_the_docs_is_true() -> None:
    told = DOCS.read_text(encoding="utf-8")
    for name, rule in RULES.items():
        limits = "" if rule.limit is None else f"{rule.limit:g}, {rule.clear:g}"
        off = "" if rule.enabled else ", off"
        (line,) = [line for line in told.splitlines() if line.startswith(f"| `{name}` | ") and line.count("|") == 6]
        assert line.endswith(f"| {limits} | {rule.raise_after_s:g} s | {rule.severity.value}{off} |"), name


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"urls": []}, "at least 1"),
        ({"urls": ["mail.example.net"]}, "the URL number 1 is none"),
        ({"urls": ["json://x y"]}, "the URL number 1 is none"),
        ({"urls": ["json://x"], "what": ["swaps"]}, "'incidents' or 'alarms'"),
        ({"urls": ["json://x"], "min_severity": "info"}, "is one of critical"),
        ({"urls": ["json://x"], "most": 0}, "greater than or equal to 1"),
    ],
)
def test_messages_go_somewhere(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Notifications.model_validate(given)
    assert said in str(caught.value)


def test_a_url_is_a_secret() -> None:
    wanted = Notifications.model_validate({"urls": ["mailtos://noc:hushhush@example.net"]})
    assert "hushhush" not in repr(wanted)
