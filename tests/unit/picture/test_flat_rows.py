"""Facts as rows for programs."""

from __future__ import annotations

import pytest

from noc_console.domain.network import Cpe, Olt, Ont, Unregistered
from noc_console.domain.plant import Splitter, Subscriber
from noc_console.domain.routers import Scrap
from noc_console.domain.update import Update
from noc_console.picture.finding import find_onts, named_onts
from noc_console.picture.flat_rows import Row, olt_rows, ont_row, unregistered_rows
from noc_console.picture.model import Delta, Model
from noc_console.picture.ont_facts import gather
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0


def model_of(update: Update) -> Model:
    model = Model(PictureSettings())
    for _ in model.apply(update, lambda: NOW, Delta()):
        pass
    return model


def network(unverified: str | None = None, **ont: object) -> Model:
    olt = Olt(1, "olt-1", "192.0.2.1", unverified=unverified)
    onts = [Ont(1, 1, "0/1/0", 3, **ont), Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", description="Ana")]  # type: ignore[arg-type]
    return model_of(Update(olts=[olt], onts=onts))


def row_of(model: Model, row: int = 0) -> Row:
    return ont_row(gather(model, row, NOW))


def ids(model: Model, rows: list[int]) -> list[int]:
    return [model.onts.get(row, "id") for row in rows]


def test_unverified_facts_are_listed_by_the_names_of_the_row() -> None:
    rows = network("card.cpu_percent,ont.onu_rx_dbm,ont.distance_m")
    row = row_of(rows)
    assert row["unverified"] == ["distance_m", "onu_rx_dbm"]
    assert set(row["unverified"]) <= row.keys()
    assert olt_rows(rows)[0]["unverified"] == ["card.cpu_percent", "ont.distance_m", "ont.onu_rx_dbm"]


def test_where_all_is_verified_the_lists_are_empty() -> None:
    rows = network()
    assert row_of(rows)["unverified"] == olt_rows(rows)[0]["unverified"] == []


@pytest.mark.parametrize("text", ["006d.61ee.0bf3", "00-6D-61-EE-0B-F3", "006d61ee0bf3", "0:6d:61:ee:b:f3", "61ee0b"])
def test_an_epon_onu_is_looked_up_by_its_mac_in_any_notation(text: str) -> None:
    rows = network(mac="00:6D:61:EE:0B:F3")
    (found,) = find_onts(rows, Scrap.parse(text))
    row = row_of(rows, found)
    assert (row["serial"], row["serial_hex"], row["mac"]) == (None, None, "00:6D:61:EE:0B:F3")


def test_serials_and_descriptions_are_looked_up() -> None:
    rows = network(mac="00:6D:61:EE:0B:F3")
    for text in ("4857-5443-0000-0002", "ana", "00000002"):
        assert ids(rows, find_onts(rows, Scrap.parse(text))) == [2]
    assert find_onts(rows, Scrap.parse("nobody")) == []


def test_onts_that_wait_are_listed_until_they_are_gone() -> None:
    waiting = [
        Unregistered(1, "0/1/0", "HWTC00000009", "EG8145V5", NOW - 600, NOW - 5),
        Unregistered(1, "0/1/1", "485754430000000A", None, NOW - 60, NOW - 5),
        Unregistered(1, "0/1/1", "HWTC0000000B", None, NOW - 60, NOW - 50, gone_at=NOW - 5),
    ]
    olts = [Olt(1, "olt-1", "192.0.2.1")]
    rows = unregistered_rows(model_of(Update(olts=olts, unregistered=waiting)), NOW)
    assert [row["serial"] for row in rows] == ["485754430000000A", "HWTC00000009"]
    assert (rows[1]["olt"], rows[1]["pon_port"], rows[1]["model"]) == ("olt-1", "0/1/0", "EG8145V5")
    assert (rows[1]["first_seen_at"], rows[1]["age_s"]) == (NOW - 600, 5.0)


def test_who_is_acted_on_is_named_never_guessed() -> None:
    onts = [
        Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", description="Ana"),
        Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", description="in place of HWTC00000009"),
    ]
    cpes = [Cpe("x", "HWTC00000001", pppoe_user="ana@isp", wan_ip="100.64.0.1")]
    rows = model_of(Update(olts=[Olt(1, "olt-1", "192.0.2.1")], onts=onts, cpes=cpes))
    for text in ("HWTC00000001", "48575443-00000001", "ANA@isp", "100.64.0.1", "x"):
        assert ids(rows, named_onts(rows, Scrap.parse(text))) == [1]
    for text in ("HWTC00000009", "Ana", "00000002", ""):
        assert named_onts(rows, Scrap.parse(text)) == []
    assert ids(rows, find_onts(rows, Scrap.parse("HWTC00000009"))) == [2], "a lookup offers it"


def test_a_subscriber_leads_to_the_ont_and_to_where_it_hangs() -> None:
    splitters = [Splitter("SP-1", "olt-1", "0/1/0", zone="north"), Splitter("SP-2", "olt-1", "0/1/0", parent="SP-1")]
    subscribers = [
        Subscriber("10442", "Marko Kovac", "HWTC00000001", "SP-2", 3, address="Mill Lane 4"),
        Subscriber("10443", "Ana Silva", "HWTC00000002", zone="south"),
    ]
    onts = [Ont(n, 1, "0/1/0", n, serial=f"HWTC0000000{n}") for n in (1, 2, 3)]
    records = {"splitters": splitters, "subscribers": subscribers}
    model = model_of(Update(olts=[Olt(1, "olt-1", "x")], onts=onts, records=records))
    assert [row_of(model, n)["zone"] for n in range(3)] == ["north", "south", None]
    assert (row_of(model)["subscriber"], row_of(model)["splitter"]) == ("10442", "SP-2")
    assert ids(model, named_onts(model, Scrap.parse("10442"))) == [1]
    assert named_onts(model, Scrap.parse("kovac")) == [], "a name is offered, never acted on"
    assert ids(model, find_onts(model, Scrap.parse("mill lane"))) == [1]
    moved = [Subscriber("10442", "Marko Kovac", "HWTC00000003")]
    for _ in model.apply(Update(records={"subscribers": moved}), lambda: NOW, Delta()):
        pass
    assert [row_of(model, n)["subscriber"] for n in range(3)] == [None, "10443", "10442"]


def test_splitters_that_hang_on_each_other_end_the_search() -> None:
    splitters = [Splitter(a, "olt-1", "0/1/0", parent=b) for a, b in (("A", "B"), ("B", "A"))]
    records = {"splitters": splitters, "subscribers": [Subscriber("1", serial="HWTC00000001", splitter="A")]}
    model = model_of(Update(records=records))
    assert [one.name for one in model.plant.place("HWTC00000001").splitters] == ["A", "B"]
