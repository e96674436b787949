"""What the product imports, what it declares and what the locks install are the same packages."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LOADED_BY_NAME = {
    "aiosqlite": "SQLAlchemy loads the driver that a sqlite: URL names",
}
"""Declared, but imported by no file of ours, with the reason."""


def normal(name: str) -> str:
    """The form of a package's name that pip compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return normal(found[0])


def declared(group: str = "") -> set[str]:
    """Packages in pyproject.toml: those of the product, or of an optional group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {name_of(text) for text in (project["optional-dependencies"][group] if group else project["dependencies"])}


def locked(file: str) -> dict[str, str]:
    """A lock file's packages and versions."""
    lines = (ROOT / file).read_text().splitlines()
    pins = (line.split("==") for line in lines if line and not line.startswith(("#", "-r")))
    return {normal(name): version for name, version in pins}


def imported(folder: str) -> set[str]:
    """Third-party packages that the files below ``folder`` import, under the names that pip knows."""
    modules: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add(str(node.module).split(".")[0])
    known = packages_distributions()
    others = modules - sys.stdlib_module_names - {"noc_console"}
    return {normal(distribution) for module in others for distribution in known.get(module, [module])}


def test_the_product_declares_what_it_imports_and_nothing_else() -> None:
    found = imported("noc_console")
    assert len(found) > 10, "the walk found the imports"
    assert declared() - set(LOADED_BY_NAME) == found
    assert set(LOADED_BY_NAME) <= declared()


def test_the_run_time_lock_holds_the_product_and_no_test_tool() -> None:
    product, tests = locked(".requirements.lock"), locked(".requirements-dev.lock")
    assert declared() <= set(product)
    assert declared("dev") <= set(tests)
    assert not set(product) & set(tests)
    assert "-r .requirements.lock" in (ROOT / ".requirements-dev.lock").read_text().splitlines()
