from __future__ import annotations

import pytest

from noc_console.demo import ber, responder
from noc_console.demo.ber import Oid
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.demo.responder import GET, GETBULK, GETNEXT, Answer, Request

A: Oid = (1, 3, 6, 1, 4, 1, 1)
B: Oid = (1, 3, 6, 1, 4, 1, 2)
EMPTY: Oid = (1, 3, 6, 1, 4, 1, 3)
LAST: Oid = (1, 3, 6, 1, 4, 1, 4)


@pytest.fixture
def tree() -> MibTree:
    """Two columns of three rows, one without rows, one Counter64."""
    rows = Rows([(300,), (1,), (127,)])
    return MibTree(
        [
            Column(B, rows, [ber.octets(b"x"), ber.octets(b"y"), ber.octets(b"z")]),
            Column(A, rows, [ber.integer(10), ber.integer(11), ber.integer(12)]),
            Column(EMPTY, Rows([])),
            Column(LAST, Rows([(0,)]), [ber.integer(2**40, ber.COUNTER64)]),
        ]
    )


def request(kind: int, *names: Oid, version: int = 1, heads: int = 0, repetitions: int = 0) -> Request:
    return Request(version, b"public", kind, b"\x07", heads, repetitions, tuple(map(ber.oid_content, names)))


def names_of(answer: Answer) -> list[Oid]:
    return [name for name, _ in bindings(answer)]


def bindings(answer: Answer) -> list[tuple[Oid, bytes]]:
    found = []
    for varbind in answer.varbinds:
        whole = ber.read(varbind, 0, len(varbind))
        name = ber.read(varbind, whole.start, whole.end)
        found.append((ber.decode_oid(varbind[name.start : name.end]), varbind[name.end :]))
    return found


def ask(tree: MibTree, asked: Request, room: int = 8000) -> Answer:
    return responder.respond(tree, asked, room)


def test_get_tells_a_missing_object_from_a_missing_instance(tree: MibTree) -> None:
    answer = ask(tree, request(GET, (*A, 127), (*A, 128), A, (1, 3, 9), (*EMPTY, 1)))
    values = [value for _, value in bindings(answer)]
    missing = ber.NO_SUCH_INSTANCE
    assert values == [ber.integer(11), missing, missing, ber.NO_SUCH_OBJECT, missing]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((1, 3), (*A, 1)),
        (A, (*A, 1)),
        ((*A, 1), (*A, 127)),
        ((*A, 1, 5), (*A, 127)),
        ((*A, 127), (*A, 300)),
        ((*A, 300), (*B, 1)),
        ((*B, 300), (*LAST, 0)),
        (EMPTY, (*LAST, 0)),
    ],
)
def test_next_goes_by_numbers_not_by_octets(tree: MibTree, asked: Oid, found: Oid) -> None:
    assert names_of(ask(tree, request(GETNEXT, asked))) == [found]


def test_next_after_the_end_repeats_the_name(tree: MibTree) -> None:
    assert bindings(ask(tree, request(GETNEXT, (*LAST, 0)))) == [((*LAST, 0), ber.END_OF_MIB_VIEW)]


def test_bulk_interleaves_columns(tree: MibTree) -> None:
    answer = ask(tree, request(GETBULK, A, B, repetitions=2))
    assert names_of(answer) == [(*A, 1), (*B, 1), (*A, 127), (*B, 127)]


def test_bulk_answers_non_repeaters_once(tree: MibTree) -> None:
    answer = ask(tree, request(GETBULK, A, B, heads=1, repetitions=3))
    assert names_of(answer) == [(*A, 1), (*B, 1), (*B, 127), (*B, 300)]


def test_bulk_runs_on_into_the_next_column_and_ends_with_one_row_of_ends(tree: MibTree) -> None:
    answer = ask(tree, request(GETBULK, (*B, 127), (*LAST, 0), repetitions=10))
    last = (*LAST, 0)
    assert names_of(answer) == [(*B, 300), last, last, last, last, last]
    assert [value for _, value in bindings(answer)][1::2] == [ber.END_OF_MIB_VIEW] * 3


def test_bulk_is_cut_in_the_middle_of_a_row(tree: MibTree) -> None:
    asked = request(GETBULK, A, B, repetitions=3)
    whole = ask(tree, asked)
    room = 64 + len(b"public") + sum(map(len, whole.varbinds[:3]))
    assert ask(tree, asked, room).varbinds == whole.varbinds[:3]


def test_too_big_only_when_nothing_fits(tree: MibTree) -> None:
    assert ask(tree, request(GETBULK, A, repetitions=3), 75) == Answer(responder.TOO_BIG, 0, ())
    assert ask(tree, request(GET, (*A, 1), (*A, 127)), 95).status == responder.TOO_BIG


def test_zero_repetitions_answer_nothing(tree: MibTree) -> None:
    assert ask(tree, request(GETBULK, A, B)) == Answer(0, 0, ())


def test_version_1_knows_neither_exceptions_nor_counter64(tree: MibTree) -> None:
    for asked in ((*A, 2), (*LAST, 0)):
        answer = ask(tree, request(GET, (*A, 1), asked, version=0))
        assert (answer.status, answer.position) == (responder.NO_SUCH_NAME, 2)
    assert ask(tree, request(GETNEXT, (*B, 300), version=0)).status == responder.NO_SUCH_NAME


def test_columns_may_not_stand_inside_each_other(tree: MibTree) -> None:
    with pytest.raises(ValueError, match="inside"):
        tree.put(Column((*A, 1), Rows([])))


def test_a_live_column_is_read_at_each_request(tree: MibTree) -> None:
    clock = iter((1, 2))
    tree.put(Column(A, Rows([(1,)]), live=lambda row: ber.integer(next(clock))))
    asked = request(GET, (*A, 1))
    assert [bindings(ask(tree, asked))[0][1] for _ in range(2)] == [ber.integer(1), ber.integer(2)]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_cut_request_is_no_request(cut: int) -> None:
    pdu = b"\x02\x01\x07\x02\x01\x00\x02\x01\x00" + ber.tlv(0x30, ber.tlv(0x30, ber.object_id((*A, 1)) + b"\x05\x00"))
    whole = ber.tlv(0x30, ber.integer(1) + ber.octets(b"public") + ber.tlv(GET, pdu))
    assert responder.decode(whole).names == (ber.oid_content((*A, 1)),)
    with pytest.raises(ber.BerError):
        responder.decode(whole[: len(whole) - cut])
