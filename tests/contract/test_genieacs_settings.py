"""The jobs that set something, on routers of three makes: found by path, title or band, written, proven."""

from __future__ import annotations

from dataclasses import replace

import pytest
from genieacs_world import World, world

from noc_console.demo.acs import OnContact, SimulatedCpe
from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import JobKind
from noc_console.sources.genieacs.settings import change
from noc_console.sources.genieacs.writes import Outcome, Written

SECRET = "correct-horse-battery"
TR098 = "InternetGatewayDevice.LANDevice.1.WLANConfiguration"
WAN = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice"
ROUTERS = ["huawei", "zte", "tplink"]
SSID_5 = {"huawei": f"{TR098}.5.SSID", "zte": f"{TR098}.5.SSID", "tplink": "Device.WiFi.SSID.3.SSID"}
KEY_24 = {
    "huawei": f"{TR098}.1.PreSharedKey.1.PreSharedKey",
    "zte": f"{TR098}.1.KeyPassphrase",
    "tplink": "Device.WiFi.AccessPoint.1.Security.KeyPassphrase",
}


async def do(w: World, cpe: SimulatedCpe, kind: JobKind, secret: str | None = None, **parameters: str) -> Written:
    return await change(w.client, cpe.device_id, kind, parameters, secret, step=w.step)


def router(w: World, name: str) -> SimulatedCpe:
    cpe: SimulatedCpe = getattr(w, name)
    return cpe


@pytest.mark.parametrize("name", ROUTERS)
async def test_a_wifi_name_by_band(name: str) -> None:
    async with world() as w:
        cpe = router(w, name)
        done = await do(w, cpe, JobKind.WIFI_SSID, network="5 GHz", ssid="Café")
        assert done.outcome is Outcome.APPLIED and "SSID = Café" in done.text
        assert cpe.read(SSID_5[name], 0.0) == "Café"
        assert w.acs.store.tasks == {}


async def test_a_network_by_path_title_and_ssid() -> None:
    async with world() as w:
        ssid = w.huawei.state.ssid
        for number, network in enumerate([f"{TR098}.1", f"2.4 GHz {ssid}", "first", "2.4", "2.4GHz"]):
            if network == "first":
                w.huawei.write(f"{TR098}.1.SSID", "first")
            if network.startswith("2.4 GHz"):
                w.huawei.write(f"{TR098}.1.SSID", ssid)
            assert (await do(w, w.huawei, JobKind.WIFI_SSID, network=network, ssid=f"n{number}")).done
            assert w.huawei.read(f"{TR098}.1.SSID", 0.0) == f"n{number}"


@pytest.mark.parametrize("network", ["6 GHz", "nobody's", f"{TR098}.9", "InternetGatewayDevice.DeviceInfo"])
async def test_an_unknown_network_is_refused_with_the_candidates(network: str) -> None:
    async with world() as w:
        with pytest.raises(ActionRefused, match=f"2.4 GHz {w.huawei.state.ssid}, 5 GHz {w.huawei.state.ssid}-5G"):
            await do(w, w.huawei, JobKind.WIFI_SWITCH, network=network, on="false")


async def test_a_name_that_both_bands_share_is_refused() -> None:
    async with world() as w:
        w.huawei.write(f"{TR098}.1.SSID", "same")
        w.huawei.write(f"{TR098}.5.SSID", "same")
        with pytest.raises(ActionRefused, match="more than one"):
            await do(w, w.huawei, JobKind.WIFI_SWITCH, network="same", on="false")


@pytest.mark.parametrize("name", ROUTERS)
async def test_a_wifi_password_goes_into_the_makers_leaf(name: str) -> None:
    async with world() as w:
        cpe = router(w, name)
        done = await do(w, cpe, JobKind.WIFI_PASSWORD, SECRET, network="2.4 GHz")
        assert done.outcome is Outcome.ACCEPTED and "does not show it" in done.text
        assert cpe.overrides == {KEY_24[name]: SECRET}
        assert SECRET not in " ".join([*w.steps, repr(done)])


@pytest.mark.parametrize("security", ["None", "Basic"])
async def test_a_password_for_a_network_without_wpa_is_refused(security: str) -> None:
    async with world() as w:
        w.huawei.write(f"{TR098}.1.BeaconType", security)
        with pytest.raises(ActionRefused, match="would do nothing"):
            await do(w, w.huawei, JobKind.WIFI_PASSWORD, SECRET, network="2.4 GHz")
        w.tplink.write("Device.WiFi.AccessPoint.1.Security.ModeEnabled", "WEP-128")
        with pytest.raises(ActionRefused, match="WEP-128"):
            await do(w, w.tplink, JobKind.WIFI_PASSWORD, SECRET, network="2.4 GHz")


