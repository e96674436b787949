"""What an agent says of itself, also one that cannot bear to be asked for what it does not have."""

from __future__ import annotations

from typing import Any

import pytest

from noc_console.domain.errors import SourceProtocolError, SourceTimeout
from noc_console.sources.snmp.codec import Value
from noc_console.sources.snmp.discovery import ENGINE_TIME, SYS_DESCR, SYS_UP_TIME, read_identity


@pytest.mark.parametrize("error", [SourceProtocolError("genErr"), SourceTimeout("no answer")])
async def test_an_object_that_is_not_there_hides_nothing_else(error: Exception) -> None:
    class Touchy:
        async def get(self, oids: list[bytes]) -> dict[bytes, Value]:
            if ENGINE_TIME in oids:
                raise error
            return {SYS_DESCR: b"ACME OLT", SYS_UP_TIME: 4200}

    touchy: Any = Touchy()
    identity = await read_identity(touchy)
    assert (identity.sys_descr, identity.uptime_s, identity.engine_s) == ("ACME OLT", 42.0, None)
