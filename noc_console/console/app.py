"""The app: puts header, screens and footer together, carries keys and commands to whoever does them.

It holds no rule and no data. Keys and commands find their method by the responder chain that ``actions`` describes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.containers import Container, Horizontal
from textual.keys import _character_to_key
from textual.notifications import SeverityLevel

from noc_console.console import commands, crash, suspending, whereabouts
from noc_console.console.acting import Acting
from noc_console.console.attending import Attending
from noc_console.console.backend import Backend
from noc_console.console.bell import Bell
from noc_console.console.copying import Copying
from noc_console.console.desk import Desk
from noc_console.console.dialogs.choice import ColumnsScreen
from noc_console.console.dialogs.simple import HelpScreen, MenuScreen, QuitScreen
from noc_console.console.exporting import Exporting
from noc_console.console.follow import JobFollower
from noc_console.console.footing import offered
from noc_console.console.frame import Frame
from noc_console.console.freezing import Freezing
from noc_console.console.jumping import Jumping
from noc_console.console.keys import key_name
from noc_console.console.link import Link
from noc_console.console.looks import Looks
from noc_console.console.navigation import Navigation
from noc_console.console.opening import Opening
from noc_console.console.outages import Outages
from noc_console.console.palette_commands import ConsoleCommands
from noc_console.console.prompting import Prompting
from noc_console.console.record_edits import RecordEdits
from noc_console.console.registering import Registering
from noc_console.console.registry import Action, Context, Registry
from noc_console.console.reporting import Reporting
from noc_console.console.saved_filters import SavedFilters
from noc_console.console.screens.alarms import AlarmsView
from noc_console.console.screens.audit import AuditView
from noc_console.console.screens.backup_text import BackupView
from noc_console.console.screens.configuration import ConfigView
from noc_console.console.screens.dash import DashView
from noc_console.console.screens.firmware import FirmwareView
from noc_console.console.screens.incidents import IncidentsView
from noc_console.console.screens.jobs import JobsView
from noc_console.console.screens.log import LogView
from noc_console.console.screens.network import NetworkView
from noc_console.console.screens.olts import OltsView
from noc_console.console.screens.onts import OntsView
from noc_console.console.screens.outages import OutagesView
from noc_console.console.screens.ports import PortsView
from noc_console.console.screens.records import RecordsView
from noc_console.console.screens.routers import RoutersView
from noc_console.console.screens.sources import SourcesView
from noc_console.console.screens.swaps import SwapsView
from noc_console.console.screens.view import Background, Failed, Open, OpenIncident, Say, View
from noc_console.console.session import Session
from noc_console.console.settings import ConsoleSettings
from noc_console.console.shell import Shell
from noc_console.console.themes import Themes
from noc_console.console.travelling import Travelling
from noc_console.console.uistate import load_state, remember, restore, save_state
from noc_console.console.widgets.prompt import Prompt
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import parse_filter
from noc_console.picture.feed_client import FeedClient
from noc_console.picture.model import Delta

ALWAYS = ("quit-now", "interrupt", "suspend", "repaint")
"""Actions that work in dialogs too."""
DEFAULT_VARIABLES = {"border": "#33414f", "field": "#22303f"}


class NocApp(Background, Shell):
    """NOC Console."""

    CSS_PATH = "console.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {ConsoleCommands}
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        backend: Backend,
        settings: ConsoleSettings,
        now: Callable[[], float] = time.time,
        themes: Themes | None = None,
        ansi_color: bool | None = None,
        watch_terminal: bool = False,
        known: FeedClient | None = None,
    ) -> None:
        """Build it; see ``Shell``."""
        super().__init__(backend, settings, now, themes, ansi_color, watch_terminal, known=known)
        self.travel_to: float | None = None
        """Where the operator wants to go in time; whoever started the app brings them there when it has ended."""
        self.registry = Registry(settings.keys)
        session = Session(forbidden=settings.why_read_only, role=settings.operator.highest)
        self.desk = Desk(self.model, backend, settings, session, self.palette, self.glyphs, now)
        self.network = NetworkView(self.desk)
        screens = (
            IncidentsView,
            AlarmsView,
            DashView,
            OntsView,
            OltsView,
            PortsView,
            JobsView,
            LogView,
            SwapsView,
            FirmwareView,
            RoutersView,
            RecordsView,
            ConfigView,
            BackupView,
            AuditView,
            SourcesView,
        )
        others: list[View] = [screen(self.desk) for screen in screens]
        self.navigation = Navigation(self.desk, self.network, others, settings.screen)
        titles = {name: view.TITLE for name, view in self.navigation.views.items()}
        self.frame = Frame(self.desk, self.registry, titles, self._clicked)
        self.prompting = Prompting(self)
        self._follower = JobFollower(self.model, self._say_instead)
        self._acting = Acting(self, self.desk, self._follower)
        self.bell_keeper = Bell(self.desk, self.bell, self.send, self.say)
        self.saved_filters = SavedFilters(self)
        self.freezing = Freezing(self)
        self.attending = Attending(self, self.desk)
        self.link = Link(self)
        self._responders = (
            self.navigation,
            self.prompting,
            self._acting,
            Looks(self),
            Copying(self),
            Outages(self, self.desk),
            self.bell_keeper,
            Travelling(self),
            Reporting(self),
            RecordEdits(self, self.desk),
            Registering(self),
            Jumping(self),
            Exporting(self),
            self.link,
            self.saved_filters,
            self.freezing,
        )
        self._opening = Opening(self)
        self._bind_keys()

    def _bind_keys(self) -> None:
        """All keys have priority: they are done in the order typed, and what follows ``:`` lands in the prompt."""
        self._bindings = BindingsMap()
        for key in self.registry.all_keys():
            self._bindings.bind(_textual_key(key), f"press({key!r})", show=False, priority=True)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables that every theme must have."""
        return DEFAULT_VARIABLES

    # -- life ------------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header with its clock, banner, breadcrumb, the screens, prompt, footer."""
        with Horizontal(id="top"):
            yield self.frame.header
            yield self.frame.pulse
        yield self.frame.banner
        yield self.frame.crumb
        with Container(id="views"):
            yield from self.navigation.views.values()
        yield self.freezing.still
        yield self.prompting.prompt
        yield self.frame.footer

    def on_mount(self) -> None:
        """Show the first screen as it was left."""
        views, prompt = self.navigation.views, self.prompting.prompt
        restore(load_state(self.settings.state_file), views, prompt, self.saved_filters)
        self.navigation.show(self.navigation.shown)
        if why := self.settings.database_read_only:
            self.say(f"read-only: {why}", "warning")
        for problem in (*self.themes.problems, *self.registry.problems):
            self.say(problem, "warning")
        self.call_after_refresh(self.paint_frame)

    async def on_unmount(self) -> None:
        """Remember how it was left."""
        await self.attending.leave()
        self.bell_keeper.restore()
        views, prompt = self.navigation.views, self.prompting.prompt
        save_state(self.settings.state_file, remember(views, prompt, self.saved_filters))

    # -- data ------------------------------------------------------------------------------------------------------

    def changed(self, delta: Delta) -> None:
        """Hand what is new to the screens."""
        ready = self.link.ready(delta)
        if ready:
            for view in self.navigation.views.values():
                if view.display or ready.jobs or (ready.structure and self.model.link.loaded):
                    view.changed(ready)
        if delta:
            self._follower.changed(delta)
        self.bell_keeper.changed(delta)
        self.freezing.changed(delta)
        self.attending.changed()
        self._opening.changed()
        self.paint_frame()

    def ticked(self) -> None:
        """Ages grow."""
        if self.desk.session.expire(self.now()):
            self.say("read-only again: no key for 30 minutes", "warning")
        self.view.tick()
        self.attending.tick()
        self.link.tick()
        self.paint_frame()

    def on_descendant_focus(self) -> None:
        """Another pane has other keys."""
        self.call_later(self.paint_frame)

    def on_resize(self) -> None:
        """Header and footer choose what fits; Textual takes the new size after this handler."""
        self.call_later(self.paint_frame)

    def paint_frame(self) -> None:
        """Bring header, breadcrumb and footer up to date."""
        if self.is_running and self.frame.header.is_attached:
            self.frame.paint(self.view, offered(self), self.prompting.problem, self.size, self.attending.told())

    # -- keys and commands -----------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The screen that is shown."""
        return self.navigation.view

    def _scopes(self) -> frozenset[str]:
        focused = self.focused
        in_list = isinstance(focused, LineTable) or hasattr(focused, "do_list_down")
        return frozenset({"global", self.navigation.shown, self.view.KEYS} - {""} | ({"list"} if in_list else set()))

    def context(self) -> Context:
        """What decides whether an action can be done."""
        ont = self.view.selected_ont()
        job = self.view.selected_job() if isinstance(self.view, JobsView) else None
        return Context(
            scopes=self._scopes(),
            ont=ont,
            olt=self.view.selected_olt(),
            router=self.view.selected_router(),
            outage=isinstance(self.view, OutagesView) and self.view.table.current is not None,
            forbidden=self.desk.session.forbidden,
            selected=self.view.listing is not None and self.view.listing.current is not None,
            filterable=self.view.filterable(),
            problems=self.view.PROBLEMS,
            kept_by_hand=self.view.kept_by_hand(),
            opens=self.view.opens(),
            tabs=self.view.tabbed(),
            compares=self.view.compares(),
            job_open=job is not None and not job.ended,
            link_error=self.desk.model.link.error,
            collector_alive=self.desk.model.collector(self.desk.now()) is not None,
            refresh_wait_s=self.desk.refresh_wait_s(ont) if ont else 0.0,
            operator=self.desk.settings.operator,
            places=lambda: whereabouts.places(self.desk.model, self.view),
        )

    def action_press(self, key: str) -> None:
        """A key of the registry; while something is typed or a dialog is open, the key belongs to that."""
        self.desk.session.last_key_at = self.desk.now()
        thawed = self.freezing.thaw()
        action = self.registry.for_key(key, self._scopes())
        if action is None or (self._typing() and action.id not in ALWAYS):
            raise SkipAction
        if thawed and action.id in ("pause", "back"):
            return
        self.act(action)

    def _clicked(self, action: Action) -> None:
        """A click on the footer is the key that is named there."""
        self.freezing.thaw()
        if not self._typing():
            self.act(action)

    def _typing(self) -> bool:
        focused = self.focused
        return (
            len(self.screen_stack) > 1
            or self.prompting.prompt.open
            or (isinstance(focused, LineTable) and focused.picking)
        )

    def act(self, action: Action, argument: str = "") -> None:
        """Do it, or say why not."""
        why = action.why_disabled(self.context())
        if why:
            self.say(f"{action.title}: {why}", "warning")
            return
        method = self.responder(action.method) if action.kind is None else partial(self._acting.begin, action.kind)
        if method is None:
            self.say(f":{action.command} does nothing here", "warning")
            return
        try:
            method(argument)
        except ValueError as error:
            self.say(str(error), "warning")
        self.paint_frame()

    def responder(self, name: str) -> Callable[[str], None] | None:
        """Who does what has this method; None where nobody does."""
        chain: Iterable[Any] = self.focused.ancestors_with_self if self.focused else ()
        # The app is above all widgets, and asked last: what it does is for screens that have no better idea.
        widgets = (node for node in chain if node is not self)
        for node in (*widgets, self.view, *self.view.helpers, self.view.listing, *self._responders, self):
            method = getattr(node, name, None)
            if method is not None:
                return method  # type: ignore[no-any-return]
        return None

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the operator; the text is data and never markup."""
        self.notify(text, severity=severity, markup=False)  # type: ignore[arg-type]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """In the footer: a toast would cover facts."""
        self.frame.messages.add(f"{title}: {message}" if title else message, severity)
        self.paint_frame()

    def clear_notifications(self) -> None:
        """Take away what was told."""
        self.frame.messages.clear()

    def send(self, sequence: str) -> None:
        """An escape sequence for the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _say_instead(self, text: str, severity: str) -> None:
        """Tell in place of what was told before."""
        self.clear_notifications()
        self.say(text, severity)

    def on_say(self, event: Say) -> None:
        """A screen has something to tell."""
        self.say(event.text, event.severity)

    def on_open(self, event: Open) -> None:
        """A screen leads to what a line of it is about."""
        try:
            self.navigation.go_to_place(event.olt, event.port, event.serial)
        except ValueError as error:
            self.say(str(error), "warning")
        self.paint_frame()

    def on_open_incident(self, event: OpenIncident) -> None:
        """A screen leads to an incident."""
        self.act(self.registry.by_id["screen.incidents"], str(event.number))

    def on_open_backup(self) -> None:
        """A screen leads to a backup's text."""
        self.act(self.registry.by_id["backup.show"])

    def on_line_table_choosing(self, event: LineTable.Choosing) -> None:
        """Columns are to be chosen."""
        self.push_screen(ColumnsScreen(self.registry, event.table, self.palette, self.glyphs))

    def on_failed(self, event: Failed) -> None:
        """A background task broke: told and logged, the console goes on."""
        self.say(crash.report(event.error, self.desk.settings.log_file, fatal=False), "error")

    async def on_event(self, event: events.Event) -> None:
        """One key after the other, also through the prompt."""
        typed = isinstance(event, events.Key) and not event.is_forwarded
        if isinstance(event, (events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)):
            self.desk.session.last_key_at = self.desk.now()  # somebody is there
        if isinstance(event, events.MouseDown):
            self.prompting.clicked(event.screen_offset)
        await super().on_event(event)
        if typed:
            await self.prompting.catch_up()

    def on_key(self, event: events.Key) -> None:
        """A key that nobody took: it shows that somebody is there, and is answered."""
        self.desk.session.last_key_at = self.desk.now()
        self.freezing.thaw()
        if not self._typing():
            bare = event.character if event.is_printable and "+" not in event.key else None
            key = key_name(bare or event.key)
            self._say_instead(f"{key} does nothing here; ? shows the keys", "information")

    def action_open_prompt(self, sign: str, text: str = "") -> None:
        """Open the bottom line."""
        self.prompting.open(sign, text)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Something is being typed."""
        self.prompting.changed(event.sign, event.text)

    def on_prompt_done(self) -> None:
        """Typed, or given up."""
        self.prompting.answer()

    def command(self, text: str) -> None:
        """Run one ``:`` command."""
        try:
            action, argument = commands.parse(text, self.registry)
        except ValueError as error:
            self.say(str(error), "warning")
            return
        self.act(action, argument)

    # -- what the actions do ---------------------------------------------------------------------------------------

    def do_help(self, _: str = "") -> None:
        """Help for this screen."""
        scopes = ["global", "list", self.view.KEYS or self.view.NAME]
        self.push_screen(HelpScreen(self.registry, scopes, self.context(), self.desk.palette))

    def do_palette(self, _: str = "") -> None:
        """Open the palette."""
        self.action_command_palette()

    def do_menu(self, _: str = "") -> None:
        """Open the menu of the selection."""
        named = self.view.copyable()
        title = named[1] if named else self.view.TITLE
        context = self.context()
        self.push_screen(MenuScreen(self.registry, context, title, self.desk.palette, self.desk.glyphs), self._chosen)

    def _chosen(self, action_id: str | None) -> None:
        if action_id is not None:
            self.act(self.registry.by_id[action_id])

    def do_back(self, _: str = "") -> None:
        """Out of panes, then drop the filter, then list everything, then to the first screen."""
        if not self._step_back():
            self.say("this is the top (q leaves the console)")

    def _step_back(self) -> bool:
        if isinstance(self.focused, LineTable) and self.focused.drop_range():
            return True
        if self.view.leave_pane() or self.navigation.out():
            return True
        if self.view.filter or self.view.only_problems:
            self.view.only_problems = False
            self.view.set_filter(parse_filter(""))
            return True
        if self.view.widen():
            return True
        if self.navigation.shown != self.navigation.home:
            self.navigation.show(self.navigation.home)
            return True
        return False

    def do_quit(self, _: str = "") -> None:
        """Back; at the top ask."""
        if self._step_back():
            return
        self._ask_to_leave()

    def _ask_to_leave(self) -> None:
        self.push_screen(QuitScreen(self.desk.palette, self._unfinished()), self._leave)

    def _unfinished(self) -> list[str]:
        return self._follower.unfinished(self.desk.settings.operator.name)

    def _leave(self, really: bool | None) -> None:
        if really:
            self.leave()

    def do_quit_now(self, _: str = "") -> None:
        """Leave; asks while an action of this operator is unfinished."""
        if self._unfinished() and not isinstance(self.screen, QuitScreen):
            self._ask_to_leave()
        else:
            self.leave()

    def do_interrupt(self, _: str = "") -> None:
        """Ctrl+C never ends it: a line that is being typed is given up, else say what does."""
        if self.prompting.prompt.open:
            self.prompting.prompt.cancel()
        elif len(self.screen_stack) > 1:
            self.say("Esc closes this dialog; then q leaves the console, Ctrl+Q at once")
        else:
            self.say("q leaves the console, Ctrl+Q at once")

    def do_suspend(self, _: str = "") -> None:
        """Give the terminal to the shell until it wakes us."""
        if self._driver is None or not self._driver.can_suspend or not suspending.shell_waits():
            raise ValueError("no shell waits behind this console, so nothing could wake it again; q leaves it")
        with self.batch_update():  # what is painted while the terminal is the shell's would fill the writer's queue
            suspending.stop()

    def do_retry(self, _: str = "") -> None:
        """Cut the wait short."""
        self.feed.retry_now()

    def do_pane_next(self, _: str = "") -> None:
        """Next thing that takes the focus, on screens that have no better idea."""
        self.screen.focus_next()

    def do_pane_previous(self, _: str = "") -> None:
        """Previous one."""
        self.screen.focus_previous()

    def do_problems(self, _: str = "") -> None:
        """Only problems, and back."""
        self.view.only_problems = not self.view.only_problems
        self.view.set_filter(self.view.filter)


def _textual_key(key: str) -> str:
    """The key as Textual names it: ``?`` is ``question_mark``."""
    return _character_to_key(key) if len(key) == 1 else key
