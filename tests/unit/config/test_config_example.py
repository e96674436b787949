"""The example documents every key, and is itself a config that loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from noc_console.cli.init import example
from noc_console.config.load import load
from noc_console.config.model import Config

EXAMPLE = Path(__file__).resolve().parents[3] / "config.example.yaml"
_COMMENTED_KEY = re.compile(r"^( *)# ( *[a-z_0-9]+:( .*)?)$")


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key that the model knows, dotted."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        for inner in models_in(field.annotation):
            yield from keys_of(inner, f"{prefix}{name}.")


def keys_in(data: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield f"{prefix}{name}"
            yield from keys_in(value, f"{prefix}{name}.")
    elif isinstance(data, list):
        for value in data:
            yield from keys_in(value, prefix)


def uncommented() -> str:
    """The example with its commented keys in force; one that is another choice takes the first one's place."""
    lines: list[str] = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        commented = _COMMENTED_KEY.fullmatch(line)
        if commented:
            line = commented[1] + commented[2]
            key = line.split(":", 1)[0] + ":"
            if lines[-2].startswith(key):
                del lines[-2]
        lines.append(line)
    return "\n".join(lines)


def test_the_example_loads(tmp_path: Path) -> None:
    config = load(EXAMPLE, {"OLT_COMMUNITY": "public"})
    defaults = Config.model_validate({"olts": [{"name": "olt-1", "address": "192.0.2.10"}]})
    for name in Config.model_fields:
        if name not in ("olts", "database"):
            assert getattr(config, name) == getattr(defaults, name), f"{name}: the example shows the defaults"
    assert (
        config.olts[0].snmp.model_copy(update={"community": defaults.olts[0].snmp.community}) == defaults.olts[0].snmp
    )


def test_the_example_names_every_key_and_no_other() -> None:
    documented = set(keys_in(yaml.safe_load(uncommented())))
    known = set(keys_of(Config))
    free = ("console.keys.", "inventories.records.", "provisioning.presets.values.")
    maps = {key for key in documented if key.startswith(free) or ".headers." in key}
    assert documented - known - maps == set()
    inherited = {key for key in known if key.startswith(("olts.thresholds.", "core_devices.snmp."))}
    assert known - documented - inherited == set()


def test_the_example_with_everything_in_force_loads(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(uncommented())
    (tmp_path / "oncall.url").write_text("json://192.0.2.1")
    for name in ("genieacs.password", "bridge.password"):
        (tmp_path / name).write_text("x")
    names = set(re.findall(r"\$\{([A-Z_]+)\}", uncommented()))
    config = load(path, dict.fromkeys(names, "long enough for a key"))
    assert config.genieacs and config.victoriametrics and config.victoriametrics.query_url


def test_init_writes_the_example() -> None:
    assert example() == EXAMPLE.read_text(encoding="utf-8")


def test_the_documentation_names_keys_that_exist() -> None:
    root = EXAMPLE.parent
    text = "\n".join(page.read_text(encoding="utf-8") for page in (root / "README.md", *(root / "docs").glob("*.md")))
    known = set(keys_of(Config)) | {key.removeprefix("olts.") for key in keys_of(Config)}
    named = {key for key in re.findall(r"`([a-z_]+\.[a-z_.]+)`", text) if key.split(".")[0] in known}
    assert len(named) > 5 and named - known == set()
