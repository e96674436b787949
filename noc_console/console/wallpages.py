"""The wallboard's pages in turn; the incidents stay for a while after the bell; one that breaks is passed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from noc_console.console.glyphs import ASCII, Glyphs
from noc_console.console.render import wall as render
from noc_console.console.render.cells import Line
from noc_console.picture.model import Model
from noc_console.picture.trends import Trends
from noc_console.picture.wall import Wall, olt_maps, wall

PAGES = ("incidents", "map", "trend")
SECONDS = 15.0
PINNED_S = 300.0
TRENDS_EVERY_S = 300.0
SHIFT_S = 600.0
"""So often the layout moves by one cell: nothing may burn into the screen."""


def parse_pages(text: str) -> tuple[str, ...]:
    """Names of pages, comma-separated.

    Raises:
        ValueError: One is none, or there is none.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    wrong = [name for name in names if name not in PAGES]
    if wrong or not names:
        raise ValueError(f"no page {wrong[0] if wrong else ''!r} (there are {', '.join(PAGES)})")
    return names


class WallPages:
    """Says what stands on the screen now.

    Args:
        model: The picture.
        site: Its name.
        glyphs: Characters.
        broken: Told once of each error of a page.
        names: Pages in their order.
        seconds: For how long each is shown.
        paint_every_s: What stands between title and foot is made anew so often at most, while it is the same page.
    """

    def __init__(
        self,
        model: Model,
        site: str,
        glyphs: Glyphs,
        broken: Callable[[Exception], object],
        names: Sequence[str] = PAGES,
        seconds: float = SECONDS,
        paint_every_s: float = 0.0,
    ) -> None:
        self._model = model
        self._site = site
        self._glyphs = glyphs
        self._broken = broken
        self._told: set[str] = set()
        self._names = tuple(names)
        self._seconds = seconds
        self._paint_every_s = paint_every_s
        self._made: tuple[object, float, list[Line]] = (None, 0.0, [])
        """The page that was made last: which one, when, its lines."""
        self._pinned_until_at = float("-inf")
        self.trends: Trends | None = None
        self._makers: dict[str, Callable[[Wall, int, int], list[Line]]] = {
            "incidents": self._incidents,
            "map": lambda _, width, height: render.map_page(olt_maps(model), width, height),
            "trend": lambda _, width, height: render.trend_page(self.trends, width, height, self._block),
        }

    @property
    def _block(self) -> str:
        return "#" if self._glyphs is ASCII else "█"

    def pin(self, now: float) -> None:
        """A new critical incident: show the incidents for a while."""
        self._pinned_until_at = now + PINNED_S
        self._made = (None, 0.0, [])

    def lines(self, width: int, height: int, now: float) -> list[Line]:
        """The screen, moved by one cell in every other ``SHIFT_S``."""
        moved = int(now // SHIFT_S) % 2
        facts = wall(self._model, self._site, now)
        shown = self._page(facts, width - 1, height, now)
        return [[(" ", "base"), *line] if moved else line for line in shown]

    def _page(self, facts: Wall, width: int, height: int, now: float) -> list[Line]:
        """The page whose turn it is, else the next one that can be made."""
        pinned = now < self._pinned_until_at and "incidents" in self._names
        turn = self._names.index("incidents") if pinned else int(now // self._seconds) % len(self._names)
        for number in (*range(turn, len(self._names)), *range(turn)):
            name = self._names[number]
            try:
                lines = self._lines_of(name, facts, width, height)
            except Exception as error:  # noqa: BLE001 - a wall must not go dark because one page is wrong
                self._tell(name, error)
                continue
            left_s = (self._pinned_until_at if pinned else (now // self._seconds + 1) * self._seconds) - now
            said = f"page {number + 1}/{len(self._names)}, next in {left_s:.0f} s" if len(self._names) > 1 else ""
            return render.frame(facts, lines, width, height, said)
        return render.frame(facts, [[(" no page can be shown: the log says why", "danger")]], width, height)

    def _lines_of(self, name: str, facts: Wall, width: int, height: int) -> list[Line]:
        which = name, width, height, facts.stale, facts.critical
        last, made_at, lines = self._made
        if which != last or not 0 <= facts.now - made_at < self._paint_every_s:
            lines = self._makers[name](facts, width, height)
            self._made = which, facts.now, lines
        return lines

    def _incidents(self, facts: Wall, width: int, height: int) -> list[Line]:
        return render.page(facts, width, height, self._block, self._glyphs.rule)

    def _tell(self, page: str, error: Exception) -> None:
        what = f"{page} {type(error).__name__}"
        if what not in self._told:
            self._told.add(what)
            self._broken(error)
