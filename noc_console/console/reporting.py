"""Texts about a span of time: the handover to the next shift, and what is different from an instant of the past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from noc_console.console.copying import copy
from noc_console.console.dialogs.simple import TextScreen
from noc_console.console.render.times import stamp
from noc_console.console.screens.view import Say
from noc_console.domain.errors import NocError
from noc_console.domain.identity import OntSerial
from noc_console.domain.instants import parse_instant
from noc_console.domain.ont import reason_label
from noc_console.domain.spans import parse_span
from noc_console.picture.fibre import path_of, path_text

if TYPE_CHECKING:
    from noc_console.console.app import NocApp
    from noc_console.domain.fibre_path import Step
    from noc_console.domain.incidents.network import OntFact

SHIFT = "8h"
HEADINGS = {"lost": "Lost", "recovered": "Back", "light": "Light moved"}
NAMED_AT_MOST = 200


class Reporting:
    """Answers the actions ``handover`` and ``time.diff``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_handover(self, lasted: str = "") -> None:
        """What the next shift must know."""
        span_s = parse_span(lasted or SHIFT)
        self._app.run_worker(self._handover(span_s), group="report", exit_on_error=False)

    def do_time_diff(self, text: str = "") -> None:
        """What is different from an instant."""
        if not text.strip():
            raise ValueError(":diff wants a time: 02:00, 30m (ago) or 2026-11-26T02:00")
        at = parse_instant(text, self._app.now())
        self._app.run_worker(self._diff(at), group="report", exit_on_error=False)

    def do_ont_path(self, serial: str = "") -> None:
        """Where the light of an ONT goes."""
        ont = self._app.view.selected_ont()
        wanted = OntSerial.parse(serial).text if serial.strip() else ont.serial if ont else None
        path = path_of(self._app.model, wanted)
        if not path:
            raise ValueError(f"no path of {wanted or 'it'} is recorded (:records strands)")
        self._show(f"Path of {wanted}", "\n".join([*path_text(path), *self._seen_elsewhere(wanted, path)]))

    def _seen_elsewhere(self, serial: str | None, path: Sequence[Step]) -> list[str]:
        """That the records are about another port than the one where the OLT has it."""
        model = self._app.model
        row = model.onts.by_identity.get(serial or "")
        ont = model.onts.ont(row) if row is not None else None
        seen = f"{model.olt_name(ont.olt_id)} {ont.port}" if ont else ""
        start = next((step.name for step in path if step.kind == "port"), seen)
        return ["", f"The OLT has it on {seen}: the records say {start}."] if seen and start != seen else []

    async def _handover(self, span_s: float) -> None:
        from noc_console.picture.handover import handover, markdown

        app, now = self._app, self._app.now()
        try:
            audit = await app.backend.audit_since(now - span_s)
        except NocError as error:
            app.post_message(Say(f"no handover: {error}", "error"))
            return
        told = handover(app.model, app.settings.site, now - span_s, now, audit)
        self._show("Handover", markdown(told))

    async def _diff(self, at: float) -> None:
        # The engine of incidents is not loaded before it is wanted: it would make every start slower.
        from noc_console.domain.incidents.settings import IncidentSettings
        from noc_console.picture.past import Past, differences

        app, now = self._app, self._app.now()
        try:
            observed = await app.backend.observed(at, now)
        except NocError as error:
            app.post_message(Say(f"nothing to compare with: {error}", "error"))
            return
        if not observed:
            app.post_message(Say("nothing is recorded from then", "error"))
            return
        settings = IncidentSettings(intervals=app.model.intervals)
        before, after = Past(observed, settings), Past(observed, settings)
        before.go_to(at)
        after.go_to(now)
        since = max(at, before.first_at)
        self._show(f"Since {stamp(since, now)}", difference_text(differences(before.network, after.network)))

    def _show(self, title: str, text: str) -> None:
        app = self._app

        def closed(wanted: bool | None) -> None:
            if wanted:
                copy(app, text, title.lower())

        app.push_screen(TextScreen(title, text, app.registry, app.palette), closed)


def difference_text(found: dict[str, list[OntFact]]) -> str:
    """The ONTs that are different, by what is different, and by PON port."""
    lines = [", ".join(f"{HEADINGS[what].lower()} {len(onts)}" for what, onts in found.items())]
    for what, onts in found.items():
        if onts:
            lines += ["", f"{HEADINGS[what]}: {len(onts)}"]
            lines += [_line(what, ont) for ont in onts[:NAMED_AT_MOST]]
        if len(onts) > NAMED_AT_MOST:
            lines.append(f"  ... and {len(onts) - NAMED_AT_MOST} more")
    return "\n".join(lines)


def _line(what: str, ont: OntFact) -> str:
    olt, port, ont_id = ont.place
    told = {"lost": reason_label(ont.reason), "recovered": "online"}.get(what, f"{ont.onu_rx_dbm} dBm now")
    return f"  {olt} {port} id {ont_id}  {ont.serial or ''}  {ont.customer or ''}  {told}"
