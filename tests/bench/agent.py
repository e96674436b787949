"""``python -m tests.bench.agent N [LATENCY_S [SERVICE_S [ONTS]]]``: N OLTs of 4,096 ONTs, as fast as they can."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from noc_console.demo.agent import Behaviour, SnmpAgent
from noc_console.demo.huawei import HuaweiOlt
from noc_console.demo.planner import PlantOptions, build


async def main(count: int, latency_s: float = 0.0, service_s: float = 0.0, onts: float = 4096) -> None:
    """Serve until killed."""
    plant = build(PlantOptions(olts=1, onts=int(onts)), time.time())
    tree = HuaweiOlt(plant.olts[0], time.time).tree
    behaviour = Behaviour(max_message_bytes=60_000, latency_s=latency_s, service_s=service_s)
    agents = [SnmpAgent(tree, behaviour=behaviour) for _ in range(count)]
    print(json.dumps([agent.start() for agent in agents]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *map(float, sys.argv[2:])))
