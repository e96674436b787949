"""Checks of WiFi names, WiFi passwords and PPPoE logins."""

from __future__ import annotations

import pytest

from noc_console.domain.secrets import check_pppoe, check_ssid, check_wifi_key


@pytest.mark.parametrize("key", ["12345678", "a" * 63, "correct horse battery", "~!@#$%^&*()_+ ", "0aF9" * 16])
def test_wifi_keys_that_work(key: str) -> None:
    assert check_wifi_key(key) is None


@pytest.mark.parametrize(
    "key", ["", "1234567", "a" * 65, "g" * 64, "passwörter", "tab\tinside", "line\nbreak", "x\x7f" * 5]
)
def test_wifi_keys_that_do_not(key: str) -> None:
    trouble = check_wifi_key(key)
    assert trouble is not None and (not key or key not in trouble)


@pytest.mark.parametrize("ssid", ["a", "Café de Flore", "日本語", "x" * 32, 'it\'s <me> & "you"'])
def test_names_that_work(ssid: str) -> None:
    assert check_ssid(ssid) is None


@pytest.mark.parametrize("ssid", ["", "x" * 33, "é" * 17, "a\x00b", "a\nb", "a\x85b", "\ud800"])
def test_names_that_do_not(ssid: str) -> None:
    assert check_ssid(ssid) is not None


def test_a_login() -> None:
    assert check_pppoe("anna@isp", "pa ss") is None


@pytest.mark.parametrize(
    ("username", "password"),
    [("", "x"), ("x", ""), ("x" * 65, "x"), ("x", "y" * 65), ("a\tb", "x"), ("a", "x\n"), ("ä", "x")],
)
def test_logins_that_do_not(username: str, password: str) -> None:
    trouble = check_pppoe(username, password)
    assert trouble is not None and "y" * 65 not in trouble
