"""Build a plant: who lives where, behind how much fibre. The same seed and instant give the same network."""

from __future__ import annotations

import random
from dataclasses import dataclass

from noc_console.demo.families import FAMILIES, HUAWEI, Family
from noc_console.demo.plant import (
    FIBRE_1490_DB_PER_KM,
    Cause,
    Fade,
    OntModel,
    Plant,
    SimCard,
    SimOlt,
    SimOnt,
    SimPort,
    Unregistered,
)
from noc_console.demo.plant_names import GIVEN_NAMES, HOSTILE_DESCRIPTIONS, SITES, STREETS, SURNAMES
from noc_console.domain.identity import OntSerial, PonPort

DAY_S = 86400.0
MAX_IDS_PER_PORT = 128
SERVICE_SLOTS = (1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17)
MAX_ONTS_PER_OLT = len(SERVICE_SLOTS) * 16 * MAX_IDS_PER_PORT
_SPLITS = {32: (17.3, 3.2), 64: (20.4, 5.6), 128: (23.6, 7.1)}
"""Split to its loss in dB and the Tx power of the module that goes with it, dBm."""

HUAWEI_ONT = OntModel("EG8145V5", "HWTC", "17B1.A", "V5R020C00S125", 2.3)
ONT_MODELS = (
    (HUAWEI_ONT, 46),
    (OntModel("HG8245H", "HWTC", "494.B", "V3R017C10S120", 2.1), 20),
    (OntModel("EG8145X6-10", "HWTC", "3B2D.A", "V5R023C00S208", 2.6), 14),
    (OntModel("F670L", "ZTEG", "V9.0", "V9.0.11P1N36", 2.4), 9),
    (OntModel("XX230v", "TPLG", "XX230v 1.0", "0.9.1 0.1 v9.0", 2.2), 6),
    (OntModel("G-1425G-A", "ALCL", "3FE77771BEAA", "3FE49568IJHK07", 2.5), 5),
)

SPLIT_STAGES = {32: (4, 8), 64: (8, 8), 128: (8, 16)}
"""Split to the outlets of the port's first splitter, and of those behind it."""
_ONTS_PER_BRANCH = 5
"""A splitter is put up for so many customers."""
_PORTS_PER_ZONE = 4


@dataclass(frozen=True, slots=True)
class PlantOptions:
    """Size and seed of a plant."""

    olts: int = 4
    onts: int = 600
    """In all, spread evenly over the OLTs."""
    seed: int = 1
    families: tuple[str, ...] = (HUAWEI,)
    """Of the OLTs, in turn."""


