"""Routers that no ONT stands for, as table cells and as a story of their sections."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.dialog import blocker_lines
from noc_console.console.render.jobs import latest, state_role
from noc_console.console.render.summary import labelled, paragraph
from noc_console.console.render.times import ago, when
from noc_console.console.render.tr069 import section_lines
from noc_console.console.widgets.columns import Column
from noc_console.domain.cpe import Section
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.network import Cpe
from noc_console.domain.policy import Blocker

COLUMNS = (
    Column("name", "ROUTER", 18, frozen=True),
    Column("why", "WHY ALONE", 12),
    Column("model", "MODEL", 14),
    Column("wan_ip", "WAN IP", 15),
    Column("login", "LOGIN", 18),
    Column("informed", "INFORMED", 9, right=True),
    Column("device_id", "ID AT THE ACS", 24, flex=True),
)


def why_alone(doubles: int) -> str:
    """Why no ONT stands for a router that shares its serial number with so many."""
    return f"1 of {doubles}" if doubles > 1 else "no ONT"


def cell(cpe: Cpe, doubles: int, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the list."""
    if column == "informed":
        return when(cpe.last_inform_at, now, absolute), "dim"
    if column == "why":
        return why_alone(doubles), "warning" if doubles > 1 else "dim"
    told = {
        "name": cpe.name,
        "model": cpe.model or cpe.product_class,
        "wan_ip": cpe.wan_ip,
        "login": cpe.pppoe_user,
        "device_id": cpe.device_id,
    }
    return told[column] or "", "strong" if column == "name" else "base"


def render_router(
    cpe: Cpe, doubles: int, sections: Sequence[Section], job: Job | None, width: int, now: float, absolute: bool
) -> list[Line]:
    """What the ACS told of it, the newest job on it, its sections."""
    lines = router_lines(cpe, doubles, width, now, absolute)
    if job is not None and job.kind is not JobKind.VIEW:
        told: Line = [(f"{job.kind.value} {job.state.value}: {latest(job)}", state_role(job.state))]
        lines += labelled("last job", [told], width)
    known = [one for one in sections if one.observed_at is not None or one.fields or one.groups or one.trouble]
    if not known:
        lines += [(), *paragraph("Nothing was read of it yet (r refreshes).", width, "dim")]
    for section in known:
        lines += [(), *section_lines(section, width, now, absolute)]
    return lines


def router_lines(cpe: Cpe, doubles: int, width: int, now: float, absolute: bool) -> list[Line]:
    """Who it is."""
    why = f"one of {doubles} with its serial number" if doubles > 1 else "no OLT lists it"
    maker = " ".join(text for text in (cpe.manufacturer, cpe.model or cpe.product_class) if text)
    lines = labelled("router", [[(cpe.name, "strong")], [(why, "warning" if doubles > 1 else "dim")]], width)
    lines += labelled("ACS id", [[(cpe.device_id, "base")]], width)
    lines += labelled("model", [[(maker or "not told", "base")], [(cpe.firmware or "", "base")]], width)
    internet: list[Line] = [[(cpe.wan_ip or "no address known", "base")], [(cpe.pppoe_user or "", "base")]]
    lines += labelled("Internet", internet, width)
    return lines + labelled("informed", [[(ago(cpe.last_inform_at, now, absolute), "base")]], width)


def render_target(cpe: Cpe, doubles: int, found: Sequence[Blocker], width: int, now: float) -> list[Line]:
    """What a dialog says about it."""
    return router_lines(cpe, doubles, width, now, absolute=False) + blocker_lines(found, width)
