"""Signed heads of the audit log: what its newest entry was, kept outside the database.

Who can write to the database can make a new chain that fits in itself. A head names the digest that an entry had, and
is signed with a key that only the collector's user can read; the file of heads can be copied to another machine.
"""

from __future__ import annotations

import base64
import errno
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.new_file import write_new
from noc_console.domain.errors import ConfigError
from noc_console.storage import audit
from noc_console.storage.audit import Broken

MOST_BYTES = 64_000_000
NEWEST_BYTES = 4096
"""More than the longest line."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the newest entry was at an instant, signed."""

    entry: int
    digest: str
    at: float
    """Unix seconds."""
    key: str
    """Ed25519 public key, base64."""
    signature: str = ""

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        return f"noc-console audit head\n{self.entry}\n{self.digest}\n{self.at!r}\n{self.key}".encode()

    def as_line(self) -> str:
        """JSON, on one line."""
        return json.dumps(asdict(self), sort_keys=True)

    def why_wrong(self) -> str | None:
        """What is wrong with its signature; None when it is the key's."""
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.key, validate=True))
            key.verify(base64.b64decode(self.signature, validate=True), self.signed)
        except (ValueError, InvalidSignature):
            return "its signature does not fit"
        return None

    @classmethod
    def parse(cls, line: str) -> Head:
        """From a line.

        Raises:
            ValueError: It is none.
        """
        told = json.loads(line)
        if not isinstance(told, dict):
            raise ValueError("is no head")
        try:
            numbers = int(told["entry"]), str(told["digest"]), float(told["at"])
            return cls(*numbers, str(told["key"]), str(told["signature"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"is no head: {error}") from None


def sign(entry: int, digest: str, key: Ed25519PrivateKey, now: float) -> Head:
    """The head of a chain that ends there."""
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    head = Head(entry, digest, now, public)
    return replace(head, signature=base64.b64encode(key.sign(head.signed)).decode())


def private_key(file: Path) -> Ed25519PrivateKey:
    """The key that heads are signed with; made when there is none, for nobody else to read.

    Raises:
        ConfigError: It cannot be read or made, or others may read it.
    """
    try:
        made = Ed25519PrivateKey.generate()
        try:
            write_new(file, base64.b64encode(made.private_bytes_raw()))
        except FileExistsError:
            if file.stat().st_mode & 0o077:
                raise ConfigError(f"{file}: others may read this key", hint=f"chmod 600 {file}") from None
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes(), validate=True))
        return made
    except (OSError, ValueError) as error:
        raise ConfigError(f"the key of the audit heads, {file}: {error}", hint="see retention.audit_heads") from None


def read_heads(file: Path) -> list[Head]:
    """Every head of a file, oldest first; none where there is no file.

    Raises:
        ConfigError: It cannot be read, or a line is no head, has a wrong signature or one of another key.
    """
    found: list[Head] = []
    for number, line in enumerate(_text(file, MOST_BYTES).splitlines(), 1):
        try:
            head = Head.parse(line)
            wrong = head.why_wrong()
        except (ValueError, RecursionError) as error:
            wrong, head = str(error), None
        if wrong is None and head and found and head.key != found[0].key:
            wrong = "it is signed with another key than the first one"
        if wrong or head is None:
            raise ConfigError(f"{file}, line {number}: {wrong}", hint="compare it with the copy on another machine")
        found.append(head)
    return found


def newest_head(file: Path) -> Head | None:
    """The last whole head of a file; None where there is none.

    Raises:
        ConfigError: It cannot be read, or it is no head, or its signature is wrong.
    """
    lines = _text(file, NEWEST_BYTES, from_end=True).splitlines()
    if not lines:
        return None
    try:
        head = Head.parse(lines[-1])
        wrong = head.why_wrong()
    except (ValueError, RecursionError) as error:
        wrong = str(error)
    if wrong:
        raise ConfigError(f"{file}, last line: {wrong}", hint="compare it with the copy on another machine")
    return head


def append_head(file: Path, head: Head) -> None:
    """Add a head; it is on disk on return.

    Raises:
        OSError: It could not be written.
    """
    with open(os.open(file, os.O_RDWR | os.O_CREAT, 0o640), "r+b", buffering=0) as out:
        size = out.seek(0, os.SEEK_END)
        out.seek(max(0, size - NEWEST_BYTES))
        end = out.read()
        whole = size - len(_torn(end))
        # A line may be whole but for its end of line.
        line = (b"\n" if end.endswith(b"}") else b"") + head.as_line().encode() + b"\n"
        try:
            out.truncate(whole)
            out.seek(whole)
            if out.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(out.fileno())
        except OSError:
            out.truncate(whole)
            raise


def _torn(data: bytes) -> bytes:
    """The half line that a full disk or a kill left at the end; nothing where the last line is whole."""
    last = data.rpartition(b"\n")[2]
    return b"" if last.endswith(b"}") else last


async def find_broken(connection: AsyncConnection, heads: Sequence[Head]) -> Broken | None:
    """The first entry that is not as the chain, or a head, says; those of archived entries: ``audit_archive``."""
    if broken := await audit.find_broken(connection):
        return broken
    archived, end = await audit.archived(connection), await audit.newest(connection)
    for head in heads:
        if head.entry > end.entry_id:
            return Broken(end.entry_id + 1, "cut off")
        if head.entry == archived.entry_id and head.digest != archived.digest:
            return Broken(head.entry, "changed")
        if head.entry > archived.entry_id and (what := await _differs(connection, head)):
            return Broken(head.entry, what)
    return None


async def _differs(connection: AsyncConnection, head: Head) -> str | None:
    found = await audit.digest_of(connection, head.entry)
    return "missing" if found is None else None if found == head.digest else "changed"


def _text(file: Path, most: int, from_end: bool = False) -> str:
    try:
        with file.open("rb") as stream:
            if from_end:
                stream.seek(max(0, stream.seek(0, os.SEEK_END) - most))
            data = stream.read(most + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(f"the audit heads cannot be read: {error}", hint="see retention.audit_heads") from None
    if len(data) > most:
        raise ConfigError(f"{file} is larger than {most:,} bytes", hint="move the older lines elsewhere")
    return data[: len(data) - len(_torn(data))].decode(errors="replace")