@pytest.mark.parametrize("secret", ["short", "ä" * 10, None, ""])
async def test_a_password_that_no_router_takes_is_not_sent(secret: str | None) -> None:
    async with world() as w:
        with pytest.raises(ActionRefused) as refused:
            await do(w, w.huawei, JobKind.WIFI_PASSWORD, secret, network="2.4 GHz")
        assert not secret or secret not in str(refused.value)
        assert w.acs.requests == []


async def test_a_raw_key_is_not_put_where_a_passphrase_belongs() -> None:
    async with world() as w:
        with pytest.raises(ActionRefused, match="8 to 63"):
            await do(w, w.zte, JobKind.WIFI_PASSWORD, "0f" * 32, network="2.4 GHz")


@pytest.mark.parametrize("name", ROUTERS)
async def test_wifi_off_and_on_again(name: str) -> None:
    async with world() as w:
        cpe = router(w, name)
        assert (await do(w, cpe, JobKind.WIFI_SWITCH, network="5 GHz", on="false")).done
        assert cpe.read(SSID_5[name].replace("SSID.3.SSID", "SSID.3.Status").replace("5.SSID", "5.Status"), 0.0) in (
            "Down",
            "Disabled",
        )
        assert (await do(w, cpe, JobKind.WIFI_SWITCH, network="5 GHz", on="true")).done


@pytest.mark.parametrize("name", ROUTERS)
async def test_a_channel_is_set_and_given_back(name: str) -> None:
    async with world() as w:
        cpe = router(w, name)
        path = "Device.WiFi.Radio.1.Channel" if name == "tplink" else f"{TR098}.1.Channel"
        done = await do(w, cpe, JobKind.WIFI_CHANNEL, network="2.4 GHz", channel="11")
        assert done.outcome is Outcome.APPLIED, done
        assert cpe.read(path, 0.0) == 11
        done = await do(w, cpe, JobKind.WIFI_CHANNEL, network="2.4 GHz", channel="auto")
        assert done.outcome is Outcome.APPLIED and "AutoChannelEnable = true" in done.text


@pytest.mark.parametrize(("channel", "words"), [("36", "not possible"), ("0", "number or auto"), ("x", "number or")])
async def test_a_channel_that_is_not_there_is_refused(channel: str, words: str) -> None:
    async with world() as w:
        with pytest.raises(ActionRefused, match=words):
            await do(w, w.huawei, JobKind.WIFI_CHANNEL, network="2.4 GHz", channel=channel)


@pytest.mark.parametrize(("channel", "possible"), [("36", True), ("149", True), ("6", False), ("37", False)])
async def test_without_a_list_the_band_says_which_channels_there_are(channel: str, possible: bool) -> None:
    async with world() as w:
        leaves = {path: leaf for path, leaf in w.huawei.model.leaves.items() if "PossibleChannels" not in path}
        bare = SimulatedCpe(w.huawei.serial, replace(w.huawei.model, leaves=leaves, product_class="Bare"))
        w.acs.add(bare)
        if possible:
            assert (await do(w, bare, JobKind.WIFI_CHANNEL, network="5 GHz", channel=channel)).done
        else:
            with pytest.raises(ActionRefused, match="not possible"):
                await do(w, bare, JobKind.WIFI_CHANNEL, network="5 GHz", channel=channel)


@pytest.mark.parametrize("name", ROUTERS)
@pytest.mark.parametrize("port", ["LAN2", "lan2", "2"])
async def test_a_lan_port(name: str, port: str) -> None:
    async with world() as w:
        cpe = router(w, name)
        path = (
            "Device.Ethernet.Interface.3"
            if name == "tplink"
            else "InternetGatewayDevice.LANDevice.1.LANEthernetInterfaceConfig.2"
        )
        assert (await do(w, cpe, JobKind.LAN_PORT, port=port, on="false")).outcome is Outcome.APPLIED
        assert cpe.read(f"{path}.Enable", 0.0) is False
        assert (await do(w, cpe, JobKind.LAN_PORT, port=path, on="true")).outcome is Outcome.APPLIED


