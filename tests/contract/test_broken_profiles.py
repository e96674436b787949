"""An own profile that does not load: its OLTs say so, and the others are polled."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from profile_olt import mib
from schema_copy import sqlite_with_schema
from trap_world import eventually, huawei

from noc_console.collector.service import CollectorService
from noc_console.config.model import Config, OltConfig, Snmp
from noc_console.demo.agent import SnmpAgent
from noc_console.domain.errors import ConfigError, SourceProtocolError
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.update import Update
from noc_console.sources.snmp.discovery import Identity, choose_profile
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update

HUAWEI = Identity("1.3.6.1.4.1.2011.2.123", "Huawei Integrated Access Software", 5.0)


def folder(path: Path, **files: str) -> Path:
    made = path / "profiles"
    made.mkdir()
    for name, text in files.items():
        (made / f"{name}.yaml").write_text(text)
    return made


@pytest.mark.parametrize(
    "text",
    ["id: lab\ntables: [", "id: lab", "- 1", "", "\x00", "id: lab\noids: [1]", "id: lab\ntables: " + "[" * 5000],
    ids=["cut off", "too little", "a list", "empty", "control character", "names", "deep"],
)
def test_whatever_is_in_the_file_the_others_load(tmp_path: Path, text: str) -> None:
    broken: dict[str, ConfigError] = {}
    assert set(load_profiles(folder(tmp_path, lab=text), broken)) == set(load_profiles())
    assert list(broken) == ["lab"] and "lab.yaml" in str(broken["lab"])
    with pytest.raises(ConfigError, match="lab"):
        load_profiles(tmp_path / "profiles")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    broken: dict[str, ConfigError] = {}
    assert load_profiles(tmp_path / "none", broken) and "no such folder" in str(broken[""])


def test_a_shipped_profile_is_not_used_in_place_of_a_broken_one_of_the_operators(tmp_path: Path) -> None:
    broken: dict[str, ConfigError] = {}
    profiles = load_profiles(folder(tmp_path, mine="id: huawei-ma5600\ntables: ["), broken)
    for wanted in ("auto", "huawei-ma5600"):
        with pytest.raises(SourceProtocolError, match=r"huawei-ma5600 does not load: .*mine\.yaml"):
            choose_profile(profiles, HUAWEI, wanted, "north", broken)


async def test_it_is_named_at_the_olt_that_uses_it_and_the_others_are_polled(tmp_path: Path) -> None:
    agent = SnmpAgent(huawei())
    agent.start()
    olts = [
        {"name": name, "address": "127.0.0.1", "profile": profile, "snmp": {"port": agent.port}}
        for name, profile in (("good", "auto"), ("lab", "lab"))
    ]
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    config = Config.model_validate(
        {
            "database": database.url, "victoriametrics": None, "ping": None, "history": {"path": tmp_path},
            "profiles_dir": folder(tmp_path, lab="id: lab\ntables: ["), "olts": olts,
        }
    )  # fmt: skip
    stop = asyncio.Event()
    running = asyncio.create_task(CollectorService(config, "daemon").run(stop))

    async def both() -> Update | None:
        async with database.reading() as connection:
            update = await read_update(connection, {})
        return update if len([olt for olt in update.olts if olt.last_poll_at]) == 2 and update.onts else None

    try:
        found: Any = await eventually(both)
    finally:
        stop.set()
        await running
        agent.stop()
        await database.close()
    errors = {olt.name: olt.error for olt in found.olts}
    assert errors["good"] is None and len(found.onts) == 3
    assert "lab.yaml" in errors["lab"] and "does not load" in errors["lab"]


EXAMPLES = """
id: lab
title: Lab
vendor: Lab
detect: {sys_object_id: [1.3.6.1.4.1.41112.1.5]}
port_index: vsol
tables:
  ont_state:
    rows: ont
    poll: state
    index: {columns: [1.3.6.1.4.1.41112.1.5.6.2.1.5], pattern: '^(\\d+)/UBNT([0-9a-f]{8})$', prefix: [0]}
    columns:
      serial: {oid: 1.3.6.1.4.1.41112.1.5.6.2.1.1, read: serial, source: field notes, confidence: B}
      distance_m: {oid: 1.3.6.1.4.1.41112.1.5.6.2.1.4, read: number, source: field notes, confidence: B}
examples:
  - """


@pytest.mark.parametrize(
    ("example", "why"),
    [
        ("{table: ont_state, index: 1/UBNT00a0b1c2, place: 0/1 id 5}", "caught '00a0b1c2', which is no decimal number"),
        ("{table: ont_state, index: 1/UBNT00000007, place: 0/1 id 5}", "is read as 0/1 id 7, not 0/1 id 5"),
        ("{table: ont_state, raw: {distance_m: 70000}, reads: {distance_m: 70000}}", "is read as None, not 70000"),
        ("{table: nothing}", "example 1: no table nothing"),
        ("{table: ont_state, reads: {state: up}}", "state has no column"),
    ],
)
def test_a_profile_that_reads_its_own_examples_otherwise_does_not_load(tmp_path: Path, example: str, why: str) -> None:
    broken: dict[str, ConfigError] = {}
    load_profiles(folder(tmp_path, lab=EXAMPLES + example), broken)
    assert why in str(broken["lab"])


def test_a_profile_that_reads_its_examples_loads(tmp_path: Path) -> None:
    example = "{table: ont_state, index: 1/UBNT00000007, place: 0/1 id 7, raw: {distance_m: 7}, reads: {distance_m: 7}}"
    assert "lab" in load_profiles(folder(tmp_path, lab=EXAMPLES + example))


async def test_an_index_pattern_that_catches_no_number_fails_that_olt_with_a_clear_error(tmp_path: Path) -> None:
    table = "1.3.6.1.4.1.41112.1.5.6.2.1"
    tree = mib(
        "1.3.6.1.4.1.41112.1.5", "UFiber", {f"{table}.5": {"1": b"1/UBNT00a0b1c2"}, f"{table}.1": {"1": b"UBNT"}}
    )
    text = EXAMPLES.removesuffix("examples:\n  - ")
    engine, agent = SnmpEngine(), SnmpAgent(tree)
    agent.start()
    try:
        config = OltConfig(name="lab", address="127.0.0.1", snmp=Snmp(port=agent.port, timeout_s=0.5))
        reading = await OltPoller(engine, config, load_profiles(folder(tmp_path, lab=text))).poll(PollKind.STATE)
    finally:
        engine.close()
        agent.stop()
    assert reading.outcome is Outcome.FAILED
    assert "the index pattern of the profile caught '00a0b1c2'" in str(reading.error)
