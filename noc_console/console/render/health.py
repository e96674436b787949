"""The health of an OLT and of its cards: who answers, since when, how loaded, how warm."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from noc_console.console.render.cells import Cell, Line, fit
from noc_console.console.render.doubt import doubt
from noc_console.console.render.summary import labelled, paragraph
from noc_console.console.render.times import ago, read_ago
from noc_console.domain.core_devices import CoreDevice
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.freshness import Freshness, format_age
from noc_console.domain.network import Card, Fan, Olt, Outcome, PollKind, PollMark
from noc_console.picture.model import Model
from noc_console.picture.olt_rows import WELL
from noc_console.picture.tree import NodeKey

_OUTCOME_ROLES = {Outcome.COMPLETE: "good", Outcome.PARTIAL: "warning", Outcome.FAILED: "critical"}


def render_olt(model: Model, olt: Olt, width: int, now: float, absolute: bool, load: bool = True) -> list[Line]:
    """Reachability, health, fans, what it is."""
    lines = labelled("SNMP", _snmp(olt, now, absolute), width)
    if olt.ping_at is not None:
        lines += labelled("ping", [*ping_items(olt), [(ago(olt.ping_at, now, absolute), "dim")]], width)
    if verdict := reach_verdict(olt):
        lines += paragraph(verdict, width, "warning", "!")
    if olt.error:
        lines += paragraph(olt.error, width, "warning", "!")
    trust, limits = model.trust_in(olt.id, PollKind.HEALTH, now), model.settings.limits
    if load:
        lines += labelled("health", _load(olt, olt.unverified_of("olt"), trust, limits), width)
    fans = [fan for key, fan in sorted(model.fans.items()) if key[0] == olt.id]
    if fans:
        lines += labelled("fans", [_fan(fan, olt.unverified_of("fan"), trust, limits) for fan in fans], width)
    identity: list[Line] = [[(text, "base")] for text in (olt.address, olt.profile, olt.software) if text]
    if olt.software:
        identity[-1] = [*identity[-1], *doubt(olt.unverified_of("olt"), "software")]
    if olt.uptime_s is not None:
        identity.append([("up ", "dim"), (format_age(olt.uptime_s), "base")])
    lines += labelled("device", identity, width)
    if olt.description:
        lines += paragraph(olt.description, width, "dim")
    return lines


def render_parts(model: Model, olt: Olt, width: int, now: float, absolute: bool) -> list[Line]:
    """Its polls, its cards."""
    lines: list[Line] = [[(" Polls", "title")], *_polls(model, olt, width, now, absolute)]
    trust, limits = model.trust_in(olt.id, PollKind.HEALTH, now), model.settings.limits
    cards = sorted((card for card in model.cards.values() if card.olt_id == olt.id), key=_card_key)
    if cards:
        lines += [(), [(" Cards", "title")], *(_card_line(card, olt, trust, limits) for card in cards)]
    return lines


def render_card(model: Model, node: NodeKey, width: int, now: float) -> list[Line]:
    """What it is, its state, its load; its PON ports in one line."""
    card = model.cards.get((node.olt_id, node.path))
    ports = labelled("PON ports", _ports(model, node), width)
    if card is None:
        return [[(" nothing read about the card itself", "dim")], *ports]
    olt = model.olts.get(node.olt_id)
    unsure = olt.unverified_of("card") if olt else frozenset[str]()
    trust = model.trust_in(node.olt_id, PollKind.HEALTH, now)
    identity: list[Line] = [
        [(text, "base"), *doubt(unsure, name)] for name in ("type", "role") if (text := getattr(card, name))
    ]
    if card.state:
        identity.append([_state(card.state), *doubt(unsure, "state")])
    return [
        *labelled("card", identity, width),
        *labelled("health", _load(card, unsure, trust, model.settings.limits), width),
        *ports,
    ]


def temperature_cell(value: float, limits: Limits) -> Cell:
    """Well, warm or hot by the config's limits; the word tells it without colour."""
    if value < limits.warm_celsius:
        return f"{value:.0f} °C", "base"
    return (f"{value:.0f} °C warm", "warning") if value <= limits.hot_celsius else (f"{value:.0f} °C HOT", "critical")


def ping_items(pinged: Olt | CoreDevice) -> list[Line]:
    """Round trip and loss of the last series."""
    if pinged.ping_loss == 1.0:
        return [[("NO ANSWER", "offline")]]
    items: list[Line] = []
    if pinged.ping_rtt_ms is not None:
        items.append([("answers ", "online"), (f"{pinged.ping_rtt_ms:.1f} ms", "base")])
    if pinged.ping_loss:
        items.append([(f"{pinged.ping_loss:.0%} lost", "warning")])
    return items


def reach_verdict(of: Olt | CoreDevice) -> str | None:
    """What ping and SNMP say together; None while they agree that all is well, or one of them was never tried."""
    if of.ping_loss is None or of.reachable is None:
        return None
    pings = of.ping_loss < 1.0
    if not of.reachable:
        if pings:
            return "ping answers, SNMP does not: it is up; look at its SNMP service, community and access list"
        return "neither ping nor SNMP answers: its power, its uplink, or the way to it"
    if not pings:
        return "SNMP answers, ping does not: ICMP is filtered on the way"
    return f"{of.ping_loss:.0%} of the echoes are lost: polls may be slow or partial" if of.ping_loss else None


