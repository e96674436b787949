"""Secrets on their way from an operator to the collector: only the collector that is at work can open them.

A database keeps what was deleted from it for a while, in its log and its backups. So a password is sealed to a key
that lives in the collector's memory only, and dies with it.

Source:
    RFC 9180 (HPKE), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO = b"noc-console job secret"


class Opener:
    """A collector's key; ``public_key`` goes into its registration."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.public_key = _text(self._private.public_key().public_bytes_raw())

    def open(self, sealed: str) -> str | None:
        """The secret; None when it was sealed to another key, or is damaged."""
        try:
            return _SUITE.decrypt(base64.b64decode(sealed, validate=True), self._private, _INFO).decode()
        except (InvalidTag, ValueError):
            return None


def seal(secret: str, public_key: str) -> str:
    """``secret`` for whoever has the private key to ``public_key``."""
    public = X25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    return _text(_SUITE.encrypt(secret.encode(), public, _INFO))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
