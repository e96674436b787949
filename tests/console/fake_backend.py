"""A backend without a database: a small deterministic network, a clock of its own, faults on demand."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from noc_console.config.model import Config
from noc_console.domain import swaps
from noc_console.domain.alarms.states import incident_number
from noc_console.domain.audit_log import AuditLog
from noc_console.domain.backup_text import Comparison, TextRules, compare
from noc_console.domain.changes import Change
from noc_console.domain.cpe import CpeDocument, Field, Group, Section
from noc_console.domain.csv_records import plan_import, plan_removal
from noc_console.domain.errors import ActionRefused, NocError
from noc_console.domain.handling import COMMENTS, HANDLINGS, Comment, Handling
from noc_console.domain.history import ChartData, Series
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.intents import (
    Acknowledge,
    Act,
    ActOnMany,
    AddComment,
    Answer,
    CancelJob,
    CancelMany,
    CloseSwap,
    EndMaintenance,
    ImportRecords,
    Intent,
    OnOutages,
    PlanMaintenance,
    RecordSwap,
    ReleaseMany,
    RemoveRecord,
    Shelve,
    Unacknowledge,
    Unshelve,
)
from noc_console.domain.jobs import Batch, Job, JobKind, JobState, JobStep
from noc_console.domain.network import (
    Card,
    Collector,
    Cpe,
    Fan,
    Olt,
    Ont,
    Outcome,
    PollKind,
    PollMark,
    Port,
    Source,
    Unregistered,
)
from noc_console.domain.operators import Operator, Origin, Role
from noc_console.domain.policy import blockers, is_confirmed, plan_bulk, still_standing
from noc_console.domain.presence import Presence
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import Record, RecordKind
from noc_console.domain.standing import Standing, observed_at, recent_jobs, state_now
from noc_console.domain.update import Update
from noc_console.operations.door import check_request
from noc_console.operations.handlers import make_handlers

AMY = Operator("amy", "unix account", Origin("noc-1", "pts/3"), Role.ADMIN)
HANDLERS = make_handlers(Config.model_validate({"olts": [{"name": "olt-1", "address": "192.0.2.1"}]}))
LEVELS = {"olt_cpu_percent": 14.0, "olt_memory_percent": 41.0, "olt_temperature_celsius": 43.0,
          "pon_onts_online": 11.0, "onu_status_total": 43.0}  # fmt: skip
START = 1_763_733_931.0
"""2025-11-21 14:05:31 UTC."""
FIRST = ["Ana", "Bruno", "Carla", "Diego", "Elena", "Fabio", "Gina", "Hugo", "Irene", "João", "Karla", "Luis"]
LAST = ["Almeida", "Barros", "Costa", "Dias", "Esteves", "Faria", "Gomes", "Horta", "Inácio", "Jardim", "Lopes"]
MODELS = ["EG8145V5", "HG8245Q2", "HG8546M", "EG8141A5"]


class FakeBackend:
    """Implements ``console.backend.Backend`` in memory; tests move ``clock`` and change rows."""

    def __init__(self, olts: int = 2, ports: int = 4, onts: int = 12, seed: int = 1) -> None:
        self.clock = START
        self.revision = 1
        self.fail_with: NocError | None = None
        self.attended: list[Presence] = []
        self.backup_texts: dict[int, str] = {}
        self.refuse: str | None = None
        self.opened = self.closed = 0
        self.submitted: list[Act] = []
        self.submitted_batches: list[ActOnMany] = []
        self.batches: dict[int, Batch] = {}
        self.recorded: list[RecordSwap] = []
        self.handled: list[OnOutages] = []
        self.closed_swaps: list[tuple[int, swaps.Outcome, str]] = []
        self.records: dict[str, dict[tuple[object, ...], Record]] = {}
        """Rows by record kind and key."""
        self.documents: dict[str, CpeDocument] = {}
        self.cancelled: list[int] = []
        self.olts: dict[int, Olt] = {}
        self.cards: list[Card] = []
        self.fans: list[Fan] = []
        self.waiting: dict[str, Unregistered] = {}
        self.ports: list[Port] = []
        self.onts: dict[int, Ont] = {}
        self.marks: dict[tuple[int, str, PollKind], PollMark] = {}
        self.cpes: dict[str, Cpe] = {}
        self.jobs: dict[int, Job] = {}
        self.changes: list[Change] = []
        self.observations: list[Observation] = []
        self.audit = AuditLog(told="the audit log holds to entry 0")
        self.sources: dict[str, Source] = {}
        self.collectors: dict[str, Collector] = {}
        self._fill(olts, ports, onts, random.Random(seed))

    @property
    def asked(self) -> list[Act]:
        """What was submitted, but for looks at what the ACS knows, which the console takes by itself."""
        return [request for request in self.submitted if request.kind is not JobKind.VIEW]

    @property
    def last_job(self) -> int:
        """The newest job that is no such look."""
        return max(job.id for job in self.jobs.values() if job.kind is not JobKind.VIEW)

    def now(self) -> float:
        """The test's clock."""
        return self.clock

    # -- the network -----------------------------------------------------------------------------------------------

    def _fill(self, olts: int, ports: int, onts: int, rnd: random.Random) -> None:
        for olt_id in range(1, olts + 1):
            self.put_olt(
                Olt(
                    id=olt_id, name=f"olt-{olt_id}", address=f"192.0.2.{olt_id}", profile="huawei-ma5600",
                    description="Huawei Integrated Access Software", software="MA5800V100R022C10",
                    reachable=True, last_poll_at=self.clock - 8, last_ok_at=self.clock - 8, last_poll_s=1.4,
                    uptime_s=8_640_000.0, cpu_percent=14.0, memory_percent=41.0, temperature_celsius=43.0,
                )
            )  # fmt: skip
            for kind, age_s in ((PollKind.HEALTH, 8), (PollKind.INVENTORY, 4000)):
                self.mark(olt_id, "", kind, self.clock - age_s)
            for port_number in range(ports):
                self._fill_port(olt_id, port_number, onts, rnd)
        self.collectors["c1"] = Collector("c1", "noc-1", 4211, "child", self.clock - 3600, self.clock - 2)
        self.sources["genieacs"] = Source("genieacs", "ok", self.clock - 3, latency_ms=21.0, revision=1)
        self.sources["victoriametrics"] = Source("victoriametrics", "ok", self.clock - 5, latency_ms=4.0, revision=1)

    def _fill_port(self, olt_id: int, number: int, onts: int, rnd: random.Random) -> None:
        card, name = f"0/{1 + number // 8}", f"0/{1 + number // 8}/{number % 8}"
        if number % 8 == 0:
            self.cards.append(Card(olt_id, card, "H901GPHF", "normal", "service", 9.0, 30.0, 47.0, 1))
        self.ports.append(Port(olt_id, name, "on", "up", True, 4.2, 39.0, 3.3, 18.0, revision=1))
        self.mark(olt_id, name, PollKind.STATE, self.clock - 8)
        self.mark(olt_id, name, PollKind.OPTICS, self.clock - 95)
        for ont_id in range(onts):
            self._fill_ont(olt_id, name, ont_id, rnd)

    def _fill_ont(self, olt_id: int, port: str, ont_id: int, rnd: random.Random) -> None:
        number = len(self.onts) + 1
        serial = f"HWTC{rnd.getrandbits(32):08X}"
        dead = rnd.random() < 0.06
        rx = None if dead else round(min(-15.0, rnd.gauss(-21.0, 2.6)), 2)
        self.put_ont(
            Ont(
                id=number, olt_id=olt_id, port=port, ont_id=ont_id, serial=serial,
                description=f"{rnd.choice(FIRST)} {rnd.choice(LAST)}", model=rnd.choice(MODELS), hardware="15BD.A",
                firmware="V5R020C00S115", state="offline" if dead else "online",
                offline_reason=rnd.choice(["loss_of_signal", "dying_gasp"]) if dead else None,
                vendor_reason="13" if dead else None, admin="active", config_state="normal", match_state="match",
                state_changed_at=self.clock - rnd.randrange(300, 900_000), first_seen_at=self.clock - 9_000_000,
                last_online_at=self.clock - (600 if dead else 8), last_up_clock="2026-03-09 08:01:38",
                distance_m=None if dead else rnd.randrange(300, 9000), last_distance_m=2480,
                onu_rx_dbm=rx, olt_rx_dbm=None if rx is None else round(rx - 2.7, 2),
                onu_tx_dbm=None if dead else 2.31, temperature_celsius=None if dead else 46.0,
                voltage_v=None if dead else 3.28, bias_ma=None if dead else 12.4,
                last_onu_rx_dbm=-20.7 if dead else rx, last_rx_at=self.clock - 700,
            )
        )  # fmt: skip
        if number % 5:
            self.cpes[serial] = Cpe(
                f"00259E-HG8245-{serial}", serial, serial, "Huawei", "HG8245Q2", "HG8245Q2", "V5R019", self.clock - 40,
                self.clock - 90_000, 300.0, f"100.64.{number // 250}.{number % 250}", f"user{number}@isp",
                f"00:1A:2B:{number // 65536:02X}:{number // 256 % 256:02X}:{number % 256:02X}", rx, 90_000.0, 1,
            )  # fmt: skip

    def put_olt(self, olt: Olt) -> None:
        """Add or replace an OLT."""
        self.revision += 1
        self.olts[olt.id] = replace(olt, revision=self.revision)

    def put_ont(self, ont: Ont) -> None:
        """Add or replace an ONT."""
        self.revision += 1
        self.onts[ont.id] = replace(ont, revision=self.revision)

    def plug_in(self, serial: str, port: str = "0/1/0", gone_at: float | None = None) -> None:
        """An ONT that nobody registered shows up, or goes."""
        self.revision += 1
        self.waiting[serial] = Unregistered(
            1, port, serial, "EG8145V5", self.clock - 120, self.clock, gone_at, self.revision
        )

    def mark(self, olt_id: int, port: str, kind: PollKind, at: float) -> None:
        """A port was read."""
        self.revision += 1
        self.marks[olt_id, port, kind] = PollMark(olt_id, port, kind, Outcome.COMPLETE, at, at, None, self.revision)

    def poll_all(self) -> None:
        """Every port was read just now, and the collector is alive."""
        for olt_id, port, kind in list(self.marks):
            self.mark(olt_id, port, kind, self.clock)
        for olt in list(self.olts.values()):
            if olt.reachable:
                self.put_olt(replace(olt, last_ok_at=self.clock, last_poll_at=self.clock))
        self.sources = {name: replace(s, last_ok_at=self.clock) for name, s in self.sources.items()}
        self.beat()

    def beat(self) -> None:
        """The collector says that it is alive."""
        self.collectors = {name: replace(c, heartbeat_at=self.clock) for name, c in self.collectors.items()}

    def put_record(self, kind: RecordKind[Any], record: Record) -> None:
        """Add or replace a record; one with ``removed_at`` is taken away."""
        self.revision += 1
        rows = self.records.setdefault(kind.name, {})
        rows[kind.key_of(record)] = replace(record, revision=self.revision)

    def add_change(self, change: Change) -> None:
        """Something happened."""
        self.changes.append(replace(change, id=len(self.changes) + 1))

    # -- jobs ------------------------------------------------------------------------------------------------------

    def step(self, job_id: int, state: JobState, text: str, result: str | None = None) -> None:
        """A job went on."""
        job = self.jobs[job_id]
        self.revision += 1
        self.jobs[job_id] = replace(
            job,
            state=state,
            result=result,
            steps=(*job.steps, JobStep(self.clock, text)),
            finished_at=self.clock if state.ended else None,
            revision=self.revision,
        )

    def finish_reads(self) -> None:
        """End every open view and refresh well."""
        for job in list(self.jobs.values()):
            if job.ended or job.kind.level:
                continue
            if job.kind is JobKind.REFRESH and (ont_id := job.target.ont_id) is not None:
                self.put_ont(replace(self.onts[ont_id], refreshed_at=self.clock))
            self.step(job.id, JobState.VERIFIED, "values read", "read")

    # -- Backend ---------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        self._fail()
        self.opened += 1

    async def close(self) -> None:
        self.closed += 1

    async def update(self, since: Mapping[str, int]) -> Update:
        self._fail()
        seen = since.get("all", 0)
        return Update(
            revisions={"all": self.revision, "changes": len(self.changes)},
            olts=[olt for olt in self.olts.values() if olt.revision > seen and (seen or olt.removed_at is None)],
            cards=[card for card in self.cards if not seen],
            fans=[fan for fan in self.fans if not seen],
            unregistered=[ont for ont in self.waiting.values() if ont.revision > seen],
            ports=[port for port in self.ports if not seen],
            marks=[mark for mark in self.marks.values() if mark.revision > seen],
            onts=[ont for ont in self.onts.values() if ont.revision > seen],
            cpes=[cpe for cpe in self.cpes.values() if not seen],
            jobs=[job for job in self.jobs.values() if job.revision > seen],
            batches=[batch for batch in self.batches.values() if batch.revision > seen],
            changes=self.changes[since.get("changes", 0) :],
            sources=list(self.sources.values()) if not seen else [],
            collectors=list(self.collectors.values()),
            records={
                name: [row for row in rows.values() if row.revision > seen and (seen or row.removed_at is None)]
                for name, rows in self.records.items()
            },
        )

    async def attend(self, presence: Presence) -> None:
        self._fail()
        self.attended.append(presence)

    async def ask(self, operator: Operator, intent: Intent) -> Answer:
        """As the door: its own checks of form and role, the policy's blockers and confirmation, then the act."""
        self._fail()
        if self.refuse:
            raise ActionRefused(self.refuse)
        check_request(HANDLERS[type(intent)], operator, intent)
        match intent:
            case Act():
                return self._act(operator, intent)
            case ActOnMany():
                return self._act_on_many(operator, intent)
            case CancelJob():
                return self._cancel(operator, intent)
            case CancelMany():
                self._change_batch(intent.batch_id, cancel_by=operator.name, waiting=0)
                return Answer(intent.batch_id, "cancelled")
            case ReleaseMany():
                return self._release(operator, intent)
            case RecordSwap():
                self.recorded.append(intent)
                return Answer(len(self.recorded), f"swap {len(self.recorded)}")
            case CloseSwap():
                self.closed_swaps.append((intent.swap_id, intent.outcome, operator.name))
                return Answer(intent.swap_id, f"swap {intent.swap_id}: {intent.outcome.value}")
            case ImportRecords() | RemoveRecord():
                return self._keep(intent)
            case _:
                return self._handle(operator, intent)

    def _keep(self, intent: ImportRecords | RemoveRecord) -> Answer:
        """Records that an admin edits."""
        kind = RECORD_KINDS[intent.kind]
        known = {name: list(rows.values()) for name, rows in self.records.items()}
        plan = (
            plan_import(kind, intent.text, known)
            if isinstance(intent, ImportRecords)
            else plan_removal(kind, intent.key, known)
        )
        if plan.errors:
            raise ActionRefused(plan.errors[0].text)
        for record in (*plan.added, *plan.changed):
            self.put_record(kind, record)
        for record in plan.removed:
            self.put_record(kind, replace(record, removed_at=self.clock))
        return Answer(text=f"{kind.name}: {plan.text}")

    def _handle(self, operator: Operator, intent: OnOutages) -> Answer:
        """What operators do about incidents: kept as the door keeps it."""
        self.handled.append(intent)
        if isinstance(intent, PlanMaintenance | EndMaintenance):
            return Answer(text="planned")
        known: Any = self.records.get("handlings", {}).get((intent.about,)) or Handling(intent.about)
        now: dict[str, Any] = {}
        match intent:
            case Acknowledge():
                now = {"ack_by": operator.name, "ack_at": self.clock}
                number = incident_number(intent.about)
                subject: Any = self.records.get("incidents", {}).get((number,))
                now |= {"ack_severity": subject.severity, "ack_affected": subject.affected} if subject else {}
            case Unacknowledge():
                now = {"ack_by": None, "ack_at": None}
            case Shelve():
                now = {"shelved_by": operator.name, "shelved_until_at": self.clock + intent.lasts_s}
            case Unshelve():
                now = {"shelved_by": None, "shelved_until_at": None}
            case AddComment():
                count = len(self.records.get("comments", {})) + 1
                self.put_record(COMMENTS, Comment(count, intent.about, operator.name, self.clock, intent.text))
        self.put_record(HANDLINGS, replace(known, **now))
        return Answer(text=f"{intent.about}: {type(intent).__name__.lower()}d")

    def _act(self, operator: Operator, intent: Act) -> Answer:
        ont = self.onts.get(intent.target.ont_id or 0)
        typed = intent.confirmation.text if intent.confirmation else None
        if ont is not None:
            standing = still_standing(blockers(intent.kind, self._standing(ont)), intent.forced)
            if standing or not is_confirmed(intent.kind, ont.identity, typed):
                raise ActionRefused(standing[0].reason if standing else "not confirmed")
        self.submitted.append(intent)
        self.revision += 1
        job_id = len(self.jobs) + 1
        place = (ont.serial, self.olts[ont.olt_id].name, ont.port) if ont else (None, intent.target.key, None)
        self.jobs[job_id] = Job(
            job_id, intent.kind, JobState.REQUESTED, intent.target, *place, intent.reason, operator.name,
            str(operator.origin), self.clock, self.clock + 600, intent.forced, parameters=dict(intent.parameters),
            revision=self.revision,
        )  # fmt: skip
        return Answer(job_id, f"job {job_id}")

    def _standing(self, ont: Ont) -> Standing:
        read_at = observed_at(self.marks.get((ont.olt_id, ont.port, PollKind.STATE)), None)
        state = state_now(ont, self.olts[ont.olt_id], read_at, self.clock, 60.0)
        recent = recent_jobs((job for job in self.jobs.values() if job.target.ont_id == ont.id), self.clock)
        routers = tuple(cpe for cpe in self.cpes.values() if cpe.serial and cpe.serial == ont.serial)
        return Standing(ont, state, routers, recent, self.sources.get("genieacs"), self.clock)

    def _act_on_many(self, operator: Operator, intent: ActOnMany) -> Answer:
        plan = plan_bulk(intent.kind, (self._standing(self.onts[one]) for one in intent.ont_ids), intent.forced)
        if plan.left_out:
            raise ActionRefused(plan.left_out[0][1])
        self.submitted_batches.append(intent)
        self.revision += 1
        batch_id, total = len(self.batches) + 1, len(intent.ont_ids)
        self.batches[batch_id] = Batch(
            batch_id, intent.kind, intent.reason, operator.name, str(operator.origin), self.clock, total,
            waiting=total, revision=self.revision,
        )  # fmt: skip
        return Answer(batch_id, f"bulk action {batch_id}")

    def _release(self, operator: Operator, intent: ReleaseMany) -> Answer:
        if intent.batch_id not in self.batches:
            raise ActionRefused(f"there is no bulk action {intent.batch_id}")
        if self.batches[intent.batch_id].requested_by == operator.name:
            raise ActionRefused("another operator must release it")
        self._change_batch(intent.batch_id, released_by=operator.name)
        return Answer(intent.batch_id, f"bulk action {intent.batch_id} may start")

    def _change_batch(self, batch_id: int, **changed: object) -> None:
        self.revision += 1
        self.batches[batch_id] = replace(self.batches[batch_id], revision=self.revision, **changed)  # type: ignore[arg-type]

    def _cancel(self, operator: Operator, intent: CancelJob) -> Answer:
        self.cancelled.append(intent.job_id)
        if self.jobs[intent.job_id].ended:
            return Answer(intent.job_id, f"job {intent.job_id} had ended already", done=False)
        text = f"cancelled by {operator.name}"
        self.step(intent.job_id, JobState.CANCELLED, text, text)
        return Answer(intent.job_id, f"job {intent.job_id}: cancelling")

    async def document(self, device_id: str) -> CpeDocument | None:
        self._fail()
        return self.documents.get(device_id)

    async def job(self, job_id: int) -> Job | None:
        self._fail()
        return self.jobs.get(job_id)

    async def router_sections(self, device_id: str) -> list[Section]:
        return self._sections() if any(cpe.device_id == device_id for cpe in self.cpes.values()) else []

    async def sections(self, serial: str) -> list[Section]:
        return self._sections() if serial in self.cpes else []

    def _sections(self) -> list[Section]:
        self._fail()
        at = self.clock - 30
        band = Group(
            "WiFi 2.4 GHz",
            (Field("ssid", "SSID", "[red]x[/]"), Field("channel", "Channel", 6), Field("enabled", "Enabled", True)),
            "LANDevice.1.WLANConfiguration.1",
        )
        wan = Group(
            "PPP 1",
            (
                Field("status", "Status", "Connected"),
                Field("ip", "Address", "100.64.0.1"),
                Field("internet", "Internet", True),
            ),
        )
        return [
            Section(
                "system", "System", at, (Field("uptime_s", "Uptime", 90_000, "s"), Field("fw", "Firmware", "V5R019"))
            ),
            Section("wan", "WAN", at - 200, (), (wan,)),
            Section("wireless", "Wireless", at, (), (band,)),
        ]

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        self._fail()
        if metrics[0].endswith("_bytes_total"):
            return self._traffic(metrics, range_s, points)
        if metrics[0] in LEVELS:
            return self._levels(metrics, range_s, points)
        base = -21.0 - (len(labels.get("ont_serial", "")) % 3)
        values = tuple(None if points // 2 < i < points // 2 + 6 else base + math.sin(i / 9) for i in range(points))
        series = tuple(
            Series(metric, tuple(None if v is None else v - 2.7 * number for v in values))
            for number, metric in enumerate(metrics)
        )
        step_s = range_s / points
        return ChartData(self.clock - range_s, step_s, series, "buffer", "chart from local buffer")

    def _levels(self, metrics: Sequence[str], range_s: float, points: int) -> ChartData:
        """Load, and counts of ONTs."""
        series = (Series(one, tuple(LEVELS[one] + math.sin(i / 9) for i in range(points))) for one in metrics)
        return ChartData(self.clock - range_s, range_s / points, tuple(series), "victoriametrics", None)

    def _traffic(self, metrics: Sequence[str], range_s: float, points: int) -> ChartData:
        """Counters that grow with the time of day, restart once and are not read for a while."""
        step_s = range_s / (points - 1)
        series = []
        for number, metric in enumerate(metrics):
            total, values = 0.0, list[float | None]()
            for i in range(points):
                total += 1e8 * step_s / (1 + 4 * number) * (1 + math.sin(i / 9) / 2)
                total = 0.0 if i == points // 2 else total
                values.append(None if points // 4 < i < points // 4 + 4 else total)
            series.append(Series(metric, tuple(values)))
        return ChartData(self.clock - range_s, step_s, tuple(series), "victoriametrics", None)

    async def rx_sparklines(self, serials: Sequence[str], range_s: float, points: int) -> dict[str, list[float | None]]:
        self._fail()
        found: dict[str, list[float | None]] = {}
        for serial in serials:
            ont = next((ont for ont in self.onts.values() if ont.serial == serial), None)
            if ont is None or ont.last_onu_rx_dbm is None:
                continue
            lead = ont.last_onu_rx_dbm
            found[serial] = [
                None if ont.state == "offline" and i > points - 4 else lead + math.sin(i + ont.id)
                for i in range(points)
            ]
        return found

    async def observed(self, since: float, until: float) -> list[Observation]:
        self._fail()
        return [one for one in self.observations if one.at <= until]

    async def audit_log(self, limit: int) -> AuditLog:
        self._fail()
        return self.audit

    async def audit_since(self, at: float) -> list[dict[str, Any]]:
        self._fail()
        return []

    async def backup_lines(self, number: int) -> list[str]:
        return self.backup_texts[number].split("\n")

    async def backups_compared(self, before: int, after: int) -> Comparison:
        return compare(self.backup_texts[before], self.backup_texts[after], TextRules())

    async def ont_changes(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Change]:
        self._fail()
        mine = (one for one in reversed(self.changes) if one.port == port and one.serial in (None, serial))
        return list(mine)[:limit]

    async def cpe_for(self, serial: str) -> str | None:
        self._fail()
        cpe = self.cpes.get(serial)
        return cpe.device_id if cpe else None

    def _fail(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with
