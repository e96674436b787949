"""From the config file to the parts that the commands put together."""

from __future__ import annotations

from noc_console.config.model import Config, OltPolling
from noc_console.config.provisioning import Preset as WantedPreset
from noc_console.domain.provisioning import Preset
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
        backup_confirmed=_backup_confirmed,
    )


def _backup_confirmed(name: str) -> bool | None:
    from noc_console.sources.olt_cli.dialect import backup_confirmed  # the dialects are read when somebody asks

    return backup_confirmed(name)


def presets(config: Config) -> tuple[Preset, ...]:
    """The ways to register an ONT; one that cannot be used says why."""
    return tuple(_preset(wanted) for wanted in config.provisioning.presets)


def _preset(wanted: WantedPreset) -> Preset:
    from noc_console.sources.olt_cli.dialect import dialect_for

    dialect = dialect_for(wanted.profile)
    values = {name: str(value) for name, value in wanted.values.items()}
    if dialect is None or dialect.register is None:
        why = f"it is not known how an OLT of profile {wanted.profile} registers ONTs"
        return Preset(wanted.name, wanted.profile, (wanted.profile,), 0, (0, 0), "text", (), problem=why)
    plan, own = dialect.register, bool(wanted.commands)
    return Preset(
        wanted.name,
        dialect.title,
        dialect.profiles,
        plan.port_numbers,
        plan.ids,
        plan.serial,
        wanted.commands or plan.commands,
        values,
        source="" if own else plan.source,
        verified=own or plan.confidence != "C",
    )
