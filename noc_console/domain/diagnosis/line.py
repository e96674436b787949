"""Rules about the line being up at all: outages, power, the fibre, and the ONT's registration at the OLT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Neighbour, Situation
from noc_console.domain.diagnosis.verdict import Found, Rule, Severity
from noc_console.domain.freshness import coarse_age, format_age
from noc_console.domain.incidents.words import sentence
from noc_console.domain.ont import OfflineReason, OntState, reason_label

RESTART_S = 300.0
WAITING_S = 900.0
"""An ONT that was seen waiting longer ago than this may have gone elsewhere."""
_FIBRE = (OfflineReason.LOSS_OF_SIGNAL.value,)
_POWER = (OfflineReason.DYING_GASP.value,)


def _olt_silent(s: Situation, _: Limits) -> Found | None:
    if s.state is not OntState.UNKNOWN or s.ont.vanished_at is not None:
        return None
    name = s.olt.name if s.olt else "the OLT"
    if s.ont.state == OntState.UNKNOWN:
        raw = f", vendor value {s.ont.vendor_reason}" if s.ont.vendor_reason else ""
        return Found(
            f"Unknown: {name} does not tell the ONT's state",
            (f"{name}: last reading of this port {s.age(s.state_at)}{raw}",),
            "look at the ONT on the OLT itself",
        )
    evidence = [f"{name}: last reading of this port {s.age(s.state_at)}"]
    if s.olt and s.olt.error:
        evidence.append(s.olt.error)
    if s.outage:
        evidence.append(sentence(s.outage.record, s.now, s.outage.acked_by))
    if s.informs and s.inform_age_s is not None:
        evidence.append(f"the router spoke to the ACS {coarse_age(s.inform_age_s)} ago")
        return Found(
            f"The line carries traffic; {name} itself does not answer",
            tuple(evidence),
            f"look into {name} (management network, SNMP); the customer's line is likely up: ask what does not work",
        )
    return Found(f"Unknown: {name} gives no fresh state", tuple(evidence))


def _waits(s: Situation, _: Limits) -> Found | None:
    waiting = s.unregistered
    if waiting is None or s.state is OntState.ONLINE or s.now - waiting.last_seen_at > WAITING_S:
        return None
    elsewhere = "" if waiting.port == s.ont.port else f", not at {s.ont.port} where it is registered"
    if waiting.olt_id != s.ont.olt_id:
        elsewhere = f" of another OLT, not at {s.ont.port} of {s.olt.name if s.olt else 'its own'}"
    return Found(
        f"The ONT is lit and waits to be registered at {waiting.port}{elsewhere}",
        (f"seen unregistered {s.age(waiting.last_seen_at)}, first {s.age(waiting.first_seen_at)}",),
    )


def _gone(s: Situation, _: Limits) -> Found | None:
    if s.ont.vanished_at is None:
        return None
    return Found("The OLT no longer lists this ONT", (f"gone since {s.age(s.ont.vanished_at)}, by a complete reading",))


def _switched_off(s: Situation, _: Limits) -> Found | None:
    if s.state is not OntState.OFFLINE:
        return None
    if s.ont.admin != "deactivated" and s.ont.offline_reason != OfflineReason.DEACTIVATED.value:
        return None
    return Found("The ONT is switched off at the OLT", (f"administrative state {s.ont.admin or 'deactivated'}",))


def _mismatch(s: Situation, _: Limits) -> Found | None:
    match, config = s.ont.match_state, s.ont.config_state
    if s.state is not OntState.ONLINE or (match != "mismatch" and config != "failed"):
        return None
    if s.config_at is not None and (s.lost_at or 0.0) > s.config_at:
        return None  # it has registered anew since that was read
    read = "" if s.config_at is None else f", read {s.age(s.config_at)}"
    evidence = [f"{label} state {text}{read}" for label, text in (("match", match), ("config", config)) if text]
    return Found("The ONT does not fit its profile at the OLT", tuple(evidence))


def _refused(s: Situation, _: Limits) -> Found | None:
    if s.state is OntState.OFFLINE and s.ont.offline_reason == OfflineReason.AUTH_FAILED.value:
        return Found("The OLT refuses the ONT's registration", (f"reason {_reason(s)}",))
    return None


def _area(s: Situation, limits: Limits) -> Found | None:
    at = s.lost_at
    if s.state is not OntState.OFFLINE or at is None:
        return None
    together = _together(s, at, limits.area_window_s)
    count, total = len(together) + 1, len(s.neighbours) + 1
    everyone = count == total > 1
    if count < limits.area_onts and not everyone:
        return None
    times = [at, *(n.state_changed_at or at for n in together)]
    reasons = Counter(reason_label(r) for r in (s.ont.offline_reason, *(n.offline_reason for n in together)))
    alive = sum(n.state is OntState.ONLINE for n in s.neighbours)
    told = ", ".join(f"{label} {n}" for label, n in reasons.most_common())
    kind, step = _area_kind([s.ont.offline_reason, *(n.offline_reason for n in together)])
    limit = f"limit: {limits.area_onts} within {format_age(limits.area_window_s)}"
    return Found(
        f"Area outage on PON {s.ont.port}: {kind}; {count} ONTs lost together",
        (
            f"{count} of {total} ONTs of the port lost within {format_age(max(times) - min(times))}"
            f" ({'all of them; ' if everyone else ''}{limit}), {alive} still online",
            f"reasons: {told}",
            f"lost {s.age(at)}",
        ),
        step,
    )


def _together(s: Situation, at: float, window_s: float) -> list[Neighbour]:
    """The most neighbours that were lost with the ONT within one window."""
    lost = [n for n in s.neighbours if n.state is OntState.OFFLINE and n.state_changed_at is not None]
    near = [(n.state_changed_at or 0.0, n) for n in lost if abs((n.state_changed_at or 0.0) - at) <= window_s]
    starts = [at, *(begun for begun, _ in near if begun <= at)]
    return max(([n for t, n in near if start <= t <= start + window_s] for start in starts), key=len)


def _area_kind(reasons: Sequence[str | None]) -> tuple[str, str]:
    gasps = sum(reason in _POWER for reason in reasons)
    dark = sum(reason in _FIBRE for reason in reasons)
    if gasps > len(reasons) / 2:
        return "power cut", "do NOT reboot; ask the power company; tell the caller that their street has no power"
    if dark > len(reasons) / 2:
        return "fibre or splitter", "do NOT reboot; send a fibre crew to the shared fibre; add the caller to the outage"
    return "cause not clear", "do NOT reboot; tell the NOC; add the caller to the outage"


def _port_down(s: Situation, _: Limits) -> Found | None:
    carries = any(n.state is OntState.ONLINE for n in s.neighbours)
    if s.state is OntState.OFFLINE and s.port is not None and s.port.oper == "down" and not carries:
        cause = f", last cause {s.port.last_down_cause}" if s.port.last_down_cause else ""
        return Found(f"PON port {s.ont.port} is down", (f"the OLT says that the port is down{cause}",))
    return None


def _power(s: Situation, _: Limits) -> Found | None:
    if s.state is not OntState.OFFLINE or s.ont.offline_reason not in _POWER:
        return None
    return Found("No power at the customer's ONT", (f"dying gasp {s.lost}", _others(s)))


def _dark(s: Situation, _: Limits) -> Found | None:
    if s.state is not OntState.OFFLINE or s.ont.offline_reason not in _FIBRE:
        return None
    evidence = [f"loss of signal {s.lost}", _others(s)]
    if s.ont.last_onu_rx_dbm is not None:
        evidence.append(f"last light {s.ont.last_onu_rx_dbm:.1f} dBm, {s.age(s.ont.last_rx_at)}")
    alone = s.neighbours and not any(n.state is OntState.ONLINE for n in s.neighbours)
    step = "no other ONT of the port is online: look at the port before you send anybody" if alone else None
    return Found("No light at the ONT: drop fibre or connector", tuple(evidence), step)


def _rogue(s: Situation, _: Limits) -> Found | None:
    if s.ont.offline_reason == OfflineReason.ROGUE.value and s.state is OntState.OFFLINE:
        return Found("The ONT transmits out of turn and was isolated", (f"reason {_reason(s)}",))
    return None


def _restarting(s: Situation, _: Limits) -> Found | None:
    at = s.lost_at
    if s.state is not OntState.OFFLINE or s.ont.offline_reason not in (
        OfflineReason.RESET.value, OfflineReason.REREGISTERED.value
    ):  # fmt: skip
        return None
    if at is None or s.now - at > RESTART_S:
        return None
    return Found("The ONT is restarting", (f"{_reason(s)} {s.age(at)}",), "wait five minutes, then look again")


def _offline(s: Situation, _: Limits) -> Found | None:
    if s.state is not OntState.OFFLINE:
        return None
    return Found("The ONT is offline", (f"reason {_reason(s)}, since {s.lost}", _others(s)))


def _others(s: Situation) -> str:
    alive = sum(n.state is OntState.ONLINE for n in s.neighbours)
    return f"{alive} of {len(s.neighbours)} other ONTs of the port are online"


def _reason(s: Situation) -> str:
    raw = f" (vendor value {s.ont.vendor_reason})" if s.ont.vendor_reason else ""
    return reason_label(s.ont.offline_reason) + raw


REGISTRATION = (
    Rule(
        "unregistered",
        Severity.DOWN,
        _waits,
        "register it, or correct the port of its registration",
        "the OLT hears an ONT with this serial number that nobody has registered there",
        source="OLT autofind list",
    ),
    Rule(
        "not_listed",
        Severity.DOWN,
        _gone,
        "find out who deleted it; register it again if that was a mistake",
        "a complete reading of the OLT did not list it",
        source="OLT ONT table",
    ),
    Rule(
        "deactivated",
        Severity.DOWN,
        _switched_off,
        "check billing and orders; activate it at the OLT",
        "somebody switched it off by command",
        ("state",),
        source="ITU-T G.988, ONU administrative state",
    ),
    Rule(
        "mismatch",
        Severity.DEGRADED,
        _mismatch,
        "compare the ONT's model with its line and service profile",
        "the OLT could not apply the configuration to this hardware",
        ("state",),
        source="HUAWEI-XPON-MIB",
    ),
    Rule(
        "auth_failed",
        Severity.DOWN,
        _refused,
        "compare serial number and password of the ONT with the registration",
        "the ONT's identity is not the registered one",
        ("state",),
        source="ITU-T G.984.3",
    ),
)

OUTAGE = (
    Rule(
        "olt_silent",
        Severity.UNKNOWN,
        _olt_silent,
        "look into the OLT first: its data is too old to judge by",
        "a state that nobody could read is unknown, never offline",
        source="NOC Console",
    ),
    Rule(
        "port_down",
        Severity.DOWN,
        _port_down,
        "do NOT reboot; look at the port, its SFP and the card",
        "no ONT of a port that is down can work",
        ("state",),
        source="IF-MIB",
    ),
    Rule(
        "area_outage",
        Severity.DOWN,
        _area,
        "do NOT reboot; tell the NOC",
        "one home does not take others with it: what they share has failed",
        ("state",),
        ("diagnosis.area_onts", "diagnosis.area_window_s"),
        "ux study: simultaneity is evidence",
    ),
    Rule(
        "power",
        Severity.DOWN,
        _power,
        "ask the caller to check plug, power strip and fuse; a reboot cannot reach it",
        "the ONT said with its last energy that its power was failing",
        ("state",),
        source="ITU-T G.988, dying gasp",
    ),
    Rule(
        "drop_fibre_cut",
        Severity.DOWN,
        _dark,
        "ask whether the fibre was moved or bent; send a fibre tech; do not swap",
        "no light arrives at this ONT; what others on the port have tells where it is lost",
        ("state",),
        source="ITU-T G.984.3, LOS",
    ),
    Rule(
        "rogue",
        Severity.DOWN,
        _rogue,
        "replace the ONT: it disturbs the others on the port",
        "its laser was on outside of its time slots",
        ("state",),
        source="ITU-T G.984.3, rogue ONU",
    ),
    Rule(
        "restarting",
        Severity.DOWN,
        _restarting,
        "wait five minutes, then look again",
        "it was told to restart, or did so by itself",
        ("state",),
        source="OLT last-down cause",
    ),
    Rule(
        "offline",
        Severity.DOWN,
        _offline,
        "ask the caller for the lights of the ONT: power on, LOS blinking?",
        "the OLT does not say why",
        ("state",),
        source="OLT ONT table",
    ),
)
