"""``noc-console demo``: the simulated network as a child process, and the console in front of it."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from noc_console.cli.console import open_console
from noc_console.cli.output import Exit, fail
from noc_console.config.load import load
from noc_console.console.options import Options
from noc_console.demo.story_names import StoryName

START_S = 120.0
END_S = 3.0


def run_demo(
    olts: int,
    onts: int,
    seed: int,
    scenario: StoryName | None,
    folder: Path | None,
    headless: bool,
    as_json: bool,
    options: Options,
) -> int:
    """Serve the simulated network; with the console in front of it unless ``headless``."""
    arguments = ["--olts", str(olts), "--onts", str(onts), "--seed", str(seed)]
    if scenario:
        arguments += ["--scenario", scenario.value]
    if headless:
        from noc_console.demo.__main__ import main

        return main([*arguments, *(["--dir", str(folder)] if folder else []), *(["--json"] if as_json else [])])
    from noc_console.console.run import why_not_here

    refusal = why_not_here()
    if refusal:
        fail(f"{refusal} (--headless serves the network alone)", Exit.USAGE)
    own_folder = folder or Path(tempfile.mkdtemp(prefix="noc-demo-"))
    network = _start([*arguments, "--dir", str(own_folder)])
    try:
        return _console(_ready(network), own_folder, options)
    finally:
        _end(network)
        if folder is None:
            shutil.rmtree(own_folder, ignore_errors=True)


def _console(info: dict[str, Any], folder: Path, options: Options) -> int:
    path = Path(info["config"])
    if not options.first_command:
        options = replace(options, screen=options.screen or "network")
    beside = [_beside("noc_console.cli.demo_records", str(path), *info["records"])]
    if info.get("history"):
        # Without VictoriaMetrics the past goes into the sample buffer.
        beside.append(_beside("noc_console.cli.past", str(path), info["history"]))
    try:
        return open_console(load(path), path, options, folder)
    finally:
        for process in beside:
            _end(process)


def _beside(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Work that the console must not wait for."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "noc_console.demo", *arguments, "--json", "--with-parent", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A session of its own, so that ctrl+c reaches the console only.
        start_new_session=True,
    )


def _ready(network: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the line that says where everything is, telling that we wait."""
    assert network.stdout and network.stderr
    print("Starting the simulated network ...", file=sys.stderr, flush=True)
    ends_at = time.monotonic() + START_S
    while time.monotonic() < ends_at:
        if select.select([network.stdout], [], [], 0.2)[0]:
            line = network.stdout.readline()
            if line:
                found: dict[str, Any] = json.loads(line)
                return found
        if network.poll() is not None:
            fail(f"the simulated network did not start: {network.stderr.read().strip()}", Exit.FAILED)
    return fail(f"the simulated network was not ready after {START_S:.0f} s", Exit.FAILED)


def _end(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe:
            with suppress(OSError):
                pipe.close()
