"""Reading the config file: YAML with line numbers, secrets by reference, errors that say where and what instead."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from noc_console.config.bounded import read_text
from noc_console.config.model import Config
from noc_console.config.where import ENV_FILE
from noc_console.config.yaml_file import read_yaml
from noc_console.domain.errors import ConfigError

MOST_SECRET_BYTES = 64_000
_ENV_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

Lines = dict[tuple[str | int, ...], int]


def load(path: Path, env: Mapping[str, str] | None = None) -> Config:
    """Read, resolve secrets, validate; ``env`` is the environment, with ``ENV_FILE`` behind it, unless it is given.

    Relative paths in the file count from the file's folder.

    Raises:
        ConfigError: The first thing that is wrong, with file, line, key and a hint.
    """
    data, lines = _parse(path)
    data = _resolve(data, (), path, lines, {**read_env_file(ENV_FILE), **os.environ} if env is None else env)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        raise _explain(error, path, lines) from None
    return _anchor(config, path.parent.resolve())


def read_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines as systemd's EnvironmentFile takes them; empty when it is not there or not for us."""
    try:
        text = read_text(path, MOST_SECRET_BYTES)
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition("=") for line in map(str.strip, text.splitlines()) if "=" in line and line[0] not in "#;")
    return {name.strip(): _unquoted(value.strip()) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def secret_files(path: Path) -> list[Path]:
    """The files that ``file:`` values of the config file at ``path`` name."""
    data, _ = _parse(path)
    found: list[Path] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)
        elif isinstance(value, str) and value.startswith("file:"):
            found.append(path.parent / value[5:])

    look(data)
    return found


def _parse(path: Path) -> tuple[dict[str, Any], Lines]:
    node, data = read_yaml(path)
    lines: Lines = {}
    if node is not None:
        _collect_lines(node, (), lines, path)
    if not isinstance(data, dict):
        raise ConfigError("must hold keys and values", path=str(path), line=1, hint="see noc-console init")
    return data, lines


def _collect_lines(node: yaml.Node, at: tuple[str | int, ...], lines: Lines, path: Path) -> None:
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            child = (*at, str(key.value))
            if child in lines:
                raise ConfigError("key given twice", path=str(path), line=key.start_mark.line + 1, key=_dotted(child))
            _collect_lines(value, child, lines, path)
            lines[child] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _collect_lines(value, (*at, index), lines, path)


def _resolve(value: Any, at: tuple[str | int, ...], path: Path, lines: Lines, env: Mapping[str, str]) -> Any:
    """Replace ``${VAR}`` and ``file:NAME`` in strings."""
    if isinstance(value, dict):
        return {key: _resolve(item, (*at, str(key)), path, lines, env) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, (*at, index), path, lines, env) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def wrong(message: str, hint: str) -> ConfigError:
        return ConfigError(message, path=str(path), line=_line(at, lines), key=_dotted(at), hint=hint)

    def variable(match: re.Match[str]) -> str:
        name = match[1]
        if name not in env:
            hint = f"export {name}=... before the start, or put it into {ENV_FILE}"
            raise wrong(f"environment variable {name} is not set", hint)
        return env[name]

    if "\0" in value:
        raise wrong("must not hold a NUL character", "no file, name or password has one")
    if value.startswith("file:"):
        file = path.parent / value[5:]
        try:
            return read_text(file, MOST_SECRET_BYTES).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", error)
            raise wrong(f"cannot read {file}: {why}", "file: takes a readable text file") from None
    return _ENV_REFERENCE.sub(variable, value)


def argument(name: str, written: str) -> str:
    """An argument in which ``${VAR}`` and ``file:NAME`` stand for secrets, as in the config file.

    Raises:
        ConfigError: The variable is not set, or the file cannot be read.
    """
    resolved = _resolve(written, (), Path(name), {}, {**read_env_file(ENV_FILE), **os.environ})
    return str(resolved)


def _explain(error: ValidationError, path: Path, lines: Lines) -> ConfigError:
    details = error.errors(include_url=False, include_input=False)
    first = min(details, key=lambda item: _line(tuple(item["loc"]), lines) or 0)
    if first["type"] == "missing":  # a key beside it that nobody knows is the same one, misspelt
        beside = (
            item for item in details if item["type"] == "extra_forbidden" and item["loc"][:-1] == first["loc"][:-1]
        )
        first = next(beside, first)
    at = tuple(first["loc"])
    hint = None
    if first["type"] == "extra_forbidden":
        message = "unknown key"
        known = _known_keys(at[:-1])
        close = difflib.get_close_matches(str(at[-1]), known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
    elif first["type"] == "missing":
        message = "is missing"
    else:
        message = first["msg"].removeprefix("Value error, ")
    more = len(details) - 1
    if more:
        message += f" [and {more} more]"
    return ConfigError(message, path=str(path), line=_line(at, lines), key=_dotted(at) or None, hint=hint)


def _known_keys(at: tuple[str | int, ...]) -> list[str]:
    model: Any = Config
    for part in at:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part) if isinstance(model, type) and issubclass(model, BaseModel) else None
        model = _model_in(field.annotation) if field else None
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _line(at: tuple[str | int, ...], lines: Lines) -> int | None:
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at)


def _dotted(at: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".")


def _anchor(config: Config, base: Path) -> Config:
    """Make relative paths count from the config file, so that it means the same from every folder."""
    updates: dict[str, Any] = {}
    if config.database.startswith("sqlite:///") and not config.database.startswith("sqlite:////"):
        updates["database"] = f"sqlite:///{base / config.database.removeprefix('sqlite:///')}"
    if config.profiles_dir:
        updates["profiles_dir"] = base / config.profiles_dir
    if config.history.path:
        updates["history"] = config.history.model_copy(update={"path": base / config.history.path})
    if config.backups.folder:
        updates["backups"] = config.backups.model_copy(update={"folder": base / config.backups.folder})
    updates |= _anchored("retention", config.retention, ["audit_archive", "audit_heads"], base)
    if config.logging.file:
        updates["logging"] = config.logging.model_copy(update={"file": base / config.logging.file})
    for name, keys in {
        "victoriametrics": ["ca_file"],
        "genieacs": ["ca_file", "paths_file"],
        "modem_bridge": ["ca_file"],
        "door": ["host_key", "authorized_keys"],
    }.items():
        updates |= _anchored(name, getattr(config, name), keys, base)
    updates["swaps"] = config.swaps.model_copy(update=_anchored("tickets", config.swaps.tickets, ["ca_file"], base))
    return config.model_copy(update=updates)


def _anchored(name: str, model: BaseModel | None, keys: list[str], base: Path) -> dict[str, BaseModel]:
    found = {key: base / path for key in keys if (path := getattr(model, key, None))}
    return {name: model.model_copy(update=found)} if model and found else {}
