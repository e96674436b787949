"""A router's configuration as a tree."""

from __future__ import annotations

import pytest

from noc_console.console.folding import ConfigTree, as_text
from noc_console.domain.cpe import MASK, ConfigLeaf, CpeDocument

DOCUMENT = CpeDocument(
    "id",
    1.0,
    (
        ConfigLeaf("Device.DeviceInfo.ModelName", "XX230v", 5.0),
        ConfigLeaf("Device.WiFi.SSID.1.Enable", "true", 5.0, True),
        ConfigLeaf("Device.WiFi.SSID.1.SSID", "Casa da Ana", 5.0, True),
        ConfigLeaf("Device.WiFi.SSID.3.SSID", "[red]x[/]", 5.0, True),
        ConfigLeaf("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", MASK, 5.0, True, True),
        ConfigLeaf("VirtualParameters.RXPower", None),
    ),
)


def test_it_begins_folded_and_unfolds() -> None:
    tree = ConfigTree(DOCUMENT)
    assert tree.visible() == ["Device", "VirtualParameters"]
    assert tree.fold("Device") and tree.fold("Device.WiFi")
    assert tree.visible() == [
        "Device", "Device.DeviceInfo", "Device.WiFi", "Device.WiFi.SSID", "Device.WiFi.AccessPoint",
        "VirtualParameters",
    ]  # fmt: skip
    assert tree.branches["Device.WiFi"].leaves == 4
    assert not tree.fold("Device.DeviceInfo.ModelName")
    assert tree.fold("Device", open_it=False) and not tree.fold("Device", open_it=False)
    assert tree.visible() == ["Device", "VirtualParameters"]


def test_a_single_root_is_open() -> None:
    tree = ConfigTree(CpeDocument("id", 1.0, DOCUMENT.leaves[:2]))
    assert tree.visible() == ["Device", "Device.DeviceInfo", "Device.WiFi"]


@pytest.mark.parametrize(
    ("needle", "leaves"),
    [
        ("casa", ["Device.WiFi.SSID.1.SSID"]),
        ("ssid.1 TRUE", ["Device.WiFi.SSID.1.Enable"]),
        ("keypass", ["Device.WiFi.AccessPoint.1.Security.KeyPassphrase"]),
        ("****", []),
        ("nowhere", []),
    ],
)
def test_it_is_searched_by_path_and_value(needle: str, leaves: list[str]) -> None:
    tree = ConfigTree(DOCUMENT)
    found = tree.visible(needle)
    assert [path for path in found if tree.branches[path].leaf] == leaves
    for leaf in leaves:
        parts = leaf.split(".")
        assert all(".".join(parts[:n]) in found for n in range(1, len(parts)))


def test_as_text_shows_no_secret_and_no_guess() -> None:
    text = as_text(DOCUMENT)
    assert "Device.WiFi.SSID.1.SSID = Casa da Ana\n" in text
    assert f"KeyPassphrase = {MASK}\n" in text
    assert "VirtualParameters.RXPower = (never read)\n" in text