async def test_a_port_that_is_not_there_is_refused() -> None:
    async with world() as w:
        with pytest.raises(ActionRefused, match="LAN1, LAN2, LAN3, LAN4"):
            await do(w, w.zte, JobKind.LAN_PORT, port="5", on="false")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("huawei", f"{WAN}.4.WANPPPConnection.1"),
        ("zte", f"{WAN}.1.WANPPPConnection.2"),
        ("tplink", "Device.PPP.Interface.3"),
    ],
)
async def test_a_login_goes_to_the_internet_connection_and_is_read_back_after_it_has_reconnected(
    name: str, path: str
) -> None:
    async with world() as w:
        cpe = router(w, name)
        done = await do(w, cpe, JobKind.PPPOE, SECRET, username="new@isp")
        assert done.outcome is Outcome.ACCEPTED, done
        assert cpe.overrides == {f"{path}.Username": "new@isp", f"{path}.Password": SECRET}
        assert "Username = new@isp" in done.text and SECRET not in " ".join([*w.steps, repr(done)])


async def test_a_router_that_does_not_come_back_after_a_new_login_is_unknown() -> None:
    async with world() as w:
        w.huawei.reconnect_s = 1e6
        done = await do(w, w.huawei, JobKind.PPPOE, SECRET, username="wrong@isp")
        assert done.outcome is Outcome.UNKNOWN and done.text.startswith("accepted, but not read back: no contact")
        assert w.acs.store.tasks == {}


async def test_a_line_without_pppoe_is_refused() -> None:
    async with world() as w:
        for number in (1, 4):
            w.huawei.write(f"{WAN}.{number}.WANPPPConnection.1.ConnectionType", "PPPoE_Bridged")
        with pytest.raises(ActionRefused, match="no Internet connection"):
            await do(w, w.huawei, JobKind.PPPOE, SECRET, username="new@isp")


async def test_without_contact_nothing_is_written_or_left() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.REFUSE
        done = await do(w, w.huawei, JobKind.WIFI_SSID, network="5 GHz", ssid="x")
        assert done.outcome is Outcome.NO_CONTACT and done.text.startswith("nothing was written: no contact")
        assert w.acs.store.tasks == {}


# What routers do with a write


async def test_a_write_that_the_router_ignores_is_not_applied() -> None:
    async with world() as w:
        path = SSID_5["huawei"]
        w.huawei.ignores = frozenset((path,))
        done = await do(w, w.huawei, JobKind.WIFI_SSID, network="5 GHz", ssid="new")
        assert done.outcome is Outcome.NOT_APPLIED
        assert done.text == f"not applied: WLANConfiguration.5.SSID still {w.huawei.state.ssid}-5G"


async def test_a_write_that_the_router_changes_is_not_applied() -> None:
    async with world() as w:
        w.huawei.normalises = {SSID_5["huawei"]: lambda value: str(value).upper()}
        done = await do(w, w.huawei, JobKind.WIFI_SSID, network="5 GHz", ssid="new")
        assert done.outcome is Outcome.NOT_APPLIED and done.text == "not applied: WLANConfiguration.5.SSID is NEW"


async def test_a_write_that_comes_into_force_late_is_waited_for() -> None:
    async with world() as w:
        w.huawei.apply_s = 4
        done = await do(w, w.huawei, JobKind.WIFI_SSID, network="5 GHz", ssid="new")
        assert done.outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("shown", "outcome"), [("", Outcome.ACCEPTED), ("********", Outcome.ACCEPTED), (None, Outcome.APPLIED)]
)
async def test_what_a_router_shows_of_a_password(shown: str | None, outcome: Outcome) -> None:
    async with world() as w:
        w.huawei.secrets_read_as = shown
        done = await do(w, w.huawei, JobKind.WIFI_PASSWORD, SECRET, network="2.4 GHz")
        assert done.outcome is outcome
        assert SECRET not in " ".join([*w.steps, repr(done)])


async def test_a_router_that_shows_its_old_password_has_not_taken_the_new_one() -> None:
    async with world() as w:
        w.huawei.secrets_read_as = None
        w.huawei.write(KEY_24["huawei"], "the-old-password")
        w.huawei.ignores = frozenset((KEY_24["huawei"],))
        done = await do(w, w.huawei, JobKind.WIFI_PASSWORD, SECRET, network="2.4 GHz")
        assert done.outcome is Outcome.NOT_APPLIED
        assert "the-old-password" not in " ".join([*w.steps, repr(done)])
