"""A small simulator of time: things happen to a network, and the recording holds what a collector would have learnt.

What happens and what is told are apart. An ONT that falls is told by a trap within a second, when the trap comes
through, or else by the next reading; an OLT that does not answer tells nothing, and its reading has failed.
"""

from __future__ import annotations

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.scenarios.plant import Line, Ont, Plant
from tests.scenarios.ways import CUT, Reasons, Ways

READ_S = 0.4
"""How long before a reading's end its rows are known."""
INFORM_S = 300.0


@dataclass(slots=True)
class Seen:
    """An ONT as it is, and how the collector knows it; ``at`` is when what it knows was so."""

    now: Line
    told: Line
    at: float = 0.0


class World:
    """Say what happens (``off``, ``on``, ``change``, ...), in any order; then ``lines`` plays it."""

    def __init__(self, plant: Plant, seed: int, until: float, ways: Ways | None = None) -> None:
        self.plant, self.until, self.ways = plant, until, ways or Ways()
        self.rng = random.Random(f"play {seed}")
        self.onts = {ont.key: Seen({}, {}) for ont in plant.onts}
        for ont in plant.onts:
            state = {"state": "offline" if ont.long_offline else "online"}
            self.onts[ont.key] = Seen(dict(state), dict(state) if plant.shape.states_at_start else {})
        self.devices = {("olt", olt, ""): Seen({"reachable": True}, {"reachable": True}) for olt in plant.olts}
        self.light: dict[tuple[str, str, int], float] = {}
        """By how much an ONT's light has moved since the start, dB."""
        self.told_light: dict[tuple[str, str, int], float] = {}
        self.blind: set[str] = set()
        """OLTs that do not answer SNMP; no trap of theirs arrives either."""
        self.cut_off: set[str] = set()
        """OLTs that answer no echo."""
        self.no_way: set[str] = set()
        """OLTs whose customers do not reach the ACS."""
        self.acs_ok = True
        self.away = False
        """Whether the collector does not run: it learns nothing."""
        self.half_read: dict[str, set[str]] = {}
        """Ports of which a reading gets only a part, by OLT."""
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._lines: list[Line] = []
        self._count = 0
        self.phase = {olt: round(self.rng.uniform(20.0, 50.0), 2) for olt in plant.olts}

    # What happens

    def at(self, when: float, what: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._queue, (when, self._count, what))

    def off(self, onts: Iterable[Ont], at: float, over: float = 2.0, why: Reasons = CUT) -> dict[str, int]:
        """They fall, one by one within ``over`` seconds. ``why``: a reason, or how often which one is told. Returns how
        often it is each, as evidence counts them."""
        count: Counter[str] = Counter()
        for ont in onts:
            reason = self._reason(why)
            count[str(reason or "silent")] += 1
            self._turn(ont, at + self.rng.uniform(0.0, over), {"state": "offline", "offline_reason": reason})
        return dict(count)

    def on(self, onts: Iterable[Ont], at: float, over: float = 30.0) -> None:
        for ont in onts:
            self._turn(ont, at + self.rng.uniform(0.0, over), {"state": "online", "offline_reason": None})

    def explain(self, onts: Iterable[Ont], at: float, why: Reasons) -> None:
        """The OLT finds out why they fell: told by the next reading."""
        for ont in onts:
            reason = self._reason(why)
            self.at(at, lambda ont=ont, reason=reason: self.onts[ont.key].now.update(offline_reason=reason))

    def _reason(self, why: Reasons) -> str | None:
        if isinstance(why, dict):
            (reason,) = self.rng.choices(list(why), list(why.values()))
            return reason
        return why

    def deactivate(self, onts: Iterable[Ont], at: float, over: float) -> None:
        """An operator switches them off on the OLT."""
        for ont in onts:
            when = at + self.rng.uniform(0.0, over)
            self._turn(ont, when, {"state": "offline", "offline_reason": "deactivated", "admin": "disabled"})

    def remove(self, onts: Iterable[Ont], at: float) -> None:
        """They go from the OLT's configuration: told by the next complete reading."""
        for ont in onts:
            self.at(at, lambda ont=ont: self.onts[ont.key].now.update(gone=True))

    def _turn(self, ont: Ont, when: float, fields: Line) -> None:
        when = round(when, 2)
        heard = self.ways.traps and self.rng.random() >= self.ways.trap_loss
        late = self.rng.uniform(0.0, 4.9) if self.rng.random() < self.ways.overtaking else 0.0
        again = self.rng.uniform(0.0, 2.0) if self.rng.random() < self.ways.duplicates else None

        def happen() -> None:
            self.onts[ont.key].now.update(fields)
            if heard and ont.olt not in self.blind:
                for delay in (late,) if again is None else (late, late + min(again, 4.9 - late)):
                    self.at(when + delay, lambda: self._trap(ont, when, fields))

        self.at(when, happen)

    def change(self, at: float, kind: str, olt: str, name: str, trap: bool = False, **fields: object) -> None:
        """A card or port changes; a trap or the next reading tells it."""

        def happen() -> None:
            seen = self.devices.setdefault((kind, olt, name), Seen({}, {}))
            seen.now.update(fields)
            if trap and olt not in self.blind:
                self._say(at, kind, olt=olt, name=name, **fields)
                seen.told.update(fields)

        self.at(at, happen)

    def silence(
        self, olt: str, at: float, until: float | None = None, echo: bool = True, customers: bool = True
    ) -> None:
        """The OLT answers no SNMP; ``echo``: yet pings; ``customers``: who are yet in service."""
        ways = [self.blind] + ([] if echo else [self.cut_off]) + ([] if customers else [self.no_way])
        for way in ways:
            self.at(at, lambda way=way: way.add(olt))
            if until is not None:
                self.at(until, lambda way=way: way.discard(olt))

    def half(self, olt: str, ports: Iterable[str], at: float, until: float) -> None:
        """From then on, whole tables come port by port, and of these ports only a part."""
        self.at(at, lambda: self.half_read.__setitem__(olt, set(ports)))
        self.at(until, lambda: self.half_read.pop(olt))

    def acs(self, at: float, ok: bool) -> None:
        def happen() -> None:
            self.acs_ok = ok
            self._say(at, "source", name="acs", ok=ok)

        self.at(at, happen)

    def absence(self, at: float, until: float) -> None:
        """The collector does not run; it says so when it goes and when it comes."""
        for when, away in ((at, True), (until, False)):
            self.at(when, lambda away=away: setattr(self, "away", away))
            self.say(when, "source", name="collector", ok=not away)

    def fade(self, onts: Iterable[Ont], at: float, by_db: float, over: float = 0.0, steps: int = 1) -> None:
        """Their light moves by that many dB, in equal steps."""
        for ont in onts:
            for step in range(steps):
                self.at(
                    at + over * step / steps,
                    lambda key=ont.key: self.light.__setitem__(key, self.light.get(key, 0.0) + by_db / steps),
                )

    def say(self, at: float, key: str, /, **fields: object) -> None:
        """A line as it is: an operator's, or one that no reading brings."""
        self.at(at, lambda: self._say(at, key, **fields))

    # What is told

    def lines(self, note: str) -> list[str]:
        """The recording's lines."""
        self._routine()
        if added := self.plant.shape.last_olt_at:
            self.at(added, lambda: self._lines.extend(self.plant.lines(added)))
        while self._queue and self._queue[0][0] <= self.until:
            heapq.heappop(self._queue)[2]()
        polling = {"state_s": self.ways.state_s, "optics_s": self.ways.optics_s}
        head: Line = {"recording": 1, "starts": "2026-03-09T01:50:00Z", "note": note, "polling": polling}
        return [json.dumps(line) for line in (head, *self.plant.lines(), *self._lines)]

    def _say(self, at: float, key: str, /, **fields: object) -> None:
        self._lines.append({"at": round(at, 2), key: fields})

    def _trap(self, ont: Ont, when: float, fields: Line) -> None:
        if self.away:
            return
        self._say(when, "ont", olt=ont.olt, port=ont.port, ont_id=ont.ont_id, by="trap", **fields)
        seen = self.onts[ont.key]
        if when >= seen.at:
            seen.told.update(fields)
            seen.at = when

    def _routine(self) -> None:
        """Readings, echoes and Informs, as they come round."""
        for olt in self.plant.olts:
            first = self.plant.added_at(olt) + self.phase[olt]
            self._every(self.ways.state_s, first, lambda at, olt=olt: self._read(olt, at))
            if self.ways.pings:
                self._every(self.ways.state_s, first + 1, lambda at, olt=olt: self._ping(olt, at))
            self._every(self.ways.optics_s, first + 3, lambda at, olt=olt: self._optics(olt, at))
        if self.ways.informs:
            for ont in self.plant.onts:
                self._every(INFORM_S, self.rng.uniform(0.0, INFORM_S), lambda at, ont=ont: self._inform(ont, at))

    def _every(self, interval: float, first: float, what: Callable[[float], None]) -> None:
        when = first
        while when <= self.until:
            when = round(when, 2)
            self.at(when, lambda when=when: what(when))
            when += interval

    def _read(self, olt: str, at: float) -> None:
        if self.away:
            return
        known = self.devices["olt", olt, ""]
        if olt in self.blind:
            if known.told["reachable"]:
                self._say(at, "olt", name=olt, reachable=False, error="no answer in 5 s")
                known.told["reachable"] = False
            self._say(at, "poll", olt=olt, kind="state", outcome="failed")
            return
        if not known.told["reachable"] or known.now != known.told:
            known.told = dict(known.now)
            self._say(at - READ_S, "olt", name=olt, **known.told)
        self._devices(olt, at - READ_S)
        self._rows(olt, at - READ_S)
        half = self.half_read.get(olt)
        if half is None:
            self._say(at, "poll", olt=olt, kind="state", outcome="complete")
            return
        for owner, port in self.plant.ports:
            if owner == olt:
                outcome = "partial" if port in half else "complete"
                self._say(at, "poll", olt=olt, port=port, kind="state", outcome=outcome)

    def _devices(self, olt: str, at: float) -> None:
        for (kind, owner, name), seen in self.devices.items():
            news = {key: value for key, value in seen.now.items() if seen.told.get(key, ...) != value}
            if kind != "olt" and owner == olt and news:
                self._say(at, kind, olt=olt, name=name, **news)
                seen.told.update(news)

    def _rows(self, olt: str, at: float) -> None:
        half = self.half_read.get(olt, set())
        for ont in self.plant.onts:
            seen = self.onts[ont.key]
            if ont.olt != olt or "gone" in seen.told or (ont.port in half and ont.ont_id % 2):
                continue
            if "gone" in seen.now:
                if ont.port not in half:
                    self._say(at, "gone", olt=olt, port=ont.port, ont_id=ont.ont_id)
                    seen.told["gone"] = True
                continue
            news = {key: value for key, value in seen.now.items() if seen.told.get(key) != value}
            if news:
                if "state" in news:
                    news["offline_reason"] = seen.now.get("offline_reason")
                self._say(at, "ont", olt=olt, port=ont.port, ont_id=ont.ont_id, by="poll", **news)
                seen.told.update(news)
            seen.at = at

    def _ping(self, olt: str, at: float) -> None:
        if self.away:
            return
        lost = olt in self.cut_off
        fields: Line = {"olt": olt, "loss": 1.0, "rtt_ms": None} if lost else {"olt": olt, "loss": 0.0, "rtt_ms": 2.1}
        self._say(at, "ping", **fields)

    def _optics(self, olt: str, at: float) -> None:
        if self.away:
            return
        if olt in self.blind:
            self._say(at, "poll", olt=olt, kind="optics", outcome="failed")
            return
        for ont in self.plant.onts:
            if ont.olt != olt or self.onts[ont.key].now["state"] != "online" or "gone" in self.onts[ont.key].now:
                continue
            noise = self.rng.gauss(0.0, self.ways.light_noise_db) if self.ways.light_noise_db else 0.0
            moved = self.light.get(ont.key, 0.0) + noise
            if moved != self.told_light.get(ont.key, 0.0):
                self.told_light[ont.key] = moved
                rx = {"onu_rx_dbm": round(ont.onu_rx_dbm + moved, 2), "olt_rx_dbm": round(ont.olt_rx_dbm + moved, 2)}
                self._say(at - READ_S, "ont", olt=olt, port=ont.port, ont_id=ont.ont_id, by="poll", **rx)
        self._say(at, "poll", olt=olt, kind="optics", outcome="complete")

    def _inform(self, ont: Ont, at: float) -> None:
        now = self.onts[ont.key].now
        if (
            not self.away
            and self.acs_ok
            and ont.olt not in self.no_way
            and now["state"] == "online"
            and "gone" not in now
        ):
            self._say(at, "inform", serial=ont.serial)
