"""A link opens the console where it was copied, and never does more than show."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from noc_console.cli import main
from noc_console.console import commands
from noc_console.console.copying import deep_link
from noc_console.console.opening import only_shows
from noc_console.console.options import Options
from noc_console.console.registry import ACTIONS, Registry

from .gallery import SHOWN, do_step, troubled
from .harness import console


async def test_the_command_runs_once_everything_is_read() -> None:
    async with console(await troubled(), first_command="inc 12") as desk:
        await desk.shows("INC-12")
        assert desk.app.view.link() == "inc 12"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("nonsense 4", "no command :nonsense"),
        ("reboot", "not run from the command line"),
        ("write on", "not run from the command line"),
        ("inc 999", "999"),
    ],
)
async def test_what_cannot_be_shown_is_said_in_the_open_console(command: str, says: str) -> None:
    async with console(await troubled(), first_command=command) as desk:
        await desk.until(lambda: any(says in text for text in desk.toasts()))
        assert len(desk.app.screen_stack) == 1 and not desk.app.desk.session.write


def test_nothing_that_changes_anything_is_run() -> None:
    shown = {action.id for action in ACTIONS if only_shows(action)}
    assert {"screen.incidents", "goto.ont", "goto.pon", "time.at"} <= shown
    changing = (
        "outage.",
        "mark.",
        "copy",
        "write",
        "export",
        "quit",
        "bulk.",
        "job.",
        "swap.",
        "ont.",
        "olt.",
        "force",
    )
    assert not [name for name in shown if name.startswith(changing)]
    assert not [action.id for action in ACTIONS if action.kind and only_shows(action)]


async def test_every_screens_link_is_a_command_that_leads_back() -> None:
    async with console(await troubled()) as desk:
        await desk.shows("INC")
        for name in SHOWN.keys() - {"config"}:
            for step in SHOWN[name]:
                do_step(desk.app, step)
                await desk.pilot.pause()
            link = desk.app.view.link()
            action, argument = commands.parse(link, Registry())
            assert only_shows(action), name
            await desk.press("6")
            before = desk.toasts("warning")
            desk.app.command(link)
            await desk.pilot.pause()
            assert not argument or desk.app.view.link() == link or desk.app.navigation.shown == "network", name
            assert set(desk.toasts("warning")) <= set(before), name


@pytest.mark.parametrize("name", ["olt-1", "it's", "$(reboot)", "a;b `c`", 'say "x"', "Łódź\n-rf"])
def test_a_shell_takes_the_link_as_one_word(name: str) -> None:
    words = shlex.split(deep_link(f"olt {name}"))
    assert words[0] == "noc-console" and len(words) == 2
    assert words[1].startswith(":olt ") and "\n" not in words[1]


def test_the_command_line_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Options] = []
    monkeypatch.setattr(main, "_open", asked.append)
    for words in ([":inc 17"], ["--link", "low", "--ascii", ":inc", "17"], [":filter -x"]):
        assert CliRunner().invoke(main.app, words, catch_exceptions=False).exit_code == 0
    assert asked[0] == Options(first_command="inc 17")
    assert asked[1] == replace(asked[0], link="low", ascii=True)
    assert asked[2].first_command == "filter -x"


def test_a_wrong_link_is_refused_by_name() -> None:
    result = CliRunner().invoke(main.app, ["--link", "fast"])
    assert result.exit_code == 2 and "fast" in result.output
