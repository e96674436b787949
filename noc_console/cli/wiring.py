"""From the config file to the parts that the commands put together."""

from __future__ import annotations

from noc_console.config.model import Config, OltPolling
from noc_console.picture.settings import PictureSettings


def picture_settings(config: Config) -> PictureSettings:
    """What readings are judged by."""
    return PictureSettings(
        thresholds=config.thresholds.domain(),
        olt_thresholds={olt.name: olt.thresholds.domain() for olt in config.olts if olt.thresholds},
        limits=config.diagnosis.domain(),
        intervals=config.polling.intervals(),
        olt_intervals={
            olt.name: olt.polling.over(config.polling).intervals() for olt in config.olts if olt.polling != OltPolling()
        },
    )
