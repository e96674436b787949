"""Jobs on routers against the simulated ACS: what a cancel, a successor and a database that is away make of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from genieacs_world import World, eventually, world
from orders import audited

from noc_console.collector.acting import disrupting
from noc_console.collector.acting.tools import NotManaged, Tools
from noc_console.collector.performing import Actions
from noc_console.config.model import Config
from noc_console.demo.acs import OnContact, SimulatedCpe
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.targets import Target
from noc_console.storage.sealing import Opener

pytestmark = pytest.mark.time_skips


@dataclass
class Desk:
    """A collector's tools, and what was told and kept of the job."""

    w: World
    job: Job
    tools: Tools
    told: list[str] = field(default_factory=list)
    kept: str | None = None
    away: bool = False
    """Whether the database takes no step that is only told."""
    password: str | None = None
    links: list[Cpe] = field(default_factory=list)
    """Routers that the database knows as the ONT's."""

    @property
    def actions(self) -> Actions:
        return Actions(self.tools, audited)

    async def tell(self, _job: int, text: str, _state: JobState | None = None, progress: str | None = None) -> None:
        if self.away and progress is None:
            raise SourceUnavailable("locked by another program", "database")
        self.told.append(text)
        self.kept = progress or self.kept

    async def progress(self, _job: int) -> str | None:
        return self.kept

    async def secret(self, _job: int, _opener: Opener) -> str | None:
        return self.password

    def kept_now(self, **more: object) -> str:
        return json.dumps({**json.loads(self.kept or "{}"), **more})


def job_on(cpe: SimulatedCpe, kind: JobKind, **parameters: str) -> Job:
    now = time.time()
    place = (cpe.serial.text, "olt-1", "0/1/3")
    return Job(1, kind, JobState.RUNNING, Target.ont(7), *place, "", "anna", "", now, now + 600, parameters=parameters)


@pytest.fixture
async def w() -> AsyncIterator[World]:
    async with world() as made:
        yield made


def desk(w: World, cpe: SimulatedCpe, kind: JobKind = JobKind.REBOOT, **parameters: str) -> Desk:
    ont = Ont(7, 1, "0/1/3", 1, cpe.serial.text, state="online", onu_rx_dbm=-19.0)

    async def refresh_ont(known: Ont) -> Ont:
        return known

    async def nothing(_: object) -> None: ...

    worker = SimpleNamespace(
        facts=SimpleNamespace(onts=SimpleNamespace(onts={("0/1/3", 1): ont})), refresh_ont=refresh_ont
    )
    config = Config.model_validate(
        {"olts": [{"name": "olt-1", "address": "x"}], "jobs": {"expiry_s": 60, "return_timeout_s": 60}}
    )
    made = Desk(w, job_on(cpe, kind, **parameters), cast(Tools, None))

    async def by_serial(serial: str) -> list[Cpe]:
        return made.links

    cpes = SimpleNamespace(put=nothing, put_sections=lambda *_: nothing(None), by_serial=by_serial)
    store: Any = made
    made.tools = Tools(
        store, cast(Any, {"olt-1": worker}), w.client, cast(Any, cpes), config, Opener(), None, nothing, lock_s=0.5
    )
    return made


async def cancelled(made: Desk, doing: asyncio.Task[Any]) -> str:
    doing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doing
    ending = await made.actions.cancel(made.job, "bob")
    assert ending.state is JobState.CANCELLED
    return ending.text


async def test_a_step_that_is_not_stored_leaves_nothing_at_the_acs(w: World) -> None:
    made = desk(w, w.zte)
    made.away = True
    w.zte.on_contact = OnContact.REFUSE
    ending = await made.actions.act(made.job)
    assert (ending.state, w.queued(w.zte)) == (JobState.NO_CONTACT, []), ending.text


async def test_cancelled_before_the_router_had_it(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disrupting, "REQUEST_MARGIN_S", -5.0)
    made = desk(w, w.zte)
    w.zte.on_contact = OnContact.NO_ANSWER
    w.acs.timing.connection_request_s = 100_000
    doing = asyncio.create_task(made.actions.act(made.job))
    await eventually(lambda: w.queued(w.zte) == ["reboot"])
    text = await cancelled(made, doing)
    assert text == "cancelled by bob: the router did not get it, and nothing of it is queued"
    assert w.queued(w.zte) == []


async def test_cancelled_when_the_router_had_it_already(w: World) -> None:
    made = desk(w, w.zte)
    doing = asyncio.create_task(made.actions.act(made.job))
    await eventually(lambda: any("waiting for it" in text for text in made.told))
    assert "had it already" in await cancelled(made, doing)


async def test_cancelled_before_anything_was_sent(w: World) -> None:
    made = desk(w, w.zte)
    assert (await made.actions.cancel(made.job, "bob")).text == "cancelled by bob: nothing was sent"


