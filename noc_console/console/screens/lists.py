"""Jobs, Log and Sources: a table each, and the story of the selected job beside it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual import work
from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import activity, jobs, sources
from noc_console.console.render.bulk import render_progress
from noc_console.console.render.cells import Cell
from noc_console.console.render.core_devices import SourceRow
from noc_console.console.screens.view import Say, View
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.changes import Severity
from noc_console.domain.errors import NocError
from noc_console.domain.filters import Filter
from noc_console.domain.intents import CancelJob
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.network import Ont
from noc_console.picture.activity import Activity, fold
from noc_console.picture.model import Delta

SIDE_BY_SIDE = 150
SHOW_ENDED_S = 300.0
"""How long a bulk action that has ended stays in view."""
MOST_BULK = 3


class TableView(View):
    """A screen that is mainly one table."""

    DEFAULT_CSS = "TableView { layout: vertical; }"

    table: LineTable

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._ages = Every(10.0)

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.table

    def go_in(self) -> None:
        """Focus the table."""
        self.table.focus()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        self.table.set_palette(palette)

    def tick(self) -> None:
        """Ages in view, every ten seconds."""
        if self._ages.due(self.desk.now()):
            self.table.refresh_rows()

    def set_filter(self, wanted: Filter) -> None:
        """Filter the rows."""
        super().set_filter(wanted)
        self.reload()

    def reload(self) -> None:
        """Read the rows from the model again."""

    def crumb(self) -> tuple[str, str]:
        """Name, and position in the list."""
        at, total = self.table.position
        return self.TITLE, f"{at} of {total}"


class JobsView(TableView):
    """Every action, from request to proof."""

    NAME, TITLE = "jobs", "Jobs"
    DEFAULT_CSS = """
    JobsView { layout: vertical; }
    JobsView > #job { height: 45%; border-top: solid $border; }
    JobsView > #bulk { dock: top; height: auto; display: none; }
    JobsView.-beside { layout: horizontal; }
    JobsView.-beside > #job { height: 1fr; width: 56; border-top: none; border-left: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = LineTable(
            self._cell,
            jobs.COLUMNS,
            desk.palette,
            desk.glyphs,
            empty=lambda: [[(" no job yet: R on an ONT", "dim")]],
            id="job-list",
        )
        self.story = FocusPane(desk.palette, id="job")
        self.bulk = LinePane(desk.palette, id="bulk")

    def compose(self) -> ComposeResult:
        """Bulk actions under way over table and story."""
        yield self.bulk
        yield self.table
        yield self.story

    def on_resize(self) -> None:
        """Side by side where there is room."""
        self.set_class(self.size.width >= SIDE_BY_SIDE, "-beside")
        self.call_after_refresh(self._tell)

    def changed(self, delta: Delta) -> None:
        """New jobs on top; the open one follows its steps."""
        if delta.batches or delta.jobs:
            self._show_bulk()
        if delta.jobs:
            self.reload()
            self.table.refresh_rows(delta.jobs)
            if self.table.current in delta.jobs:
                self._read_steps()
            self._tell()

    def tick(self) -> None:
        """Ages and countdowns."""
        super().tick()
        self._tell()
        self._show_bulk()

    def _show_bulk(self) -> None:
        """Bulk actions that are under way, or ended a short while ago."""
        now, batches = self.desk.now(), self.desk.model.batches.values()
        shown = [b for b in batches if b.finished_at is None or now - b.finished_at < SHOW_ENDED_S]
        width = self.size.width or 80
        newest = sorted(shown, key=lambda batch: -batch.id)[:MOST_BULK]
        lines = [line for batch in newest for line in render_progress(batch, width)]
        self.bulk.display = bool(lines)
        self.bulk.styles.height = max(1, len(lines))
        self.bulk.set_lines(lines)

    def reload(self) -> None:
        """Jobs that the filter lets through; what the console looked up by itself is left out."""
        found = [job for job in self.desk.model.job_list() if job.kind is not JobKind.VIEW]
        if self.only_problems:
            found = [job for job in found if jobs.state_role(job.state) != "good"]
        if self.filter:
            found = [job for job in found if self.filter.matches(_job_row(job))]
        newest = found[0].id if found and not self.display else None
        self.table.set_keys([job.id for job in found], follow=newest)

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.story.set_palette(palette)
        self.bulk.set_palette(palette)

    def on_line_table_moved(self) -> None:
        """Another job."""
        self._tell()
        self._read_steps()

    def on_line_table_opened(self) -> None:
        """Into the story."""
        self.story.focus()

    def go_back(self) -> bool:
        """Out of the story."""
        if self.story.has_focus:
            self.table.focus()
            return True
        return False

    def do_list_out(self, _: str = "") -> None:
        """Out of the story."""
        self.go_back()

    def do_job_cancel(self, _: str = "") -> None:
        """Ask for the job to be cancelled."""
        if (job := self._job()) is not None:
            self._cancel(job)

    def selected_job(self) -> Job | None:
        """The job under the cursor."""
        return self._job()

    def selected_ont(self) -> Ont | None:
        """Its ONT."""
        job = self._job()
        row = self.desk.model.onts.row_of.get(job.target.ont_id or 0) if job else None
        return None if row is None else self.desk.model.onts.ont(row)

    def copyable(self) -> tuple[str, str] | None:
        """The serial of the job's ONT."""
        job = self._job()
        return ("serial", job.serial) if job and job.serial else None

    def _job(self) -> Job | None:
        key = self.table.current
        return self.desk.model.jobs.get(key) if isinstance(key, int) else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        job = self.desk.model.jobs[key]  # type: ignore[index]
        return jobs.cell(job, column, self.desk.now(), self.desk.session.absolute_times)

    def _tell(self) -> None:
        job = self._job()
        now, absolute = self.desk.now(), self.desk.session.absolute_times
        self.story.set_lines(jobs.render_job(job, self.story.size.width, now, absolute) if job else [])

    @work(exclusive=True, group="job-steps", exit_on_error=False)
    async def _read_steps(self) -> None:
        """Jobs may come without their steps: fetch those of the open one."""
        job = self._job()
        if job is None:
            return
        try:
            whole = await self.desk.backend.job(job.id)
        except NocError:
            return
        if whole is not None:
            self.desk.model.jobs[job.id] = whole
            self._tell()

    @work(group="cancel", exit_on_error=False)
    async def _cancel(self, job: Job) -> None:
        try:
            answer = await self.desk.ask(CancelJob(job.id))
        except NocError as error:
            self.post_message(Say(f"not cancelled: {error}", "error"))
            return
        self.post_message(Say(answer.text))


