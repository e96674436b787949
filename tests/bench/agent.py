"""``python -m tests.bench.agent N [LATENCY_S [SERVICE_S [ONTS]]]``: N OLTs of 4,096 ONTs, as fast as they can."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from noc_console.demo.agent import Behaviour, SnmpAgent
from noc_console.demo.huawei import HuaweiOlt
from noc_console.demo.mib import MibTree
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.responder import GETBULK, Answer, Request

Answers = dict[tuple[bytes, tuple[bytes, ...], int], Answer | None]


class FastAgent(SnmpAgent):
    """An agent that works out an answer about values that never change once only.

    Args:
        tree: What it serves.
        behaviour: As for any agent.
        answers: What was worked out; agents of the same tree share it.
    """

    def __init__(self, tree: MibTree, behaviour: Behaviour, answers: Answers) -> None:
        super().__init__(tree, behaviour=behaviour)
        self._answers = answers
        self._fixed = tuple(column.encoded_prefix for column in tree.columns if not column.live)

    def _answer(self, request: Request) -> Answer | None:
        if request.kind != GETBULK or not all(name.startswith(self._fixed) for name in request.names):
            return super()._answer(request)
        key = (request.community, request.names, request.max_repetitions)
        if key not in self._answers:
            self._answers[key] = super()._answer(request)
        return self._answers[key]


async def main(count: int, latency_s: float = 0.0, service_s: float = 0.0, onts: float = 4096) -> None:
    """Serve until killed."""
    plant = build(PlantOptions(olts=1, onts=int(onts)), time.time())
    tree = HuaweiOlt(plant.olts[0], time.time).tree
    behaviour = Behaviour(max_message_bytes=60_000, latency_s=latency_s, service_s=service_s)
    answers: Answers = {}
    agents = [FastAgent(tree, behaviour, answers) for _ in range(count)]
    print(json.dumps([agent.start() for agent in agents]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *map(float, sys.argv[2:])))
