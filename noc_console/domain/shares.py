"""Which collector polls which OLT: equal shares, in the OLT's own region where a collector lives there.

An OLT goes to none whose config does not name it.

Every collector works it out by itself from what the database tells all of them, and comes to the same answer; where
two of them looked at different moments, the leases keep each OLT with one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", int, str)
"""What an OLT is called."""


def share_out(
    olts: Mapping[K, str | None],
    members: Mapping[str, str | None],
    held: Mapping[K, str],
    known: Mapping[K, Collection[str]] | None = None,
) -> dict[K, str]:
    """Give each OLT to a collector, and move as few as equal shares need.

    Args:
        olts: OLT to its region; None is none.
        members: Ids of the collectors that live to their regions.
        held: OLT to who holds it now; who is no member counts for nothing.
        known: OLT to those who can poll it; one that is not here can be polled by all.

    Returns:
        OLT to collector id; without those that no member can poll.
    """
    may: dict[K, Sequence[str]] = {}
    for olt, region in olts.items():
        able = sorted(members.keys() & known[olt] if known and olt in known else members)
        may[olt] = [name for name in able if region and members[name] == region] or able
    shares = {olt: held[olt] for olt in sorted(olts) if held.get(olt) in may[olt]}
    load: Counter[str] = Counter(shares.values())
    for olt in sorted(olts.keys() - shares.keys()):
        if may[olt]:
            shares[olt] = _least(may[olt], load)
            load[shares[olt]] += 1
    _level(shares, may, load)
    return shares


def _level(shares: dict[K, str], may: Mapping[K, Sequence[str]], load: Counter[str]) -> None:
    """Move OLTs from who has more to who has less, until no move makes two shares more equal."""
    moved = True
    while moved:
        moved = False
        for olt in sorted(shares):
            owner, least = shares[olt], _least(may[olt], load)
            if load[owner] > load[least] + 1:
                shares[olt] = least
                load[owner] -= 1
                load[least] += 1
                moved = True


def _least(names: Sequence[str], load: Counter[str]) -> str:
    return min(names, key=lambda name: (load[name], name))
