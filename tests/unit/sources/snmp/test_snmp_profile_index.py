"""Index spaces, against numbers of real devices; what is decoded can be encoded again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.identity import PonPort
from noc_console.sources.snmp.index import CARD_INDEXES, SPACES, Place


@pytest.mark.parametrize(
    ("space", "subids", "port", "ont_id"),
    [
        ("huawei", [4194345472, 4], "0/5/2", 4),
        ("zte-1012", [268501248, 7], "1/1/1", 7),
        ("zte-1012", [268569088], "1/2/10", None),
        ("zte-1012", [268632320, 1], "1/3/1", 1),
        ("zte-1082", [285278465, 3], "1/1/1", 3),
        ("zte-1082", [285278977], "1/3/1", None),
        ("zte-1082", [285279504], "1/5/16", None),
        ("zte-plain", [18, 4], "1/2/2", 4),
        ("isam", [96468992], "1/1/1/1", 1),
        ("isam", [96469504], "1/1/1/1", 2),
        ("isam", [96471552], "1/1/1/1", 6),
        ("isam", [96731648], "1/1/1/5", 2),
        ("isam-faceplate", [4355, 5], "1/1/1/5", None),
        ("fiberhome", [3 << 25 | 2 << 19 | 9 << 8], "3/2", 9),
        ("fiberhome-pon", [3 << 25 | 2 << 19, 9], "3/2", 9),
        ("vsol", [2, 7], "0/2", 7),
        ("cdata", [1, 0, 1, 5], "1/0/1", 5),
    ],
)
def test_places(space: str, subids: list[int], port: str, ont_id: int | None) -> None:
    place = Place(PonPort.parse(port), ont_id)
    assert SPACES[space].decode(subids) == place
    assert SPACES[space].encode(place) == tuple(subids)


def test_the_low_bits_of_an_isam_pon_do_not_matter() -> None:
    assert SPACES["isam"].decode([94380032]) == Place(PonPort((1, 1, 1, 1)))
    assert SPACES["isam"].encode(Place(PonPort((1, 1, 1, 1)))) is None, "its ONTs share no start"


@pytest.mark.parametrize(
    ("space", "subids"),
    [
        ("zte-1012", [268435456]),  # gpon_1/1/1 of a C320's IF-MIB: slot and port count from 0 there
        ("zte-1012", [285278465]),
        ("zte-1012", [268501248, 1, 1]),
        ("zte-1082", [268501248]),
        ("zte-plain", [268501248]),
        ("isam", [67109312]),  # a customer's port
        ("isam", [20971520]),
        ("isam", [96468993]),
        ("isam-faceplate", [4353, 257]),
        ("fiberhome", [9]),
        ("cdata", [1, 0]),
    ],
)
def test_other_numbers_are_no_place(space: str, subids: list[int]) -> None:
    assert SPACES[space].decode(subids) is None


@given(st.sampled_from(sorted(SPACES)), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5))
def test_no_index_breaks_a_space_and_what_it_means_comes_back(space: str, subids: list[int]) -> None:
    place = SPACES[space].decode(subids)
    if place is None:
        return
    again = SPACES[space].encode(place)
    assert again is None or SPACES[space].decode(again) == place


@pytest.mark.parametrize(
    ("codec", "subids", "name"),
    [
        ("slots", [0, 6], "0/6"),
        ("zte-slot", [1, 1, 10], "1/10"),
        ("zte-slot", [1, 1, 4, 1, 6], "1/4"),
        ("isam-slot", [4352], "1/1/acu"),
        ("isam-slot", [4354], "1/1/nt-b"),
        ("isam-slot", [4355, 2], "1/1/1"),
        ("isam-slot", [4481], None),
    ],
)
def test_cards(codec: str, subids: list[int], name: str | None) -> None:
    assert CARD_INDEXES[codec](subids) == name
