"""Actions through the simulated ACS: each ends in something proven, and none leaves a task behind."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from genieacs_world import World, eventually, world

from noc_console.demo.acs import Fault, OnContact, SimulatedCpe
from noc_console.domain.cpe import SECTIONS, Section
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.jobs import JobKind
from noc_console.sources.genieacs import disrupt, section_reads
from noc_console.sources.genieacs.delivery import End, withdraw_key
from noc_console.sources.genieacs.disrupt import Disruption

pytestmark = pytest.mark.time_skips


def section(found: tuple[Section, ...], name: str) -> Section:
    return next(one for one in found if one.name == name)


async def reboot(w: World, cpe: SimulatedCpe) -> Disruption:
    return await disrupt.reboot(w.client, cpe.device_id, 600, step=w.step)


async def test_a_reboot_is_followed_until_it_is_back() -> None:
    async with world() as w:
        events: list[str] = []
        w.huawei.on_reboot = lambda cpe: events.append("down")
        w.huawei.on_boot = lambda cpe: events.append("up")
        done = await reboot(w, w.huawei)
        assert done.delivery.end is End.DELIVERED
        await eventually(lambda: not w.huawei.online)
        back_s = await disrupt.wait_back(w.client, w.huawei.device_id, done.baseline, 20, poll_s=0.02)
        assert back_s is not None and back_s > 0
        assert events == ["down", "up"]
        assert w.queued(w.huawei) == []


async def test_a_router_that_does_not_come_back_is_told() -> None:
    async with world() as w:
        w.huawei.returns = False
        done = await reboot(w, w.huawei)
        assert await disrupt.wait_back(w.client, w.huawei.device_id, done.baseline, 0.3, poll_s=0.05) is None


async def test_a_boot_before_the_reboot_is_no_proof() -> None:
    async with world() as w:
        w.huawei.reboot_s = 10_000
        w.huawei.inform("1 BOOT")
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        done = await reboot(w, w.huawei)
        assert await disrupt.wait_back(w.client, w.huawei.device_id, done.baseline, 0.2, poll_s=0.05) is None


async def test_a_factory_reset_waits_for_the_bootstrap() -> None:
    async with world() as w:
        ssid = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"
        w.huawei.write(ssid, "mine")
        done = await disrupt.factory_reset(w.client, w.huawei.device_id, 600, step=w.step)
        back_s = await disrupt.wait_back(w.client, w.huawei.device_id, done.baseline, 20, factory=True, poll_s=0.02)
        assert back_s is not None
        assert w.huawei.read(ssid, 0.0) != "mine"
        assert w.huawei.on_factory_reset is None


@pytest.mark.parametrize(
    "behaviour", [OnContact.REFUSE, OnContact.NO_ANSWER, OnContact.ACCEPT_ONLY, OnContact.WRONG_CREDENTIALS]
)
async def test_without_contact_nothing_stays_at_the_acs(behaviour: OnContact) -> None:
    async with world() as w:
        w.huawei.on_contact = behaviour
        done = await reboot(w, w.huawei)
        assert done.delivery.end is End.NO_CONTACT
        assert done.delivery.withdrawn and "withdrawn" in done.delivery.text
        assert w.queued(w.huawei) == []
        w.huawei.inform()
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert w.huawei.online, "the reboot must not fire later"


async def test_what_cannot_be_withdrawn_is_said() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.ACCEPT_ONLY
        w.huawei.session_s = 100_000
        asking = asyncio.create_task(reboot(w, w.huawei))
        await eventually(lambda: w.queued(w.huawei) == ["reboot"])
        w.acs.timing.session_limit_s = 1
        w.huawei.inform()
        done = await asking
        assert done.delivery.end is End.NO_CONTACT
        assert not done.delivery.withdrawn and "could not be withdrawn" in done.delivery.text
        assert w.queued(w.huawei) == ["reboot"]


async def test_a_router_that_comes_by_itself_has_taken_it() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.ACCEPT_ONLY
        w.acs.timing.session_limit_s = 0
        w.huawei.session_s = 3
        asking = asyncio.create_task(reboot(w, w.huawei))
        await eventually(lambda: w.queued(w.huawei) == ["reboot"])
        w.huawei.inform()
        done = await asking
        assert done.delivery.end is End.DELIVERED
        assert await disrupt.wait_back(w.client, w.huawei.device_id, done.baseline, 20, poll_s=0.02) is not None


async def test_a_fault_is_told_and_its_task_deleted() -> None:
    async with world() as w:
        w.huawei.next_fault = Fault("9000", "Method not supported")
        done = await reboot(w, w.huawei)
        assert done.delivery.end is End.FAULT
        assert done.delivery.text == "fault 9000 Method not supported"
        assert done.delivery.withdrawn
        assert w.queued(w.huawei) == [] and w.acs.store.faults == {}


async def test_a_lost_answer_after_the_reboot_ran() -> None:
    async with world() as w:
        w.acs.lose_answers_to = frozenset(("POST",))
        done = await reboot(w, w.huawei)
        assert done.delivery.end is End.DELIVERED and "lost" in done.delivery.text
        assert await disrupt.wait_back(w.client, w.huawei.device_id, done.baseline, 20, poll_s=0.02) is not None


async def test_a_lost_answer_while_the_task_is_queued() -> None:
    async with world() as w:
        w.acs.lose_answers_to = frozenset(("POST",))
        w.huawei.online = False
        done = await reboot(w, w.huawei)
        assert done.delivery.end is End.NO_CONTACT and "withdrawn" in done.delivery.text
        assert w.queued(w.huawei) == []


async def test_cancelling_withdraws() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.ACCEPT_ONLY
        w.acs.timing.online_threshold_s = 10_000
        asking = asyncio.create_task(disrupt.reboot(w.client, w.huawei.device_id, 600, 5000))
        await eventually(lambda: w.queued(w.huawei) == ["reboot"])
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert w.queued(w.huawei) == []


async def test_an_acs_that_is_down_has_been_sent_nothing() -> None:
    async with world() as w:
        await w.acs.close()
        with pytest.raises(SourceUnavailable):
            await reboot(w, w.huawei)


async def test_refresh_reads_every_section_of_a_fresh_device() -> None:
    async with world() as w:
        before = await section_reads.view(w.client, w.huawei.device_id)
        assert section(before, "optical").observed_at is None
        done = await section_reads.refresh(w.client, w.huawei.device_id, step=w.step)
        assert done.delivery.end is End.DELIVERED
        # The simulated router has neither telephony nor mesh nodes, unless its template tells so.
        assert set(done.not_newer) <= {"mesh", "voice"}
        assert done.newer == tuple(name for name in SECTIONS if name not in done.not_newer)
        assert section(done.sections, "optical").get("rx_dbm") == round(w.huawei.state.rx_dbm)
        wan = section(done.sections, "wan").groups
        assert [group.get("internet") for group in wan] == [True, False, False]
        assert wan[0].get("ip") == w.huawei.state.wan_ip and wan[0].get("username") == "anna@isp"
        hosts = section(done.sections, "hosts").groups
        assert [group.get("hostname") for group in hosts] == [host.name for host in w.huawei.state.hosts]


@pytest.mark.parametrize("name", ["zte", "tplink"])
async def test_refresh_shows_what_changed_at_the_router(name: str) -> None:
    async with world() as w:
        cpe: SimulatedCpe = getattr(w, name)
        cpe.state.rx_dbm, cpe.state.hosts = -24.5, ()
        stale = await section_reads.view(w.client, cpe.device_id)
        assert section(stale, "optical").get("rx_dbm") != -24.5
        done = await section_reads.refresh(w.client, cpe.device_id, names=("hosts", "optical"))
        assert done.newer == ("hosts", "optical")
        assert section(done.sections, "optical").get("rx_dbm") == pytest.approx(-24.5, abs=0.07)
        assert section(done.sections, "hosts").groups == ()


async def test_refresh_of_an_offline_router_leaves_nothing_behind() -> None:
    async with world() as w:
        w.zte.online = False
        done = await section_reads.refresh(w.client, w.zte.device_id, names=("optical",))
        assert done.delivery.end is End.NO_CONTACT
        assert done.not_newer == ("optical",) and section(done.sections, "optical").fields
        assert w.queued(w.zte) == []


async def test_an_inform_alone_is_no_refresh() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.ACCEPT_ONLY
        asking = asyncio.create_task(section_reads.refresh(w.client, w.huawei.device_id, names=("system",)))
        await eventually(lambda: w.queued(w.huawei) == ["getParameterValues"])
        w.acs.store.drop(next(iter(w.acs.store.of(w.huawei.device_id)))["_id"])
        w.huawei.inform()
        done = await asking
        assert done.newer == ()


async def test_what_a_dead_collector_left_queued_is_withdrawn() -> None:
    async with world() as w:
        await w.queue(w.huawei, "reboot", uniqueKey="noc-reboot")
        assert not await disrupt.withdraw(w.client, w.huawei.device_id, factory=True)
        assert await disrupt.withdraw(w.client, w.huawei.device_id, factory=False)
        assert w.queued(w.huawei) == []
        assert not await disrupt.withdraw(w.client, w.huawei.device_id, factory=False)


async def test_a_successor_can_tell_whether_the_reboot_was_sent() -> None:
    async with world() as w:
        before = await disrupt.baseline(w.client, w.huawei.device_id, JobKind.REBOOT)
        await w.queue(w.huawei, "reboot", uniqueKey="noc-reboot")
        assert await disrupt.withdraw(w.client, w.huawei.device_id, factory=False)
        assert not await disrupt.was_sent(w.client, w.huawei.device_id, JobKind.REBOOT, before)
        await reboot(w, w.huawei)
        assert await disrupt.was_sent(w.client, w.huawei.device_id, JobKind.REBOOT, before)
        assert not await disrupt.was_sent(w.client, w.huawei.device_id, JobKind.FACTORY_RESET, before)
        since = await disrupt.sent_since(w.client, w.huawei.device_id, JobKind.REBOOT, before)
        assert since is not None
        assert await disrupt.wait_back(w.client, w.huawei.device_id, since, 20, poll_s=0.02) is not None


async def test_a_refused_reboot_does_not_happen_later() -> None:
    async with world() as w:
        w.acs.timing.retry_delay_s = 0
        w.huawei.next_fault = Fault("9001", "Request denied")
        assert (await reboot(w, w.huawei)).delivery.end is End.FAULT
        w.huawei.inform()
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert w.huawei.online and w.acs.records[w.huawei.device_id].rpcs is None


async def test_only_what_is_ours_is_withdrawn() -> None:
    async with world() as w:
        await w.queue(w.huawei, "reboot", uniqueKey="noc-reboot")
        await w.queue(w.huawei, "refreshObject", objectName="InternetGatewayDevice.DeviceInfo", uniqueKey="noc-read")
        await w.queue(w.huawei, "factoryReset", uniqueKey="somebody-else")
        await w.queue(w.zte, "reboot", uniqueKey="noc-reboot")
        assert await withdraw_key(w.client, w.huawei.device_id) == 2
        assert w.queued(w.huawei) == ["factoryReset"] and w.queued(w.zte) == ["reboot"]


async def test_a_router_that_does_not_come_back_from_a_reset_is_told() -> None:
    async with world() as w:
        w.huawei.returns = False
        done = await disrupt.factory_reset(w.client, w.huawei.device_id, 600, step=w.step)
        assert done.delivery.end is End.DELIVERED
        device_id = w.huawei.device_id
        assert await disrupt.wait_back(w.client, device_id, done.baseline, 0.3, factory=True, poll_s=0.05) is None
        assert w.queued(w.huawei) == []


async def test_a_boot_without_a_bootstrap_is_no_reset() -> None:
    async with world() as w:
        w.huawei.returns = False
        done = await disrupt.factory_reset(w.client, w.huawei.device_id, 600, step=w.step)
        w.huawei.boot()
        device_id = w.huawei.device_id
        assert await disrupt.wait_back(w.client, device_id, done.baseline, 0.3, factory=True, poll_s=0.05) is None
        assert await disrupt.wait_back(w.client, device_id, done.baseline, 5, poll_s=0.05) is not None


class _ImpatientProxy(httpx.AsyncBaseTransport):
    """Passes everything on, and answers 504 to what takes long, as a proxy with a short timeout does."""

    def __init__(self) -> None:
        self._real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._real.handle_async_request(request)
        if request.method != "POST":
            return response
        await response.aread()
        return httpx.Response(504, text="Gateway Timeout")

    async def aclose(self) -> None:
        await self._real.aclose()


@pytest.mark.parametrize("online", [True, False])
async def test_a_proxy_that_gives_up_does_not_mean_that_nothing_was_sent(online: bool) -> None:
    async with world() as w:
        w.client._http._transport = _ImpatientProxy()
        w.huawei.online = online
        done = await reboot(w, w.huawei)
        assert done.delivery.end is (End.DELIVERED if online else End.NO_CONTACT)
        assert w.queued(w.huawei) == []
