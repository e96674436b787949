"""Cuts of which little, late or odd things are told."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.fibre import FULL, POLLS
from tests.scenarios.kinds import Stage, Wanted, between, fault, kind, moment
from tests.scenarios.ways import Reasons, Ways

SOME_GASPS: Reasons = {"loss_of_signal": 0.72, "dying_gasp": 0.28}
NEWER_PROGRAM = "a line or key that a newer program may write"


def _feeder(stage: Stage, ways: Ways | None = None, why: Reasons = "loss_of_signal", **shape: object) -> Wanted:
    """A feeder is cut at 200: the incident that must be open at 460."""
    plant, world = stage.set(600, ways, **shape)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    evidence = world.off(hit, 200, why=why)
    return fault("fibre", "port", hit, olt="olt-1", port=port, total=32, evidence=evidence, **FULL)


@kind
def cut_without_reasons(stage: Stage) -> Iterator[Wanted]:
    """No reason is given, but all of a port within two seconds with its SFP lit is no power cut."""
    yield moment(460, _feeder(stage, why=None), rings=1)


@kind
def cut_without_reasons_by_polls(stage: Stage) -> Iterator[Wanted]:
    """Neither reasons nor instants: the port is dark, and a guess at the cause would be no more than that."""
    yield moment(460, _feeder(stage, POLLS, why=None) | {"cause": ["fibre", "unknown"]}, rings=1)


@kind
def cut_among_many_long_offline(stage: Stage) -> Iterator[Wanted]:
    """A third had been off for long: they are no part of it, and do not make it a partial loss."""
    yield moment(190, rings=0)
    yield moment(460, _feeder(stage, off_share=0.3), rings=(0, 1))


@kind
def branch_cut_among_many_long_offline(stage: Stage) -> Iterator[Wanted]:
    """The same on one recorded splitter."""
    plant, world = stage.set(700, off_share=0.3)
    splitter = stage.rng.choice([one for one in plant.splitters if len(plant.below(one.name)) >= 5])
    hit = plant.below(splitter.name)
    world.off(hit, 200)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(460, fault("fibre", "branch", hit, **place, total=8, alive=0, state="confirmed"))


@kind
def cut_with_some_gasps(stage: Stage) -> Iterator[Wanted]:
    """A quarter tells a dying gasp, as some ONTs do on any loss; two seconds and the rest's loss of signal say cut."""
    yield moment(460, _feeder(stage, why=SOME_GASPS), rings=1)


@kind
def overtaking_and_duplicates(stage: Stage) -> Iterator[Wanted]:
    """Deliveries overtake each other and come twice: the same facts, the same conclusion."""
    yield moment(460, _feeder(stage, Ways(overtaking=0.6, duplicates=0.4)), rings=1)


@kind
def half_of_the_traps_lost(stage: Stage) -> Iterator[Wanted]:
    """Half is told by traps and the rest by the next reading: one incident, first lost when the traps say."""
    yield moment(460, _feeder(stage, Ways(trap_loss=0.5)) | {"first_loss_at": between(199, 202)}, rings=1)


@kind
def unknown_keys_and_lines(stage: Stage) -> Iterator[Wanted]:
    """What a newer program writes is passed over; the rest counts."""
    wanted = _feeder(stage)
    assert stage.world
    for at in (50.0, 201.0, 300.0):
        stage.world.say(at, "weather", station=NEWER_PROGRAM, wind_ms=31)
        stage.world.say(at, "olt", name="olt-1", colour=NEWER_PROGRAM)
    yield moment(460, wanted, rings=1)


@kind
def failed_polls_in_the_middle_of_a_cut(stage: Stage) -> Iterator[Wanted]:
    """Two readings fail after the traps: nothing is erased, those not told of are not alive, and the next one tells."""
    plant, world = stage.set(700, Ways(trap_loss=0.1))
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 190)
    world.silence("olt-1", 195, 195 + 118)
    yield moment(260, fault("fibre", "port", olt="olt-1", port=port, affected=between(20, 32), alive=0), rings=1)
    yield moment(460, fault("fibre", "port", hit, olt="olt-1", port=port, **FULL), rings=1)


@kind
def cut_read_port_by_port(stage: Stage) -> Iterator[Wanted]:
    """The OLT's table comes port by port: each port's end counts for that port."""
    wanted = _feeder(stage, POLLS)
    assert stage.world
    stage.world.half("olt-1", (), 0, 1e9)
    yield moment(460, wanted, rings=1)


def _straddled(stage: Stage, branch: bool, early: slice) -> Iterator[Wanted]:
    plant, world = stage.set(900, POLLS)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name) if branch else plant.pick(port=splitter.port)
    reading = world.phase["olt-1"] + 180
    world.off(hit[early], reading - 2, over=1, why="loss_of_signal")
    world.off([ont for ont in hit if ont not in hit[early]], reading + 0.1, over=1, why="loss_of_signal")
    place = {"olt": "olt-1", "port": splitter.port} | ({"splitter": splitter.name} if branch else {})
    yield moment(
        480, fault("fibre", "branch" if branch else "port", hit, **place, **FULL), rings=(0 if branch else 1, 1)
    )


