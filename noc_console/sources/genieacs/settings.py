"""What operators may set at a router, as the parameters that this router keeps it in.

The router is read first; the network, port or connection that is meant is found in what it said, and nothing is
written when that is not exactly one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from noc_console.domain.cpe import Group
from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import JobKind
from noc_console.domain.secrets import check_values
from noc_console.domain.text import clean
from noc_console.sources.genieacs import wan, wireless
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import Delivery, End, Step, deliver, no_step, task_body
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.reading import projection_for, read_paths
from noc_console.sources.genieacs.reads import read_known
from noc_console.sources.genieacs.sections import sections
from noc_console.sources.genieacs.tables import Tables
from noc_console.sources.genieacs.wan import same_object
from noc_console.sources.genieacs.writes import Outcome, Write, Written, write

_NO_KEY = re.compile(r"none|open|basic|wep.*|shared|.*enterprise", re.IGNORECASE)
"""Securities under which a WiFi password changes nothing."""
_CHANNELS = {
    wireless.BAND_24: frozenset(range(1, 15)),
    wireless.BAND_5: frozenset((*range(36, 65, 4), *range(100, 145, 4), *range(149, 178, 4))),
    wireless.BAND_6: frozenset(range(1, 234, 4)),
}
_SECTIONS = {
    JobKind.WIFI_SSID: "wireless",
    JobKind.WIFI_PASSWORD: "wireless",
    JobKind.WIFI_SWITCH: "wireless",
    JobKind.WIFI_CHANNEL: "wireless",
    JobKind.LAN_PORT: "ethernet",
    JobKind.PPPOE: "wan",
}


async def change(
    client: NbiClient,
    device_id: str,
    kind: JobKind,
    parameters: Mapping[str, str],
    secret: str | None = None,
    *,
    expiry_s: float = 120.0,
    cr_timeout_s: float | None = None,
    step: Step = no_step,
) -> Written:
    """Do one of the jobs that set something, and prove it.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        kind: ``WIFI_SSID``, ``WIFI_PASSWORD``, ``WIFI_SWITCH``, ``WIFI_CHANNEL``, ``LAN_PORT`` or ``PPPOE``.
        parameters: As ``domain.jobs.KINDS`` names them.
        secret: The password, for the two kinds that have one.
        expiry_s: After which the ACS forgets each of its tasks.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.
        step: Told what happens, without secrets.

    Raises:
        ActionRefused: It is not clear what is meant, or this router cannot do it; nothing was sent.
        SourceError: The ACS could not be reached; nothing was sent.
    """
    _check(kind, parameters, secret)
    names, tables = [_SECTIONS[kind]], client.tables
    before = Document(await client.device(device_id, projection_for(None, names, tables)))
    if before.root_name is None:
        raise ActionRefused("the ACS has never read this router")
    root = before.root_name
    extra = [f"{root}.{path}" for path in _extra(kind, root, tables)]
    await step(f"reading {names[0]}")
    wanted = [*dict.fromkeys((*read_paths(root, names, before, tables), *extra))]

    async def happened() -> bool:
        return False  # what it was to find is asked for again before anything is written

    async def ask(some: Sequence[str]) -> Delivery:
        body = task_body("getParameterValues", f"read-{kind.value}", expiry_s, parameterNames=list(some))
        return await deliver(client, device_id, body, cr_timeout_s, no_step, happened)

    delivery = (await read_known(client, before, [wanted], ask, step)).delivery
    if delivery.end is not End.DELIVERED:
        outcome = Outcome.FAULT if delivery.end is End.FAULT else Outcome.NO_CONTACT
        return Written(outcome, f"nothing was written: {delivery.text}", delivery.withdrawn)
    cut = [path.partition(".*")[0] for path in extra]
    document = Document(await client.device(device_id, [*projection_for(root, names, tables), *cut]))
    writes = writes_for(document, kind, parameters, secret, tables)
    return await write(client, device_id, writes, expiry_s=expiry_s, cr_timeout_s=cr_timeout_s, step=step)


def writes_for(
    document: Document,
    kind: JobKind,
    parameters: Mapping[str, str],
    secret: str | None = None,
    tables: Tables | None = None,
) -> list[Write]:
    """The writes that a job comes to at this router; arguments and errors as for ``change``.

    Args:
        document: Fresh, with the section that the job is about.
        kind: What to do.
        parameters: As ``domain.jobs.KINDS`` names them.
        secret: The password.
        tables: None takes the shipped ones.
    """
    _check(kind, parameters, secret)
    return _MAKERS[kind](document, parameters, secret or "", tables or shipped())


def _check(kind: JobKind, parameters: Mapping[str, str], secret: str | None) -> None:
    """Refuse what no router would take."""
    if trouble := check_values(kind, parameters, secret):
        raise ActionRefused(trouble)


def _extra(kind: JobKind, root: str, tables: Tables) -> Iterable[str]:
    """Leaves that the section does not show: keys to choose among, channels to choose from."""
    if kind is JobKind.WIFI_PASSWORD:
        table = tables.wifi_key
        leaves = [*table.default.get(root, ()), *table.models.values(), *table.manufacturers.values()]
        holder = "WiFi.AccessPoint.*" if root == "Device" else "LANDevice.1.WLANConfiguration.*"
        return [f"{holder}.{leaf}" for leaf in dict.fromkeys(leaves)]
    if kind is JobKind.WIFI_CHANNEL:
        holders = tables.wireless.patterns(root, "radio") + tables.wireless.patterns(root)
        return [f"{holder}.{leaf}" for holder in holders for leaf in ("AutoChannelEnable", "PossibleChannels")]
    return []


# WiFi


def _ssid(document: Document, parameters: Mapping[str, str], secret: str, tables: Tables) -> list[Write]:
    return [Write(f"{_network(document, parameters['network'], tables).path}.SSID", parameters["ssid"])]


def _password(document: Document, parameters: Mapping[str, str], secret: str, tables: Tables) -> list[Write]:
    node = _network(document, parameters["network"], tables)
    security = _access(document, node).text("Security.ModeEnabled") or node.text("BeaconType")
    if security and _NO_KEY.fullmatch(security):
        raise ActionRefused(f"the network's security is {security}: setting a password would do nothing")
    leaf = wireless.wifi_key_leaf(document, node.path, tables)
    if leaf is None:
        raise ActionRefused("it is not known where this router keeps the WiFi password")
    if len(secret) == 64 and leaf.endswith("KeyPassphrase"):
        raise ActionRefused("this router takes a password of 8 to 63 characters, not a key of 64 hex digits")
    return [Write(leaf, secret, secret=True)]


def _switch(document: Document, parameters: Mapping[str, str], secret: str, tables: Tables) -> list[Write]:
    node, on = _network(document, parameters["network"], tables), parameters["on"] == "true"
    switches = [holder.parameter("Enable") for holder in (node, _access(document, node))]
    writable = [Write(switch.path, on) for switch in switches if switch and switch.writable]
    return writable or [Write(f"{node.path}.Enable", on)]


def _channel(document: Document, parameters: Mapping[str, str], secret: str, tables: Tables) -> list[Write]:
    node, wanted = _network(document, parameters["network"], tables), parameters["channel"].strip().lower()
    radio = document.top.reference(node.text("LowerLayers"))
    holder = next((one for one in (radio, node) if one and one.parameter("Channel")), node)
    automatic = f"{holder.path}.AutoChannelEnable" if holder.parameter("AutoChannelEnable") else None
    if wanted == "auto":
        return [Write(automatic, True) if automatic else Write(f"{holder.path}.Channel", 0)]
    band = wireless.band_of({"self": node, "radio": radio}, document.model, tables.wireless.bands)
    number = _possible(wanted, holder.text("PossibleChannels") or node.text("PossibleChannels"), band)
    # The switch first: while it is on, routers take a channel and do not use it.
    return [*([Write(automatic, False)] if automatic else []), Write(f"{holder.path}.Channel", number)]


def _possible(wanted: str, told: str | None, band: str | None) -> int:
    """The channel as a number, if the router or at least the band has it."""
    if not re.fullmatch(r"[1-9]\d{0,2}", wanted):
        raise ActionRefused("a channel is a number or auto")
    number = int(wanted)
    ranges = re.findall(r"(\d+)(?:-(\d+))?", told or "")
    possible = {one for low, high in ranges for one in range(int(low), int(high or low) + 1)}
    if not possible and band:
        possible = set(_CHANNELS[band])
    if possible and number not in possible:
        listed = ", ".join(str(one) for one in sorted(possible))
        raise ActionRefused(f"channel {number} is not possible there; possible are {listed}")
    return number


def _network(document: Document, name: str, tables: Tables) -> Node:
    """The WiFi network that is meant: by path, title, SSID or band."""
    patterns = tables.wireless.patterns(document.root_name)
    for node in (node for pattern in patterns for node in document.root.matching(pattern)):
        if node.path == name:  # also one that is off and not shown
            return node
    groups = wireless.groups(document, tables.wireless)
    band = wireless.named_band(name) if re.fullmatch(r"\s*(2\.4|5|6)\s*(GHz)?\s*", name, re.IGNORECASE) else None
    found = [group for group in groups if name in (group.title, group.get("ssid"))]
    found = found or [group for group in groups if band and group.get("band") == band]
    return document.top.at(_only(found, groups, name, "WiFi network").path)


def _access(document: Document, network: Node) -> Node:
    """The access point of a TR-181 network."""
    nodes = document.root.matching("WiFi.AccessPoint.*")
    return next((node for node in nodes if same_object(node.text("SSIDReference"), network.path)), Node(None))


# The others


def _port(document: Document, parameters: Mapping[str, str], secret: str, tables: Tables) -> list[Write]:
    name = parameters["port"]
    groups = sections(document, ["ethernet"], tables)[0].groups
    found = [group for group in groups if name == group.path or name.lower() == group.title.lower()]
    if not found and name.isdigit():
        found = [group for group in groups if re.search(rf"(^|\D){int(name)}$", group.title)]
    return [Write(f"{_only(found, groups, name, 'LAN port').path}.Enable", parameters["on"] == "true")]


def _pppoe(document: Document, parameters: Mapping[str, str], secret: str, tables: Tables) -> list[Write]:
    first = next(iter(wan.groups(document, tables.wan)), None)
    if first is None or not first.get("internet"):
        raise ActionRefused("this router shows no Internet connection")
    if first.get("type") != "PPPoE":
        raise ActionRefused(f"the Internet connection is not PPPoE, but {first.get('type') or 'of an unknown kind'}")
    connection = next(one for one in wan.connections(document, tables.wan) if one.objects["self"].path == first.path)
    path = (connection.objects.get("ppp") or connection.objects["self"]).path
    return [Write(f"{path}.Username", parameters["username"]), Write(f"{path}.Password", secret, secret=True)]


def _only(found: list[Group], groups: Iterable[Group], name: str, what: str) -> Group:
    if len(found) == 1:
        return found[0]
    candidates = ", ".join(group.title for group in found or groups) or "none"
    problem = "names more than one" if found else "is no"
    raise ActionRefused(f"{clean(name, 64)!r} {problem} {what} of this router; there are: {candidates}")


_Maker = Callable[[Document, Mapping[str, str], str, Tables], list[Write]]
_MAKERS: dict[JobKind, _Maker] = {
    JobKind.WIFI_SSID: _ssid,
    JobKind.WIFI_PASSWORD: _password,
    JobKind.WIFI_SWITCH: _switch,
    JobKind.WIFI_CHANNEL: _channel,
    JobKind.LAN_PORT: _port,
    JobKind.PPPOE: _pppoe,
}
