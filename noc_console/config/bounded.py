"""Files that people write, read within bounds: none of them may hang us or eat the memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import yaml

MOST_BYTES = 4_000_000
"""Of a text file; a config of 10,000 OLTs has a third of it."""
MOST_VALUES = 500_000
"""Of a YAML document, aliases counted as often as they stand for something."""


class TooLarge(Exception):
    """A YAML document whose aliases make it larger than ``MOST_VALUES``, or endless."""


def read_text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """Text of a regular file that is not larger than ``most_bytes``.

    Raises:
        OSError: It cannot be read, is larger, or is no regular file: a pipe or a device may never end.
        UnicodeDecodeError: It is no UTF-8 text.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe without a writer must not hold us
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"larger than {most_bytes:,} bytes", str(path))
    return data.decode("utf-8")


def check_values(node: yaml.Node) -> None:
    """Refuse a document that is small only as long as its aliases are not followed.

    Raises:
        TooLarge: It is too large.
    """
    if _values(node, {}) > MOST_VALUES:
        raise TooLarge(f"holds more than {MOST_VALUES:,} values, through its aliases")


def _values(node: yaml.Node, counted: dict[int, int]) -> int:
    if id(node) not in counted:
        counted[id(node)] = MOST_VALUES + 1  # what holds itself has no end
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            children = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            children = node.value
        counted[id(node)] = 1 + sum(_values(child, counted) for child in children)
    return counted[id(node)]