def _job_row(job: Job) -> dict[str, object]:
    return {
        "serial": job.serial, "olt": job.olt, "pon_port": job.port,
        "text": f"{job.kind.value} {job.state.value} {job.about} {job.where} {job.result} "
        f"{job.requested_by} {job.reason}".lower(),
    }  # fmt: skip


class LogView(TableView):
    """What happened, newest first; a flood of the same is one line."""

    NAME, TITLE = "log", "Log"
    DEFAULT_CSS = """
    LogView > #change { height: 7; max-height: 40%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._lines: dict[int, Activity] = {}
        self.table = LineTable(
            self._cell,
            activity.COLUMNS,
            desk.palette,
            desk.glyphs,
            empty=lambda: [[(" nothing happened yet", "dim")]],
            id="change-list",
        )
        self.story = FocusPane(desk.palette, id="change")

    def compose(self) -> ComposeResult:
        """Table over the selected line."""
        yield self.table
        yield self.story

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.story.set_palette(palette)

    def on_line_table_moved(self) -> None:
        """Another line."""
        self._tell(rewind=True)

    def on_line_table_opened(self) -> None:
        """Into the story."""
        self.story.focus()

    def go_back(self) -> bool:
        """Out of the story."""
        if self.story.has_focus:
            self.table.focus()
            return True
        return False

    def do_list_out(self, _: str = "") -> None:
        """Out of the story."""
        self.go_back()

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self._tell)

    def tick(self) -> None:
        """Ages grow."""
        super().tick()
        self._tell()

    def changed(self, delta: Delta) -> None:
        """New lines on top, or grown ones."""
        if delta.changes:
            self.reload()
            self.table.refresh_rows()

    def reload(self) -> None:
        """Lines that the filter lets through."""
        found = fold(reversed(self.desk.model.change_list()))
        if self.only_problems:
            found = [line for line in found if line.severity not in (Severity.INFO, Severity.CLEARED)]
        if self.filter:
            found = [line for line in found if self.filter.matches(_log_row(line))]
        self._lines = {line.id: line for line in found}
        self.table.set_keys([line.id for line in found])
        self._tell()

    def copyable(self) -> tuple[str, str] | None:
        """The line's text."""
        line = self._line(self.table.current)
        return ("line", line.text) if line else None

    def _tell(self, rewind: bool = False) -> None:
        line, width = self._line(self.table.current), self.story.size.width
        now, absolute = self.desk.now(), self.desk.session.absolute_times
        shown = activity.render_story(line, width, now, absolute) if line and width else []
        self.story.set_lines(shown, rewind=rewind)

    def _line(self, key: Hashable | None) -> Activity | None:
        return self._lines.get(key) if isinstance(key, int) else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        line = self._line(key)
        return activity.cell(line, column, self.desk.now(), self.desk.session.absolute_times) if line else ("", "base")


