"""The NBI client against the simulated NBI: every answer that a real one gives, and every way in which it fails."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from genieacs_world import eventually, world

from noc_console.config.model import GenieAcs
from noc_console.demo.acs import Fault, OnContact
from noc_console.domain.errors import (
    SourceAuthError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.sources.genieacs.client import NbiClient, UnknownDevice
from noc_console.sources.genieacs.results import TaskOutcome

UPTIME = "InternetGatewayDevice.DeviceInfo.UpTime"
READ = {"name": "getParameterValues", "parameterNames": [UPTIME], "expiry": 60, "uniqueKey": "test"}


async def test_probe_tells_version_and_number_of_devices() -> None:
    async with world() as w:
        probe = await w.client.probe()
        assert probe.version.startswith("1.2.16")
        assert probe.devices == 3


async def test_lists_are_counted_projected_and_paged() -> None:
    async with world(page=10) as w:
        assert await w.client.count({"_deviceId._OUI": "00259E"}) == 1
        found = await w.client.devices({}, ["_lastInform"], limit=2)
        assert [set(document) for document in found] == [{"_id", "_lastInform"}] * 2
        assert len(await w.client.devices({}, ["_id"], skip=2)) == 1


async def test_every_device_comes_once_over_many_pages() -> None:
    async with world() as w:
        w.client.config = w.client.config.model_copy(update={"page": 2})
        pages = [page async for page in w.client.every_device({}, ["_id"])]
        assert [len(page) for page in pages] == [2, 1]
        assert len({document["_id"] for page in pages for document in page}) == 3


async def test_a_query_may_be_long_but_not_longer_than_the_server_takes() -> None:
    async with world() as w:
        serials = [f"{number:016X}" for number in range(1000)]
        with pytest.raises(SourceProtocolError, match="too long"):
            await w.client.devices({"_deviceId._SerialNumber": {"$in": serials}}, ["_id"])


async def test_an_answer_cut_off_is_an_error_not_a_short_list() -> None:
    async with world() as w:
        w.acs.truncate_bodies = True
        with pytest.raises(SourceProtocolError, match="broken"):
            await w.client.devices({}, ["_id", "_deviceId"])


async def test_ids_are_encoded_twice() -> None:
    async with world() as w:
        from dataclasses import replace

        from noc_console.demo.acs import SimulatedCpe

        model = replace(w.huawei.model, product_class="G-1425G A/1")
        odd = SimulatedCpe(w.huawei.serial, model)
        assert odd.device_id == "00259E-G%2D1425G%20A%2F1-485754430A1B2C01"
        w.acs.add(odd)
        assert (await w.client.post_task(odd.device_id, READ, contact=True)).outcome is TaskOutcome.DONE
        assert "/devices/00259E-G%252D1425G%2520A%252F1-485754430A1B2C01/tasks" in w.acs.requests[-1]
        assert (await w.client.device(odd.device_id, ["_id"]))["_id"] == odd.device_id


async def test_a_path_prefix_is_kept() -> None:
    config = GenieAcs(url="http://127.0.0.1:1/acs/nbi/")
    async with NbiClient(config) as client:
        assert str(client._http.build_request("GET", "devices/").url) == "http://127.0.0.1:1/acs/nbi/devices/"


async def test_done_after_a_session() -> None:
    async with world() as w:
        result = await w.client.post_task(w.huawei.device_id, READ, contact=True)
        assert result.outcome is TaskOutcome.DONE
        document = await w.client.device(w.huawei.device_id, [UPTIME])
        assert document["InternetGatewayDevice"]["DeviceInfo"]["UpTime"]["_value"] > 0
        assert w.queued(w.huawei) == []


async def test_without_contact_a_task_is_only_queued_and_replaced_by_its_key() -> None:
    async with world() as w:
        first = await w.client.post_task(w.huawei.device_id, READ, contact=False)
        second = await w.client.post_task(w.huawei.device_id, READ, contact=False)
        assert first.outcome is second.outcome is TaskOutcome.QUEUED
        assert [task["_id"] for task in await w.client.tasks({"device": w.huawei.device_id})] == [second.task_id]


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (OnContact.REFUSE, TaskOutcome.OFFLINE),
        (OnContact.NO_ANSWER, TaskOutcome.OFFLINE),
        (OnContact.ACCEPT_ONLY, TaskOutcome.NOT_PROCESSED),
        (OnContact.WRONG_CREDENTIALS, TaskOutcome.CREDENTIALS),
        (OnContact.BASIC_AUTH, TaskOutcome.CREDENTIALS),
    ],
)
async def test_the_four_meanings_of_202(behaviour: OnContact, outcome: TaskOutcome) -> None:
    async with world() as w:
        w.huawei.on_contact = behaviour
        result = await w.client.post_task(w.huawei.device_id, READ, contact=True)
        assert result.outcome is outcome
        assert w.queued(w.huawei) == ["getParameterValues"]


async def test_a_fault_is_read_with_its_inner_codes() -> None:
    async with world() as w:
        w.huawei.next_fault = Fault("9003", "Invalid arguments", (("A.B", "9007", "Invalid parameter value"),))
        result = await w.client.post_task(w.huawei.device_id, READ, contact=True)
        assert result.outcome is TaskOutcome.FAULTED
        fault = await w.client.fault_of(w.huawei.device_id, result.task_id)
        assert str(fault) == "fault 9003 Invalid arguments (9007 Invalid parameter value at A.B)"
        assert fault and await w.client.delete_fault(fault.id)
        assert w.queued(w.huawei) == []


async def test_a_faulted_task_is_retried_behind_our_back() -> None:
    async with world() as w:
        w.acs.timing.retry_delay_s = 0
        w.huawei.next_fault = Fault()
        await w.client.post_task(w.huawei.device_id, READ, contact=True)
        assert w.queued(w.huawei) == ["getParameterValues"]
        w.huawei.inform()
        await eventually(lambda: w.queued(w.huawei) == [])
        assert await w.client.faults({"device": w.huawei.device_id}) == []


@pytest.mark.parametrize("faulted", [True, False])
async def test_lost_reason_phrases_are_replaced_by_the_faults(faulted: bool) -> None:
    async with world() as w:
        w.acs.http2_proxy = True
        w.huawei.next_fault = Fault() if faulted else None
        w.huawei.on_contact = OnContact.INFORM if faulted else OnContact.REFUSE
        result = await w.client.post_task(w.huawei.device_id, READ, contact=True)
        assert result.outcome is (TaskOutcome.FAULTED if faulted else TaskOutcome.NOT_PROCESSED)


async def test_set_is_compared_with_the_cache_only() -> None:
    """200 without effect: what the customer changed stays, as the ACS believes that it is right already."""
    async with world() as w:
        ssid = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"
        write = {"name": "setParameterValues", "parameterValues": [[ssid, "NOC"]]}
        assert (await w.client.post_task(w.huawei.device_id, write, contact=True)).outcome is TaskOutcome.DONE
        w.huawei.write(ssid, "changed-locally")
        assert (await w.client.post_task(w.huawei.device_id, write, contact=True)).outcome is TaskOutcome.DONE
        assert w.huawei.read(ssid, 0.0) == "changed-locally"
        read = {"name": "getParameterValues", "parameterNames": [ssid]}
        await w.client.post_task(w.huawei.device_id, read, contact=False)
        assert (await w.client.post_task(w.huawei.device_id, write, contact=True)).outcome is TaskOutcome.DONE
        assert w.huawei.read(ssid, 0.0) == "NOC"


async def test_a_refused_value_faults_with_9007() -> None:
    async with world() as w:
        ssid = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"
        write = {"name": "setParameterValues", "parameterValues": [[ssid, "x" * 40]]}
        result = await w.client.post_task(w.huawei.device_id, write, contact=True)
        fault = await w.client.fault_of(w.huawei.device_id, result.task_id)
        assert fault and fault.parameters == ((ssid, "9007", "Invalid parameter value"),)


async def test_an_expired_task_is_dropped_at_the_next_session_only() -> None:
    async with world() as w:
        task_id = await w.queue(w.huawei, "reboot", expiry=0.001)
        await asyncio.sleep(0.01)
        assert len(await w.client.tasks({"_id": task_id})) == 1
        w.huawei.inform()
        await eventually(lambda: w.queued(w.huawei) == [])
        assert w.huawei.online
        assert (await w.client.device(w.huawei.device_id, ["Reboot"])).get("Reboot") is None


async def test_deleting_waits_for_a_session_to_end() -> None:
    async with world() as w:
        task_id = await w.queue(w.huawei, "getParameterValues", parameterNames=[UPTIME])
        w.huawei.session_s = 3
        w.huawei.inform()
        assert not await w.client.delete_task(task_id), "the session took it"
        assert sum(request.startswith("DELETE") for request in w.acs.requests) > 1


async def test_a_session_that_does_not_end_is_told() -> None:
    async with world() as w:
        task_id = await w.queue(w.huawei, "getParameterValues", parameterNames=[UPTIME])
        w.huawei.session_s = 100_000
        w.huawei.inform()
        with pytest.raises(SourceTimeout, match="session"):
            await w.client.delete_task(task_id)


async def test_a_bare_connection_request() -> None:
    async with world() as w:
        assert await w.client.request_connection(w.huawei.device_id) is None
        w.huawei.online = False
        assert await w.client.request_connection(w.huawei.device_id) == "Device is offline"


async def test_unknown_devices_are_told() -> None:
    async with world() as w:
        with pytest.raises(UnknownDevice):
            await w.client.post_task("AABBCC-Nope-1", READ, contact=True)
        with pytest.raises(UnknownDevice):
            await w.client.device("AABBCC-Nope-1", ["_id"])
        assert not await w.client.delete_task("0" * 24)


async def test_a_request_that_kills_a_worker_is_not_sent_again() -> None:
    async with world() as w:
        with pytest.raises(SourceProtocolError, match="rejected"):
            await w.client._send("POST", f"devices/{w.huawei.device_id}/tasks", content='{"name":"nonsense"}')
        assert sum(request.startswith("POST") for request in w.acs.requests) == 1


async def test_two_dead_workers_close_the_port_for_a_while() -> None:
    async with world() as w:
        w.acs.timing.crash_s, w.acs.timing.restart_s = 50, 100

        async def kill() -> None:
            with pytest.raises(SourceProtocolError):
                await w.client._send("DELETE", "tasks/nonsense")

        await asyncio.gather(kill(), kill())
        with pytest.raises(SourceUnavailable, match="no connection"):
            await w.client.probe()
        await eventually(lambda: w.acs._server is not None and w.acs._server.is_serving())
        assert (await w.client.probe()).devices == 3


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _against(raw: bytes | None, method: str = "probe") -> None:
    """One request of the client against a server that says ``raw`` to everything, or nothing at all."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if raw is None:
            await reader.read()
        else:
            writer.write(raw)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        config = GenieAcs.model_validate(
            {"url": f"http://127.0.0.1:{port}", "username": "u", "password": "s3cret", "timeout_s": 0.3}
        )
        async with NbiClient(config) as client:
            await (client.probe() if method == "probe" else client.devices({}, ["_id"]))
    finally:
        server.close()


@pytest.mark.parametrize(
    ("raw", "error", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", SourceProtocolError, "no GenieACS NBI"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", SourceAuthError, "credentials"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", SourceAuthError, "credentials"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", SourceUnavailable, "proxy"),
        (b"", SourceProtocolError, "rejected"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", SourceProtocolError, "broken"),
        (None, SourceTimeout, "in time"),
    ],
)
async def test_what_is_no_acs_is_called_so(raw: bytes | None, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        await _against(raw)
    assert "s3cret" not in str(caught.value)


async def test_garbage_in_a_list_is_an_error() -> None:
    head = b"HTTP/1.1 200 OK\r\nGenieACS-Version: 1.2.16\r\nContent-Length: 5\r\n\r\n"
    with pytest.raises(SourceProtocolError, match="cut off or broken"):
        await _against(head + b"[\n{a\n", "devices")


async def test_a_closed_port_is_unavailable() -> None:
    async with world() as w:
        url = w.client.config.url
    async with NbiClient(GenieAcs(url=url)) as client:
        with pytest.raises(SourceUnavailable, match=re.escape(url)):
            await client.probe()
