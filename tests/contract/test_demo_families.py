"""Each simulated OLT family is read, by the profile that fits it, to what the plant holds: also when things happen."""

from __future__ import annotations

import pytest
from profile_olt import polled

from noc_console.demo import planner
from noc_console.demo.agenda import Agenda
from noc_console.demo.families import HUAWEI, NOKIA, ZTE_C300, ZTE_C600
from noc_console.demo.planner import PlantOptions
from noc_console.demo.plant import Cause, SimOnt
from noc_console.demo.world import World
from noc_console.domain.network import PollKind
from noc_console.domain.poll import OltReading

NOW = 1_770_000_000.0
PROFILES = {HUAWEI: "huawei-ma5600", ZTE_C300: "zte-c300", ZTE_C600: "zte-c600", NOKIA: "nokia-isam"}
REASONS = {Cause.LOS: "loss_of_signal", Cause.DYING_GASP: "dying_gasp"}


async def read(world: World, family: str) -> dict[PollKind, OltReading]:
    (table,) = world.tables.values()
    async with polled(table.tree) as (poller, _):
        readings = {kind: await poller.poll(kind) for kind in (PollKind.STATE, *PollKind)}
        assert poller.profile and poller.profile.id == PROFILES[family]
        return readings


@pytest.mark.parametrize("family", PROFILES)
async def test_what_is_read_is_what_the_plant_holds(family: str) -> None:
    plant = planner.build(PlantOptions(olts=1, onts=60, seed=3, families=(family,)), NOW)
    world = World(plant, Agenda(lambda: NOW))
    online = [ont for ont in plant.onts if ont.online]
    world.power_off(online[0])
    online[1].drop_broken = True
    world.settle(online[1])
    gone = [ont for ont in plant.onts if not ont.online]
    assert {Cause.LOS, Cause.DYING_GASP} <= {ont.cause for ont in gone}
    readings = await read(world, family)
    assert not [reading.error for reading in readings.values() if reading.error]

    def facts(ont: SimOnt, kind: PollKind) -> dict[str, object]:
        return dict(next(port.onts[ont.ont_id] for port in readings[kind].ports if port.port == ont.port.id))

    assert readings[PollKind.STATE].ont_count == len(plant.onts)
    for ont in plant.onts:
        state, light = facts(ont, PollKind.STATE), facts(ont, PollKind.OPTICS)
        told = facts(ont, PollKind.INVENTORY)
        assert state["serial"] == ont.serial.text
        assert state["state"] == ("online" if ont.online else "offline")
        if not ont.online and ont.cause in REASONS:
            assert state["offline_reason"] == REASONS[Cause(ont.cause)]
        if ont.online:
            assert light["onu_rx_dbm"] == pytest.approx(ont.rx_dbm(NOW), abs=0.01)
            assert light["olt_rx_dbm"] == pytest.approx(ont.olt_rx_dbm(NOW), abs=0.06)
            assert state["distance_m"] == pytest.approx(ont.distance_m, abs=51)
        assert told["model"] == ont.model.name
    health = readings[PollKind.HEALTH]
    assert len(health.cards) == len(plant.olts[0].cards)
    busy = [card for card in health.cards.values() if card.get("cpu_percent") is not None]
    assert len(busy) == sum(card.cpu_percent >= 0 for card in plant.olts[0].cards)
    sfps = [port for port in readings[PollKind.OPTICS].pon_ports.values() if port.get("tx_dbm") is not None]
    assert len(sfps) == len(plant.olts[0].ports)


@pytest.mark.parametrize("family", PROFILES)
async def test_an_offline_ont_has_no_light(family: str) -> None:
    plant = planner.build(PlantOptions(olts=1, onts=60, seed=3, families=(family,)), NOW)
    readings = await read(World(plant, Agenda(lambda: NOW)), family)
    dark = {(ont.port.id, ont.ont_id) for ont in plant.onts if not ont.online}
    lit = {
        (port.port, ont_id)
        for port in readings[PollKind.OPTICS].ports
        for ont_id, facts in port.onts.items()
        if facts.get("onu_rx_dbm") is not None or facts.get("olt_rx_dbm") is not None
    }
    assert dark and not dark & lit


def test_a_family_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no family cisco; there are huawei"):
        planner.build(PlantOptions(families=("cisco",)), NOW)
