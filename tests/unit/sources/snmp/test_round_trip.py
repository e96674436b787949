"""How long an answer is waited for: as long as that kind of question takes, not a fixed time."""

from __future__ import annotations

import pytest

from noc_console.sources.snmp.session import RoundTrip


def trip(*took_s: float, tries: int = 0) -> RoundTrip:
    made = RoundTrip()
    for value in took_s:
        made.answered(value, tries)
    return made


def test_what_was_never_answered_has_the_configured_time() -> None:
    assert [RoundTrip().wait_s(tries, 5.0) for tries in range(3)] == [5.0] * 3


def test_a_fast_agent_is_asked_again_soon_and_then_ever_later() -> None:
    fast = trip(*[0.001] * 20)
    assert [fast.wait_s(tries, 5.0) for tries in range(6)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0]


@pytest.mark.parametrize("took_s", [0.4, 3.0, 8.0])
def test_a_slow_agent_is_not_asked_twice_for_one_answer(took_s: float) -> None:
    assert trip(*[took_s] * 20).wait_s(0, 5.0) > took_s


def test_answers_of_uneven_speed_leave_room() -> None:
    assert trip(*[0.1, 1.9] * 20).wait_s(0, 5.0) > 2.5


def test_an_answer_to_a_repeated_question_tells_no_time_but_makes_patient() -> None:
    made = trip(*[0.001] * 20)
    made.answered(0.9, tries=1)
    assert made.wait_s(0, 5.0) == 0.5
    made.answered(0.001, tries=0)
    assert made.wait_s(0, 5.0) == 0.25


def test_a_first_question_that_was_lost_does_not_make_the_agent_slow() -> None:
    made = trip(5.002, tries=1)
    assert made.wait_s(0, 5.0) == 10.0
    made.answered(0.002, tries=0)
    assert made.wait_s(0, 5.0) == 0.25
