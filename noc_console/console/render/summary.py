"""The Summary tab: who it is, what the OLT says beside what the ACS says, and how good the light is."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line, fit, flow, wrap
from noc_console.console.render.doubt import doubt, footnote
from noc_console.console.render.times import ago, read_ago
from noc_console.console.render.verdict import render_evidence, render_head
from noc_console.domain.diagnosis.verdict import Verdict
from noc_console.domain.freshness import coarse_age, format_age
from noc_console.domain.identity import OntSerial, told_ont_id
from noc_console.domain.optics import margin_text
from noc_console.picture.ont_facts import OntFacts, as_reason, contradiction

LABEL = 10
_STATE_ROLES = {"online": "online", "offline": "offline", "unknown": "unknown", "gone": "dim"}
SIGNAL_WORDS = {"good": "good", "warning": "WEAK", "critical": "CRITICAL", "overload": "TOO STRONG"}


def labelled(label: str, items: Sequence[Line], width: int) -> list[Line]:
    """Items after a label, flowing on below it where the pane is narrow."""
    rows = flow([item for item in items if item], max(8, width - LABEL - 2))
    return [[(f" {fit(label if not n else '', LABEL)} ", "dim"), *row] for n, row in enumerate(rows)]


def paragraph(text: str, width: int, role: str, mark: str = " ") -> list[Line]:
    """Text in as many lines as it needs."""
    return [
        [(f" {mark if not n else ' ' * len(mark)} ", role), (row, role)]
        for n, row in enumerate(wrap(text, width - 3 - len(mark)))
    ]


def render_summary(facts: OntFacts, verdict: Verdict, width: int, absolute: bool) -> list[Line]:
    """The whole tab; its first lines stand alone on a small screen."""
    lines: list[Line] = render_head(verdict, width)
    lines += labelled("OLT says", _olt_side(facts, absolute), width)
    against = contradiction(facts)
    acs = labelled("ACS says", acs_side(facts, absolute), width)
    lines += acs
    if against:
        lines += paragraph(f"CONTRADICTION: {against}", width, "warning", "!!")
    lines += labelled("light", light_items(facts), width)
    if facts.reason:
        lines += labelled("reason", _reason(facts), width)
    if facts.state == "unknown" and facts.olt is not None and facts.olt.error:
        lines += paragraph(f"{facts.olt_name}: {facts.olt.error}", width, "unknown", "?")
    lines += [(), *render_evidence(verdict, width)]
    lines += [(), *labelled("serial", _serial_forms(facts), width)]
    if facts.ont.mac:
        lines += labelled("MAC", [[(facts.ont.mac, "base"), *doubt(facts.unverified, "mac")]], width)
    lines += labelled("device", _device(facts), width)
    lines += labelled("place", _place(facts), width)
    lines += labelled("plant", _plant(facts), width)
    lines += labelled("customer", _customer(facts), width)
    lines += labelled("seen", _seen(facts, absolute), width)
    return [*lines, *footnote(lines, width)]


def identity_line(facts: OntFacts) -> Line:
    """Which ONT and which customer all of this is about; it stands over every tab."""
    ont = facts.ont
    return [(f" {ont.identity or 'no serial'}", "title"), (f"  {ont.description or ''}", "base")]


def state_cell(facts: OntFacts) -> Cell:
    """``OFFLINE LOS``, in its colour."""
    word = {"offline": "OFFLINE", "gone": "no longer listed"}.get(facts.state, facts.state)
    return (f"{word} {facts.reason.label}" if facts.reason else word), _STATE_ROLES[facts.state]


def read_cell(facts: OntFacts, absolute: bool) -> Cell:
    """How old the reading is, marked when it is not fresh."""
    text = f"read {read_ago(facts.state_at, facts.freshness, facts.now, absolute)}"
    return (text, "dim") if facts.freshness.trusted else (f"{text} {facts.freshness.value.upper()}", "stale")


def _olt_side(facts: OntFacts, absolute: bool) -> list[Line]:
    ont = facts.ont
    since: Line = ()
    if facts.since_at is not None and facts.state in ("online", "offline"):
        text = ago(facts.since_at, facts.now, absolute).removesuffix(" ago").removeprefix("at ")
        found = "since before " if absolute else "for at least "
        since = [("since " if facts.since_seen else found, "dim"), (text, "base")]
    elif facts.state == "unknown" and ont.state != "unknown":
        since = [(f"last known: {ont.state}", "dim")]
    state = [state_cell(facts), *doubt(facts.unverified, "state")]
    return [state, since, [read_cell(facts, absolute)]]


def acs_side(facts: OntFacts, absolute: bool) -> list[Line]:
    """What the ACS knows of its router."""
    cpe = facts.cpe
    if cpe is None:
        return [[(_acs_silence(facts), "dim")]]
    items: list[Line] = [[("informed ", "dim"), (ago(cpe.last_inform_at, facts.now, absolute), "base")]]
    if cpe.wan_ip:
        items.append([("WAN ", "dim"), (cpe.wan_ip, "base")])
    if cpe.uptime_s is not None:
        items.append([("up ", "dim"), (format_age(cpe.uptime_s), "base")])
    if cpe.pppoe_user:
        items.append([(cpe.pppoe_user, "base")])
    if not facts.acs_may_act:
        items.append([("ACS is silent now", "warning")])
    return items


def _acs_silence(facts: OntFacts) -> str:
    if facts.acs is not None and facts.acs.state == "off":
        return "no ACS is configured"
    if not facts.acs_may_act:
        return "the ACS does not answer"
    if facts.ont.serial is None:
        return "cannot be asked: no serial number"
    return "nothing read yet (TR-069 tab asks)"


def light_items(facts: OntFacts) -> list[Line]:
    """Both powers, class, margin, distance."""
    ont = facts.ont
    items: list[Line] = []
    trusted = facts.state == "online" and facts.optics.trusted
    rx_doubt = doubt(facts.unverified, "onu_rx_dbm")
    if ont.onu_rx_dbm is not None:
        role = facts.signal.value if facts.signal and trusted else "dim"
        value = _dbm(ont.onu_rx_dbm, trusted)
        items.append([("Rx ONT ", "dim"), (value, role if role != "good" else "base"), *rx_doubt])
        if facts.signal and trusted:
            items.append([(SIGNAL_WORDS[facts.signal.value], facts.signal.value)])
        items.append([(margin_text(ont.onu_rx_dbm), "base" if trusted else "dim")])
    elif ont.last_onu_rx_dbm is not None:
        age = f" {coarse_age(facts.now - ont.last_rx_at)} ago" if ont.last_rx_at is not None else ""
        items.append([("last Rx ONT ", "dim"), (f"{ont.last_onu_rx_dbm:.1f} dBm{age}", "dim"), *rx_doubt])
    else:
        items.append([("no reading", "dim")])
    if ont.olt_rx_dbm is not None:
        value = _dbm(ont.olt_rx_dbm, trusted)
        items.append(
            [("Rx OLT ", "dim"), (value, "base" if trusted else "dim"), *doubt(facts.unverified, "olt_rx_dbm")]
        )
    distance = ont.distance_m if ont.distance_m is not None else ont.last_distance_m
    if distance is not None:
        text = f"{distance} m" if ont.distance_m is not None else f"({distance} m)"
        role = "base" if ont.distance_m is not None else "dim"
        items.append([("dist ", "dim"), (text, role), *doubt(facts.unverified, "distance_m", "last_distance_m")])
    return items


def _dbm(value: float, trusted: bool) -> str:
    return f"{value:.1f} dBm" if trusted else f"({value:.1f} dBm)"


def _reason(facts: OntFacts) -> list[Line]:
    reason = facts.reason
    if reason is None:
        return []
    raw = f" (vendor value {facts.ont.vendor_reason})" if facts.ont.vendor_reason else ""
    mark = doubt(facts.unverified, "offline_reason")
    return [[(reason.label, "offline"), *mark, (f": {reason.meaning}{raw}", "base")]]


def _serial_forms(facts: OntFacts) -> list[Line]:
    serial = facts.ont.serial
    if serial is None:
        return [[("none: EPON goes by the MAC" if facts.ont.mac else "the OLT gives none", "dim")]]
    mark = doubt(facts.unverified, "serial")
    try:
        hexadecimal = OntSerial.parse(serial).hex
    except ValueError:
        return [[(serial, "base"), *mark]]
    return [[(serial, "base"), *mark], [(f"{hexadecimal[:8]} {hexadecimal[8:]}", "base")]]


def _device(facts: OntFacts) -> list[Line]:
    """The OLT's word, else the router's own."""
    ont, cpe = facts.ont, facts.cpe
    items: list[Line] = []
    if cpe is not None and cpe.manufacturer:
        items.append([(cpe.manufacturer, "base")])
    told = {"model": cpe.model or cpe.product_class, "firmware": cpe.firmware} if cpe else {}
    for label, name in (("", "model"), ("hw ", "hardware"), ("fw ", "firmware")):
        own: str | None = getattr(ont, name)
        text = own or told.get(name)
        if text:
            head: list[Cell] = [(label, "dim")] if label else []
            items.append([*head, (text, "base"), *(doubt(facts.unverified, name) if own else [])])
    return items or [[("unknown", "dim")]]


def _place(facts: OntFacts) -> list[Line]:
    ont = facts.ont
    items: list[Line] = [
        [(facts.olt_name, "base")],
        [("PON ", "dim"), (ont.port, "base")],
    ]
    if (ont_id := told_ont_id(ont.ont_id)) is not None:
        items.append([("ONT id ", "dim"), (str(ont_id), "base")])
    for label, name in (("admin", "admin"), ("config", "config_state"), ("match", "match_state")):
        if value := getattr(ont, name):
            items.append([(f"{label} ", "dim"), (value, "base"), *doubt(facts.unverified, name)])
    return items


def _plant(facts: OntFacts) -> list[Line]:
    """The splitters between the ONT and its PON port, and the zone, where recorded."""
    place = facts.place
    items: list[Line] = []
    if place.splitters:
        outlet = place.subscriber.splitter_port if place.subscriber else None
        names = " < ".join(splitter.name for splitter in place.splitters)
        items.append([("splitter ", "dim"), (names, "base")])
        items.append([("outlet ", "dim"), (str(outlet), "base")] if outlet is not None else ())
        first = place.splitters[0]
        if (first.olt, first.port) != (facts.olt_name, facts.ont.port):
            items.append([(f"recorded on {first.olt} {first.port}, seen here", "warning")])
    if place.zone:
        items.append([("zone ", "dim"), (place.zone, "base")])
    return items


def _customer(facts: OntFacts) -> list[Line]:
    """The subscriber, where recorded."""
    subscriber = facts.place.subscriber
    if subscriber is None:
        return []
    told = (subscriber.name, subscriber.address, subscriber.contact)
    return [[(subscriber.account, "strong")], *([(text, "base")] for text in told if text)]


def _seen(facts: OntFacts, absolute: bool) -> list[Line]:
    ont = facts.ont
    items: list[Line] = []
    if ont.first_seen_at is not None:
        items.append([("first ", "dim"), (ago(ont.first_seen_at, facts.now, absolute), "base")])
    if ont.last_online_at is not None and facts.state != "online":
        items.append([("last online ", "dim"), (ago(ont.last_online_at, facts.now, absolute), "base")])
    if ont.vanished_at is not None:
        items.append([("gone ", "dim"), (ago(ont.vanished_at, facts.now, absolute), "warning")])
    for label, name in (("OLT clock: up", "last_up_clock"), ("down", "last_down_clock")):
        if clock := getattr(ont, name):
            items.append([(f"{label} ", "dim"), (clock, "base"), *doubt(facts.unverified, name)])
    last = as_reason(ont.offline_reason)
    if last and facts.state == "online":
        items.append([("last reason ", "dim"), (last.label, "base"), *doubt(facts.unverified, "offline_reason")])
    return items or [[("just now", "dim")]]
