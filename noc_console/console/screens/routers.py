"""Routers that no ONT stands for: a table, and below it the sections of the selected one."""

from __future__ import annotations

from collections.abc import Hashable

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.routers import COLUMNS, cell, render_router
from noc_console.console.screens.tables import StoryView
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.cpe import Section
from noc_console.domain.errors import NocError
from noc_console.domain.filters import searched
from noc_console.domain.jobs import Job
from noc_console.domain.network import Cpe
from noc_console.picture.equipment_rows import router_row
from noc_console.picture.finding import routers_alone
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta

LOOK_EVERY_S = 10.0


class RoutersView(StoryView):
    """Bridged ONTs, Ethernet CPE, and doubles of one serial number: what the ACS knows and no OLT tells of."""

    NAME, TITLE = "routers", "Routers without an ONT"
    PROBLEMS = False
    DEFAULT_CSS = """
    RoutersView { layout: vertical; }
    RoutersView > #router { height: 60%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._routers: dict[Hashable, Cpe] = {}
        self._sections: list[Section] = []
        self._shown: str | None = None
        """Whose sections they are."""
        self._due = Every(LOOK_EVERY_S)
        self.table = LineTable(self._cell, COLUMNS, desk.palette, desk.glyphs, empty=self._empty, id="routers-list")
        self.story = FocusPane(desk.palette, id="router")

    def go_in(self) -> None:
        """The list is made when it is opened, and now and then: there may be a hundred thousand routers."""
        self.reload()
        super().go_in()

    def changed(self, delta: Delta) -> None:
        """Something happened to the selected router."""
        jobs = (self.desk.model.jobs[job_id] for job_id in delta.jobs)
        if self._shown and any(job.target.key == self._shown for job in jobs):
            self._read()

    def tick(self) -> None:
        """Routers come and go; ages grow."""
        super().tick()
        if self._due.due(self.desk.now()):
            self.reload()

    def reload(self) -> None:
        """Routers that the filter lets through."""
        found = routers_alone(self.desk.model)
        self._routers = {cpe.device_id: cpe for cpe in found if not self.filter or self.filter.matches(_row(cpe))}
        self.table.set_keys(list(self._routers))
        self.table.refresh_rows()
        self._moved()

    def selected_router(self) -> Cpe | None:
        """The router under the cursor."""
        return self._routers.get(self.table.current)

    def row_of(self, key: Hashable) -> Row:
        """A router, as ``show routers`` prints it."""
        cpe = self._routers.get(key)
        return router_row(cpe, self.desk.now()) if cpe else {}

    def copyable(self) -> tuple[str, str] | None:
        """Its id at the ACS."""
        cpe = self.selected_router()
        return ("router", cpe.device_id) if cpe else None

    def _moved(self) -> None:
        cpe = self.selected_router()
        if (cpe.device_id if cpe else None) != self._shown:
            self._shown, self._sections = cpe.device_id if cpe else None, []
            self._read()
        self._tell()

    @work(exclusive=True, group="router", exit_on_error=False)
    async def _read(self) -> None:
        """What was stored of it."""
        device_id = self._shown
        if device_id is None:
            return
        try:
            sections = await self.desk.backend.router_sections(device_id)
        except NocError:
            return  # the banner tells
        if device_id == self._shown:
            self._sections = sections
            self._tell()

    def _cell(self, key: Hashable, column: str) -> Cell:
        cpe = self._routers.get(key)
        if cpe is None:
            return "", "base"
        return cell(cpe, self._doubles(cpe), column, self.desk.now(), self.desk.session.absolute_times)

    def _doubles(self, cpe: Cpe) -> int:
        return len(self.desk.model.routers_of(cpe.serial))

    def _tell(self) -> None:
        cpe, width = self.selected_router(), self.story.size.width
        lines: list[Line] = []
        if cpe is not None and width:
            now, absolute = self.desk.now(), self.desk.session.absolute_times
            lines = render_router(cpe, self._doubles(cpe), self._sections, self._job(cpe), width, now, absolute)
        self.story.set_lines(lines)

    def _job(self, cpe: Cpe) -> Job | None:
        return next(iter(self.desk.model.jobs_on_router(cpe.device_id)), None)

    def _empty(self) -> list[Line]:
        return self.nothing("every router that the ACS told of is that of an ONT")


def _row(cpe: Cpe) -> Row:
    names = ("device_id", "serial", "acs_serial", "manufacturer", "model", "firmware", "wan_ip", "pppoe_user", "mac")
    return searched({name: getattr(cpe, name) for name in names})
