"""The judge: asks the rules in their order, and says what it could not judge."""

from __future__ import annotations

from noc_console.domain.diagnosis.home import ROUTER, WIFI
from noc_console.domain.diagnosis.light import LIGHT
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.line import OUTAGE, REGISTRATION
from noc_console.domain.diagnosis.outage import KNOWN
from noc_console.domain.diagnosis.service import CONTACT, INTERNET, SPEED, speed_test
from noc_console.domain.diagnosis.situation import Situation
from noc_console.domain.diagnosis.verdict import Finding, Rule, Severity, Verdict
from noc_console.domain.freshness import coarse_age, within
from noc_console.domain.ont import OntState

RULES: tuple[Rule, ...] = (*KNOWN, *REGISTRATION, *OUTAGE, *LIGHT, *INTERNET, *CONTACT, *SPEED, *WIFI, *ROUTER)
"""In the order in which they are told when several apply."""

_OPTIONAL = frozenset(("mesh", "clients", "ethernet", "wireless"))
_LINE = frozenset(rule.code for rule in (KNOWN[0], *REGISTRATION, *OUTAGE))


def judge(situation: Situation, limits: Limits) -> Verdict:
    """The verdict about one customer.

    A rule is asked only when every fact that it needs is fresh; otherwise the verdict says what it would need.
    While the line is down or unknown nothing is said about what is behind it.
    """
    found: list[Finding] = []
    needs: dict[str, None] = {}
    for rule in RULES:
        if any(finding.code in _LINE for finding in found):
            break  # one cause is enough, and what the router last said is not about now
        lacking = [need for fact in rule.needs if (need := lack(situation, fact, limits))]
        if lacking:
            needs |= dict.fromkeys(lacking)
        elif seen := rule.test(situation, limits):
            step = seen.next_step or rule.next_step
            finding = Finding(rule.code, rule.severity, seen.headline, seen.evidence, step, rule.reason, rule.limits)
            found.append(finding)
    if found and found[0].code in _LINE:
        needs = {}
        if found[0].severity is Severity.UNKNOWN:
            needs = dict.fromkeys([_state(situation)])
    first = found[0] if found else _nothing(situation, list(needs))
    return Verdict(first, tuple(found[1:]), tuple(needs))


def lack(s: Situation, fact: str, limits: Limits) -> str | None:
    """What is missing of a fact that a rule needs, in the operator's words; None when it is there and fresh."""
    if fact == "state":
        return None if s.state is not OntState.UNKNOWN else _state(s)
    if fact == "acs":
        return None if s.acs_ok else "the ACS, which does not answer just now"
    if fact == "internet status":
        wan = s.internet()
        untold = wan is not None and str(wan.get("status") or "unknown").lower() == "unknown"
        return "whether the Internet connection is up (the router does not tell)" if untold else None
    if fact == "light":
        if s.state is not OntState.ONLINE or s.light_dbm is not None:
            return None
        if s.ont.onu_rx_dbm is None:
            return "a light reading of the ONT (the OLT gave none)"
        return f"a fresh light reading (the last is {s.optics.value})"
    return _unknown_router(s) or _lack_of_section(s, fact, limits)


def _state(s: Situation) -> str:
    if s.ont.state == OntState.UNKNOWN:
        return f"the state of the ONT, which the OLT does not tell (read {s.age(s.state_at)})"
    return f"a fresh state of the ONT (last read {s.age(s.state_at)})"


def _unknown_router(s: Situation) -> str | None:
    if s.managed is False:
        return "the router itself: the ACS does not know it"
    if s.ont.serial is None:
        return "the router itself: the OLT gives no serial number to find it by"
    if s.managed and s.cpe is None:
        return "which router it is: the ACS knows several with this serial number"
    return None


def _lack_of_section(s: Situation, fact: str, limits: Limits) -> str | None:
    section = s.sections.get(fact)
    if fact == "wan" and not (section and section.groups) and _read_lately(s, limits):
        return "the router's WAN connection (none stands where we know to look; its whole configuration may show it)"
    if section is None or section.observed_at is None:
        # A router without mesh nodes or LAN ports tells nothing of them, however often it is read.
        return None if fact in _OPTIONAL and _read_lately(s, limits) else f"the router's {fact} section (never read)"
    age_s = s.now - section.observed_at
    if age_s > limits.section_age_s:
        return f"a fresh {fact} section of the router (read {coarse_age(age_s)} ago)"
    if fact == "wan" and section.trouble:
        return f"the router's whole wan section ({section.trouble})"
    return None


def _read_lately(s: Situation, limits: Limits) -> bool:
    return any(within(x.observed_at, s.now, limits.section_age_s) for x in s.sections.values())


def _nothing(s: Situation, needs: list[str]) -> Finding:
    evidence = []
    if s.state is OntState.ONLINE:
        evidence.append(f"online, read {s.age(s.state_at)}")
    if s.light_dbm is not None:
        evidence.append(f"Rx at ONT {s.light_dbm:.1f} dBm")
    wan = s.internet()
    if wan and wan.get("ip"):
        evidence.append(f"Internet {wan.get('status') or 'status not told'}, {wan.get('ip')}")
    if needs:
        headline = "Nothing wrong seen so far, but not everything could be judged"
        step = "refresh (r), then ask again"
        return Finding("not_enough_known", Severity.UNKNOWN, headline, tuple(evidence), step, "see what is needed")
    if untold := not_told(s):
        evidence.append(f"not told by this router: {', '.join(untold)}")
    job = speed_test(s)
    if job is not None:
        evidence.append(f"speed test {s.age(job.finished_at)}: {job.data['download_mbps']:.1f} Mbit/s")
        step = "the line is proven: look at the customer's own device"
    else:
        step = "run a speed test to prove it; if good, look at the customer's device"
    return Finding(
        "nothing_wrong", Severity.NONE, "Nothing wrong on the line", tuple(evidence), step, "every rule was asked"
    )


_TOLD = (
    ("system", ("cpu_percent", "memory_percent"), "CPU and memory"),
    ("wireless", ("enabled",), "whether WiFi is on"),
    ("wireless", ("security",), "WiFi security"),
    ("wireless", ("noise_dbm", "utilization_percent"), "noise and use of the WiFi channels"),
    ("clients", ("signal_dbm",), "signal of WiFi devices"),
    ("mesh", ("backhaul_signal_dbm", "backhaul_utilization_percent"), "links of mesh nodes"),
    ("ethernet", ("speed", "duplex"), "speed of LAN ports"),
)
"""Sections, the fields of which at least one lets a rule judge, and what they tell."""


def not_told(s: Situation) -> list[str]:
    """What rules looked for in sections that are there, and this router does not tell: no rule could say it is bad."""
    return [
        label
        for name, keys, label in _TOLD
        if (section := s.sections.get(name)) and (section.groups or name == "system")
        if not any(section.get(key) is not None or any(g.get(key) is not None for g in section.groups) for key in keys)
    ]


def markdown_table() -> str:
    """The rules for docs/operating.md, in their order."""
    rows = ["| verdict | what to do | limits |", "|---|---|---|"]
    for rule in RULES:
        limits = ", ".join(f"`{limit.partition('.')[2]}`" for limit in rule.limits)
        rows.append(f"| {rule.code.replace('_', ' ')} | {rule.next_step} | {limits} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(markdown_table())
