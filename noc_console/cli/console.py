"""The console as a process: its collector child beside it, its settings from the config file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from noc_console.access.identity import Evidence, current_operator, own_folder
from noc_console.cli.lazy import LazyBackend
from noc_console.config.model import Config
from noc_console.config.paths import log_file, state_dir, why_read_only
from noc_console.console.options import Options

if TYPE_CHECKING:
    from noc_console.console.settings import ConsoleSettings
    from noc_console.picture.feed_client import FeedClient
    from noc_console.picture.past import Past


def open_console(config: Config, config_file: Path, options: Options, folder: Path | None = None) -> int:
    """Run the console until the operator leaves it; returns the exit code.

    Args:
        config: The config.
        config_file: Where it came from; the collector child reads it again.
        options: What the command line says.
        folder: Where the console remembers its settings; None is the user's state folder.
    """
    with LazyBackend(config, config_file) as backend:
        settings = console_settings(config, options, folder)
        return run_session(backend, config, settings, None)


def run_session(backend: LazyBackend, config: Config, settings: ConsoleSettings, known: FeedClient | None) -> int:
    """Run the console, now and in the past, until the operator leaves it; returns the exit code.

    Args:
        backend: What is live.
        config: The config.
        settings: Of the console.
        known: A feed of the backend that rests: the console goes on from its picture.
    """
    from noc_console.console.run import run_console

    while True:
        code, travel_to, known = run_console(backend, settings, known=known)
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
    ended = run_console(backend, replace(settings, past=WHY), clock.now)
    return ended.code, ended.travel_to


def open_recording(config: Config | None, file: Path, speed: float, options: Options) -> int:
    """Play a recording on the screen; returns the exit code."""
    from noc_console.cli.past import from_file
    from noc_console.console.past import WHY, PastBackend, PastClock
    from noc_console.console.run import run_console

    config = config or Config.model_construct()
    past = from_file(config, file)
    clock = PastClock(past.first_at, speed, past.last_at)

    async def load() -> Past:
        return past

    options = replace(options, screen="network", read_only=True)
    settings = replace(console_settings(config, options), past=WHY, site=f"REPLAY {file.name}")
    return run_console(PastBackend(load, clock), settings, clock.now).code


def open_wallboard(config: Config, config_file: Path, options: Options, pages: Sequence[str], seconds: float) -> int:
    """Run the wallboard; returns the exit code.

    Args:
        config: The config.
        config_file: Where it came from.
        options: What the command line says.
        pages: Names of pages, in their order.
        seconds: For how long each is shown.
    """
    from noc_console.console.wallboard import run_wallboard

    with LazyBackend(config, config_file) as backend:
        return run_wallboard(backend, console_settings(config, replace(options, read_only=True)), pages, seconds)


def console_settings(
    config: Config, options: Options, folder: Path | None = None, evidence: Evidence | None = None
) -> ConsoleSettings:
    """What the config and the command line make of a console.

    Args:
        config: The config.
        options: What the command line says.
        folder: Where it remembers; None is the user's state folder.
        evidence: Of who asked for it; None is this process.
    """
    from noc_console.cli.wiring import picture_settings, presets
    from noc_console.console.settings import ConsoleSettings

    own = own_folder()
    return ConsoleSettings(
        site=config.console.site,
        picture=picture_settings(config),
        presets=presets(config),
        bulk_max=config.bulk.max,
        second_operator_above=config.bulk.second_operator_above,
        theme=options.theme or config.console.theme,
        mouse=config.console.mouse if options.mouse is None else options.mouse,
        link=options.link or config.console.link,
        ascii=config.console.ascii if options.ascii is None else options.ascii,
        notify=config.console.notify,
        dim=config.console.dim,
        first_command=options.first_command,
        keys=config.console.keys,
        operator=current_operator(config, evidence),
        read_only=options.read_only,
        database_read_only=why_read_only(config.database),
        screen=options.screen,
        state_file=(own or folder or state_dir()) / "ui.json",
        files_in=own,
        log_file=log_file(config),
    )
