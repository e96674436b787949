"""The sections of a router in the TR-069 tab: one of them is chosen, folded, or read again by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noc_console.domain.errors import NocError
from noc_console.domain.intents import Act
from noc_console.domain.jobs import JobKind
from noc_console.domain.targets import Target

if TYPE_CHECKING:
    from noc_console.console.screens.detail import DetailPane


class Sections:
    """Answers the actions ``section.*``. What is folded stays so from one router to the next."""

    def __init__(self, detail: DetailPane) -> None:
        self._detail = detail
        self.folded: set[str] = set()
        self.chosen = ""
        """Name of a section; empty before one was chosen."""

    def do_section_next(self, _: str = "") -> None:
        """The next one."""
        self._choose(1)

    def do_section_previous(self, _: str = "") -> None:
        """The one before."""
        self._choose(-1)

    def do_section_fold(self, name: str = "") -> None:
        """Fold the chosen or the named one, or unfold it."""
        self.chosen = self._named(name)
        self.folded ^= {self.chosen}
        self._detail.show_section()

    def do_section_refresh(self, name: str = "") -> None:
        """Have the router read this one section again."""
        self.chosen = self._named(name)
        facts = self._detail.facts()
        if facts is not None:
            self._detail.run_worker(self._read(facts.ont.id, self.chosen), group="section", exit_on_error=False)

    async def _read(self, ont_id: int, section: str) -> None:
        try:
            await self._detail.desk.ask(Act(JobKind.REFRESH, Target.ont(ont_id), "opened", sections=(section,)))
        except NocError as error:
            self._detail.say(str(error), "warning")
        else:
            self._detail.say(f"asking the router: {section}")

    def _names(self) -> list[str]:
        if self._detail.tab != "tr-069":
            raise ValueError("sections are in the TR-069 tab: ] goes there")
        names = [section.name for section in self._detail.sections()]
        if not names:
            raise ValueError("no section of this router is known yet")
        return names

    def _choose(self, by: int) -> None:
        names = self._names()
        at = names.index(self.chosen) + by if self.chosen in names else (0 if by > 0 else len(names) - 1)
        self.chosen = names[max(0, min(at, len(names) - 1))]
        self._detail.show_section()

    def _named(self, name: str) -> str:
        names = self._names()
        wanted = name.strip().lower() or self.chosen or names[0]
        if wanted not in names:
            raise ValueError(f"no section {wanted!r} (there are {', '.join(names)})")
        return wanted
