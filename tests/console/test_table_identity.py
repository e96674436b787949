"""Cursor, view and marks belong to objects: whatever refreshes, orders and filters do to the rows around them."""

from __future__ import annotations

import random
from functools import partial

from textual.app import App, ComposeResult

from noc_console.console.glyphs import ASCII
from noc_console.console.palette import Palette
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.table import LineTable

ROWS = 5000
TURNS = 100


class Bare(App[None]):
    """A table and nothing else."""

    def compose(self) -> ComposeResult:
        """The table."""
        columns = [Column("name", "NAME", 8)]
        yield LineTable(lambda key, _: (f"n{key}", "base"), columns, Palette({}), ASCII)


async def test_cursor_line_and_marks_stay_with_their_objects_through_100_changes() -> None:
    chance = random.Random(5)
    async with Bare().run_test(size=(40, 20)) as pilot:
        table = pilot.app.query_one(LineTable)
        table.set_keys(range(ROWS))
        table.go_to(2500)
        table.marked = marked = set(range(0, ROWS, 7))
        for turn in range(TURNS):
            line, before = table._cursor - table._top, table.current
            keys = [key for key in range(ROWS) if key == before or chance.random() < chance.choice((0.1, 0.9, 1.0))]
            (keys.sort, keys.reverse, partial(chance.shuffle, keys))[turn % 3]()
            table.set_keys(keys)
            table.refresh_rows({chance.randrange(ROWS) for _ in range(50)})
            assert table.current == before and table.marked == marked
            at, page = keys.index(before), table.page
            if line <= at <= len(keys) - page + line:  # room to keep its line
                assert table._cursor - table._top == line, turn
            assert before in table.in_view()
            table._move_to(table._cursor + chance.randint(-40, 40))
        marks = {key for key in table.keys if key in table.marked}
        assert marks == {key for key in table.keys if key % 7 == 0}  # type: ignore[operator]
