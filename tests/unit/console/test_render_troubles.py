"""What is broken shows on the Sources screen, under the OLT's or the service's name."""

from __future__ import annotations

from noc_console.console.render.sources import rows
from noc_console.domain.network import Olt, Source
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0


def model_of(*sources: Source) -> Model:
    model = Model(PictureSettings())
    olts = [Olt(1, "olt-1", "192.0.2.1", reachable=True, last_ok_at=NOW - 60)]
    for _ in model.apply(Update(olts=olts, sources=list(sources)), lambda: NOW, Delta()):
        pass
    return model


def test_a_broken_olt_is_not_shown_as_ok() -> None:
    broken = Source("olt-1", "broken", error="internal error in olt-1 state: KeyError (see the log)", retry_at=NOW + 32)
    row = rows(model_of(broken), NOW)["olt-1"]
    assert (row.state, row.role, row.ok_at, row.retry_at) == ("broken", "critical", NOW - 60, NOW + 32)
    assert row.detail == broken.error


def test_a_service_in_trouble_has_a_line_of_its_own() -> None:
    found = rows(model_of(Source("traps", "failing", error="cannot listen"), Source("jobs", "ok")), NOW)
    assert (found["traps"].state, found["traps"].detail) == ("failing", "cannot listen")
    assert "jobs" not in found


def test_an_olt_that_recovered_is_as_its_row_says() -> None:
    assert rows(model_of(Source("olt-1", "ok")), NOW)["olt-1"].state == "ok"
