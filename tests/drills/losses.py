"""Collectors are lost, freeze, or have wrong clocks."""

from __future__ import annotations

import signal
import time

from tests.drills.crew import HANDED_WITHIN_S, STATE_S, TAKEN_WITHIN_S, Crew

FROZEN_S = 60.0
WRONG_S = 3600.0
WATCHED_S = 30.0


def killed(crew: Crew) -> str:
    """``kill -9``: the others have its OLTs within 30 s; started again it has its share, and no OLT waits long."""
    _start(crew)
    lost_at = crew.lose("first", signal.SIGKILL)
    took_s = crew.all_polled(lost_at, but="first")
    assert took_s < TAKEN_WITHIN_S, f"taken over after {took_s:.0f} s"
    joins_at = time.time()
    crew.start("first")
    joined_s = crew.settle(first=2, second=2, third=2)
    gap_s = _longest_gap_s(crew, joins_at)
    assert gap_s < HANDED_WITHIN_S, f"an OLT was not polled for {gap_s:.0f} s while the first joined"
    count = crew.check_holders()
    return f"taken over in {took_s:.1f} s; back at work in {joined_s:.1f} s, longest gap {gap_s:.1f} s; {count} writes"


def drained(crew: Crew) -> str:
    """SIGTERM: the others have its OLTs at once."""
    _start(crew)
    lost_at = crew.lose("first", signal.SIGTERM)
    took_s = crew.all_polled(lost_at + STATE_S, but="first") + STATE_S
    assert took_s < HANDED_WITHIN_S, f"handed over after {took_s:.0f} s"
    assert crew.running.pop("first").wait(10) == 0
    return f"handed over in {took_s:.1f} s; {crew.check_holders()} writes"


def frozen(crew: Crew) -> str:
    """SIGSTOP for 60 s: the others take over, what it writes when it wakes is refused, and it joins again."""
    _start(crew)
    lost_at = crew.lose("second", signal.SIGSTOP)
    took_s = crew.all_polled(lost_at, but="second")
    assert took_s < TAKEN_WITHIN_S, f"taken over after {took_s:.0f} s"
    time.sleep(max(0.0, lost_at + FROZEN_S - time.time()))
    crew.lose("second", signal.SIGCONT)
    joined_s = crew.settle(first=2, second=2, third=2)
    count = crew.check_holders()
    assert "collector_superseded" in crew.log("second"), "it did not notice that it was struck out"
    return f"taken over in {took_s:.1f} s; back at work in {joined_s:.1f} s; {count} writes, none stale"


def wrong_clocks(crew: Crew) -> str:
    """An hour ahead and an hour behind: nobody is struck out for it, and a loss is noticed as fast as ever."""
    crew.start("first")
    crew.start("second", -WRONG_S)
    crew.start("third", WRONG_S)
    crew.settle(first=2, second=2, third=2)
    time.sleep(WATCHED_S)
    for name in ("first", "second", "third"):
        assert "collector_struck_out" not in crew.log(name), "a collector was struck out for its clock"
    lost_at = crew.lose("third", signal.SIGKILL)
    took_s = crew.all_polled(lost_at, but="third")
    assert took_s < TAKEN_WITHIN_S, f"taken over after {took_s:.0f} s"
    return f"nobody struck out; taken over in {took_s:.1f} s; {crew.check_holders()} writes"


def _start(crew: Crew) -> None:
    for name in ("first", "second", "third"):
        crew.start(name)
    crew.settle(first=2, second=2, third=2)


def _longest_gap_s(crew: Crew, since: float) -> float:
    """The longest time for which an OLT was not polled."""
    last: dict[int, float] = {}
    longest_s = 0.0
    for note in crew.notes(since):
        longest_s = max(longest_s, note.at - last.get(note.olt, note.at))
        last[note.olt] = note.at
    return longest_s
