"""``noc-console profiles`` and ``noc-console probe``: what can be read, and what a device answers."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.config.model import Config, OltConfig, Snmp
from noc_console.sources.snmp.credentials import security_for
from noc_console.sources.snmp.first_profile import first_profile
from noc_console.sources.snmp.probe import SAMPLE, Answer, Probe, probe
from noc_console.sources.snmp.profile import Profile, load_profile, load_profiles
from noc_console.sources.snmp.session import SnmpEngine

ENV_COMMUNITY = "NOC_COMMUNITY"


def list_profiles(config: Config | None, only: str | None, as_json: bool) -> None:
    """Print the profiles, or everything that one of them provides."""
    profiles = load_profiles(config.profiles_dir if config else None)
    if only is not None and only not in profiles:
        fail(f"no profile called {only!r}; known: {', '.join(profiles)}", Exit.USAGE)
    chosen = [profile for profile in profiles.values() if only in (None, profile.id)]
    if as_json:
        print_json([_described(profile) for profile in chosen])
        return
    if only is None:
        print_table([_summary(profile) for profile in chosen], _SUMMARY)
        print("\nnoc-console profiles ID lists its facts. C: rests on one source, not verified on a real device.")
        return
    for profile in chosen:
        _print_profile(profile)


_SUMMARY = (("id", "ID"), ("title", "DEVICES"), ("facts", "FACTS"), ("unverified", "C"), ("rows", "OF"))
_FACTS = (
    ("fact", "FACT"),
    ("confidence", ""),
    ("poll", "POLL"),
    ("oid", "OID"),
    ("when", "WHEN"),
    ("source", "SOURCE"),
)
_ANSWERS = (
    ("fact", "FACT"),
    ("confidence", ""),
    ("oid", "OID"),
    ("rows", "ROWS"),
    ("index", "FIRST"),
    ("raw", "RAW"),
    ("decoded", "READS AS"),
)


def _facts(profile: Profile) -> list[dict[str, Any]]:
    return [
        {
            "fact": f"{table.rows}.{name}",
            "confidence": column.confidence,
            "poll": table.poll.value,
            "oid": column.oid,
            "when": ", ".join(table.when) or None,
            "source": column.source,
            "note": column.note,
        }
        for table in profile.tables.values()
        for name, column in table.columns.items()
    ]


def _described(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "title": profile.title,
        "vendor": profile.vendor,
        "note": profile.note,
        "sys_object_id": list(profile.detect.sys_object_id),
        "max_repetitions": profile.max_repetitions,
        "facts": _facts(profile),
        "unverified": profile.unverified(),
    }


def _summary(profile: Profile) -> dict[str, Any]:
    facts = {item["fact"] for item in _facts(profile)}
    return {
        "id": profile.id,
        "title": profile.title,
        "facts": len(facts),
        "unverified": sum(map(len, profile.unverified().values())) or None,
        "rows": ", ".join(dict.fromkeys(fact.split(".")[0] for fact in sorted(facts))),
    }


def _print_profile(profile: Profile) -> None:
    print(f"{profile.id}: {profile.title}")
    if profile.note:
        print(profile.note)
    print_table(_facts(profile), _FACTS)


def target(
    config: Config | None, address: str, community: str | None, port: int | None
) -> tuple[OltConfig, dict[str, Profile]]:
    """Whom to ask, and how: with the community that was given, else as configured, else with ``NOC_COMMUNITY``."""
    configured = next((olt for olt in config.olts if address in (olt.name, olt.address)), None) if config else None
    if configured is None:
        community = community or os.environ.get(ENV_COMMUNITY)
    if configured is None and community is None:
        fail(f"{address} is not configured: --community or {ENV_COMMUNITY} must say how to ask it", Exit.USAGE)
    olt = configured or OltConfig(name=address, address=address)
    if community is not None:
        olt = olt.model_copy(update={"snmp": Snmp.model_validate({"community": community, "port": olt.snmp.port})})
    if port is not None:
        olt = olt.model_copy(update={"snmp": olt.snmp.model_copy(update={"port": port})})
    return olt, load_profiles(config.profiles_dir if config else None)


async def run_probe(olt: OltConfig, profiles: dict[str, Profile], as_json: bool, write: Path | None = None) -> Exit:
    """Ask a device what it is, and print what it answers; ``write`` takes a starting profile when none fits."""
    engine = SnmpEngine()
    try:
        snmp = olt.snmp
        session = engine.open(olt.address, snmp.port, security_for(snmp), snmp.timeout_s, snmp.retries, window=1)
        found = await probe(session, profiles, time.time(), olt.profile)
    finally:
        engine.close()
    if as_json:
        print_json(_as_json(olt, found))
    else:
        _print_probe(olt, found)
    if write is not None:
        _write_profile(write, found)
        return Exit.DONE
    return Exit.DONE if found.profile else Exit.FAILED


def _write_profile(path: Path, found: Probe) -> None:
    if found.profile is not None:
        fail(f"profile {found.profile.id} fits: copy that one (noc-console profiles {found.profile.id})", Exit.USAGE)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(first_profile(found))
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}", Exit.USAGE)
    load_profile(path)
    print(f"wrote {path}: put it into the folder that profiles_dir: names, and add to it", file=sys.stderr)


def _as_json(olt: OltConfig, found: Probe) -> dict[str, Any]:
    return {
        "address": olt.address,
        **asdict(found.identity),
        "profile": found.profile.id if found.profile else None,
        "title": found.profile.title if found.profile else None,
        "note": found.profile.note if found.profile else None,
        "variants": list(found.variants),
        "answers": [asdict(answer) for answer in found.answers],
        "interfaces": [asdict(interface) for interface in found.interfaces],
    }


def _print_probe(olt: OltConfig, found: Probe) -> None:
    identity = found.identity
    print(f"{olt.address}: {identity.sys_descr or 'says no sysDescr'}")
    up = "" if identity.uptime_s is None else f", up {identity.uptime_s / 86400:.1f} days"
    print(f"sysObjectID {identity.sys_object_id or 'none'}{up}")
    if found.profile is None:
        print("No profile fits this device. --write FILE.yaml writes a starting profile; it goes into the folder that")
        print("profiles_dir: names. Until then, uplinks: in the config shows interfaces of it by name.")
        for state in ("up", "down"):
            names = [one.name for one in found.interfaces if one.oper == state]
            if names:
                print(f"interfaces {state}: {', '.join(names)}")
        return
    print(f"profile {found.profile.id}: {found.profile.title}")
    if found.profile.note:
        print(found.profile.note)
    if found.variants:
        print(f"of the alternatives it has: {', '.join(found.variants)}")
    print()
    print_table([_answer(answer) for answer in _worth_telling(found.answers)], _ANSWERS)


def _worth_telling(answers: Iterable[Answer]) -> list[Answer]:
    """Every answer, but of alternatives that are not used only what is there."""
    return [answer for answer in answers if answer.used or answer.rows]


def _answer(answer: Answer) -> dict[str, Any]:
    row = asdict(answer)
    if answer.error:
        return row | {"rows": None, "decoded": answer.error}
    if not answer.rows:
        return row | {"rows": None, "decoded": "no such object"}
    decoded = "no reading" if answer.decoded is None else answer.decoded
    return row | {
        "rows": f"{answer.rows}+" if answer.rows >= SAMPLE else answer.rows,
        "decoded": decoded if answer.used else f"{decoded} (alternative, not used)",
    }
