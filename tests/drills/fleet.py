"""``python -m tests.drills.fleet OLTS ONTS_EACH CHANGES``: many OLTs in one process, each with ONTs of its own.

Says the port of each, then answers until it is killed. Each second ``CHANGES`` ONTs go down or come up, and the light
of ten times as many moves: of one OLT after the other.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from noc_console.demo.agent import Behaviour
from noc_console.demo.huawei import HuaweiOlt
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import SimOlt
from tests.bench.agent import Answers, FastAgent

LATENCY_S = 0.005
FADED_DB = 0.8


class ChangingOlt:
    """An OLT that works out an answer again only after something changed."""

    def __init__(self, olt: SimOlt, chance: random.Random) -> None:
        self._onts, self._chance = olt.onts, chance
        self._tables = HuaweiOlt(olt, time.time)
        self._answers: Answers = {}
        behaviour = Behaviour(max_message_bytes=60_000, latency_s=LATENCY_S)
        self.agent = FastAgent(self._tables.tree, behaviour, self._answers)

    def change(self, count: int) -> None:
        """So many ONTs lose their power or get it back; more change their light."""
        now = time.time()
        for ont in self._chance.sample(self._onts, min(count, len(self._onts))):
            ont.powered = not ont.online
            if ont.online:
                ont.go_down(ont.down_cause, now)
            elif ont.able:
                ont.come_up(now)
            self._tables.refresh_ont(ont)
        for ont in self._chance.sample(self._onts, min(10 * count, len(self._onts))):
            ont.drop_loss_db += self._chance.choice((-FADED_DB, FADED_DB))
            self._tables.refresh_optics(ont)
        self._answers.clear()


async def main(olts: int, onts_each: int, changes: int) -> None:
    """Serve until killed."""
    chance = random.Random(1)
    plant = build(PlantOptions(olts=olts, onts=olts * onts_each), time.time())
    fleet = [ChangingOlt(olt, chance) for olt in plant.olts]
    print(json.dumps([olt.agent.start() for olt in fleet]), flush=True)
    for olt in itertools.cycle(fleet):
        olt.change(changes)
        await asyncio.sleep(1.0)


@contextmanager
def serving(folder: Path, olts: int, onts_each: int, changes: int) -> Iterator[Path]:
    """The fleet as a child process; gives a config file with it."""
    command = [sys.executable, "-m", "tests.drills.fleet", str(olts), str(onts_each), str(changes)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        ports = json.loads(process.stdout.readline())
        file = folder / "fleet.yaml"
        entries = [{"name": f"olt-{n}", "address": "127.0.0.1", "snmp": {"port": port}} for n, port in enumerate(ports)]
        file.write_text(yaml.safe_dump({"olts": entries, "victoriametrics": None, "ping": None}))
        yield file
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
