"""The words for changes; and every kind of change has words and comes back from the database as it was."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from noc_console.domain import changes as c
from noc_console.domain.optics import Signal
from noc_console.picture.wording import words
from noc_console.storage.changes import append_changes, read_changes_of
from noc_console.storage.database import Database

ONT: dict[str, Any] = {"at": 1.0, "olt": "north", "port": "0/1/3", "ont_id": 4, "serial": "HWTC00000001"}
OLT: dict[str, Any] = {"at": 1.0, "olt": "north"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (c.OntDown(**ONT, description="Corner shop", reason="dying_gasp"),
         "HWTC00000001 Corner shop offline (dying gasp)"),
        (c.IncidentChanged(at=1.0, number=17, after="suspected", cause="fibre", place="north 0/1/3", affected=41),
         "INC-17 fibre cut north 0/1/3: opened, 41 down"),
        (c.IncidentChanged(at=1.0, number=17, before="clearing", after="resolved", cause="fibre", place="north 0/1/3"),
         "INC-17 fibre cut north 0/1/3: resolved"),
        (c.IncidentChanged(at=1.0, number=17, before="suspected", after="withdrawn", cause="fibre", affected=41),
         "INC-17 fibre cut: withdrawn"),
        (c.IncidentChanged(at=1.0, number=17, after="new life", before="x", cause="new cause", place="north",
                           affected=3),
         "INC-17 new cause north: new life, 3 down"),
        (c.AlarmChanged(at=1.0, key="k", rule="temperature", object="north card 0/1", text="61 C, limit 60 C"),
         "north card 0/1 temperature: 61 C, limit 60 C"),
        (c.AlarmChanged(at=1.0, key="k", rule="temperature", object="north card 0/1", after="cleared"),
         "north card 0/1 temperature: cleared"),
        (c.OntDown(at=1.0), "ONT offline (no reason given)"),
        (c.OntUp(**ONT, down_s=3700.0), "HWTC00000001 online after 1h01m"),
        (c.OntUp(**ONT), "HWTC00000001 online"),
        (c.OntUnclear(**ONT, vendor_state="value 3"),
         "HWTC00000001 state unknown (value 3), was online"),
        (c.OntAppeared(**ONT), "new ONT HWTC00000001 on 0/1/3 id 4"),
        (c.OntMoved(**ONT, from_port="0/2/0", from_ont_id=9),
         "HWTC00000001 is now also on 0/1/3 id 4, known on 0/2/0 id 9"),
        (c.OntSwapped(**ONT, before="HWTC00000002"), "0/1/3 id 4 is now HWTC00000001, was HWTC00000002"),
        (c.OntVanished(**ONT), "HWTC00000001 on 0/1/3 id 4 is no longer in the OLT's configuration"),
        (c.OntReturned(**ONT), "HWTC00000001 on 0/1/3 id 4 is in the OLT's configuration again"),
        (c.OntDuplicated(**OLT, serial="HWTC00000001", places=("0/1/0 id 0", "0/1/1 id 1")),
         "HWTC00000001 is registered at 2 places of north: 0/1/0 id 0 and 0/1/1 id 1"),
        (c.LightCrossed(**ONT, after=Signal.CRITICAL, before_dbm=-20.7, rx_dbm=-28.3),
         "HWTC00000001 light critical: -28.3 dBm, was -20.7 dBm"),
        (c.PortChanged(**OLT, port="0/1/3", before="up", after="down"), "north PON port 0/1/3 down, was up"),
        (c.CardChanged(**OLT, card="0/9", type="H901", before="normal", after="fault"),
         "north card 0/9 H901 normal -> fault"),
        (c.OltSilent(**OLT, error="no answer"), "north does not answer SNMP: no answer"),
        (c.OltRestarted(**OLT, uptime_s=30.0), "north restarted 30s ago"),
        (c.RouterChanged(at=1.0, serial="HWTC00000001", device_id="d", what="firmware", before="1", after="2"),
         "HWTC00000001 router firmware 1 -> 2"),
        (c.OtherChange(at=1.0, name="ont_sang"), "ont_sang (written by another release)"),
    ],
)  # fmt: skip
def test_words(change: c.Change, said: str) -> None:
    assert words(change) == said


TEXTS = strategies.text(strategies.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
VALUES: dict[type, strategies.SearchStrategy[Any]] = {
    str: TEXTS,
    int: strategies.integers(1, 2**31 - 1),
    bool: strategies.booleans(),
    float: strategies.floats(-1e9, 1e9).map(float),
}


def full(kind: type[c.Change]) -> strategies.SearchStrategy[c.Change]:
    """Changes of a kind with every field set."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name != "id"]
    return strategies.builds(kind, **{name: _value(hints[name]) for name in names})


def _value(hint: Any) -> strategies.SearchStrategy[Any]:
    inner = next((one for one in getattr(hint, "__args__", ()) if one not in (type(None), ...)), hint)
    if getattr(hint, "__origin__", None) is tuple:
        return strategies.lists(_value(inner), min_size=1, max_size=3).map(tuple)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return strategies.sampled_from(inner)
    return VALUES[inner]


@pytest.mark.parametrize("kind", c.KINDS.values(), ids=c.KINDS)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
async def test_every_kind_has_words_and_comes_back_as_it_was(
    database: Database, kind: type[c.Change], data: strategies.DataObject
) -> None:
    change = data.draw(full(kind))
    async with database.writing() as connection:
        await append_changes(connection, [change])
    async with database.reading() as connection:
        (stored,) = await read_changes_of(connection, limit=1, newest=True)
    assert stored.id > 0
    assert {f.name: getattr(stored, f.name) for f in fields(kind) if f.name != "id"} == {
        f.name: getattr(change, f.name) for f in fields(kind) if f.name != "id"
    }
    assert type(stored) is kind and words(stored) != kind.kind, "it has words of its own"
    assert c.severity_of(stored) in c.Severity
