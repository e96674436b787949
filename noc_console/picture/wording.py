"""The words for a change. Made when it is shown: the database keeps changes as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from noc_console.domain import changes as c
from noc_console.domain.freshness import format_age
from noc_console.domain.identity import named_place
from noc_console.domain.incidents.incident import Cause
from noc_console.domain.incidents.words import words_of
from noc_console.domain.ont import reason_label
from noc_console.domain.optics import Signal

SIGNAL_WORDS = {
    Signal.GOOD: "good",
    Signal.WARNING: "weak",
    Signal.CRITICAL: "critical",
    Signal.OVERLOAD: "too strong",
}


def words(change: c.Change) -> str:
    """One line about a change, without its time; device text in it is data."""
    make = _WORDS.get(type(change))
    return make(change) if make else change.kind


def _ont(change: Any) -> str:
    name = change.serial or "ONT"
    about: str | None = getattr(change, "description", None)
    return f"{name} {about}" if about else name


def _place(change: c.Change) -> str:
    return named_place(change.port, change.ont_id)


def _went(before: str | None, after: str | None) -> str:
    return f"{before or 'unknown'} -> {after or 'unknown'}"


def _down(change: c.OntDown) -> str:
    return f"{_ont(change)} offline ({reason_label(change.reason)})"


def _up(change: c.OntUp) -> str:
    after = f" after {format_age(change.down_s)}" if change.down_s is not None else ""
    return f"{_ont(change)} online{after}"


def _unclear(change: c.OntUnclear) -> str:
    raw = f" ({change.vendor_state})" if change.vendor_state else ""
    return f"{_ont(change)} state unknown{raw}, was {change.was}"


def _light(change: c.LightCrossed) -> str:
    was = f", was {change.before_dbm:.1f} dBm" if change.before_dbm is not None else ""
    return f"{_ont(change)} light {SIGNAL_WORDS[change.after]}: {change.rx_dbm:.1f} dBm{was}"


def _waits(change: c.OntUnregistered) -> str:
    model = f" ({change.model})" if change.model else ""
    return f"{change.serial}{model} waits to be registered on {change.olt} port {change.port}"


def _card(change: c.CardChanged) -> str:
    name = " ".join(part for part in (change.card, change.type) if part)
    return f"{change.olt} card {name} {_went(change.before, change.after)}"


def _trap(change: c.TrapUnknown) -> str:
    often = f" ({change.times} times)" if change.times > 1 else ""
    return f"{change.olt} sent {change.name}{often}" + (f": {change.carried}" if change.carried else "")


def _swap_states(change: c.SwapRecorded | c.SwapClosed) -> str:
    states = f"old {change.old_state}, new {change.new_state}"
    return f"{states} ({change.serial} for {change.new_serial}, by {change.by})"


def _router(change: c.RouterChanged) -> str:
    return f"{change.serial or change.device_id} router {change.what} {_went(change.before, change.after)}"


def _imported(change: c.RecordsImported) -> str:
    counts = f"{change.added} added, {change.changed} changed, {change.removed} removed"
    return f"{change.records} imported by {change.by}: {counts}"


def _incident(change: c.IncidentChanged) -> str:
    what = words_of(Cause(change.cause)).told if change.cause in set(Cause) else change.cause
    named = " ".join(filter(None, (f"INC-{change.number}", what, change.place)))
    state = "opened" if change.before is None else change.after
    down = change.affected and change.after not in c.ENDED_INCIDENTS
    return f"{named}: {state}" + (f", {change.affected} down" if down else "")


def _alarm(change: c.AlarmChanged) -> str:
    return f"{change.object} {change.rule}: " + ("cleared" if change.after == "cleared" else change.text)


def _silent(name: str, error: str | None) -> str:
    return f"{name} does not answer SNMP" + (f": {error}" if error else "")


_WORDS: Mapping[type[c.Change], Callable[[Any], str]] = {
    c.OntDown: _down,
    c.OntUp: _up,
    c.OntUnclear: _unclear,
    c.OntAppeared: lambda x: f"new ONT {x.serial or 'without serial number'} on {_place(x)}",
    c.OntMoved: lambda x: f"{x.serial} is now also on {_place(x)}, known on {named_place(x.from_port, x.from_ont_id)}",
    c.OntSwapped: lambda x: f"{_place(x)} is now {x.serial}, was {x.before}",
    c.OntVanished: lambda x: f"{_ont(x)} on {_place(x)} is no longer in the OLT's configuration",
    c.OntReturned: lambda x: f"{_ont(x)} on {_place(x)} is in the OLT's configuration again",
    c.OntDuplicated: lambda x: (
        f"{x.serial} is registered at {len(x.places)} places of {x.olt}: {' and '.join(x.places)}"
    ),
    c.OntUnregistered: _waits,
    c.LightCrossed: _light,
    c.PortChanged: lambda x: f"{x.olt} PON port {x.port} {x.after or 'unknown'}, was {x.before or 'unknown'}",
    c.CardChanged: _card,
    c.FanChanged: lambda x: f"{x.olt} fan {x.fan} {_went(x.before, x.after)}",
    c.OltSilent: lambda x: _silent(x.olt, x.error),
    c.OltAnswers: lambda x: f"{x.olt} answers SNMP again",
    c.OltRestarted: lambda x: f"{x.olt} restarted {format_age(x.uptime_s)} ago",
    c.TableShrank: lambda x: (
        f"{x.olt} lists {x.listed} of {x.expected} known ONTs: believed only if it still does in {format_age(x.wait_s)}"
    ),
    c.TableWhole: lambda x: f"{x.olt} lists all known ONTs again",
    c.HostKeyKept: lambda x: f"{x.olt}: its SSH host key is kept",
    c.HostKeyChanged: lambda x: f"{x.olt}: {x.text}",
    c.ConfigurationChanged: lambda x: (
        f"{x.olt}: its configuration is backed up for the first time"
        if x.added is None
        else f"{x.olt}: its configuration has changed: {x.added} lines more, {x.removed} lines less"
    ),
    c.TrapUnknown: _trap,
    c.CoreSilent: lambda x: _silent(x.device, x.error),
    c.CoreAnswers: lambda x: f"{x.device} answers SNMP again",
    c.CoreRestarted: lambda x: f"{x.device} restarted {format_age(x.uptime_s)} ago",
    c.CoreInterfaceChanged: lambda x: f"{x.device} {x.interface} {x.after or 'unknown'}, was {x.before or 'unknown'}",
    c.RouterChanged: _router,
    c.JobEnded: lambda x: f"{x.action}{f' {x.target}' if x.target else ''} by {x.by}: {x.result}",
    c.BulkEnded: lambda x: (
        f"bulk {x.action} by {x.by}: {x.verified} of {x.total} verified"
        + (f", {x.accepted} accepted" if x.accepted else "")
    ),
    c.SwapRecorded: lambda x: f"{x.swap_kind} swap {x.swap_id}: {_swap_states(x)}",
    c.SwapClosed: lambda x: f"swap {x.swap_id} closed: {_swap_states(x)}",
    c.RecordsImported: _imported,
    c.IncidentChanged: _incident,
    c.AlarmChanged: _alarm,
    c.Note: lambda x: str(x.text),
    c.OtherChange: lambda x: f"{x.name} (written by another release)",
}
