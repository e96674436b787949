"""Reading a router that refuses some of what it lists: the rest is read, and what failed is told."""

from __future__ import annotations

from genieacs_world import world

from noc_console.domain.jobs import JobKind
from noc_console.sources.genieacs import section_reads
from noc_console.sources.genieacs.delivery import End
from noc_console.sources.genieacs.settings import change

RX = "InternetGatewayDevice.WANDevice.1.X_GponInterafceConfig.RXPower"
SECTIONS = ("system", "wan", "wireless", "optical")


async def test_one_refused_parameter_blinds_nothing_but_itself() -> None:
    async with world() as w:
        w.huawei.unreadable = frozenset((RX,))
        done = await section_reads.refresh(w.client, w.huawei.device_id, names=SECTIONS, step=w.step)
        assert done.delivery.end is End.DELIVERED and set(done.newer) == set(SECTIONS) and done.not_newer == ()
        assert set(done.troubles) == {"optical"}
        assert RX in done.troubles["optical"] and "fault 9005 Invalid parameter name" in done.troubles["optical"]
        optical = next(section for section in done.sections if section.name == "optical")
        assert optical.get("rx_dbm") is None and optical.get("tx_dbm") is not None
        assert w.acs.store.tasks == {} and w.acs.store.faults == {}
        told = await section_reads.view(w.client, w.huawei.device_id, ["optical"])
        assert told[0].trouble == done.troubles["optical"]


async def test_what_was_refused_is_not_asked_for_again_before_a_boot() -> None:
    async with world() as w:
        w.huawei.unreadable = frozenset((RX,))
        await section_reads.refresh(w.client, w.huawei.device_id, names=SECTIONS)
        w.acs.requests.clear()
        done = await section_reads.refresh(w.client, w.huawei.device_id, names=SECTIONS)
        assert len([one for one in w.acs.requests if one.startswith("POST")]) == 1
        assert set(done.troubles) == {"optical"}, "still told"
        w.huawei.unreadable = frozenset()
        w.huawei.boot()
        done = await section_reads.refresh(w.client, w.huawei.device_id, names=SECTIONS)
        assert done.troubles == {} and done.sections[-1].get("rx_dbm") is not None


async def test_a_refused_parameter_does_not_stop_a_setting_beside_it() -> None:
    async with world() as w:
        w.huawei.unreadable = frozenset(("InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.TotalAssociations",))
        parameters = {"network": "2.4 GHz", "ssid": "NOC"}
        done = await change(w.client, w.huawei.device_id, JobKind.WIFI_SSID, parameters)
        assert done.done, done.text
