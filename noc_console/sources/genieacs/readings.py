"""Readings: how a raw value becomes one to show, by the names in ``paths.yaml``. What is not plausible is no value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from noc_console.domain.cpe import Value
from noc_console.domain.plausibility import plausible
from noc_console.sources.genieacs.document import flag_of, number_of, text_of, whole

_GENERIC_MODEL = frozenset(("modelname", "device", "device2", "igd", "router"))
_MAC = re.compile(r"[0-9A-F]{12}")
_PERCENT = re.compile(r"\d+(?:\.\d+)?")
_FASTEST_MBPS = 20_000


def _text(raw: Any) -> Value | None:
    return text_of(raw)


def _flag(raw: Any) -> Value | None:
    return flag_of(raw)


def _model(raw: Any) -> Value | None:
    return model_name(text_of(raw))


def model_name(text: str | None) -> str | None:
    """``text`` when it names a model; some routers say ``ModelName``, or the name of a data model."""
    return None if text is None or text.lower() in _GENERIC_MODEL else text


def _count(raw: Any) -> Value | None:
    number = number_of(raw)
    return whole(number) if number is not None and number >= 0 else None


def _positive(raw: Any) -> Value | None:
    return _count(raw) or None


def _percent(raw: Any) -> Value | None:
    """``12``, ``17%``; of ``4%;1%`` (per core) the busiest."""
    numbers = [float(number) for number in _PERCENT.findall(text_of(raw) or "")]
    busiest = max(numbers, default=None)
    return whole(busiest) if busiest is not None and busiest <= 100 else None


def _celsius(raw: Any) -> Value | None:
    number = number_of(raw)
    # 0 is what sensors say that are not there.
    return whole(plausible("temperature_celsius", number)) if number else None


def _vlan(raw: Any) -> Value | None:
    number = number_of(raw)
    return int(number) if number is not None and 1 <= number <= 4094 else None


def _channel(raw: Any) -> Value | None:
    number = number_of(raw)
    if number is None or number < 0:
        return None
    return int(number) or "auto"


def _address(raw: Any) -> Value | None:
    text = text_of(raw)
    return text if text and text not in ("0.0.0.0", "::") else None


def _addresses(raw: Any) -> Value | None:
    parts = [part.strip() for part in (text_of(raw) or "").split(",")]
    return ", ".join(part for part in parts if part not in ("", "0.0.0.0", "::")) or None


def _mac(raw: Any) -> Value | None:
    return mac(text_of(raw) or "")


def mac(text: str) -> str | None:
    """``94:25:33:3B:D1:C0`` from any notation; None when it is no MAC or all zero."""
    plain = re.sub(r"[:.\-\s]", "", text).upper()
    if not _MAC.fullmatch(plain) or plain == "0" * 12:
        return None
    return ":".join(plain[i : i + 2] for i in range(0, 12, 2))


def _error(raw: Any) -> Value | None:
    text = text_of(raw)
    return None if text in (None, "ERROR_NONE", "None") else text


def _speed(raw: Any) -> Value | None:
    """Mbit/s from ``1000`` or ``Auto_1000``."""
    found = re.search(r"\d+", text_of(raw) or "")
    return int(found[0]) if found and int(found[0]) > 0 and (number_of(raw) or 1) > 0 else None


def _duplex(raw: Any) -> Value | None:
    """``Full`` from ``Auto_Full``."""
    text = text_of(raw)
    return text.removeprefix("Auto_") if text else None


def _reference(raw: Any) -> Value | None:
    """Last two names of a reference: ``WiFi.SSID.3`` from ``Device.WiFi.SSID.3.``."""
    text = text_of(raw)
    return text.rstrip(".").removeprefix("Device.").removeprefix("InternetGatewayDevice.") if text else None


def _dbm(raw: Any) -> Value | None:
    """A level in the air. Routers say 0 or a positive number for what they did not measure, or do not tell in dBm."""
    number = number_of(raw)
    return whole(number) if number is not None and -120 <= number < 0 else None


def _rcpi(raw: Any) -> Value | None:
    """A level in steps of half a dB from -110 dBm, 0 to 220; some firmware writes dBm there instead.

    Source:
        IEEE 802.11 RCPI and ANPI; TR-181 Device.WiFi.MultiAP and Device.WiFi.DataElements.
    """
    number = number_of(raw)
    if number is None or not 0 < number < 220:
        return _dbm(raw)
    return whole(number / 2 - 110)


def _mbit(raw: Any) -> Value | None:
    """Mbit/s; no radio reaches 20,000, so that is kbit/s."""
    number = number_of(raw)
    if number is None or number <= 0:
        return None
    return _rate(number if number < _FASTEST_MBPS else number / 1000)


def _kbit(raw: Any) -> Value | None:
    """Mbit/s from kbit/s; no radio is slower than 1 Mbit/s, so less than 1,000 is Mbit/s."""
    number = number_of(raw)
    if number is None or number <= 0:
        return None
    return _rate(number / 1000 if number >= 1000 else number)


def _rate(mbps: float) -> Value:
    return int(mbps) if mbps == int(mbps) else round(mbps, 1)


def _share(raw: Any) -> Value | None:
    """Percent; 0 means not measured, negative means automatic."""
    number = number_of(raw)
    return whole(number) if number is not None and 0 < number <= 100 else None


def _share255(raw: Any) -> Value | None:
    """Percent of 255; 0 means not measured, for beacons alone take air time."""
    number = number_of(raw)
    return round(number * 100 / 255) if number is not None and 0 < number <= 255 else None


READINGS: dict[str, Callable[[Any], Value | None]] = {
    "text": _text,
    "flag": _flag,
    "model": _model,
    "count": _count,
    "duration": _count,
    "positive": _positive,
    "percent": _percent,
    "celsius": _celsius,
    "vlan": _vlan,
    "channel": _channel,
    "address": _address,
    "addresses": _addresses,
    "mac": _mac,
    "error": _error,
    "speed": _speed,
    "duplex": _duplex,
    "reference": _reference,
    "dbm": _dbm,
    "rcpi": _rcpi,
    "mbit": _mbit,
    "kbit": _kbit,
    "share": _share,
    "share255": _share255,
}

NUMBERS = frozenset(
    "count duration positive percent celsius vlan channel speed dbm rcpi mbit kbit share share255".split()
)
"""Readings that make a number."""
