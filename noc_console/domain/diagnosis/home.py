"""Rules about the customer's home: WiFi, mesh, cables, and the router itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from noc_console.domain.cpe import Group
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Situation, number
from noc_console.domain.diagnosis.verdict import Found, Rule, Severity

_WEAK = re.compile(r"(none|open|basic)$|wep", re.IGNORECASE)


def _above(groups: Iterable[Group], key: str, limit: float) -> list[tuple[Group, float]]:
    found = ((group, number(group.get(key))) for group in groups)
    return [(group, value) for group, value in found if value is not None and value > limit]


def _below(groups: Iterable[Group], key: str, limit: float) -> list[tuple[Group, float]]:
    found = ((group, number(group.get(key))) for group in groups)
    return [(group, value) for group, value in found if value is not None and value < limit]


def _networks(s: Situation) -> list[Group]:
    return [group for group in s.groups("wireless") if group.get("enabled") is not False]


def _congested(s: Situation, limits: Limits) -> Found | None:
    noisy = _above(_networks(s), "noise_dbm", limits.noise_dbm)
    busy = _above(_networks(s), "utilization_percent", limits.utilization_percent)
    if not noisy and not busy:
        return None
    bands = dict.fromkeys(str(group.get("band") or group.title) for group, _ in (*noisy, *busy))
    evidence = [f"{group.title}: noise {value:.0f} dBm (limit {limits.noise_dbm:g})" for group, value in noisy]
    evidence += [
        f"{group.title}: channel {value:.0f} % busy (limit {limits.utilization_percent:g} %)" for group, value in busy
    ]
    return Found(f"WiFi is disturbed on {' and '.join(bands)}", tuple(evidence))


def _backhaul(s: Situation, limits: Limits) -> Found | None:
    wireless = [group for group in s.groups("mesh") if "ether" not in str(group.get("backhaul") or "").lower()]
    weak = _below(wireless, "backhaul_signal_dbm", limits.backhaul_signal_dbm)
    busy = _above(wireless, "backhaul_utilization_percent", limits.backhaul_utilization_percent)
    if not weak and not busy:
        return None
    evidence = [
        f"{group.title}: hears its parent at {value:.0f} dBm (limit {limits.backhaul_signal_dbm:g})"
        for group, value in weak
    ]
    evidence += [
        f"{group.title}: backhaul {value:.0f} % busy (limit {limits.backhaul_utilization_percent:g} %)"
        for group, value in busy
    ]
    names = ", ".join(dict.fromkeys(group.title for group, _ in (*weak, *busy)))
    return Found(f"Mesh node {names} stands too far away", tuple(evidence))


def _far_clients(s: Situation, limits: Limits) -> Found | None:
    far = _below(s.groups("clients"), "signal_dbm", limits.client_signal_dbm)
    if not far:
        return None
    count = len([group for group in s.groups("clients") if number(group.get("signal_dbm")) is not None])
    shown = tuple(f"{group.title}: {value:.0f} dBm (limit {limits.client_signal_dbm:g})" for group, value in far[:4])
    return Found(f"{len(far)} of {count} WiFi devices hear the router badly", shown)


def _wifi_off(s: Situation, _: Limits) -> Found | None:
    groups = s.groups("wireless")
    if not groups or _networks(s):
        return None
    return Found("WiFi is switched off", tuple(f"{group.title}: off" for group in groups))


def _open_wifi(s: Situation, _: Limits) -> Found | None:
    # One that does not say that it is on is not said to be open.
    on = [group for group in s.groups("wireless") if group.get("enabled") is True]
    weak = [group for group in on if _WEAK.match(str(group.get("security") or ""))]
    if not weak:
        return None
    return Found("WiFi is not protected", tuple(f"{group.title}: security {group.get('security')}" for group in weak))


def _linked(group: Group) -> bool:
    """Whether a LAN port has a link; one that says up and has never carried a byte is taken for one without."""
    carried = [number(group.get(key)) for key in ("bytes_received", "bytes_sent", "packets_received", "packets_sent")]
    told = [count for count in carried if count is not None]
    return str(group.get("status") or "").lower() == "up" and (not told or any(told))


def _slow_port(s: Situation, limits: Limits) -> Found | None:
    up = [group for group in s.groups("ethernet") if _linked(group)]
    speeds = [(group, number(group.get("speed")) or 0.0) for group in up]
    slow = [(group, mbps) for group, mbps in speeds if 0 < mbps <= limits.lan_port_mbps]
    half = [group for group in up if str(group.get("duplex") or "").lower() == "half"]
    if not slow and not half:
        return None
    evidence = [f"{group.title}: {value:.0f} Mbit/s (limit: above {limits.lan_port_mbps:g})" for group, value in slow]
    evidence += [f"{group.title}: half duplex" for group in half]
    names = ", ".join(dict.fromkeys(group.title for group in (*(group for group, _ in slow), *half)))
    return Found(f"LAN port {names} is slow", tuple(evidence))


def _port_off(s: Situation, _: Limits) -> Found | None:
    off = [group.title for group in s.groups("ethernet") if group.get("enabled") is False and not _linked(group)]
    return (
        Found(f"LAN port {', '.join(off)} is switched off", tuple(f"{name}: disabled" for name in off)) if off else None
    )


def _overloaded(s: Situation, limits: Limits) -> Found | None:
    told = (("cpu_percent", "CPU", limits.cpu_percent), ("memory_percent", "memory", limits.memory_percent))
    evidence = tuple(
        f"{label} {value:.0f} % (limit {limit:g} %)"
        for key, label, limit in told
        if (value := number(s.value("system", key))) is not None and value > limit
    )
    return Found("The router is overloaded", evidence) if evidence else None


def _ageing(s: Situation, limits: Limits) -> Found | None:
    model, firmware = s.value("system", "model"), s.value("system", "firmware")
    if model is None or firmware is None:
        return None
    oldest = next((good for name, good in limits.old_firmware.items() if name.lower() in str(model).lower()), None)
    if oldest is None or version(str(firmware)) >= version(oldest):
        return None
    return Found(f"Firmware {firmware} is older than {oldest}", (f"model {model}, firmware {firmware}",))


def version(text: str) -> list[tuple[int, int | str]]:
    """Sort key of a firmware name: numbers in it count as numbers."""
    parts: list[str] = re.findall(r"\d+|[A-Za-z]+", text)
    return [(1, int(part)) if part.isdigit() else (0, part.lower()) for part in parts]


WIFI = (
    Rule(
        "wifi_off",
        Severity.DEGRADED,
        _wifi_off,
        "ask whether that is meant; switch it on",
        "no network is on",
        ("wireless",),
        source="TR-181 WiFi.SSID.Enable",
    ),
    Rule(
        "wifi_congestion",
        Severity.DEGRADED,
        _congested,
        "change the channel, or move devices to the other band; do not swap",
        "neighbours, microwave ovens or baby monitors share the channel",
        ("wireless",),
        ("diagnosis.noise_dbm", "diagnosis.utilization_percent"),
        "operator's CPE guide",
    ),
    Rule(
        "mesh_backhaul",
        Severity.DEGRADED,
        _backhaul,
        "ask the customer to move it closer to the main unit, or cable it",
        "what the node can pass on is limited by its own link",
        ("mesh",),
        ("diagnosis.backhaul_signal_dbm", "diagnosis.backhaul_utilization_percent"),
        "operator's CPE guide",
    ),
    Rule(
        "slow_lan_port",
        Severity.DEGRADED,
        _slow_port,
        "ask for another cable or port; old devices can be the reason",
        "a damaged cable or an old device negotiates down",
        ("ethernet",),
        ("diagnosis.lan_port_mbps",),
        "IEEE 802.3",
    ),
    Rule(
        "wifi_far_clients",
        Severity.NOTICE,
        _far_clients,
        "ask the customer to try beside the router; suggest a mesh node",
        "far devices slow down all others on the band",
        ("clients",),
        ("diagnosis.client_signal_dbm",),
        "operator's CPE guide",
    ),
)

ROUTER = (
    Rule(
        "router_overloaded",
        Severity.DEGRADED,
        _overloaded,
        "reboot it; when it comes back like that, check its firmware",
        "a busy router drops and delays",
        ("system",),
        ("diagnosis.cpu_percent", "diagnosis.memory_percent"),
        "TR-181 ProcessStatus",
    ),
    Rule(
        "lan_port_off",
        Severity.NOTICE,
        _port_off,
        "switch it on, when the caller uses that port",
        "nothing plugged in there can work",
        ("ethernet",),
        source="TR-098 LANEthernetInterfaceConfig.Enable",
    ),
    Rule(
        "wifi_open",
        Severity.NOTICE,
        _open_wifi,
        "advise the customer to set a password",
        "anybody nearby can use it",
        ("wireless",),
        source="TR-098 BeaconType",
    ),
    Rule(
        "ageing_firmware",
        Severity.NOTICE,
        _ageing,
        "install the current firmware when the customer can be offline",
        "known faults are mended in newer ones",
        ("system",),
        ("diagnosis.old_firmware",),
        "operator's list",
    ),
)
