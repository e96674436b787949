"""What the console and the commands read, on top of the database and the history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import or_

from noc_console.config.model import Config
from noc_console.config.paths import audit_heads, buffer_file
from noc_console.domain.audit_log import AuditLog
from noc_console.domain.changes import Change
from noc_console.domain.cpe import CpeDocument, Section
from noc_console.domain.csv_records import ImportPlan
from noc_console.domain.errors import ConfigError
from noc_console.domain.history import ChartData
from noc_console.domain.incidents.observations import Observation, in_order
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import Cpe
from noc_console.domain.records import Record, RecordKind
from noc_console.domain.routers import Scrap
from noc_console.domain.update import Update
from noc_console.storage import audit, imports, schema
from noc_console.storage.audit_watch import AuditWatch
from noc_console.storage.batches import BatchStore
from noc_console.storage.changes import read_changes_of
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.history.charts import Charts
from noc_console.storage.history.victoria import Victoria
from noc_console.storage.jobs import JobStore
from noc_console.storage.listening import Listening
from noc_console.storage.recordings import RecordingStore

R = TypeVar("R", bound=Record)

AUDIT_AT_MOST = 2000
MOST_ONTS_FIRST, MOST_ONTS, MORE_FOR_EACH_OLT = 4000, 8000, 100
"""ONTs in the first update, and in those after it: the first ones are on the screen while the rest is read. The more
is there, the more each update costs whoever shows it: so they grow with what was read."""
CHANGES_AT_MOST = 20_000
HOLD_INTERVALS = 2.5
"""A chart's line is held over this many missing optics polls, then broken."""


