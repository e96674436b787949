"""Serve a recording: read an snmpsim ``.snmprec`` file into an agent's tree.

Source:
    snmpsim's data file format; type codes are the values' BER tags in decimal, ``x`` means hex and ``e`` escaped text.
"""

from __future__ import annotations

import ast
from pathlib import Path

from noc_console.demo import ber
from noc_console.demo.ber import Oid
from noc_console.demo.mib import Column, MibTree, Rows


def load(path: Path) -> MibTree:
    """Read ``path`` (lines ``OID|type|value``; ``#`` starts a comment).

    Raises:
        ValueError: A line is not of that form; the message names it.
    """
    trees: dict[Oid, dict[Oid, bytes]] = {}
    for number, line in enumerate(path.read_bytes().decode("latin-1").split("\n"), 1):
        line = line.rstrip("\r")
        if not line or line.startswith("#"):
            continue
        try:
            name, kind, value = line.split("|", 2)
            oid = tuple(map(int, name.strip(".").split(".")))
            trees.setdefault(oid[:2], {})[oid[2:]] = encode(kind, value)
        except (ValueError, SyntaxError) as error:
            raise ValueError(f"{path}:{number}: {error}") from None
    return MibTree(_column(root, values) for root, values in trees.items())


def _column(root: Oid, values: dict[Oid, bytes]) -> Column:
    rows = Rows(values)
    return Column(root, rows, [values[index] for index in rows.indexes])


def encode(kind: str, value: str) -> bytes:
    """Encode a value of an ``.snmprec`` line.

    Raises:
        ValueError: Unknown type code, or a value that does not fit it.
    """
    tag = int(kind.rstrip("xe"))
    if kind.endswith("x"):
        return ber.tlv(tag, bytes.fromhex(value))
    if kind.endswith("e"):
        return ber.tlv(tag, ast.literal_eval("b'" + value.replace("'", "\\'") + "'"))
    match tag:
        case ber.INTEGER | ber.COUNTER32 | ber.GAUGE32 | ber.TIMETICKS | ber.COUNTER64:
            return ber.integer(int(value), tag)
        case ber.OCTET_STRING:
            return ber.octets(value.encode("latin-1"))
        case ber.OBJECT_ID:
            return ber.object_id(tuple(map(int, value.strip(".").split("."))))
        case ber.IP_ADDRESS:
            return ber.tlv(tag, bytes(map(int, value.split("."))))
        case ber.NULL:
            return ber.tlv(tag, b"")
    raise ValueError(f"unknown type {kind!r}")
