"""SNMPv3's user-based security model: keys, digests, privacy, engine discovery and time.

Source:
    RFC 3414 (USM, MD5, SHA-1, DES), RFC 3826 (AES-128), RFC 7860 (SHA-2); AES-192 and -256 with the key extension of
    draft-blumenthal-aes-usm-04, as net-snmp has it, or of draft-reeder-snmpv3-usm-3desede-00 (``aes192c``,
    ``aes256c``), as some vendors have it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from noc_console.domain.errors import SourceAuthError
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.codec import INTEGER, OCTETS, SEQUENCE, DecodeError, encode_integer, header, tlv
from noc_console.sources.snmp.security import Report

AUTH: dict[str, tuple[str, int]] = {
    "md5": ("md5", 12),
    "sha1": ("sha1", 12),
    "sha224": ("sha224", 16),
    "sha256": ("sha256", 24),
    "sha384": ("sha384", 32),
    "sha512": ("sha512", 48),
}
"""Authentication protocol to hash name and length of the truncated digest."""

PRIV: dict[str, tuple[int, str]] = {
    "des": (16, ""),
    "aes128": (16, ""),
    "aes192": (24, "blumenthal"),
    "aes256": (32, "blumenthal"),
    "aes192c": (24, "reeder"),
    "aes256c": (32, "reeder"),
}
"""Privacy protocol to key length and key extension."""

VERSION_3 = 3
USM_MODEL = 3
REPORT_PDU = 0xA8
AUTH_FLAG, PRIV_FLAG, REPORTABLE_FLAG = 1, 2, 4
MAX_MESSAGE = 65507
TIME_WINDOW_S = 150
PASSWORD_LEAST = 8

_STATISTICS = "1.3.6.1.6.3.15.1.1."
_RECOVERABLE = {codec.encode_oid(_STATISTICS + "2.0"), codec.encode_oid(_STATISTICS + "4.0")}
_REFUSALS = {
    codec.encode_oid(_STATISTICS + "1.0"): ("the user may not use this security level", "check auth and priv"),
    codec.encode_oid(_STATISTICS + "3.0"): ("the user is not known there", "check user"),
    codec.encode_oid(_STATISTICS + "5.0"): ("authentication failed", "check auth_password and auth_protocol"),
    codec.encode_oid(_STATISTICS + "6.0"): ("decryption failed there", "check priv_password and priv_protocol"),
}


@dataclass(frozen=True, slots=True)
class User:
    """A USM user.

    Args:
        name: User name.
        auth: Key of ``AUTH``; None is noAuthNoPriv.
        auth_password: At least 8 characters.
        priv: Key of ``PRIV``; None is no privacy.
        priv_password: At least 8 characters.
        context: Context name.
    """

    name: str
    auth: str | None = None
    auth_password: str = ""
    priv: str | None = None
    priv_password: str = ""
    context: str = ""

    def __repr__(self) -> str:
        return f"User({self.name!r}, auth={self.auth}, priv={self.priv})"


@lru_cache(maxsize=256)
def password_key(protocol: str, password: str) -> bytes:
    """The key Ku of a password (RFC 3414 A.2): the digest over a megabyte of it."""
    octets = password.encode()
    if len(octets) < PASSWORD_LEAST:
        raise SourceAuthError(f"an SNMPv3 password has at least {PASSWORD_LEAST} characters")
    megabyte = (octets * (1048576 // len(octets) + 1))[:1048576]
    return hashlib.new(AUTH[protocol][0], megabyte).digest()


def localized_key(protocol: str, key: bytes, engine_id: bytes) -> bytes:
    """The key Kul of one engine (RFC 3414 2.6)."""
    return hashlib.new(AUTH[protocol][0], key + engine_id + key).digest()


def privacy_key(user: User, engine_id: bytes) -> bytes:
    """The localized key for the privacy protocol, extended where the digest is too short for it."""
    assert user.auth and user.priv
    size, extension = PRIV[user.priv]
    key = localized_key(user.auth, password_key(user.auth, user.priv_password), engine_id)
    while len(key) < size:
        if extension == "reeder":
            # The key so far is taken as a password again.
            digest = hashlib.new(AUTH[user.auth][0], (key * (1048576 // len(key) + 1))[:1048576]).digest()
            key += localized_key(user.auth, digest, engine_id)
        else:
            key += hashlib.new(AUTH[user.auth][0], key).digest()
    return key[:size]


class Usm:
    """A user's conversation with one agent; discovers its engine and follows its clock.

    Args:
        user: Who we are.
        monotonic: Clock, seconds.
        engine_id: Of the agent when it is known beforehand, as that of a trap's sender is; its clock is not yet.
    """

    def __init__(
        self, user: User, monotonic: Callable[[], float] = time.monotonic, engine_id: bytes | None = None
    ) -> None:
        self._user = user
        self._monotonic = monotonic
        self._engine_id = b""
        self._boots = 0
        self._time = 0
        self._time_at = 0.0
        self._auth_key = b""
        self._priv_key = b""
        self._salt = int.from_bytes(os.urandom(8), "big")
        if engine_id is not None:
            self._take_engine(engine_id)
            self._time_at = self._monotonic()

    @property
    def silence_hint(self) -> str:
        """A wrong privacy password makes most agents drop the request without a word."""
        if self._engine_id and self._user.priv:
            return "it introduced itself, but encrypted requests get no answer: check priv_password and priv_protocol"
        return "check address, and that SNMPv3 is enabled there"

    @property
    def _flags(self) -> int:
        return (AUTH_FLAG if self._user.auth else 0) | (PRIV_FLAG if self._user.priv else 0)

    def wrap(self, pdu: bytes, message_id: int) -> bytes:
        """A whole message; while the engine is unknown, one that makes it introduce itself."""
        if not self._engine_id:
            empty = codec.encode_request(codec.GET, message_id, ())
            return self._message(message_id, REPORTABLE_FLAG, self._scoped(empty), b"", b"", 0, 0, "")
        now = self._time + int(self._monotonic() - self._time_at)
        data = self._scoped(pdu)
        salt = b""
        if self._user.priv:
            data, salt = self._encrypt(data, self._boots, now)
        flags = self._flags | REPORTABLE_FLAG
        blank = bytes(AUTH[self._user.auth][1]) if self._user.auth else b""
        message = self._message(message_id, flags, data, blank, salt, self._boots, now, self._user.name)
        if not self._user.auth:
            return message
        digest = self._digest(message)
        # The digest goes where the blank stands: in front of the salt, which no other blank of that length precedes.
        place = message.index(tlv(OCTETS, blank) + tlv(OCTETS, salt)) + 2
        return message[:place] + digest + message[place + len(blank) :]

    def open(self, message: bytes) -> tuple[bytes, int]:
        """Check, decrypt and open an answer.

        Raises:
            DecodeError: It is damaged, not authentic, or from another time.
            Report: The agent answered with a report instead.
        """
        parts = _split(message)
        if parts.flags & AUTH_FLAG:
            self._check_digest(message, parts)
        report_only = not parts.flags & AUTH_FLAG and bool(self._user.auth)
        data = parts.data
        if parts.flags & PRIV_FLAG:
            if not self._user.priv or not parts.flags & AUTH_FLAG:
                raise DecodeError("encrypted without authentication")
            data = self._decrypt(data, parts)
        pdu_at = _scoped_pdu(data)
        if data[pdu_at] == REPORT_PDU:
            raise self._report(parts, data, pdu_at)
        if report_only or (self._user.priv and not parts.flags & PRIV_FLAG):
            raise DecodeError("below the security level of the request")
        if parts.engine_id != self._engine_id:
            raise DecodeError("another engine")
        self._check_time(parts)
        return data, pdu_at

    def _report(self, parts: _Parts, data: bytes, pdu_at: int) -> Report:
        """What a report says: learn from it, or refuse."""
        _, start, _ = header(data, pdu_at)
        for _ in range(3):
            _, _, start = header(data, start)
        _, first, last = header(data, start)
        names, _, _ = codec.decode_bindings(data, first, last)
        if names and names[0] in _RECOVERABLE:
            self._learn(parts)
            return Report(parts.message_id, None)
        what, check = _REFUSALS.get(names[0] if names else b"", ("refused by the agent", "check user, auth and priv"))
        return Report(parts.message_id, SourceAuthError(f"SNMPv3: {what}", hint=check))

    def _learn(self, parts: _Parts) -> None:
        """Take over engine id, boots and time; keys are made anew for another engine."""
        if parts.engine_id and parts.engine_id != self._engine_id:
            self._take_engine(parts.engine_id)
        self._boots, self._time, self._time_at = parts.boots, parts.time, self._monotonic()

    def _take_engine(self, engine_id: bytes) -> None:
        self._engine_id = engine_id
        user = self._user
        if user.auth:
            key = password_key(user.auth, user.auth_password)
            self._auth_key = localized_key(user.auth, key, engine_id)
        if user.priv:
            self._priv_key = privacy_key(user, engine_id)

    def _check_time(self, parts: _Parts) -> None:
        """RFC 3414 3.2 7b: refuse what is older than the window; follow the agent's clock."""
        if not self._user.auth:
            return
        now = self._time + int(self._monotonic() - self._time_at)
        if parts.boots < self._boots or (parts.boots == self._boots and parts.time < now - TIME_WINDOW_S):
            raise DecodeError("outside the time window")
        if (parts.boots, parts.time) > (self._boots, self._time):
            self._boots, self._time, self._time_at = parts.boots, parts.time, self._monotonic()

    def _scoped(self, pdu: bytes) -> bytes:
        return tlv(SEQUENCE, tlv(OCTETS, self._engine_id) + tlv(OCTETS, self._user.context.encode()) + pdu)

    def _message(
        self, message_id: int, flags: int, data: bytes, auth: bytes, salt: bytes, boots: int, at: int, user: str
    ) -> bytes:
        head = encode_integer(message_id) + encode_integer(MAX_MESSAGE) + tlv(OCTETS, bytes([flags]))
        parameters = tlv(OCTETS, self._engine_id) + encode_integer(boots) + encode_integer(at)
        parameters += tlv(OCTETS, user.encode()) + tlv(OCTETS, auth) + tlv(OCTETS, salt)
        body = data if not flags & PRIV_FLAG else tlv(OCTETS, data)
        return tlv(
            SEQUENCE,
            encode_integer(VERSION_3)
            + tlv(SEQUENCE, head + encode_integer(USM_MODEL))
            + tlv(OCTETS, tlv(SEQUENCE, parameters))
            + body,
        )

    def _digest(self, message: bytes) -> bytes:
        assert self._user.auth
        name, size = AUTH[self._user.auth]
        return hmac.new(self._auth_key, message, name).digest()[:size]

    def _check_digest(self, message: bytes, parts: _Parts) -> None:
        if not self._user.auth or not self._auth_key:
            raise DecodeError("authenticated, and we have no key")
        start, end = parts.auth_at
        blank = message[:start] + bytes(end - start) + message[end:]
        if not hmac.compare_digest(self._digest(blank), message[start:end]):
            raise DecodeError("wrong digest")

    def _encrypt(self, data: bytes, boots: int, at: int) -> tuple[bytes, bytes]:
        self._salt = (self._salt + 1) & 0xFFFFFFFFFFFFFFFF
        if self._user.priv == "des":
            salt = boots.to_bytes(4, "big") + (self._salt & 0xFFFFFFFF).to_bytes(4, "big")
            padded = data + bytes(-len(data) % 8)
            return self._cipher(salt, boots, at).encryptor().update(padded), salt
        salt = self._salt.to_bytes(8, "big")
        return self._cipher(salt, boots, at).encryptor().update(data), salt

    def _decrypt(self, data: bytes, parts: _Parts) -> bytes:
        _, start, end = header(data, 0)
        if len(parts.salt) != 8 or (self._user.priv == "des" and (end - start) % 8):
            raise DecodeError("privacy parameters")
        # The message's own boots and time make the initial vector (RFC 3826 3.1.2.1), not our estimate of them.
        return self._cipher(parts.salt, parts.boots, parts.time).decryptor().update(data[start:end])

    def _cipher(self, salt: bytes, boots: int, at: int) -> Cipher[CFB] | Cipher[CBC]:
        if self._user.priv == "des":
            vector = bytes(a ^ b for a, b in zip(self._priv_key[8:16], salt, strict=True))
            # Single DES as triple DES with one key three times: the library no longer has it alone.
            return Cipher(TripleDES(self._priv_key[:8] * 3), CBC(vector))
        vector = boots.to_bytes(4, "big") + at.to_bytes(4, "big") + salt
        return Cipher(AES(self._priv_key), CFB(vector))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A message taken apart."""

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    auth_at: tuple[int, int]
    salt: bytes
    data: bytes
    """Scoped PDU, or the OCTET STRING that holds it encrypted."""
    user: bytes = b""


def sender_of(message: bytes) -> tuple[bytes, bytes]:
    """Engine id and user name that a version 3 message claims.

    Raises:
        DecodeError: It is no such message.
    """
    parts = _split(message)
    return parts.engine_id, parts.user


def _split(message: bytes) -> _Parts:
    """Take a version 3 message apart.

    Raises:
        DecodeError: It is no such message.
    """
    tag, start, end = header(message, 0)
    if tag != SEQUENCE or end != len(message):
        raise DecodeError("not one message")
    version, at = _integer(message, start)
    tag, head, after = header(message, at)
    if version != VERSION_3 or tag != SEQUENCE:
        raise DecodeError("another version")
    message_id, head = _integer(message, head)
    _, head = _integer(message, head)
    flags, head = _octets(message, head)
    model, _ = _integer(message, head)
    if model != USM_MODEL or len(flags) != 1:
        raise DecodeError("another security model")
    tag, inner, after = header(message, after)
    if tag != OCTETS:
        raise DecodeError("security parameters")
    tag, inner, _ = header(message, inner)
    if tag != SEQUENCE:
        raise DecodeError("security parameters")
    engine_id, inner = _octets(message, inner)
    boots, inner = _integer(message, inner)
    engine_time, inner = _integer(message, inner)
    user, inner = _octets(message, inner)
    _, auth_start, auth_end = header(message, inner)
    salt, _ = _octets(message, auth_end)
    if not (0 <= boots < 2**31 and 0 <= engine_time < 2**31):
        raise DecodeError("engine time")
    auth_at = (auth_start, auth_end)
    return _Parts(message_id, flags[0], engine_id, boots, engine_time, auth_at, salt, message[after:end], user)


def _scoped_pdu(data: bytes) -> int:
    """Where the PDU starts in a scoped PDU; padding after it is allowed."""
    tag, start, _ = header(data, 0)
    if tag != SEQUENCE:
        raise DecodeError("not decrypted with the right key")
    for _ in range(2):
        tag, _, start = header(data, start)
        if tag != OCTETS:
            raise DecodeError("scoped PDU")
    header(data, start)
    return start


def _integer(data: bytes, at: int) -> tuple[int, int]:
    tag, start, end = header(data, at)
    if tag != INTEGER or start == end:
        raise DecodeError("integer")
    return int.from_bytes(data[start:end], "big", signed=True), end


def _octets(data: bytes, at: int) -> tuple[bytes, int]:
    tag, start, end = header(data, at)
    if tag != OCTETS:
        raise DecodeError("octets")
    return data[start:end], end
