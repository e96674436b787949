"""Rates from counters: what is not known is a gap, never a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.history import rates_per_s

N = None


@pytest.mark.parametrize(
    ("counter", "rates"),
    [
        ((), ()),
        ((100.0,), (N,)),
        ((0.0, 600.0, 1800.0), (N, 10.0, 20.0)),
        ((1000.0, 4000.0, 60.0, 660.0), (N, 50.0, N, 10.0)),  # restarted
        ((0.0, 600.0, N, N, 6000.0, 6600.0), (N, 10.0, N, N, N, 10.0)),  # nobody asked
        ((600.0, 600.0, 600.0, 600.0, 600.0, 1200.0), (N, 0.0, 0.0, 0.0, 0.0, 10.0)),  # idle, then not
        ((0.0, 600.0, 600.0, 600.0, N, N), (N, 10.0, N, N, N, N)),  # samples stopped: what follows is repeated
        ((0.0, 600.0, 600.0, 600.0, 600.0, 600.0), (N, 10.0, 0.0, 0.0, N, N)),  # the end may be such, too
    ],
)
def test_rates(counter: tuple[float | None, ...], rates: tuple[float | None, ...]) -> None:
    assert rates_per_s(counter, step_s=60.0, held_s=90.0) == rates


@given(st.lists(st.none() | st.floats(0, 1e18), max_size=60), st.floats(1, 1e5), st.floats(0, 1e5))
def test_there_is_never_a_negative_rate_nor_one_beside_a_gap(
    counter: list[float | None], step_s: float, held_s: float
) -> None:
    rates = rates_per_s(counter, step_s, held_s)
    assert len(rates) == len(counter)
    for index, rate in enumerate(rates):
        if rate is not None:
            assert rate >= 0
            assert counter[index] is not None
            assert counter[index - 1] is not None
