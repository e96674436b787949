"""One registry: every key has a command, every action is done somewhere and appears in the help."""

from __future__ import annotations

from functools import cache

import pytest

from noc_console.collector.performing import PERFORMERS
from noc_console.console import commands
from noc_console.console.app import NocApp
from noc_console.console.keys import SCOPE_TITLES, markdown_table
from noc_console.console.past import PastBackend, PastClock
from noc_console.console.registry import ACTIONS, Action, Context, Registry, clashes
from noc_console.console.settings import ConsoleSettings
from noc_console.console.widgets.table import LineTable
from noc_console.domain.network import Ont
from noc_console.picture.past import Past

FORBIDDEN = {"ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+b", "ctrl+a", "ctrl+s", "ctrl+space"}


def test_every_action_has_a_command_of_its_own() -> None:
    names = [action.command for action in ACTIONS]
    assert all(names)
    assert len(set(names)) == len(names)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_shipped_keys_do_not_clash_and_arrive_in_every_terminal() -> None:
    registry = Registry()
    assert registry.problems == []
    assert not FORBIDDEN & set(registry.all_keys())
    assert not [key for key in registry.all_keys() if key.startswith(("alt+", "f1"))]


@cache
def doers() -> list[object]:
    """Whoever may answer an action: the app and its responders, the screens and their helpers, a list."""
    app = NocApp(PastBackend(no_recording, PastClock(0.0)), ConsoleSettings())
    views = app.navigation.views.values()
    return [app, *app._responders, *views, *(helper for view in views for helper in view.helpers), LineTable]


async def no_recording() -> Past:
    raise AssertionError("nothing is opened")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_is_done_somewhere(action: Action) -> None:
    assert action.kind in PERFORMERS or any(hasattr(doer, action.method) for doer in doers())


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_is_in_the_readme_table(action: Action) -> None:
    table = markdown_table()
    assert action.scope in SCOPE_TITLES
    assert f":{action.command}" in table
    assert action.title in table


def test_keys_can_be_changed_and_clashes_are_told() -> None:
    registry = Registry({"ont.refresh": "f5, r", "ont.reboot": "j", "no.such": "x"})
    assert registry.by_id["ont.refresh"].keys == ("f5", "r")
    assert any("'j' is wanted by" in problem for problem in registry.problems)
    assert any("no action 'no.such'" in problem for problem in registry.problems)


def test_two_screens_may_use_one_key() -> None:
    pair = [Action("a", "A", ("x",), "a", "jobs"), Action("b", "B", ("x",), "b", "network")]
    assert clashes(pair) == []
    assert clashes([*pair, Action("c", "C", ("x",), "c")])


ONT = Ont(id=1, olt_id=1, port="0/1/0", ont_id=1, serial="HWTC00000001")


@pytest.mark.parametrize(
    ("context", "says"),
    [
        (Context(), "no ONT is selected"),
        (Context(ont=ONT, link_error="locked"), "locked"),
        (Context(ont=ONT, collector_alive=False), "no collector is running"),
        (Context(ont=ONT, refresh_wait_s=7), "again in 7 s"),
        (Context(ont=ONT), None),
    ],
)
def test_a_disabled_refresh_says_why(context: Context, says: str | None) -> None:
    why = Registry().by_id["ont.refresh"].why_disabled(context)
    assert (why is None) if says is None else (why is not None and says in why)


@pytest.mark.parametrize(
    ("text", "action", "argument"),
    [
        ("reboot", "ont.reboot", ""),
        ("theme mono", "theme", "mono"),
        ("q", "quit", ""),
        ("pon olt-1 0/1/3", "goto.pon", "olt-1 0/1/3"),
    ],
)
def test_commands_are_read(text: str, action: str, argument: str) -> None:
    found, rest = commands.parse(text, Registry())
    assert (found.id, rest) == (action, argument)


def test_commands_are_completed() -> None:
    registry = Registry()
    assert commands.complete("fac", registry, lambda _: ()) == "factory-reset"
    assert commands.complete("theme m", registry, lambda _: ("dark", "mono")) == "theme mono"
    assert commands.complete("", registry, lambda _: ()) is None
