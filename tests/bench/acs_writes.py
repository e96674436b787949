"""Writes through an ACS that keeps the real one's times: how many end without proof though nothing was wrong."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from noc_console.config.model import GenieAcs
from noc_console.demo.acs import HUAWEI_EG8145V5, SimulatedAcs, SimulatedCpe, Timing
from noc_console.domain.identity import OntSerial
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.writes import Outcome, Write, write

WRITES, ROUTERS, DELAYS_S = 500, 100, (0.0, 0.03, 0.06)
_SSID = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"


def run() -> None:
    """Print the outcomes for each delay of the way to the ACS."""
    for delay_s in DELAYS_S:
        begun = time.perf_counter()
        counts = asyncio.run(outcomes(Timing(answer_s=delay_s), WRITES, ROUTERS))
        spurious = WRITES - counts[Outcome.APPLIED]
        print(
            f"{delay_s * 1000:3.0f} ms a call: {spurious} of {WRITES} spurious failures, {dict(counts)}; "
            f"{time.perf_counter() - begun:.0f} s with {ROUTERS} routers at once"
        )


async def outcomes(timing: Timing, writes: int, routers: int, pause_scale: float = 1.0) -> Counter[Outcome]:
    """Change the WiFi name of each router over and over, and count how the writes ended."""
    async with _acs(timing, routers) as acs, _client(acs, pause_scale) as client:

        async def change(device_id: str) -> list[Outcome]:
            made = [Write(_SSID, f"bench {number}") for number in range(writes // routers)]
            return [
                (await write(client, device_id, [one], read_back_after_s=(0.0,), cr_timeout_s=20)).outcome
                for one in made
            ]

        ended = await asyncio.gather(*(change(device_id) for device_id in acs.records))
    return Counter(outcome for some in ended for outcome in some)


@asynccontextmanager
async def _acs(timing: Timing, routers: int) -> AsyncIterator[SimulatedAcs]:
    acs = SimulatedAcs(timing)
    for number in range(routers):
        acs.add(SimulatedCpe(OntSerial(f"HWTC{number:08X}"), HUAWEI_EG8145V5), refreshed=True)
    await acs.start()
    try:
        yield acs
    finally:
        await acs.close()


def _client(acs: SimulatedAcs, pause_scale: float) -> NbiClient:
    return NbiClient(GenieAcs.model_validate({"url": f"http://127.0.0.1:{acs.port}", "timeout_s": 60}), pause_scale)
