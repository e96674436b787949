"""The user's file of paths: its entries come before the shipped ones, and what is wrong in it is told where."""

from __future__ import annotations

from pathlib import Path

import pytest
from genieacs_documents import DEV, IGD, document, section

from noc_console.domain.errors import ConfigError
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.fleet import FleetReader
from noc_console.sources.genieacs.pathfile import load_tables, shipped
from noc_console.sources.genieacs.reading import projection_for, read_paths
from noc_console.sources.genieacs.tables import Tables
from noc_console.sources.genieacs.wireless import wifi_key_leaf

EXAMPLE = """
system:
  fields:
    - {key: cpu_percent, paths: [DeviceInfo.X_ACME_Cpu]}
    - {key: fan_rpm, label: Fan, unit: rpm, as: count, paths: [DeviceInfo.X_ACME_Fan]}
wireless:
  fields:
    - {key: noise_dbm, as: dbm, paths: ["tr098:X_ACME_Noise"]}
  bands: {models: {AC-1: [2, 1], HG9: [1, 2]}}
optical:
  transceivers:
    - {object: X_ACME_Optics, rx: Rx, tx: Tx, power_scale: 0.1dBm}
    - {object: WANDevice.1.X_GponInterafceConfig, rx: RXPower, tx: TXPower, power_scale: 0.01dBm, models: [AC-1]}
wifi_key:
  models: {AC-1: X_ACME_Key}
virtual:
  pppoeUsername: wan.username
  wanIP: wan.ip
  RXPower: optical.rx_dbm
  gettemp: system.temperature_celsius
  uptime: system.uptime_s
"""


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return load_tables(written(tmp_path, EXAMPLE))


def written(folder: Path, text: str) -> Path:
    file = folder / "paths.yaml"
    file.write_text(text)
    return file


def test_without_a_file_there_are_the_shipped_ones() -> None:
    assert load_tables(None) is shipped()


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load_tables(written(tmp_path, "# nothing yet\n")) == shipped()


def test_own_paths_come_first(tables: Tables) -> None:
    info = f"{IGD}.DeviceInfo"
    values = {f"{info}.X_HW_CpuUsed": 14, f"{info}.X_ACME_Cpu": "63%", f"{info}.X_ACME_Fan": 900}
    system = section(values, "system", tables)
    assert (system.get("cpu_percent"), system.get("fan_rpm")) == (63, 900)
    assert section({f"{info}.X_HW_CpuUsed": 14}, "system", tables).get("cpu_percent") == 14
    assert section(values, "system").get("cpu_percent") == 14
    for root in (IGD, DEV):
        assert f"{root}.DeviceInfo.X_ACME_Fan" in read_paths(root, ("system",), None, tables)
        assert f"{root}.DeviceInfo.X_ACME_Fan" in projection_for(root, ("system",), tables)


def test_own_bands_and_optics(tables: Tables) -> None:
    wlan = f"{IGD}.LANDevice.1.WLANConfiguration"
    values = {f"{wlan}.1.SSID": "a", f"{wlan}.1.X_ACME_Noise": -88, f"{IGD}.DeviceInfo.ModelName": "HG9"}
    (group,) = section(values, "wireless", tables).groups
    assert (group.get("band"), group.get("noise_dbm")) == ("2.4 GHz", -88)
    assert section({f"{IGD}.X_ACME_Optics.Rx": -215}, "optical", tables).get("rx_dbm") == -21.5
    gpon = {f"{IGD}.WANDevice.1.X_GponInterafceConfig.RXPower": -55}
    assert section(gpon, "optical", tables).get("rx_dbm") is None
    own = gpon | {f"{IGD}.WANDevice.1.X_GponInterafceConfig.RXPower": -2210, f"{IGD}.DeviceInfo.ModelName": "AC-1"}
    assert section(own, "optical", tables).get("rx_dbm") == -22.1


