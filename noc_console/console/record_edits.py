"""Records of any kind: which are shown, and what admins do to them by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from noc_console.console.desk import Desk
from noc_console.console.dialogs.choice import Option, choose, lettered
from noc_console.console.dialogs.record import RecordForm
from noc_console.console.screens.records import RecordsView
from noc_console.domain.errors import NocError
from noc_console.domain.intents import Intent, RemoveRecord
from noc_console.domain.operators import Role
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import Record, RecordKind

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

REMOVE = (Option("n", "no, keep it"), Option("y", "yes, remove it"))


class RecordEdits:
    """Answers the actions ``records.kind`` and ``record.*``."""

    def __init__(self, app: NocApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    def do_records_kind(self, name: str = "") -> None:
        """The named kind, or one that is chosen."""
        view = self._app.view
        if not isinstance(view, RecordsView):
            raise ValueError("the Records screen shows them (9)")
        if not name:
            options = lettered([(kind.name, kind.title) for kind in RECORD_KINDS.values()])
            names = {option.key: option.text for option in options}
            choose(self._app, "Records", options, lambda letter: view.show_kind(RECORD_KINDS[names[letter]]))
        elif name in RECORD_KINDS:
            view.show_kind(RECORD_KINDS[name])
        else:
            raise ValueError(f"no records {name!r} (there are {', '.join(RECORD_KINDS)})")

    def do_record_add(self, _: str = "") -> None:
        """A form for a new one."""
        self._edit(self._kind(), None)

    def do_record_edit(self, _: str = "") -> None:
        """A form for the selected one."""
        kind, record = self._selected()
        self._edit(kind, record)

    def do_record_remove(self, _: str = "") -> None:
        """Take the selected one out, after asking."""
        kind, record = self._selected()

        def removed(key: str) -> None:
            if key == "y":
                self._ask(RemoveRecord(kind.name, kind.key_of(record)))

        choose(self._app, f"Remove {kind.one} {kind.named(record)}?", REMOVE, removed)

    def _edit(self, kind: RecordKind[Any], record: Record | None) -> None:
        self._app.push_screen(RecordForm(self._desk, kind, record), lambda asked: self._ask(asked) if asked else None)

    def _kind(self) -> RecordKind[Any]:
        view = self._app.view
        if not isinstance(view, RecordsView) or not view.kind.imported:
            raise ValueError("these are not kept by hand")
        if why := self._desk.session.forbidden:
            raise ValueError(why)
        if not self._desk.session.write:
            raise ValueError("this session is read-only (:write on)")
        if why := self._desk.settings.operator.why_not(Role.ADMIN, (), "an edit of records"):
            raise ValueError(why)
        return view.kind

    def _selected(self) -> tuple[RecordKind[Any], Record]:
        kind, view = self._kind(), self._app.view
        record = view.selected() if isinstance(view, RecordsView) else None
        if record is None:
            raise ValueError(f"no {kind.one} is selected")
        return kind, record

    def _ask(self, intent: Intent) -> None:
        async def ask() -> None:
            try:
                self._app.say((await self._desk.ask(intent)).text)
            except NocError as error:
                self._app.say(str(error), "error")

        self._app.run_worker(ask(), group="submit", exit_on_error=False)
