"""Jobs: every action, and the story of the selected one beside it."""

from __future__ import annotations

from collections.abc import Hashable

from textual import work
from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render import jobs
from noc_console.console.render.bulk import render_progress
from noc_console.console.render.cells import Cell
from noc_console.console.screens.tables import StoryView
from noc_console.console.screens.view import Say
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.errors import NocError
from noc_console.domain.event_filters import parse_event_filter
from noc_console.domain.filters import Filter, searched
from noc_console.domain.intents import CancelJob
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.network import Ont
from noc_console.picture import flat_rows
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta

SIDE_BY_SIDE = 150
SHOW_ENDED_S = 300.0
"""How long a bulk action that has ended stays in view."""
MOST_BULK = 3


class JobsView(StoryView):
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
            empty=lambda: self.nothing("no job yet: R on an ONT"),
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
        at_the_top = self.table.position[0] <= 1 and not self.story.has_focus
        newest = found[0].id if found and (at_the_top or not self.display) else None
        self.table.set_keys([job.id for job in found], follow=newest)

    def row_of(self, key: Hashable) -> Row:
        """A job with its steps."""
        job = self.desk.model.jobs.get(key) if isinstance(key, int) else None
        return flat_rows.job_row(job) if job else {}

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.bulk.set_palette(palette)

    def _moved(self) -> None:
        self._tell()
        self._read_steps()

    def parse_filter(self, text: str) -> Filter:
        """Times too: ``since:2h``."""
        return parse_event_filter(text, self.desk.now)

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


def _job_row(job: Job) -> Row:
    return searched(
        {
            "at": job.requested_at, "serial": job.serial, "olt": job.olt, "pon_port": job.port, "kind": job.kind.value,
            "state": job.state.value, "about": job.about, "where": job.where, "result": job.result,
            "by": job.requested_by, "reason": job.reason,
        }
    )  # fmt: skip
