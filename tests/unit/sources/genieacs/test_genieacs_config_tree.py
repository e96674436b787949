"""The running configuration: every leaf in order, and no secret in it."""

from __future__ import annotations

import pytest
from genieacs_documents import AT, IGD, document

from noc_console.domain.cpe import MASK
from noc_console.sources.genieacs.config_tree import config_tree
from noc_console.sources.genieacs.document import Document, instant, is_secret


def test_leaves_in_the_order_of_their_paths_with_numeric_instances() -> None:
    wlan = f"{IGD}.LANDevice.1.WLANConfiguration"
    content = document({f"{wlan}.10.SSID": "ten", f"{wlan}.2.SSID": ..., f"{wlan}.9.Enable": True, f"{IGD}.A.B": ""})
    content["VirtualParameters"] = {"x": {"_value": 5, "_writable": True}}
    leaves = config_tree(Document(content))
    assert [(leaf.path.removeprefix(f"{IGD}."), leaf.value) for leaf in leaves] == [
        ("A.B", ""),
        ("LANDevice.1.WLANConfiguration.2.SSID", None),
        ("LANDevice.1.WLANConfiguration.9.Enable", "true"),
        ("LANDevice.1.WLANConfiguration.10.SSID", "ten"),
        ("VirtualParameters.x", "5"),
    ]
    assert leaves[0].observed_at == instant(AT) and leaves[1].observed_at is None and leaves[4].writable


@pytest.mark.parametrize(
    "name",
    ["Password", "KeyPassphrase", "PreSharedKey", "SAEPassphrase", "RadiusSecret", "WEPKey", "X_TP_WEPKey1", "GponPwd",
     "X_HW_RadiusKey", "PriKey", "ConnectionRequestPassword", "Userpassword", "DevicePassword", "Pin", "SimPinCode",
     "Community", "SharedKey", "authInitKey", "wifiPassword", "X_HW_ConfigEncryptionKey", "PLOAMPassword"],
)  # fmt: skip
def test_secrets_are_masked_whatever_they_are(name: str) -> None:
    for value in ("s3cret", "", ..., 1234):
        (leaf,) = config_tree(Document(document({f"{IGD}.X.{name}": value})))
        assert leaf.secret and leaf.value == MASK


@pytest.mark.parametrize(
    "name", ["Username", "ConnectionRequestUsername", "UserName", "WEPKeyIndex", "RekeyingInterval", "ParameterKey",
             "PingDestIPAddress1", "PortMappingEnabled", "X_TP_PSKType", "TotalPSKFailures", "PwdType", "CommandKey"],
)  # fmt: skip
def test_what_only_sounds_like_a_secret_is_shown(name: str) -> None:
    assert not is_secret(f"A.B.{name}")


@pytest.mark.parametrize(
    "value", ["http://user:s3cret@acs.example/", "ftp://:s3cret@host/x", "-----BEGIN RSA PRIVATE KEY-----\ns3cret"]
)
def test_secrets_inside_of_values_are_masked(value: str) -> None:
    (leaf,) = config_tree(Document(document({f"{IGD}.X.URL": value})))
    assert leaf.secret and leaf.value == MASK
    (plain,) = config_tree(Document(document({f"{IGD}.X.URL": "http://acs.example:7547/a@b"})))
    assert plain.value == "http://acs.example:7547/a@b"


def test_text_is_made_harmless_and_kept_long() -> None:
    (leaf,) = config_tree(Document(document({f"{IGD}.X.Text": "a\x1b[2J" + "b" * 900})))
    assert leaf.value and leaf.value.startswith("a·[2J") and len(leaf.value) == 905
