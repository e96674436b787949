"""What the console is told at start: plain values, built by the command line from the config file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from noc_console.domain.operators import Operator, Origin, Role
from noc_console.domain.provisioning import Preset
from noc_console.picture.settings import PictureSettings

NOBODY = Operator("", "", Origin(), Role.VIEWER)
"""Only looks: the door refuses whoever has no name."""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Everything that the console needs besides its backend."""

    site: str = "noc"
    """Name in the header."""
    picture: PictureSettings = field(default_factory=PictureSettings)
    """What readings are judged by."""
    bulk_max: int = 20
    """ONTs in one bulk action at most."""
    second_operator_above: int | None = 20
    """Above this many another operator must release it."""
    theme: str | None = None
    """None chooses by the terminal: mono under ``NO_COLOR``, ansi16 with 16 colours or fewer, else dark."""
    mouse: bool = False
    link: str = "auto"
    """``full``, ``low`` for slow links, or ``auto``: low once the terminal does not keep up."""
    ascii: bool = False
    """Draw with ASCII characters only."""
    notify: str = "off"
    """``osc9``: the terminal is asked for a desktop notice when the bell rings."""
    dim: str | None = None
    """When the wallboard is dim, as ``22:00-06:00``, local time; None never."""
    first_command: str = ""
    """A ``:`` command to run after the first data; only one that shows something."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Action id to keys, comma-separated."""
    operator: Operator = NOBODY
    """In whose name requests are made."""
    read_only: bool = False
    """True forbids ``:write on``."""
    database_read_only: str | None = None
    """Why this user may only read the database; None when it takes requests."""
    past: str | None = None
    """Why nothing can be done: what is shown is the past. None shows what is live."""
    presets: tuple[Preset, ...] = ()
    """How ONTs are registered."""
    screen: str = ""
    """First screen; empty is Incidents when one is open, else Network."""
    state_file: Path | None = None
    """Where columns, sort order and history are remembered (``ui.json``); None remembers nothing."""
    files_in: Path | None = None
    """The only folder that this session may write files to; None: wherever its account may."""
    log_file: Path | None = None
    """Where a crash report goes; None prints only its one line."""

    def placed(self, path: str) -> Path:
        """Where a file goes that an operator names."""
        return self.files_in / Path(path).name if self.files_in else Path(path).expanduser()

    @property
    def why_read_only(self) -> str | None:
        """Why no action may be asked for in this session; None when actions may be."""
        if self.past:
            return self.past
        if self.read_only:
            return "this session was started read-only"
        if self.database_read_only:
            return self.database_read_only
        if not self.operator.highest.covers(Role.OPERATOR):
            return f"{self.operator.name or 'nobody'} may only look: role {self.operator.role.value}"
        return None