def test_own_wifi_key(tables: Tables) -> None:
    wlan = f"{IGD}.LANDevice.1.WLANConfiguration.1"
    values = {f"{IGD}.DeviceInfo.ModelName": "AC-1", f"{wlan}.X_ACME_Key": "", f"{wlan}.KeyPassphrase": ""}
    assert wifi_key_leaf(Document(document(values)), wlan, tables) == f"{wlan}.X_ACME_Key"


def test_virtual_parameters_come_before_everything(tables: Tables) -> None:
    connection = f"{IGD}.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1"
    values = {
        f"{connection}.ConnectionStatus": "Connected", f"{connection}.Username": "old@isp",
        f"{IGD}.WANDevice.1.X_GponInterafceConfig.RXPower": -40,
        "VirtualParameters.pppoeUsername": "anna@isp", "VirtualParameters.wanIP": "100.64.0.9",
        "VirtualParameters.RXPower": "-22.4 dBm", "VirtualParameters.gettemp": "51.9 °C\n",
        "VirtualParameters.uptime": "3d 4h",
    }  # fmt: skip
    wan = section(values, "wan", tables).groups[0]
    assert (wan.get("username"), wan.get("ip"), wan.get("internet")) == ("anna@isp", "100.64.0.9", True)
    optical = section(values, "optical", tables)
    assert (optical.get("rx_dbm"), optical.get("light")) == (-22.4, None)
    field = optical.fields[0]
    assert (field.path, field.raw) == ("VirtualParameters.RXPower", "-22.4 dBm")
    system = section(values, "system", tables)
    assert system.get("temperature_celsius") == 51.9
    assert system.get("uptime_s") is None, "several numbers are none"
    row = FleetReader(tables).row(document(values))
    assert (row.pppoe_user, row.wan_ip, row.rx_dbm) == ("anna@isp", "100.64.0.9", -22.4)
    assert "VirtualParameters.gettemp" in read_paths(IGD, ("system",), None, tables)
    assert "VirtualParameters.wanIP" in FleetReader(tables).projection


@pytest.mark.parametrize(
    ("text", "line", "key", "words", "hint"),
    [
        ("wan:\n  fields:\n    - {key: ip, path: [X]}", 3, "wan.fields[0]", "`path`", "paths"),
        ("modem: {}", 1, None, "`modem`", "optical"),
        ("system:\n  fields:\n    - {key: cpu, paths: [A]}", 3, "system.fields[0].key", "'cpu'", "label"),
        ("system:\n  fields:\n    - {key: cpu_percent, as: pct, paths: [A]}", 3, "system.fields[0]", "'pct'", ""),
        ("system:\n  fields:\n    - {key: model, paths: [A, B.]}", 3, "system.fields[0]", "'B.'", ""),
        ("wan:\n  fields:\n    - {key: ip, paths: ['pppp:A']}", 3, "wan.fields[0].paths[0]", "'pppp'", "ppp"),
        ("wan:\n  fields:\n    - {key: name, paths: [Password]}", 3, "wan.fields[0]", "secret", ""),
        ("optical:\n  transceivers:\n    - {object: A, rx: R, tx: T, power_scale: mW}", 3,
         "optical.transceivers[0]", "power_scale", ""),
        ("virtual:\n  a: 1", 1, "virtual[...]", "str", ""),
        ("virtual:\n  RX: optical.power", 2, "virtual.RX", "'power'", "rx_dbm"),
        ("virtual:\n  x: wireless.ssid", 2, "virtual.x", "wireless.ssid", "SECTION.KEY"),
        ("wireless:\n  bands: {models: {X: [1]}}", 2, "wireless.bands.models[...]", "length 2", ""),
        ("wan: [", 1, None, "not YAML", ""),
        ("- a", 1, None, "object", ""),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_are(
    tmp_path: Path, text: str, line: int, key: str | None, words: str, hint: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_tables(file)
    error = caught.value
    assert (error.path, error.line) == (str(file), line), error
    assert words in error.message and hint in (error.hint or ""), error
    if key:
        assert error.key == key


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load_tables(tmp_path / "nowhere.yaml")
    assert caught.value.key == "genieacs.paths_file"
