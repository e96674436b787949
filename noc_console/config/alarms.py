"""Config of the alarm rules. What the file does not set is as ``domain.alarms.rules`` has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from noc_console.config.base import Model
from noc_console.domain.alarms.rules import RULES, Rule
from noc_console.domain.changes import Severity

Hold = Annotated[float, Field(ge=0, le=7 * 86400)]
Limit = Annotated[float, Field(ge=-100, le=1_000_000)]
_SEVERITIES = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING)


def _severe(given: object) -> object:
    if given not in [severity.value for severity in _SEVERITIES]:
        raise ValueError(f"is one of {', '.join(_SEVERITIES)}")
    return given


AlarmSeverity = Annotated[Severity, BeforeValidator(_severe)]


class StateRule(Model):
    """A rule about a state: of a fan, a card, a port."""

    enabled: bool = True
    severity: AlarmSeverity = Severity.MAJOR
    raise_after_s: Hold = 0
    """So long must it last before it is raised."""
    clear_after_s: Hold = 0
    skip: tuple[str, ...] = ()
    """Objects that are out of service, as the alarm list names them: ``olt-1 card 0/5``."""


class LimitRule(StateRule):
    """A rule with a limit."""

    limit: Limit = 0
    clear: Limit = 0
    """Between ``clear`` and ``limit`` it stays as it is."""


def _options(name: str) -> dict[str, Any]:
    rule = RULES[name]
    model = StateRule if rule.limit is None else LimitRule
    return {option: getattr(rule, option) for option in model.model_fields}


def _state(name: str) -> StateRule:
    return StateRule(**_options(name))


def _limit(name: str) -> LimitRule:
    return LimitRule(**_options(name))


class Alarms(Model):
    """Every rule by its name; ``fan: false`` switches one off."""

    light: StateRule = _state("light")
    weak_light: StateRule = _state("weak_light")
    overload: StateRule = _state("overload")
    temperature: LimitRule = _limit("temperature")
    sfp_temperature: LimitRule = _limit("sfp_temperature")
    cpu: LimitRule = _limit("cpu")
    memory: LimitRule = _limit("memory")
    fan: StateRule = _state("fan")
    card: StateRule = _state("card")
    port: StateRule = _state("port")
    uplink: StateRule = _state("uplink")
    olt: StateRule = _state("olt")
    core: StateRule = _state("core")
    source: StateRule = _state("source")
    job: StateRule = _state("job")
    unregistered: StateRule = _state("unregistered")
    collector: StateRule = _state("collector")
    disk: LimitRule = _limit("disk")
    buffer: LimitRule = _limit("buffer")
    profile: StateRule = _state("profile")
    backup: StateRule = _state("backup")

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, given: Any) -> Any:
        """What a rule leaves out is the default; a limit that moves takes its clear limit along."""
        if not isinstance(given, Mapping):
            return given
        return {name: _merged(name, value) if name in RULES else value for name, value in given.items()}

    @model_validator(mode="after")
    def _ordered(self) -> Alarms:
        for name, rule in self.rules().items():
            if rule.limit is None or rule.clear is None:
                continue
            if rule.clear < rule.limit if rule.below else rule.clear > rule.limit:
                side = "below" if rule.below else "above"
                raise ValueError(f"{name}: clear is {side} limit: what was raised would clear at once")
        return self

    def rules(self) -> dict[str, Rule]:
        """The same as the domain knows it."""
        return {name: replace(rule, **dict(getattr(self, name))) for name, rule in RULES.items()}


def _merged(name: str, given: Any) -> Any:
    if isinstance(given, bool):
        return _options(name) | {"enabled": given}
    if not isinstance(given, Mapping):
        return given
    own, rule = dict(given), RULES[name]
    limit = own.get("limit")
    if rule.limit is not None and rule.clear is not None and isinstance(limit, int | float) and "clear" not in own:
        own["clear"] = limit + rule.clear - rule.limit
    return _options(name) | own
