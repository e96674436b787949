"""Writing through the simulated ACS: nothing is called applied that the router was not seen to have."""

from __future__ import annotations

import asyncio

import pytest
from genieacs_world import SCALE, World, eventually, world

from noc_console.demo.acs import Fault, OnContact, SimulatedCpe, Timing
from noc_console.domain.cpe import Value
from noc_console.domain.errors import ActionRefused, SourceUnavailable
from noc_console.sources.genieacs.delivery import withdraw_key
from noc_console.sources.genieacs.writes import Outcome, Write, Written, write
from tests.bench.acs_writes import outcomes

WLAN = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1"
SSID = f"{WLAN}.SSID"
KEY = f"{WLAN}.PreSharedKey.1.PreSharedKey"
SECRET = "correct-horse-battery"


async def put(w: World, cpe: SimulatedCpe, *writes: tuple[str, Value] | Write) -> Written:
    made = [one if isinstance(one, Write) else Write(*one) for one in writes]
    return await write(w.client, cpe.device_id, made, step=w.step)


def nothing_left(w: World) -> bool:
    return w.acs.store.tasks == {} and w.acs.store.faults == {}


async def test_a_write_is_read_back() -> None:
    async with world() as w:
        before = w.huawei.read(SSID, 0.0)
        done = await put(w, w.huawei, (SSID, "NOC"), (f"{WLAN}.Enable", False))
        assert done.outcome is Outcome.APPLIED and done.done
        assert done.text == (
            f"applied: WLANConfiguration.1.SSID = NOC (was {before}); WLANConfiguration.1.Enable = false (was true)"
        )
        assert w.huawei.read(SSID, 0.0) == "NOC" and w.huawei.read(f"{WLAN}.Enable", 0.0) is False
        assert nothing_left(w)


async def test_what_the_customer_changed_meanwhile_is_overwritten() -> None:
    """The ACS believes that it is right already; without reading first the write would be a silent no-op."""
    async with world() as w:
        assert (await put(w, w.huawei, (SSID, "NOC"))).done
        w.huawei.write(SSID, "changed-locally")
        done = await put(w, w.huawei, (SSID, "NOC"))
        assert done.outcome is Outcome.APPLIED and "was changed-locally" in done.text
        assert w.huawei.read(SSID, 0.0) == "NOC"


async def test_what_is_so_already_is_not_sent() -> None:
    async with world() as w:
        assert (await put(w, w.huawei, (SSID, "NOC"))).done
        posted = len([request for request in w.acs.requests if request.startswith("POST")])
        done = await put(w, w.huawei, (SSID, "NOC"))
        assert done.outcome is Outcome.APPLIED and done.text == "was so already: WLANConfiguration.1.SSID = NOC"
        assert len([request for request in w.acs.requests if request.startswith("POST")]) == posted + 1


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{WLAN}.NoSuchLeaf", "has no"),
        (f"{WLAN}.BSSID", "cannot be written"),
        ("InternetGatewayDevice.No.Such.Thing", "has no"),
    ],
)
async def test_one_bad_path_refuses_all_before_sending(path: str, words: str) -> None:
    async with world() as w:
        with pytest.raises(ActionRefused, match=words):
            await put(w, w.huawei, (SSID, "NOC"), (path, "x"))
        assert w.huawei.read(SSID, 0.0) != "NOC"
        assert not any("setParameterValues" in step for step in w.steps)
        assert nothing_left(w)


async def test_a_refused_value_is_told_with_its_path_and_not_tried_again() -> None:
    async with world() as w:
        w.acs.timing.retry_delay_s = 0
        done = await put(w, w.huawei, (SSID, "x" * 40))
        assert done.outcome is Outcome.FAULT
        assert done.text == f"fault 9003 Invalid arguments (9007 Invalid parameter value at {SSID})"
        assert done.withdrawn and nothing_left(w)


async def test_a_router_that_cannot_be_read_is_not_written() -> None:
    async with world() as w:
        w.huawei.next_fault = Fault("9002", "Internal error")
        done = await put(w, w.huawei, (SSID, "NOC"))
        assert done.outcome is Outcome.FAULT and done.text == "nothing was written: fault 9002 Internal error"
        assert w.huawei.read(SSID, 0.0) != "NOC" and nothing_left(w)


@pytest.mark.parametrize("behaviour", [OnContact.REFUSE, OnContact.ACCEPT_ONLY, OnContact.WRONG_CREDENTIALS])
async def test_without_contact_nothing_is_left(behaviour: OnContact) -> None:
    async with world() as w:
        w.huawei.on_contact = behaviour
        done = await put(w, w.huawei, (SSID, "NOC"))
        assert done.outcome is Outcome.NO_CONTACT and "withdrawn" in done.text
        assert nothing_left(w)
        w.huawei.inform()
        await eventually(lambda: not w.acs.in_session(w.huawei.device_id))
        assert w.huawei.read(SSID, 0.0) != "NOC"


