"""Shares of OLTs among collectors: equal, steady, and at home where somebody lives there."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.shares import share_out

REGIONS = st.sampled_from([None, "north", "south"])
OLTS = st.dictionaries(st.integers(1, 60), REGIONS, max_size=40)
MEMBERS = st.dictionaries(st.sampled_from("abcdef"), REGIONS, max_size=5)
HELD = st.dictionaries(st.integers(1, 60), st.sampled_from("abcdefgh"), max_size=40)


@given(OLTS, MEMBERS, HELD)
def test_each_olt_has_one_collector_of_its_region_where_one_lives(
    olts: dict[int, str | None], members: dict[str, str | None], held: dict[int, str]
) -> None:
    shares = share_out(olts, members, held)
    assert shares.keys() == (olts.keys() if members else set())
    for olt_id, name in shares.items():
        at_home = [member for member, region in members.items() if region == olts[olt_id]]
        assert name in (at_home if olts[olt_id] and at_home else members)


@given(OLTS, MEMBERS, HELD)
def test_no_single_move_makes_shares_more_equal(
    olts: dict[int, str | None], members: dict[str, str | None], held: dict[int, str]
) -> None:
    shares = share_out(olts, members, held)
    load = Counter(shares.values())
    for olt_id, name in shares.items():
        at_home = [member for member, region in members.items() if region == olts[olt_id]]
        for other in at_home if olts[olt_id] and at_home else members:
            assert load[name] <= load[other] + 1


@given(OLTS, MEMBERS, HELD)
def test_what_is_shared_out_stays(
    olts: dict[int, str | None], members: dict[str, str | None], held: dict[int, str]
) -> None:
    shares = share_out(olts, members, held)
    assert share_out(olts, members, shares) == shares


@given(OLTS, MEMBERS, HELD, st.dictionaries(st.integers(1, 60), st.sets(st.sampled_from("abcdef")), max_size=40))
def test_an_olt_goes_to_one_who_knows_it_and_to_nobody_where_none_does(
    olts: dict[int, str | None], members: dict[str, str | None], held: dict[int, str], known: dict[int, set[str]]
) -> None:
    shares = share_out(olts, members, held, known)
    for olt_id in olts:
        able = members.keys() & known.get(olt_id, members.keys())
        assert (shares.get(olt_id) in able) == bool(able)


def test_a_joiner_takes_its_share_and_no_more() -> None:
    olts = dict.fromkeys(range(1, 13))
    before = share_out(olts, dict.fromkeys("ab"), {})
    after = share_out(olts, dict.fromkeys("abc"), before)
    assert Counter(after.values()) == {"a": 4, "b": 4, "c": 4}
    assert sum(after[olt_id] != before[olt_id] for olt_id in olts) == 4


def test_a_lost_collectors_olts_go_to_the_others_and_nothing_else_moves() -> None:
    olts = dict.fromkeys(range(1, 13))
    before = share_out(olts, dict.fromkeys("abc"), {})
    after = share_out(olts, dict.fromkeys("ab"), before)
    assert all(after[olt_id] == name for olt_id, name in before.items() if name != "c")
    assert Counter(after.values()) == {"a": 6, "b": 6}


def test_a_region_is_served_from_elsewhere_only_while_nobody_lives_there() -> None:
    olts: dict[int, str | None] = {1: "north", 2: "north", 3: "south"}
    assert share_out(olts, {"n": "north", "s": "south"}, {}) == {1: "n", 2: "n", 3: "s"}
    alone = share_out(olts, {"s": "south"}, {1: "n", 2: "n", 3: "s"})
    assert alone == {1: "s", 2: "s", 3: "s"}
    assert share_out(olts, {"n": "north", "s": "south"}, alone) == {1: "n", 2: "n", 3: "s"}, "and it goes home again"
