"""The two header lines, the banner and the breadcrumb."""

from __future__ import annotations

import time

from noc_console.console.render.cells import Cell, Line, width_of
from noc_console.console.render.core_devices import answers
from noc_console.console.render.times import clock, stamp, zone
from noc_console.console.session import Session
from noc_console.domain.core_devices import CORE_DEVICES
from noc_console.domain.freshness import SKEW_TOLERANCE_S, Freshness, coarse_age, format_age
from noc_console.domain.operators import Role
from noc_console.picture import alarms, incidents
from noc_console.picture.model import Link, Model

FLASH_S = 10.0
"""For so long after a ring the count of critical incidents stands out."""
_LETTER_ROLES = {
    "C": "bar-critical", "M": "bar-warning", "m": "bar-strong", "W": "bar-strong", "?": "bar-unknown",
}  # fmt: skip
GRACE_S = 20.0
"""How long after the start a missing collector is "not there yet"."""


def identity_line(model: Model, session: Session, site: str, width: int, now: float) -> Line:
    """Site, RO/RW, open incidents by severity, ONTs, light: as much of it as fits."""
    counts = model.counts()
    late = "~" if any(port.state is Freshness.LATE for port in model.port_states.values()) else ""
    left: list[Cell] = [(" NOC ", "bar-dim"), (f"{site} ", "bar-strong")]
    left.append(_right(session))
    burning = _incidents(model, session, now)
    least = [*left, *burning]
    left += burning
    left += _counter("  ONLINE ", f"{late}{counts.online}", "bar-good")
    left += _counter("  OFFLINE ", f"{late}{counts.offline}", "bar-critical" if counts.offline else "bar-dim")
    left += _counter("  UNKNOWN ", str(counts.unknown), "bar-unknown" if counts.unknown else "bar-dim")
    light: list[Cell] = [
        *_counter("   light weak ", str(counts.warning), "bar-warning" if counts.warning else "bar-dim"),
        *_counter(" crit ", str(counts.critical), "bar-critical" if counts.critical else "bar-dim"),
    ]
    choices = (
        [*left, *light], [*_short(left), *light], left, _short(left), _terse(_short(left)), least, _terse(least)
    )  # fmt: skip
    return next((choice for choice in choices if width_of(choice) < width), least[:3])


def _right(session: Session) -> Cell:
    """What this session may do: ``VIEWER``, ``RO``, ``RW``; an admin's says so."""
    if session.role is Role.VIEWER:
        return " VIEWER ", "ro"
    admin = "ADMIN " if session.role is Role.ADMIN else ""
    return (f" {admin}RW ", "rw") if session.write else (f" {admin}RO ", "ro")


def _incidents(model: Model, session: Session, now: float) -> list[Cell]:
    """``C1 M5 m14 ?9``; those that are 0 are left out, and all of them before anything was read."""
    if not model.link.loaded:
        return []
    counted = {letter: count for letter, count in incidents.counts(model, now).items() if count}
    if not counted:
        return [("  INC 0", "bar-dim")]
    flash = 0 <= now - session.rang_at < FLASH_S
    roles = {**_LETTER_ROLES, "C": "danger" if flash else _LETTER_ROLES["C"]}
    return [(" ", "bar"), *((f" {letter}{count}", roles[letter]) for letter, count in counted.items())]


def pulse_lines(model: Model, now: float, beat: str) -> list[Line]:
    """What moves each second: the clock, and the heartbeat of the data. A pane of its own: whatever stands left of a
    change in the same pane is sent again with it. An empty ``beat`` is a low link: nothing moves but the minutes."""
    if not beat:
        minutes = time.strftime("%H:%M", time.localtime(now))
        return [[("LOW LINK ", "bar-warning"), (f"{minutes} {zone(now)} ", "bar-strong")]]
    time_text = f"{clock(now)} {zone(now)} "
    return [[(time_text, "bar-strong")], [(f"{beat} beat {model.link.beats} ".rjust(len(time_text)), "bar-dim")]]


def _short(cells: Line) -> list[Cell]:
    names = {"  ONLINE ": " ON ", "  OFFLINE ": " OFF ", "  UNKNOWN ": " UNK "}
    return [(names.get(text, text), role) for text, role in cells]


def _terse(cells: Line) -> list[Cell]:
    """Without the product's name and the word of the role."""
    return [(str(text).replace(" ADMIN ", " "), role) for text, role in cells if text != " NOC "]


def _counter(name: str, value: str, role: str) -> list[Cell]:
    return [(name, "bar-dim"), (value, role)]


def sources_line(model: Model, session: Session, now: float, width: int) -> Line:
    """Sources with their ages, the worst silent OLT, the collector. Without room for all, what is well is left out."""
    parts: list[Line] = []
    if (left_s := session.bell_off_until_at - now) > 0:
        parts.append([(f"BELL OFF {max(1, round(left_s / 60))}m  ", "bar-warning")])
    if flooded := alarms.flood_text(model, now):
        parts.append([(f"{flooded}  ", "bar-critical")])
    parts += _olts(model, now)
    parts += [_source(model, name, label, now) for name, label in (("genieacs", "ACS"), ("victoriametrics", "VM"))]
    link = model.link
    if link.error and is_starting(link, now):
        parts.append([("DB ", "bar-dim"), ("starting  ", "bar")])
    elif link.error:
        parts.append([("DB ", "bar-dim"), (f"FAILING {_age(link.last_ok_at, now)}  ", "bar-critical")])
    elif link.last_ok_at is not None:
        parts.append([("DB ", "bar-dim"), (f"{_age(link.last_ok_at, now)}  ", "bar")])
    parts.append(_collector(model, now))
    core = [answers(device) for device in model.records(CORE_DEVICES)]
    if False in core:
        parts.append([("CORE ", "bar-dim"), (f"{len(core) - core.count(False)}/{len(core)}  ", "bar-critical")])
    return [(" ", "bar"), *_most_urgent(parts, width - 1)]


