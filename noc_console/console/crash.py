"""Crash reports: a traceback without values goes to the log file, one line to the operator.

Locals never leave the process: they may hold a community string or a customer's password. Neither do the messages of
foreign exceptions, which may quote what they were given.
"""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

from noc_console.domain.errors import NocError


def report(error: BaseException, file: Path | None, fatal: bool = True) -> str:
    """Append the report and return the line for the operator.

    Args:
        error: What broke.
        file: The log; None writes none.
        fatal: Whether the console ends because of it.
    """
    said = str(error) if isinstance(error, NocError) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = "NOC Console stopped on" if fatal else "A background task broke on"
    line = f"{what} an error of its own: {said}{place}."
    if file is None or not _append(file, _redacted(error)):
        return line
    return f"{line} Report: {file}"


def _redacted(error: BaseException) -> str:
    """Frames and types of the whole chain; no values."""
    parts = [f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} console crash"]
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        name = f"{type(link).__module__}.{type(link).__qualname__}"
        parts.append(f"{name}: {link}" if isinstance(link, NocError) else name)
        parts += [
            f'  File "{f.filename}", line {f.lineno}, in {f.name}' for f in traceback.extract_tb(link.__traceback__)
        ]
        link = link.__cause__ or link.__context__
    return "\n".join(parts) + "\n"


def _append(file: Path, text: str) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError:
        return False
    return True
