"""A whole collector with a config that uses all of it: traps, ping and a core device, as the commands show them."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from profile_olt import mib
from services import free_port
from trap_world import DYING_GASP, alarm_values, eventually, huawei, snmptrap

from noc_console.cli import show as command
from noc_console.cli.output import Form
from noc_console.collector.service import CollectorService
from noc_console.config.model import Config
from noc_console.demo.agent import SnmpAgent
from noc_console.domain.errors import SourceError, SourceUnavailable
from noc_console.sources.ping import Pinger
from noc_console.storage.reader import StorageReader


class Listening:
    """What ``snmptrap`` needs to know of a listener."""

    def __init__(self, port: int) -> None:
        self.listener = self
        self.port = port


async def shown(config: Config, capsys: pytest.CaptureFixture[str], what: str) -> Any:
    backend = StorageReader(config)
    try:
        await command.show(backend, config, what, "", form=Form.JSON)
    finally:
        await backend.close()
    return json.loads(capsys.readouterr().out.splitlines()[-1])  # the collector's log goes there as well


async def test_from_the_config_to_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pinger = Pinger()
    try:
        pinger.open()
    except SourceUnavailable as error:
        pytest.skip(str(error))
    pinger.close()
    olt, router = SnmpAgent(huawei()), SnmpAgent(mib("1.3.6.1.4.1.2636.1", "Router", {}))
    olt.start()
    router.start()
    port = free_port(socket.SOCK_DGRAM)
    config = Config.model_validate(
        {
            "database": f"sqlite:///{tmp_path / 'noc.db'}",
            "victoriametrics": None,
            "polling": {"state_s": 3600, "health_s": 3600},
            "olts": [{"name": "north", "address": "127.0.0.1", "snmp": {"port": olt.port, "timeout_s": 1}}],
            "core_devices": [
                {"name": "nas-1", "address": "127.0.0.1", "snmp": {"port": router.port}, "interfaces": ["xge"]},
                {"name": "cpe-gw", "address": "127.0.0.1"},
            ],
            "traps": {"listen": f"127.0.0.1:{port}"},
            "ping": {"every_s": 0.2, "count": 1},
            "history": {"path": tmp_path},
        }
    )
    stop = asyncio.Event()
    running = asyncio.create_task(CollectorService(config, "daemon").run(stop))
    try:

        async def online() -> bool:
            if not (tmp_path / "noc.db").exists():
                return False
            backend = StorageReader(config)
            try:
                update = await backend.update({})
            finally:
                await backend.close()
            sources = {source.name for source in update.sources if source.state == "ok"}
            pinged = [device.name for device in update.records.get("core", []) if device.ping_at]
            read = [device.name for device in update.records.get("core", []) if device.reachable]
            return len(update.fresh_onts) == 3 and "traps" in sources and len(pinged) == 2 and read == ["nas-1"]

        await eventually(lambda: _quietly(online), 60)
        listening: Any = Listening(port)
        await snmptrap(listening, "-v2c", "-c", "public", "TARGET", "", DYING_GASP, *alarm_values(1))
        await snmptrap(listening, "-v2c", "-c", "public", "TARGET", "", "1.3.6.1.4.1.9999.1")

        async def offline() -> bool:
            onts = await shown(config, capsys, "onts")
            down = {row["ont_id"]: row["offline_reason"] for row in onts if row["state"] == "offline"}
            return down == {1: "dying_gasp"}

        await eventually(offline)
        (trap,) = await eventually(lambda: shown(config, capsys, "traps"))
        assert (trap["kind"], trap["text"]) == ("trap_unknown", "north sent 1.3.6.1.4.1.9999.1")
        core = {row["name"]: row for row in await shown(config, capsys, "core")}
        assert core.keys() == {"nas-1", "cpe-gw"}
        assert (core["nas-1"]["reachable"], core["nas-1"]["description"]) == (True, "Router")
        assert [interface["oper"] for interface in core["nas-1"]["interfaces"]] == ["missing"]
        assert (core["cpe-gw"]["reachable"], core["cpe-gw"]["interfaces"]) == (None, [])
        (row,) = await shown(config, capsys, "olts")
        assert {"ping_rtt_ms", "ping_loss", "ping_at"} <= row.keys()
        backend = StorageReader(config)
        await command.show(backend, config, "core", "", form=Form.TABLE)
        await backend.close()
        assert "nas-1" in capsys.readouterr().out
    finally:
        stop.set()
        await asyncio.wait([running])
        olt.stop()
        router.stop()
    assert running.exception() is None


async def _quietly(true: Any) -> bool:
    """The schema may not be there yet."""
    try:
        return bool(await true())
    except SourceError:
        return False
