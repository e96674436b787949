"""Secrets on their way from an operator to the collector: only the collector that is at work can open them.

A database keeps what was deleted from it for a while, in its log and its backups. So a password is sealed to a key
that lives in the collector's memory only, and dies with it.

Source:
    RFC 7748 (X25519), RFC 5869 (HKDF), RFC 8439 (ChaCha20-Poly1305); the shape is that of a sealed box: an ephemeral
    key, and the message under what both keys agree on.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = bytes(12)  # each message has a key of its own
_KEY_BYTES = 32


class Opener:
    """A collector's key; ``public_key`` goes into its registration."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.public_key = _text(self._private.public_key().public_bytes_raw())

    def open(self, sealed: str) -> str | None:
        """The secret; None when it was sealed to another key, or is damaged."""
        try:
            data = base64.b64decode(sealed, validate=True)
            other, message = data[:_KEY_BYTES], data[_KEY_BYTES:]
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(other))
            return ChaCha20Poly1305(_derive(shared, other)).decrypt(_NONCE, message, None).decode()
        except (InvalidTag, ValueError):
            return None


def seal(secret: str, public_key: str) -> str:
    """``secret`` for whoever has the private key to ``public_key``."""
    ephemeral = X25519PrivateKey.generate()
    ours = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(base64.b64decode(public_key)))
    return _text(ours + ChaCha20Poly1305(_derive(shared, ours)).encrypt(_NONCE, secret.encode(), None))


def _derive(shared: bytes, ephemeral: bytes) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=ephemeral, info=b"noc-console job secret").derive(shared)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
