"""Copying over SSH: the tmux buffer, else OSC 52, always also a private file. The way taken is named."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable, Mapping
from pathlib import Path

OSC52_LIMIT = 74_994
TIMEOUT_S = 2.0


async def copy(text: str, write: Callable[[str], None], file: Path, env: Mapping[str, str] = os.environ) -> str:
    """Copy ``text`` and return how: ``tmux buffer``, ``OSC 52`` or ``file ...``.

    Args:
        text: What to copy.
        write: Sends an escape sequence to the terminal.
        file: Always written too, readable by the user alone.
        env: Environment; ``TMUX`` and ``TERM`` are looked at.
    """
    saved = _save(text, file)
    if env.get("TMUX"):
        for arguments in (("load-buffer", "-w", "-"), ("load-buffer", "-")):
            if await _tmux(arguments, text):
                return "tmux buffer"
    encoded = base64.b64encode(text.encode()).decode()
    if len(encoded) <= OSC52_LIMIT:
        sequence = f"\x1b]52;c;{encoded}\x1b\\"
        in_screen = env.get("TERM", "").startswith("screen") and not env.get("TMUX")
        write(f"\x1bP{sequence}\x1b\\" if in_screen else sequence)
        return "OSC 52"
    return f"file {file}" if saved else "nothing: too long for the terminal, and the file cannot be written"


def clip_file(env: Mapping[str, str] = os.environ) -> Path:
    """``~/.cache/noc-console/clip.txt``."""
    return Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "noc-console" / "clip.txt"


def _save(text: str, file: Path) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), 0o600)
            stream.write(text)
    except OSError:
        return False
    return True


async def _tmux(arguments: tuple[str, ...], text: str) -> bool:
    """Give the text on stdin, never as an argument that others could see."""
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        await asyncio.wait_for(process.communicate(text.encode()), TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return process.returncode == 0
