"""``noc-console replay``: play a recording through the incident engine."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from noc_console.cli.output import Exit, fail, print_table
from noc_console.domain.incidents.observations import RecordingError
from noc_console.domain.incidents.replay import answers


def replay(file: Path, moments: Sequence[float], as_json: bool) -> int:
    """Print what the engine says; one JSON object a line for each moment with ``as_json``."""
    try:
        for told in answers(recording_lines(file), moments, warn=partial(_warn, file)):
            if as_json:
                print(json.dumps(told, ensure_ascii=False))
            else:
                _print(told)
    except RecordingError as error:
        fail(f"{file}: {error}", Exit.USAGE)
    return int(Exit.DONE)


def recording_lines(file: Path) -> Iterator[str]:
    """The lines of a file, compressed or not.

    Raises:
        RecordingError: It cannot be read.
    """
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            yield from lines
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise RecordingError(f"cannot be read: {error}") from None


def _warn(file: Path, text: str) -> None:
    print(f"{file}: {text}", file=sys.stderr)


def _print(told: dict[str, Any]) -> None:
    print(f"at {told['at']:.0f} s: {told['alarms']} open, rang {told['rings']} times")
    rows = [
        {**one, "where": " ".join(", ".join(v) if isinstance(v, list) else str(v) for v in one["where"].values())}
        for one in told["incidents"]
    ]
    columns = (("id", "incident"), ("state", "state"), ("severity", "severity"), ("cause", "cause"), ("scope", "scope"),
               ("where", "where"), ("affected", "down"), ("alive", "alive"), ("unknown", "unknown"))  # fmt: skip
    print_table(rows, columns)
