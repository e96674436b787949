"""Profiles: the shipped one is sound, a wrong one is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from noc_console.domain.errors import ConfigError
from noc_console.domain.identity import PonPort
from noc_console.domain.network import PollKind
from noc_console.sources.snmp import decoders
from noc_console.sources.snmp.index import huawei_pon_port
from noc_console.sources.snmp.profile import SHIPPED, detect, load_profile, load_profiles

HUAWEI = SHIPPED / "huawei-ma5600.yaml"


@pytest.mark.parametrize(
    ("if_index", "port"),
    [
        (4194304000, "0/0/0"),
        (4194304256, "0/0/1"),
        (4194312192, "0/1/0"),
        (4194320384, "0/2/0"),
        (4194344960, "0/5/0"),
        (4194345472, "0/5/2"),
    ],
)
def test_huawei_ports(if_index: int, port: str) -> None:
    assert huawei_pon_port(if_index) == PonPort.parse(port)


@pytest.mark.parametrize("if_index", [234930176, 234938432, 0, 4194304001])
def test_other_interfaces_are_no_pon_ports(if_index: int) -> None:
    assert huawei_pon_port(if_index) is None


@pytest.mark.parametrize(
    ("oid", "descr", "found"),
    [
        ("1.3.6.1.4.1.2011.2.123", "Huawei Integrated Access Software", "huawei-ma5600"),
        ("1.3.6.1.4.1.2011.2.185", "Huawei Integrated Access Software", None),
        ("1.3.6.1.4.1.2011.20", "Huawei Integrated Access Software", None),
        ("1.3.6.1.4.1.9.1", "Cisco", None),
        ("1.3.6.1.4.1.3902.1082.1001.300.2.1", "C300 Version V2.1.0 Software", "zte-c300"),
        ("1.3.6.1.4.1.3902.1082.1001.320.2.1", "C320 Version V2.1.0 Software", "zte-c300"),
        ("1.3.6.1.4.1.3902.1082.1001.600.1.1", "ZXA10 C600", "zte-c600"),
        ("1.3.6.1.4.1.3902.1082.1001.620.1.1", "ZXA10 C620, ZTE ZXA10 Software Version: V1.2.2", "zte-c600"),
        ("1.3.6.1.4.1.3902.3.100", "ZXR10 switch", None),
        ("1.3.6.1.4.1.637.61.1", "R6.5.02r NFXS-E FANT-H NOKIA ISAM", "nokia-isam"),
        ("1.3.6.1.4.1.5875.800.1001.12", "AN5516-04", "fiberhome-an5516"),
        ("1.3.6.1.4.1.37950.1.1.5.10.14.1", "V1600D", "vsol-v1600d"),
        ("1.3.6.1.4.1.37950.1.1.5.10.14.9", "V1600G1", "vsol-v1600g"),
        ("1.3.6.1.4.1.3320.1.390.0", "BDCOM(tm) GP3600-16B", "bdcom-gp3600"),
        ("1.3.6.1.4.1.17409", "any site", "cdata"),
        ("", "", None),
    ],
)
def test_detection(oid: str, descr: str, found: str | None) -> None:
    profile = detect(list(load_profiles().values()), oid, descr)
    assert (profile.id if profile else None) == found


def test_the_columns_of_the_wrong_health_claims_are_not_used() -> None:
    health = load_profile(HUAWEI).columns("card", PollKind.HEALTH)
    assert not [c.oid for c in health.values() if c.oid.startswith("1.3.6.1.4.1.2011.6.3.4.1")]
    assert health["temperature_celsius"].oid == "1.3.6.1.4.1.2011.6.3.3.2.1.13"


def test_what_rests_on_one_source_is_named_for_the_tables_in_use() -> None:
    profile = load_profile(HUAWEI)
    assert profile.unverified(["profile-mode"]) == {}
    old = profile.unverified(["distributing-mode"])
    assert set(old) == {"ont"}
    assert "onu_rx_dbm" in old["ont"]
    assert "no device seen" in old["ont"]["onu_rx_dbm"]


def test_every_column_names_its_source() -> None:
    for profile in load_profiles().values():
        for table in profile.tables.values():
            assert all(column.source for column in table.columns.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["tables"]["ont_state"]["columns"]["state"].update(oid="x.y"), "columns.state"),
        (lambda d: d["tables"]["ont_state"]["columns"]["state"].update(raed="enum"), "raed"),
        (lambda d: d["tables"]["ont_state"]["columns"].update(colour={"oid": "1.3", "read": "text"}), "columns.colour"),
        (lambda d: d.update(port_index="nokia"), "unknown port_index"),
        (lambda d: (d["tables"].pop("ont_state"), d["tables"].pop("old_ont_state")), "serial"),
        (lambda d: d.update(max_repetitions=0), "max_repetitions"),
        (lambda d: d["tables"]["ont_state"].update(when=["other-tree"]), "unknown variant other-tree"),
        (lambda d: d["tables"]["ont_state"].update(index="nowhere"), "unknown index 'nowhere'"),
        (lambda d: d["tables"]["ont_state"].update(index={"columns": ["IFX.1"], "pattern": "gpon"}), "needs a group"),
        (lambda d: d["tables"]["fans"].update(index={"columns": ["IFX.1"], "pattern": "(1)"}), "cannot be joined"),
        (lambda d: d["tables"]["ont_optics"]["columns"]["bias_ma"].update(pattern="("), "not a regular expression"),
        (lambda d: d["tables"]["ont_optics"]["columns"]["bias_ma"].update(values={1: "a"}), "values: belongs to"),
        (
            lambda d: d["tables"]["ont_optics"]["columns"]["bias_ma"].update(percent_of="1.3.6", fallback="1.3.7"),
            "do not go together",
        ),
    ],
)
def test_a_wrong_profile_is_refused_and_says_where(tmp_path: Path, change: object, message: str) -> None:
    data = yaml.safe_load(HUAWEI.read_text())
    change(data)  # type: ignore[operator]
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError) as caught:
        load_profile(path)
    assert message in str(caught.value)
    assert "own.yaml" in str(caught.value)


def test_a_profile_of_ones_own_is_added(tmp_path: Path) -> None:
    data = yaml.safe_load(HUAWEI.read_text())
    data["id"] = "huawei-lab"
    (tmp_path / "lab.yaml").write_text(yaml.safe_dump(data))
    assert set(load_profiles(tmp_path)) == {*load_profiles(), "huawei-lab"}


def test_a_profile_of_ones_own_may_replace_a_shipped_one(tmp_path: Path) -> None:
    data = yaml.safe_load(HUAWEI.read_text())
    data["title"] = "ours"
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(data))
    assert load_profiles(tmp_path)["huawei-ma5600"].title == "ours"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("07ea030908012601", "2026-03-09 08:01:38"),
        ("07ea0309080126012b0200", "2026-03-09 08:01:38 +02:00"),
        ("0000000000000000", None),
        ("07ea0d0908012601", None),
        ("07ea", None),
    ],
)
def test_date_and_time(raw: str, text: str | None) -> None:
    assert decoders.date_and_time(bytes.fromhex(raw)) == text
