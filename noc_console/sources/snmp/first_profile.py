"""A starting profile for an OLT that no profile fits: its PON ports by their interface names, and room for the rest."""

from __future__ import annotations

import re
from collections import Counter

import yaml

from noc_console.sources.snmp.probe import Probe

_PON_NAME = re.compile(r"(?i)^(\D*pon\D*)(\d+(?:/\d+){0,3})$")
_DIGITS = r"(\d+)"
_HEAD = """\
# Written by noc-console probe. {descr}
# Interfaces give the PON ports. What stands in comments is to be found in the vendor's MIB, and to be tried:
#   noc-console probe OLT shows what each column answers. README.md beside the shipped profiles explains every key.
id: {id}
title: {title}
vendor: unknown
detect:
  sys_object_id: [{object_id}]
port_index: whole-olt                # the index space of ONTs; whole-olt until another is known
max_repetitions: 10

tables:
"""
_PORTS = """\
  pon_port_state:
    rows: pon_port
    poll: state
    index: &pon-name {{columns: [1.3.6.1.2.1.2.2.1.2], pattern: {pattern}{prefix}}}
    columns:
      oper: {{oid: 1.3.6.1.2.1.2.2.1.8, read: enum, values: {{1: up, 2: down}}, source: IF-MIB, confidence: A}}

  pon_traffic:
    rows: pon_traffic
    poll: health
    index: *pon-name
    columns:
      rx_bytes: {{oid: 1.3.6.1.2.1.31.1.1.1.6, read: number, source: IF-MIB, confidence: A}}
      tx_bytes: {{oid: 1.3.6.1.2.1.31.1.1.1.10, read: number, source: IF-MIB, confidence: A}}
"""
_NO_PORTS = """\
  olt:
    rows: olt
    poll: health
    columns:
      software: {oid: 1.3.6.1.2.1.1.1.0, read: text, source: SNMPv2-MIB, confidence: A}
"""
_REST = """
  # ont_state:
  #   rows: ont
  #   poll: state
  #   columns:
  #     serial: {oid: OID, read: serial, source: MIB, confidence: C}
  #     state: {oid: OID, read: enum, values: {1: online, 2: offline}, other: unknown, source: MIB, confidence: C}
  # ont_optics:
  #   rows: ont
  #   poll: optics
  #   columns:
  #     onu_rx_dbm: {oid: OID, read: number, divide: 100, source: MIB, confidence: C}
"""


def first_profile(found: Probe) -> str:
    """The text of a profile that loads, and reads what IF-MIB gives of this device."""
    identity = found.identity
    last = "-".join(identity.sys_object_id.split(".")[6:]) or "device"
    descr = " ".join(identity.sys_descr.split())[:100]
    text = _HEAD.format(
        id=f"own-{last}",
        title=_quoted(descr or f"OLT {identity.sys_object_id}"),
        object_id=identity.sys_object_id or "1.3.6.1.4.1.0",
        descr=descr,
    )
    ports = Counter(
        (match[1], match[2].count("/") + 1) for one in found.interfaces if (match := _PON_NAME.match(one.name))
    )
    if not ports:
        return text + _NO_PORTS + _REST
    (head, count), _ = ports.most_common(1)[0]
    pattern = f"^{re.escape(head)}{'/'.join([_DIGITS] * count)}$"
    prefix = ", prefix: [0]" if count == 1 else ""
    return text + _PORTS.format(pattern=_quoted(pattern), prefix=prefix) + _REST


def _quoted(text: str) -> str:
    """As one YAML value, whatever the device calls itself."""
    return yaml.safe_dump(text, default_style="'", width=10_000, allow_unicode=True).strip()
