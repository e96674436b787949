"""Agents that answer wrongly: each a way to spoil the bindings of a right answer, or the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from profile_olt import mib

from noc_console.demo import ber, responder
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.ber import Oid
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.demo.responder import Answer, Request

HUAWEI = "1.3.6.1.4.1.2011.2.123"
P = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 2)
SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SERIAL, STATE, CAUSE, DISTANCE = (*P, 43, 1, 3), (*P, 46, 1, 15), (*P, 46, 1, 24), (*P, 46, 1, 20)
LIGHT = tuple((*P, 51, 1, column) for column in range(1, 7))
RX = (*P, 51, 1, 4)
PORT_STATE, SFP_TX = (*P, 21, 1, 10), (*P, 23, 1, 4)
CPU = (1, 3, 6, 1, 4, 1, 2011, 2, 6, 7, 1, 1, 2, 1, 5)
BOARD = (1, 3, 6, 1, 4, 1, 2011, 6, 3, 3, 2, 1, 8)
FIRST = 4194312192
"""0/1/0"""
PORTS, ONTS = (FIRST, FIRST + 256), 12
RX_RAW = -1925

Binding = tuple[Oid, bytes]
Spoil = Callable[[Request, list[Binding]], Sequence[Binding]]
"""Bindings of an answer to a GETBULK, as they are and as they are sent."""


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))


def good(uptime_s: int = 86400) -> MibTree:
    """Two ports of twelve ONTs, all online, with light; two boards."""
    onts = [f"{port}.{ont}" for port in PORTS for ont in range(ONTS)]
    ports = [str(port) for port in PORTS]
    light = dict(zip(LIGHT, (40, 11, 230, RX_RAW, 3300, 7750), strict=True))
    columns: dict[str, dict[str, int | bytes]] = {
        dotted(PORT_STATE): dict.fromkeys(ports, 1),
        dotted(SFP_TX): dict.fromkeys(ports, 350),
        dotted(SERIAL): {at: b"HWTC" + number.to_bytes(4, "big") for number, at in enumerate(onts, 1)},
        dotted((*P, 46, 1, 1)): dict.fromkeys(onts, 1),
        dotted(STATE): dict.fromkeys(onts, 1),
        dotted(DISTANCE): dict.fromkeys(onts, 1200),
        dotted(CAUSE): dict.fromkeys(onts, -1),
        **{dotted(column): dict.fromkeys(onts, raw) for column, raw in light.items()},
        dotted(BOARD): {"0.1": 2, "0.9": 2},
        dotted(CPU): {"0.1": 20, "0.9": 30},
    }
    return mib(HUAWEI, "Huawei Integrated Access Software", columns, None, uptime_s)


def without(*prefixes: Oid, only: Callable[[Oid], bool] = lambda _: True) -> MibTree:
    """The good table without the rows below these prefixes of which ``only`` (given the index) says so."""
    made = []
    for column in good().columns:
        rows = dict(zip(column.rows.indexes, column.values, strict=True))
        if any(column.prefix[: len(prefix)] == prefix for prefix in prefixes):
            rows = {index: value for index, value in rows.items() if not only(index)}
        made.append(Column(column.prefix, Rows(rows), [rows[index] for index in Rows(rows).indexes]))
    return MibTree(made)


def with_rows(more: dict[Oid, dict[Oid, bytes]], tree: MibTree | None = None) -> MibTree:
    """The good table with further rows, or others in place of its own."""
    made = []
    for column in (tree or good()).columns:
        rows = dict(zip(column.rows.indexes, column.values, strict=True)) | more.get(column.prefix, {})
        made.append(Column(column.prefix, Rows(rows), [rows[index] for index in Rows(rows).indexes]))
    return MibTree(made)


class HostileAgent(SnmpAgent):
    """Right until ``spoil`` or ``raw`` is set."""

    def __init__(self) -> None:
        super().__init__(good())
        self.spoil: Spoil | None = None
        self.raw: Callable[[Request, bytes], list[bytes]] | None = None
        """Makes the datagrams from the right one."""
        self.status = 0
        self.tree_for_get: MibTree | None = None
        """What a GET finds, when it is not what tables hold."""

    def _answer(self, request: Request) -> Answer | None:
        if self.tree_for_get and request.kind == responder.GET:
            return responder.respond(self.tree_for_get, request, self.behaviour.max_message_bytes)
        return super()._answer(request)

    def _messages(self, request: Request, answer: Answer) -> list[bytes]:
        right = responder.encode(request, answer)
        if request.kind != responder.GETBULK:
            return [right]
        if self.status:
            return [responder.encode(request, Answer(self.status, 1, ()))]
        if self.spoil:
            bindings = self.spoil(request, [opened(varbind) for varbind in answer.varbinds])
            return [responder.encode(request, Answer(0, 0, tuple(closed(*binding) for binding in bindings)))]
        return self.raw(request, right) if self.raw else [right]


def opened(varbind: bytes) -> Binding:
    inner = ber.expect(varbind, 0, len(varbind), ber.SEQUENCE)
    name = ber.expect(varbind, inner.start, inner.end, ber.OBJECT_ID)
    return ber.decode_oid(varbind[name.start : name.end]), varbind[name.end : inner.end]


def closed(oid: Oid, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.object_id(oid) + value)


def asked(request: Request) -> list[Oid]:
    return [ber.decode_oid(name) for name in request.names]


def below(oid: Oid, *prefixes: Oid) -> bool:
    return any(oid[: len(prefix)] == prefix for prefix in prefixes)


# Ways to spoil an answer


def same_row(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    return bindings[: len(request.names)] * 5


def circle(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    return bindings[: 5 * len(request.names)] * 2


def one_row_twice(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    width = len(request.names)
    return bindings[: 2 * width] + bindings[width:]


def column_by_column(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    width = len(request.names)
    return [binding for at in range(width) for binding in bindings[at::width]]


def one_binding(_: Request, bindings: list[Binding]) -> Sequence[Binding]:
    return bindings[:1]


def nothing(_: Request, _bindings: list[Binding]) -> Sequence[Binding]:
    return ()


def from_the_start(_: Request, bindings: list[Binding]) -> Sequence[Binding]:
    """After some ONTs of a port the agent begins again at the start of its tree."""
    start = (SYS_DESCR, ber.octets(b"Huawei"))
    return [start if below(oid, (*P, 43), (*P, 46), (*P, 51)) and oid[-1] >= 5 else (oid, v) for oid, v in bindings]


def only_the_start(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    hit = any(below(oid, (*P, 43), (*P, 46), (*P, 51)) for oid in asked(request))
    return [(SYS_DESCR, ber.octets(b"Huawei"))] * len(request.names) if hit else bindings


def answers_of_before(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    """The row that was asked after, instead of the next."""
    return [(oid, value) for oid, (_, value) in zip(asked(request), bindings, strict=False)]


def endless_onts(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    if not below(asked(request)[0], SERIAL, (*P, 46, 1)):
        return bindings
    return endless_onts_and_nothing_else(request, bindings)


def endless_onts_and_nothing_else(request: Request, _: list[Binding]) -> Sequence[Binding]:
    current = asked(request)
    out: list[Binding] = []
    for _row in range(20):
        for at, oid in enumerate(current):
            if below(oid, SERIAL, (*P, 46, 1)):
                size = len(SERIAL)
                port, ont = (*oid[size:], FIRST, 0)[:2] if len(oid) > size + 1 else ((oid[size:] or (FIRST,))[0], -1)
                current[at] = (*oid[:size], port, ont + 1)
                serial = ber.octets(b"EVIL" + (ont + 1).to_bytes(4, "big"))
                out.append((current[at], serial if below(oid, SERIAL) else ber.integer(1)))
            else:
                out.append(((2, 1), ber.END_OF_MIB_VIEW))
    return out


def endless_ports(request: Request, bindings: list[Binding]) -> Sequence[Binding]:
    if not below(asked(request)[0], (*P, 21, 1)):
        return bindings
    current = asked(request)
    out: list[Binding] = []
    for _row in range(20):
        for at, oid in enumerate(current):
            size = len(PORT_STATE)
            current[at] = (*oid[:size], (oid[size] if len(oid) > size else FIRST) + 256)
            out.append((current[at], ber.integer(1)))
    return out


def valueless(value: bytes) -> Spoil:
    """Every third state comes without a value."""

    def spoil(_: Request, bindings: list[Binding]) -> Sequence[Binding]:
        return [(oid, value if below(oid, STATE) and oid[-1] % 3 == 1 else v) for oid, v in bindings]

    return spoil


def raw_light(value: bytes) -> MibTree:
    """The first port's ONTs all tell this light."""
    return with_rows({column: {(FIRST, ont): value for ont in range(ONTS)} for column in LIGHT})


def extra_ont(index: Oid) -> MibTree:
    """A row more, with this index."""
    return with_rows({SERIAL: {index: ber.octets(b"EVIL\0\0\0\1")}, STATE: {index: ber.integer(1)}})
