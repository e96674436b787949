"""``noc-console check``: try everything that the config names, and say in one line each what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from noc_console.cli import local_probes, probes
from noc_console.cli.output import Exit, print_json
from noc_console.config.base import HttpEndpoint
from noc_console.config.model import Config, CoreDeviceConfig, GenieAcs, OltConfig, VictoriaMetrics
from noc_console.config.paths import audit_heads, backup_folder
from noc_console.domain.errors import ConfigError, NocError, SourceError
from noc_console.domain.text import clean
from noc_console.sharing import address
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.olt_cli.client import CliClient, HostKeys
from noc_console.sources.olt_cli.dialect import Dialect, dialect_for
from noc_console.sources.olt_cli.session import Session
from noc_console.sources.olt_cli.ssh import fingerprint, host_key
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage.database import with_our_schema
from noc_console.storage.history.victoria import Victoria
from noc_console.storage.host_keys import HostKeyStore

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Result:
    """What was tried, what answered, how fast, what to do."""

    name: str
    tried: str
    ok: bool
    said: str
    took_ms: float
    do: str | None = None


async def check(config: Config, path: Path, as_json: bool) -> Exit:
    """Try everything that the config file at ``path`` names.

    Nothing is changed; a small file is written where backups are kept, and deleted.
    """
    broken: dict[str, ConfigError] = {}
    profiles = load_profiles(config.profiles_dir, broken)
    engine = SnmpEngine()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one_olt(olt: OltConfig) -> list[Result]:
        async with gate:
            poller = OltPoller(engine, olt, profiles, broken_profiles=broken)
            tried = f"SNMP v{olt.snmp.version} {olt.address}:{olt.snmp.port}"
            results = [await _try(olt.name, tried, lambda: _olt(poller))]
            if olt.cli:
                keys = _KeysAsTheyAre(config)
                client = CliClient(olt, olt.cli, keys)
                profile = poller.profile.id if poller.profile else olt.profile
                results.append(
                    await _try(olt.name, f"{client.cli.transport} {client.where}", lambda: _cli(client, keys, profile))
                )
            return results

    async def one_core(device: CoreDeviceConfig) -> list[Result]:
        if device.snmp is None:
            return []
        async with gate:
            tried = f"SNMP v{device.snmp.version} {device.address}:{device.snmp.port}"
            return [await _try(device.name, tried, lambda: probes.core_device(engine, device))]

    try:
        groups = await asyncio.gather(
            asyncio.gather(*_services(config), *_local(config, path)),
            *(one_olt(olt) for olt in config.olts),
            *(one_core(device) for device in config.core_devices),
        )
    finally:
        engine.close()
    results = [await _try("files", str(path), lambda: probes.files(path, config))]
    results += [_unloaded(name, error) for name, error in broken.items()]
    results += [result for group in groups for result in group]
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        for result in results:
            _print(result)
    return Exit.DONE if all(result.ok for result in results) else Exit.UNREACHABLE


def _unloaded(profile: str, error: ConfigError) -> Result:
    return Result(profile or "profiles", "profile file", ok=False, said=str(error), took_ms=0.0)


def _services(config: Config) -> list[Awaitable[Result]]:
    tried = _without_password(config.database)
    tries: list[Awaitable[Result]] = [_try("database", tried, lambda: probes.database(config))]
    tries.append(_try("collectors", "register", lambda: probes.collectors(config)))
    tries.append(_try("audit log", str(audit_heads(config)), lambda: probes.audit_log(config)))
    for inventory in config.inventories:
        tried = _without_password(inventory.url)
        tries.append(_try(inventory.name, tried, partial(probes.inventory, inventory)))
    if config.victoriametrics:
        victoria = config.victoriametrics
        tries.append(_try("victoriametrics", victoria.url, lambda: _victoria(victoria)))
    if config.genieacs:
        acs = config.genieacs
        tries.append(_try("genieacs", acs.url, lambda: _genieacs(acs)))
    if config.traps:
        traps = config.traps
        tries.append(_try("traps", f"UDP {traps.listen}", lambda: probes.traps_port(config, traps)))
    if config.ping:
        tries.append(_try("ping", "ICMP", probes.ping))
    if config.modem_bridge:
        bridge = config.modem_bridge
        tries.append(_try("bridge", bridge.url, lambda: probes.web_server(bridge, "modem_bridge")))
    if config.swaps.tickets:
        tickets = config.swaps.tickets
        tries.append(_try("tickets", tickets.url, lambda: probes.web_server(tickets, "swaps.tickets")))
    if config.notifications:
        for number, url in enumerate(config.notifications.urls):
            target = partial(probes.notification_target, number, url.get_secret_value())
            tries.append(_try("notifications", f"urls[{number}]", target))
    return tries


def _local(config: Config, path: Path) -> list[Awaitable[Result]]:
    """What lies on this machine, or is kept for it."""
    folder = address.folders()[0]
    tries: list[Awaitable[Result]] = [
        _try("writing", "files of the collector", lambda: local_probes.written_files(config)),
        _try("share", str(folder), lambda: local_probes.share(path)),
    ]
    kept = config.backups
    if kept.s3 or kept.folder or kept.every or any(olt.cli for olt in config.olts):
        where = f"S3 bucket {kept.s3.bucket}" if kept.s3 else str(backup_folder(config))
        tries.append(_try("backups", where, lambda: local_probes.backups(config)))
    if config.access.keys or config.door.authorized_keys:
        where = f"SSH {config.door.address}:{config.door.port}"
        tries.append(_try("door", where, lambda: local_probes.door(config)))
    return tries


async def _try(name: str, tried: str, work: Callable[[], Awaitable[str]]) -> Result:
    begun = time.perf_counter()

    def result(ok: bool, said: str, do: str | None = None) -> Result:
        return Result(name, tried, ok, said, round((time.perf_counter() - begun) * 1000, 1), do)

    try:
        return result(True, await work())
    except NocError as error:
        source = error.source if isinstance(error, SourceError) and error.source != name else ""
        return result(False, f"{source}: {error.message}" if source else error.message, error.hint)


async def _victoria(config: VictoriaMetrics) -> str:
    async with Victoria(config) as victoria:
        return await victoria.probe() + _plain_http(config)


async def _genieacs(config: GenieAcs) -> str:
    async with NbiClient(config) as client:
        probe = await client.probe()
        return f"GenieACS {probe.version}, {probe.devices} devices" + _plain_http(config)


async def _olt(poller: OltPoller) -> str:
    try:
        identity = await poller.identify()
        assert poller.profile
        return f"{identity.sys_descr or 'no sysDescr'} [{identity.sys_object_id or '-'}], profile {poller.profile.id}"
    finally:
        poller.close()


class _KeysAsTheyAre:
    """Host keys as the collector knows them; nothing is kept."""

    def __init__(self, config: Config) -> None:
        self._url = config.database

    async def known(self, olt: str) -> str | None:
        async with with_our_schema(self._url) as database:
            return await HostKeyStore(database).known(olt) if database else None

    async def keep(self, olt: str, key: str) -> None: ...

    async def changed(self, olt: str, text: str) -> None: ...


async def _cli(client: CliClient, keys: HostKeys, profile: str) -> str:
    """Log in and leave again."""
    dialect = dialect_for(profile)
    if client.cli.transport == "telnet":
        if dialect is None:
            return f"not known how its command line is spoken (profile {profile})"
        async with client.session(dialect) as session:
            return f"logs in by Telnet, in the clear, {_spoken(client, dialect, session)}"
    async with client.connection() as connection:
        known = "the config's" if client.cli.host_key else "kept" if await keys.known(client.name) else "not kept yet"
        said = f"logs in, host key {fingerprint(host_key(connection))} ({known})"
        if dialect is None:
            return f"{said}; not known how its command line is spoken (profile {profile})"
        async with client.shell(connection, dialect) as session:
            return f"{said}, {_spoken(client, dialect, session)}"


def _spoken(client: CliClient, dialect: Dialect, session: Session) -> str:
    may = "may" if client.cli.reboot else "must not"
    kept = {
        None: "; not known how its configuration is read",
        False: "; how its configuration is read is not confirmed: compare the first backup with the OLT",
        True: "",
    }[dialect.backup_confirmed]
    doubt = ", not verified on this model" if dialect.confidence == "C" else ""
    return f"prompt {clean(session.prompt)}; {dialect.title}{doubt}, {may} be used to reboot ONTs{kept}"


def _plain_http(endpoint: HttpEndpoint) -> str:
    parts = urlsplit(endpoint.url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return "" if parts.scheme == "https" or local else "; plain http: anybody on the way can read it"


def _without_password(url: str) -> str:
    head, _, rest = url.rpartition("@")
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.split(':', 1)[0]}@{rest}" if head else url


def _print(result: Result) -> None:
    mark = "ok  " if result.ok else "FAIL"
    do = f" -> {result.do}" if result.do else ""
    print(f"{mark} {result.name:16} {result.tried}: {result.said} ({result.took_ms:.0f} ms){do}")
