"""Firmware through the simulated ACS: agreed to at once, ended minutes later, in one way or the other."""

from __future__ import annotations

import pytest
from genieacs_world import World, eventually, world

from noc_console.demo.acs import Fault, OnContact
from noc_console.demo.acs.transfers import FIRMWARE
from noc_console.domain.errors import ActionRefused, SourceProtocolError
from noc_console.sources.genieacs.downloads import Installed, Installing, files, install_firmware
from noc_console.sources.genieacs.results import TaskOutcome

pytestmark = pytest.mark.time_skips

FILE = "EG8145V5-V5R022.bin"
OLD, NEW = "V5R020C00S280", "V5R022C10S150"


def stock(w: World) -> None:
    w.acs.transfers.put(FILE, file_type=FIRMWARE, oui="00259E", product_class="EG8145V5", version=NEW)
    w.acs.transfers.put("any.bin", file_type=FIRMWARE)
    w.acs.transfers.put("zte.bin", file_type=FIRMWARE, oui="C0B101", product_class="F670L", version="V9.1")
    w.acs.transfers.put("settings.xml", file_type="3 Vendor Configuration File")


async def install(w: World, file: str = FILE, timeout_s: float = 20) -> Installed:
    return await install_firmware(w.client, w.huawei.device_id, file, timeout_s=timeout_s, step=w.step)


def nothing_left(w: World) -> bool:
    return w.acs.store.tasks == {} and w.acs.store.faults == {} and w.acs.store.late == {}


async def test_firmware_is_followed_to_its_new_version() -> None:
    async with world() as w:
        stock(w)
        done = await install(w)
        assert done == Installed(Installing.INSTALLED, f"runs {NEW} (was {OLD})", OLD, NEW)
        await eventually(lambda: w.acs.transfers.operations == {})
        assert w.huawei.state.firmware == NEW and nothing_left(w)
        downloads = (await w.client.device(w.huawei.device_id, ["Downloads"]))["Downloads"]["1"]
        assert downloads["LastFileName"]["_value"] == FILE and downloads["CompleteTime"]["_value"]


async def test_files_are_listed_with_what_they_are_for() -> None:
    async with world() as w:
        stock(w)
        found = {file.name: file for file in await files(w.client)}
        assert found[FILE].is_firmware and found[FILE].version == NEW and found[FILE].oui == "00259E"
        assert not found["settings.xml"].is_firmware and found["any.bin"].product_class == ""


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("nosuch.bin", f"no file 'nosuch.bin'; firmware there: {FILE}, any.bin, zte.bin"),
        ("zte.bin", "is for OUI C0B101; this router's is 00259E"),
        ("settings.xml", "is no firmware, but 3 Vendor Configuration File"),
    ],
)
async def test_what_is_not_for_this_router_is_refused(file: str, words: str) -> None:
    async with world() as w:
        stock(w)
        with pytest.raises(ActionRefused) as refused:
            await install(w, file)
        assert words in refused.value.message
        assert not any(request.startswith("POST") for request in w.acs.requests)


async def test_what_it_runs_already_is_refused() -> None:
    async with world() as w:
        stock(w)
        assert (await install(w)).outcome is Installing.INSTALLED
        with pytest.raises(ActionRefused, match=f"runs {NEW} already"):
            await install(w)


async def test_a_transfer_that_fails_later_is_told_and_not_tried_again() -> None:
    """The fault comes when the task is long gone, and would be tried again all the same."""
    async with world() as w:
        stock(w)
        w.acs.timing.retry_delay_s = 0
        w.huawei.transfer_fault = Fault("9018", "File corrupted")
        done = await install(w)
        assert done == Installed(Installing.FAULT, "fault 9018 File corrupted", OLD, OLD)
        assert nothing_left(w)
        w.huawei.transfer_fault = None
        w.huawei.inform()
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert w.acs.transfers.operations == {} and w.huawei.state.firmware == OLD


async def test_a_late_fault_that_nobody_deletes_is_tried_again() -> None:
    async with world() as w:
        stock(w)
        w.acs.timing.retry_delay_s = 0
        w.huawei.transfer_fault = Fault("9010", "Download failure")
        body = {"name": "download", "file": FILE}
        assert (await w.client.post_task(w.huawei.device_id, body, contact=True)).outcome is TaskOutcome.DONE
        assert w.queued(w.huawei) == []
        await eventually(lambda: bool(w.acs.store.faults))
        w.huawei.transfer_fault = None
        w.huawei.inform()
        await eventually(lambda: w.huawei.state.firmware == NEW and w.huawei.online)
        assert nothing_left(w)


