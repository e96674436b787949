"""What a scenario is, the list of all kinds, and how expectations are written and compared."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.scenarios.plant import Ont, Plant, Shape, Splitter, build
from tests.scenarios.play import World
from tests.scenarios.ways import Ways

Wanted = dict[str, Any]
ONTS, LISTS = "onts", ("splitters", "ports", "uplinks", "olts")


@dataclass(slots=True)
class Scenario:
    name: str
    lines: list[str]
    moments: list[Wanted]
    why: str
    """Why these moments are right."""
    apart: int
    """How many ONTs of an incident's scope may be neither affected, alive nor unknown: long offline, removed from the
    configuration, or switched off on purpose."""


Kind = Callable[[int], Scenario]
KINDS: dict[str, Kind] = {}


def kind(make: Callable[[Stage], Iterable[Wanted]]) -> Kind:
    """A kind of scenario: the function sets the stage and yields the moments; its docstring says why they are right."""

    def scenario(seed: int) -> Scenario:
        stage = Stage(seed)
        moments = list(make(stage))
        assert stage.world is not None, make.__name__
        lines = stage.world.lines(make.__name__.replace("_", " "))
        return Scenario(make.__name__, lines, moments, make.__doc__ or "", stage.apart)

    assert make.__name__ not in KINDS
    KINDS[make.__name__] = scenario
    return scenario


@dataclass(slots=True)
class Stage:
    """Where one scenario is made."""

    seed: int
    apart: int = 0
    world: World | None = None
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"stage {self.seed}")

    def set(self, until: float, ways: Ways | None = None, **shape: object) -> tuple[Plant, World]:
        """The network and the time in which it is played."""
        plant = build(self.seed, Shape(**shape))  # type: ignore[arg-type]
        self.world = World(plant, self.seed, until, ways)
        self.apart = sum(ont.long_offline for ont in plant.onts)
        return plant, self.world

    def port(self, plant: Plant) -> str:
        return self.rng.choice(list(plant.ports))[1]

    def splitter(self, plant: Plant, depth: int = 0, port: str | None = None) -> Splitter:
        """One behind no other; ``depth`` 1: one behind another."""
        fitting = [s for s in plant.splitters if bool(s.parent) == bool(depth) and port in (None, s.port)]
        return self.rng.choice(fitting)


def moment(at: float, *opened: Wanted, rings: tuple[int, int] | int | None = None, **more: object) -> Wanted:
    """What must be open then. ``more``: ``also``, a list of what some of all incidents must show, resolved ones and
    those of single ONTs too."""
    told: Wanted = {"at": at, "open": list(opened)} | more
    if rings is not None:
        told["rings"] = [rings, rings] if isinstance(rings, int) else list(rings)
    return told


def fault(
    cause: str | Sequence[str], scope: str | Sequence[str], hit: Sequence[Ont] | None = None, /, **more: object
) -> Wanted:
    """One incident; ``hit`` are exactly its ONTs. Names of ``where`` may stand among ``more``."""
    where = {k: more.pop(k) for k in ("olt", "port", "card", "zone", "splitter", "uplink", *LISTS) if k in more}
    told: Wanted = {"cause": cause if isinstance(cause, str) else list(cause)}
    told |= {"scope": scope if isinstance(scope, str) else list(scope)}
    if where:
        told["where"] = where
    if hit is not None:
        told |= {"affected": len(hit), ONTS: sorted(list(ont.key) for ont in hit)}
    return told | more


def between(least: float, most: float) -> Wanted:
    return {"min": least, "max": most}
