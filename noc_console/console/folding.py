"""A router's running configuration as a tree that folds and can be searched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from noc_console.domain.cpe import ConfigLeaf, CpeDocument
from noc_console.domain.text import fold

INDENT = 1


@dataclass(slots=True)
class Branch:
    """An object, or a leaf where ``leaf`` is set."""

    path: str
    name: str
    depth: int
    leaf: ConfigLeaf | None = None
    children: list[Branch] = field(default_factory=list)
    leaves: int = 0
    """How many there are below it."""


class ConfigTree:
    """The tree of one document, and what of it is unfolded."""

    def __init__(self, document: CpeDocument) -> None:
        self.document = document
        self.branches: dict[str, Branch] = {}
        self.opened: set[str] = set()
        self._tops: list[Branch] = []
        for leaf in document.leaves:
            self._add(leaf)
        if len(self._tops) == 1:
            self.opened.add(self._tops[0].path)

    def _add(self, leaf: ConfigLeaf) -> None:
        parent = self._object(leaf.path.rpartition(".")[0])
        name = leaf.path.rpartition(".")[2]
        branch = Branch(leaf.path, name, parent.depth + 1 if parent else 0, leaf)
        self.branches[leaf.path] = branch
        (parent.children if parent else self._tops).append(branch)
        while parent:
            parent.leaves += 1
            parent = self.branches.get(parent.path.rpartition(".")[0])

    def _object(self, path: str) -> Branch | None:
        if not path:
            return None
        found = self.branches.get(path)
        if found is None:
            parent = self._object(path.rpartition(".")[0])
            found = Branch(path, path.rpartition(".")[2], parent.depth + 1 if parent else 0)
            self.branches[path] = found
            (parent.children if parent else self._tops).append(found)
        return found

    def visible(self, needle: str = "") -> list[str]:
        """Paths in view: what is unfolded; with ``needle`` every leaf that holds it, and the objects above."""
        if not needle:
            return [branch.path for branch in self._unfolded(self._tops)]
        wanted = fold(needle).split()
        shown: set[str] = set()
        for leaf in self.document.leaves:
            text = fold(f"{leaf.path} {'' if leaf.secret else leaf.value or ''}")
            if all(word in text for word in wanted):
                path = leaf.path
                while path and path not in shown:
                    shown.add(path)
                    path = path.rpartition(".")[0]
        return [branch.path for branch in self._all(self._tops) if branch.path in shown]

    def fold(self, path: str, open_it: bool | None = None) -> bool:
        """Open or close an object (None: the other way round); False when it is a leaf, or is so already."""
        branch = self.branches.get(path)
        if branch is None or branch.leaf is not None:
            return False
        wanted = path not in self.opened if open_it is None else open_it
        changed = wanted is not (path in self.opened)
        (self.opened.add if wanted else self.opened.discard)(path)
        return changed

    def _unfolded(self, branches: list[Branch]) -> Iterator[Branch]:
        for branch in branches:
            yield branch
            if branch.path in self.opened:
                yield from self._unfolded(branch.children)

    def _all(self, branches: list[Branch]) -> Iterator[Branch]:
        for branch in branches:
            yield branch
            yield from self._all(branch.children)


def as_text(document: CpeDocument) -> str:
    """``path = value`` lines; secrets stay masked, what was never read is told so."""
    lines = [f"# {document.device_id}: {len(document.leaves)} parameters; secrets are masked"]
    lines += [f"{leaf.path} = {'(never read)' if leaf.value is None else leaf.value}" for leaf in document.leaves]
    return "\n".join(lines) + "\n"
