"""What notifications mean, and that the families' files are sound."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from noc_console.domain.identity import PonPort
from noc_console.domain.poll import FACTS
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.index import Place
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.traps.meaning import TrapMeanings, TrapNews, load_meanings
from noc_console.sources.snmp.traps.message import Notification

P = "1.3.6.1.4.1.2011.6.128.1.1"
ZTE = "1.3.6.1.4.1.3902"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
LINK = "1.3.6.1.6.3.1.1.5"
HUAWEI = "huawei-ma5600"


@pytest.fixture(scope="module")
def meanings() -> TrapMeanings:
    return load_meanings()


def said(oid: str, *values: tuple[str, codec.Value]) -> Notification:
    names = tuple(codec.encode_oid(name) for name, _ in values)
    return Notification(codec.encode_oid(oid), names, tuple(value for _, value in values))


def place(port: str, ont_id: int | None = None) -> Place:
    return Place(PonPort.parse(port), ont_id)


def numbered(*numbers: int) -> list[tuple[str, codec.Value]]:
    return [(f"1.3.6.1.4.1.2011.{at}", number) for at, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("oid", "values", "where", "facts"),
    [
        (f"{P}.12.2.2.0.12", (0, 1, 3, 9), place("0/1/3", 9), {"state": "offline", "offline_reason": "loss_of_signal"}),
        (f"{P}.12.2.2.0.18", (0, 1, 3, 9), place("0/1/3", 9), {"state": "offline", "offline_reason": "dying_gasp"}),
        (f"{P}.12.2.2.0.19", (0, 1, 3, 9), place("0/1/3", 9), {}),
        (f"{P}.12.2.2.0.263", (0, 2, 0, 1), place("0/2/0", 1), {"state": "offline", "offline_reason": "dying_gasp"}),
        (f"{P}.12.3.0.100", (0, 2, 4194312192, 5, 1), place("0/1/0", 5), {"state": "online"}),
        (f"{P}.12.3.0.100", (0, 2, 4194312192, 5, 2), place("0/1/0", 5), {"state": "offline"}),
        (f"{P}.12.3.0.100", (0, 2, 4194312192, 5, 7), place("0/1/0", 5), {}),
        (f"{P}.12.3.0.100", (0, 2, 234930176, 5, 2), None, {}),
        (f"{P}.12.3.0.3", (0, 2, 4194312192, 5), place("0/1/0", 5), {"state": "online"}),
        (f"{P}.12.2.1.0.1", (0, 1, 3), place("0/1/3"), {"oper": "down", "last_down_cause": "LOS"}),
        (f"{P}.12.2.1.0.109", (0, 1, 3), place("0/1/3"), {"oper": "up"}),
        (f"{P}.12.2.1.0.5", (0, 1, 3), place("0/1/3"), {"sfp_present": False}),
        (f"{P}.12.2.2.0.18", (0, 1), None, {}),
        ("1.3.6.1.4.1.2011.5.100.1.1.31.2.2.0.18", (0, 1, 3, 9), place("0/1/3", 9), {}),
    ],
)
def test_huawei(meanings: TrapMeanings, oid: str, values: tuple[int, ...], where: Place | None, facts: object) -> None:
    news = meanings.understand(said(oid, *numbered(*values)), HUAWEI)
    assert (news.known, news.look, news.place, news.facts) == (True, True, where, facts)


def test_a_value_that_is_text_where_a_number_belongs_names_no_place(meanings: TrapMeanings) -> None:
    news = meanings.understand(said(f"{P}.12.2.2.0.18", *numbered(0, 1, 3), ("1.3.6.1.4.1", b"9")), HUAWEI)
    assert (news.known, news.place, news.facts) == (True, None, {})


def test_auto_find_is_known_and_no_reason_to_look(meanings: TrapMeanings) -> None:
    news = meanings.understand(said(f"{P}.12.3.0.2"), HUAWEI)
    assert (news.known, news.look) == (True, False)


@pytest.mark.parametrize("number", [1, 2, 9, 10, 80])
def test_zte_names_the_onu_in_the_names_of_its_values(meanings: TrapMeanings, number: int) -> None:
    trap = said(
        f"{ZTE}.1082.500.10.3.1.{number}",
        (f"{ZTE}.1082.500.10.2.3.3.1.2.285278465.7", b"name"),
        (f"{ZTE}.1082.500.10.2.3.3.1.18.285278465.7", b"1,ZTEGC0FFEE01"),
    )
    for profile in ("zte-c300", "zte-c600"):
        news = meanings.understand(trap, profile)
        assert (news.place, news.facts, news.look) == (place("1/1/1", 7), {}, True)


def test_zte_without_the_onus_columns_is_a_reason_to_look_at_all(meanings: TrapMeanings) -> None:
    news = meanings.understand(said(f"{ZTE}.1082.500.10.3.1.80", (f"{ZTE}.1082.500.20.2.1", b"x")), "zte-c600")
    assert (news.known, news.look, news.place) == (True, True, None)


def test_zte_1012(meanings: TrapMeanings) -> None:
    trap = said(f"{ZTE}.1012.3.45.200", (f"{ZTE}.1012.3.28.1.1.5.268566784.2", b"x"))
    assert meanings.understand(trap, "zte-c300").place == place("1/2/1", 2)


@pytest.mark.parametrize(
    ("profile", "index", "number", "where", "facts"),
    [
        (HUAWEI, 4194345472, 3, place("0/5/2"), {"oper": "down"}),
        (HUAWEI, 4194345472, 4, place("0/5/2"), {"oper": "up"}),
        ("nokia-isam", 94380032, 3, place("1/1/1/1"), {"oper": "down"}),
        ("nokia-isam", 96731648, 3, place("1/1/1/5", 2), {"state": "offline"}),
        ("nokia-isam", 96731648, 4, place("1/1/1/5", 2), {"state": "online"}),
        ("zte-c300", 268435456, 3, None, {}),
        ("vsol-v1600d", 5, 4, None, {}),
        (None, 4194345472, 3, None, {}),
    ],
)
def test_links(
    meanings: TrapMeanings, profile: str | None, index: int, number: int, where: Place | None, facts: object
) -> None:
    news = meanings.understand(said(f"{LINK}.{number}", (f"{IF_INDEX}.{index}", index)), profile)
    assert (news.known, news.look, news.place, news.facts) == (True, True, where, facts)


def test_a_restart_is_a_reason_to_look_and_a_stranger_at_the_door_is_not(meanings: TrapMeanings) -> None:
    assert meanings.understand(said(f"{LINK}.1"), HUAWEI) == TrapNews("coldStart")
    assert meanings.understand(said(f"{LINK}.5"), HUAWEI) == TrapNews("authenticationFailure", known=False, look=False)


def test_what_nobody_knows(meanings: TrapMeanings) -> None:
    news = meanings.understand(said("1.3.6.1.4.1.9999.1"), HUAWEI)
    assert news == TrapNews("1.3.6.1.4.1.9999.1", known=False, look=False)
    assert meanings.understand(said(f"{P}.12.2.2.0.18", *numbered(0, 1, 3, 9)), "nokia-isam").known is False


def test_an_oid_that_is_cut_off_is_no_crash(meanings: TrapMeanings) -> None:
    name = codec.encode_oid(f"{ZTE}.1082.500.10.2.3.3.1") + b"\x02\x88"
    trap = Notification(codec.encode_oid(f"{ZTE}.1082.500.10.3.1.1"), (name,), (1,))
    assert meanings.understand(trap, "zte-c600").place is None
    assert meanings.understand(Notification(b"\x2b\x88", (), ()), HUAWEI).name == "2b88"


def test_every_fact_is_one_that_an_ont_or_a_port_has(meanings: TrapMeanings) -> None:
    profiles = load_profiles()
    for profile, family in meanings._families.items():
        assert profile in profiles
        for trap in (*family.traps.values(), *family.prefixes.values()):
            assert trap.ont.keys() <= FACTS["ont"]
            assert trap.port.keys() <= FACTS["pon_port"]
            assert bool(trap.ont) <= (trap.where.ont is not None), "an ONT's fact needs an ONT"


def test_a_fact_with_one_source_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        "profiles: [x]\nsource: y\ntraps: {a: {oid: 1.3.6, where: {port: [0, 1]}, port: {oper: up}, confidence: C}}\n"
    )
    with pytest.raises(ValidationError, match="needs more than one source"):
        load_meanings(tmp_path)