class _Draw(random.Random):
    """Random choices, and serial numbers that never repeat."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._used: set[int] = set()

    def serial(self, vendor: str) -> OntSerial:
        while (number := self.getrandbits(32)) in self._used:
            pass
        self._used.add(number)
        return OntSerial(f"{vendor}{number:08X}")


def build(options: PlantOptions, now: float) -> Plant:
    """Build the network as it stands at ``now``, Unix seconds.

    Raises:
        ValueError: No OLT, more ONTs than they can hold, or a family that is not there.
    """
    if options.olts < 1 or not 0 <= options.onts <= options.olts * MAX_ONTS_PER_OLT:
        raise ValueError(f"{options.onts} ONTs do not fit on {options.olts} OLTs ({MAX_ONTS_PER_OLT} each)")
    rng = _Draw(options.seed)
    unknown = set(options.families) - FAMILIES.keys()
    if unknown:
        raise ValueError(f"no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    share, rest = divmod(options.onts, options.olts)
    olts = [
        _olt(rng, n, share + (n < rest), now, options.families[n % len(options.families)]) for n in range(options.olts)
    ]
    plant = Plant(olts, now)
    _lay_out(plant)
    _spoil(rng, plant)
    for ont in plant.onts:
        _begin(rng, ont, now)
    return plant


def _olt(rng: _Draw, number: int, onts: int, now: float, family: str) -> SimOlt:
    name = f"olt-{SITES[number]}" if number < len(SITES) else f"olt-{number + 1}"
    per_board = 8 if onts <= 300 else 16
    boards = max(2, -(-onts // (per_board * 64)))
    slots = SERVICE_SLOTS[:boards]
    kind = FAMILIES[family]
    names = [kind.port(slot, port) for slot in slots for port in range(per_board)]
    counts = _spread(rng, onts, len(names))
    ports = [_port(rng, name, port, count, now, kind.first_ont_id) for port, count in zip(names, counts, strict=True)]
    return SimOlt(
        name=name,
        cards=_cards(rng, slots, per_board, kind),
        ports=ports,
        family=family,
        booted_at=now - rng.uniform(20, 300) * DAY_S,
        utc_offset_s=rng.choice((0, 3600, 7200)),
        unregistered=[
            Unregistered(rng.choice(ports), rng.serial(HUAWEI_ONT.vendor), HUAWEI_ONT, now - rng.uniform(60, 7200))
            for _ in range(1 + number % 2)
        ],
    )


def _spread(rng: _Draw, onts: int, ports: int) -> list[int]:
    """How many ONTs each port has: uneven, some ports empty, none above its ids."""
    weights = [0.0 if rng.random() < 0.08 else rng.uniform(0.3, 1.7) for _ in range(ports)]
    if not any(weights):
        weights[0] = 1.0
    counts = [min(MAX_IDS_PER_PORT, int(onts * weight / sum(weights))) for weight in weights]
    order = sorted(range(ports), key=lambda port: -weights[port])
    missing = onts - sum(counts)
    while missing:
        for port in order:
            if missing and counts[port] < MAX_IDS_PER_PORT:
                counts[port] += 1
                missing -= 1
    return counts


def _port(rng: _Draw, olt: str, name: PonPort, count: int, now: float, first_ont_id: int) -> SimPort:
    split = next(split for split in _SPLITS if count <= split)
    loss_db, tx_dbm = _SPLITS[split]
    port = SimPort(
        id=name,
        split=split,
        split_loss_db=loss_db + rng.uniform(-0.3, 0.4),
        tx_dbm=round(tx_dbm + rng.uniform(-0.5, 0.5), 2),
        sfp_celsius=rng.randint(36, 49),
        last_up_at=now - rng.uniform(5, 200) * DAY_S,
    )
    trunk_m = rng.uniform(300, 8000)
    port.onts.extend(
        _ont(rng, olt, port, first_ont_id + number, int(trunk_m + rng.uniform(20, 1800))) for number in _ids(rng, count)
    )
    return port


def _ids(rng: _Draw, count: int) -> list[int]:
    """ONT ids in use: from 0, with gaps."""
    if not count:
        return []
    free = range(1, min(MAX_IDS_PER_PORT, count + count // 8 + 3))
    return [0, *sorted(rng.sample(free, count - 1))]


def _ont(rng: _Draw, olt: str, port: SimPort, ont_id: int, distance_m: int) -> SimOnt:
    model = rng.choices([model for model, _ in ONT_MODELS], [weight for _, weight in ONT_MODELS])[0]
    name = f"{rng.choice(SURNAMES)} {rng.choice(GIVEN_NAMES)}, {rng.choice(STREETS)} {rng.randint(1, 140)}"
    ont = SimOnt(
        olt=olt,
        port=port,
        ont_id=ont_id,
        serial=rng.serial(model.vendor),
        description=name.encode(),
        model=model,
        distance_m=distance_m,
        drop_loss_db=0.0,
        noise_seed=rng.getrandbits(31),
        down_bps=rng.lognormvariate(14.2, 1.4),
        up_bps=rng.lognormvariate(12.4, 1.3),
        managed=rng.random() < 0.94,
    )
    aim(ont, max(-24.2, min(-16.8, rng.gauss(-20.4, 1.7))))
    ont.drop_loss_db = max(0.3, ont.drop_loss_db)
    return ont


def aim(ont: SimOnt, rx_dbm: float) -> None:
    """Choose the drop loss that makes the power at the ONT ``rx_dbm``, without wander and fades."""
    fibre_db = ont.distance_m / 1000 * FIBRE_1490_DB_PER_KM
    ont.drop_loss_db = ont.port.tx_dbm - ont.port.split_loss_db - fibre_db - rx_dbm


def _lay_out(plant: Plant) -> None:
    """Who shares a splitter, a power feed, an uplink: neighbours. Draws nothing: a seed keeps its network."""
    for number, olt in enumerate(plant.olts):
        pair = number // 2 + 1
        olt.uplink = f"ring-{pair}"
        for place, port in enumerate(port for port in olt.ports if port.onts):
            branches = _branches(port)
            in_order = sorted(port.onts, key=lambda ont: (ont.distance_m, ont.ont_id))
            for rank, ont in enumerate(in_order):
                ont.branch = rank * branches // len(in_order)
                beyond = branches > 1 and ont.branch >= branches / 2
                ont.zone = f"TS-{pair}{place // _PORTS_PER_ZONE + beyond + 1:02}"


def _branches(port: SimPort) -> int:
    first, second = SPLIT_STAGES[port.split]
    return max(-(-len(port.onts) // second), min(first, len(port.onts) // _ONTS_PER_BRANCH), 1)


def _cards(rng: _Draw, slots: tuple[int, ...], ports_per_board: int, family: Family) -> list[SimCard]:
    service = family.gpon_board if ports_per_board == 16 else family.small_gpon_board

    def card(slot: int, kind: str, board: str, role: int | None, busy: bool, watts: int) -> SimCard:
        return SimCard(
            slot=slot,
            type=board,
            kind=kind,
            serial=f"0210{rng.getrandbits(44):014d}"[:20],
            version=f"{board} 2023-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
            role=role,
            cpu_percent=rng.randint(9, 28) if busy else -1,
            memory_percent=rng.randint(38, 61) if busy else -1,
            celsius=rng.randint(33, 51),
            watts=watts,
        )

    return [
        *(card(slot, "gpon", service, None, True, 44) for slot in slots),
        card(9, "control", family.control_board, 1, True, 61),
        card(10, "control", family.control_board, 2, True, 58),
        card(18, "power", family.power_board, None, False, 6),
    ]


def _spoil(rng: _Draw, plant: Plant) -> None:
    """Give some ONTs what real networks have: bad light, hostile descriptions, an odd serial, old faults."""
    onts = plant.onts
    unlucky = rng.sample(onts, len(onts))

    def take(count: int) -> list[SimOnt]:
        taken = unlucky[:count]
        del unlucky[:count]
        return taken

    many = len(onts) >= 40
    for ont in take(len(onts) * 3 // 100):
        aim(ont, rng.uniform(-27.4, -25.4))
    for ont in take(len(onts) // 100):
        aim(ont, rng.uniform(-30.2, -28.4))
    for ont in take(int(many)):
        aim(ont, -7.1)
    for ont, text in zip(take(len(HOSTILE_DESCRIPTIONS) if many else 0), HOSTILE_DESCRIPTIONS, strict=False):
        ont.description = text
    for ont in take(int(many)):
        ont.serial = rng.serial("01FF02FE")
    for ont in take(max(int(many), len(onts) // 300)):
        ont.fades.append(Fade(plant.built_at - 9 * DAY_S, 9 * DAY_S, 5.5))
    for ont in take(len(onts) * 2 // 100):
        ont.powered = False
    for ont in take(len(onts) // 100):
        ont.drop_broken = True
    for ont in take(len(onts) // 200):
        ont.active = False


def _begin(rng: _Draw, ont: SimOnt, now: float) -> None:
    """Put an ONT into the state that follows from its conditions, with a past."""
    down_at = now - rng.uniform(0.02, 30) * DAY_S
    ont.come_up(down_at - rng.uniform(0.1, 40) * DAY_S)
    if ont.able:
        past = rng.choice((Cause.DYING_GASP, Cause.DYING_GASP, Cause.LOS, Cause.RESET_BY_COMMAND, Cause.RESET_BY_ONT))
        ont.go_down(past, down_at)
        ont.come_up(min(now - 60, down_at + rng.uniform(60, 5400)))
    else:
        ont.go_down(ont.down_cause, down_at)
    ont.start_counters(rng.lognormvariate(26, 1.5), rng.lognormvariate(24, 1.5), now)
