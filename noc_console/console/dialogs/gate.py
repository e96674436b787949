"""What the dialogs in front of one dangerous action have in common: a name to type, blockers, an override."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.desk import Desk
from noc_console.console.dialogs.typed import TypedDialog
from noc_console.console.registry import NO_COLLECTOR
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.actions import JobKind
from noc_console.domain.intents import Act, Confirmation
from noc_console.domain.policy import YES, Blocker, confirmation
from noc_console.domain.targets import Target

ARMING_S = {JobKind.FACTORY_RESET: 5.0}
VERBS = {JobKind.REBOOT: "Reboot", JobKind.FACTORY_RESET: "Factory-reset", JobKind.FIRMWARE: "Install"}


class GateDialog(TypedDialog[Act]):
    """A subclass says what the target is, and what speaks against acting on it.

    Args:
        desk: What it works with.
        kind: What is wanted.
        about: The target, for the title; data, not markup.
    """

    def __init__(self, desk: Desk, kind: JobKind, about: str | None) -> None:
        pane = LinePane(desk.palette, id="target")
        title = f"{kind.spec.title}: {about}"
        super().__init__(desk, kind, pane, title, VERBS.get(kind, "Send"), "override, my reason says why")
        self._armed_at = desk.now() + ARMING_S.get(kind, 0.0)

    def on_mount(self) -> None:
        """The verb warns."""
        super().on_mount()
        self._verb.variant = "error" if self.kind.level >= 3 else "warning"

    # -- what a subclass says --------------------------------------------------------------------------------------

    @property
    def identity(self) -> str | None:
        """The target's whole name, of which some is typed; None where it has none."""
        raise NotImplementedError

    @property
    def target(self) -> Target:
        """What is acted on."""
        raise NotImplementedError

    # -- rules -----------------------------------------------------------------------------------------------------

    @property
    def expected(self) -> str | None:
        """What must be typed."""
        wanted = confirmation(self.kind, self.identity)
        return None if wanted in (None, YES) else wanted

    @property
    def wanted(self) -> str:
        """What must be typed, in words."""
        whole = self.expected == self.identity
        return "type the whole serial" if whole else "type the last 4 characters of the serial"

    def confirmed(self) -> Act:
        """What the operator asks for."""
        return Act(
            self.kind,
            self.target,
            self._reason.value.strip(),
            self._fields.parameters,
            self._fields.secret,
            forced=bool(self._force.value and self._force.display),
            confirmation=Confirmation(self.expected or YES),
        )

    def _needs_force(self, found: Sequence[Blocker]) -> bool:
        return bool(found)

    def _lack(self, found: Sequence[Blocker], reading: bool = False) -> str | None:
        """What is still to be done before the text may be typed; None when armed.

        Args:
            found: What speaks against it.
            reading: Whether the target is being read again.
        """
        refusal = next((blocker.reason for blocker in found if not blocker.forceable), None)
        if not self.desk.session.write:
            return "read-only"
        if refusal:
            return f"cannot be done: {refusal}"
        if reading:
            return "reading the target again ..."
        if (left_s := self._armed_at - self.desk.now()) > 0:
            return f"arming: {max(1, round(left_s))} s"
        if self._needs_force(found) and not self._force.value:
            return "tick the override (Tab, Space), or Esc"
        if complaint := self._fields.complaint():
            return complaint
        return self._lack_of_reason()

    def _with_outages(self, found: list[Blocker]) -> list[Blocker]:
        """What speaks against it, first that nobody could do it at all."""
        model = self.desk.model
        if model.link.error:
            return [Blocker("the database does not answer: nothing can be requested", forceable=False), *found]
        if model.collector(self.desk.now()) is None:
            return [Blocker(NO_COLLECTOR, forceable=False), *found]
        return found

    def _lay_out(self, found: Sequence[Blocker], width: int) -> None:
        """Everything below the target."""
        writable, missing = self.desk.session.write, self.missing()
        self._force.display = writable and self._needs_force(found) and all(b.forceable for b in found)
        self._reason.display = self._verb.display = writable
        self._typed.display = writable and self.expected is not None
        self._fields.display = writable and bool(self._fields.children)
        self._typed.placeholder = self.wanted
        self._arm(missing)
        self._set_lines(self._status, self._status_lines(missing, width))
