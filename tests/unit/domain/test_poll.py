"""Uptime tells a restart, and a counter that wraps tells none."""

from __future__ import annotations

import pytest

from noc_console.domain.poll import UPTIME_WRAP_S, restarted

DAY_S = 86400.0


@pytest.mark.parametrize(
    ("before_s", "now_s", "expected"),
    [
        (5000.0, 5060.0, False),
        (5000.0, 5000.0, False),
        (5000.0, 30.0, True),
        (None, 30.0, False),
        (5000.0, None, False),
        (UPTIME_WRAP_S - 30, 30.0, False),
        (UPTIME_WRAP_S - DAY_S, 30.0, False),
        (UPTIME_WRAP_S - DAY_S - 1, 30.0, True),
    ],
)
def test_a_step_back_is_a_restart_unless_the_counter_was_near_its_wrap(
    before_s: float | None, now_s: float | None, expected: bool
) -> None:
    assert restarted(before_s, now_s) is expected
