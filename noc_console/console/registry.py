"""The one registry of actions. Keys, ``:`` commands, the palette, the ``.`` menu and the ``?`` help all come from it.

An action is run by the first of *focused widget, its ancestors, the app* that has a method ``do_<id>`` (dots and
dashes as underscores), which gets the command's argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from noc_console.domain.actions import ACTIONS as JOB_ACTIONS
from noc_console.domain.actions import ActionSpec, JobKind
from noc_console.domain.network import Cpe, Olt, Ont
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.targets import TargetKind

NO_COLLECTOR = "no collector is running (one that starts needs a few seconds), so nothing would happen"


@dataclass(frozen=True, slots=True)
class Context:
    """What the operator is looking at, as far as it decides whether an action can be done."""

    scopes: frozenset[str] = frozenset({"global"})
    """Scopes that are active: ``global``, the screen, ``list`` while a list has the focus."""
    ont: Ont | None = None
    olt: Olt | None = None
    """Selected in the tree; ``r`` is then about the OLT."""
    outage: bool = False
    """Whether an incident or alarm is selected."""
    router: Cpe | None = None
    """Selected where no ONT stands for it."""
    forbidden: str | None = None
    """Why this session may never act; None when it may."""
    selected: bool = True
    """Whether a row of the list is selected."""
    filterable: bool = True
    """Whether what is shown can be filtered."""
    problems: bool = True
    """Whether the screen tells problems from the rest."""
    kept_by_hand: bool = True
    """Whether the listed records can be edited."""
    opens: bool = True
    """Whether Enter leads anywhere from what is selected."""
    tabs: bool = True
    """Whether a detail with tabs is shown."""
    compares: bool = True
    """Whether two backups are listed."""
    job_open: bool = False
    """Whether the selected job is still under way."""
    link_error: str | None = None
    """Why nothing can be submitted; None when it can."""
    collector_alive: bool = True
    refresh_wait_s: float = 0.0
    """How long until this ONT may be refreshed again."""
    operator: Operator | None = None
    places: Callable[[], tuple[Place, ...]] = tuple
    """Where what is selected is: thousands may be marked, so it is asked for only where a role is about places."""


WhyDisabled = Callable[[Context], str | None]


def _always(_: Context) -> str | None:
    return None


def _needs_ont(context: Context) -> str | None:
    return None if context.ont else "no ONT is selected"


def _opens(context: Context) -> str | None:
    return None if context.opens else "there is nothing to open here"


def _filterable(context: Context) -> str | None:
    return None if context.filterable else "there is no list here to filter"


def _tells_problems(context: Context) -> str | None:
    return _filterable(context) or (None if context.problems else "this screen does not tell problems from the rest")


def _has_tabs(context: Context) -> str | None:
    return None if context.tabs else "no tabs are shown: the detail of an ONT and an opened OLT have them"


def _compares(context: Context) -> str | None:
    return None if context.compares else "open the tab Backups of an OLT that has two: :olts OLT, then :tab backups"


def _needs(role: Role, what: str, why: WhyDisabled) -> WhyDisabled:
    """Also what the session and the operator's role at the place say."""

    def judge(context: Context) -> str | None:
        operator = context.operator
        if context.forbidden and role is not Role.VIEWER:
            return context.forbidden
        if (told := why(context)) or not operator or not operator.highest.covers(role) or operator.role.covers(role):
            return told
        places = context.places()
        return operator.why_not(role, places, what) if places else None

    return judge


def _can_request(context: Context) -> str | None:
    if context.link_error:
        return f"nothing can be requested now: {context.link_error}"
    return None if context.collector_alive else NO_COLLECTOR


def _can_submit(context: Context) -> str | None:
    return _can_request(context) or (None if context.router else _needs_ont(context))


def _can_refresh(context: Context) -> str | None:
    if context.olt is not None:
        return _can_request(context)
    if not _can_submit(context) and context.refresh_wait_s > 0:
        return f"just refreshed: again in {context.refresh_wait_s:.0f} s"
    return _can_submit(context)


def _has_serial(context: Context) -> str | None:
    if context.ont and context.ont.serial is None:
        return "the OLT gives no serial number for it: its router cannot be found"
    return _can_submit(context)


def _outage_selected(context: Context) -> str | None:
    if context.link_error:
        return f"nothing can be requested now: {context.link_error}"
    return None if context.outage else "no incident and no alarm is selected"


_on_outage = _needs(Role.OPERATOR, "this", _outage_selected)