class StorageReader:
    """The picture's ``Reader`` on a real database. Holds no credentials of any device."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.database = Database(config.database)
        self._listening = None if self.database.is_sqlite else Listening(self.database)
        self._victoria: Victoria | None = None
        self._jobs = JobStore(self.database)
        self._batches = BatchStore(self.database, config.bulk)
        self._cpes = CpeStore(self.database)
        self._charts: Charts | None = None
        self._audit_watch = AuditWatch(audit_heads(config))

    async def open(self) -> None:
        """Connect and make sure that the schema is ours.

        Raises:
            SourceError: The database does not answer, or a collector has not made the schema yet.
        """
        await self.database.check_version()

    async def close(self) -> None:
        """Release everything."""
        if self._listening:
            await self._listening.close()
        await self.database.close()
        if self._victoria:
            victoria, self._victoria, self._charts = self._victoria, None, None
            await victoria.close()

    async def update(self, since: Mapping[str, int]) -> Update:
        """What is newer than ``since``; ``Update.more`` tells whether that is all.

        PostgreSQL tells when there is something: while it does not, it is asked seldom.
        """
        listening = self._listening
        if since and listening and not listening.must_ask():
            return Update(revisions=dict(since))
        try:
            async with self.database.reading() as connection:
                update = await read_update(connection, since, most_onts(since))
        except BaseException:
            if listening:
                listening.ask_again()
            raise
        if update.more and listening:
            listening.ask_again()
        return update

    async def batch(self, batch_id: int) -> Batch | None:
        """One bulk action with its counts."""
        return await self._batches.get(batch_id)

    async def batch_jobs(self, batch_id: int) -> list[Job]:
        """The jobs of a bulk action, without their steps, in their order."""
        return await self._jobs.of_batch(batch_id)

    async def jobs_of(self, ont_id: int) -> list[Job]:
        """The newest jobs of one ONT, without their steps, newest first."""
        return await self._jobs.of_ont(ont_id)

    async def document(self, device_id: str) -> CpeDocument | None:
        """A router's whole configuration as last read, secrets masked; None when it never was."""
        return await self._cpes.document(device_id)

    async def job(self, job_id: int) -> Job | None:
        """One job with its steps."""
        return await self._jobs.get(job_id)

    async def sections(self, serial: str) -> list[Section]:
        """Sections of the router with this ONT serial; none when several routers claim it."""
        device_id = await self.cpe_for(serial)
        return await self._cpes.sections(device_id) if device_id else []

    async def router_sections(self, device_id: str) -> list[Section]:
        """Sections of one router, by its id at the ACS."""
        return await self._cpes.sections(device_id)

    async def routers_showing(self, scrap: Scrap) -> list[Cpe]:
        """Routers of which what was read shows this address, MAC or login, of any of their connections."""
        return await self._cpes.showing(scrap)

    async def cpe_for(self, serial: str) -> str | None:
        """Device id of the only router with this ONT serial."""
        found = await self._cpes.by_serial(serial)
        return found[0].device_id if len(found) == 1 else None

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        """History on a grid; never raises for a missing VictoriaMetrics, but notes it."""
        return await self._history().chart(metrics, labels, range_s, points)

    async def rx_sparklines(self, serials: Sequence[str], range_s: float, points: int) -> dict[str, list[float | None]]:
        """Received power per ONT serial."""
        return await self._history().sparklines("ont_onu_rx_dbm", "ont_serial", serials, range_s, points)

    async def observed(self, since: float, until: float) -> list[Observation]:
        """What the collector recorded between two instants."""
        return list(in_order(await RecordingStore(self.database).read(since, until)))

    async def ont_changes(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Change]:
        """Changes of one ONT, and of its port as a whole, newest first."""
        table = schema.change
        about = (table.c.olt == olt) & (table.c.port == port) & table.c.serial.is_(None)
        where = or_(about, table.c.serial == serial) if serial else about
        async with self.database.reading() as connection:
            return (await read_changes_of(connection, where, limit=limit, newest=True))[::-1]

    async def changes_at(self, olts: Collection[str], begin: float, end: float) -> list[Change]:
        """Changes of these OLTs in a span of time, oldest first, at most ``CHANGES_AT_MOST``."""
        table = schema.change
        where = table.c.olt.in_(list(olts)), table.c.at >= begin, table.c.at <= end
        async with self.database.reading() as connection:
            return await read_changes_of(connection, *where, limit=CHANGES_AT_MOST)

    async def changes_of(self, kind: str, limit: int = 100) -> list[Change]:
        """The newest changes of one kind, newest first."""
        async with self.database.reading() as connection:
            where = schema.change.c.kind == kind
            return (await read_changes_of(connection, where, limit=limit, newest=True))[::-1]

    async def audit(self, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        """The newest audit entries, newest first, and the first entry that breaks the chain of all; None: it holds."""
        async with self.database.reading(snapshot=True) as connection:
            return await audit.entries(connection, limit), await audit.first_broken(connection)

    async def audit_log(self, limit: int) -> AuditLog:
        """The newest entries; verified is what came since the last time, at first since the newest signed head."""
        async with self.database.reading(snapshot=True) as connection:
            try:
                found = await self._audit_watch.look(connection)
                told, broken = str(found), found.broken is not None
            except ConfigError as error:
                told, broken = f"the audit log cannot be verified: {error}", True
            return AuditLog(await audit.entries(connection, limit), told, broken)

    async def audit_since(self, at: float) -> list[dict[str, Any]]:
        """Audit entries since then, newest first, at most ``AUDIT_AT_MOST``; the chain is not checked."""
        async with self.database.reading() as connection:
            return await audit.matching(connection, schema.audit.c.at >= at, AUDIT_AT_MOST)

    async def audit_about(self, target: str) -> list[dict[str, Any]]:
        """Audit entries about one target, newest first, at most ``AUDIT_AT_MOST``; the chain is not checked."""
        async with self.database.reading() as connection:
            return await audit.matching(connection, schema.audit.c.target == target, AUDIT_AT_MOST)

    async def plan_import(self, kind: RecordKind[R], text: str, replace: bool) -> ImportPlan[R]:
        """What importing this CSV text would change, line by line; changes nothing."""
        async with self.database.reading() as connection:
            return await imports.plan(connection, kind, text, replace)

    def _history(self) -> Charts:
        if self._charts is None:
            if self._config.victoriametrics:
                self._victoria = Victoria(self._config.victoriametrics)
            hold_s = HOLD_INTERVALS * self._config.polling.optics_s
            self._charts = Charts(self._victoria, buffer_file(self._config), hold_s)
        return self._charts


def most_onts(since: Mapping[str, int]) -> int:
    """After how many ONTs an update ends, by what was read before it."""
    olts = sum(1 for stream, revision in since.items() if revision and stream.startswith("olt:"))
    return max(MOST_ONTS, olts * MORE_FOR_EACH_OLT) if olts else MOST_ONTS_FIRST
