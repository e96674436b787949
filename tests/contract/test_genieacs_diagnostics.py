"""Speed tests, ping and traceroute through the simulated ACS: started, followed, read back."""

from __future__ import annotations

import pytest
from genieacs_world import World, eventually, world

from noc_console.demo.acs import Diagnosing, Fault, OnContact, SimulatedCpe
from noc_console.domain.errors import ActionRefused
from noc_console.sources.genieacs.diagnostics import (
    SpeedResult,
    ping_from,
    speed_test,
    traceroute_from,
)

pytestmark = pytest.mark.time_skips

URL = "http://192.0.2.10/100MB.bin"
STATE = {
    "huawei": "InternetGatewayDevice.DownloadDiagnostics.DiagnosticsState",
    "zte": "InternetGatewayDevice.DownloadDiagnostics.DiagnosticsState",
    "tplink": "Device.IP.Diagnostics.DownloadDiagnostics.DiagnosticsState",
}


async def download(w: World, cpe: SimulatedCpe, url: str = URL, timeout_s: float = 20) -> SpeedResult:
    return await speed_test(w.client, cpe.device_id, "download", url, timeout_s=timeout_s, step=w.step)


@pytest.mark.parametrize(("name", "word"), [("huawei", "Complete"), ("zte", "Complete"), ("tplink", "Completed")])
async def test_a_download_is_followed_to_its_speed(name: str, word: str) -> None:
    async with world() as w:
        cpe: SimulatedCpe = getattr(w, name)
        cpe.state.down_mbps = 93.2
        result = await download(w, cpe)
        assert result == SpeedResult(pytest.approx(93.2, abs=0.01), 93_200_000, 8.0, word)
        assert w.acs.store.tasks == {}


@pytest.mark.parametrize("name", ["huawei", "zte", "tplink"])
async def test_an_upload_is_followed_to_its_speed(name: str) -> None:
    async with world() as w:
        cpe: SimulatedCpe = getattr(w, name)
        cpe.state.up_mbps = 40.0
        result = await speed_test(w.client, cpe.device_id, "upload", URL, 10_000_000, 20, w.step)
        assert result.mbps == pytest.approx(40.0, abs=0.1) and result.bytes == 10_000_000 and result.error is None


async def test_a_second_test_is_no_silent_no_op() -> None:
    async with world() as w:
        assert (await download(w, w.huawei)).mbps == pytest.approx(287, abs=0.1)
        w.huawei.state.down_mbps = 50.0
        assert (await download(w, w.huawei)).mbps == pytest.approx(50, abs=0.1)


async def test_what_the_acs_still_believes_requested_is_read_first() -> None:
    """Somebody started a test and never read it: its belief would swallow our request."""
    async with world() as w:
        pairs = [["InternetGatewayDevice.DownloadDiagnostics.DownloadURL", URL], [STATE["huawei"], "Requested"]]
        body = {"name": "setParameterValues", "parameterValues": pairs}
        await w.client.post_task(w.huawei.device_id, body, contact=True)
        await eventually(lambda: w.huawei.read(STATE["huawei"], 0.0) == "Complete")
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        believed = w.acs.records[w.huawei.device_id].believed(STATE["huawei"], 0.0)
        assert believed is not None and believed[0] == "Requested"
        assert (await download(w, w.huawei)).mbps is not None


async def test_another_test_under_way_is_waited_for() -> None:
    async with world() as w:
        pairs = [["InternetGatewayDevice.DownloadDiagnostics.DownloadURL", URL], [STATE["huawei"], "Requested"]]
        body = {"name": "setParameterValues", "parameterValues": pairs}
        await w.client.post_task(w.huawei.device_id, body, contact=True)
        assert (await download(w, w.huawei)).mbps is not None
        assert any("waiting" in step for step in w.steps)


@pytest.mark.parametrize(
    ("url", "connected", "state", "words"),
    [
        ("http://nowhere.invalid/x", True, "Error_CannotResolveHostName", "cannot resolve"),
        (URL, False, "Error_InitConnectionFailed", "no connection to the server"),
    ],
)
async def test_a_test_that_fails_says_why(url: str, connected: bool, state: str, words: str) -> None:
    async with world() as w:
        w.huawei.state.wan_connected = connected
        result = await download(w, w.huawei, url)
        assert result.state == state and result.mbps is None
        assert result.error is not None and words in result.error


async def test_an_error_that_nobody_knows_is_told_as_it_is() -> None:
    async with world() as w:
        w.tplink.diagnosing = Diagnosing(error="Error_X_TP_Odd")
        result = await download(w, w.tplink)
        assert result.state == "Error_X_TP_Odd" and result.error == "ended as Error_X_TP_Odd"