def _kept_by_hand(context: Context) -> str | None:
    return context.forbidden or (None if context.kept_by_hand else "these are not kept by hand")


def _record_selected(context: Context) -> str | None:
    return _kept_by_hand(context) or (None if context.selected else "no record is selected")


def _job_open(context: Context) -> str | None:
    return None if context.job_open else "the selected job has ended"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an operator can do."""

    id: str
    title: str
    keys: tuple[str, ...]
    command: str
    """Name after ``:``."""
    scope: str = "global"
    argument: str = ""
    """What the command takes, for the help: ``NAME``, ``[SERIAL]``."""
    danger: int = 0
    """Level of the gate in front of it: 0 none, 3 reboot, 4 factory reset."""
    menu: bool = False
    """In the ``.`` menu of the selection."""
    footer: str = ""
    """Word in the footer; empty leaves it out."""
    kind: JobKind | None = None
    """The kind of job that it asks for, where it asks for one; done by ``acting.Acting``."""
    why_disabled: WhyDisabled = field(default=_always)
    also_in: str = ""
    """Another scope that it is active in."""

    @property
    def method(self) -> str:
        """Name of the method that does it."""
        return "do_" + self.id.replace(".", "_").replace("-", "_")


def _declared(kind: JobKind, spec: ActionSpec) -> Action:
    """The console's side of an action on the network, from its declaration."""
    about_olt = spec.target is TargetKind.OLT
    why = _can_request if about_olt else _has_serial if spec.needs_serial else _can_submit
    return Action(
        f"olt.{kind.value.removeprefix('olt-')}" if about_olt else f"ont.{kind.value}",
        spec.menu or spec.title,
        spec.keys,
        kind.value,
        "network",
        also_in="routers" if spec.may_be_about(TargetKind.ROUTER) else "",
        argument="[NAME]" if about_olt else "",
        danger=spec.level if spec.level >= 3 else 0,
        menu=not about_olt or kind is JobKind.BACKUP,
        footer=spec.footer,
        kind=kind,
        why_disabled=_needs(spec.role, kind.value, _can_refresh if kind is JobKind.REFRESH else why),
    )


def _triage(name: str, title: str, keys: tuple[str, ...], command: str, **more: Any) -> Action:
    """An action on what the screens of incidents and alarms list."""
    return Action(f"outage.{name}", title, keys, command, "incidents", also_in="alarms", **more)


