"""YAML files that people write: bounded as ``bounded`` has it, and their aliases too; errors say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from noc_console.config.bounded import read_text
from noc_console.domain.errors import ConfigError

MOST_VALUES = 500_000
"""Of a document, aliases counted as often as they stand for something."""


def read_yaml(path: Path, key: str | None = None) -> tuple[yaml.Node | None, Any]:
    """A YAML file as a tree that knows its lines, and as plain values.

    Args:
        path: The file.
        key: Of the config file, that names it.

    Raises:
        ConfigError: It cannot be read, is no YAML, or is too large: also one that is small only as long as its aliases
            are not followed.
    """
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"cannot be read: {told}", path=str(path), key=key) from None
    try:
        return _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise ConfigError(f"not YAML: {error.problem}", path=str(path), line=line) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError("not YAML: a character that has no place in text", path=str(path), line=line) from None
    except ValueError as error:  # a date that is none, a number with too many digits
        raise ConfigError(f"not YAML: {error}", path=str(path)) from None
    except RecursionError:
        raise ConfigError("is nested too deep", path=str(path)) from None
    except _TooLarge:
        told = f"holds more than {MOST_VALUES:,} values, through its aliases"
        raise ConfigError(told, path=str(path)) from None


class _TooLarge(Exception):
    pass


def _compose(text: str) -> tuple[yaml.Node | None, Any]:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        if _values(node, {}) > MOST_VALUES:
            raise _TooLarge
        return node, loader.construct_document(node)
    finally:
        loader.dispose()


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
