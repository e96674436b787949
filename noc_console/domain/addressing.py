"""VLANs, address pools and their blocks as they were recorded, and how much of them routers say that they use.

The use counts WAN addresses that routers told the ACS. Addresses that nobody reports are not seen: it is a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from noc_console.domain.records import Column, Key, Record, RecordKind, Reference, Seen, own_fields

MAX_VID = 4094
"""IEEE 802.1Q: 0 and 4095 are reserved."""
COUNTED_BITS = 32
"""Blocks with more host bits than this have no share in use: it would always read 0."""


class VlanPurpose(StrEnum):
    """What a VLAN carries."""

    INTERNET = "internet"
    MANAGEMENT = "management"
    TR069 = "tr069"
    IPTV = "iptv"
    VOIP = "voip"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Vlan(Record):
    """A VLAN of one OLT, or of all of them."""

    name: str
    vid: int
    """VLAN identifier, 1 to 4094."""
    olt: str | None = None
    """Where it is; None is on every OLT."""
    purpose: VlanPurpose | None = None
    dhcp_snooping: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Pool(Record):
    """Addresses that are given out together."""

    name: str
    vlan: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Block(Record):
    """One range of a pool."""

    network: str
    """``100.64.0.0/22``, ``2001:db8::/40``."""
    pool: str
    gateway: str | None = None
    note: str | None = None


def network_of(block: Block) -> IPv4Network | IPv6Network:
    """The range as a number of addresses."""
    return ip_network(block.network)


def _normal_vlan(vlan: Vlan) -> Vlan:
    if not 1 <= vlan.vid <= MAX_VID:
        raise ValueError(f"vid: {vlan.vid} is not between 1 and {MAX_VID}")
    return vlan


def _check_vlans(all_of_them: Mapping[Key, Vlan]) -> Iterator[tuple[Key, str]]:
    """VLANs that have one identifier on one OLT."""
    by_vid: dict[int, list[Vlan]] = {}
    for vlan in all_of_them.values():
        by_vid.setdefault(vlan.vid, []).append(vlan)
    for same in by_vid.values():
        everywhere = next((vlan for vlan in same if vlan.olt is None), None)
        first: dict[str | None, Vlan] = {}
        for vlan in same:
            other = first.setdefault(vlan.olt, vlan)
            if other is vlan and vlan.olt is not None and everywhere is not None:
                other = everywhere
            if other is not vlan:
                where = f"on {other.olt}" if other.olt else "on every OLT"
                yield (vlan.name,), f"vid: {vlan.vid} is VLAN {other.name} {where}"


def _normal_block(block: Block) -> Block:
    try:
        network = ip_network(block.network)
    except ValueError as error:
        raise ValueError(f"network: {error}") from None
    if block.gateway is None:
        return replace(block, network=str(network))
    try:
        gateway = ip_address(block.gateway)
    except ValueError as error:
        raise ValueError(f"gateway: {error}") from None
    if gateway.version == network.version and not gateway.is_link_local and gateway not in network:
        raise ValueError(f"gateway: {gateway} is not in {network}")
    return replace(block, network=str(network), gateway=str(gateway))


def _check_blocks(all_of_them: Mapping[Key, Block]) -> Iterator[tuple[Key, str]]:
    """Blocks of one pool that overlap; two pools may use the same addresses in two routing tables."""
    ranges = sorted(
        (block.pool, network.version, int(network.network_address), -network.num_addresses, key, network)
        for key, block in all_of_them.items()
        for network in (network_of(block),)
    )
    above: tuple[str, Any] | None = None
    for pool, _version, _first, _size, key, network in ranges:
        if above and above[0] == pool and above[1].version == network.version and network.subnet_of(above[1]):
            yield key, f"network: overlaps {above[1]} of the same pool"
        else:
            above = pool, network


def _block_order(block: Block) -> tuple[int, int, int]:
    network = network_of(block)
    return network.version, int(network.network_address), network.prefixlen


def used_share(used: int, size: int) -> float | None:
    """Percent of a range that is in use; None where the range is too large for a share to tell anything."""
    return round(100 * used / size, 1) if size <= 2**COUNTED_BITS else None


def _block_facts(block: Block, seen: Seen) -> dict[str, Any]:
    network = network_of(block)
    used = seen.addresses_in(network)
    return own_fields(block, seen) | {
        "version": network.version,
        "addresses": network.num_addresses,
        "used": used,
        "used_percent": used_share(used, network.num_addresses),
    }


def _pool_facts(pool: Pool, seen: Seen) -> dict[str, Any]:
    networks = [network_of(block) for block in seen.records(BLOCKS) if block.pool == pool.name]
    counted = [network for network in networks if network.num_addresses <= 2**COUNTED_BITS]
    size = sum(network.num_addresses for network in counted)
    return own_fields(pool, seen) | {
        "blocks": len(networks),
        "addresses": size if counted else None,
        "used": sum(map(seen.addresses_in, networks)),
        "used_percent": used_share(sum(map(seen.addresses_in, counted)), size) if size else None,
    }


def _vlan_facts(vlan: Vlan, seen: Seen) -> dict[str, Any]:
    pools = {pool.name for pool in seen.records(POOLS) if pool.vlan == vlan.name}
    blocks = [block for block in seen.records(BLOCKS) if block.pool in pools]
    return own_fields(vlan, seen) | {
        "pools": ", ".join(sorted(pools)) or None,
        "used": sum(seen.addresses_in(network_of(block)) for block in blocks) if blocks else None,
    }


VLANS = RecordKind(
    name="vlans",
    one="vlan",
    title="VLANs",
    row=Vlan,
    key=("name",),
    columns=(
        Column("vid", "vid", 4, right=True),
        Column("name", "vlan", 16),
        Column("olt", "olt", 12),
        Column("purpose", "purpose", 10),
        Column("dhcp_snooping", "snooping", 8),
        Column("used", "used", 6, right=True),
        Column("pools", "pools", 16),
        Column("note", "note", 12, flex=True),
    ),
    order=lambda vlan: (vlan.vid, vlan.olt or "", vlan.name),
    facts=_vlan_facts,
    imported=True,
    normal=_normal_vlan,
    check=_check_vlans,
)
POOLS = RecordKind(
    name="pools",
    one="pool",
    title="Address pools, and what routers say that they use",
    row=Pool,
    key=("name",),
    columns=(
        Column("name", "pool", 16),
        Column("vlan", "vlan", 16),
        Column("blocks", "blocks", 6, right=True),
        Column("addresses", "addresses", 10, right=True),
        Column("used", "used", 7, right=True),
        Column("used_percent", "%", 5, right=True),
        Column("note", "note", 12, flex=True),
    ),
    order=lambda pool: pool.name,
    facts=_pool_facts,
    imported=True,
    references=(Reference("vlan", "vlans"),),
)
BLOCKS = RecordKind(
    name="blocks",
    one="block",
    title="Blocks of the address pools, and what routers say that they use",
    row=Block,
    key=("network",),
    columns=(
        Column("network", "block", 22),
        Column("pool", "pool", 16),
        Column("used", "used", 7, right=True),
        Column("used_percent", "%", 5, right=True),
        Column("gateway", "gateway", 18),
        Column("note", "note", 12, flex=True),
    ),
    order=_block_order,
    table="address_block",
    facts=_block_facts,
    imported=True,
    references=(Reference("pool", "pools"),),
    normal=_normal_block,
    check=_check_blocks,
)