ACTIONS: tuple[Action, ...] = (
    Action("help", "Help for this screen", ("?",), "help", footer="help"),
    Action("command", "Command line", (":",), "command", footer="cmd"),
    Action("palette", "Palette: every action and object", ("ctrl+p",), "palette"),
    Action("menu", "Menu of actions on the selection", (".",), "menu", footer="menu"),
    Action("back", "Back: out of the pane, drop the filter, go out", ("escape", "backspace"), "back"),
    Action("quit", "Back; at the top asks whether to quit", ("q",), "quit"),
    Action("quit-now", "Quit at once; asks while an action is unfinished", ("ctrl+q",), "q!"),
    Action("interrupt", "Say how to leave", ("ctrl+c",), "how-to-leave"),
    Action("suspend", "To the shell; fg comes back", ("ctrl+z",), "suspend"),
    Action("repaint", "Repaint the whole terminal", ("ctrl+l",), "repaint"),
    Action("retry", "Ask again now, without waiting", ("ctrl+r",), "retry"),
    Action("screen.incidents", "Incidents; one of them; those of a filter", ("1",), "inc", argument="[NUMBER|/TEXT]"),
    Action("screen.alarms", "Alarms; those of a filter", ("2",), "al", argument="[/TEXT]"),
    Action("screen.dash", "Dashboard: the wallboard's pages, or some of them", (), "dash",
           argument="[incidents,map,trend]"),
    Action("screen.network", "Network", ("3",), "net"),
    Action("screen.onts", "ONTs: all of them in one table, under any filter", ("4",), "onts", argument="[/TEXT]"),
    Action("screen.olts", "OLTs: all of them in one list, or one of them", ("o",), "olts", argument="[OLT|/TEXT]"),
    Action("screen.ports", "PON ports by what they lost; of one OLT", (), "ports", argument="[OLT]"),
    Action("screen.jobs", "Jobs", ("5",), "jobs"),
    Action("screen.log", "Log", ("6",), "log"),
    Action("screen.swaps", "Swaps: what is to be tested", ("7",), "swaps"),
    Action("screen.firmware", "Firmware over the models", ("8",), "firmware-spread"),
    Action("screen.routers", "Routers that no OLT lists, and doubles of one serial number", (), "routers"),
    Action("screen.records", "Records: zones, splitters, subscribers, ...", ("9",), "records-screen"),
    Action("screen.audit", "Audit log: who asked for what", (), "audit", argument="[/TEXT]"),
    Action("screen.sources", "Sources", ("0",), "src"),
    Action("view.last", "The view before this one", ("-",), "last"),
    Action("pane.next", "Next pane", ("tab",), "pane"),
    Action("pane.previous", "Previous pane", ("shift+tab",), "pane-back"),
    Action("zoom", "Give the pane the whole screen, and back", ("z",), "zoom"),
    Action("filter", "Filter (live)", ("/",), "filter", argument="[TEXT]", footer="filter",
           why_disabled=_filterable),
    Action("time.at", "Time travel: the network as it was", (), "at", argument="TIME"),
    Action("time.diff", "What was lost, came back, or changed its light since", (), "diff", argument="TIME"),
    Action("handover", "Handover to the next shift, as text", (), "handover", argument="[8h]"),
    Action("time.live", "Back from the past", (), "live"),
    Action("time.step-back", "Time travel: 30 s back", ("(",), "step-back"),
    Action("time.step-forward", "Time travel: 30 s on", (")",), "step-forward"),
    Action("time.speed", "Time travel: how fast it goes on; 0 stands still", (), "speed", argument="NUMBER"),
    Action("history.back", "The view before, where it was left", ("H",), "history-back"),
    Action("history.forward", "And on again", ("L",), "history-forward"),
    Action("jump", "Jump: a letter for each screen, pane and tab", ("'",), "jump"),
    Action("filters.use", "Saved filters of this screen; /@NAME sets one", ("f",), "use-filter", argument="[NAME]",
           why_disabled=_filterable),
    Action("filters.save", "Save the filter that is set", ("F",), "save-filter", argument="NAME"),
    Action("filters.drop", "Forget a saved filter", (), "drop-filter", argument="NAME"),
    Action("pause", "Pause: the screen stands still, and back", ("p",), "pause"),
    Action("density", "Compact: one header line while all sources answer, no footer; and back", ("w",), "density"),
    Action("problems", "Only problems, and back", ("!",), "problems", why_disabled=_tells_problems),
    Action("time", "Times: relative or by the clock", ("t",), "time"),
    Action("copy", "Copy the identifier", ("y",), "copy", menu=True),
    Action("copy.menu", "Copy menu: all that the selection is called", ("Y",), "copy-as", argument="[WHAT]"),
    Action("export", "Write the list (or the marked rows), the chart or a picture to a file", ("E",), "export",
           argument="[csv|json|svg] [PATH]"),
    Action("write", "Allow actions (drops back after 30 min idle)", (), "write", argument="on|off"),
    Action("bell.mute", "No bell for 15 minutes, and back", ("b",), "bell"),
    Action("link", "Full painting, or a low one for slow links", (), "link", argument="full|low|auto"),
    Action("theme", "Change the theme", (), "theme", argument="NAME"),
    Action("list.down", "Down", ("j", "down"), "down", "list"),
    Action("list.up", "Up", ("k", "up"), "up", "list"),
    Action("list.page-down", "Page down", ("pagedown", "ctrl+f"), "page-down", "list"),
    Action("list.page-up", "Page up", ("pageup",), "page-up", "list"),
    Action("list.half-down", "Half a page down", ("ctrl+d",), "half-down", "list"),
    Action("list.half-up", "Half a page up", ("ctrl+u",), "half-up", "list"),
    Action("list.top", "First", ("g", "home"), "top", "list"),
    Action("list.bottom", "Last", ("G", "end"), "bottom", "list"),
    Action("list.open", "Open", ("enter", "l", "right"), "open", "list", footer="open", why_disabled=_opens),
    Action("list.out", "Out: to the pane before", ("h", "left"), "out", "list"),
    Action("list.sort", "Sort: then the column's letter; again reverses", ("s",), "sort", "list", "[COLUMN]"),
    Action("columns.left", "Columns back", ("<",), "columns-left", "list"),
    Action("columns.right", "Columns on", (">",), "columns-right", "list"),
    Action("columns.choose", "Choose the columns", ("c",), "columns", "list", "[+NAME,-NAME]"),
    Action("mark.toggle", "Mark", ("space",), "mark", "list"),
    Action("mark.range", "Mark a range: begin it, move, the same key again ends it", ("v",), "mark-range", "list"),
    Action("mark.all", "Mark all that are listed", ("*",), "mark-all", "list"),
    Action("mark.none", "Take all marks away", ("u",), "unmark", "list"),
    _triage("ack", "Acknowledge: you have it", ("a",), "ack", menu=True, footer="ack", why_disabled=_on_outage),
    _triage("unack", "Take the acknowledgement back", ("A",), "unack", menu=True, why_disabled=_on_outage),
    _triage("comment", "Write a note", ("m",), "comment", argument="TEXT", menu=True, footer="note",
            why_disabled=_on_outage),
    _triage("shelve", "Shelve: put it away for some time", ("x",), "shelve", argument="[TIME [REASON]]", menu=True,
            footer="shelve", why_disabled=_on_outage),
    _triage("unshelve", "Bring it back from the shelf", ("X",), "unshelve", menu=True, why_disabled=_on_outage),
    _triage("undo", "Take the last of these back (10 s)", ("U",), "undo"),
    _triage("next", "Next that nobody has", ("n",), "next", footer="next"),
    _triage("previous", "Previous that nobody has", ("N",), "previous"),
    _triage("copy", "Copy a summary for a ticket", (), "copy-summary", menu=True, why_disabled=_outage_selected),
    Action("outage.maintenance", "Announce planned work; from the selection its place", ("M",), "maintenance",
           argument="[OLT [PORT]] [splitter:NAME] [zone:NAME] [from 02:00 for] 2h REASON"),
    Action("outage.maintenance-end", "End planned work", (), "maintenance-end", argument="NUMBER"),
    Action("incidents.single", "Also incidents of one ONT, and back", ("i",), "singles", "incidents"),
    *(_declared(kind, spec) for kind, spec in JOB_ACTIONS.items() if spec.offered),
    Action("ont.config", "Its router's running configuration", (), "config", "network", menu=True,
           why_disabled=_has_serial),
    Action("backup.show", "OLT, tab Backups: the text of one (Enter)", (), "backup-show", "network", "[NUMBER]"),
    Action("backup.diff", "OLT, tab Backups: what differs between two marked, or the selected and the one before",
           ("=",), "backup-diff", "network", "[OLD NEW]", footer="compare", why_disabled=_compares),
    Action("ont.swap", "Record a swap of the unit", (), "swap", "network", "definitive|diagnostic NEW-SERIAL REASON",
           menu=True, why_disabled=_needs(Role.OPERATOR, "swap", _needs_ont)),
    Action("ont.register", "Commands that would register a waiting ONT, to copy; nothing is sent", (), "register",
           argument="[SERIAL [PRESET]]"),
    Action("ont.path", "Path of its light through the plant", (), "path", argument="[SERIAL]", menu=True),
    Action("force", "Open the dialog with the blockers overridden", (), "force", "network",
           "ACTION REASON", why_disabled=_needs(Role.OPERATOR, "this", _can_submit)),
    Action("columns.preset", "Next set of columns", ("C",), "cols", "network", "[NAME]"),
    Action("tree.toggle", "Show or hide the tree", ("T",), "tree", "network"),
    Action("detail", "Detail of the selection: the whole screen, and back", ("d",), "detail", "network"),
    Action("tab.next", "Next tab of the detail", ("]",), "tab-next", "network", footer="tab", why_disabled=_has_tabs),
    Action("tab.previous", "Previous tab of the detail", ("[",), "tab-back", "network", why_disabled=_has_tabs),
    Action("tab", "A tab of the detail", (), "tab", "network", "summary|optical|tr-069|history|jobs",
           why_disabled=_has_tabs),
    Action("section.next", "TR-069: next section", ("J",), "section-next", "network"),
    Action("section.previous", "TR-069: previous section", ("K",), "section-previous", "network"),
    Action("section.fold", "TR-069: fold a section, and back (Enter in the pane)", (), "fold", "network", "[SECTION]"),
    Action("section.refresh", "TR-069: have one section read again", ("e",), "section", "network", "[SECTION]",
           why_disabled=_has_serial),
    Action("chart.longer", "Chart: longer range", ("}",), "longer", "network"),
    Action("chart.shorter", "Chart: shorter range", ("{",), "shorter", "network"),
    Action("chart.range", "Chart: range", (), "range", "network", "6h|24h|7d|30d"),
    Action("chart", "Chart: the next kind, or the named; the marked ONTs in one", ("i",), "chart", "network",
           "[light|traffic|port|counts|health|uplinks]"),
    Action("chart.back", "Crosshair back: time and value", (",",), "cross-back", "network"),
    Action("chart.forward", "Crosshair on", (";",), "cross-on", "network"),
    Action("goto.ont", "Go to an ONT, by any identifier", (), "ont", argument="TEXT"),
    Action("goto.olt", "Go to an OLT", (), "olt", argument="NAME"),
    Action("goto.pon", "Go to a PON port", (), "pon", argument="OLT PORT"),
    Action("bulk.cancel", "Cancel what has not begun of a bulk action", (), "bulk-cancel", argument="[NUMBER]"),
    Action("bulk.release", "Let another operator's bulk action start", (), "release", argument="[NUMBER]"),
    Action("record.edit", "Edit the record", ("e",), "edit", "records", menu=True, footer="edit",
           why_disabled=_record_selected),
    Action("record.add", "Add a record", ("i",), "add", "records", menu=True, footer="add",
           why_disabled=_kept_by_hand),
    Action("record.remove", "Remove the record, after asking", (), "remove", "records", menu=True,
           why_disabled=_record_selected),
    Action("records.kind", "Records of another kind", ("C",), "records", "records", "[NAME]", footer="kind"),
    Action("swap.close", "Close a swap: what became of the old unit", (), "swap-close", "swaps",
           "[NUMBER] returned|defective|stock"),
    Action("job.cancel", "Cancel the job", ("x",), "cancel", "jobs", menu=True, footer="cancel",
           why_disabled=_job_open),
)  # fmt: skip

