"""Devices as rows: what the ACS read long ago is not said of now."""

from __future__ import annotations

from typing import Any

import pytest

from noc_console.sources.genieacs.fleet import FleetReader
from noc_console.sources.genieacs.pathfile import shipped

INFORMED = "2026-03-09T12:00:00.000Z"


def router(uptime: Any, read_at: str | None, booted: str | None = None) -> dict[str, Any]:
    leaf = {"_value": uptime, "_object": False, "_writable": False} | ({"_timestamp": read_at} if read_at else {})
    device = {"_id": "A-B-1", "_deviceId": {}, "_lastInform": INFORMED, "Device": {"DeviceInfo": {"UpTime": leaf}}}
    return device | ({"_lastBoot": booted} if booted else {})


@pytest.mark.parametrize(
    ("document", "uptime_s"),
    [
        (router(120, INFORMED), 120),
        (router("120", "2026-02-27T12:00:00.000Z"), 120 + 10 * 86400),
        (router(864_000, "2026-03-09T09:00:00.000Z", booted="2026-03-09T11:50:00.000Z"), 600),
        (router(864_000, "2026-03-09T11:00:00.000Z", booted="2026-02-27T10:00:00.000Z"), 864_000 + 3600),
        (router(120, None), None),
        (router(None, INFORMED), None),
    ],
)
def test_uptime_is_that_of_the_last_inform(document: dict[str, Any], uptime_s: float | None) -> None:
    assert FleetReader(shipped()).row(document).uptime_s == uptime_s
