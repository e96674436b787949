"""USM: the RFC's vectors, and messages that must not be believed."""

from __future__ import annotations

import pytest

from noc_console.domain.errors import SourceAuthError
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Report
from noc_console.sources.snmp.usm import AUTH, PRIV, User, Usm, localized_key, password_key, privacy_key

ENGINE = bytes.fromhex("000000000000000000000002")


@pytest.mark.parametrize(
    ("protocol", "key", "localized"),
    [
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha1", "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_keys_of_rfc_3414_appendix_a3(protocol: str, key: str, localized: str) -> None:
    found = password_key(protocol, "maplesyrup")
    assert found.hex() == key
    assert localized_key(protocol, found, ENGINE).hex() == localized


def test_key_extensions_agree_up_to_the_digest_and_differ_after_it() -> None:
    def key(priv: str) -> bytes:
        return privacy_key(User("u", "sha1", "maplesyrup", priv, "maplesyrup"), ENGINE)

    assert (
        key("aes256")[:20] == key("aes256c")[:20] == localized_key("sha1", password_key("sha1", "maplesyrup"), ENGINE)
    )
    assert key("aes256")[20:] != key("aes256c")[20:]
    assert [len(key(priv)) for priv in PRIV] == [size for size, _ in PRIV.values()]


def test_a_short_password_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(SourceAuthError, match="8 characters"):
        password_key("sha1", "short")


def test_a_user_does_not_show_its_passwords() -> None:
    shown = repr(User("noc", "sha1", "authpass12", "aes128", "privpass12"))
    assert "noc" in shown
    assert "pass12" not in shown


class Agent:
    """The other side, as far as the model needs one: introduces itself, then answers with the same keys."""

    def __init__(self, user: User, boots: int = 3, at: int = 1000) -> None:
        self.usm = Usm(user, lambda: 0.0)
        self.usm._engine_id = b""
        self.usm._learn(_parts(boots, at))

    def answer(self, pdu: bytes, message_id: int) -> bytes:
        return self.usm.wrap(pdu, message_id)


def _parts(boots: int, at: int) -> object:
    from noc_console.sources.snmp.usm import _Parts

    return _Parts(1, 0, ENGINE, boots, at, (0, 0), b"", b"")


def response(value: int) -> bytes:
    body = codec.encode_integer(7) + b"\x02\x01\x00\x02\x01\x00"
    binding = codec.tlv(0x30, codec.tlv(codec.OID, codec.encode_oid("1.3.6.1.2.1.1.3.0")) + codec.encode_integer(value))
    return codec.tlv(codec.RESPONSE, body + codec.tlv(0x30, binding))


def known(user: User, boots: int = 3, at: int = 1000) -> Usm:
    made = Usm(user, lambda: 0.0)
    made._learn(_parts(boots, at))  # type: ignore[arg-type]
    return made


LEVELS = [User("u")] + [User("u", auth, "authpass12") for auth in AUTH]
LEVELS += [User("u", "sha256", "authpass12", priv, "privpass12") for priv in PRIV]


@pytest.mark.parametrize("user", LEVELS, ids=str)
def test_what_one_side_wraps_the_other_opens(user: User) -> None:
    data, at = known(user).open(Agent(user).answer(response(42), 7))
    assert codec.decode_response(data, at)[0] == 7
    assert codec.encode_integer(42) in data


@pytest.mark.parametrize("user", LEVELS[1:], ids=str)
def test_a_changed_octet_is_not_believed(user: User) -> None:
    message = bytearray(Agent(user).answer(response(42), 7))
    message[-1] ^= 1
    with pytest.raises(codec.DecodeError):
        known(user).open(bytes(message))


def test_an_answer_below_the_level_of_the_request_is_not_believed() -> None:
    with pytest.raises(codec.DecodeError, match="security level"):
        known(LEVELS[1]).open(Agent(User("u")).answer(response(42), 7))
    with pytest.raises(codec.DecodeError, match="security level"):
        known(LEVELS[-1]).open(Agent(User("u", "sha256", "authpass12")).answer(response(42), 7))


def test_an_old_answer_is_not_believed_and_a_newer_clock_is_followed() -> None:
    user = LEVELS[1]
    ours = known(user)
    with pytest.raises(codec.DecodeError, match="time window"):
        ours.open(Agent(user, 3, 800).answer(response(1), 7))
    with pytest.raises(codec.DecodeError, match="time window"):
        ours.open(Agent(user, 2, 5000).answer(response(1), 7))
    ours.open(Agent(user, 4, 10).answer(response(1), 7))
    with pytest.raises(codec.DecodeError, match="time window"):
        ours.open(Agent(user, 3, 1001).answer(response(1), 7))


def test_the_first_message_asks_the_engine_to_introduce_itself() -> None:
    message = Usm(LEVELS[1]).wrap(response(1), 9)
    assert b"authpass12" not in message
    assert codec.tlv(codec.OCTETS, b"u") not in message, "the user is not named before the engine is known"


@pytest.mark.parametrize(
    ("number", "says"),
    [(1, "security level"), (3, "check user"), (5, "auth_password"), (6, "priv_password"), (2, None), (4, None)],
)
def test_reports_say_which_part_is_wrong(number: int, says: str | None) -> None:
    body = codec.encode_integer(7) + b"\x02\x01\x00\x02\x01\x00"
    name = codec.tlv(codec.OID, codec.encode_oid(f"1.3.6.1.6.3.15.1.1.{number}.0"))
    binding = codec.tlv(0x30, name + codec.tlv(codec.COUNTER32, b"\x01"))
    report = codec.tlv(0xA8, body + codec.tlv(0x30, binding))
    with pytest.raises(Report) as caught:
        known(LEVELS[1]).open(Agent(User("u")).answer(report, 7))
    assert caught.value.message_id == 7
    assert (says is None) == (caught.value.refusal is None)
    assert says is None or says in str(caught.value.refusal)