async def test_a_router_that_never_ends_is_told() -> None:
    async with world() as w:
        w.huawei.diagnosing = Diagnosing(ends=False)
        result = await download(w, w.huawei, timeout_s=0.5)
        assert result.state == "Requested" and result.error is not None and "not ended after" in result.error
        assert w.acs.store.tasks == {}
        again = await download(w, w.huawei, timeout_s=0.3)
        assert again.error == "another diagnostic of this kind is still running at the router"


async def test_a_router_that_ends_without_telling_is_read_in_the_end() -> None:
    async with world() as w:
        w.huawei.diagnosing = Diagnosing(informs=False, duration_s=1)
        assert (await download(w, w.huawei, timeout_s=1)).mbps is not None


async def test_without_times_there_is_no_speed() -> None:
    async with world() as w:
        w.tplink.diagnosing = Diagnosing(forgets_times=True)
        result = await download(w, w.tplink)
        assert result.mbps is None and result.error == "the router told no usable times"
        assert result.state == "Completed" and result.bytes


async def test_a_restart_in_the_middle_drops_the_test() -> None:
    async with world() as w:
        w.huawei.diagnosing = Diagnosing(ends=False)

        async def step(text: str) -> None:
            if text == "the router has begun":
                w.huawei.boot()

        result = await speed_test(w.client, w.huawei.device_id, "download", URL, timeout_s=20, step=step)
        assert result.mbps is None and result.error is not None and "dropped" in result.error


async def test_a_refused_request_is_a_fault_and_leaves_nothing() -> None:
    async with world() as w:

        async def step(text: str) -> None:
            if text.startswith("starting"):
                w.huawei.next_fault = Fault("9003", "Invalid arguments")

        result = await speed_test(w.client, w.huawei.device_id, "download", URL, timeout_s=20, step=step)
        assert result.error == "fault 9003 Invalid arguments"
        assert w.acs.store.tasks == {} and w.acs.store.faults == {}


async def test_without_contact_nothing_is_left() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.REFUSE
        result = await download(w, w.huawei)
        assert result.error is not None and "no contact" in result.error and result.state == ""
        assert w.acs.store.tasks == {}


async def test_a_router_without_the_diagnostic_says_so() -> None:
    async with world() as w:
        from dataclasses import replace

        leaves = {path: leaf for path, leaf in w.huawei.model.leaves.items() if "DownloadDiagnostics" not in path}
        bare = SimulatedCpe(w.huawei.serial, replace(w.huawei.model, leaves=leaves, product_class="Bare"))
        w.acs.add(bare)
        assert (await download(w, bare)).error == "this router has no download diagnostic"


@pytest.mark.parametrize("url", ["ftp://x/y", "http://", "http://a b/", "http://a/\n", "x", "http://a/" + "x" * 250])
async def test_only_urls_that_a_router_could_fetch_are_sent(url: str) -> None:
    async with world() as w:
        with pytest.raises(ActionRefused):
            await download(w, w.huawei, url)


# Ping and traceroute


@pytest.mark.parametrize("name", ["huawei", "zte", "tplink"])
async def test_a_ping_from_the_router(name: str) -> None:
    async with world() as w:
        cpe: SimulatedCpe = getattr(w, name)
        cpe.state.ping_ms, cpe.state.lost_percent = 12, 20
        result = await ping_from(w.client, cpe.device_id, "192.0.2.1", 5, 20, w.step)
        assert (result.sent, result.received) == (5, 4)
        assert (result.minimum_ms, result.average_ms, result.maximum_ms) == (12, 14, 21)


async def test_a_ping_that_nobody_answers_has_no_times() -> None:
    async with world() as w:
        w.huawei.state.lost_percent = 100
        result = await ping_from(w.client, w.huawei.device_id, "192.0.2.1", 5, 20)
        assert (result.sent, result.received, result.average_ms, result.error) == (5, 0, None, None)


async def test_a_ping_to_an_unknown_name() -> None:
    async with world() as w:
        result = await ping_from(w.client, w.tplink.device_id, "nowhere.invalid", 5, 20)
        assert result.received is None and result.error == "the router cannot resolve the host's name"


@pytest.mark.parametrize("name", ["huawei", "tplink"])
async def test_a_traceroute_tells_every_hop(name: str) -> None:
    async with world() as w:
        cpe: SimulatedCpe = getattr(w, name)
        result = await traceroute_from(w.client, cpe.device_id, "example.net", 20, w.step)
        assert [hop.number for hop in result.hops] == [1, 2, 3, 4, 5]
        assert result.hops[0].address == "192.0.2.1" and len(result.hops[0].times_ms) == 3
        assert result.hops[2].host == "" and result.hops[2].times_ms == ()
        assert result.hops[-1].host == "example.net"


@pytest.mark.parametrize("host", ["", "a b", "-x", "x;reboot", "x\n"])
async def test_only_hosts_are_sent(host: str) -> None:
    async with world() as w:
        with pytest.raises(ActionRefused):
            await ping_from(w.client, w.huawei.device_id, host)