def _snmp(olt: Olt, now: float, absolute: bool) -> list[Line]:
    answering: dict[bool | None, Cell] = {
        True: ("answers", "online"),
        False: ("DOES NOT ANSWER", "offline"),
        None: ("not asked yet", "dim"),
    }
    items: list[Line] = [
        [answering[olt.reachable]],
        [("last answer ", "dim"), (ago(olt.last_ok_at, now, absolute), "base")],
    ]
    if olt.retry_at is not None and olt.retry_at > now:
        items.append([("asked again in ", "dim"), (format_age(olt.retry_at - now), "accent")])
    return items


def _load(of: Olt | Card, unsure: Collection[str], trust: Freshness, limits: Limits) -> list[Line]:
    """CPU, memory, temperature; in brackets when they are old."""
    items: list[Line] = []
    for label, name in (
        ("CPU ", "cpu_percent"),
        ("memory ", "memory_percent"),
        ("temperature ", "temperature_celsius"),
    ):
        value: float | None = getattr(of, name)
        if value is None:
            continue
        shown = temperature_cell(value, limits) if name == "temperature_celsius" else (f"{value:.0f} %", "base")
        items.append([(label, "dim"), aged(shown, trust), *doubt(unsure, name)])
    return items or [[("no reading", "dim")]]


def aged(cell: Cell, trust: Freshness) -> Cell:
    """In brackets when it is old."""
    return cell if trust.trusted else (f"({cell[0]})", "dim")


def _fan(fan: Fan, unsure: Collection[str], trust: Freshness, limits: Limits) -> Line:
    cells: list[Cell] = [(f"{fan.name} ", "dim")]
    if fan.state:
        cells += [aged(_state(fan.state), trust), *doubt(unsure, "state")]
    speeds = [
        f"{value:.0f} {unit}" for value, unit in ((fan.speed_rpm, "rpm"), (fan.speed_percent, "%")) if value is not None
    ]
    cells += [(f" {speed}", "base") for speed in speeds]
    if fan.temperature_celsius is not None:
        cells += [(" ", "base"), temperature_cell(fan.temperature_celsius, limits)]
    return cells


def _state(text: str) -> Cell:
    return text, "good" if text.lower() in WELL else "warning"


def _polls(model: Model, olt: Olt, width: int, now: float, absolute: bool) -> list[Line]:
    """Each kind of poll: when it last brought everything, and how the last attempt ended."""
    lines: list[Line] = []
    for kind in PollKind:
        mark = model.marks.get((olt.id, "", kind))
        if mark is None:
            lines.append([(f"  {fit(kind.value, 10)}", "dim"), ("not yet", "dim")])
            continue
        trust = model.trust_in(olt.id, kind, now)
        read = fit(read_ago(mark.observed_at, trust, now, absolute), 14)
        cells: list[Cell] = [(f"  {fit(kind.value, 10)}", "dim"), (read, "base" if trust.trusted else "stale")]
        cells.append((mark.outcome.value, _OUTCOME_ROLES[mark.outcome]))
        if kind is PollKind.STATE and olt.last_poll_s is not None:
            cells.append((f" in {olt.last_poll_s:.1f} s", "dim"))
        lines.append([*cells, *_missing(model, olt, kind)])
        if mark.error and mark.error != olt.error:
            lines += paragraph(mark.error, width, "warning", "  !")
    return lines


def _missing(model: Model, olt: Olt, kind: PollKind) -> list[Cell]:
    """How many PON ports the last attempt left out."""
    marks = (model.marks.get((olt.id, port.name, kind)) for port in model.sorted_ports(olt.id))
    known: list[PollMark] = [mark for mark in marks if mark is not None]
    failed = sum(mark.outcome is not Outcome.COMPLETE for mark in known)
    return [(f"  {failed} of {len(known)} PON ports not read", "warning")] if failed else []


def _card_key(card: Card) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in card.name.split("/") if part.isdigit()), card.name


def _card_line(card: Card, olt: Olt, trust: Freshness, limits: Limits) -> Line:
    unsure = olt.unverified_of("card")
    state = _state(card.state) if card.state else ("", "dim")
    cells: list[Cell] = [(f"  {fit(card.name, 6)} ", "strong"), (fit(card.type or "", 12), "base")]
    cells += [(fit(state[0], 9), state[1]), *doubt(unsure, "state")]
    values: Mapping[str, float | None] = {"CPU": card.cpu_percent, "mem": card.memory_percent}
    for label, value in values.items():
        if value is not None:
            cells += [(f" {label} ", "dim"), aged((f"{value:.0f} %", "base"), trust)]
    if card.temperature_celsius is not None:
        cells += [("  ", "base"), aged(temperature_cell(card.temperature_celsius, limits), trust)]
    return cells


def _ports(model: Model, node: NodeKey) -> list[Line]:
    """How many there are, and those in trouble by name."""
    ports = model.sorted_ports(node.olt_id, node.path)
    items: list[Line] = [[(str(len(ports)), "base")]]
    for port in ports:
        known = model.ports.get((node.olt_id, port.name))
        if known is not None and known.oper not in (None, "up"):
            items.append([(f"{port.name} {known.oper}", "offline")])
        elif port.counts.total and port.counts.offline == port.counts.total:
            items.append([(f"{port.name} all offline", "offline")])
    return items
