"""The alarms as operators work through them: those that ask first, what nobody must look at last."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.alarms.flood import Flood, flood
from noc_console.domain.alarms.states import AlarmState, code, rank, standing
from noc_console.domain.filters import searched
from noc_console.domain.handling import COMMENTS, HANDLINGS, Comment, Handling
from noc_console.picture.model import Model

FLOOD_LOOKS_BACK_S = 7200.0


@dataclass(frozen=True, slots=True)
class ListedAlarm:
    """One line of the list."""

    alarm: Alarm
    state: AlarmState
    handling: Handling | None = None

    @property
    def code(self) -> str:
        """``C*``."""
        return code(self.alarm.severity, self.state, self.alarm.flapping)

    @property
    def acked_by(self) -> str | None:
        """Who has it, while that still counts."""
        has = self.state in (AlarmState.ACKED, AlarmState.OUT_OF_SERVICE)
        return self.handling.ack_by if self.handling and has else None


def listed(model: Model, now: float) -> list[ListedAlarm]:
    """Alarms in order of need. What is over and was seen is not listed.

    In a flood those that an incident explains are left out: the incidents are what can be worked on.
    """
    flooded = flood_now(model, now).on
    found = []
    for alarm in model.records(ALARMS):
        handling = model.record(HANDLINGS, alarm.key)
        state = standing(alarm, handling, now)
        if state is AlarmState.NORMAL or (flooded and state is AlarmState.SUPPRESSED):
            continue
        found.append(ListedAlarm(alarm, state, handling))
    return sorted(found, key=_need)


def _need(one: ListedAlarm) -> tuple[bool, bool, bool, int, float, str]:
    alarm = one.alarm
    over = alarm.cleared_at is not None
    return one.state.quiet, not one.state.asks, over, -rank(alarm.severity), -alarm.raised_at, alarm.key


def flood_now(model: Model, now: float) -> Flood:
    """Whether there are too many for people, those that incidents explain counted in; planned ones are not."""
    begin = now - FLOOD_LOOKS_BACK_S
    return flood((one.raised_at for one in model.records(ALARMS) if one.raised_at >= begin and not one.planned), now)


def flood_text(model: Model, now: float) -> str | None:
    """``FLOOD 214/10m -> 6``; None while there is none."""
    found = flood_now(model, now)
    if not found.on:
        return None
    return f"FLOOD {found.rate}/10m -> {sum(1 for _ in model.outages.open())}"


def comments(model: Model, key: str) -> list[Comment]:
    """What operators wrote about it, newest first."""
    return [one for one in model.records(COMMENTS) if one.about == key]


def facts(one: ListedAlarm, now: float) -> dict[str, object]:
    """A line of the list, for filters."""
    alarm = one.alarm
    row = {
        "severity": alarm.severity.value,
        "cause": alarm.rule,
        "id": alarm.key,
        "object": alarm.object,
        "why": alarm.text,
        "olt": alarm.olt,
        "ports": alarm.port,
        "pon_port": alarm.port,
        "serial": alarm.serial,
        "ont_id": alarm.ont_id,
        "state": one.state.value,
        "incident": f"INC-{alarm.incident}" if alarm.incident is not None else None,
        "acked_by": one.acked_by,
        "since_s": max(0.0, now - alarm.raised_at),
        "age_s": max(0.0, now - alarm.raised_at),
    }
    return searched(row)
