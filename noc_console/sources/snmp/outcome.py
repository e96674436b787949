"""How a poll ended: whole, in part, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.domain.errors import NocError
from noc_console.domain.network import Outcome
from noc_console.domain.poll import OltReading, PortReading
from noc_console.sources.snmp.walk import Walk


def judge_port(port: PortReading, walks: Sequence[Walk]) -> None:
    """Say how much of a port was read by these walks."""
    errors = [walk.error for walk in walks if walk.error]
    if errors:
        some = len(errors) < len(walks) or any(walk.varbinds for walk in walks)
        port.outcome = Outcome.PARTIAL if some else Outcome.FAILED
        port.error = errors[0].message


def judge(reading: OltReading, errors: Sequence[NocError | None]) -> None:
    """Say how much of the truth the reading is; ``errors`` holds one entry for each thing tried beside the ports."""
    failed = [port for port in reading.ports if port.outcome is not Outcome.COMPLETE]
    broken = [error for error in errors if error]
    count = len(failed) + len(broken)
    everything = count >= len(errors) + len(reading.ports)
    reading.outcome = Outcome.COMPLETE if not count else Outcome.FAILED if everything else Outcome.PARTIAL
    if count and reading.error is None:
        reading.error = _summary(failed, broken)


def _summary(failed: Sequence[PortReading], errors: Sequence[NocError]) -> str:
    if not failed:
        return errors[0].message
    ports = ", ".join(str(port.port) for port in failed[:4]) + (" ..." if len(failed) > 4 else "")
    return f"{len(failed)} PON ports not read ({ports}): {failed[0].error}"
