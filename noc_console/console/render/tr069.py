"""The TR-069 tab: the router's sections with their ages, or the plain truth about why there are none."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from noc_console.console.render.cells import Cell, Line, fit, flow, wrap
from noc_console.console.render.times import ago
from noc_console.domain.cpe import Field, Group, Section
from noc_console.domain.freshness import age_at
from noc_console.domain.jobs import Job, JobState
from noc_console.picture.ont_facts import OntFacts

STALE_S = 60.0
LABEL = 16
HEADING = "title"
"""Role of a section's heading, and of nothing else in the tab."""
LISTED = ("clients", "mesh", "ethernet", "hosts", "voice")
"""Sections whose groups are rows of a table."""
TITLE = 20
CELL = 24


@dataclass(frozen=True, slots=True)
class CpeView:
    """What the tab knows of one router."""

    serial: str | None = None
    sections: Sequence[Section] = ()
    device_id: str | None = None
    """Its id at the ACS."""
    job: Job | None = None
    """The latest view or refresh job of this ONT that the tab asked for."""
    error: str | None = None
    """Why nothing could be asked."""


def known_sections(view: CpeView) -> list[Section]:
    """Those that there is something to tell about."""
    return [one for one in view.sections if one.observed_at is not None or one.fields or one.groups or one.trouble]


def render_tr069(
    facts: OntFacts, view: CpeView, width: int, absolute: bool, folded: Container[str] = (), chosen: str = ""
) -> list[Line]:
    """The whole tab.

    Args:
        facts: The ONT.
        view: Its router.
        width: Cells.
        absolute: Times by the clock.
        folded: Names of sections of which only the heading is shown.
        chosen: Name of the section that keys are about.
    """
    if facts.ont.serial is None:
        return _said("The OLT gives no serial number for this ONT: its router cannot be looked up.", width, "dim")
    if facts.acs is not None and facts.acs.state == "off":
        return _said("No ACS is configured (genieacs: in the config file).", width, "dim")
    lines = _status(facts, view, width, absolute)
    known = known_sections(view)
    for section in known:
        told = section_lines(section, width, facts.now, absolute)
        heading: Line = [(">" if section.name == chosen else " ", "mark"), *told[0][1:]]
        if section.name in folded:
            lines += [(), [*heading, (f"  {len(told) - 1} lines folded", "dim")]]
        else:
            lines += [(), heading, *told[1:]]
    if not known:
        lines += [(), *_nothing(facts, view, width)]
    return lines


def _status(facts: OntFacts, view: CpeView, width: int, absolute: bool) -> list[Line]:
    lines: list[Line] = []
    cpe = facts.cpe
    if cpe is not None:
        items: list[Line] = [[(text, "base")] for text in (cpe.manufacturer, cpe.model or cpe.product_class) if text]
        items.append([("informed ", "dim"), (ago(cpe.last_inform_at, facts.now, absolute), "base")])
        lines += [[(" ", "base"), *row] for row in flow(items, width - 2)]
    if not facts.acs_may_act and facts.acs is not None:
        silent = (
            f"the ACS does not answer ({facts.acs.error or 'no reason given'}): what follows is what was read before"
        )
        lines += _said(silent, width, "warning")
    if view.error:
        lines += _said(view.error, width, "warning")
    elif view.job is not None and not view.job.ended:
        step = view.job.steps[-1].text if view.job.steps else view.job.state.value
        lines.append(
            [
                (" asking the router: " if view.job.kind.value == "refresh" else " asking the ACS: ", "accent"),
                (step, "base"),
            ]
        )
    elif view.job is not None and view.job.state is not JobState.VERIFIED:
        lines += _said(f"last attempt {view.job.state.value}: {view.job.result or 'no reason given'}", width, "warning")
    return lines


def _nothing(facts: OntFacts, view: CpeView, width: int) -> list[Line]:
    job = view.job
    if job is not None and job.state is JobState.VERIFIED and view.device_id is None and facts.cpe is None:
        return _said(f"Not managed via TR-069: the ACS does not know {facts.ont.serial}.", width, "strong")
    if view.error or (job is not None and job.ended and job.state is not JobState.VERIFIED):
        return _said("Whether this router is managed via TR-069 is not known.", width, "dim")
    if job is not None and job.ended:
        return _said("The ACS knows this router but holds no values yet (r refreshes).", width, "dim")
    return _said("Asking the ACS ...", width, "dim")


def _said(text: str, width: int, role: str) -> list[Line]:
    return [[(f" {row}", role)] for row in wrap(text, width - 2)]


def section_lines(section: Section, width: int, now: float, absolute: bool) -> list[Line]:
    """One section with its age."""
    age_s = age_at(section.observed_at, now)
    old = age_s is None or age_s > STALE_S
    read = "never read" if section.observed_at is None else f"read {ago(section.observed_at, now, absolute)}"
    title: Line = [(" ", "base"), (section.title, HEADING), (f"  {read}", "stale" if old else "dim")]
    lines: list[Line] = [title]
    lines += _said(section.trouble, width, "warning") if section.trouble else []
    lines += _fields(section.fields, width, "")
    if section.name in LISTED:
        return [*lines, *_table(section.groups, width)]
    for group in section.groups:
        lines += _group(group, width)
    return lines


def _table(groups: Sequence[Group], width: int) -> list[Line]:
    """One row each: many things of the same kind. Columns that do not fit are counted, not squeezed."""
    labels = {field.key: field.label for group in groups for field in group.fields}
    texts = [{field.key: field.text for field in group.fields} for group in groups]
    told = list(zip(groups, texts, strict=True))
    keys = [key for key in labels if any(row.get(key, group.title) != group.title for group, row in told)]
    first = min(TITLE, max((cell_len(group.title) for group in groups), default=0))
    chosen: list[tuple[str, int]] = []
    room = width - first - 3
    for key in keys:
        need = min(CELL, max(cell_len(labels[key]), *(cell_len(row.get(key, "")) for row in texts)))
        if need + 2 > room:
            break
        chosen.append((key, need))
        room -= need + 2
    if not chosen:
        return [line for group in groups for line in _group(group, width)]
    head: list[Cell] = [("  " + " " * first, "dim"), *((f"  {fit(labels[key], size)}", "dim") for key, size in chosen)]
    lines: list[Line] = [head]
    for group, row in told:
        cells: list[Cell] = [(f"  {fit(group.title, first)}", "accent")]
        lines.append([*cells, *((f"  {fit(row.get(key, ''), size)}", "base") for key, size in chosen)])
    if len(chosen) < len(keys):
        hidden = ", ".join(labels[key].lower() for key in keys[len(chosen) :])
        lines += [[(f"  {row}", "dim")] for row in wrap(f"no room for: {hidden}", width - 4)]
    return lines


def _group(group: Group, width: int) -> list[Line]:
    return [[(f"  {group.title}", "accent")], *_fields(group.fields, width, " ")]


def _fields(fields: Sequence[Field], width: int, indent: str) -> list[Line]:
    """Two columns where the pane is wide enough."""
    pairs = [(field.label, field.text) for field in fields]
    columns = 2 if width >= 84 else 1
    each = max(20, (width - 2) // columns)
    lines: list[Line] = []
    for start in range(0, len(pairs), columns):
        cells: list[Cell] = []
        for label, value in pairs[start : start + columns]:
            room = each - LABEL - len(indent) - 3
            cells += [(f"  {indent}{fit(label, LABEL)} ", "dim"), (fit(value, max(4, room)), "base")]
        lines.append(cells)
    return lines
