"""Which key is whose: from ``access.keys``, and from a file of OpenSSH public keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import asyncssh
from pydantic import ValidationError

from noc_console.config.model import Config
from noc_console.config.operations import Key
from noc_console.domain.errors import ConfigError

MOST_BYTES = 1_000_000


class Keys:
    """Finds whose key it is; reads the file again once it has changed.

    Args:
        config: Its ``access.keys`` and ``door.authorized_keys``.

    Raises:
        ConfigError: A key is none, is named twice, or the file cannot be read.
    """

    def __init__(self, config: Config) -> None:
        given = enumerate(config.access.keys)
        self._given = _by_fingerprint((f"access.keys[{number}]", key) for number, key in given)
        self._file = config.door.authorized_keys
        self._age: tuple[int, int] | None = None
        self._filed: dict[str, str] = {}
        self.read()

    def read(self) -> None:
        """Read the file if it changed; one that has become unreadable lets nobody in.

        Raises:
            ConfigError: See above.
        """
        if self._file is None:
            return
        try:
            told = self._file.stat()
            age = told.st_mtime_ns, told.st_size
            if age == self._age:
                return
            self._filed, self._age = {}, None
            with self._file.open(encoding="utf-8", errors="replace") as stream:
                self._filed = _by_fingerprint(_lines(self._file, stream.read(MOST_BYTES)))
            self._age = age
        except OSError as error:
            self._filed, self._age = {}, None
            raise ConfigError(
                f"cannot be read: {error.strerror}", str(self._file), key="door.authorized_keys"
            ) from None

    def owner(self, fingerprint: str) -> str | None:
        """The operator's name; None for a key that nobody let in."""
        return self._given.get(fingerprint) or self._filed.get(fingerprint)

    def __len__(self) -> int:
        return len(self._given) + len(self._filed)


def _lines(file: Path, text: str) -> Iterator[tuple[str, Key]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kind, _, rest = line.strip().partition(" ")
        body, _, name = rest.strip().partition(" ")
        try:
            yield f"{file}:{number}", Key(name=name.strip(), key=f"{kind} {body}")
        except ValidationError:
            hint = "ssh-ed25519 AAAA... maria"
            raise ConfigError("must be a public key and the operator's name", str(file), number, hint=hint) from None


def _by_fingerprint(keys: Iterator[tuple[str, Key]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for where, key in keys:
        try:
            fingerprint = asyncssh.import_public_key(key.key).get_fingerprint()
        except (asyncssh.KeyImportError, ValueError) as error:
            raise ConfigError(f"{where}: the key of {key.name} is no public key: {error}") from None
        if found.get(fingerprint, key.name) != key.name:
            raise ConfigError(f"{where}: {key.name} has the same key as {found[fingerprint]}")
        found[fingerprint] = key.name
    return found
