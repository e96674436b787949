"""The way of the light from a PON port to a customer, as far as it was recorded.

Where the records break off the path says so: nothing between two recorded ends is guessed. A distance is known only
while each strand from the OLT on has a length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from noc_console.domain.fibre import Splice, Strand
from noc_console.domain.plant import Splitter, Subscriber


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the light passes."""

    kind: str
    """``port``, ``strand``, ``closure``, ``splitter``, ``subscriber``, or ``gap``: not recorded."""
    name: str
    at_m: float | None = None
    """Fibre from the OLT to its end, metres; None is not known."""
    length_m: float | None = None
    loss_db: float | None = None

    def as_json(self) -> dict[str, object]:
        """As ``--json`` shows it."""
        return {name: getattr(self, name) for name in ("kind", "name", "at_m", "length_m", "loss_db")}


class FibrePlant:
    """Strands, splices and splitters, ready to be asked for a path.

    Args:
        strands: All of them.
        splices: All of them.
        splitters: All of them.
    """

    def __init__(
        self, strands: Iterable[Strand] = (), splices: Iterable[Splice] = (), splitters: Iterable[Splitter] = ()
    ) -> None:
        self._strands = {one.name: one for one in strands}
        self._before = {one.onward: one for one in splices}
        self._splitters = {one.name: one for one in splitters}
        self._to_splitter = {one.splitter: one for one in self._strands.values() if one.splitter}
        self._to_account = {one.account: one for one in self._strands.values() if one.account}
        self._onward = {one.strand: one.onward for one in self._before.values()}
        self._from_outlet = {
            (one.from_splitter, one.outlet): one for one in self._strands.values() if one.from_splitter and one.outlet
        }

    def path_to(self, subscriber: Subscriber) -> tuple[Step, ...]:
        """From the PON port to a subscriber; empty when it is not even recorded on which splitter the ONT hangs."""
        back, seen = [Step("subscriber", subscriber.account)], set[str]()
        drop = self._drop_of(subscriber)
        if drop is not None:
            self._up_splitters(self._up(drop, back, seen), back, seen)
        elif subscriber.splitter is not None:
            back.append(Step("gap", f"between {subscriber.splitter} and the subscriber"))
            self._up_splitters(subscriber.splitter, back, seen)
        else:
            return ()
        return tuple(_measured(reversed(back)))

    def path_to_splitter(self, name: str) -> tuple[Step, ...]:
        """From the PON port to a splitter."""
        back: list[Step] = []
        self._up_splitters(name, back, set())
        return tuple(_measured(reversed(back)))

    def _drop_of(self, subscriber: Subscriber) -> Strand | None:
        """The last strand before a subscriber: the one that names him, or the end of the one at his outlet."""
        named = self._to_account.get(subscriber.account)
        if named is not None or subscriber.splitter is None or subscriber.splitter_port is None:
            return named
        strand = self._from_outlet.get((subscriber.splitter, subscriber.splitter_port))
        passed: set[str] = set()
        while strand is not None and strand.name not in passed:
            passed.add(strand.name)
            onward = self._strands.get(self._onward.get(strand.name, ""))
            if onward is None:
                return strand
            strand = onward
        return strand

    def _up(self, strand: Strand | None, back: list[Step], seen: set[str]) -> str | None:
        """Strands and closures towards the OLT; the splitter that they begin at, None at a PON port or at a gap."""
        while strand is not None and strand.name not in seen:
            seen.add(strand.name)
            back.append(Step("strand", strand.name, length_m=strand.length_m))
            if strand.port is not None:
                back.append(Step("port", f"{strand.olt} {strand.port}"))
                return None
            if strand.from_splitter is not None:
                return strand.from_splitter
            splice = self._before.get(strand.name)
            if splice is None:
                back.append(Step("gap", f"before strand {strand.name}"))
                return None
            back.append(Step("closure", splice.closure, loss_db=splice.loss_db))
            strand = self._strands.get(splice.strand)
        return None

    def _up_splitters(self, name: str | None, back: list[Step], seen: set[str]) -> None:
        while name is not None and f"splitter {name}" not in seen:
            seen.add(f"splitter {name}")
            splitter, strand = self._splitters.get(name), self._to_splitter.get(name)
            back.append(Step("splitter", name, splitter.distance_m if splitter else None))
            if strand is not None:
                name = self._up(strand, back, seen)
            elif splitter is not None and splitter.parent is not None:
                back.append(Step("gap", f"between {splitter.parent} and {name}"))
                name = splitter.parent
            elif splitter is not None:
                back += [Step("gap", f"between the OLT and {name}"), Step("port", f"{splitter.olt} {splitter.port}")]
                return
            else:
                return


def closures_between(path: Iterable[Step], from_m: float, to_m: float) -> list[Step]:
    """The closures whose distance from the OLT lies in a bracket, its ends included; metres."""
    return [step for step in path if step.kind == "closure" and step.at_m is not None and from_m <= step.at_m <= to_m]


def _measured(steps: Iterable[Step]) -> Iterator[Step]:
    """Distances from the OLT: they end where a length is missing, until a splitter whose distance was recorded."""
    at: float | None = None
    for step in steps:
        if step.kind == "port":
            at = 0.0
        elif step.kind == "gap":
            at = None
        elif step.kind == "splitter":
            at = step.at_m if at is None else at
        elif step.kind == "strand":
            at = at + step.length_m if at is not None and step.length_m is not None else None
        yield Step(step.kind, step.name, at, step.length_m, step.loss_db)
