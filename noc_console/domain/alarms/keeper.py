"""Keeps the alarms: raises, holds, clears and forgets them. What a reading does not tell changes nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.rules import Fact, Rule, holds, worded

FLAPS = 4
"""Raised so often within ``FLAP_WINDOW_S`` it flaps: it stays raised until it was raised once or never in that time."""
FLAP_WINDOW_S = 3600.0
FORGET_AFTER_S = 86400.0
"""A cleared alarm stays in the list for so long."""
RETELL_S = 60.0
"""A value that moves is written down no more often than this."""

Explains = Callable[[Alarm], int | None]
"""Number of the open incident that explains an alarm."""
Covers = Callable[[Alarm], bool]
"""Whether planned work covers an alarm."""


@dataclass(slots=True)
class _Track:
    """What is known of one alarm beside its record."""

    on: bool = False
    """Whether the rule holds now; a flapping alarm stays raised while it does not."""
    bad_since: float | None = None
    good_since: float | None = None
    raises: deque[float] = field(default_factory=deque)
    told_at: float = 0.0


class Keeper:
    """The alarms of one site.

    Args:
        rules: By name.
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._alarms: dict[str, Alarm] = {}
        self._stored: dict[str, Alarm] = {}
        self._tracks: dict[str, _Track] = {}

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Go on with what was recorded: nothing of it is new."""
        self._alarms = {alarm.key: alarm for alarm in alarms}
        self._stored = dict(self._alarms)
        self._tracks = {
            # When each was raised is not kept; the latest instant for all of them lets none settle too early.
            key: _Track(on=alarm.cleared_at is None, raises=deque([alarm.changed_at] * alarm.times))
            for key, alarm in self._alarms.items()
        }

    def alarms(self) -> list[Alarm]:
        """Those that hold, and those that cleared lately."""
        return list(self._alarms.values())

    def step(self, facts: Iterable[Fact], explains: Explains, covers: Covers, now: float) -> list[Alarm]:
        """Judge everything that is known now.

        Args:
            facts: All of them, not only new ones: what has none any more is not there any more, and clears.
            explains: Of the open incidents.
            covers: Of the windows that are open.
            now: Unix seconds.

        Returns:
            Records to write: those that differ from what was written last. ``written`` says that they were.
        """
        seen = set()
        for fact in facts:
            rule = self._rules.get(fact.rule)
            if rule is not None and rule.enabled and fact.object not in rule.skip:
                seen.add(fact.key)
                self._judge(rule, fact, now)
        for key, alarm in list(self._alarms.items()):
            self._alarms[key] = self._kept(alarm, key in seen, now)
            if alarm.cleared_at is None:
                self._place(key, explains, covers)
        for key in [key for key, track in self._tracks.items() if key not in seen and key not in self._alarms]:
            del self._tracks[key]
        return [alarm for key, alarm in self._alarms.items() if self._stored.get(key) != alarm]

    def written(self, alarms: Iterable[Alarm]) -> None:
        """These are in the database."""
        for alarm in alarms:
            if alarm.removed_at is None:
                self._stored[alarm.key] = alarm
            else:
                self._stored.pop(alarm.key, None)
                self._alarms.pop(alarm.key, None)
                self._tracks.pop(alarm.key, None)

    def _judge(self, rule: Rule, fact: Fact, now: float) -> None:
        track = self._tracks.setdefault(fact.key, _Track())
        now_bad = holds(rule, fact, track.on)
        if now_bad is None:
            return
        if now_bad:
            self._bad(rule, fact, track, now)
            return
        track.bad_since = None
        if track.on:
            track.good_since = now if track.good_since is None else track.good_since
            track.on = now - track.good_since < rule.clear_after_s

    def _bad(self, rule: Rule, fact: Fact, track: _Track, now: float) -> None:
        track.good_since = None
        if track.bad_since is None:
            track.bad_since = now if fact.since_at is None else min(now, fact.since_at)
        if not track.on and now - track.bad_since >= rule.raise_after_s:
            track.on = True
            track.raises.append(now)
            self._raise(rule, fact, now)
        elif track.on and now - track.told_at >= RETELL_S:
            track.told_at = now
            self._retell(rule, fact, now)

    def _raise(self, rule: Rule, fact: Fact, now: float) -> None:
        """A new record, unless the old one was held because it flaps."""
        before = self._alarms.get(fact.key)
        self._tracks[fact.key].told_at = now
        if before is not None and before.cleared_at is None and before.removed_at is None:
            self._alarms[fact.key] = replace(before, changed_at=now, text=worded(rule, fact), value=fact.value)
            return
        self._alarms[fact.key] = Alarm(
            key=fact.key,
            rule=fact.rule,
            object=fact.object,
            severity=rule.severity,
            raised_at=now,
            changed_at=now,
            text=worded(rule, fact),
            olt=fact.olt,
            port=fact.port,
            ont_id=fact.ont_id,
            serial=fact.serial,
            value=fact.value,
            limit=rule.limit,
        )

    def _retell(self, rule: Rule, fact: Fact, now: float) -> None:
        """The value moved, or the config gave the rule another severity or limit."""
        alarm, text = self._alarms[fact.key], worded(rule, fact)
        if alarm.severity is not rule.severity:
            alarm = replace(alarm, severity=rule.severity, changed_at=now)
        if text != alarm.text:
            alarm = replace(alarm, text=text, value=fact.value)
        self._alarms[fact.key] = alarm if alarm.limit == rule.limit else replace(alarm, limit=rule.limit)

    def _kept(self, alarm: Alarm, seen: bool, now: float) -> Alarm:
        """The alarm as it goes on: held, cleared, or forgotten."""
        rule, track = self._rules.get(alarm.rule), self._tracks.setdefault(alarm.key, _Track())
        if rule is None or not rule.enabled or alarm.object in rule.skip:
            return replace(alarm, removed_at=now)  # nobody knows whether it still holds: it is judged no more
        if not seen:
            track.on, track.bad_since = False, None
        while track.raises and track.raises[0] <= now - FLAP_WINDOW_S:
            track.raises.popleft()
        often = len(track.raises)
        if alarm.cleared_at is not None:
            forgotten = alarm.cleared_at + FORGET_AFTER_S <= now
            return replace(alarm, removed_at=now) if forgotten else alarm
        flapping = often >= FLAPS or (alarm.flapping and often > 1)
        if (max(1, often), flapping) != (alarm.times, alarm.flapping):
            alarm = replace(alarm, times=max(1, often), flapping=flapping)
        if not track.on and not (flapping and seen):
            return replace(alarm, cleared_at=now, changed_at=now)
        return alarm

    def _place(self, key: str, explains: Explains, covers: Covers) -> None:
        alarm = self._alarms[key]
        if alarm.cleared_at is not None or alarm.removed_at is not None:
            return
        rule = self._rules[alarm.rule]
        incident = explains(alarm) if rule.explained else None
        planned = covers(alarm)
        if (incident, planned) != (alarm.incident, alarm.planned):
            self._alarms[key] = replace(alarm, incident=incident, planned=planned)
