"""Which screen is shown, and the ways to an object by its name."""

from __future__ import annotations

from typing import Any

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render import tree
from noc_console.console.screens.backup_list import BackupList
from noc_console.console.screens.backup_text import BackupView
from noc_console.console.screens.configuration import ConfigView
from noc_console.console.screens.dash import DashView
from noc_console.console.screens.network import NetworkView
from noc_console.console.screens.olts import OltsView
from noc_console.console.screens.ports import PortsView
from noc_console.console.screens.view import View
from noc_console.console.wallpages import PAGES, parse_pages
from noc_console.domain.filters import FilterError, parse_filter
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.picture.model import Delta
from noc_console.picture.ont_rows import select
from noc_console.picture.tree import NodeKey

MOST_VISITED = 50


class Navigation:
    """Answers the actions ``screen.*``, ``view.last`` and ``goto.*``."""

    def __init__(self, desk: Desk, network: NetworkView, others: list[View], first: str) -> None:
        self._desk = desk
        self._network = network
        self.views: dict[str, View] = {view.NAME: view for view in (network, *others)}
        self.shown = self._last = self.home = first if first in self.views else network.NAME
        self._from = ""
        """The screen from which a place was opened."""
        self._visited: list[tuple[str, Any]] = []
        """Screens in the order of their opening, and where on each the operator was."""
        self._visit = 0

    @property
    def view(self) -> View:
        """The screen that is shown."""
        return self.views[self.shown]

    def set_palette(self, palette: Palette) -> None:
        """Change the colours of all screens, and how they show times and trends."""
        for view in self.views.values():
            view.set_palette(palette)

    def show(self, name: str) -> None:
        """Show another screen, up to date and with the focus where work begins."""
        if self._visited:
            self._note_where()
        self._visited = [*self._visited[: self._visit + 1], (name, None)][-MOST_VISITED:]
        self._visit = len(self._visited) - 1
        self._show(name)

    def _note_where(self) -> None:
        name, _ = self._visited[self._visit]
        self._visited[self._visit] = name, self.views[name].where()

    def do_history_back(self, _: str = "") -> None:
        """As it was before."""
        self._revisit(-1)

    def do_history_forward(self, _: str = "") -> None:
        """And on again."""
        self._revisit(1)

    def _revisit(self, by: int) -> None:
        if not 0 <= self._visit + by < len(self._visited):
            raise ValueError("this is the first view of the history" if by < 0 else "this is the newest view")
        self._note_where()
        self._visit += by
        name, where = self._visited[self._visit]
        self._show(name)
        if where is not None:
            self.view.return_to(where)

    def _show(self, name: str) -> None:
        self._from = ""
        if name != self.shown:
            self._last = self.shown
        self.shown = name
        model = self._desk.model
        everything = Delta(
            structure=True, tree=True, changes=True, sources=True, jobs=set(model.jobs), records=set(RECORD_KINDS)
        )
        for view in self.views.values():
            view.in_use = view is self.view
        self.view.changed(everything)  # while it is hidden: then a list of news opens at the newest
        for view in self.views.values():
            view.display = name == view.NAME
        self.view.go_in()

    def out(self) -> bool:
        """Back to the screen from which this place was opened; False when it was none."""
        if not self._from:
            return False
        self.show(self._from)
        return True

    def do_screen_dash(self, names: str = "") -> None:
        """The dashboard: all of its pages in turn, or the named ones."""
        view = self.views["dash"]
        if isinstance(view, DashView):
            view.show_pages(parse_pages(names) if names.strip() else PAGES)
        self.show("dash")

    def do_screen_alarms(self, argument: str = "") -> None:
        """Alarms; with ``/`` those that a filter lets through."""
        self._show_filtered("alarms", argument if argument.startswith("/") else "")

    def _show_filtered(self, name: str, text: str) -> None:
        if text:
            view = self.views[name]
            view.set_filter(view.parse_filter(text.removeprefix("/")))
        self.show(name)

    def do_screen_onts(self, text: str = "") -> None:
        """ONTs; with ``/`` those that a filter lets through."""
        self._show_filtered("onts", text)

    def do_screen_olts(self, text: str = "") -> None:
        """OLTs; with ``/`` those that a filter lets through, with a name that one opened."""
        view = self.views["olts"]
        if text.startswith("/"):
            view.set_filter(view.parse_filter(text.removeprefix("/")))
        elif text and isinstance(view, OltsView):
            view.open_named(text.strip())
        self.show("olts")

    def do_screen_network(self, _: str = "") -> None:
        """Network."""
        self.show("network")

    def do_screen_ports(self, name: str = "") -> None:
        """PON ports: of the named OLT, else of that selected in the tree, else all."""
        view, olt = self.views["ports"], self.view.selected_olt()
        if isinstance(view, PortsView):
            view.show_olt(name.strip() or (olt.name if olt else ""))
        self.show("ports")

    def do_screen_jobs(self, _: str = "") -> None:
        """Jobs."""
        self.show("jobs")

    def do_screen_log(self, _: str = "") -> None:
        """Log."""
        self.show("log")

    def do_screen_swaps(self, _: str = "") -> None:
        """Swaps."""
        self.show("swaps")

    def do_screen_audit(self, text: str = "") -> None:
        """The audit log; with ``/`` the entries that a filter lets through."""
        view = self.views["audit"]
        if text.startswith("/"):
            view.set_filter(view.parse_filter(text.removeprefix("/")))
        self.show("audit")

    def do_screen_firmware(self, _: str = "") -> None:
        """Firmware."""
        self.show("firmware")

    def do_screen_routers(self, _: str = "") -> None:
        """Routers without an ONT."""
        self.show("routers")

    def do_screen_records(self, _: str = "") -> None:
        """Records."""
        self.show("records")

    def do_ont_config(self, _: str = "") -> None:
        """The running configuration of the selected ONT's router."""
        ont = self.view.selected_ont()
        view = self.views["config"]
        if ont is not None and isinstance(view, ConfigView):
            self.show("config")
            view.show_ont(ont)

    def do_backup_show(self, number: str = "") -> None:
        """The text of the selected backup of the open OLT, or of the named one."""
        kept, view = self._backups(), self.views["backup"]
        backup = kept.named(_number(number)) if number else kept.selected()
        if backup is None:
            raise ValueError("no backup is selected")
        if isinstance(view, BackupView):
            self.show("backup")
            view.show_text(backup)

    def do_backup_diff(self, numbers: str = "") -> None:
        """What differs between two backups of the open OLT: those marked, named, or the selected and the one before."""
        kept, view, named = self._backups(), self.views["backup"], numbers.split()
        if named and len(named) != 2:
            raise ValueError("two backups are compared: :backup-diff OLD NEW")
        before, after = (kept.named(_number(one)) for one in named) if named else kept.pair()
        if isinstance(view, BackupView):
            self.show("backup")
            view.show_difference(before, after)

    def _backups(self) -> BackupList:
        view = self.view
        if not isinstance(view, OltsView) or not view.opened or view.detail.tab != "backups":
            raise ValueError("open the tab Backups of an OLT first: :olts OLT, then :tab backups")
        return view.detail.backups

    def do_screen_sources(self, _: str = "") -> None:
        """Sources."""
        self.show("sources")

    def do_view_last(self, _: str = "") -> None:
        """The one before."""
        self.show(self._last)

    def do_goto_ont(self, text: str = "") -> None:
        """The only ONT that matches, or the list of those that do."""
        try:
            wanted = parse_filter(text.removeprefix("/"))
        except FilterError as error:
            raise ValueError(f":ont {text}: {error.message}") from None
        model = self._desk.model
        rows = select(model, model.rows_under(None), wanted, self._desk.now())
        if not rows:
            raise ValueError(self._unfound(f"no ONT matches {text}"))
        self.show("network")
        if len(rows) == 1:
            self._network.go_to(rows[0])
        else:
            self._network.scope = None
            self._network.set_filter(wanted)

    def do_goto_olt(self, name: str = "") -> None:
        """List one OLT."""
        self._goto_node(self._olt_node(name))

    def do_goto_pon(self, argument: str = "") -> None:
        """List one PON port."""
        name, _, port = argument.partition(" ")
        olt = self._olt_node(name)
        if (olt.olt_id, port.strip()) not in self._desk.model.port_states:
            raise ValueError(self._unfound(f"{name} has no PON port {port!r}"))
        self._goto_node(NodeKey(olt.olt_id, port.strip(), 2))

    def _olt_node(self, name: str) -> NodeKey:
        found = next((olt for olt in self._desk.model.olts.values() if olt.name == name), None)
        if found is None:
            raise ValueError(self._unfound(f"no OLT {name!r}"))
        return NodeKey(found.id)

    def _unfound(self, what: str) -> str:
        """That something is not there can be said only once everything is."""
        if not self._desk.model.link.loaded:
            return "still loading: nothing can be found yet; try again shortly"
        return what if len(self._desk.model.onts) else f"{what}: no ONT was read from any OLT yet"

    def go_to_place(self, olt: str | None, port: str | None, serial: str | None) -> None:
        """To an ONT, else to its PON port, else to its OLT, as far as they are named and still there.

        Raises:
            ValueError: None of them is.
        """
        opened_from = self.shown
        self._go_to_place(olt, port, serial)
        self._from = opened_from if opened_from != self.shown else ""

    def _go_to_place(self, olt: str | None, port: str | None, serial: str | None) -> None:
        row = self._desk.model.onts.by_identity.get(serial) if serial else None
        if row is not None:
            self.show("network")
            self._network.go_to(row)
            return
        if olt is None:
            raise ValueError("it is about no ONT and no OLT: there is nothing to open")
        node = self._olt_node(olt)
        if port and (node.olt_id, port) in self._desk.model.port_states:
            node = NodeKey(node.olt_id, port, 2)
        self._goto_node(node)

    def _goto_node(self, node: NodeKey) -> None:
        self.show("network")
        self._network.topology.unfold_to(node)
        self._network.set_scope(tree.scope_of(node))


def _number(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError(f"{text.strip()!r} is no number of a backup")
    return int(text)