def _most_urgent(parts: list[Line], width: int) -> list[Cell]:
    """All parts, or those that fit: what is wrong before what is well, in their places."""
    used = 0
    kept: set[int] = set()
    for at in sorted(range(len(parts)), key=lambda at: not is_wrong(parts[at])):
        # The gap that ends a part may be cut; the first fault is shown even where it is.
        size = width_of(parts[at])
        if used + size - 2 <= width or (not kept and is_wrong(parts[at])):
            kept.add(at)
            used += size
    return [cell for at in sorted(kept) for cell in parts[at]]


def is_wrong(part: Line) -> bool:
    """Whether it tells of a fault."""
    return any(role in ("bar-critical", "bar-warning") for _, role in part)


def _olts(model: Model, now: float) -> list[Line]:
    olts = list(model.olts.values())
    if not olts:
        return []
    answering = sum(olt.reachable is True for olt in olts)
    newest = max((olt.last_ok_at for olt in olts if olt.last_ok_at), default=None)
    role = "bar-good" if answering == len(olts) else "bar-critical"
    parts: list[Line] = [[("OLT ", "bar-dim"), (f"{answering}/{len(olts)}", role), (f" {_age(newest, now)}  ", "bar")]]
    silent = [olt for olt in olts if olt.reachable is False]
    if silent:
        worst = min(silent, key=lambda olt: olt.last_ok_at or 0.0)
        since = _age(worst.last_ok_at, now) if worst.last_ok_at else "never seen"
        parts.append([(f"SILENT {worst.name} {since} !  ", "bar-critical")])
    return parts


def frozen_banner(session: Session) -> str | None:
    """That the screen stands still, and how much it does not show."""
    if session.frozen_at is None:
        return None
    return f"FROZEN {clock(session.frozen_at)}  +{session.frozen_changes} changes  any key goes on"


def is_starting(link: Link, now: float) -> bool:
    """Whether the database is only not there yet: with a first start that is no fault."""
    return link.starting and now - (link.failing_since or now) < GRACE_S


def _source(model: Model, name: str, label: str, now: float) -> list[Cell]:
    source = model.sources.get(name)
    if source is None or source.state == "off":
        return []
    if source.state in ("failing", "broken"):
        return [(f"{label} ", "bar-dim"), (f"FAILING {_age(source.last_ok_at, now)}  ", "bar-critical")]
    return [(f"{label} ", "bar-dim"), (f"{_age(source.last_ok_at, now) or 'never'}  ", "bar")]


def _collector(model: Model, now: float) -> list[Cell]:
    alive = model.collector(now)
    if alive is not None:
        return [("collector ", "bar-dim"), (f"{_age(alive.heartbeat_at, now)}  ", "bar")]
    if model.link.last_ok_at is None:
        return []
    return [("collector ", "bar-dim"), ("NOT RUNNING  ", "bar-critical")]


def _age(at: float | None, now: float) -> str:
    return "" if at is None else coarse_age(now - at)


def past_banner(model: Model, now: float) -> str:
    """That it is the past, and how to get about in it."""
    if model.link.error:
        return f"{model.link.error} - :live goes back"
    if not model.link.loaded:
        return "reading the recording ..."
    return f"THE PAST, {stamp(now, now)}: ( and ) step, :at TIME jumps, :speed N plays, :live goes back"


def banner(model: Model, now: float, started_at: float) -> str | None:
    """The one thing wrong with our own chain that an operator must know; None when all is well."""
    link = model.link
    if link.error and is_starting(link, now):
        return "first start: the collector makes the database ..."
    if link.error:
        data = f"data from {clock(link.last_ok_at)}" if link.last_ok_at else "no data yet"
        retry = f", retry in {format_age(link.retry_at - now)}" if link.retry_at and link.retry_at > now else ""
        what = link.error if link.error.startswith("database: ") else f"database: {link.error}"
        return f"{what} - {data}{retry} (Ctrl+R now)"
    if link.last_ok_at is None:
        return "connecting to the database ..."
    if not link.loaded:
        return "still loading: lists and counts are not complete yet ..."
    alive = model.collector(now)
    # Each stamps what it reads by its own clock.
    worst = max(model.working(now), key=lambda one: abs(one.clock_ahead_s), default=None)
    if worst is not None and abs(worst.clock_ahead_s) > SKEW_TOLERANCE_S:
        side = "ahead of" if worst.clock_ahead_s > 0 else "behind"
        apart = f"{worst.host} is {format_age(abs(worst.clock_ahead_s))} {side} this machine"
        return f"clocks differ: {apart}, so no age can be trusted - check NTP"
    if alive is None:
        if now - started_at < GRACE_S and not model.collectors:
            return "waiting for a collector to register ..."
        last = max((c.heartbeat_at for c in model.collectors.values()), default=None)
        data = f"data from {clock(last)}" if last else "no data yet"
        return f"collector not running: nothing is being polled - {data} (noc-console collect)"
    return None
