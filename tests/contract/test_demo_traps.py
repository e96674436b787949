"""What the simulated OLTs report is understood as what happened, by the meanings of their family."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from noc_console.demo import planner
from noc_console.demo.agenda import Agenda
from noc_console.demo.families import HUAWEI, NOKIA, ZTE_C300, ZTE_C600
from noc_console.demo.planner import PlantOptions
from noc_console.demo.plant import SimOnt
from noc_console.demo.traps import TrapSender
from noc_console.demo.world import World
from noc_console.domain.identity import PonPort
from noc_console.sources.snmp.traps.meaning import TrapNews, load_meanings
from noc_console.sources.snmp.traps.message import decode_notification, split_community

NOW = 1_770_000_000.0
PROFILES = {HUAWEI: "huawei-ma5600", ZTE_C300: "zte-c300", ZTE_C600: "zte-c600", NOKIA: "nokia-isam"}
TELLING = (HUAWEI, NOKIA)
"""Whose traps tell a state; those of the others only say where to look."""

Take = Callable[[], list[TrapNews]]


@pytest.fixture(params=PROFILES)
def reporting(request: pytest.FixtureRequest) -> Iterator[tuple[str, World, Take]]:
    family: str = request.param
    plant = planner.build(PlantOptions(olts=1, onts=40, seed=3, families=(family,)), NOW)
    world = World(plant, Agenda(lambda: NOW))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        sender = TrapSender(world.agents, receiver.getsockname()[1], lambda: NOW)
        world.report_to(sender.send)

        def take() -> list[TrapNews]:
            found, meanings = [], load_meanings()
            with suppress(BlockingIOError):
                while True:
                    data = receiver.recv(65535)
                    community, at = split_community(data)
                    assert community == b"public"
                    found.append(meanings.understand(decode_notification(data, at), PROFILES[family]))
            return found

        yield family, world, take
        sender.close()


def _about(news: list[TrapNews], ont: SimOnt) -> list[TrapNews]:
    return [one for one in news if one.place and (one.place.port, one.place.ont_id) == (ont.port.id, ont.ont_id)]


def _ports(news: list[TrapNews]) -> dict[PonPort, object]:
    return {one.place.port: one.facts.get("oper") for one in news if one.place and one.place.ont_id is None}


def test_an_ont_that_goes_and_comes_back(reporting: tuple[str, World, Take]) -> None:
    family, world, take = reporting
    ont = next(ont for ont in world.plant.onts if ont.online and sum(o.online for o in ont.port.onts) > 2)
    for act, state in ((world.power_off, "offline"), (world.power_on, "online")):
        act(ont)
        news = take()
        assert news and _about(news, ont) == news and all(one.known and one.look for one in news)
        told = {one.facts["state"] for one in news if "state" in one.facts}
        assert told == ({state} if family in TELLING else set())


def test_a_dead_port_is_told_with_its_last_ont(reporting: tuple[str, World, Take]) -> None:
    family, world, take = reporting
    port = next(port for port in world.plant.olts[0].ports if sum(ont.online for ont in port.onts) > 1)
    lit = [ont for ont in port.onts if ont.online]
    port.cut = True
    for ont in lit:
        world.settle(ont)
    news = take()
    assert all(_about(news, ont) for ont in lit)
    assert _ports(news) == ({port.id: "down"} if family in TELLING else {})


def test_a_silent_olt_reports_nothing(reporting: tuple[str, World, Take]) -> None:
    _, world, take = reporting
    next(iter(world.agents.values())).behaviour.silent = True
    world.power_off(next(ont for ont in world.plant.onts if ont.online))
    assert take() == []
