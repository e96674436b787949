"""``move``: what is wrong with ``--to`` is told before anything is opened, and never shows a password."""

from __future__ import annotations

import pytest

from noc_console.cli.move import move
from noc_console.config.model import Config
from noc_console.domain.errors import ConfigError

ACS = {"url": "http://localhost:7557"}


@pytest.mark.parametrize(
    "to, said",
    [
        ("sqlite:///other.db", "must start with postgresql://"),
        ("mysql://noc:hush@db/noc", "must start with sqlite:/// or postgresql"),
        ("postgresql://noc:hush@db:port/noc", "the port must be a number"),
        ("postgresql://noc:hu@sh@db/noc", "write @ and / in the password"),
    ],
)
def test_a_wrong_target_is_a_usage_error(to: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        move(Config.model_validate({"genieacs": ACS}), to, as_json=False)
    told = capsys.readouterr().err
    assert ended.value.code == 2 and "--to" in told and said in told and "hush" not in told


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(ConfigError, match="NOC_NO_SUCH_URL"):
        move(Config.model_validate({"genieacs": ACS}), "${NOC_NO_SUCH_URL}", as_json=False)


def test_postgresql_is_no_source(capsys: pytest.CaptureFixture[str]) -> None:
    config = Config.model_validate({"genieacs": ACS, "database": "postgresql://db/noc"})
    with pytest.raises(SystemExit):
        move(config, "postgresql://db/other", as_json=False)
    assert "pg_dump" in capsys.readouterr().err