SCREENS = ("incidents", "alarms", "network", "onts", "jobs", "log", "sources")
_LISTS = ("olts", "ports", "swaps", "firmware", "routers", "records", "config", "backup", "audit")
_WITH_LIST = frozenset((*SCREENS, *_LISTS, "global"))


def fits(action: Action, context: Context) -> bool:
    """Whether an action is about such a thing as is selected; what fits may still be impossible just now."""
    if action.id.startswith("olt."):
        return context.olt is not None
    if not action.id.startswith("ont.") or context.ont is not None or context.router is not None:
        return True
    if context.olt is not None:
        return action.id == "ont.refresh"
    return "network" in context.scopes


class Registry:
    """The actions with the operator's own keys."""

    def __init__(self, overrides: Mapping[str, str] | None = None, actions: Sequence[Action] = ACTIONS) -> None:
        """Take the overrides in; what is wrong with them is in ``problems``.

        Args:
            overrides: Action id to keys, comma-separated.
            actions: The actions.
        """
        self.problems: list[str] = []
        self.actions = tuple(self._rebound(actions, overrides or {}))
        self.by_id = {action.id: action for action in self.actions}
        self.by_command = {action.command: action for action in self.actions}
        self.problems += clashes(self.actions)

    def all_keys(self) -> list[str]:
        """Every key that does something somewhere."""
        return sorted({key for action in self.actions for key in action.keys})

    def for_key(self, key: str, scopes: Iterable[str]) -> Action | None:
        """What a key does where these scopes are active; the narrower scope wins."""
        active = set(scopes)
        found = [action for action in self.actions if key in action.keys and active & {action.scope, action.also_in}]
        return min(found, key=lambda action: action.scope == "global", default=None)

    def active(self, scopes: Iterable[str]) -> list[Action]:
        """Actions of these scopes, in the registry's order."""
        wanted = set(scopes)
        return [action for action in self.actions if wanted & {action.scope, action.also_in}]

    def _rebound(self, actions: Sequence[Action], overrides: Mapping[str, str]) -> Iterable[Action]:
        known = {action.id for action in actions}
        self.problems += [f"keys: there is no action {name!r}" for name in overrides if name not in known]
        for action in actions:
            keys = overrides.get(action.id)
            if keys is None:
                yield action
            else:
                yield replace(action, keys=tuple(key.strip() for key in keys.split(",") if key.strip()))


def clashes(actions: Sequence[Action]) -> list[str]:
    """Keys that two actions want in one place."""
    found = []
    for number, first in enumerate(actions):
        for second in actions[number + 1 :]:
            if not _meet(first.scope, second.scope):
                continue
            found += [
                f"keys: {key!r} is wanted by {first.id} and {second.id}" for key in first.keys if key in second.keys
            ]
    return found


def _meet(first: str, second: str) -> bool:
    """Whether two scopes can be active at once."""
    if first == second or "global" in (first, second):
        return True
    return "list" in (first, second) and {first, second} <= _WITH_LIST | {"list"}
