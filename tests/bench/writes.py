"""Writes to routers through an ACS with the timing of a real GenieACS: how many of 500 are not proven, and why.

To a real GenieACS two reads of one path in one second are one; the simulated one does the same. Time runs ten times
faster here, for both sides alike.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter

from noc_console.config.model import GenieAcs
from noc_console.demo.acs import HUAWEI_EG8145V5, SimulatedAcs, SimulatedCpe, Timing
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.identity import OntSerial
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.writes import Write, write

SCALE = 0.1
ROUTERS, EACH = 5, 100
SSID = "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID"


def run() -> None:
    """Print how writes end, for several times that a call takes."""
    for delay_s in (0.0, 0.03, 0.06):
        outcomes, took_s = asyncio.run(series(delay_s, ROUTERS, EACH))
        bad = {what: count for what, count in outcomes.items() if what != "applied"}
        print(
            f"{delay_s * 1000:3.0f} ms a call: {outcomes['applied']} of {sum(outcomes.values())} writes proven, "
            f"{sum(bad.values())} not {bad or ''}; a write takes {statistics.median(took_s) / SCALE:.1f} s (median)"
        )


async def series(delay_s: float, routers: int, each: int, scale: float = SCALE) -> tuple[Counter[str], list[float]]:
    """Write ``each`` names to each of so many routers, side by side; how they ended, and how long each took."""
    acs = SimulatedAcs(Timing(scale=scale))
    cpes = [SimulatedCpe(OntSerial(f"HWTC{number:08X}"), HUAWEI_EG8145V5) for number in range(routers)]
    for cpe in cpes:
        acs.add(cpe, refreshed=True)
    await acs.start()
    outcomes: Counter[str] = Counter()
    took_s: list[float] = []
    config = GenieAcs.model_validate({"url": f"http://127.0.0.1:{acs.port}", "timeout_s": 60})

    async def some(cpe: SimulatedCpe) -> None:
        for number in range(each):
            begun = time.perf_counter()
            try:
                done = await write(client, cpe.device_id, [Write(SSID, f"NOC-{number}")])
                outcomes["applied" if done.outcome == "applied" else done.text] += 1
            except (ActionRefused, SourceError) as error:
                outcomes[str(error)] += 1
            took_s.append(time.perf_counter() - begun)

    async def late(_request: object) -> None:
        await asyncio.sleep(delay_s * scale)

    try:
        async with NbiClient(config, pause_scale=scale) as client:
            client._http.event_hooks = {"request": [late]}
            await asyncio.gather(*map(some, cpes))
    finally:
        await acs.close()
    return outcomes, took_s
