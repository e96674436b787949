"""What the rules judge, made of the rows that the database holds. A value that is too old is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from noc_console.domain.alarms.rules import Fact
from noc_console.domain.backups import BackupRun
from noc_console.domain.core_devices import CoreDevice, CoreInterface
from noc_console.domain.freshness import STALE_AFTER, Intervals
from noc_console.domain.jobs import Job
from noc_console.domain.network import Card, Fan, Olt, Ont, PollKind, PollMark, Port, Source, Unregistered
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Signal
from noc_console.domain.standing import later, trust

OntKey = tuple[str, str, int]
"""OLT, PON port, ONT id."""

WELL = frozenset("normal on ok online active running inservice in-service up".split()) | {"hardware online"}
BAD = frozenset("fault failed abnormal interrupted offline stopped down".split()) | {
    "no power",
    "type mismatch",
    "configuration failed",
    "version error",
    "unauthorised",
}
"""States of cards and fans. All others, such as ``configuring`` and numbers that no profile explains, say nothing."""
UPLINK_SUFFIX = ":uplinks"
"""Of the core devices that stand for an OLT's own uplinks."""
_LINK = {"up": False, "dormant": False, "down": True, "lower layer down": True, "not present": True, "missing": True}
"""Of interfaces; ``testing``, ``unknown`` and numbers say nothing."""
_LIGHT = {Signal.CRITICAL: "light", Signal.WARNING: "weak_light", Signal.OVERLOAD: "overload"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OltRows:
    """What was read of one OLT."""

    olt: Olt
    cards: Sequence[Card] = ()
    fans: Sequence[Fan] = ()
    ports: Sequence[Port] = ()
    used_ports: frozenset[str] = frozenset()
    """PON ports with an ONT that was online lately: others may be down for ever."""
    marks: Mapping[tuple[str, PollKind], PollMark] = field(default_factory=dict)
    unregistered: Sequence[Unregistered] = ()
    troubled: Sequence[Ont] = ()
    """ONTs outside the good range of light, or that do not fit their profile; no others."""


def olt_facts(rows: OltRows, intervals: Intervals, crossed_at: Mapping[OntKey, float], now: float) -> Iterator[Fact]:
    """Everything about one OLT.

    Args:
        rows: As read.
        intervals: How often this OLT is read.
        crossed_at: When an ONT's light last crossed a limit, where that is not long ago.
        now: Unix seconds.
    """
    olt = rows.olt
    silent = None if olt.reachable is None else not olt.reachable
    since_at = olt.last_ok_at if silent else None
    text = f"no answer: {olt.error}" if olt.error else "does not answer"
    yield Fact(rule="olt", id=olt.name, object=olt.name, bad=silent, text=text, since_at=since_at, olt=olt.name)
    yield from _health(rows, intervals, now)
    yield from _ports(rows, intervals, now)
    for one in rows.unregistered:
        text = f"{one.model or 'ONT'} waits to be registered"
        where: dict[str, Any] = {"olt": olt.name, "port": one.port, "serial": one.serial}
        name, bad = f"{olt.name} {one.port} {one.serial}", None if silent else one.gone_at is None
        yield Fact(rule="unregistered", id=name, object=name, bad=bad, text=text, since_at=one.first_seen_at, **where)
    for ont in rows.troubled:
        yield from _ont(rows, ont, crossed_at.get((olt.name, ont.port, ont.ont_id)))


def _health(rows: OltRows, intervals: Intervals, now: float) -> Iterator[Fact]:
    olt = rows.olt
    known = _known(rows, "", (PollKind.HEALTH,), intervals.health_s, now)
    parts: list[tuple[str, str, Olt | Card]] = [(olt.name, olt.name, olt)]
    parts += [(f"{olt.name} {card.name}", f"{olt.name} card {card.name}", card) for card in rows.cards]
    for name, shown, part in parts:
        yield from _load(name, shown, part, known, olt.name)
    for card in rows.cards:
        name, shown = f"{olt.name} {card.name}", f"{olt.name} card {card.name}"
        bad = _is_bad(card.state) if known else None
        yield Fact(rule="card", id=name, object=shown, bad=bad, text=f"state {card.state}", olt=olt.name)
    for fan in rows.fans:
        name = f"{olt.name} fan {fan.name}"
        bad = _is_bad(fan.state) if known else None
        yield Fact(
            rule="fan", id=f"{olt.name} {fan.name}", object=name, bad=bad, text=f"state {fan.state}", olt=olt.name
        )
        warm = fan.temperature_celsius if known else None
        yield Fact(rule="temperature", id=name, object=name, value=warm, unit="C", olt=olt.name)


def _load(name: str, shown: str, part: Olt | Card | CoreDevice, known: bool, olt: str | None) -> Iterator[Fact]:
    """CPU, memory and temperature."""
    for rule, column, unit in (
        ("temperature", "temperature_celsius", "C"),
        ("cpu", "cpu_percent", "%"),
        ("memory", "memory_percent", "%"),
    ):
        value = getattr(part, column, None) if known else None
        yield Fact(rule=rule, id=name, object=shown, value=value, unit=unit, olt=olt)


def _ports(rows: OltRows, intervals: Intervals, now: float) -> Iterator[Fact]:
    olt = rows.olt
    for port in rows.ports:
        name, shown = f"{olt.name} {port.name}", f"{olt.name} {port.name}"
        known = _known(rows, port.name, (PollKind.STATE,), intervals.state_s, now)
        off = port.admin in ("down", "disabled", "deactivated")
        bad = port.oper == "down" and not off if known and port.oper in ("up", "down") else None
        if bad and port.name not in rows.used_ports:
            bad = None
        cause = f", last cause {port.last_down_cause}" if port.last_down_cause else ""
        text = f"PON port is down{cause}"
        yield Fact(rule="port", id=name, object=shown, bad=bad, text=text, olt=olt.name, port=port.name)
        kinds = (PollKind.OPTICS, PollKind.HEALTH, PollKind.STATE)
        lately = max(intervals.optics_s, intervals.health_s, intervals.state_s)
        warm = port.temperature_celsius if _known(rows, port.name, kinds, lately, now) else None
        sfp = f"{shown} SFP"
        yield Fact(rule="sfp_temperature", id=name, object=sfp, value=warm, unit="C", olt=olt.name, port=port.name)


def _ont(rows: OltRows, ont: Ont, crossed_at: float | None) -> Iterator[Fact]:
    name = f"{rows.olt.name} {ont.port} {ont.ont_id}"
    shown = f"{rows.olt.name} {ont.port} id {ont.ont_id}" + (f" {ont.identity}" if ont.identity else "")
    where: dict[str, Any] = {"olt": rows.olt.name, "port": ont.port, "ont_id": ont.ont_id, "serial": ont.serial}
    if ont.told_signal in _LIGHT:
        rule = _LIGHT[Signal(ont.told_signal)]
        # One that has been weak for weeks needs no operator tonight: only a crossing raises.
        bad = True if crossed_at is not None else None
        dbm = f"{ont.told_rx_dbm:.1f} dBm, " if ont.told_rx_dbm is not None else ""
        text = f"light {dbm}{ont.told_signal}"
        yield Fact(rule=rule, id=name, object=shown, bad=bad, text=text, since_at=crossed_at, **where)
    if ont.match_state == "mismatch" or ont.config_state == "failed":
        mark = rows.marks.get(("", PollKind.INVENTORY))
        read_at = later(mark.observed_at if mark else None, ont.refreshed_at)
        registered_since = read_at is None or (ont.state_changed_at or 0.0) > read_at
        unsure = ont.state != OntState.ONLINE or registered_since or rows.olt.reachable is False
        bad = None if unsure else True
        told = [
            f"{what} {state}" for what, state in (("match", ont.match_state), ("config", ont.config_state)) if state
        ]
        text = f"does not fit its profile: {', '.join(told)}"
        yield Fact(rule="profile", id=name, object=shown, bad=bad, text=text, **where)


def core_facts(
    devices: Iterable[CoreDevice],
    interfaces: Iterable[CoreInterface],
    olts: frozenset[str],
    interval_s: float,
    now: float,
) -> Iterator[Fact]:
    """Routers and switches of the core, and the interfaces that the config names.

    Args:
        devices: Also those that stand for an OLT's own uplinks.
        interfaces: Of all of them.
        olts: Names of the configured OLTs.
        interval_s: How often they are read.
        now: Unix seconds.
    """
    read: dict[str, bool] = {}
    for device in devices:
        olt = _olt_of(device.name, olts)
        read[device.name] = _fresh(device.last_ok_at, interval_s, now) and device.reachable is not False
        if olt is None:
            yield from _core(device, read[device.name])
    for interface in interfaces:
        olt = _olt_of(interface.device, olts)
        name = f"{olt or interface.device} {interface.name}"
        bad = _LINK.get(interface.oper or "") if read.get(interface.device, False) else None
        alias = f" ({interface.alias})" if interface.alias else ""
        text = f"interface is {interface.oper}{alias}"
        yield Fact(rule="uplink", id=name, object=name, bad=bad, text=text, olt=olt)


def _core(device: CoreDevice, known: bool) -> Iterator[Fact]:
    """One without SNMP is judged by ping alone."""
    silent = not device.reachable if device.reachable is not None else None
    if device.last_poll_at is None and device.ping_loss is not None:
        silent = device.ping_loss >= 1.0
    text = f"no answer: {device.error}" if device.error else "does not answer"
    since_at = device.last_ok_at if silent else None
    yield Fact(rule="core", id=device.name, object=device.name, bad=silent, text=text, since_at=since_at)
    yield from _load(device.name, device.name, device, known, None)


def source_facts(sources: Iterable[Source]) -> Iterator[Fact]:
    """The ACS, VictoriaMetrics and our own parts; a device's name stands here only while its worker is broken."""
    for source in sources:
        bad = source.state in ("failing", "broken") if source.state != "never" else None
        since_at = source.last_ok_at if source.state == "failing" else None
        text = f"{source.state}: {source.error or 'no reason given'}"
        yield Fact(rule="source", id=source.name, object=source.name, bad=bad, text=text, since_at=since_at)


def job_facts(failed: Iterable[Job]) -> Iterator[Fact]:
    """Jobs that ended badly lately; those of one bulk action are one."""
    by_batch: dict[int, list[Job]] = {}
    for job in failed:
        if job.batch_id is not None:
            by_batch.setdefault(job.batch_id, []).append(job)
            continue
        text = f"{job.kind.value} {job.state.value}" + (f": {job.result}" if job.result else "")
        where: dict[str, Any] = {"olt": job.olt, "port": job.port, "serial": job.serial}
        yield Fact(rule="job", id=str(job.id), object=f"job {job.id} {job.about}", bad=True, text=text, **where)
    for number, jobs in by_batch.items():
        text = f"{jobs[0].kind.value}: {len(jobs)} did not end well"
        yield Fact(rule="job", id=f"bulk {number}", object=f"bulk action {number}", bad=True, text=text)


def backup_facts(runs: Iterable[BackupRun], olts: frozenset[str]) -> Iterator[Fact]:
    """Whether the configuration of each OLT could be read the last time somebody tried.

    Args:
        runs: The last attempts.
        olts: Names of the configured OLTs.
    """
    for run in runs:
        if run.olt in olts:
            text, since_at = f"no backup: {run.error}", run.failed_since_at
            bad = run.error is not None
            yield Fact(rule="backup", id=run.olt, object=run.olt, bad=bad, text=text, since_at=since_at, olt=run.olt)


def late_fact(site: Iterable[OltRows], intervals: Intervals, now: float) -> Fact:
    """Whether the collector keeps its own pace: OLTs that answer, and whose states nobody asked for in three intervals.

    Args:
        site: All OLTs.
        intervals: How often an OLT is read that does not tell.
        now: Unix seconds.
    """
    late = [one.olt.name for one in site if one.olt.reachable and _is_late(one, intervals, now)]
    names = ", ".join(late[:3]) + (f" +{len(late) - 3}" if len(late) > 3 else "")
    text = f"OLTs that are polled late: {len(late)} ({names})"
    return Fact(rule="collector", id="polls", object="collector", bad=bool(late), text=text)


def _is_late(one: OltRows, intervals: Intervals, now: float) -> bool:
    asked = (mark.attempted_at for (_, kind), mark in one.marks.items() if kind is PollKind.STATE)
    asked_at = max(asked, default=one.olt.last_poll_at)
    return asked_at is not None and now - asked_at > STALE_AFTER * one.olt.intervals(intervals).state_s


def disk_facts(free_percent: Mapping[str, float | None], buffer_percent: float | None) -> Iterator[Fact]:
    """Room for the data.

    Args:
        free_percent: By folder; None when it could not be read.
        buffer_percent: How full the sample buffer is.
    """
    for folder, free in free_percent.items():
        yield Fact(rule="disk", id=folder, object=f"disk of {folder}", value=free, unit="%", text="free")
    yield Fact(rule="buffer", id="samples", object="sample buffer", value=buffer_percent, unit="%", text="full")


def _is_bad(state: str | None) -> bool | None:
    if state is None:
        return None
    word = state.casefold()
    return True if word in BAD else False if word in WELL else None


def _known(rows: OltRows, port: str, kinds: Iterable[PollKind], interval_s: float, now: float) -> bool:
    """Whether what was read of a port, or of the OLT, may still be believed."""
    marks = (rows.marks.get((port, kind)) or rows.marks.get(("", kind)) for kind in kinds)
    return any(mark and trust(rows.olt, mark.observed_at, now, interval_s).trusted for mark in marks)


def _fresh(at: float | None, interval_s: float, now: float) -> bool:
    return trust(None, at, now, interval_s).trusted


def _olt_of(device: str, olts: frozenset[str]) -> str | None:
    """The OLT whose own uplinks this device stands for."""
    name = device.removesuffix(UPLINK_SUFFIX)
    return name if name != device and name in olts else None
