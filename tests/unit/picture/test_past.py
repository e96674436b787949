"""The past: a recording played to any instant, forwards and backwards, as the rows that a feed would bring."""

from __future__ import annotations

from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.picture.model import Delta, Model
from noc_console.picture.past import Past, differences
from noc_console.picture.settings import PictureSettings

STARTS_AT = 1_000_000.0


def recording() -> list[Observation]:
    """One port of eight ONTs, lost at 100 s; another port that lives; an ONT that is added at 200 s."""
    found = [Observation(0, "olt", {"name": "a", "reachable": True})]
    for port in ("0/1/0", "0/1/1"):
        for number in range(8):
            told = {"olt": "a", "port": port, "ont_id": number, "serial": f"HWTC{port[-1]}000000{number}"}
            light = {"state": "online", "onu_rx_dbm": -20.0, "customer": f"c{number}"}
            found.append(Observation(0, "ont", told | light))
    for number in range(8):
        told = {"olt": "a", "port": "0/1/0", "ont_id": number, "by": "trap"}
        found.append(Observation(100, "ont", told | {"state": "offline", "offline_reason": "loss_of_signal"}))
    found.append(Observation(150, "poll", {"olt": "a", "kind": "state", "outcome": "complete"}))
    found.append(Observation(200, "ont", {"olt": "a", "port": "0/1/1", "ont_id": 9, "state": "online"}))
    found.append(Observation(210, "ont", {"olt": "a", "port": "0/1/1", "ont_id": 0, "onu_rx_dbm": -24.0}))
    found.append(Observation(250, "poll", {"olt": "a", "kind": "state", "outcome": "complete"}))
    return found


def shown(past: Past, model: Model, at: float) -> tuple[int, int, int]:
    """Online, offline and open incidents after going to an instant."""
    update = past.go_to(STARTS_AT + at)
    for _ in model.apply(update, lambda: STARTS_AT + at, Delta()):
        pass
    counts = model.counts()
    return counts.online, counts.offline, sum(one.open for one in model.records(INCIDENTS))


def test_it_goes_on_back_and_on_again() -> None:
    past, model = Past(recording(), IncidentSettings(), STARTS_AT), Model(PictureSettings())
    assert shown(past, model, 50) == (16, 0, 0)
    assert shown(past, model, 150) == (8, 8, 1)
    assert shown(past, model, 220) == (9, 8, 1)
    assert shown(past, model, 60) == (16, 0, 0)
    assert shown(past, model, 220) == (9, 8, 1)


def test_instants_are_those_of_the_clock() -> None:
    past, model = Past(recording(), IncidentSettings(), STARTS_AT), Model(PictureSettings())
    shown(past, model, 150)
    (incident,) = model.records(INCIDENTS)
    assert incident.first_loss_at == STARTS_AT + 100
    assert (past.first_at, past.last_at) == (STARTS_AT, STARTS_AT + 250)


def test_only_what_differs_is_told_again() -> None:
    past = Past(recording(), IncidentSettings(), STARTS_AT)
    assert len(past.go_to(STARTS_AT + 50).onts) == 16
    assert past.go_to(STARTS_AT + 60).onts == []
    assert len(past.go_to(STARTS_AT + 120).onts) == 8


def test_differences_between_two_instants() -> None:
    one, other = (Past(recording(), IncidentSettings(), STARTS_AT) for _ in range(2))
    one.go_to(STARTS_AT + 50)
    other.go_to(STARTS_AT + 240)
    found = differences(one.network, other.network)
    assert [ont.place for ont in found["lost"]] == [("a", "0/1/0", number) for number in range(8)]
    assert [ont.place for ont in found["light"]] == [("a", "0/1/1", 0)]
    assert not found["recovered"]
    assert len(differences(other.network, one.network)["recovered"]) == 8
