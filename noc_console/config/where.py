"""Where the config file is. Standard library only: a console that joins a share reads no more than this."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from noc_console.domain.errors import ConfigError

ENV_CONFIG = "NOC_CONSOLE_CONFIG"
ENV_FILE = Path("/etc/default/noc-console")
"""Secrets for the service and for every console on the machine; the environment has precedence."""
MACHINE_CONFIG = Path("/etc/noc-console/config.yaml")


def default_paths(env: Mapping[str, str] = os.environ) -> list[Path]:
    """Where a config file is looked for when none is named, first hit wins."""
    config_home = Path(env.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [Path("config.yaml"), config_home / "noc-console" / "config.yaml", MACHINE_CONFIG]


def find(named: Path | None, env: Mapping[str, str] = os.environ) -> Path:
    """The config file to use: ``named``, else ``NOC_CONSOLE_CONFIG``, else the default places.

    Raises:
        ConfigError: None of them exists, or this user may not read it.
    """
    named = named or (Path(env[ENV_CONFIG]) if env.get(ENV_CONFIG) else None)
    if named is not None:
        if not _is_file(named):
            raise ConfigError("no such config file", path=str(named), hint="noc-console init writes a commented one")
        return named
    for path in default_paths(env):
        if _is_file(path):
            return path
    looked = ", ".join(map(str, default_paths(env)))
    raise ConfigError(
        f"no config file (looked for {looked})",
        hint="noc-console init writes a commented one; noc-console demo shows a simulated network",
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:
        hint = "whoever owns its folder may let you in, as by adding you to the folder's group"
        raise ConfigError("this user may not read it", path=str(path), hint=hint) from None