def _log_row(line: Activity) -> dict[str, object]:
    serials = " ".join(change.serial for change in line.changes if change.serial)
    return {
        "serial": line.serial, "olt": line.olt, "pon_port": line.port,
        "text": f"{line.changes[0].kind} {line.severity} {line.text} {line.olt} {line.port} {serials}".lower(),
    }  # fmt: skip


class SourcesView(TableView):
    """Where the data comes from, and how each source is."""

    NAME, TITLE = "sources", "Sources"
    DEFAULT_CSS = """
    SourcesView > #said { height: 5; max-height: 35%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._rows: dict[str, SourceRow] = {}
        self.table = LineTable(self._cell, sources.COLUMNS, desk.palette, desk.glyphs, id="source-list")
        self.said = LinePane(desk.palette, id="said")

    def compose(self) -> ComposeResult:
        """Table, and below it all that the selected source says."""
        yield self.table
        yield self.said

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.said.set_palette(palette)

    def on_line_table_moved(self) -> None:
        """Another source."""
        self._tell()

    def changed(self, delta: Delta) -> None:
        """Anything may have changed a source."""
        self.reload()

    def tick(self) -> None:
        """Ages and countdowns run here by the second: few rows, and the point of the screen."""
        self.reload()

    def reload(self) -> None:
        """Read all sources again."""
        self._rows = sources.rows(self.desk.model, self.desk.now())
        wanted: Sequence[str] = [
            name
            for name, row in self._rows.items()
            if (not self.only_problems or row.role in ("critical", "warning"))
            and (
                not self.filter
                or self.filter.matches({"olt": name, "text": f"{name} {row.state} {row.detail}".lower()})
            )
        ]
        self.table.set_keys(list(wanted))
        self.table.refresh_rows()
        self._tell()

    def _tell(self) -> None:
        row = self._rows.get(str(self.table.current))
        self.said.set_lines(sources.render_source(row, self.said.size.width) if row else [])

    def copyable(self) -> tuple[str, str] | None:
        """The source's name and what it says."""
        row = self._rows.get(str(self.table.current))
        return ("source", f"{row.name}: {row.state} {row.detail}") if row else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        row = self._rows.get(str(key))
        return sources.cell(row, column, self.desk.now(), self.desk.session.absolute_times) if row else ("", "base")
