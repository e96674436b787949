"""What a real ACS and real routers were seen to do, done by the simulated ones: each surprise is one of these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from genieacs_world import World, eventually, world

from noc_console.demo.acs import Fault, SimulatedCpe, VirtualParameter
from noc_console.demo.acs.transfers import FIRMWARE
from noc_console.sources.genieacs.diagnostics import speed_test
from noc_console.sources.genieacs.section_reads import refresh
from noc_console.sources.genieacs.writes import Outcome, Write, write

WLAN = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1"
PPP = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.4.WANPPPConnection.1"
DOWNLOAD = "InternetGatewayDevice.DownloadDiagnostics"
URL = "http://192.0.2.10/100MB.bin"


async def post(w: World, cpe: SimulatedCpe, body: Any, contact: bool = True) -> httpx.Response:
    """A task as it is, past the client's own checks."""
    url = f"devices/{cpe.device_id.replace('%', '%25')}/tasks"
    arguments = {"connection_request": ""} if contact else {}
    return await w.client._send("POST", url, arguments, content=msgspec.json.encode(body))


async def put(w: World, cpe: SimulatedCpe, *pairs: tuple[str, Any]) -> httpx.Response:
    return await post(w, cpe, {"name": "setParameterValues", "parameterValues": pairs})


async def believed(w: World, cpe: SimulatedCpe, path: str) -> Any:
    node: Any = await w.client.device(cpe.device_id, [path])
    for name in path.split("."):
        node = node.get(name, {})
    return node


def status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}"


# Writing


async def test_one_bad_path_among_good_ones_is_passed_over_with_200() -> None:
    async with world() as w:
        answer = await put(
            w, w.huawei, (f"{WLAN}.SSID", "MIXED-1"), (f"{WLAN}.NoSuchLeaf", "x"), (f"{WLAN}.BSSID", "x")
        )
        assert status(answer) == "200 OK"
        assert w.huawei.overrides == {f"{WLAN}.SSID": "MIXED-1"}


async def test_a_write_is_whole_or_not_at_all_at_the_router() -> None:
    async with world() as w:
        answer = await put(w, w.huawei, (f"{WLAN}.Enable", False), (f"{WLAN}.SSID", "x" * 40))
        assert status(answer) == "202 Task faulted"
        assert w.huawei.overrides is None


async def test_the_type_given_with_a_value_is_ignored() -> None:
    async with world() as w:
        w.huawei.write(f"{WLAN}.AutoChannelEnable", False)
        assert status(await put(w, w.huawei, (f"{WLAN}.Channel", "11"))) == "200 OK"
        assert w.huawei.read(f"{WLAN}.Channel", 0.0) == 11


async def test_a_value_that_is_no_number_is_refused_by_the_router() -> None:
    async with world() as w:
        assert status(await put(w, w.huawei, (f"{WLAN}.Channel", "abc"))) == "202 Task faulted"
        (fault,) = await w.client.faults({"device": w.huawei.device_id})
        assert fault.parameters == ((f"{WLAN}.Channel", "9007", "Invalid parameter value"),)


async def test_a_channel_set_while_the_router_chooses_comes_to_nothing() -> None:
    async with world() as w:
        assert status(await put(w, w.huawei, (f"{WLAN}.Channel", 11))) == "200 OK"
        assert (await believed(w, w.huawei, f"{WLAN}.Channel"))["_value"] == 11
        assert w.huawei.read(f"{WLAN}.Channel", 0.0) == 6


async def test_the_acs_keeps_the_password_in_its_task_and_in_its_fault() -> None:
    """Why neither is ever read whole by us, nor left behind."""
    async with world() as w:
        w.huawei.next_fault = Fault("9002", "Internal error")
        await put(w, w.huawei, (f"{WLAN}.KeyPassphrase", "top-secret-key"))
        rows = await w.client._rows("faults", {})
        assert "top-secret-key" in rows[0]["provisions"]
        assert "top-secret-key" not in repr(await w.client.faults({}))


