"""The bell: once for each new critical incident, never for what was so before this console looked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from noc_console.console.desk import Desk
from noc_console.console.render.cells import fit, width_of
from noc_console.domain.incidents.words import sentence
from noc_console.picture import incidents
from noc_console.picture.model import Delta
from noc_console.picture.ringing import Ringing

MUTE_S = 900.0
_SAVE_TITLE, _RESTORE_TITLE = "\x1b[22;0t", "\x1b[23;0t"

NOTICE_CELLS = 200
"""Longer than that no desktop shows."""


def desktop_notice(text: str, env: Mapping[str, str] = os.environ) -> str:
    """OSC 9, which the terminal makes a notice on the desktop; through tmux and screen, where they let it pass."""
    sequence = f"\x1b]9;{fit(text, min(width_of([(text, '')]), NOTICE_CELLS))}\x07"
    if env.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return f"\x1bP{sequence}\x1b\\" if env.get("TERM", "").startswith("screen") else sequence


class Bell:
    """Rings the terminal and marks its title; answers ``bell.mute``.

    Args:
        desk: Model, clock, settings.
        ring: Rings.
        send: Sends a sequence to the terminal.
        say: Tells the operator.
    """

    def __init__(
        self, desk: Desk, ring: Callable[[], None], send: Callable[[str], None], say: Callable[[str, str], None]
    ) -> None:
        self._desk = desk
        self._ring = ring
        self._send = send
        self._say = say
        self._ringing = Ringing(desk.model)
        self._title: str | None = None

    def changed(self, delta: Delta) -> None:
        """Ring for what is new."""
        if self._ringing.begun and not delta.records & {"incidents", "handlings"}:
            return
        now = self._desk.now()
        new = self._ringing.due(now)
        if new and not self._desk.settings.past:
            self._desk.session.rang_at = now
            more = f", and {len(new) - 1} more" if len(new) > 1 else ""
            self._say(f"NEW {sentence(new[0].record, now, new[0].acked_by)}{more} (1)", "error")
            if now >= self._desk.session.bell_off_until_at:
                self._ring()
                if self._desk.settings.notify == "osc9":
                    self._send(desktop_notice(f"{self._desk.settings.site}: {sentence(new[0].record, now)}{more}"))
        self._name_terminal(now)

    def do_bell_mute(self, _: str = "") -> None:
        """No bell for 15 minutes; once more: the bell again."""
        session, now = self._desk.session, self._desk.now()
        muted = now < session.bell_off_until_at
        session.bell_off_until_at = 0.0 if muted else now + MUTE_S
        self._say("the bell rings again" if muted else "no bell for 15 minutes (b ends it)", "information")

    def restore(self) -> None:
        """Give the terminal its title back."""
        if self._title is not None:
            self._send(_RESTORE_TITLE)

    def _name_terminal(self, now: float) -> None:
        """``(!2) NOC``: seen in the list of windows while another one is in front."""
        if os.environ.get("TERM", "").startswith(("linux", "vt")):
            return
        count = incidents.unacked_critical(self._desk.model, now)
        title = f"(!{count}) NOC" if count else "NOC"
        if title == self._title or (self._title is None and not count):
            return
        if self._title is None:
            self._send(_SAVE_TITLE)
        self._title = title
        self._send(f"\x1b]2;{title}\x07")
