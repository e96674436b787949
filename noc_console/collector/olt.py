"""One OLT's worker: polls it in four rhythms, never two of a kind at once, and backs off while it does not answer.

It polls only while it holds the OLT's lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog

from noc_console.collector import samples
from noc_console.collector.clock import CLOCK, Backoff, Clock
from noc_console.collector.confirm import Key, SecondLooks
from noc_console.collector.coordinator import Done, Part, Rhythm, Service
from noc_console.collector.facts import LIGHT, Applied, OltFacts
from noc_console.config.model import OltPolling, Polling
from noc_console.domain.errors import SourceError, SourceTimeout
from noc_console.domain.freshness import STALE_AFTER, within
from noc_console.domain.history import Sample
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Card, Ont, Outcome, PollKind
from noc_console.domain.ont import OntState, reported_state
from noc_console.domain.optics import Thresholds
from noc_console.domain.poll import Facts, OltReading, unwrapped, with_facts
from noc_console.sources.ping import Echo
from noc_console.sources.snmp.poll import OltPoller
from noc_console.storage.leases import LeaseLost

log = structlog.get_logger()

LAST_RETRY_S = 60.0
"""An OLT that does not answer is asked this often, or as often as one that does."""

WRITE_AGAIN_S = 30.0
"""A reading that the database did not take is written again this often, until the next one is due."""

MOST_ASKED = 8
"""ONTs that are asked for one by one after a poll."""

STATE_GAP_S = 3.0
"""State polls that traps ask for start no closer to each other than this."""

ONCE = (PollKind.STATE, PollKind.INVENTORY, PollKind.HEALTH, PollKind.OPTICS)
"""The order of a single round: the state tells which ONTs there are."""

Keep = Callable[[Sequence[Sample]], Awaitable[None]]


class OltWorker:
    """Polls one OLT, writes its facts, hands its samples on.

    Args:
        poller: Reads the OLT.
        facts: Writes its facts; loaded already.
        polling: The intervals.
        thresholds: This OLT's limits of received power.
        keep: Takes samples; must not raise.
        clock: The clock.
        own: Those of the intervals that the config gives to this OLT itself: what its profile asks for counts less.
    """

    def __init__(
        self,
        poller: OltPoller,
        facts: OltFacts,
        polling: Polling,
        thresholds: Thresholds,
        keep: Keep,
        clock: Clock = CLOCK,
        own: OltPolling | None = None,
    ) -> None:
        self.name = facts.olt.name
        self._clock = clock
        self.facts = facts
        self._poller = poller
        self._thresholds = thresholds
        self._keep = keep
        self._polling = polling
        self._own = own or OltPolling()
        self._busy = {kind: asyncio.Lock() for kind in PollKind}
        self._due = {kind: asyncio.Event() for kind in PollKind}
        self._answers = asyncio.Event()
        self._looks = SecondLooks(self._look_at, self.poll_soon, clock)
        self._optics_cpu_limit_percent = polling.optics_cpu_limit_percent
        self._backoff = Backoff(last_s=max(LAST_RETRY_S, polling.state_s))
        self._write_error: SourceError | None = None
        self._unwritten: dict[PollKind, tuple[int | None, OltReading]] = {}
        """The last reading of a kind, while the database does not take it, and the lease's token then."""

    def parts(self, first_s: float = 0.0) -> list[Part]:
        """Its rhythms. The state comes first; the others wait until the OLT answers.

        Args:
            first_s: Pause before the first poll.
        """
        lease = self.facts.lease
        found: list[Part] = [Service(f"{self.name} second looks", self.name, self._looks.run)]
        for kind in PollKind:
            work = partial(self._poll_other, kind)
            every = partial(self._interval_s, kind)
            rhythm = Rhythm(
                f"{self.name} {kind.value}",
                self.name,
                work,
                every(),
                every=every,
                from_begin=kind is PollKind.STATE,  # light costs an OLT so much that it has the whole pause
                now=self._due[kind],
                gate=self._answers,
            )
            if kind is PollKind.STATE:
                gate = lease.held if lease else None
                rhythm = replace(rhythm, work=self._poll_state, gate=gate, first_s=first_s, gap_s=STATE_GAP_S)
            found.append(rhythm)
        return found

    async def once(self) -> list[OltReading]:
        """Read everything once, in the order that makes sense; stops early when the OLT does not answer."""
        readings = []
        for kind in ONCE:
            readings.append(await self.poll(kind))
            if not readings[-1].answered:
                break
        return readings

    async def poll(self, kind: PollKind) -> OltReading:
        """One poll of one kind: read, reconcile, write, hand the samples on.

        What is read while another collector holds the lease is returned, and goes nowhere else.

        Raises:
            SourceError: The OLT has just become ours, and the database did not tell what is known of it.
        """
        async with self._busy[kind]:
            await self.facts.follow()
            token = self.facts.token
            skipped = self._skipped_optics() if kind is PollKind.OPTICS else None
            reading = skipped or await self._poller.poll(kind)
            olt = self.facts.olt
            since_s = None if olt.last_ok_at is None else reading.started_at - olt.last_ok_at
            reading.uptime_s = unwrapped(olt.uptime_s, since_s, reading.uptime_s)
            try:
                if self.facts.token != token:
                    raise LeaseLost(self.facts.olt.id)  # another collector may know better by now
                applied = await self.facts.apply(reading, {} if skipped else self._olt_row(reading))
            except LeaseLost:
                self._answers.clear()
                return reading
            except SourceError as error:
                self._log_write(error)
                if not skipped and kind is not PollKind.STATE:  # the state is read again soon
                    self._unwritten[kind] = token, reading
                came = replace(reading, error=f"read, but not written: {error}", unwritten=True)
            else:
                came = reading
                self._written(kind, applied)
            if not skipped:
                await self._keep(self._samples(reading))
        if kind is PollKind.STATE:
            await self._ask_for_missing(reading.started_at)
        return came

    async def _ask_for_missing(self, at: float) -> None:
        """Ask for some ONTs that a table lacks all at once: one that answers proves that the table is cut short."""
        for port, ont_id in self.facts.doubts.missing[:MOST_ASKED]:
            try:
                facts = await self._poller.read_ont(PonPort.parse(port), ont_id)
            except SourceTimeout:
                return
            except (SourceError, ArithmeticError, LookupError, ValueError):
                continue  # it is not there, or nobody can say: the doubt goes on
            if reported_state(facts.get("state")) is not OntState.UNKNOWN:
                self.facts.doubts.answers((port, ont_id), at)

    async def _write_late(self, kind: PollKind, reading: OltReading) -> None:
        """Write a reading that the database did not take before.

        The OLT is not asked again: reading its light may take it minutes.
        """
        async with self._busy[kind]:
            try:
                applied = await self.facts.apply(reading, self._olt_row(reading))
            except LeaseLost:
                self._answers.clear()
                self._unwritten.pop(kind, None)
            except SourceError as error:
                self._log_write(error)
            else:
                self._written(kind, applied)

    def _written(self, kind: PollKind, applied: Applied) -> None:
        self._log_write(None)
        self._unwritten.pop(kind, None)
        if applied.new_onts:
            self._due[PollKind.INVENTORY].set()

    async def take_traps(self, news: OltReading, hints: Sequence[tuple[str, int | None]]) -> None:
        """Write what traps told, and look at the places that they named.

        Args:
            news: What they told: partial, and of the ONTs and ports that they named only.
            hints: Ports with ONT ids that they named without telling a state; no ONT id stands for the whole port.
        """
        if not self.facts.may_write:
            return
        known = self.facts.onts.onts
        told = [(str(port.port), ont_id) for port in news.ports for ont_id in port.onts]
        look_at_all = bool(news.pon_ports or set(told) - known.keys())
        try:
            await self.facts.apply_traps(news)
        except SourceError as error:
            self._log_write(error)
        for key in told:
            if key in known:
                self._looks.ont(key, settle=True)
        for port, ont_id in hints:
            if ont_id is not None and (port, ont_id) in known:
                self._looks.ont((port, ont_id), settle=False)
            else:
                look_at_all = True
        if look_at_all:
            self.poll_soon()

    async def note_ping(self, echo: Echo, at: float) -> None:
        """Write how a series of echoes went; reachability by SNMP is another matter.

        Raises:
            SourceError: It could not be written; the samples are kept all the same.
        """
        await self._keep(samples.of_ping("olt", echo, at, olt_name=self.name))
        await self.facts.apply_ping(None if echo.rtt_s is None else echo.rtt_s * 1000, echo.loss, at)

    def poll_soon(self) -> None:
        """Let the next state poll come soon."""
        self._due[PollKind.STATE].set()

    async def refresh_ont(self, ont: Ont) -> Ont:
        """Read one ONT now, with one GET.

        Raises:
            SourceError: The OLT did not answer, or does not list it.
        """
        facts = await self._poller.read_ont(PonPort.parse(ont.port), ont.ont_id)
        now = self._clock.now()
        fresh = await self.facts.apply_ont(ont, facts, now)
        await self._keep(samples.of_optics(self.name, now, [fresh], self._thresholds)[:-2])
        return fresh

    async def _poll_state(self) -> Done:
        reading = await self.poll(PollKind.STATE)
        if reading.answered and reading.outcome is not Outcome.FAILED:
            if self._backoff.failures:
                log.info("olt_answers", olt=self.name)
            self._backoff.reset()
            if self.facts.may_write:
                self._answers.set()
            return Done(quiet=True, trouble=self._write_error)
        if self._backoff.failures == 0:
            log.warning("olt_fails", olt=self.name, error=reading.error)
        self._answers.clear()
        return Done(pause_s=self._backoff.failed(), quiet=True, trouble=self._write_error)

    async def _poll_other(self, kind: PollKind) -> Done:
        if not self.facts.may_write:  # it has just gone to another collector, which asks it by now
            self._answers.clear()
            return Done(quiet=True)
        token, late = self._unwritten.get(kind, (None, None))
        if late and token == self.facts.token and within(late.started_at, self._clock.now(), self._interval_s(kind)):
            # The state goes first: it finds out whether the database is back, and tells which ONTs there are.
            if not self._write_error:
                await self._write_late(kind, late)
        else:
            await self.poll(kind)
        if kind not in self._unwritten:
            return Done(quiet=True)
        return Done(pause_s=min(WRITE_AGAIN_S, self._interval_s(kind)), quiet=True, trouble=self._write_error)

    async def _look_at(self, key: Key) -> None:
        ont = self.facts.onts.onts.get(key)
        if ont and ont.vanished_at is None:
            await self.refresh_ont(ont)

    def _interval_s(self, kind: PollKind) -> float:
        """How often a kind of reading is taken; what its profile asks for is known once the OLT was identified."""
        name = f"{kind.value}_s"
        interval_s: float = getattr(self._polling, name)
        if getattr(self._own, name) is not None or self._poller.profile is None:
            return interval_s
        return max(interval_s, getattr(self._poller.profile.polling, name) or 0.0)

    def _skipped_optics(self) -> OltReading | None:
        """A reading that says why the optics are left for later: the OLT has more urgent work than asking its ONTs."""
        cpu_percent, limit_percent = self.facts.olt.cpu_percent, self._optics_cpu_limit_percent
        measured_at = self.facts.observed_at("", PollKind.HEALTH)
        now = self._clock.now()
        if cpu_percent is None or cpu_percent < limit_percent or measured_at is None:
            return None
        if not within(measured_at, now, STALE_AFTER * self._interval_s(PollKind.HEALTH)):
            return None
        why = f"left for later: the OLT's CPU is at {cpu_percent:.0f} % (limit {limit_percent:g} %)"
        return OltReading(PollKind.OPTICS, now, answered=True, error=why)

    def _olt_row(self, reading: OltReading) -> Facts:
        """What the poll says about the OLT itself."""
        row: Facts = {"last_poll_at": reading.started_at}
        row |= {f"{kind.value}_s": self._interval_s(kind) for kind in PollKind}
        if reading.kind is PollKind.STATE or reading.error:
            row["error"] = reading.error  # what another kind's poll said stands until the next state poll
        if reading.kind is PollKind.STATE or not reading.answered:
            row["reachable"] = reading.answered
        if reading.answered:
            row["last_ok_at"] = reading.started_at + reading.duration_s
        if reading.kind is PollKind.STATE:
            row["last_poll_s"] = reading.duration_s
            if reading.answered:
                row["uptime_s"] = reading.uptime_s
            failed = not reading.answered or reading.outcome is Outcome.FAILED
            row["retry_at"] = self._clock.now() + self._backoff.upcoming_s if failed else None
        if self._poller.identity and self._poller.profile:
            row |= {"description": self._poller.identity.sys_descr, "profile": self._poller.profile.id}
            row["unverified"] = ",".join(self._poller.unverified) or None
        if self._poller.max_repetitions:
            row["max_repetitions"] = self._poller.max_repetitions
        if reading.kind is PollKind.HEALTH and reading.outcome is not Outcome.FAILED:
            known = {} if "card" in reading.whole else self.facts.cards
            row |= _load({**known, **_cards(self.facts.olt.id, reading)})
            row |= {fact: value for fact, value in reading.olt.items() if value is not None}
        return row

    def _samples(self, reading: OltReading) -> list[Sample]:
        name, at = self.name, reading.started_at
        found = samples.of_poll(name, reading) + samples.of_traffic(name, reading, self.facts.onts.onts)
        if reading.kind is PollKind.STATE:
            found += samples.of_states(name, reading, self.facts.onts.onts.values())
        elif reading.kind is PollKind.OPTICS and any(port.onts for port in reading.ports):
            found += samples.of_optics(name, at, self._as_read(reading), self._thresholds)
        elif reading.kind is PollKind.HEALTH:
            found += samples.of_health(self.facts.olt, at, _cards(self.facts.olt.id, reading).values())
            found += samples.of_load(name, reading)
        return found

    def _as_read(self, reading: OltReading) -> list[Ont]:
        """The ONTs that a reading holds, with the light that it tells, whether or not the database took it."""
        known = self.facts.onts.onts
        places = ((str(port.port), ont_id, facts) for port in reading.ports for ont_id, facts in port.onts.items())
        blank: Facts = dict.fromkeys(LIGHT)
        return [
            with_facts(known[port, ont_id], {**blank, **facts})
            for port, ont_id, facts in places
            if (port, ont_id) in known
        ]

    def _log_write(self, error: SourceError | None) -> None:
        """Say once that facts cannot be written, and once that they can again."""
        if error and not self._write_error:
            log.error("facts_not_written", olt=self.name, error=str(error))
        elif self._write_error and not error:
            log.info("facts_written_again", olt=self.name)
        self._write_error = error


def _cards(olt_id: int, reading: OltReading) -> dict[str, Card]:
    return {name: with_facts(Card(olt_id, name), facts) for name, facts in reading.cards.items()}


def _load(cards: dict[str, Card]) -> dict[str, float | None]:
    """The OLT's own load: its main control board's, or the highest of all boards when none says that it is main."""
    main = [card for card in cards.values() if card.role == "main"] or list(cards.values())

    def highest(values: list[float | None]) -> float | None:
        return max((value for value in values if value is not None), default=None)

    return {
        "cpu_percent": highest([card.cpu_percent for card in main]),
        "memory_percent": highest([card.memory_percent for card in main]),
        "temperature_celsius": highest([card.temperature_celsius for card in cards.values()]),
    }
