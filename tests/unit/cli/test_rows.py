"""Facts as rows for programs."""

from __future__ import annotations

from noc_console.cli.rows import Network
from noc_console.config.model import Config, OltConfig
from noc_console.domain.network import Changes, Olt, Ont

NOW = 1_000_000.0
CONFIG = Config(olts=(OltConfig(name="olt-1", address="192.0.2.1"),))


def network(unverified: str | None = None, **ont: object) -> Network:
    olt = Olt(1, "olt-1", "192.0.2.1", unverified=unverified)
    return Network(Changes(olts=[olt], onts=[Ont(1, 1, "0/1/0", 3, **ont)]), CONFIG, NOW)  # type: ignore[arg-type]


def test_unverified_facts_are_listed_by_the_names_of_the_row() -> None:
    rows = network("card.cpu_percent,ont.onu_rx_dbm,ont.distance_m")
    (ont,) = rows.onts()
    row = rows.ont_row(ont)
    assert row["unverified"] == ["distance_m", "onu_rx_dbm"]
    assert set(row["unverified"]) <= row.keys()
    assert rows.olt_rows()[0]["unverified"] == ["card.cpu_percent", "ont.distance_m", "ont.onu_rx_dbm"]


def test_where_all_is_verified_the_lists_are_empty() -> None:
    rows = network()
    assert rows.ont_row(rows.onts()[0])["unverified"] == rows.olt_rows()[0]["unverified"] == []