async def test_a_file_that_vanished_from_the_server() -> None:
    async with world() as w:
        stock(w)

        async def step(text: str) -> None:
            w.acs.transfers.files.pop(FILE, None)

        done = await install_firmware(w.client, w.huawei.device_id, FILE, timeout_s=20, step=step)
        assert done.outcome is Installing.FAULT and done.text == "fault 9010 Download failure: HTTP 404"


async def test_a_router_that_boots_and_keeps_its_version() -> None:
    async with world() as w:
        stock(w)
        w.huawei.installs = False
        done = await install(w)
        assert done.outcome is Installing.NOT_INSTALLED and done.text == f"fetched, booted, and still runs {OLD}"


async def test_a_router_that_never_tells_the_end() -> None:
    async with world() as w:
        stock(w)
        w.huawei.transfer_s = 1e6
        done = await install(w, timeout_s=0.5)
        assert done.outcome is Installing.UNKNOWN and not done.withdrawn
        assert "no end told" in done.text
        assert len(await w.client.operations(w.huawei.device_id)) == 1


async def test_the_acs_gives_up_waiting_with_a_fault() -> None:
    async with world() as w:
        stock(w)
        w.acs.timing.download_timeout_s = 0
        w.huawei.transfer_s = 1e6

        async def step(text: str) -> None:
            if text == "the router accepted it":
                w.huawei.inform()

        done = await install_firmware(w.client, w.huawei.device_id, FILE, timeout_s=20, step=step)
        assert done.text == "fault timeout Download operation timed out" and nothing_left(w)


async def test_a_router_that_does_not_come_back() -> None:
    async with world() as w:
        stock(w)
        w.huawei.returns = False
        done = await install(w, timeout_s=0.6)
        assert done.outcome is Installing.UNKNOWN


async def test_a_refused_download() -> None:
    async with world() as w:
        stock(w)
        w.huawei.next_fault = Fault("9001", "Request denied")
        done = await install(w)
        assert done.outcome is Installing.FAULT and done.text == "fault 9001 Request denied" and nothing_left(w)


async def test_without_contact_it_is_withdrawn() -> None:
    async with world() as w:
        stock(w)
        w.huawei.on_contact = OnContact.REFUSE
        done = await install(w)
        assert done.outcome is Installing.NO_CONTACT and "withdrawn" in done.text and nothing_left(w)
        w.huawei.inform()
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert w.acs.transfers.operations == {}


@pytest.mark.parametrize("fault", [None, Fault("9018", "File corrupted")])
async def test_a_lost_answer_is_followed_all_the_same(fault: Fault | None) -> None:
    async with world() as w:
        stock(w)
        w.huawei.transfer_fault = fault

        async def step(text: str) -> None:
            w.acs.lose_answers_to = frozenset(("POST",) if text.startswith("asking") else ())

        done = await install_firmware(w.client, w.huawei.device_id, FILE, timeout_s=20, step=step)
        assert done.outcome is (Installing.FAULT if fault else Installing.INSTALLED)
        assert nothing_left(w)


async def test_an_acs_that_fails_meanwhile_is_outlasted() -> None:
    async with world() as w:
        stock(w)

        async def step(text: str) -> None:
            if text == "the router accepted it":
                w.acs.lose_answers_to = frozenset(("GET",))
                w.huawei.on_boot = lambda cpe: setattr(w.acs, "lose_answers_to", frozenset())

        done = await install_firmware(w.client, w.huawei.device_id, FILE, timeout_s=20, step=step)
        assert done.outcome is Installing.INSTALLED


async def test_deleting_an_absent_file_kills_a_worker() -> None:
    async with world() as w:
        stock(w)
        with pytest.raises(SourceProtocolError, match="rejected"):
            await w.client._send("DELETE", "files/nosuch")
        assert (await w.client._send("DELETE", f"files/{FILE}")).status_code == 200
        assert FILE not in {file.name for file in await files(w.client)}


async def test_a_file_is_put_with_its_metadata_in_headers() -> None:
    async with world() as w:
        response = await w.client._http.put("files/a%20b.bin", content=b"12345", headers={"fileType": FIRMWARE})
        assert response.status_code == 201
        (file,) = await w.client.files({"filename": "a b.bin"})
        assert file["length"] == 5 and file["metadata"]["fileType"] == FIRMWARE and file["metadata"]["oui"] is None
