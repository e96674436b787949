"""What the commands put before the judge."""

from __future__ import annotations

from typing import Any

from noc_console.cli.judging import situation
from noc_console.cli.network import Network
from noc_console.config.model import Config, OltConfig
from noc_console.domain.network import Changes, Cpe, Olt, Ont, Outcome, PollKind, PollMark, Source, Unregistered

NOW = 1_000_000.0
CONFIG = Config(olts=(OltConfig(name="olt-1", address="192.0.2.1"),))


def mark(kind: PollKind, age_s: float) -> PollMark:
    return PollMark(1, "0/1/0", kind, Outcome.COMPLETE, NOW - age_s, NOW - age_s)


def put(ont: Ont | None = None, *marks: PollMark, **more: Any) -> Any:
    ours = ont or Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", state="online", onu_rx_dbm=-26.0)
    beside = Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", state="online", onu_rx_dbm=-27.0)
    marks = marks or (mark(PollKind.STATE, 10), mark(PollKind.OPTICS, 10))
    changes = Changes(
        olts=[Olt(1, "olt-1", "192.0.2.1", reachable=True)], onts=[ours, beside], marks=list(marks), **more
    )
    return situation(Network(changes, CONFIG, NOW), CONFIG, ours, [], [])


def test_neighbours_light_is_told_while_it_is_fresh() -> None:
    assert [n.onu_rx_dbm for n in put().neighbours] == [-27.0]
    alone = Ont(1, 1, "0/1/0", 3, state="online", onu_rx_dbm=-26.0, refreshed_at=NOW - 5)
    found = put(alone, mark(PollKind.STATE, 10), mark(PollKind.OPTICS, 90_000))
    assert found.optics.trusted, "it was read alone just now"
    assert [n.onu_rx_dbm for n in found.neighbours] == [None]


def test_the_configuration_has_the_age_of_the_inventory() -> None:
    alone = Ont(1, 1, "0/1/0", 3, state="online", refreshed_at=NOW - 5)
    assert put(alone, mark(PollKind.STATE, 10), mark(PollKind.INVENTORY, 9000)).config_at == NOW - 9000


def test_an_acs_that_is_away_is_said_to_be() -> None:
    cpes = [Cpe("x", "HWTC00000001", last_inform_at=NOW - 9000)]
    assert put(cpes=cpes, sources=[Source("genieacs", "ok")]).acs_ok
    found = put(cpes=cpes, sources=[Source("genieacs", "failing")])
    assert (found.acs_ok, found.managed) == (False, True)


def test_where_it_was_seen_last_it_waits() -> None:
    rows = [Unregistered(1, f"0/1/{n}", "HWTC00000001", last_seen_at=at) for n, at in ((1, 5.0), (2, 9.0), (3, 7.0))]
    assert put(unregistered=rows).unregistered.port == "0/1/2"
