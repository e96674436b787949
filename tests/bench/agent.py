"""``python -m tests.bench.agent N [LATENCY_S]``: N OLTs of 4,096 ONTs that answer as fast as they can."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from noc_console.demo.agent import Behaviour, SnmpAgent
from noc_console.demo.huawei import HuaweiOlt
from noc_console.demo.planner import PlantOptions, build

ONTS = 4096


async def main(count: int, latency_s: float) -> None:
    """Serve until killed."""
    plant = build(PlantOptions(olts=1, onts=ONTS), time.time())
    tree = HuaweiOlt(plant.olts[0], time.time).tree
    agents = [SnmpAgent(tree, behaviour=Behaviour(max_message_bytes=60_000, latency_s=latency_s)) for _ in range(count)]
    print(json.dumps([agent.start() for agent in agents]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
