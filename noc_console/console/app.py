"""The app: puts header, screens and footer together, carries keys and commands to whoever does them.

It holds no rule and no data. Keys and commands find their method by the responder chain that ``actions`` describes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import events, work
from textual.actions import SkipAction
from textual.app import App, ComposeResult
from textual.binding import BindingsMap
from textual.containers import Container
from textual.keys import _character_to_key

from noc_console.console import clipboard, commands, crash
from noc_console.console.acting import Acting
from noc_console.console.actions import SCREENS, Action, Context, Registry
from noc_console.console.backend import Backend
from noc_console.console.desk import Desk
from noc_console.console.dialogs.simple import HelpScreen, MenuScreen, QuitScreen
from noc_console.console.feed import Feed
from noc_console.console.follow import JobFollower
from noc_console.console.frame import Frame
from noc_console.console.glyphs import choose_glyphs
from noc_console.console.lifecycle import Lifecycle
from noc_console.console.navigation import Navigation
from noc_console.console.pace import Every
from noc_console.console.palette_commands import ConsoleCommands
from noc_console.console.render.onts import PRESETS
from noc_console.console.screens.lists import JobsView, LogView, SourcesView
from noc_console.console.screens.network import NetworkView
from noc_console.console.screens.view import Background, Failed, Follow, Say, View
from noc_console.console.session import Session
from noc_console.console.settings import ConsoleSettings
from noc_console.console.state.model import Delta, Model
from noc_console.console.themes import Themes, choose_theme, load_themes
from noc_console.console.uistate import load_state, save_state
from noc_console.console.widgets.prompt import KEPT, Prompt
from noc_console.console.widgets.table import LineTable
from noc_console.domain.errors import NocError
from noc_console.domain.filters import FilterError, parse_filter

ALWAYS = ("quit-now", "repaint")
"""Actions that work in dialogs too."""
FILTER_SETTLE_S = 0.08
REAGE_EVERY_S = 5.0
CLOSE_TIMEOUT_S = 3.0
DEFAULT_VARIABLES = {"border": "#33414f", "field": "#22303f"}


class NocApp(Background, App[int]):
    """NOC Console."""

    CSS_PATH = "console.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {ConsoleCommands}
    ESCAPE_TO_MINIMIZE = False
    NOTIFICATION_TIMEOUT = 6

    def __init__(
        self,
        backend: Backend,
        settings: ConsoleSettings,
        now: Callable[[], float] = time.time,
        themes: Themes | None = None,
        ansi_color: bool | None = None,
        watch_terminal: bool = False,
    ) -> None:
        """Build it; nothing is opened or asked yet.

        Args:
            backend: Where data comes from and jobs go to.
            settings: What the command line said.
            now: Clock, Unix seconds.
            themes: Theme files as read.
            ansi_color: True keeps the terminal's own colours (``NO_COLOR``).
            watch_terminal: End when the terminal goes away or a signal says so.
        """
        super().__init__(ansi_color=ansi_color)
        self.animation_level = "none"
        self.themes = themes or load_themes()
        chosen = choose_theme(settings.theme, self.themes)
        for theme in self.themes.found.values():
            self.register_theme(theme.textual)
        self.theme = chosen
        self.registry = Registry(settings.keys)
        self.desk = Desk(
            model=Model(settings),
            backend=backend,
            settings=settings,
            session=Session(forbidden=settings.read_only),
            palette=self.themes.found[chosen].palette,
            glyphs=choose_glyphs(),
            now=now,
        )
        self._feed = Feed(backend, self.desk.model, now, self._changed)
        self._lifecycle = Lifecycle(self._end) if watch_terminal else None
        self._reage = Every(REAGE_EVERY_S)
        self._filter_before = ""
        self._filter_error = ""
        self._bind_keys()
        self._build()

    def _bind_keys(self) -> None:
        """All keys have priority: they are done in the order typed, and what follows ``:`` lands in the prompt."""
        self._bindings = BindingsMap()
        for key in self.registry.all_keys():
            self._bindings.bind(_textual_key(key), f"press({key!r})", show=False, priority=True)

    def _build(self) -> None:
        desk = self.desk
        self.network = NetworkView(desk)
        others: list[View] = [JobsView(desk), LogView(desk), SourcesView(desk)]
        self.navigation = Navigation(desk, self.network, others, desk.settings.screen)
        titles = {name: view.TITLE for name, view in self.navigation.views.items()}
        self.frame = Frame(desk, self.registry, titles)
        self.prompt = Prompt(desk.palette, self._complete)
        self._follower = JobFollower(desk.model, self._say_instead)
        self._responders = (self.navigation, Acting(self, desk, self._follower, lambda: self.view.selected_ont()))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables that every theme must have."""
        return DEFAULT_VARIABLES

    # -- life ------------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, banner, breadcrumb, the screens, prompt, footer."""
        yield self.frame.header
        yield self.frame.banner
        yield self.frame.crumb
        with Container(id="views"):
            yield from self.navigation.views.values()
        yield self.prompt
        yield self.frame.footer

    def on_mount(self) -> None:
        """Show the first screen, start the clock; the backend is opened after the first paint."""
        if self._lifecycle is not None:
            self._lifecycle.start()
        self._restore()
        self.navigation.show(self.navigation.shown)
        for problem in (*self.themes.problems, *self.registry.problems):
            self.say(problem, "warning")
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._paint_frame)
        self.call_after_refresh(self._run_feed)

    @work(exclusive=True, group="feed", exit_on_error=True)
    async def _run_feed(self) -> None:
        await self._feed.run()

    async def on_unmount(self) -> None:
        """Remember, release."""
        self._remember()
        try:
            await asyncio.wait_for(self.desk.backend.close(), CLOSE_TIMEOUT_S)
        except (NocError, TimeoutError):
            return

    def _end(self, code: int) -> None:
        self.exit(result=code, return_code=code)

    def _handle_exception(self, error: Exception) -> None:
        """One line for the operator, a redacted report for the log: never locals on the screen."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.crash_line = crash.report(error, self.desk.settings.log_file)
        self._close_messages_no_wait()

    crash_line: str | None = None

    def _restore(self) -> None:
        state = load_state(self.desk.settings.state_file)
        if state.get("columns") in PRESETS:
            self.network.preset = state["columns"]
        if isinstance(state.get("sort"), str):
            self.network.table.show_sort(state["sort"], bool(state.get("sort_down")))
        for sign in self.prompt.history:
            past = state.get(f"history{sign}")
            if isinstance(past, list):
                self.prompt.history[sign] = [entry for entry in past if isinstance(entry, str)][-KEPT:]

    def _remember(self) -> None:
        table = self.network.table
        state: dict[str, Any] = {"columns": self.network.preset, "sort": table.sort_by, "sort_down": table.sort_down}
        state |= {f"history{sign}": past for sign, past in self.prompt.history.items()}
        save_state(self.desk.settings.state_file, state)

    # -- data ------------------------------------------------------------------------------------------------------

    def _changed(self, delta: Delta) -> None:
        """The feed brought something, or tried to."""
        if not self.is_running:
            return
        if delta:
            for view in self.navigation.views.values():
                if view.display or delta.jobs or delta.structure:
                    view.changed(delta)
            self._follower.changed(delta)
        self._paint_frame()

    def _tick(self) -> None:
        now = self.desk.now()
        if self._reage.due(now):
            delta = Delta()
            self.desk.model.reage(now, delta)
            if delta:
                self.view.changed(delta)
        if self.desk.session.expire(now):
            self.say("read-only again: no key for 30 minutes", "warning")
        self.view.tick()
        self._paint_frame()

    def _paint_frame(self) -> None:
        if self.is_running and self.frame.header.is_attached:
            self.frame.paint(self.view, self.registry.active(self._scopes()), self._filter_error, self.size.width)

    # -- keys and commands -----------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The screen that is shown."""
        return self.navigation.view

    def _scopes(self) -> frozenset[str]:
        focused = self.focused
        in_list = isinstance(focused, LineTable) or hasattr(focused, "do_list_down")
        return frozenset({"global", self.navigation.shown} | ({"list"} if in_list else set()))

    def context(self) -> Context:
        """What decides whether an action can be done."""
        ont = self.view.selected_ont()
        job = self.view.selected_job() if isinstance(self.view, JobsView) else None
        return Context(
            scopes=self._scopes(),
            ont=ont,
            job_open=job is not None and not job.ended,
            link_error=self.desk.model.link.error,
            collector_alive=self.desk.model.collector(self.desk.now()) is not None,
            refresh_wait_s=self.desk.refresh_wait_s(ont) if ont else 0.0,
        )

    def action_press(self, key: str) -> None:
        """A key of the registry; while something is typed or a dialog is open, the key belongs to that."""
        self.desk.session.last_key_at = self.desk.now()
        action = self.registry.for_key(key, self._scopes())
        if action is None or (self._typing() and action.id not in ALWAYS):
            raise SkipAction
        self.act(action)

    def _typing(self) -> bool:
        focused = self.focused
        return len(self.screen_stack) > 1 or self.prompt.open or (isinstance(focused, LineTable) and focused.picking)

    def act(self, action: Action, argument: str = "") -> None:
        """Do it, or say why not."""
        why = action.why_disabled(self.context())
        if why:
            self.say(f"{action.title}: {why}", "warning")
            return
        method = self._responder(action.method)
        if method is None:
            self.say(f":{action.command} does nothing here", "warning")
            return
        try:
            method(argument)
        except ValueError as error:
            self.say(str(error), "warning")
        self._paint_frame()

    def _responder(self, name: str) -> Callable[[str], None] | None:
        chain: Iterable[Any] = self.focused.ancestors_with_self if self.focused else ()
        for node in (*chain, self.view, *self._responders, self):
            method = getattr(node, name, None)
            if method is not None:
                return method  # type: ignore[no-any-return]
        return None

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the operator; the text is data and never markup."""
        self.notify(text, severity=severity, markup=False)  # type: ignore[arg-type]

    def _say_instead(self, text: str, severity: str) -> None:
        """Tell in place of what was told before."""
        self.clear_notifications()
        self.say(text, severity)

    def on_say(self, event: Say) -> None:
        """A screen has something to tell."""
        self.say(event.text, event.severity)

    def on_failed(self, event: Failed) -> None:
        """A background task broke: told and logged, the console goes on."""
        self.say(crash.report(event.error, self.desk.settings.log_file, fatal=False), "error")

    def on_follow(self, event: Follow) -> None:
        """A job to be followed to its end."""
        self._follower.follow(event.job_id)

    def on_key(self, event: events.Key) -> None:
        """Any key shows that somebody is there."""
        self.desk.session.last_key_at = self.desk.now()

    def action_help_quit(self) -> None:
        """Ctrl+C copies selections; it never quits."""
        self.say("q leaves the console")

    # -- prompt ----------------------------------------------------------------------------------------------------

    def action_open_prompt(self, sign: str, text: str = "") -> None:
        """Open the bottom line."""
        self._filter_before = self.view.filter.text
        self.prompt.start(sign, text)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Filter live, once the typing rests."""
        if event.sign == "/":
            self._filter_soon(event.text)

    def on_prompt_done(self, event: Prompt.Done) -> None:
        """Keep the filter, drop it, or run the command."""
        self.workers.cancel_group(self, "filter")
        self.view.go_in()
        if event.sign == "/":
            self._set_filter(event.text if event.kept else self._filter_before, final=True)
        elif event.kept and event.text:
            self.command(event.text)

    def command(self, text: str) -> None:
        """Run one ``:`` command."""
        try:
            action, argument = commands.parse(text, self.registry)
        except ValueError as error:
            self.say(str(error), "warning")
            return
        self.act(action, argument)

    @work(exclusive=True, group="filter", exit_on_error=False)
    async def _filter_soon(self, text: str) -> None:
        await asyncio.sleep(FILTER_SETTLE_S)
        self._set_filter(text)

    def _set_filter(self, text: str, final: bool = False) -> None:
        """A bad filter is told and changes nothing."""
        try:
            wanted = parse_filter(text)
        except FilterError as error:
            self._filter_error = "" if final else f"{error.message}"
            if final:
                self.say(f"/{text}: {error.message}; the filter stays as it was", "warning")
        else:
            self._filter_error = ""
            self.view.set_filter(wanted)
        self._paint_frame()

    def _complete(self, sign: str, text: str) -> str | None:
        return commands.complete(text, self.registry, self._arguments) if sign == ":" else None

    def _arguments(self, action_id: str) -> Iterable[str]:
        model = self.desk.model
        known: dict[str, Iterable[str]] = {
            "theme": sorted(self.themes.found),
            "write": ("on", "off"),
            "columns.preset": PRESETS,
            "tab": ("summary", "optical", "tr-069", "history", "jobs"),
            "chart.range": ("6h", "24h", "7d", "30d"),
            "force": ("reboot", "factory-reset"),
            "goto.olt": (olt.name for olt in model.olts.values()),
            "goto.ont": model.onts.by_identity,
        }
        return known.get(action_id, ())

    # -- what the actions do ---------------------------------------------------------------------------------------

    def do_help(self, _: str = "") -> None:
        """Help for this screen."""
        scopes = ["global", "list", self.navigation.shown]
        self.push_screen(HelpScreen(self.registry, scopes, self.desk.palette))

    def do_command(self, _: str = "") -> None:
        """Open the command line."""
        self.action_open_prompt(":")

    def do_filter(self, text: str = "") -> None:
        """Open the filter line, or set the filter at once."""
        if text:
            self._set_filter(text, final=True)
        else:
            self.action_open_prompt("/", self.view.filter.text)

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
        """Drop the filter, then go out of panes, then to the first screen."""
        if not self._step_back():
            self.say("this is the top (q leaves the console)")

    def _step_back(self) -> bool:
        if self.view.filter or self.view.only_problems:
            self.view.only_problems = False
            self.view.set_filter(parse_filter(""))
            return True
        if self.view.go_back():
            return True
        if self.navigation.shown != SCREENS[0]:
            self.navigation.show(SCREENS[0])
            return True
        return False

    def do_quit(self, _: str = "") -> None:
        """Back; at the top ask."""
        if self._step_back():
            return
        self.push_screen(QuitScreen(self.desk.palette, self._follower.open_jobs()), self._leave)

    def _leave(self, really: bool | None) -> None:
        if really:
            self.do_quit_now()

    def do_quit_now(self, _: str = "") -> None:
        """Leave; jobs go on in the collector."""
        if self._lifecycle:
            self._lifecycle.end(0)  # which also bounds how long the leaving may take
        else:
            self._end(0)

    def do_repaint(self, _: str = "") -> None:
        """Repaint everything."""
        self.refresh(repaint=True, layout=True)
        self.screen.refresh(repaint=True, layout=True)

    def do_retry(self, _: str = "") -> None:
        """Cut the wait short."""
        self._feed.retry_now()

    def do_pane_next(self, _: str = "") -> None:
        """Next thing that takes the focus, on screens that have no better idea."""
        self.screen.focus_next()

    def do_pane_previous(self, _: str = "") -> None:
        """Previous one."""
        self.screen.focus_previous()

    def do_zoom(self, _: str = "") -> None:
        """Only where there are panes."""

    def do_problems(self, _: str = "") -> None:
        """Only problems, and back."""
        self.view.only_problems = not self.view.only_problems
        self.view.set_filter(self.view.filter)

    def do_time(self, _: str = "") -> None:
        """Relative or by the clock."""
        self.desk.session.absolute_times = not self.desk.session.absolute_times
        self.network.cells.absolute = self.desk.session.absolute_times
        self.network.detail.paint()
        self.view.set_palette(self.desk.palette)

    def do_write(self, wanted: str = "") -> None:
        """Allow or forbid actions in this session."""
        if wanted not in ("on", "off"):
            raise ValueError(":write wants on or off")
        why = self.desk.session.allow_writing(wanted == "on", self.desk.now())
        if why:
            raise ValueError(why)
        self.say("actions are allowed: RW in the header" if wanted == "on" else "read-only")

    def do_theme(self, name: str = "") -> None:
        """Another theme."""
        if name not in self.themes.found:
            raise ValueError(f"no theme {name!r} (there are {', '.join(sorted(self.themes.found))})")
        self.theme = name
        self.desk.palette = self.themes.found[name].palette
        self.frame.set_palette(self.desk.palette)
        self.prompt.set_palette(self.desk.palette)
        for view in self.navigation.views.values():
            view.set_palette(self.desk.palette)

    def do_copy(self, _: str = "") -> None:
        """Copy what the selection is called."""
        found = self.view.copyable()
        if found is None:
            raise ValueError("nothing to copy is selected")
        self._copy(*found)

    @work(group="copy", exit_on_error=False)
    async def _copy(self, what: str, text: str) -> None:
        file: Path = clipboard.clip_file()
        how = await clipboard.copy(text, self._send, file)
        self.say(f"copied {what} via {how}: {text}")

    def _send(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)


def _textual_key(key: str) -> str:
    """The key as Textual names it: ``?`` is ``question_mark``."""
    return _character_to_key(key) if len(key) == 1 else key