@kind
def feeder_cut_during_a_reading(stage: Stage) -> Iterator[Wanted]:
    """The reading had passed half of the port when it fell: the other half comes a minute later, as the same loss."""
    return _straddled(stage, False, slice(0, None, 2))


@kind
def feeder_cut_at_the_end_of_a_reading(stage: Stage) -> Iterator[Wanted]:
    """Only two were read after it: they look like two single faults for a minute, and are the first of it."""
    return _straddled(stage, False, slice(30, None))


@kind
def branch_cut_during_a_reading(stage: Stage) -> Iterator[Wanted]:
    """The same of one splitter."""
    return _straddled(stage, True, slice(0, None, 2))


@kind
def branch_cut_after_its_first_row_was_read(stage: Stage) -> Iterator[Wanted]:
    """Seven of eight are told, and the eighth a minute later: it is one of them."""
    return _straddled(stage, True, slice(1, None))


@kind
def partial_polls_in_the_middle_of_a_cut(stage: Stage) -> Iterator[Wanted]:
    """The dark port is read in part only: the half that was told is down, the other half is not alive for that."""
    plant, world = stage.set(800, POLLS)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.half("olt-1", [port], 190, 420)
    world.off(hit, 195)
    yield moment(340, fault(["fibre", "unknown"], ["port", "branch"], olt="olt-1", port=port, affected=16, alive=0))
    yield moment(620, fault("fibre", "port", hit, olt="olt-1", port=port, **FULL), rings=1)


@kind
def alarms_are_repeated(stage: Stage) -> Iterator[Wanted]:
    """The OLT sends its alarms again every minute: nobody fell anew."""
    plant, world = stage.set(900)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200, why="loss_of_signal")
    for again in range(300, 840, 60):
        for ont in hit:
            fields = {"olt": ont.olt, "port": ont.port, "ont_id": ont.ont_id, "offline_reason": "loss_of_signal"}
            world.say(again, "ont", **fields, state="offline", by="trap")
    yield moment(890, fault("fibre", "port", hit, port=port, last_loss_at=between(200, 270), flapping=False), rings=1)


@kind
def states_come_with_the_first_reading(stage: Stage) -> Iterator[Wanted]:
    """The recording starts with records alone: what is not known is not down, and a later cut is one."""
    yield moment(15, rings=0)
    yield moment(180, rings=0)
    yield moment(460, _feeder(stage, states_at_start=False, off_share=0.1), rings=(0, 1))


@kind
def cut_while_the_collector_was_away(stage: Stage) -> Iterator[Wanted]:
    """It happened unseen: the first reading afterwards tells it, and the bell rings for it."""
    plant, world = stage.set(2600, ports=2, olts=2)
    hit = plant.pick(olt="olt-1", port="0/1/1")
    world.absence(600, 1500)
    world.off(hit, 900, why="loss_of_signal")
    yield moment(590, rings=0)
    yield moment(2590, fault("fibre", "port", hit, olt="olt-1", port="0/1/1", **FULL), rings=(1, 2))


@kind
def slow_readings(stage: Stage) -> Iterator[Wanted]:
    """Readings every five minutes only: two that fail are no silence, and a cut comes with the next one."""
    plant, world = stage.set(3000, Ways(traps=False, state_s=300.0, optics_s=900.0), olts=2, ports=2)
    hit = plant.pick(olt="olt-2", port="0/1/1")
    world.silence("olt-1", 200, 200 + 590)
    world.off(hit, 1600)
    yield moment(1400, rings=0)
    yield moment(2980, fault("fibre", "port", hit, olt="olt-2", port="0/1/1", **FULL), rings=1)


@kind
def recovery_overtaken_by_the_loss(stage: Stage) -> Iterator[Wanted]:
    """A branch blinks for two seconds and "down" comes after "up": each line counts at its own time, so it is up."""
    plant, world = stage.set(800, Ways(trap_loss=0.0, overtaking=0.7))
    hit = plant.below(stage.splitter(plant).name)
    world.off(hit, 300, over=0.3)
    world.on(hit, 302, over=0.3)
    yield moment(760, rings=0)


@kind
def business_customers_in_a_cut(stage: Stage) -> Iterator[Wanted]:
    """The incident counts its business customers."""
    plant, world = stage.set(600, business_share=0.3)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200)
    business = sum(ont.business for ont in hit)
    yield moment(460, fault("fibre", "port", hit, olt="olt-1", port=port, business=business, **FULL), rings=1)


@kind
def one_survivor_vetoes_its_splitter(stage: Stage) -> Iterator[Wanted]:
    """Seven of eight on a splitter within two seconds: the eighth proves the splitter lit, so what broke is a part of
    it that nobody recorded."""
    plant, world = stage.set(700)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)[1:]
    world.off(hit, 200)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": None}
    yield moment(460, fault("fibre", "branch", hit, **place, inferred=True))
