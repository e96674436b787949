"""Rules about the light on a line that is up."""

from __future__ import annotations

from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Situation
from noc_console.domain.diagnosis.verdict import Found, Rule, Severity
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Signal, classify_signal

OLT_TX_DBM = (1.5, 7.0)
"""Launch power of an OLT's port, class B+ to C+."""
ONU_TX_DBM = (0.5, 5.0)


def _ends(s: Situation, limits: Limits) -> Found | None:
    rx, olt_rx = s.light_dbm, s.ont.olt_rx_dbm
    if rx is None or olt_rx is None:
        return None
    down = _loss(s.port.tx_dbm if s.port else None, OLT_TX_DBM, rx)
    up = _loss(s.ont.onu_tx_dbm, ONU_TX_DBM, olt_rx)
    # What is not told is assumed as it suits the line best: only what remains then is a contradiction.
    gap = down[0] - up[1] if down[0] > up[1] else up[0] - down[1] if up[0] > down[1] else 0.0
    if gap <= limits.ends_differ_db:
        return None
    worse = "ONT's receiver or the OLT's transmitter" if down[0] > up[1] else "OLT's receiver or the ONT's laser"
    return Found(
        f"Both ends disagree by at least {gap:.1f} dB: the {worse}",
        (
            f"downstream loses {_span(down)}, upstream {_span(up)} on the same fibre"
            f" (limit {limits.ends_differ_db:g} dB)",
            f"Rx at ONT {rx:.1f} dBm, Rx at OLT {olt_rx:.1f} dBm, light read {s.optics.value}",
        ),
    )


def _loss(tx_dbm: float | None, usual: tuple[float, float], rx_dbm: float) -> tuple[float, float]:
    """Least and most that the way can have lost, dB."""
    low, high = (tx_dbm, tx_dbm) if tx_dbm is not None else usual
    return low - rx_dbm, high - rx_dbm


def _span(loss: tuple[float, float]) -> str:
    return f"{loss[0]:.1f} dB" if loss[0] == loss[1] else f"{loss[0]:.1f} to {loss[1]:.1f} dB"


def _shared_weak(s: Situation, limits: Limits) -> Found | None:
    if _signal(s) not in (Signal.WARNING, Signal.CRITICAL):
        return None
    online = [n.onu_rx_dbm for n in s.neighbours if n.state is OntState.ONLINE and n.onu_rx_dbm is not None]
    weak = [rx for rx in online if rx < s.thresholds.rx_warning_dbm]
    if len(weak) + 1 < max(limits.area_onts, (len(online) + 1) / 2):
        return None
    return Found(
        f"Weak light on most of PON {s.ont.port}: feeder fibre or splitter",
        (_weak_text(s), f"{len(weak) + 1} of {len(online) + 1} ONTs with a reading are below the limit"),
    )


def _weak(s: Situation, _: Limits) -> Found | None:
    signal = _signal(s)
    if signal not in (Signal.WARNING, Signal.CRITICAL):
        return None
    word = "Far too little" if signal is Signal.CRITICAL else "Too little"
    return Found(f"{word} light at the ONT: drop fibre or dirty connector", (_weak_text(s), _others_light(s)))


def _too_strong(s: Situation, _: Limits) -> Found | None:
    rx = s.light_dbm
    if _signal(s) is not Signal.OVERLOAD or rx is None:
        return None
    limit = s.thresholds.rx_overload_dbm
    return Found("Too much light at the ONT", (f"Rx at ONT {rx:.1f} dBm is above {limit:g} dBm",))


def _signal(s: Situation) -> Signal | None:
    return classify_signal(s.light_dbm, s.thresholds)


def _weak_text(s: Situation) -> str:
    doubt = " (not verified on this model)" if "onu_rx_dbm" in s.unverified else ""
    return f"Rx at ONT {s.light_dbm:.1f} dBm is below {s.thresholds.rx_warning_dbm:g} dBm{doubt}"


def _others_light(s: Situation) -> str:
    lit = [n.onu_rx_dbm for n in s.neighbours if n.state is OntState.ONLINE and n.onu_rx_dbm is not None]
    good = sum(rx_dbm >= s.thresholds.rx_warning_dbm for rx_dbm in lit)
    return f"{good} other ONTs of the port have enough light"


LIGHT = (
    Rule(
        "ends_disagree",
        Severity.DEGRADED,
        _ends,
        "measure with a power meter at the ONT before any swap",
        "both directions use the same fibre: so different a loss is in a transceiver (or a tight bend)",
        ("state", "light"),
        ("diagnosis.ends_differ_db",),
        "ITU-T G.984.2 Amd. 1, classes B+ and C+",
    ),
    Rule(
        "shared_fibre_weak",
        Severity.DEGRADED,
        _shared_weak,
        "send a fibre tech to the splitter or feeder, not home",
        "most ONTs of the port have too little light: what they share is bad",
        ("state", "light"),
        ("thresholds.rx_warning_dbm", "diagnosis.area_onts"),
        "operator's rule",
    ),
    Rule(
        "drop_fibre_weak",
        Severity.DEGRADED,
        _weak,
        "dispatch a fibre tech: clean connectors, check bends; do not swap",
        "the light is lost between splitter and ONT; the hardware is not at fault",
        ("state", "light"),
        ("thresholds.rx_warning_dbm", "thresholds.rx_critical_dbm"),
        "operator's CPE guide: below -25 dBm",
    ),
    Rule(
        "light_too_strong",
        Severity.DEGRADED,
        _too_strong,
        "put an attenuator in, or move it to a further splitter port",
        "above its limit the receiver is overloaded",
        ("state", "light"),
        ("thresholds.rx_overload_dbm",),
        "ITU-T G.984.2, overload -8 dBm",
    ),
)
