"""What the commands know of one ONT, put before the judge."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.cli.network import Network
from noc_console.cli.rows import Row
from noc_console.config.model import Config
from noc_console.domain.cpe import Section
from noc_console.domain.diagnosis.judge import judge
from noc_console.domain.diagnosis.situation import Neighbour, Situation
from noc_console.domain.diagnosis.verdict import Finding, Verdict
from noc_console.domain.jobs import Job
from noc_console.domain.network import Ont, PollKind


def verdict_of(network: Network, config: Config, ont: Ont, sections: Sequence[Section], jobs: Sequence[Job]) -> Verdict:
    """The verdict about one ONT; ``jobs`` are those on it, newest first."""
    return judge(situation(network, config, ont, sections, jobs), config.diagnosis.domain())


def situation(
    network: Network, config: Config, ont: Ont, sections: Sequence[Section], jobs: Sequence[Job]
) -> Situation:
    """Everything that the rules look at."""
    changes, olt = network.changes, network.olt(ont)
    routers = network.routers(ont)
    waiting = [w for w in changes.unregistered if ont.serial and w.serial == ont.serial and w.gone_at is None]
    beside = [other for other in network.onts() if (other.olt_id, other.port) == (ont.olt_id, ont.port)]
    return Situation(
        now=network.now,
        ont=ont,
        state=network.state(ont),
        state_at=network.observed_at(ont),
        optics=network.optics(ont),
        olt=olt,
        port=next((p for p in changes.ports if (p.olt_id, p.name) == (ont.olt_id, ont.port)), None),
        neighbours=[
            Neighbour(network.state(other), other.offline_reason, other.state_changed_at, network.light(other))
            for other in beside
            if other.id != ont.id
        ],
        unregistered=max(waiting, key=lambda w: w.last_seen_at, default=None),
        config_at=network.read_at(ont, PollKind.INVENTORY),
        thresholds=config.thresholds_for(olt.name if olt else ""),
        cpe=routers[0] if len(routers) == 1 else None,
        managed=True if routers else False if network.acs_ok and ont.serial else None,
        acs_ok=network.acs_may_act,
        sections={section.name: section for section in sections},
        jobs=jobs,
        unverified=olt.unverified_of("ont") if olt else frozenset(),
    )


def verdict_row(verdict: Verdict) -> Row:
    """A verdict for programs."""
    return {
        **_finding_row(verdict.finding),
        "also": [_finding_row(finding) for finding in verdict.also],
        "needs": list(verdict.needs),
    }


def _finding_row(finding: Finding) -> Row:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "headline": finding.headline,
        "evidence": list(finding.evidence),
        "reason": finding.reason,
        "next_step": finding.next_step,
        "limits": list(finding.limits),
    }


def verdict_lines(verdict: Verdict) -> list[str]:
    """A verdict for people."""
    finding = verdict.finding
    rows = [("verdict", f"{finding.headline}  [{finding.severity.value}]")]
    rows += [("why", text) for text in (*finding.evidence, finding.reason)]
    rows.append(("next", finding.next_step))
    rows += [("also", f"{other.headline} ({'; '.join(other.evidence)}): {other.next_step}") for other in verdict.also]
    rows += [("not judged", f"needs {need}") for need in verdict.needs]
    names = [name for name, _ in rows]
    return [f"{'' if n and names[n - 1] == name else name:10} {text}" for n, (name, text) in enumerate(rows)]