async def test_a_device_id_with_percent_signs_is_written_to() -> None:
    async with world() as w:
        odd = SimulatedCpe(w.huawei.serial, replace(w.huawei.model, product_class="G-1425G-A"))
        w.acs.add(odd)
        assert "%2D" in odd.device_id
        done = await write(w.client, odd.device_id, [Write(f"{WLAN}.SSID", "NOC")])
        assert done.outcome is Outcome.APPLIED and odd.read(f"{WLAN}.SSID", 0.0) == "NOC"
        assert (await speed_test(w.client, odd.device_id, "download", URL, timeout_s=20)).mbps is not None


# Reading


@pytest.mark.parametrize("code", ["9005", "9002"])
async def test_a_read_that_the_router_refuses_leaves_a_fault_for_each_try(code: str) -> None:
    async with world() as w:
        for _ in range(2):
            w.tplink.next_fault = Fault(code, "no")
            body = {"name": "getParameterValues", "parameterNames": ["Device.DeviceInfo.UpTime"]}
            assert status(await post(w, w.tplink, body)) == "202 Task faulted"
        faults = await w.client.faults({"device": w.tplink.device_id})
        assert [fault.code for fault in faults] == [f"cwmp.{code}"] * 2
        assert w.queued(w.tplink) == ["getParameterValues"] * 2


async def test_our_read_deletes_the_fault_that_it_was_answered_with() -> None:
    async with world() as w:
        w.tplink.next_fault = Fault("9002", "Internal error")
        done = await refresh(w.client, w.tplink.device_id, names=("system",))
        assert done.delivery.text == "delivered", "what was refused once was read in parts"
        assert w.acs.store.faults == {} and w.acs.store.tasks == {}


async def test_a_trailing_dot_is_a_script_error_and_stays() -> None:
    async with world() as w:
        body = {"name": "refreshObject", "objectName": "InternetGatewayDevice.DeviceInfo."}
        assert status(await post(w, w.huawei, body)) == "202 Task faulted"
        (fault,) = await w.client.faults({"device": w.huawei.device_id})
        assert (fault.code, fault.message, fault.parameters) == ("script.Error", "Invalid parameter path", ())
        assert w.queued(w.huawei) == ["refreshObject"]


async def test_a_missing_parameter_is_read_with_200_and_no_trace() -> None:
    async with world() as w:
        path = "InternetGatewayDevice.No.Such.Thing"
        assert status(await post(w, w.huawei, {"name": "getParameterValues", "parameterNames": [path]})) == "200 OK"
        assert await believed(w, w.huawei, path) == {}


# Objects


async def test_an_object_is_added_with_its_values_and_deleted() -> None:
    async with world() as w:
        keys = [["ExternalPort", 8080], ["InternalPort", 80], ["InternalClient", "192.168.1.10"]]
        body = {"name": "addObject", "objectName": f"{PPP}.PortMapping", "parameterValues": keys}
        assert status(await post(w, w.huawei, body)) == "200 OK"
        made = await believed(w, w.huawei, f"{PPP}.PortMapping")
        assert made["1"]["ExternalPort"]["_value"] == 8080
        assert "_value" not in made["1"]["PortMappingProtocol"], "known by name only"
        delete = {"name": "deleteObject", "objectName": f"{PPP}.PortMapping.1"}
        assert status(await post(w, w.huawei, delete)) == "200 OK"
        assert status(await post(w, w.huawei, delete)) == "200 OK", "absent is fine"
        assert await believed(w, w.huawei, f"{PPP}.PortMapping") == {}


