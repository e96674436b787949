"""The past for the console: from what the collector recorded, or from a file."""

from __future__ import annotations

import time
from pathlib import Path

from noc_console.cli.replay import recording_lines
from noc_console.config.model import Config
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.incidents.observations import RecordingError, in_order, read_recording
from noc_console.picture.past import Past
from noc_console.storage.database import Database
from noc_console.storage.recordings import RecordingStore

RUN_UP_S = 3600.0
"""The incident engine begins so long before the instant that is asked for: what broke then is an outage, not the state
of things."""


async def recorded(config: Config, at: float) -> Past:
    """What the collector recorded around an instant, up to now.

    Raises:
        SourceUnavailable: Nothing is recorded.
    """
    database = Database(config.database)
    try:
        observations = await RecordingStore(database).read(at - RUN_UP_S, time.time())
    finally:
        await database.close()
    if not observations:
        raise SourceUnavailable("nothing is recorded yet", "recording", "the collector records while it runs")
    settings = config.incident_settings()
    return Past(list(in_order(observations)), settings)


def from_file(config: Config, file: Path) -> Past:
    """A recording from a file.

    Raises:
        RecordingError: A line cannot be read.
    """
    try:
        header, found = read_recording(recording_lines(file))
        observations = list(found)
    except RecordingError as error:
        raise RecordingError(f"{file}: {error}") from None
    settings = config.incident_settings(header.intervals)
    return Past(observations, settings, header.starts_at)
