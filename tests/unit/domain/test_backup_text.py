"""Texts of configurations: what is compared, what is hidden, what differs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.backup_text import HIDDEN, TextRules, compare, digest_of, masked, normal
from noc_console.domain.backups import too_small
from noc_console.sources.olt_cli.dialect import rules_for

HUAWEI, ZTE, NOKIA = (rules_for(name) for name in ("huawei-smartax", "zte-c300", "nokia-isam"))


@pytest.mark.parametrize(
    ("rules", "first", "second"),
    [
        (HUAWEI, "user root password $1a$Ab1cDe2f$xyzuvw$ 0", "user root password $1a$Gh3iJk4l$abcdef$ 0"),
        (HUAWEI, "community read cipher %^%#aB;c'd%^%#", "community read cipher %^%#eF,g(h%^%#"),
        (HUAWEI, "!current configuration at 2026-11-27 03:21:01\n#", "#"),
        (ZTE, "!timestamp_write: 03:21:01 Fri Nov 27 2026\nhostname ZXAN", "hostname ZXAN"),
        (NOKIA, "operator isadmin password encrypted:$1$aa$bb", "operator isadmin password encrypted:$1$cc$dd"),
        (NOKIA, "# Mon Nov 27 03:21:01 2026\nconfigure system id x", "configure system id x"),
        (TextRules(), "a  \n\nb", "a\nb\n"),
    ],
)
def test_what_differs_from_read_to_read_is_not_compared(rules: TextRules, first: str, second: str) -> None:
    assert digest_of(normal(first, rules)) == digest_of(normal(second, rules))
    assert compare(first, second, rules).lines == ()


def test_order_matters_but_where_the_dialect_says_otherwise() -> None:
    first, second = "a\nroute 2\nroute 1\nb", "a\nroute 1\nroute 2\nb"
    assert normal(first, TextRules()) != normal(second, TextRules())
    unordered = TextRules(unordered=("^route ",))
    assert normal(first, unordered) == normal(second, unordered)
    assert normal("b\na", unordered) != normal("a\nb", unordered)


SECRET = "Zq9-hidden"


@pytest.mark.parametrize(
    "line",
    [
        f"snmp-agent community read {SECRET}",
        f"snmp-agent community write cipher {SECRET}",
        f"snmp-server community {SECRET} ro",
        f"username admin password 7 {SECRET}",
        f" enable secret 5 {SECRET}",
        f"local-user x password irreversible-cipher {SECRET}",
        f'ont add 0 1 password-auth "{SECRET}" always-on omci',
        f"ont add 0 1 loid-auth {SECRET} checkcode-auth {SECRET} always-on",
        f"radius-server shared-key cipher {SECRET}",
        f"tacacs-server key {SECRET}",
        f"snmp-agent usm-user v3 u authentication-mode sha {SECRET} privacy-mode aes128 {SECRET}",
        f"configure system security operator isadmin password plain:{SECRET}",
        f"wifi ssid 1 pre-shared-key={SECRET}",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n{SECRET}\n-----END RSA PRIVATE KEY-----\nnext",
    ],
)
def test_secrets_are_hidden(line: str) -> None:
    for rules in (TextRules(), HUAWEI, ZTE, NOKIA):
        shown = "\n".join(masked(line.split("\n"), rules))
        assert SECRET not in shown and HIDDEN in shown
        assert line.endswith("next") == shown.endswith("next")


def test_a_secret_that_changed_is_told_and_not_shown() -> None:
    found = compare("a\npassword 7 one-1\nb", "a\npassword 7 two-2\nb", TextRules())
    assert (found.added, found.removed) == (1, 1)
    assert [line.text for line in found.lines if line.sign in "+-"] == [f"password 7 {HIDDEN}"] * 2
    revealed = compare("a\npassword 7 one-1\nb", "a\npassword 7 two-2\nb", TextRules(), reveal=True)
    assert "password 7 two-2" in [line.text for line in revealed.lines]


def huawei(onts: int) -> list[str]:
    lines = ["#", "[MA5800V100R019C10: 5006]", "#"]
    for n in range(onts):
        lines += [f" interface gpon 0/{n // 64}", f'  ont add {n // 8} {n % 8} sn-auth "{n:016X}" omci', "  quit", "#"]
    return [*lines, "return"]


def test_of_two_real_looking_configurations_only_what_changed_is_shown() -> None:
    before = huawei(2000)
    after = before.copy()
    after[4003] = "  ont add 7 7 sn-auth NEW omci"
    del after[6000:6004]
    after[100:100] = [" vlan 900 smart", "#"]
    found = compare("\n".join(before), "\n".join(after), HUAWEI)
    assert (found.added, found.removed) == (3, 5)
    assert len(found.lines) < 40 and sum(line.sign == "@" for line in found.lines) == 3


LINES = st.lists(st.sampled_from(["#", "quit", "a", "b", "c", "d", "e", "f", "g"]), max_size=40)


@given(LINES, LINES)
def test_a_comparison_leads_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    """Its removed and added lines, taken and put, make the newer text: as many of each line as there are."""
    found = compare("\n".join(before), "\n".join(after), TextRules())
    minus = sorted(line.text for line in found.lines if line.sign == "-")
    plus = sorted(line.text for line in found.lines if line.sign == "+")
    assert sorted(before + plus) == sorted(after + minus)
    assert (found.lines == ()) == (before == after)
    assert (len(plus), len(minus)) == (found.added, found.removed)


def test_where_a_change_is_counts_the_lines_that_are_not_compared() -> None:
    rules = TextRules(drop=("^clock",))
    found = compare("clock 1\n\na\nb", "clock 2\nclock 3\n\na\nc", rules)
    assert found.lines[0].text == "line 3 / 4"
    assert compare("", "a", rules).lines[0].text == "line 1 / 1"


def test_a_large_configuration_is_compared_at_once() -> None:
    before = huawei(20_000)
    after = before.copy()
    for place in random.Random(1).sample(range(len(after)), 50):
        after[place] = f"  changed {place}"
    found = compare("\n".join(before), "\n".join(after), HUAWEI)
    assert found.added == 50 and found.removed == 50


@pytest.mark.parametrize(
    ("size", "last", "small"), [(10, None, False), (51, 100, False), (50, 100, True), (0, 1, True)]
)
def test_half_of_the_last_good_one_is_suspicious(size: int, last: int | None, small: bool) -> None:
    assert too_small(size, last) is small
