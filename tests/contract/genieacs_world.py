"""A simulated ACS with three routers and a client on it, sped up; shared by the contract tests of the ACS source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services import PATIENCE_S

from noc_console.config.model import GenieAcs
from noc_console.demo.acs import HUAWEI_EG8145V5, TPLINK_XX230V, ZTE_F670L, SimulatedAcs, SimulatedCpe, Timing
from noc_console.domain.identity import OntSerial
from noc_console.sources.genieacs.client import NbiClient

SCALE = 0.01


@dataclass
class World:
    """What a test plays with."""

    acs: SimulatedAcs
    client: NbiClient
    huawei: SimulatedCpe
    zte: SimulatedCpe
    tplink: SimulatedCpe
    steps: list[str] = field(default_factory=list)

    async def step(self, text: str) -> None:
        """Collects what an action tells."""
        self.steps.append(text)

    def queued(self, cpe: SimulatedCpe) -> list[str]:
        """Names of the tasks that the ACS holds for a router."""
        return [task["name"] for task in self.acs.store.of(cpe.device_id)]

    async def queue(self, cpe: SimulatedCpe, name: str, **more: object) -> str:
        """Queue a task without contacting anybody; its id."""
        return (await self.client.post_task(cpe.device_id, {"name": name, **more}, contact=False)).task_id


@asynccontextmanager
async def world(**options: object) -> AsyncIterator[World]:
    """Start everything; ``options`` go to the client's config."""
    acs = SimulatedAcs(Timing(scale=SCALE))
    routers = [
        SimulatedCpe(OntSerial.parse("HWTC0A1B2C01"), HUAWEI_EG8145V5, pppoe_user="anna@isp"),
        SimulatedCpe(OntSerial.parse("ZTEGC0DE0001"), ZTE_F670L, pppoe_user="a*b/c@isp"),
        SimulatedCpe(OntSerial.parse("TPLGB4FB2AC8"), TPLINK_XX230V, pppoe_user="carla@isp"),
    ]
    for router in routers:
        router.state.inform_interval_s = 3600
        acs.add(router, refreshed=router.model is not HUAWEI_EG8145V5)
    await acs.start()
    config = GenieAcs.model_validate(
        {"url": f"http://127.0.0.1:{acs.port}", "timeout_s": 20, "connection_request_timeout_s": 5, **options}
    )
    try:
        async with NbiClient(config, pause_scale=SCALE) as client:
            yield World(acs, client, *routers)
    finally:
        await acs.close()


async def eventually(true: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    """Wait for a condition of the simulation."""
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.005)
