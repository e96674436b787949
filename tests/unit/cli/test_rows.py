"""Facts as rows for programs."""

from __future__ import annotations

import pytest

from noc_console.cli.lookup import find_onts, named_onts
from noc_console.cli.network import Network
from noc_console.cli.rows import olt_rows, ont_row, unregistered_rows
from noc_console.config.model import Config, OltConfig
from noc_console.domain.network import Changes, Cpe, Olt, Ont, Unregistered
from noc_console.domain.routers import Scrap

NOW = 1_000_000.0
CONFIG = Config(olts=(OltConfig(name="olt-1", address="192.0.2.1"),))


def network(unverified: str | None = None, **ont: object) -> Network:
    olt = Olt(1, "olt-1", "192.0.2.1", unverified=unverified)
    onts = [Ont(1, 1, "0/1/0", 3, **ont), Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", description="Ana")]  # type: ignore[arg-type]
    return Network(Changes(olts=[olt], onts=onts), CONFIG, NOW)


def test_unverified_facts_are_listed_by_the_names_of_the_row() -> None:
    rows = network("card.cpu_percent,ont.onu_rx_dbm,ont.distance_m")
    row = ont_row(rows, rows.onts()[0])
    assert row["unverified"] == ["distance_m", "onu_rx_dbm"]
    assert set(row["unverified"]) <= row.keys()
    assert olt_rows(rows)[0]["unverified"] == ["card.cpu_percent", "ont.distance_m", "ont.onu_rx_dbm"]


def test_where_all_is_verified_the_lists_are_empty() -> None:
    rows = network()
    assert ont_row(rows, rows.onts()[0])["unverified"] == olt_rows(rows)[0]["unverified"] == []


@pytest.mark.parametrize("text", ["006d.61ee.0bf3", "00-6D-61-EE-0B-F3", "006d61ee0bf3", "0:6d:61:ee:b:f3", "61ee0b"])
def test_an_epon_onu_is_looked_up_by_its_mac_in_any_notation(text: str) -> None:
    rows = network(mac="00:6D:61:EE:0B:F3")
    (found,) = find_onts(rows, text)
    row = ont_row(rows, found)
    assert (row["serial"], row["serial_hex"], row["mac"]) == (None, None, "00:6D:61:EE:0B:F3")


def test_serials_and_descriptions_are_looked_up() -> None:
    rows = network(mac="00:6D:61:EE:0B:F3")
    for text in ("4857-5443-0000-0002", "ana", "00000002"):
        assert [ont.id for ont in find_onts(rows, text)] == [2]
    assert find_onts(rows, "nobody") == []


def test_onts_that_wait_are_listed_until_they_are_gone() -> None:
    waiting = [
        Unregistered(1, "0/1/0", "HWTC00000009", "EG8145V5", NOW - 600, NOW - 5),
        Unregistered(1, "0/1/1", "485754430000000A", None, NOW - 60, NOW - 5),
        Unregistered(1, "0/1/1", "HWTC0000000B", None, NOW - 60, NOW - 50, gone_at=NOW - 5),
        Unregistered(2, "0/1/1", "HWTC0000000C", None, NOW - 60, NOW - 50),
    ]
    olts = [Olt(1, "olt-1", "192.0.2.1")]
    rows = unregistered_rows(Network(Changes(olts=olts, unregistered=waiting), CONFIG, NOW))
    assert [row["serial"] for row in rows] == ["485754430000000A", "HWTC00000009"]
    assert (rows[1]["olt"], rows[1]["pon_port"], rows[1]["model"]) == ("olt-1", "0/1/0", "EG8145V5")
    assert (rows[1]["first_seen_at"], rows[1]["age_s"]) == ("1970-01-12T13:36:40Z", 5.0)


def test_who_is_acted_on_is_named_never_guessed() -> None:
    onts = [
        Ont(1, 1, "0/1/0", 3, serial="HWTC00000001", description="Ana"),
        Ont(2, 1, "0/1/0", 4, serial="HWTC00000002", description="in place of HWTC00000009"),
    ]
    cpes = [Cpe("x", "HWTC00000001", pppoe_user="ana@isp", wan_ip="100.64.0.1")]
    rows = Network(Changes(olts=[Olt(1, "olt-1", "192.0.2.1")], onts=onts, cpes=cpes), CONFIG, NOW)
    for text in ("HWTC00000001", "48575443-00000001", "ANA@isp", "100.64.0.1", "x"):
        assert [ont.id for ont in named_onts(rows, Scrap.parse(text))] == [1]
    for text in ("HWTC00000009", "Ana", "00000002", ""):
        assert named_onts(rows, Scrap.parse(text)) == []
    assert [ont.id for ont in find_onts(rows, "HWTC00000009")] == [2], "a lookup offers it"
