"""What can be done to a router through the ACS, as steps that end in something proven or plainly unknown.

Reading is here; the rest is named here and lives beside: ``delivery`` posts tasks, ``disrupt`` reboots and resets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noc_console.domain.cpe import SECTIONS, Section
from noc_console.domain.errors import SourceProtocolError
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import Delivery, End, Step, deliver, no_step, task_body
from noc_console.sources.genieacs.disrupt import (
    Baseline,
    Disruption,
    baseline,
    factory_reset,
    reboot,
    sent_since,
    wait_back,
    was_sent,
    withdraw,
)
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.reading import projection_for, read_paths
from noc_console.sources.genieacs.sections import sections

__all__ = [
    "Baseline",
    "Delivery",
    "Disruption",
    "End",
    "Refreshed",
    "Step",
    "baseline",
    "factory_reset",
    "no_step",
    "reboot",
    "refresh",
    "sent_since",
    "view",
    "wait_back",
    "was_sent",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Result of ``refresh``."""

    delivery: Delivery
    sections: tuple[Section, ...]
    """As the ACS has them now, read or not."""
    newer: tuple[str, ...]
    """Names of those that the router was proven to have read out."""
    not_newer: tuple[str, ...]


async def view(client: NbiClient, device_id: str, names: Sequence[str] = SECTIONS) -> tuple[Section, ...]:
    """Sections as the ACS has them, without touching the router."""
    return sections(Document(await client.device(device_id, projection_for(None, names))), names)


async def refresh(
    client: NbiClient,
    device_id: str,
    root: str | None = None,
    names: Sequence[str] = SECTIONS,
    *,
    expiry_s: float = 120.0,
    cr_timeout_s: float | None = None,
    step: Step = no_step,
) -> Refreshed:
    """Have the router read out these sections now.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        root: Its data model's root; None finds out.
        names: Sections.
        expiry_s: After which the ACS forgets the request.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.
        step: Told what happens.
    """
    before = Document(await client.device(device_id, projection_for(root, names)))
    model_root = root or before.root_name
    if model_root is None:
        raise SourceProtocolError("the ACS holds no parameter of this router", "genieacs")
    earlier = {section.name: _read_at(section, None) for section in sections(before, names)}
    now: list[Document] = []

    async def has_read() -> bool:
        now[:] = [Document(await client.device(device_id, projection_for(model_root, names)))]
        return bool(_newer(now[0], names, earlier))

    body = task_body(
        "getParameterValues", f"read-{'-'.join(names)}", expiry_s, parameterNames=read_paths(model_root, names)
    )
    await step(f"reading {', '.join(names)}")
    delivery = await deliver(client, device_id, body, cr_timeout_s, step, has_read)
    await has_read()
    newer = _newer(now[0], names, earlier)
    return Refreshed(delivery, sections(now[0], names), newer, tuple(name for name in names if name not in newer))


def _newer(document: Document, names: Sequence[str], earlier: Mapping[str, float]) -> tuple[str, ...]:
    """Sections of which something was read since, other than by an Inform, which carries a few values by itself."""
    informed_at = document.instant("_lastInform")
    found = sections(document, names)
    return tuple(section.name for section in found if _read_at(section, informed_at) > earlier[section.name])


def _read_at(section: Section, informed_at: float | None) -> float:
    grouped = (field for group in section.groups for field in group.fields)
    times = [field.observed_at for field in (*section.fields, *grouped)]
    return max((at for at in times if at is not None and at != informed_at), default=0.0)
