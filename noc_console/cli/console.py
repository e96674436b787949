"""The console as a process: its collector child beside it, its settings from the config file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from noc_console.access.identity import current_operator
from noc_console.cli.lazy import LazyBackend
from noc_console.config.model import Config
from noc_console.config.paths import log_file, state_dir, why_read_only

if TYPE_CHECKING:
    from noc_console.console.settings import ConsoleSettings
    from noc_console.picture.past import Past


@dataclass(frozen=True, slots=True)
class Wanted:
    """What stands on the command line; None and empty leave it to the config."""

    theme: str | None = None
    link: Literal["full", "low", "auto"] | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    screen: str = ""
    """First screen."""
    read_only: bool = False
    """Never allow actions."""
    first_command: str = ""
    """``:`` command to run after the first data."""


def open_console(config: Config, config_file: Path, wanted: Wanted, folder: Path | None = None) -> int:
    """Run the console until the operator leaves it; returns the exit code.

    Args:
        config: The config.
        config_file: Where it came from; the collector child reads it again.
        wanted: What the command line says.
        folder: Where the console remembers its settings; None is the user's state folder.
    """
    from noc_console.console.run import run_console

    with LazyBackend(config, config_file) as backend:
        settings = _settings(config, wanted, folder)
        while True:
            code, travel_to = run_console(backend, settings)
            if code or travel_to is None:
                return code
            settings = replace(settings, first_command="")
            code, travel_to = _open_past(config, settings, travel_to)
            if code or travel_to is None:
                return code


def _open_past(config: Config, settings: ConsoleSettings, at: float) -> tuple[int, float | None]:
    """Show what the collector recorded, until the operator wants what is live, or leaves; as ``run_console``."""
    from noc_console.cli.past import recorded
    from noc_console.console.past import WHY, PastBackend, PastClock
    from noc_console.console.run import run_console

    clock = PastClock(at)
    backend = PastBackend(lambda: recorded(config, at), clock)
    return run_console(backend, replace(settings, past=WHY), clock.now)


def open_recording(config: Config | None, file: Path, speed: float, wanted: Wanted) -> int:
    """Play a recording on the screen; returns the exit code."""
    from noc_console.cli.past import from_file
    from noc_console.console.past import WHY, PastBackend, PastClock
    from noc_console.console.run import run_console

    config = config or Config.model_construct()
    past = from_file(config, file)
    clock = PastClock(past.first_at, speed, past.last_at)

    async def load() -> Past:
        return past

    wanted = replace(wanted, screen="network", read_only=True)
    settings = replace(_settings(config, wanted), past=WHY, site=f"REPLAY {file.name}")
    code, _ = run_console(PastBackend(load, clock), settings, clock.now)
    return code


def open_wallboard(config: Config, config_file: Path, wanted: Wanted, pages: Sequence[str], seconds: float) -> int:
    """Run the wallboard; returns the exit code.

    Args:
        config: The config.
        config_file: Where it came from.
        wanted: What the command line says.
        pages: Names of pages, in their order.
        seconds: For how long each is shown.
    """
    from noc_console.console.wallboard import run_wallboard

    with LazyBackend(config, config_file) as backend:
        return run_wallboard(backend, _settings(config, replace(wanted, read_only=True)), pages, seconds)


def _settings(config: Config, wanted: Wanted, folder: Path | None = None) -> ConsoleSettings:
    from noc_console.cli.wiring import picture_settings
    from noc_console.console.settings import ConsoleSettings

    return ConsoleSettings(
        site=config.console.site,
        picture=picture_settings(config),
        bulk_max=config.bulk.max,
        second_operator_above=config.bulk.second_operator_above,
        theme=wanted.theme or config.console.theme,
        mouse=config.console.mouse if wanted.mouse is None else wanted.mouse,
        link=wanted.link or config.console.link,
        ascii=config.console.ascii if wanted.ascii is None else wanted.ascii,
        notify=config.console.notify,
        dim=config.console.dim,
        first_command=wanted.first_command,
        keys=config.console.keys,
        operator=current_operator(config),
        read_only=wanted.read_only,
        database_read_only=why_read_only(config.database),
        screen=wanted.screen,
        state_file=(folder or state_dir()) / "ui.json",
        log_file=log_file(config),
    )