async def test_a_successor_waits_for_an_acs_that_is_away(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disrupting, "RETURN_POLL_S", 0.01)
    made = desk(w, w.zte)
    before = await disrupting.acs.baseline(w.client, w.zte.device_id, JobKind.REBOOT)
    left = {"device_id": w.zte.device_id, "before": [before.last_boot_at, before.last_bootstrap_at, before.rpc_at]}
    left |= {"sending_at": time.time() - 3600, "rx_dbm": -19.0}
    await w.queue(w.zte, "reboot", uniqueKey="noc-reboot", expiry=600)
    real, calls = w.client.tasks, 0

    async def away_at_first(query: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise SourceUnavailable("no connection", "genieacs")
        return await real(query)

    monkeypatch.setattr(w.client, "tasks", away_at_first)
    ending = await made.actions.resume(made.job, json.dumps(left))
    assert ending.state is JobState.VERIFIED, ending.text
    assert w.queued(w.zte) == [] and calls > 3


async def test_a_successor_says_that_it_does_not_know(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk(w, w.zte)
    made.job = replace(made.job, expires_at=time.time() - 3600)
    left = {"device_id": w.zte.device_id, "before": [1.0, 1.0, 1.0], "sending_at": 1.0, "rx_dbm": None}
    await w.acs.close()
    with pytest.raises(Exception, match="whether it was sent is not known"):
        await made.actions.resume(made.job, json.dumps(left))


async def test_a_password_that_its_collector_left_behind_is_withdrawn(w: World) -> None:
    made = desk(w, w.zte, JobKind.WIFI_PASSWORD, network="5 GHz")
    await w.queue(w.zte, "reboot", uniqueKey="noc-write-0badcafe", expiry=600)
    await w.queue(w.zte, "reboot", uniqueKey="noc-reboot", expiry=600)
    ending = await made.actions.resume(made.job, json.dumps({"device_id": w.zte.device_id}))
    assert ending.state is JobState.FAILED and "not known" in ending.text and "ask again" in ending.text
    assert [task["uniqueKey"] for task in w.acs.store.of(w.zte.device_id)] == ["noc-reboot"]


async def test_a_setting_that_is_resumed_too_late_is_not_said_to_be_unsent(w: World) -> None:
    made = desk(w, w.zte, JobKind.WIFI_SSID, network="5 GHz", ssid="Casa")
    made.job = replace(made.job, expires_at=time.time() - 60)
    ending = await made.actions.resume(made.job, json.dumps({"device_id": w.zte.device_id}))
    assert ending.state is JobState.EXPIRED and "not known" in ending.text


async def test_a_firmware_whose_collector_died_is_not_called_installed_by_a_version_that_is_missing(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk(w, w.zte, JobKind.FIRMWARE, file="new.bin")
    before = {"version": "V1", "boot_at": None, "completed_at": None}
    left = {"device_id": w.zte.device_id, "sending_at": 1.0, "before": before}
    real = w.client.device

    async def without_version(device_id: str, projection: Any) -> Any:
        found = await real(device_id, projection)
        return {name: part for name, part in found.items() if name not in ("Device", "InternetGatewayDevice")}

    monkeypatch.setattr(w.client, "device", without_version)
    monkeypatch.setattr("noc_console.collector.acting.upgrading.LOOK_S", 0.3)
    ending = await made.actions.resume(made.job, json.dumps(left))
    assert ending.state is JobState.FAILED, ending.text


async def test_what_a_router_accepts_and_hides_is_accepted_not_verified(w: World) -> None:
    made = desk(w, w.huawei, JobKind.WIFI_PASSWORD, network="5 GHz")
    made.password = "geheim & lang"
    ending = await made.actions.act(made.job)
    assert ending.state is JobState.ACCEPTED, ending.text
    assert "does not show it" in ending.text and "geheim" not in ending.text
    shown = desk(w, w.huawei, JobKind.WIFI_SSID, network="5 GHz", ssid="Casa")
    assert (await shown.actions.act(shown.job)).state is JobState.VERIFIED


async def test_a_router_is_still_the_onts_when_the_acs_forgets_the_serial(w: World) -> None:
    """After a factory reset the ACS has not read the GPON serial of a TP-Link: its link is remembered, and proven."""
    made = desk(w, w.tplink)
    w.acs.records[w.tplink.device_id].baseline = None
    with pytest.raises(NotManaged):
        await made.tools.router(made.job)
    made.links = [Cpe(w.tplink.device_id, serial=w.tplink.serial.text), Cpe("deleted-at-the-acs", serial="x")]
    assert (await made.tools.router(made.job)).device_id == w.tplink.device_id


async def test_a_remembered_link_does_not_outlive_another_serial(w: World) -> None:
    made = desk(w, w.tplink)
    made.links = [Cpe(w.zte.device_id, serial="TPLG00000009")]
    with pytest.raises(NotManaged):
        await made.tools.router(replace(made.job, serial="TPLG00000009"))


@pytest.mark.parametrize("kind", [JobKind.REBOOT, JobKind.REFRESH, JobKind.VIEW, JobKind.PING])
async def test_a_router_that_no_olt_lists_is_acted_on_by_its_id(w: World, kind: JobKind) -> None:
    made = desk(w, w.tplink, kind, **({"host": "192.0.2.1"} if kind is JobKind.PING else {}))
    made.tools = replace(made.tools, workers={})
    job = replace(made.job, target=Target.router(w.tplink.device_id), serial=None, olt=None, port=None)
    w.tplink.reboot_s = 0.5
    ending = await made.actions.act(job)
    assert ending.state is JobState.VERIFIED, ending.text
    if kind is JobKind.REBOOT:
        assert "by the ACS alone" in ending.text and "rx_after_dbm" not in ending.data


async def test_a_router_that_the_acs_forgot_is_no_success(w: World) -> None:
    made = desk(w, w.tplink, JobKind.REFRESH)
    ending = await made.actions.act(replace(made.job, target=Target.router("A-B-gone"), serial=None))
    assert ending.state is JobState.FAILED and "A-B-gone" in ending.text
