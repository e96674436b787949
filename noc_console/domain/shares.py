"""Which collector polls which OLT: equal shares, in the OLT's own region where a collector lives there.

Every collector works it out by itself from what the database tells all of them, and comes to the same answer; where
two of them looked at different moments, the leases keep each OLT with one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence


def share_out(
    olts: Mapping[int, str | None], members: Mapping[str, str | None], held: Mapping[int, str]
) -> dict[int, str]:
    """Give each OLT to a collector, and move as few as equal shares need.

    Args:
        olts: OLT id to its region; None is none.
        members: Ids of the collectors that live to their regions.
        held: OLT id to who holds it now; who is no member counts for nothing.

    Returns:
        OLT id to collector id; empty without members.
    """
    may: dict[str | None, Sequence[str]] = {None: sorted(members)}
    for region in set(olts.values()) - {None}:
        may[region] = sorted(name for name, own in members.items() if own == region) or may[None]
    if not members:
        return {}
    shares = {olt_id: held[olt_id] for olt_id in sorted(olts) if held.get(olt_id) in may[olts[olt_id]]}
    load: Counter[str] = Counter(shares.values())
    for olt_id in sorted(olts.keys() - shares.keys()):
        shares[olt_id] = _least(may[olts[olt_id]], load)
        load[shares[olt_id]] += 1
    _level(shares, olts, may, load)
    return shares


def _level(
    shares: dict[int, str],
    olts: Mapping[int, str | None],
    may: Mapping[str | None, Sequence[str]],
    load: Counter[str],
) -> None:
    """Move OLTs from who has more to who has less, until no move makes two shares more equal."""
    moved = True
    while moved:
        moved = False
        for olt_id in sorted(shares):
            owner, least = shares[olt_id], _least(may[olts[olt_id]], load)
            if load[owner] > load[least] + 1:
                shares[olt_id] = least
                load[owner] -= 1
                load[least] += 1
                moved = True


def _least(names: Sequence[str], load: Counter[str]) -> str:
    return min(names, key=lambda name: (load[name], name))
