"""``noc-console init``: the commented example as a starting point."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from noc_console.cli.output import Exit, fail


def write_example(path: Path) -> None:
    """Write the example to ``path``, readable by its owner only, never over an existing file."""
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        fail(f"{path} is there already, and is left as it is", Exit.USAGE)
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}", Exit.USAGE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(example())
    print(f"wrote {path}: put your OLTs in, then run noc-console --config {path} check")


def example() -> str:
    """The commented example config: shipped in the wheel, at the top of a checkout."""
    shipped = files("noc_console.config") / "example.yaml"
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "config.example.yaml").read_text(encoding="utf-8")
