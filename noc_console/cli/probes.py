"""What ``noc-console check`` tries beside the OLTs and their services; none of it writes anything.

Each function says what it found, or raises a ``NocError`` with what to do.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
import time
from pathlib import Path
from urllib.parse import urlsplit

from noc_console.config.base import HttpEndpoint
from noc_console.config.fingerprint import marks
from noc_console.config.http import tls_context
from noc_console.config.inventories import Inventory
from noc_console.config.load import secret_files
from noc_console.config.model import Config, CoreDeviceConfig, Traps
from noc_console.config.paths import audit_heads
from noc_console.domain.agreement import differences, differs_by, read_marks
from noc_console.domain.errors import ConfigError, SourceError, SourceUnavailable
from noc_console.domain.freshness import SKEW_TOLERANCE_S, format_age
from noc_console.sources.inventory import try_inventory
from noc_console.sources.notifier import Target
from noc_console.sources.ping import Pinger
from noc_console.sources.snmp.core_poller import CorePoller
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage.audit_watch import AuditWatch
from noc_console.storage.database import SOURCE as DATABASE
from noc_console.storage.database import Database, database_now, with_our_schema
from noc_console.storage.sources import CollectorRegister


async def database(config: Config) -> str:
    """Whether the database answers, with which schema, whether it can be written, and whether its clock is ours."""
    made = Database(config.database)
    try:
        if made.is_sqlite:
            _sqlite_writable(Path(config.database.removeprefix("sqlite:///")))
        if await made.version() is None:
            return "usable; the collector will create the schema"
        await made.check_version()
        async with made.reading() as connection:
            ahead_s = time.time() - await database_now(connection)
        if abs(ahead_s) > SKEW_TOLERANCE_S:
            side = "ahead of" if ahead_s > 0 else "behind"
            said = f"this machine's clock is {format_age(abs(ahead_s))} {side} the database's"
            raise SourceUnavailable(said, DATABASE, "set both by NTP: ages are wrong by that much")
        return "answers, schema up to date"
    finally:
        await made.close()


def _sqlite_writable(path: Path) -> None:
    """The file, or the folder where it will be, must be writable by whoever runs this."""
    folder = path.parent
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    for place in (path, folder):
        if os.path.exists(place) and not os.access(place, os.W_OK):
            said = f"{place} cannot be written by uid {os.geteuid()}: only viewing will work"
            raise SourceUnavailable(said, DATABASE, "run this as the user who runs the collector, or chown it")


async def core_device(engine: SnmpEngine, device: CoreDeviceConfig) -> str:
    """One poll of a core device."""
    poller = CorePoller(engine, device)
    try:
        reading = await poller.poll()
    finally:
        poller.close()
    if reading.error is not None:
        raise SourceUnavailable(reading.error, device.name)
    missing = [name for name in device.interfaces if name not in reading.interfaces]
    if missing:
        raise SourceUnavailable(f"has no interface {', '.join(missing)}", device.name, "see ifName on the device")
    return f"{reading.description or 'no sysDescr'}, {len(reading.interfaces)} interfaces"


async def traps_port(config: Config, traps: Traps) -> str:
    """Whether the port can be bound, or is the collector's already."""
    host, port = traps.endpoint
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and await _collector_here(config):
                return "taken, and a collector works on this machine"
            hint = "grant CAP_NET_BIND_SERVICE, or use a port from 1024" if error.errno == errno.EACCES else None
            said = f"cannot listen: {error.strerror}"
            raise SourceUnavailable(said, "traps", hint or "find who has it: ss -lunp") from None
    return "free"


async def _collector_here(config: Config) -> bool:
    made = Database(config.database)
    try:
        return any(one.host == socket.gethostname() for one in await CollectorRegister(made).alive())
    except SourceError:
        return False
    finally:
        await made.close()


async def collectors(config: Config) -> str:
    """Who is at work, whether those who share the work are configured alike, and whether by this file."""
    async with with_our_schema(config.database) as made:
        alive = await CollectorRegister(made).alive() if made else []
    if not alive:
        return "none is at work"
    if unlike := differences(alive).values():
        do = "give all machines the same config and release, and restart their collectors"
        raise ConfigError("; ".join(unlike), hint=do)
    here = differs_by(read_marks(alive[0].marks), marks(config)) if alive[0].marks else ""
    told = f"; by another config than this file: it {here}; a restart takes this one" if here else ""
    return f"at work on {', '.join(sorted(one.host for one in alive))}{told}"


async def inventory(wanted: Inventory) -> str:
    """Whether another system's database answers and can plan the queries."""
    await try_inventory(wanted)
    return f"answers, and understands the queries for {', '.join(wanted.in_order())}"


async def audit_log(config: Config) -> str:
    """Whether the audit log holds to its newest head: where it does not, nothing can be done."""
    async with with_our_schema(config.database) as made:
        if made is None:
            return "not begun"
        async with made.reading(snapshot=True) as connection:
            found = await AuditWatch(audit_heads(config)).look(connection)
    if found.broken:
        raise ConfigError(str(found), hint="noc-console audit-verify; until it is accepted nothing is done")
    return str(found)


async def ping() -> str:
    """How echoes are sent."""
    pinger = Pinger()
    pinger.open()
    try:
        return f"by {pinger.how}"
    finally:
        pinger.close()


async def web_server(endpoint: HttpEndpoint, key: str) -> str:
    """Whether something listens there and shows a certificate that we accept; nothing is asked of it."""
    parts = urlsplit(endpoint.url)
    secure = parts.scheme == "https"
    context = tls_context(endpoint, key) if secure else None
    try:
        async with asyncio.timeout(endpoint.timeout_s):
            _, writer = await asyncio.open_connection(
                parts.hostname, parts.port or (443 if secure else 80), ssl=context
            )
    except TimeoutError:
        raise SourceUnavailable("no answer in time", key, "is the URL right?") from None
    except OSError as error:
        raise SourceUnavailable(f"cannot connect: {error}", key, "is it running, and the URL right?") from None
    writer.close()
    return "accepts connections; nothing was asked of it"


def _open_to_all(path: Path) -> bool:
    return os.path.exists(path) and bool(path.stat().st_mode & stat.S_IRWXO)


async def files(path: Path, config: Config) -> str:
    """Whether what holds secrets is kept from other users of this machine."""
    names = [path, *secret_files(path)]
    if config.database.startswith("sqlite:///"):
        names.append(Path(config.database.removeprefix("sqlite:///")))
    open_to_all = [name for name in names if _open_to_all(name)]
    if open_to_all:
        listed = ", ".join(map(str, open_to_all))
        raise ConfigError(f"{listed}: open to every user of this machine", hint=f"chmod o= {listed}")
    return f"{len(names)} files with secrets, none open to other users"


async def notification_target(number: int, url: str) -> str:
    """Whether Apprise knows the service and understands the URL; nothing is sent."""
    target = await asyncio.to_thread(Target, number, url)
    return f"{target.name} is understood; noc-console notify-test sends to it"
