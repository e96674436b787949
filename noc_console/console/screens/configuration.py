"""The running configuration of one router: folded, searched, exported; secrets were masked before they were stored."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator
from pathlib import Path

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.exporting import plain_name, written
from noc_console.console.folding import ConfigTree, as_text
from noc_console.console.render.cells import Cell
from noc_console.console.render.times import ago, when
from noc_console.console.screens.tables import TableView
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.table import LineTable
from noc_console.domain.cpe import ConfigLeaf, CpeDocument
from noc_console.domain.errors import NocError
from noc_console.domain.intents import Act
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Ont
from noc_console.domain.targets import Target
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta

OLD_S = 60.0
COLUMNS = (
    Column("name", "PARAMETER", 38, frozen=True),
    Column("value", "VALUE", 24, flex=True),
    Column("age", "READ", 8, right=True),
    Column("writable", "W", 1),
)


class ConfigView(TableView):
    """One router's parameters as a tree."""

    NAME, TITLE = "config", "Configuration"
    PROBLEMS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.shown_tree: ConfigTree | None = None
        self._ont: Ont | None = None
        self._job: int | None = None
        self._said = "no router was chosen: :config on an ONT"
        self.table = LineTable(
            self._cell, COLUMNS, desk.palette, desk.glyphs,
            empty=lambda: [[(f" {self._said}", "dim")]], id="config-tree",
        )  # fmt: skip

    def show_ont(self, ont: Ont) -> None:
        """Show the router of this ONT; what is older than a minute is read from the ACS again."""
        if self._ont is None or ont.id != self._ont.id:
            self.shown_tree = None
        self._ont, self._job, self._said = ont, None, "reading ..."
        self.reload()
        self._read(ask=True)

    def changed(self, delta: Delta) -> None:
        """The reading that was asked for has ended."""
        job = self.desk.model.jobs.get(self._job or -1)
        if job is None or self._job not in delta.jobs or not job.ended:
            return
        self._job, self._said = None, job.result or job.state.value
        self._read(ask=False)

    def reload(self) -> None:
        """What is unfolded, or found."""
        self.table.set_keys(self.shown_tree.visible(self.filter.text) if self.shown_tree else [])
        self.table.refresh_rows()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """Unfold, or fold."""
        if self.shown_tree and self.shown_tree.fold(str(event.key)):
            self.reload()

    def do_list_out(self, _: str = "") -> None:
        """Fold the object, or go to the one around it."""
        path = str(self.table.current or "")
        if self.shown_tree is None or self.filter:
            return
        if not self.shown_tree.fold(path, open_it=False):
            path = path.rpartition(".")[0]
            self.shown_tree.fold(path, open_it=False)
        self.table.set_keys(self.shown_tree.visible(), follow=path)
        self.table.refresh_rows()

    def selected_ont(self) -> Ont | None:
        """Whose router it is."""
        return self._ont

    def copyable(self) -> tuple[str, str] | None:
        """Path and value of the selected parameter."""
        branch = self.shown_tree.branches.get(str(self.table.current)) if self.shown_tree else None
        if branch is None:
            return None
        return "parameter", branch.path if branch.leaf is None else f"{branch.path} = {branch.leaf.value or ''}"

    def crumb(self) -> tuple[str, str]:
        """Whose, how many parameters, how old."""
        name = (self._ont.identity or "") if self._ont else ""
        if self.shown_tree is None:
            return f"{self.TITLE} {name}", self._said
        read = ago(self.shown_tree.document.read_at, self.desk.now(), self.desk.session.absolute_times)
        return f"{self.TITLE} {name}", f"{len(self.shown_tree.document.leaves):,} parameters, fetched {read}"

    def export_text(self, path: str) -> bool:
        """The whole of it, secrets masked."""
        if self.shown_tree is None:
            raise ValueError("nothing to export yet")
        name = f"{plain_name(self._ont.identity or self.NAME)}.txt" if self._ont else "router.txt"
        self._export(self.desk.settings.placed(path or name), self.shown_tree.document)
        return True

    def exported(self) -> tuple[str, Iterator[Row]]:
        """Every parameter, secrets masked, whatever is unfolded."""
        leaves = self.shown_tree.document.leaves if self.shown_tree else ()
        return (self._ont.identity or self.NAME) if self._ont else self.NAME, map(_row, leaves)

    @work(group="export", exit_on_error=False)
    async def _export(self, path: Path, document: CpeDocument) -> None:
        self.post_message(await written(path, as_text(document), "configuration"))

    @work(exclusive=True, group="config", exit_on_error=False)
    async def _read(self, ask: bool) -> None:
        """What is stored; then, with ``ask``, have the ACS asked when that is old."""
        ont, backend = self._ont, self.desk.backend
        if ont is None or ont.serial is None:
            self._said = "the OLT gives no serial number: its router cannot be found"
            return
        try:
            device_id = await backend.cpe_for(ont.serial)
            document = await backend.document(device_id) if device_id else None
            if document is not None:
                opened = self.shown_tree.opened if self.shown_tree else set()
                self.shown_tree = await asyncio.to_thread(ConfigTree, document)
                self.shown_tree.opened |= opened
            if ask and (document is None or self.desk.now() - document.read_at > OLD_S):
                look = Act(JobKind.READ_CONFIG, Target.ont(ont.id), "configuration opened")
                self._job = (await self.desk.ask(look)).id
        except NocError as error:
            self._said = f"not read: {error}"
        self.reload()

    def _cell(self, key: Hashable, column: str) -> Cell:
        branch = self.shown_tree.branches.get(str(key)) if self.shown_tree else None
        if branch is None or self.shown_tree is None:
            return "", "base"
        leaf = branch.leaf
        if column == "name":
            glyphs = self.desk.glyphs
            is_open = branch.path in self.shown_tree.opened or bool(self.filter)
            fold = " " if leaf else (glyphs.open if is_open else glyphs.closed)
            return f"{' ' * branch.depth}{fold} {branch.name}", "base" if leaf else "title"
        if leaf is None:
            return (f"{branch.leaves}", "dim") if column == "value" else ("", "base")
        if column == "value":
            return ("never read", "dim") if leaf.value is None else (leaf.value, "dim" if leaf.secret else "base")
        if column == "age":
            return when(leaf.observed_at, self.desk.now(), self.desk.session.absolute_times), "dim"
        return ("w" if leaf.writable else ""), "dim"


def _row(leaf: ConfigLeaf) -> Row:
    return {
        "parameter": leaf.path,
        "value": leaf.value,
        "writable": leaf.writable,
        "observed_at": leaf.observed_at,
    }
