"""Probing a device: the right family by name, every column's answer, and politeness towards strangers."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from profile_olt import IF, Columns, mib, polled, recorded

from noc_console.cli.output import Exit
from noc_console.cli.profiles import list_profiles, run_probe, target
from noc_console.demo.agent import Behaviour, SnmpAgent
from noc_console.demo.mib import MibTree
from noc_console.domain.errors import SourceTimeout
from noc_console.domain.network import PollKind
from noc_console.sources.snmp.first_profile import first_profile
from noc_console.sources.snmp.probe import Probe, probe
from noc_console.sources.snmp.profile import load_profile, load_profiles
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine


async def probed(tree: MibTree, behaviour: Behaviour | None = None) -> Probe:
    engine, agent = SnmpEngine(), SnmpAgent(tree, behaviour=behaviour)
    agent.start()
    try:
        session = engine.open("127.0.0.1", agent.port, Community("public"), timeout_s=0.1, retries=0)
        return await probe(session, load_profiles(), time.time())
    finally:
        engine.close()
        agent.stop()


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("cdata_olt", "cdata"),
        ("fiberhome_an5516", "fiberhome-an5516"),
        ("nokia_isam-7360fx8", "nokia-isam"),
        ("vsol_v1600d", "vsol-v1600d"),
        ("zte_c300.excerpt", "zte-c300"),
        ("zte_c320", "zte-c300"),
    ],
)
async def test_each_recording_is_named(name: str, family: str) -> None:
    found = await probed(recorded(f"{name}.snmprec"))
    assert found.profile is not None
    assert found.profile.id == family
    assert any(answer.rows for answer in found.answers)
    assert not [answer for answer in found.answers if answer.error]


async def test_what_the_columns_of_a_c320_answer() -> None:
    found = await probed(recorded("zte_c320.snmprec"))
    answers = {(answer.table, answer.fact): answer for answer in found.answers}
    distance = answers["ont_distances", "ont.distance_m"]
    assert (distance.rows, distance.index, distance.raw, distance.decoded) == (10, "268501248.1", "1235", "1235")
    assert distance.used
    assert not answers["ont_state", "ont.state"].used, "of the trees, this one is not there"
    assert answers["card_health", "card.type"].decoded == "GTGOG"
    assert "distances-only" in found.variants


W = "1.3.6.1.4.1.3902.1082.500"
C620 = ("1.3.6.1.4.1.3902.1082.1001.620.1.1", "ZXA10 C620")


async def test_a_password_in_a_column_is_never_shown() -> None:
    columns: Columns = {f"{W}.10.2.3.3.1.18": {"285278977.1": b"2,hunter2"}}
    found = await probed(mib(*C620, columns))
    serial = next(answer for answer in found.answers if answer.fact == "ont.serial")
    assert (serial.rows, serial.raw, serial.decoded) == (1, "(not shown)", None)
    assert "hunter2" not in str(found)


async def test_a_device_that_falls_silent_is_not_waited_for_column_by_column() -> None:
    found = await probed(mib(*C620, {f"{IF}.8": {"1": 1}}), Behaviour(dies_after=4))
    errors = [answer.error for answer in found.answers if answer.error]
    assert [error for error in errors if "no answer" in error] == errors[:3]
    assert set(errors[3:]) == {"not asked: the device stopped answering"}


async def test_a_device_that_never_answers_is_an_error() -> None:
    with pytest.raises(SourceTimeout):
        await probed(mib(*C620, {}), Behaviour(silent=True))


async def run(tree: MibTree, as_json: bool, community: str = "public") -> Exit:
    agent = SnmpAgent(tree, community="public")
    agent.start()
    try:
        return await run_probe(*target(None, "127.0.0.1", community, agent.port), as_json)
    finally:
        agent.stop()


async def test_a_stranger_is_told_politely(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(mib("1.3.6.1.4.1.9.1.1", "Cisco IOS \x1b[31mSoftware", {}), as_json=False) is Exit.FAILED
    said = capsys.readouterr().out
    assert "1.3.6.1.4.1.9.1.1" in said
    assert "Cisco IOS" in said
    assert "No profile fits this device" in said
    assert "\x1b" not in said


async def test_the_table_says_what_is_missing_and_hides_the_community(capsys: pytest.CaptureFixture[str]) -> None:
    columns: Columns = {f"{W}.10.2.3.8.1.4": {"285278977.1": 4}, f"{W}.10.2.3.10.1.2": {"285278977.1": 0}}
    assert await run(mib(*C620, columns), as_json=False) is Exit.DONE
    lines = capsys.readouterr().out.splitlines()
    assert "profile zte-c600: ZTE C600, C610, C620, C650" in lines
    state, distance, rx = (next(line for line in lines if name in line) for name in ("t.state", "distance_m", "onu_rx"))
    assert state.split()[-2:] == ["4", "online"]
    assert distance.endswith("no reading")
    assert rx.endswith("no such object")
    assert not [line for line in lines if "public" in line]


async def test_json_of_a_probe(capsys: pytest.CaptureFixture[str]) -> None:
    columns: Columns = {f"{W}.10.2.3.8.1.4": {"285278977.1": 4}}
    assert await run(mib(*C620, columns), as_json=True) is Exit.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["profile"], said["variants"]) == ("zte-c600", ["no-cause-column"])
    state = next(answer for answer in said["answers"] if answer["fact"] == "ont.state")
    assert (state["raw"], state["decoded"], state["rows"], state["confidence"]) == ("4", "online", 1, "B")


def test_without_a_community_it_says_how_to_give_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOC_COMMUNITY", raising=False)
    with pytest.raises(SystemExit) as ended:
        target(None, "192.0.2.1", None, None)
    assert ended.value.code == Exit.USAGE
    assert "NOC_COMMUNITY" in capsys.readouterr().err
    monkeypatch.setenv("NOC_COMMUNITY", "from-the-environment")
    olt, _ = target(None, "192.0.2.1", None, 1161)
    assert (olt.snmp.community.get_secret_value(), olt.snmp.port) == ("from-the-environment", 1161)
    assert "from-the-environment" not in str(olt)


def test_profiles_say_what_they_provide(capsys: pytest.CaptureFixture[str]) -> None:
    list_profiles(None, None, as_json=True)
    said = {item["id"]: item for item in json.loads(capsys.readouterr().out)}
    assert set(said) == set(load_profiles())
    rx = next(fact for fact in said["zte-c300"]["facts"] if fact["fact"] == "ont.onu_rx_dbm")
    assert (rx["confidence"], rx["oid"], rx["poll"]) == ("B", "1.3.6.1.4.1.3902.1012.3.50.12.1.1.10", "optics")
    assert rx["source"]
    list_profiles(None, None, as_json=False)
    assert all(name in capsys.readouterr().out for name in ("huawei-ma5600",))
    list_profiles(None, "nokia-isam", as_json=False)
    assert "1.3.6.1.4.1.637.61.1.35.10.14.1.2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "ports"),
    [
        ({"1": b"eth0", "2": b"GPON 0/1", "3": b"GPON 0/2"}, {"0/1", "0/2"}),
        ({"1": b"pon.1", "2": b"pon.2", "3": b"lag(1)"}, {"0/1", "0/2"}),
        ({"1": b"eth0"}, set()),
    ],
)
async def test_a_starting_profile_loads_and_reads_the_pon_ports(
    tmp_path: Path, names: dict[str, bytes], ports: set[str]
) -> None:
    columns: Columns = {f"{IF}.2": names, f"{IF}.8": dict.fromkeys(names, 1)}
    tree = mib("1.3.6.1.4.1.99999.7", "ACME: 'OLT' #1\n\x1b[31m", columns)
    found = await probed(tree)
    assert found.profile is None
    assert {(one.name, one.oper) for one in found.interfaces} == {(name.decode(), "up") for name in names.values()}
    (tmp_path / "own.yaml").write_text(first_profile(found))
    profile = load_profile(tmp_path / "own.yaml")
    assert profile.id == "own-99999-7" and profile.matches("1.3.6.1.4.1.99999.7", "")
    async with polled(tree, profiles=load_profiles(tmp_path)) as (poller, _):
        reading = await poller.poll(PollKind.STATE)
    assert {str(port) for port in reading.pon_ports} == ports


async def test_a_profile_is_never_written_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("mine")
    agent = SnmpAgent(mib("1.3.6.1.4.1.99999.7", "ACME", {}))
    agent.start()
    try:
        olt, profiles = target(None, "127.0.0.1", "public", agent.port)
        with pytest.raises(SystemExit):
            await run_probe(olt, profiles, False, path)
        assert path.read_text() == "mine"
        assert await run_probe(olt, profiles, False, tmp_path / "new.yaml") is Exit.DONE
    finally:
        agent.stop()
