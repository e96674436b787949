"""Core devices on the Sources screen and in the header."""

from __future__ import annotations

import pytest

from noc_console.console.render.cells import plain
from noc_console.console.render.header import sources_line
from noc_console.console.render.sources import render_source, rows
from noc_console.console.session import Session
from noc_console.domain.core_devices import CoreDevice, CoreInterface
from noc_console.domain.network import Olt
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0


def model_of(*devices: CoreDevice, interfaces: tuple[CoreInterface, ...] = (), olt: Olt | None = None) -> Model:
    model = Model(PictureSettings())
    records = {"core": list(devices), "core-interfaces": list(interfaces)}
    changes = Update(records=records, olts=[olt] if olt else [])
    for _ in model.apply(changes, lambda: NOW, Delta()):
        pass
    return model


def router(**given: object) -> CoreDevice:
    return CoreDevice("bras-1", "192.0.2.9", **given)  # type: ignore[arg-type]


def test_core_devices_that_were_not_asked_yet_do_not_count_as_answering() -> None:
    row = rows(model_of(router()), NOW)["core devices"]
    assert (row.state, row.role, row.detail) == ("0 of 1", "dim", "1 not asked yet")


def test_all_that_a_source_says_can_be_read() -> None:
    olt = Olt(1, "olt-1", "192.0.2.1", reachable=False, error="no answer within 5 s: check " + "the community " * 9)
    text = plain(render_source(rows(model_of(olt=olt), NOW)["olt-1"], 60))
    assert text.split("\n")[0] == " olt-1  no answer"
    assert text.count("the community") == 9


def test_without_core_devices_there_is_no_block() -> None:
    assert not [name for name in rows(model_of(), NOW) if "core" in name]


def test_a_core_device_tells_ping_load_uptime_and_traffic() -> None:
    device = router(
        reachable=True, last_ok_at=NOW - 30, ping_rtt_ms=1.24, ping_loss=0.0, ping_at=NOW - 5, cpu_percent=12.4,
        memory_percent=40.0, uptime_s=90_000.0,
    )  # fmt: skip
    uplink = CoreInterface("bras-1", "ge-0/0/1", "to core", "up", 10_000.0, 812.34e6, 43e6, NOW - 30)
    found = rows(model_of(device, interfaces=(uplink,)), NOW)
    assert (found["core devices"].state, found["core devices"].role) == ("1 of 1", "good")
    row = found["bras-1"]
    assert (row.state, row.role, row.took, row.ok_at) == ("ok", "good", "1.2 ms", NOW - 5)
    assert row.detail == "192.0.2.9  CPU 12 %  memory 40 %  up 1d01h"
    line = found["bras-1 ge-0/0/1"]
    assert (line.state, line.role) == ("up", "good")
    assert line.detail == "in 812.3 Mbit/s  out 43.0 Mbit/s  of 10,000 Mbit/s  to core"


@pytest.mark.parametrize(
    ("reachable", "loss", "state", "said"),
    [
        (None, None, "never", "192.0.2.9"),
        (None, 0.0, "ok", "192.0.2.9"),
        (None, 1.0, "no answer", "192.0.2.9  100% of pings lost"),
        (False, 0.0, "no SNMP", "timeout - ping answers, SNMP does not"),
        (True, 1.0, "no ping", "SNMP answers, ping does not"),
        (False, 1.0, "no answer", "timeout - neither ping nor SNMP answers"),
        (False, None, "no answer", "timeout"),
    ],
)
def test_ping_and_snmp_are_told_apart(reachable: bool | None, loss: float | None, state: str, said: str) -> None:
    error = "timeout" if reachable is False else None
    row = rows(model_of(router(reachable=reachable, ping_loss=loss, ping_at=NOW, error=error)), NOW)["bras-1"]
    assert row.state == state
    assert row.detail.startswith(said)


def test_the_header_counts_core_devices_only_when_one_is_silent() -> None:
    good, bad = router(reachable=True), CoreDevice("sw-1", "192.0.2.8", reachable=False)
    assert "CORE" not in plain([sources_line(model_of(good), Session(), NOW, 80)])
    assert "CORE 1/2" in plain([sources_line(model_of(good, bad), Session(), NOW, 80)])


@pytest.mark.parametrize("width", [10, 20, 27, 40, 60])
def test_what_is_wrong_is_in_the_header_however_narrow(width: int) -> None:
    bad = CoreDevice("sw-1", "192.0.2.8", reachable=False)
    model = model_of(bad)
    model.link.last_ok_at = NOW
    wide = plain([sources_line(model, Session(), NOW, 80)])
    assert "DB" in wide and "NOT RUNNING" in wide and "CORE" in wide
    said = plain([sources_line(model, Session(), NOW, width)])
    assert "collector" in said
    assert ("CORE" in said) == (width >= 33)
    assert ("DB" in said) == (width >= 60)


def test_devices_and_interfaces_that_are_no_longer_configured_go() -> None:
    device = router(reachable=True, last_ok_at=NOW)
    model = model_of(device, interfaces=(CoreInterface("bras-1", "ge-0/0/9", oper="up", observed_at=NOW - 7200),))
    assert "bras-1 ge-0/0/9" not in rows(model, NOW)
    for _ in model.apply(Update(records={"core": [router(removed_at=NOW)]}), lambda: NOW, Delta()):
        pass
    assert "bras-1" not in rows(model, NOW)


def test_an_olt_tells_what_ping_says_beside_what_snmp_says() -> None:
    olt = Olt(1, "olt-1", "192.0.2.1", reachable=False, error="no answer within 5 s", ping_loss=0.0, ping_at=NOW)
    detail = rows(model_of(olt=olt), NOW)["olt-1"].detail
    assert detail.startswith("no answer within 5 s - ping answers, SNMP does not")
