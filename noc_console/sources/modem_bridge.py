"""A service of the operator's own that reads, over HTTP, what a router hides from TR-069.

The contract::

    GET <url>/v1/routers/<ONT serial>?model=<model>&device=<ACS device id>

    200 {"read_at": "2026-03-09T08:01:38Z",
         "sections": [{"name": "wireless",
                       "fields": [{"key": "...", "label": "...", "value": 1, "unit": "..."}],
                       "groups": [{"title": "2.4 GHz", "fields": [...]}]}]}
    404 the bridge does not know this router

``name`` is one of ``domain.cpe.SECTIONS``; keys are those of the same section over TR-069 where they mean the same
(``noise_dbm``, ``utilization_percent``, ``backhaul_signal_dbm``), so that the verdict can use them. ``unit`` and
``label`` may be left out. Whatever else the answer holds is passed over.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlencode

import msgspec

from noc_console.config.http import http_client
from noc_console.config.operations import ModemBridge
from noc_console.domain.cpe import SECTIONS, Field, Group, Section, Value
from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.plausibility import plausible
from noc_console.domain.text import clean
from noc_console.sources.asking import ask

SOURCE = "modem_bridge"
MARK = "bridge"


class _Field(msgspec.Struct):
    key: str
    value: str | int | float | bool
    label: str = ""
    unit: str = ""


class _Group(msgspec.Struct):
    title: str
    fields: list[_Field]


class _Section(msgspec.Struct):
    name: str
    fields: list[_Field] = []
    groups: list[_Group] = []


class _Answer(msgspec.Struct):
    read_at: Annotated[datetime, msgspec.Meta(tz=True)]
    sections: list[_Section]


class BridgeClient:
    """One bridge. Close it."""

    def __init__(self, config: ModemBridge) -> None:
        self._config = config
        self._http = http_client(config, SOURCE)

    async def close(self) -> None:
        """Release the connections."""
        await self._http.aclose()

    def serves(self, model: str | None) -> bool:
        """Whether the config wants routers of this model to be asked for."""
        wanted = self._config.models
        return not wanted or any(part.lower() in (model or "").lower() for part in wanted)

    async def read(self, serial: str, model: str | None, device_id: str) -> list[Section]:
        """What the bridge knows of a router, each field marked as coming from it; empty when it knows nothing.

        Raises:
            SourceError: It does not answer, or not what was agreed.
        """
        query = urlencode({"model": model or "", "device": device_id})
        url = f"{self._config.url}/v1/routers/{quote(serial, safe='')}?{query}"
        response = await ask(self._http, SOURCE, SOURCE, self._config.timeout_s, "GET", url)
        if response.status_code == 404:
            return []
        if response.status_code != 200:
            raise SourceProtocolError(f"it answered {response.status_code}", SOURCE, hint=f"see {SOURCE}.url")
        try:
            answer = msgspec.json.decode(response.content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceProtocolError(f"its answer is not what was agreed: {clean(str(error))}", SOURCE) from None
        read_at = min(answer.read_at.timestamp(), time.time())  # nothing is newer than now
        return [_section(section, read_at) for section in answer.sections if section.name in SECTIONS]


def _section(told: _Section, read_at: float) -> Section:
    groups = tuple(Group(clean(group.title), _fields(group.fields, read_at)) for group in told.groups)
    return Section(told.name, told.name.capitalize(), read_at, _fields(told.fields, read_at), groups)


def _fields(told: Sequence[_Field], read_at: float) -> tuple[Field, ...]:
    return tuple(
        Field(
            clean(field.key),
            clean(field.label) or clean(field.key),
            _value(field.value),
            clean(field.unit),
            observed_at=read_at,
            source=MARK,
        )
        for field in told
        if not isinstance(field.value, int | float) or plausible(field.key, field.value) is not None
    )


def _value(value: Value) -> Value:
    return clean(value) if isinstance(value, str) else value


def merge(sections: Sequence[Section], told: Sequence[Section]) -> list[Section]:
    """The router's sections with what the bridge adds. What the router itself says is never replaced."""
    by_name = {section.name: section for section in told}
    merged = [_merge(section, by_name.pop(section.name, None)) for section in sections]
    return [*merged, *by_name.values()]


def _merge(section: Section, told: Section | None) -> Section:
    if told is None:
        return section
    kept, used = [], set()
    for group in section.groups:
        # The same group by its title, or all networks of the band that a group is named after.
        same = next((g for g in told.groups if g.title in (group.title, str(group.get("band")))), None)
        kept.append(replace(group, fields=_add(group.fields, same.fields)) if same else group)
        used.add(same.title if same else "")
    added = (group for group in told.groups if group.title not in used)
    # A section is as old as the oldest of what it shows: the bridge may remember what it read long ago.
    observed_at = min((at for at in (section.observed_at, told.observed_at) if at is not None), default=None)
    fields = _add(section.fields, told.fields)
    return replace(section, observed_at=observed_at, fields=fields, groups=(*kept, *added))


def _add(fields: Sequence[Field], more: Sequence[Field]) -> tuple[Field, ...]:
    known = {field.key for field in fields}
    return (*fields, *(field for field in more if field.key not in known))
