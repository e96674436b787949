"""HTTP clients of the config file's endpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from noc_console.config.model import GenieAcs, VictoriaMetrics
from noc_console.config.operations import ModemBridge, Tickets
from noc_console.domain.errors import ConfigError
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.modem_bridge import BridgeClient
from noc_console.sources.tickets import TicketClient
from noc_console.storage.history.victoria import Victoria

WHERE = {"url": "https://192.0.2.1", "ca_file": Path("/nowhere/ca.pem")}


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: NbiClient(GenieAcs.model_validate(WHERE)), "genieacs.ca_file"),
        (lambda: Victoria(VictoriaMetrics.model_validate(WHERE)), "victoriametrics.ca_file"),
        (lambda: BridgeClient(ModemBridge.model_validate(WHERE)), "modem_bridge.ca_file"),
        (lambda: TicketClient(Tickets.model_validate(WHERE)), "swaps.tickets.ca_file"),
    ],
)
def test_a_ca_file_that_cannot_be_read_is_named_with_its_key(make: Callable[[], object], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make()
    assert caught.value.key == key and "/nowhere/ca.pem" in str(caught.value)
