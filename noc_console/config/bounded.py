"""Files that people write, read within bounds: none of them may hang us or eat the memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 4_000_000
"""Of a text file; a config of 10,000 OLTs has a third of it."""


def read_text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """UTF-8 text of a regular file that is not larger than ``most_bytes``.

    Raises:
        OSError: As of ``read_bytes``.
        UnicodeDecodeError: It is no UTF-8 text.
    """
    return read_bytes(path, most_bytes).decode("utf-8")


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """What a regular file that is not larger than ``most_bytes`` holds.

    Raises:
        OSError: It cannot be read, is larger, or is no regular file: a pipe or a device may never end.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe without a writer must not hold us
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"larger than {most_bytes:,} bytes", str(path))
    return data
