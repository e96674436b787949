"""What the dialects of OLTs' command lines say of themselves."""

from __future__ import annotations

from importlib import resources

import pytest

from noc_console.cli.wiring import picture_settings
from noc_console.config.model import Config
from noc_console.domain.backups import BACKUPS, Backup
from noc_console.picture.model import Model
from noc_console.picture.seen import SeenAt
from noc_console.sources.olt_cli.dialect import Dialect, backup_confirmed, read_dialect

_FOLDER = resources.files("noc_console.sources.olt_cli") / "dialects"
DIALECTS = [read_dialect(file.read_text(encoding="utf-8"), file.name) for file in _FOLDER.iterdir()]
CONFIG = Config.model_validate({"olts": [{"name": "olt-1", "address": "127.0.0.1"}]})


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.id)
def test_a_backup_says_whether_its_way_is_confirmed(dialect: Dialect) -> None:
    assert {backup_confirmed(name) for name in (dialect.id, *dialect.profiles)} == {dialect.backup_confirmed}
    seen = SeenAt(Model(picture_settings(CONFIG)), 0.0)
    told = BACKUPS.facts(Backup(1, "olt-1", 1.0, 1.0, 5, 1, "d", dialect.id, "ssh", "maria", "olt-1/1.gz"), seen)
    assert told["confirmed"] is dialect.backup_confirmed
    assert any(column.key == "confirmed" for column in BACKUPS.columns)


def test_one_source_alone_confirms_nothing() -> None:
    confirmed = {dialect.id for dialect in DIALECTS if dialect.backup_confirmed}
    assert confirmed == {one.id for one in DIALECTS if one.backup and one.confidence != "C" and one.backup.verified}
    assert confirmed and confirmed.isdisjoint({"vsol", "bdcom", "cdata"})


def test_of_a_dialect_that_is_not_there_nothing_is_known() -> None:
    assert backup_confirmed("another release's") is None
