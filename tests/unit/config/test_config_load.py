"""Loading the config file: values, secrets, paths; and errors that say file, line, key and what to write instead."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noc_console.cli.wiring import picture_settings
from noc_console.config import load as loading
from noc_console.config import where
from noc_console.config.load import load, read_env_file, secret_files
from noc_console.config.model import Config
from noc_console.config.paths import buffer_file, log_file, state_dir
from noc_console.config.where import default_paths, find
from noc_console.domain.errors import ConfigError
from noc_console.domain.optics import Thresholds

MINIMAL = "olts: [{name: olt-1, address: 192.0.2.10}]\n"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def refused(path: Path, **env: str) -> ConfigError:
    """The error; whatever it is, it names the file."""
    with pytest.raises(ConfigError) as caught:
        load(path, env)
    assert str(path) in str(caught.value)
    return caught.value


# What is right


def test_everything_but_the_olts_has_a_default(write: Write) -> None:
    path = write(MINIMAL)
    config = load(path, {})
    (olt,) = config.olts
    assert (olt.name, olt.address, olt.profile, olt.snmp.port) == ("olt-1", "192.0.2.10", "auto", 161)
    assert config.database == f"sqlite:///{path.parent / 'noc.db'}"
    assert config.victoriametrics and config.victoriametrics.url == "http://127.0.0.1:8428"
    assert config.genieacs is None
    polling = config.polling
    assert (polling.state_s, polling.optics_s, polling.health_s) == (60, 300, 60)
    assert (polling.inventory_s, polling.cpe_s) == (21600, 60)
    assert config.thresholds.domain() == Thresholds(-25, -28, -8)


@pytest.mark.parametrize("olts", ["", "olts: []\n"])
def test_an_acs_alone_is_enough(write: Write, olts: str) -> None:
    assert load(write(olts + "genieacs: {url: http://acs}\n"), {}).olts == ()


def test_the_fixed_names(write: Write) -> None:
    config = load(
        write(
            "database: postgresql+psycopg://user@host/noc\n"
            "victoriametrics: {url: http://127.0.0.1:8428}\n"
            "genieacs: {url: 'https://acs.example.net/nbi/', username: noc, headers: {X-Key: k}}\n"
            "polling: {state_s: 60, optics_s: 300, health_s: 60, inventory_s: 21600, cpe_s: 60}\n"
            "thresholds: {rx_warning_dbm: -24, rx_critical_dbm: -27, rx_overload_dbm: -9}\n"
            "olts:\n"
            "  - {name: olt-1, address: 192.0.2.10, snmp: {version: 2c, community: public, port: 161}, profile: auto}\n"
            "  - {name: olt-2, address: 192.0.2.11, thresholds: {rx_warning_dbm: -20}}\n"
        ),
        {},
    )
    assert config.genieacs and config.genieacs.url == "https://acs.example.net/nbi"
    assert config.thresholds_for("olt-1") == Thresholds(-24, -27, -9)
    assert config.thresholds_for("olt-2") == Thresholds(-20, -28, -8)


def test_no_victoriametrics(write: Write) -> None:
    assert load(write(MINIMAL + "victoriametrics: null\n"), {}).victoriametrics is None


@pytest.mark.parametrize("version", ["2c", "v2c", "2", '"2"'])
def test_notations_of_the_snmp_version(write: Write, version: str) -> None:
    config = load(write(f"olts: [{{name: a, address: b, snmp: {{version: {version}}}}}]\n"), {})
    assert config.olts[0].snmp.version == "2c"


def test_postgresql_gets_its_driver(write: Write) -> None:
    assert load(write(MINIMAL + "database: postgresql://u@h/d\n"), {}).database == "postgresql+psycopg://u@h/d"


# Secrets

SECRETS = """
database: postgresql+psycopg://noc:${DB_PASSWORD}@db.example.net/noc
victoriametrics: {url: http://127.0.0.1:8428, username: vm, password: "${VM_PASSWORD}", headers: {X-Key: "${VM_KEY}"}}
genieacs: {url: http://127.0.0.1:7557, username: acs, password: file:acs.password}
olts: [{name: olt-1, address: 192.0.2.10, snmp: {community: "${OLT_COMMUNITY}"}}]
"""
ENV = {"DB_PASSWORD": "hush-db", "VM_PASSWORD": "hush-vm", "VM_KEY": "hush-key", "OLT_COMMUNITY": "hush-olt"}


def test_secrets_come_from_the_environment_and_from_files(write: Write, tmp_path: Path) -> None:
    (tmp_path / "acs.password").write_text("hush-acs\n")
    config = load(write(SECRETS), ENV)
    assert "noc:hush-db@" in config.database
    assert config.victoriametrics and config.victoriametrics.password and config.genieacs and config.genieacs.password
    assert config.victoriametrics.password.get_secret_value() == "hush-vm"
    assert config.victoriametrics.headers["X-Key"].get_secret_value() == "hush-key"
    assert config.genieacs.password.get_secret_value() == "hush-acs"
    assert config.olts[0].snmp.community.get_secret_value() == "hush-olt"


def test_secrets_are_never_shown(write: Write, tmp_path: Path) -> None:
    (tmp_path / "acs.password").write_text("hush-acs")
    config = load(write(SECRETS), ENV)
    for text in (repr(config), str(config), f"{config}", repr(config.olts), repr(config.victoriametrics)):
        assert "hush" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        "olts: [{name: a, address: b, snmp: {comunity: hush}}]",
        "olts: [{name: a, address: b, snmp: {community: [hush]}}]",
        "olts: [{name: a, address: b, snmp: {community: {x: hush}}}]",
        "olts: [{name: a, address: b, snmp: hush}]",
        "olts: [{name: a, address: b, snmp: {community: '${SECRET}', port: 0}}]",
        "olts: [{name: a, address: b, snmp: {port: '${SECRET}'}}]",
        MINIMAL + "victoriametrics: {url: 'http://vm:hush@127.0.0.1:8428'}",
        MINIMAL + "victoriametrics: {url: 'http://x', headers: hush}",
        MINIMAL + "genieacs: hush",
        MINIMAL + "database: mysql://noc:hush@host/noc",
        MINIMAL + "database: postgresql://noc:hush@host:port/noc",
        MINIMAL + "database: postgresql://noc:hu@sh/hush@host/noc",
        "olts: [{name: a, address: b, snmp: {community: hush}}\n",
        "olts: [{name: a, address: b, snmp: {community: 'hush}}]\n",
    ],
)
def test_errors_never_show_a_secret(write: Write, wrong: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(wrong), {"SECRET": "hush"})
    assert "hush" not in f"{caught.value} {caught.value!r}"
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_variable_that_is_not_set(write: Write) -> None:
    error = refused(write("database: sqlite:///noc.db\n" + MINIMAL.replace("192.0.2.10", '"${NOWHERE}"')))
    assert (error.line, error.key) == (2, "olts[0].address")
    assert "NOWHERE is not set" in str(error) and "export NOWHERE=" in str(error)


def test_a_secret_file_that_is_not_there(write: Write, tmp_path: Path) -> None:
    error = refused(write(MINIMAL + "genieacs:\n  url: http://x\n  password: file:nothing\n"))
    assert (error.line, error.key) == (4, "genieacs.password")
    assert str(tmp_path / "nothing") in str(error)


# Paths


def test_relative_paths_count_from_the_config_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(
        MINIMAL + "database: sqlite:///data/noc.db\nprofiles_dir: profiles\nhistory: {path: samples}\n"
        "backups: {folder: kept}\n"
        "logging: {file: noc.log}\ngenieacs: {url: https://x, ca_file: ca.pem}\n"
    )
    monkeypatch.chdir("/")
    config = load(path, {})
    assert config.database == f"sqlite:///{tmp_path}/data/noc.db"
    assert config.profiles_dir == tmp_path / "profiles"
    assert config.backups.folder == tmp_path / "kept"
    assert buffer_file(config) == tmp_path / "samples" / "samples.db"
    assert log_file(config) == tmp_path / "noc.log"
    assert config.genieacs and config.genieacs.ca_file == tmp_path / "ca.pem"


def test_absolute_paths_stay(write: Write) -> None:
    config = load(write(MINIMAL + "database: sqlite:////var/lib/noc.db\nlogging: {file: /var/log/noc.log}\n"), {})
    assert config.database == "sqlite:////var/lib/noc.db"
    assert (buffer_file(config), log_file(config)) == (Path("/var/lib/noc-samples.db"), Path("/var/log/noc.log"))


def test_state_goes_where_the_user_keeps_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert state_dir() == Path("/state/noc-console")
    buffers = {
        buffer_file(load(write(MINIMAL + f"database: postgresql://noc@host/{name}\n"), {})) for name in ("a", "b")
    }
    assert len(buffers) == 2 and {path.parent for path in buffers} == {Path("/state/noc-console")}


def test_where_a_config_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(where, "MACHINE_CONFIG", tmp_path / "etc" / "config.yaml")
    env = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    with pytest.raises(ConfigError, match=r"no config file .*noc-console init.*noc-console demo") as caught:
        find(None, env)
    assert all(str(path) in str(caught.value) for path in default_paths(env))
    users = tmp_path / "xdg" / "noc-console" / "config.yaml"
    users.parent.mkdir(parents=True)
    users.write_text(MINIMAL)
    assert find(None, env) == users
    Path("config.yaml").write_text(MINIMAL)
    assert find(None, env) == Path("config.yaml")
    other = tmp_path / "other.yaml"
    other.write_text(MINIMAL)
    assert find(None, env | {"NOC_CONSOLE_CONFIG": str(other)}) == other
    assert find(users, env | {"NOC_CONSOLE_CONFIG": str(other)}) == users
    with pytest.raises(ConfigError, match=r"gone\.yaml: no such config file"):
        find(tmp_path / "gone.yaml", env)


def test_a_config_that_may_not_be_read_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", forbidden)
    for named in (tmp_path / "config.yaml", None):
        with pytest.raises(ConfigError, match=r"config\.yaml: this user may not read it"):
            find(named, {})


# What is wrong


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("poling: {}\n" + MINIMAL, 1, "poling", "did you mean polling?"),
        (MINIMAL + "polling:\n  state_s: 60\n  optic_s: 300\n", 4, "polling.optic_s", "did you mean optics_s?"),
        (MINIMAL + "genieacs:\n  url: http://x\n  pasword: y\n", 4, "genieacs.pasword", "did you mean password?"),
        (MINIMAL + "victoriametrics: {uri: http://x}\n", 2, "victoriametrics.", "ur"),
        ("olts:\n- name: a\n  adress: b\n", 3, "olts[0].adress", "unknown key"),
        ("olts:\n- name: a\n  address: b\n  snmp: {comunity: c}\n", 4, "olts[0].snmp.comunity", "community?"),
        ("olts:\n- {name: a, address: b}\n- {name: c, address: d, zz: 1}\n", 3, "olts[1].zz", "known here: name,"),
        ("olts:\n- {name: a}\n", 2, "olts[0].address", "is missing"),
        ("database: sqlite:///noc.db\n", 1, "olts", "at least one OLT"),
        ("olts: []\n", 1, "olts", "at least one"),
        ("olts: olt-1\n", 1, "olts", "tuple"),
        ("olts:\n- {name: a b, address: c}\n", 2, "olts[0].name", "match"),
        ("olts:\n- {name: a, address: b}\n- {name: c, address: d}\n- {name: a, address: e}\n", 1, "olts", "twice: a"),
        (MINIMAL + "polling:\n  state_s: often\n", 3, "polling.state_s", "number"),
        (MINIMAL + "polling:\n  state_s: 0\n", 3, "polling.state_s", "greater than 0"),
        (MINIMAL + "thresholds:\n  rx_warning_dbm: -30\n", 2, "thresholds", "ordered"),
        (MINIMAL + "thresholds:\n  rx_overload_dbm: -26\n", 2, "thresholds", "ordered"),
        (MINIMAL + "thresholds:\n  rx_critical_dbm: -2800\n", 3, "thresholds.rx_critical_dbm", "-60"),
        ("olts:\n- name: a\n  address: b\n  thresholds: {rx_warning_dbm: -7}\n", 4, "olts[0].thresholds", "ordered"),
        (MINIMAL + "database: noc.db\n", 2, "database", "sqlite:///"),
        (MINIMAL + "database: postgresql://noc@host:port/noc\n", 2, "database", "port"),
        (MINIMAL + "genieacs:\n  url: 127.0.0.1:7557\n", 3, "genieacs.url", "http://"),
        (MINIMAL + "genieacs:\n  url: 'http://'\n", 3, "genieacs.url", "host"),
        (MINIMAL + "genieacs:\n  url: http://u:p@host\n", 3, "genieacs.url", "username: and password:"),
        (MINIMAL + "genieacs: {url: http://x, password: y}\n", 2, "genieacs", "needs username:"),
        (MINIMAL + "logging: {level: loud}\n", 2, "logging.level", "'debug'"),
        ("olts:\n- {name: a, address: b, snmp: {version: 1}}\n", 2, "olts[0].snmp", "2c"),
        (MINIMAL + "database: a\ndatabase: b\n", 3, "database", "key given twice"),
        (MINIMAL + "polling: {cpe_s: 1, cpe_s: 2}\n", 2, "polling.cpe_s", "key given twice"),
    ],
)
def test_an_error_says_where_and_what(write: Write, text: str, line: int, key: str, said: str) -> None:
    path = write(text)
    error = refused(path)
    assert error.line == line, error
    assert (error.key or "").startswith(key), error
    assert said in str(error)
    assert str(error).startswith(f"{path}:{line}: {error.key}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# nothing\n", 1),
        ("- a\n- b\n", 1),
        ("text\n", 1),
        ("a: 1\nb: [\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: *nowhere\n", 1),
        ("a: 'x\n", 2),
        ("a: !!python/name:os.system x\n", 1),
        ("a: 1\nb: }\n", 2),
    ],
)
def test_a_file_that_is_no_config(write: Write, text: str, line: int) -> None:
    assert refused(write(text)).line == line


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"a: \x07\n", b"a: \x00\n", "a: \ud800\n".encode("utf-8", "surrogatepass")]
)
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    refused(path)


@pytest.mark.parametrize("text", ["a: &x [*x]\n", "a: &x {b: *x}\n", "1: 2\n", "? [a, b]\n: c\n", "null: 1\n"])
def test_yaml_that_is_out_of_the_ordinary(write: Write, text: str) -> None:
    refused(write(text + MINIMAL))


def test_a_folder_or_nothing_instead_of_a_file(tmp_path: Path) -> None:
    refused(tmp_path)
    refused(tmp_path / "gone.yaml")


def test_several_errors_are_counted_and_the_first_is_told(write: Write) -> None:
    error = refused(write("olts: [{name: a, address: b}]\npolling:\n  cpe_s: x\n  state_s: x\nthreshold: {}\n"))
    assert error.line == 3 and "[and 2 more]" in str(error)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_is_a_config_or_a_config_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(load(path, {}), Config)
    except ConfigError as error:
        assert str(path) in str(error)


# Files that would never end


def test_a_misspelt_key_that_is_needed_is_named_itself(write: Write) -> None:
    error = refused(write("olts:\n  - name: a\n    adress: 192.0.2.1\n"))
    assert (error.line, error.key, error.hint) == (3, "olts[0].adress", "did you mean address?")


def test_aliases_that_grow_without_end_are_refused(write: Write) -> None:
    levels = ["a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    levels += [f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]" for last, name in pairwise("abcdefghij")]
    error = refused(write("\n".join([*levels, MINIMAL])))
    assert "aliases" in error.message


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: *a}\n"])
def test_an_alias_that_holds_itself_is_refused(write: Write, text: str) -> None:
    assert "aliases" in refused(write(text + MINIMAL)).message


def test_aliases_that_repeat_what_is_common_are_fine(write: Write) -> None:
    text = "olts:\n- {name: a, address: x, snmp: &s {community: c}}\n- {name: b, address: y, snmp: *s}\n"
    assert len(load(write(text), {}).olts) == 2


@pytest.mark.parametrize("place", ["fifo", "device", "folder", "huge"])
@pytest.mark.parametrize("as_secret", [True, False])
def test_what_is_no_text_file_of_sane_size_is_refused_at_once(tmp_path: Path, place: str, as_secret: bool) -> None:
    target = Path("/dev/zero") if place == "device" else tmp_path / place
    if place == "fifo":
        os.mkfifo(target)
    elif place == "folder":
        target.mkdir()
    elif place == "huge":
        with target.open("wb") as file:
            file.truncate(2**40)
    config = target
    if as_secret:
        config = tmp_path / "config.yaml"
        config.write_text(f"olts: [{{name: a, address: b, snmp: {{community: 'file:{target}'}}}}]\n")
    error = refused(config)
    assert str(target) in str(error) and ("olts[0].snmp.community" in str(error)) is as_secret


def test_files_that_hold_secrets_are_found(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(MINIMAL + "genieacs: {url: 'http://a', username: u, password: file:acs.secret}\n")
    assert secret_files(config) == [tmp_path / "acs.secret"]


def test_a_file_of_variables_stands_behind_the_environment(write: Write, tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "defaults"
    file.write_text("# secrets\n\nOLT_A=from file\nOLT_B=\"quo ted\"\nOLT_C='x=y'\n; no\nbroken\n")
    monkeypatch.setattr(loading, "ENV_FILE", file)
    monkeypatch.setenv("OLT_A", "from environment")
    olts = "".join(f"- {{name: {n}, address: x, snmp: {{community: '${{OLT_{n}}}'}}}}\n" for n in "ABC")
    config = load(write(f"olts:\n{olts}"))
    found = [olt.snmp.community.get_secret_value() for olt in config.olts]
    assert found == ["from environment", "quo ted", "x=y"]
    assert read_env_file(tmp_path / "nowhere") == {}


def test_an_olt_may_have_rhythms_of_its_own() -> None:
    config = Config.model_validate(
        {
            "polling": {"optics_s": 300, "health_s": 60},
            "olts": [
                {"name": "a", "address": "192.0.2.1", "polling": {"optics_s": 3600}},
                {"name": "b", "address": "b"},
            ],
        }
    )
    settings = picture_settings(config)
    assert (settings.intervals_for("a").optics_s, settings.intervals_for("a").health_s) == (3600, 60)
    assert settings.intervals_for("b").optics_s == 300


def test_an_encoding_must_be_one_of_text(write: Write) -> None:
    olt = "olts: [{{name: a, address: x, text_encoding: {}}}]\n"
    assert load(write(olt.format("GBK")), {}).olts[0].text_encoding == "gbk"
    for wrong in ("klingon", "base64", "utf-16", "utf-7", "cp037", "unicode_escape", '"a\\0b"'):
        assert refused(write(olt.format(wrong))).key == "olts[0].text_encoding"


@pytest.mark.parametrize("text", ['logging: {file: "a\\0b"}', 'victoriametrics: {url: "file:\\0"}'])
def test_a_nul_is_refused_where_it_stands(write: Write, text: str) -> None:
    with pytest.raises(ConfigError, match="NUL") as failed:
        load(write(f"{MINIMAL}{text}\n"), {})
    assert ":" in str(failed.value) and text.partition(":")[0] in str(failed.value)
