"""Kinds and states of jobs."""

from __future__ import annotations

import pytest

from noc_console.domain.jobs import ENDED, JobKind, JobState


def test_there_are_six_ends() -> None:
    assert {state.value for state in ENDED} == {
        "verified",
        "accepted",
        "failed",
        "no contact",
        "expired",
        "cancelled",
    }


@pytest.mark.parametrize("state", JobState)
def test_a_state_knows_whether_it_is_an_end(state: JobState) -> None:
    assert state.ended is (state in ENDED)


def test_accepted_has_ended_well_and_is_not_proven() -> None:
    assert {state for state in JobState if state.ended_well} == {JobState.VERIFIED, JobState.ACCEPTED}


def test_danger_rises_from_looking_to_resetting() -> None:
    levels = [kind.level for kind in (JobKind.VIEW, JobKind.REFRESH, JobKind.REBOOT, JobKind.FACTORY_RESET)]
    assert levels == [0, 0, 3, 4]
