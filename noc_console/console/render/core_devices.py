"""Core devices as lines of the Sources screen: routers, switches and servers, each with its named interfaces."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.console.render.health import reach_verdict
from noc_console.domain.core_devices import CORE_DEVICES, CORE_INTERFACES, CoreDevice, CoreInterface
from noc_console.domain.freshness import format_age
from noc_console.picture.model import Model

GONE_AFTER_S = 3600.0
"""An interface that its device's polls have left out for this long is no longer asked for."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One line of the Sources screen."""

    name: str
    state: str
    role: str
    ok_at: float | None = None
    took: str = ""
    retry_at: float | None = None
    detail: str = ""
    label: str = ""
    """Shown instead of the name, which tells the rows apart."""


def core_rows(model: Model) -> list[SourceRow]:
    """A headline with how many answer, then device by device; nothing where none is configured."""
    devices = model.records(CORE_DEVICES)
    if not devices:
        return []
    told = [answers(device) for device in devices]
    role = "critical" if False in told else "good" if True in told else "dim"
    detail = f"{told.count(None)} not asked yet" if None in told else "answer"
    latest = max((at for at in map(_answered_at, devices) if at is not None), default=None)
    rows = [SourceRow("core devices", f"{told.count(True)} of {len(told)}", role, latest, detail=detail)]
    for device in devices:
        rows.append(_device(device))
        interfaces = (one for one in model.records(CORE_INTERFACES) if one.device == device.name)
        rows += [_interface(one) for one in interfaces if _is_asked(device, one)]
    return rows


def answers(device: CoreDevice) -> bool | None:
    """Whether it answers to all that it is asked by; None before the first time."""
    told = [device.reachable, None if device.ping_loss is None else device.ping_loss < 1.0]
    known = [answer for answer in told if answer is not None]
    return all(known) if known else None


def _device(device: CoreDevice) -> SourceRow:
    state, role = {True: ("ok", "good"), False: ("no answer", "critical"), None: ("never", "dim")}[answers(device)]
    if role == "critical" and (device.reachable or (device.ping_loss is not None and device.ping_loss < 1.0)):
        state = "no ping" if device.reachable else "no SNMP"
    took = f"{device.ping_rtt_ms:.1f} ms" if device.ping_rtt_ms is not None else ""
    said = [part for part in (device.error, reach_verdict(device)) if part]
    return SourceRow(device.name, state, role, _answered_at(device), took, None, " - ".join(said) or _health(device))


def _answered_at(device: CoreDevice) -> float | None:
    """When it last answered anything."""
    pinged_at = device.ping_at if device.ping_loss is not None and device.ping_loss < 1.0 else None
    return max((at for at in (device.last_ok_at, pinged_at) if at is not None), default=None)


def _health(device: CoreDevice) -> str:
    parts = [device.address]
    if device.ping_loss:
        parts.append(f"{device.ping_loss:.0%} of pings lost")
    for label, value in (("CPU", device.cpu_percent), ("memory", device.memory_percent)):
        if value is not None:
            parts.append(f"{label} {value:.0f} %")
    if device.uptime_s is not None:
        parts.append(f"up {format_age(device.uptime_s)}")
    return "  ".join(parts)


def _is_asked(device: CoreDevice, interface: CoreInterface) -> bool:
    if interface.observed_at is None or device.last_ok_at is None:
        return True
    return device.last_ok_at - interface.observed_at < GONE_AFTER_S


def _interface(interface: CoreInterface) -> SourceRow:
    """Its name carries the device: two devices may call an interface alike."""
    role = {"up": "good", None: "dim"}.get(interface.oper, "critical")
    rates = [
        f"{way} {bps / 1e6:,.1f} Mbit/s"
        for way, bps in (("in", interface.rx_bps), ("out", interface.tx_bps))
        if bps is not None
    ]
    speed = f"of {interface.speed_mbps:,.0f} Mbit/s" if interface.speed_mbps and rates else ""
    detail = "  ".join(part for part in (*rates, speed, interface.alias or "") if part)
    name = f"{interface.device} {interface.name}"
    state = interface.oper or "never"
    return SourceRow(name, state, role, interface.observed_at, "", None, detail, f"  {interface.name}")
