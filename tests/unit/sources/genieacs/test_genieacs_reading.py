"""What is asked of a router: all that any vendor has while it is not known, then only what its document shows."""

from __future__ import annotations

from typing import Any

import pytest
from genieacs_documents import DEV, IGD, document

from noc_console.domain.cpe import SECTIONS
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.reading import projection_for, read_paths

WLAN = f"{IGD}.LANDevice.1.WLANConfiguration"


def asked(values: dict[str, Any], name: str, **top: Any) -> list[str]:
    return read_paths(IGD, (name,), Document(document(values, **top)))


def test_leaves_that_are_listed_and_no_others() -> None:
    known = {f"{WLAN}.1.{leaf}": ... for leaf in ("SSID", "Channel", "Enable", *(f"Other{n}" for n in range(20)))}
    assert asked(known, "wireless") == [f"{WLAN}.*.SSID", f"{WLAN}.*.Channel", f"{WLAN}.*.Enable"]


def test_an_object_is_asked_for_whole_when_most_of_it_is_wanted() -> None:
    host = f"{IGD}.LANDevice.1.Hosts.Host.3"
    known = {f"{host}.{leaf}": "x" for leaf in ("HostName", "IPAddress", "MACAddress", "Active", "LeaseTimeRemaining")}
    assert asked(known, "hosts") == [f"{IGD}.LANDevice.1.Hosts.Host"]


def test_no_secret_is_asked_for_with_its_object() -> None:
    line = f"{IGD}.Services.VoiceService.1.VoiceProfile.1.Line.1.SIP"
    known = {f"{line}.AuthUserName": "a", f"{line}.URI": "b", f"{line}.AuthPassword": ""}
    assert asked(known, "voice") == [f"{line.replace('.1', '.*')}.{leaf}" for leaf in ("URI", "AuthUserName")]


def test_a_table_without_rows_is_asked_for_as_such() -> None:
    paths = asked({f"{WLAN}.1.SSID": "x", f"{WLAN}.1.AssociatedDevice": {}}, "clients")
    assert f"{WLAN}.*.AssociatedDevice" in paths
    assert not [path for path in paths if path.startswith(f"{WLAN}.*.AssociatedDevice.")]


def test_what_was_never_listed_may_be_there() -> None:
    known = document({f"{WLAN}.1.SSID": "x"})
    for node in (
        known[IGD]["LANDevice"]["1"]["WLANConfiguration"]["1"],
        known[IGD]["LANDevice"]["1"]["WLANConfiguration"],
    ):
        del node["_timestamp"]
    paths = read_paths(IGD, ("wireless",), Document(known))
    assert f"{WLAN}.*.X_HW_RFBand" in paths and f"{WLAN}.*.X_ZTE-COM_RFBand" in paths


def test_what_was_listed_before_the_last_boot_may_be_of_another_firmware() -> None:
    known = {f"{WLAN}.1.SSID": "x"}
    assert len(asked(known, "wireless", _lastBoot="2026-11-21T20:00:00.000Z")) == 1
    assert len(asked(known, "wireless", _lastBoot="2026-11-22T00:00:00.000Z")) > 10


def test_leaves_of_other_vendors_are_left_out_when_the_vendor_is_known() -> None:
    bare = {"_id": "x", "_deviceId": {"_Manufacturer": "Huawei Technologies Co., Ltd"}, IGD: {}}
    paths = read_paths(IGD, SECTIONS, Document(bare))
    assert not [path for path in paths if "X_ZTE-COM_" in path or "X_FH_" in path or "X_ALU" in path]
    assert [path for path in paths if "X_HW_" in path] and [path for path in paths if "X_CT-COM_" in path]
    assert len(paths) < len(read_paths(IGD)) == len(read_paths(IGD, SECTIONS, Document({"_id": "x", IGD: {}})))


def test_one_transceiver_is_asked_once_it_is_known() -> None:
    base = f"{IGD}.WANDevice.1.X_GponInterafceConfig"
    known = {f"{base}.{leaf}": ... for leaf in ("RXPower", "TXPower", "Status")}
    assert asked(known | {f"{IGD}.WANDevice.1.Other": 1}, "optical") == [base]


def test_a_section_that_is_not_listed_is_asked_for_once_more() -> None:
    assert asked({f"{IGD}.DeviceInfo.UpTime": 1}, "voice") == read_paths(IGD, ("voice",))


@pytest.mark.parametrize("name", SECTIONS)
def test_sections_can_be_asked_for_alone(name: str) -> None:
    for root in (IGD, DEV):
        assert read_paths(root, (name,))
        assert "DeviceInfo.ModelName" in str(projection_for(root, (name,)))


def test_the_next_best_leaf_is_asked_only_where_the_best_has_no_value() -> None:
    info = f"{IGD}.DeviceInfo"
    others = {f"{info}.Other{number}": 1 for number in range(9)}
    both = {f"{info}.X_HW_CpuUsed": 14, f"{info}.ProcessStatus.CPUUsage": 57, **others}
    assert f"{info}.ProcessStatus.CPUUsage" not in asked(both, "system")
    assert f"{info}.ProcessStatus.CPUUsage" in asked(both | {f"{info}.X_HW_CpuUsed": ""}, "system")


@pytest.mark.parametrize("root", [IGD, DEV])
@pytest.mark.parametrize("names", [[name] for name in SECTIONS] + [list(SECTIONS)])
def test_no_path_has_an_empty_name(root: str, names: list[str]) -> None:
    """A router refuses all that is asked with it; whatever objects its root holds."""
    tables = shipped()
    objects = [one.object for one in tables.optical.transceivers if "*" not in one.object]
    for held in ([], *([one] for one in objects), objects):
        known = Document(document({f"{root}.{name}": {} for name in held}, _lastBoot="2099-01-01T00:00:00.000Z"))
        paths = read_paths(root, names, known)
        assert not [path for path in paths if ".." in path or path.endswith(".")], held


def test_a_listed_name_without_a_value_does_not_stand_for_the_reading() -> None:
    optics = f"{DEV}.Optical.Interface.1"
    known = document({f"{optics}.OpticalSignalLevel": ..., f"{optics}.X_TP_GPON_Config": {}})
    del known[DEV]["Optical"]["Interface"]["1"]["X_TP_GPON_Config"]["_timestamp"]  # known by name only
    paths = read_paths(DEV, ["optical"], Document(known))
    assert f"{DEV}.Optical.Interface.*.X_TP_GPON_Config.RXPower" in paths
