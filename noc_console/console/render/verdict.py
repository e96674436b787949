"""The verdict at the head of the Summary tab: what is wrong, what to do, and what says so."""

from __future__ import annotations

from noc_console.console.render.cells import Line, wrap
from noc_console.domain.diagnosis.verdict import Severity, Verdict

LABEL = 10
_ROLES = {
    Severity.DOWN: "critical",
    Severity.DEGRADED: "warning",
    Severity.NOTICE: "accent",
    Severity.NONE: "good",
    Severity.UNKNOWN: "unknown",
}
_WORDS = {
    Severity.DOWN: "DOWN: ",
    Severity.DEGRADED: "DEGRADED: ",
    Severity.NOTICE: "NOTICE: ",
    Severity.NONE: "OK: ",
    Severity.UNKNOWN: "? ",
}


def render_head(verdict: Verdict, width: int) -> list[Line]:
    """What is wrong and what to do: two lines where the pane is wide enough."""
    finding = verdict.finding
    lines = _item("verdict", _WORDS[finding.severity] + finding.headline, width, _ROLES[finding.severity])
    return [*lines, *_item("next", finding.next_step, width, "strong")]


def render_evidence(verdict: Verdict, width: int) -> list[Line]:
    """What says so, what else was found, and what could not be judged."""
    finding = verdict.finding
    lines: list[Line] = []
    for text in (*finding.evidence, finding.reason):
        lines += _item("" if lines else "why", text, width, "base")
    for n, other in enumerate(verdict.also):
        text = f"{_WORDS[other.severity]}{other.headline} ({'; '.join(other.evidence)}): {other.next_step}"
        lines += _item("" if n else "also", text, width, _ROLES[other.severity])
    for n, need in enumerate(verdict.needs):
        lines += _item("" if n else "not judged", f"needs {need}", width, "dim")
    return lines


def _item(label: str, text: str, width: int, role: str) -> list[Line]:
    rows = wrap(text, max(8, width - LABEL - 2))
    return [[(f" {label if not n else '':{LABEL}} ", "dim"), (row, role)] for n, row in enumerate(rows)]