async def test_a_key_that_the_router_does_not_take_makes_instance_after_instance() -> None:
    async with world() as w:
        keys = [["ExternPort", 8080], ["InternalClient", "192.168.1.10"]]
        body = {"name": "addObject", "objectName": f"{PPP}.PortMapping", "parameterValues": keys}
        assert status(await post(w, w.huawei, body)) == "202 Task faulted"
        assert w.huawei.instances == {f"{PPP}.PortMapping": list(range(1, 16))}
        (row,) = await w.client._rows("faults", {})
        assert row["code"] == "too_many_commits" and "detail" not in row
        assert str((await w.client.faults({}))[0]) == "fault too_many_commits Too many commit iterations"


async def test_adding_to_an_unknown_object_is_200_and_nothing() -> None:
    async with world() as w:
        body = {"name": "addObject", "objectName": "InternetGatewayDevice.No.Such"}
        assert status(await post(w, w.huawei, body)) == "200 OK"
        assert w.huawei.instances is None and w.acs.store.faults == {}


# Tasks


async def test_a_list_of_tasks_makes_orphans_that_never_run() -> None:
    async with world() as w:
        answer = await post(w, w.huawei, [{"name": "reboot"}], contact=False)
        assert status(answer) == "202 Accepted"
        assert await w.client.tasks({"device": w.huawei.device_id}) == []
        w.huawei.inform()
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert w.huawei.online and len(w.acs.store.tasks) == 1


async def test_a_faulted_task_does_not_hold_up_the_next() -> None:
    async with world() as w:
        await put(w, w.huawei, (f"{WLAN}.SSID", "x" * 40))
        body = {"name": "getParameterValues", "parameterNames": ["InternetGatewayDevice.DeviceInfo.UpTime"]}
        assert status(await post(w, w.huawei, body)) == "200 OK"
        assert w.queued(w.huawei) == ["setParameterValues"]


async def test_a_refused_reboot_happens_by_itself_much_later() -> None:
    async with world() as w:
        w.acs.timing.retry_delay_s = 0
        w.zte.next_fault = Fault("9001", "Request denied")
        assert status(await post(w, w.zte, {"name": "reboot"})) == "202 Task faulted"
        assert w.zte.online
        w.zte.inform()
        await eventually(lambda: not w.zte.online)
        assert w.acs.store.faults == {}


async def test_each_retry_that_fails_is_counted_and_waits_longer() -> None:
    async with world() as w:
        w.acs.timing.retry_delay_s = 0
        for retries in range(3):
            w.zte.next_fault = Fault("9001", "Request denied")
            if retries == 0:
                await post(w, w.zte, {"name": "reboot"})
            else:
                w.zte.inform()
                await eventually(lambda: w.zte.next_fault is None and not w.acs.in_session(w.zte.device_id))
            assert [fault.retries for fault in await w.client.faults({})] == [retries]
        w.acs.timing.retry_delay_s = 300
        w.zte.inform()
        await eventually(lambda: not w.acs.in_session(w.zte.device_id))
        assert w.zte.online, "it is not due yet"


async def test_provisions_run_as_a_task() -> None:
    async with world() as w:
        path = "InternetGatewayDevice.DeviceInfo.UpTime"
        body = {"name": "provisions", "provisions": [["refresh", path], ["tag", "seen", True]]}
        assert status(await post(w, w.huawei, body)) == "200 OK"
        assert (await believed(w, w.huawei, path))["_value"] > 0
        assert (await w.client.device(w.huawei.device_id, ["_tags"]))["_tags"] == ["seen"]


async def test_tags_are_added_and_removed_as_often_as_one_likes() -> None:
    async with world() as w:
        url = f"devices/{w.huawei.device_id}/tags"
        for method in ("POST", "POST", "DELETE", "DELETE"):
            assert (await w.client._send(method, f"{url}/vip%20customer")).status_code == 200
        assert (await w.client._send("POST", f"{url}/a.b")).status_code == 404
        assert (await w.client._send("POST", f"{url}/one")).status_code == 200
        found = await w.client.devices({"_tags": "one"}, ["_tags"])
        assert [document["_tags"] for document in found] == [["one"]]


# Downloads and diagnostics


