"""Actions by name, as commands take them: what there is, its parameters, its password."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping, Sequence

from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.domain.actions import ACTIONS, GATES, JobKind
from noc_console.domain.secrets import check_values


def list_kinds(as_json: bool) -> None:
    """Print every action."""
    rows = [
        {
            "action": kind.value,
            "what": spec.title,
            "about": spec.target.value,
            "takes": " ".join([*(f"{name}=" for name in spec.parameters), *(f"[{name}=]" for name in spec.optional)]),
            "password": "asked for" if spec.secret else None,
            "confirm": GATES[spec.level] or None,
            "bulk": spec.bulk,
            "role": spec.role.value,
            "verified_by": spec.verified_by,
        }
        for kind, spec in ACTIONS.items()
    ]
    if as_json:
        print_json(rows)
        return
    columns = ("action", "what", "about", "takes", "password", "confirm", "bulk")
    print_table(rows, [(name, name) for name in columns])


def kind_named(name: str) -> JobKind:
    """The action of that name; ends the command when there is none."""
    try:
        return JobKind(name)
    except ValueError:
        fail(f"no action {name!r}; noc-console do --list tells which there are", Exit.USAGE)


def parse_parameters(given: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` arguments as a mapping; ends the command when one is not."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not value:
            fail(f"{text!r} is not NAME=VALUE", Exit.USAGE)
        found[name] = value
    return found


def check(kind: JobKind, parameters: Mapping[str, str], secret: str | None) -> None:
    """End the command when what was given cannot be."""
    if trouble := check_values(kind, parameters, secret):
        fail(trouble, Exit.USAGE)


def read_secret(kind: JobKind) -> str:
    """A password: typed twice without echo, or the first line of a pipe."""
    if not sys.stdin.isatty():
        text = sys.stdin.readline().rstrip("\r\n")
        if not text:
            fail(f"{kind.value} reads the password from its standard input, which is empty", Exit.USAGE)
        return text
    text = getpass.getpass("new password: ")
    if getpass.getpass("once more: ") != text:
        fail("the two differ, nothing done", Exit.USAGE)
    return text
