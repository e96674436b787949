"""Files that are written whole or not at all: a full disk must leave no empty key, no half recording."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_new(path: Path, data: bytes, mode: int = 0o600, own: Callable[[int], None] | None = None) -> None:
    """Make a file; it is on disk on return.

    Args:
        path: Where.
        data: What is in it.
        mode: Its rights.
        own: Gives the descriptor to whoever it is for, before it is opened to them.

    Raises:
        OSError: It is there already (``FileExistsError``), or it could not be written and is not there.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            if own:
                own(descriptor)
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Write a file for its owner alone; what was there before stays until all is written.

    A device or a pipe, such as ``/dev/stdout``, is written to as it is.

    Raises:
        OSError: It could not be written; what was there is there still.
    """
    if os.path.exists(path) and not path.is_file():
        with path.open("wb") as out:
            yield out
        return
    path = path.resolve()
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