async def test_a_download_is_pending_until_the_router_tells_its_end() -> None:
    async with world() as w:
        w.acs.transfers.put("fw.bin", file_type=FIRMWARE, version="V2")
        answer = await post(w, w.huawei, {"name": "download", "file": "fw.bin"})
        assert status(answer) == "200 OK" and w.queued(w.huawei) == []
        (operation,) = await w.client.operations(w.huawei.device_id)
        assert operation["_id"].startswith(f"{w.huawei.device_id}:") and operation["name"] == "Download"
        assert await w.client.operations(w.zte.device_id) == []
        assert "LastDownload" not in (await believed(w, w.huawei, "Downloads.1"))
        await eventually(lambda: w.acs.transfers.operations == {})
        assert (await believed(w, w.huawei, "Downloads.1"))["LastFileName"]["_value"] == "fw.bin"
        assert w.huawei.state.firmware == "V2"


async def test_a_file_that_the_server_does_not_have_is_told_when_the_task_is_gone() -> None:
    async with world() as w:
        body = {"name": "download", "fileType": FIRMWARE, "fileName": "nosuch.bin"}
        task_id = (await post(w, w.huawei, body)).json()["_id"]
        await eventually(lambda: bool(w.acs.store.faults))
        fault = await w.client.fault_of(w.huawei.device_id, task_id)
        assert str(fault) == "fault 9010 Download failure: HTTP 404"
        assert await w.client.tasks({"_id": task_id}) == []


async def test_a_diagnostic_that_has_ended_is_still_requested_for_the_acs_and_cannot_be_asked_again() -> None:
    async with world() as w:
        state = f"{DOWNLOAD}.DiagnosticsState"
        await put(w, w.huawei, (f"{DOWNLOAD}.DownloadURL", URL), (state, "Requested"))
        before = (await w.client.device(w.huawei.device_id, ["_lastInform"]))["_lastInform"]
        await eventually(lambda: w.huawei.read(state, 0.0) == "Complete")
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert (await w.client.device(w.huawei.device_id, ["_lastInform"]))["_lastInform"] > before
        assert (await believed(w, w.huawei, state))["_value"] == "Requested"
        assert status(await put(w, w.huawei, (state, "Requested"))) == "200 OK"
        assert w.huawei.read(state, 0.0) == "Complete", "nothing was sent"
        await post(w, w.huawei, {"name": "refreshObject", "objectName": DOWNLOAD})
        assert (await believed(w, w.huawei, state))["_value"] == "Complete"
        await put(w, w.huawei, (state, "Requested"))
        assert w.huawei.read(state, 0.0) == "Requested"


# Virtual parameters


async def test_virtual_parameters_are_read_set_and_listed() -> None:
    async with world() as w:
        kept: dict[str, Any] = {}
        w.acs.virtual_parameters = {
            "rx": VirtualParameter(lambda cpe: f"{cpe.state.rx_dbm:.2f}"),
            "note": VirtualParameter(
                lambda cpe: kept.get(cpe.device_id, ""), lambda cpe, v: kept.update({cpe.device_id: v})
            ),
        }
        rows = await w.client._rows("virtual_parameters", {})
        assert (
            [row["_id"] for row in rows]
            == ["rx", "note"]
            == [row["_id"] for row in await w.client._rows("virtualParameters", {})]
        )
        done = await write(w.client, w.huawei.device_id, [Write("VirtualParameters.note", "hello")])
        assert done.outcome is Outcome.APPLIED and kept == {w.huawei.device_id: "hello"}
        body = {"name": "getParameterValues", "parameterNames": ["VirtualParameters.rx"]}
        await post(w, w.huawei, body)
        read = await believed(w, w.huawei, "VirtualParameters.rx")
        assert (read["_value"], read["_writable"]) == (f"{w.huawei.state.rx_dbm:.2f}", False)
        assert status(await put(w, w.huawei, ("VirtualParameters.rx", "1"))) == "200 OK"
