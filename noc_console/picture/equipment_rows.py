"""What OLTs are made of, and what we are connected to, as flat rows for ``show``; see ``flat_rows``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from noc_console.domain.agreement import differences
from noc_console.domain.network import Cpe, PollKind
from noc_console.picture.flat_rows import Row, age_s
from noc_console.picture.model import Model
from noc_console.picture.tree import NodeKey


class _Part(Protocol):
    """A card, fan or port."""

    @property
    def olt_id(self) -> int:
        """Whose."""

    @property
    def name(self) -> str:
        """As the device counts it."""


Part = TypeVar("Part", bound=_Part)
_NUMBER = re.compile(r"(\d+)")


def card_rows(model: Model, now: float) -> list[Row]:
    """Every board of every OLT."""
    return [
        {
            "olt": model.olt_name(card.olt_id),
            "card": card.name,
            "type": card.type,
            "role": card.role,
            "state": card.state,
            "cpu_percent": card.cpu_percent,
            "memory_percent": card.memory_percent,
            "temperature_celsius": card.temperature_celsius,
            "health_age_s": _olt_age_s(model, card.olt_id, PollKind.HEALTH, now),
        }
        for card in _in_order(model, model.cards.values())
    ]


def fan_rows(model: Model, now: float) -> list[Row]:
    """Every fan."""
    return [
        {
            "olt": model.olt_name(fan.olt_id),
            "fan": fan.name,
            "state": fan.state,
            "speed_rpm": fan.speed_rpm,
            "speed_percent": fan.speed_percent,
            "temperature_celsius": fan.temperature_celsius,
            "health_age_s": _olt_age_s(model, fan.olt_id, PollKind.HEALTH, now),
        }
        for fan in _in_order(model, model.fans.values())
    ]


def port_rows(model: Model, now: float) -> list[Row]:
    """Every PON port, with its ONTs counted by state."""
    rows = []
    for port in _in_order(model, model.ports.values()):
        counts = model.counts(NodeKey(port.olt_id, port.name, 2))
        rows.append(
            {
                "olt": model.olt_name(port.olt_id),
                "pon_port": port.name,
                "admin": port.admin,
                "oper": port.oper,
                "last_down_cause": port.last_down_cause,
                "onts": counts.total,
                "online": counts.online,
                "offline": counts.offline,
                "unknown": counts.unknown,
                "state_age_s": age_s(model.port_read_at(port.olt_id, port.name, PollKind.STATE), now),
            }
        )
    return rows


def sfp_rows(model: Model, now: float) -> list[Row]:
    """The SFP of every PON port, where the OLT tells of one."""
    return [
        {
            "olt": model.olt_name(port.olt_id),
            "pon_port": port.name,
            "present": port.sfp_present,
            "tx_dbm": port.tx_dbm,
            "temperature_celsius": port.temperature_celsius,
            "voltage_v": port.voltage_v,
            "bias_ma": port.bias_ma,
            "light_age_s": age_s(model.port_read_at(port.olt_id, port.name, PollKind.OPTICS), now),
        }
        for port in _in_order(model, model.ports.values())
        if port.sfp_present is not None or port.tx_dbm is not None
    ]


def source_rows(model: Model, now: float) -> list[Row]:
    """Every outside system as the collector sees it, and the collectors."""
    rows = [
        {
            "name": source.name,
            "state": source.state,
            "last_ok_at": source.last_ok_at,
            "latency_ms": source.latency_ms,
            "error": source.error,
            "retry_at": source.retry_at,
            "detail": source.detail,
        }
        for source in sorted(model.sources.values(), key=lambda source: source.name)
    ]
    unlike = differences(model.working(now))
    for one in sorted(model.collectors.values(), key=lambda collector: -collector.heartbeat_at):
        role = ", leads" if one.leads else ", shares the OLTs" if one.joined else ""
        region = f", region {one.region}" if one.region else ""
        where = f"{one.mode} on {one.host}, pid {one.pid}, clock {one.clock_ahead_s:+.0f} s{role}{region}"
        rows.append(
            {
                "name": "collector",
                "state": "ok" if one.alive(now) else "dead",
                "last_ok_at": one.heartbeat_at,
                "latency_ms": None,
                "error": unlike.get(one.id),
                "retry_at": None,
                "detail": where,
            }
        )
    return rows


def router_rows(model: Model, now: float) -> list[Row]:
    """Every router that the ACS knows, those of no ONT as well."""
    return [router_row(cpe, now) for cpe in sorted(model.cpes.values(), key=lambda cpe: cpe.device_id)]


def router_row(cpe: Cpe, now: float) -> Row:
    """A router."""
    return {
        "device_id": cpe.device_id,
        "serial": cpe.serial,
        "acs_serial": cpe.acs_serial,
        "manufacturer": cpe.manufacturer,
        "model": cpe.model or cpe.product_class,
        "firmware": cpe.firmware,
        "wan_ip": cpe.wan_ip,
        "login": cpe.pppoe_user,
        "mac": cpe.mac,
        "onu_rx_dbm": cpe.rx_dbm,
        "last_inform_at": cpe.last_inform_at,
        "last_boot_at": cpe.last_boot_at,
        "inform_age_s": age_s(cpe.last_inform_at, now),
    }


def _in_order(model: Model, items: Iterable[Part]) -> list[Part]:
    """By OLT, then as the device counts."""
    known = (item for item in items if item.olt_id in model.olts)
    return sorted(known, key=lambda item: (model.olt_name(item.olt_id), _counted(item.name)))


def _counted(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBER.split(name)]


def _olt_age_s(model: Model, olt_id: int, kind: PollKind, now: float) -> float | None:
    return age_s(model.read_at(olt_id, kind), now)