async def test_contact_lost_between_reading_and_writing() -> None:
    async with world() as w:

        async def step(text: str) -> None:
            if text.startswith("writing"):
                w.huawei.on_contact = OnContact.NO_ANSWER

        done = await write(w.client, w.huawei.device_id, [Write(SSID, "NOC")], step=step)
        assert done.outcome is Outcome.NO_CONTACT and "withdrawn" in done.text and nothing_left(w)


async def test_contact_lost_before_reading_back() -> None:
    async with world() as w:

        async def step(text: str) -> None:
            if text == "reading back":
                w.huawei.on_contact = OnContact.REFUSE

        done = await write(w.client, w.huawei.device_id, [Write(SSID, "NOC")], step=step)
        assert done.outcome is Outcome.UNKNOWN and done.text.startswith("accepted, but not read back: no contact")
        assert w.huawei.read(SSID, 0.0) == "NOC" and nothing_left(w)


async def test_a_lost_answer_is_looked_after() -> None:
    async with world() as w:

        async def step(text: str) -> None:
            w.acs.lose_answers_to = frozenset(("POST",) if text.startswith("writing") else ())

        done = await write(w.client, w.huawei.device_id, [Write(SSID, "NOC")], step=step)
        assert done.outcome is Outcome.APPLIED


async def test_an_acs_that_is_down_is_told_as_such() -> None:
    async with world() as w:
        await w.acs.close()
        with pytest.raises(SourceUnavailable):
            await put(w, w.huawei, (SSID, "NOC"))


async def test_cancelling_leaves_nothing_queued() -> None:
    async with world() as w:
        w.huawei.on_contact = OnContact.ACCEPT_ONLY
        w.acs.timing.online_threshold_s = 10_000
        asking = asyncio.create_task(
            write(w.client, w.huawei.device_id, [Write(SSID, "NOC")], cr_timeout_s=5000, step=w.step)
        )
        await eventually(lambda: w.queued(w.huawei) == ["getParameterValues"])
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert nothing_left(w)
        assert await withdraw_key(w.client, w.huawei.device_id) == 0


@pytest.mark.parametrize(("wanted", "raw"), [(True, "1"), (True, "true"), (6, "6"), ("6", 6)])
async def test_the_form_of_a_value_does_not_matter(wanted: Value, raw: Value) -> None:
    async with world() as w:
        path = f"{WLAN}.AutoChannelEnable" if wanted is True else f"{WLAN}.Channel"
        w.huawei.write(path, raw)
        assert (await put(w, w.huawei, (path, wanted))).text.startswith("was so already")


# Secrets


async def test_a_password_is_accepted_and_never_told() -> None:
    async with world() as w:
        one = Write(KEY, SECRET, secret=True)
        done = await put(w, w.huawei, one)
        assert done.outcome is Outcome.ACCEPTED and done.done
        assert done.text == "accepted; the router does not show it: PreSharedKey.1.PreSharedKey"
        assert w.huawei.overrides is not None and w.huawei.overrides[KEY] == SECRET
        assert SECRET not in " ".join([*w.steps, done.text, repr(one), repr([one]), repr(done), *w.acs.requests])


async def test_the_same_password_again_overwrites_what_the_customer_set() -> None:
    async with world() as w:
        assert (await put(w, w.huawei, Write(KEY, SECRET, secret=True))).done
        w.huawei.write(KEY, "what-the-customer-set")
        assert (await put(w, w.huawei, Write(KEY, SECRET, secret=True))).outcome is Outcome.ACCEPTED
        assert w.huawei.overrides is not None and w.huawei.overrides[KEY] == SECRET


async def test_a_fault_that_repeats_the_password_does_not_tell_it() -> None:
    async with world() as w:

        async def step(text: str) -> None:
            w.steps.append(text)
            if text.startswith("writing"):
                w.huawei.next_fault = Fault("9003", f"bad {SECRET}", ((KEY, "9007", f"{SECRET} is too weak"),))

        done = await write(w.client, w.huawei.device_id, [Write(KEY, SECRET, secret=True)], step=step)
        assert done.outcome is Outcome.FAULT and done.text == f"fault 9003 (9007 at {KEY})"
        assert SECRET not in " ".join([*w.steps, repr(done)]) and nothing_left(w)


async def test_no_write_fails_because_two_readings_fall_into_one_second() -> None:
    """The ACS does not read again what it has read or set in the same second; each such write must still be proven."""
    timing = Timing(scale=SCALE, second_s=25.0)
    assert await outcomes(timing, writes=60, routers=15, pause_scale=0.25) == {Outcome.APPLIED: 60}
