"""The tree pane: OLT > card > PON port, folded and unfolded."""

from __future__ import annotations

from collections.abc import Hashable

from textual import events

from noc_console.console.desk import Desk
from noc_console.console.render import tree
from noc_console.console.render.cells import Cell
from noc_console.console.widgets.table import LineTable
from noc_console.picture.tree import NodeKey

FEW_OLTS = 4
LEAST_WIDTH, MOST_WIDTH = 33, 46
BESIDE_NAME = 26
"""Cells that the tree needs beside the longest OLT name."""


class TopologyPane(LineTable):
    """A table of nodes; keys are ``NodeKey``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self._cell, tree.COLUMNS, desk.palette, desk.glyphs, id="tree")
        self._desk = desk
        self._opened: set[NodeKey] = set()
        self._seen: set[NodeKey] = set()

    @property
    def node(self) -> NodeKey | None:
        """The node under the cursor."""
        return self.current if isinstance(self.current, NodeKey) else None

    def reload(self) -> None:
        """Show what came and went; counts too."""
        self._open_few()
        self._list()
        self.refresh_rows()

    def open(self, node: NodeKey) -> bool:
        """Unfold a node; False when there is nothing to unfold."""
        if node == tree.WHOLE or node.level == 2 or node in self._opened:
            return False
        self._opened.add(node)
        self._list()
        self.refresh()
        return True

    def unfold_to(self, node: NodeKey) -> None:
        """Show a node, and stand on it."""
        above = tree.parent(node, self._desk.model)
        while above is not None:
            self._opened.add(above)
            above = tree.parent(above, self._desk.model)
        self._list(follow=node)

    def on_click(self, event: events.Click) -> None:
        """On the sign before a name: fold, or unfold. (The cursor is moved by the table, which is asked as well.)"""
        row = self.row_at(event.y)
        node = self.keys[row] if event.y and row < len(self.keys) else None
        if isinstance(node, NodeKey) and node != tree.WHOLE and event.x <= node.level + 2 and node.level < 2:
            self._opened ^= {node}
            self._list()
            self.refresh()

    def step_out(self) -> None:
        """Fold the node; one that is folded gives way to its parent."""
        node = self.node
        if node is None:
            return
        if node in self._opened:
            self._opened.discard(node)
            self._list()
            self.refresh()
        elif (above := tree.parent(node, self._desk.model)) is not None:
            self.go_to(above)

    def _list(self, follow: NodeKey | None = None) -> None:
        self.set_keys(tree.nodes(self._desk.model, self._opened), follow=follow)

    def _open_few(self) -> None:
        """Unfold OLTs and cards as they arrive, while there are only a few OLTs."""
        model = self._desk.model
        nodes = {NodeKey(olt_id) for olt_id in model.olts}
        nodes |= {NodeKey(port.olt_id, port.card, 1) for port in model.port_states.values()}
        if len(model.olts) <= FEW_OLTS:
            self._opened |= nodes - self._seen
        self._seen |= nodes
        longest = max((len(olt.name) for olt in model.olts.values()), default=0)
        self.styles.width = max(LEAST_WIDTH, min(MOST_WIDTH, longest + BESIDE_NAME))

    def _cell(self, key: Hashable, column: str) -> Cell:
        if not isinstance(key, NodeKey):
            return "", "base"
        return tree.cell(self._desk.model, self._desk.glyphs, self._opened, key, column)
