"""VLANs, pools, blocks: what may not be recorded, and what routers say that they use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from noc_console.domain.addressing import BLOCKS, POOLS, VLANS, Block, Pool, Vlan
from noc_console.domain.csv_records import plan_import
from noc_console.domain.network import Cpe
from noc_console.domain.records import RecordKind
from noc_console.domain.update import Update
from noc_console.picture.flat_rows import record_rows
from noc_console.picture.model import Delta, Model
from noc_console.picture.settings import PictureSettings

KNOWN: dict[str, list[Any]] = {
    "vlans": [Vlan("internet", 100), Vlan("iptv-1", 910, "olt-1")],
    "pools": [Pool("cgn", "internet"), Pool("other")],
    "blocks": [Block("100.64.0.0/22", "cgn")],
}


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (VLANS, "name,vid\nx,4095\n", "vid: 4095 is not between 1 and 4094"),
        (VLANS, "name,vid\nx,100\n", "vid: 100 is VLAN internet on every OLT"),
        (VLANS, "name,vid,olt\nx,100,olt-2\n", "vid: 100 is VLAN internet on every OLT"),
        (VLANS, "name,vid,olt\nx,910,olt-1\n", "vid: 910 is VLAN iptv-1 on olt-1"),
        (VLANS, "name,vid,olt\nx,910,olt-2\n", ""),
        (VLANS, "name,vid,purpose\nx,7,tv\n", "'tv' is none of internet, management"),
        (POOLS, "name,vlan\nx,nothing\n", "vlan: there is no 'nothing' among the vlans"),
        (BLOCKS, "network,pool\n10.0.0.1/24,cgn\n", "network: 10.0.0.1/24 has host bits set"),
        (BLOCKS, "network,pool\nten,cgn\n", "network: 'ten' does not appear to be an IPv4 or IPv6 network"),
        (BLOCKS, "network,pool\n100.64.1.0/24,cgn\n", "network: overlaps 100.64.0.0/22 of the same pool"),
        (BLOCKS, "network,pool\n100.64.1.0/24,other\n", ""),
        (BLOCKS, "network,pool,gateway\n10.0.0.0/24,cgn,10.0.1.1\n", "gateway: 10.0.1.1 is not in 10.0.0.0/24"),
        (BLOCKS, "network,pool,gateway\n2001:DB8::/40,cgn,FE80::1\n", ""),
    ],
)
def test_what_cannot_be_is_refused(kind: RecordKind[Any], text: str, said: str) -> None:
    plan = plan_import(kind, text, KNOWN)
    assert [said in error.text for error in plan.errors] == ([True] if said else []), plan.errors


def test_networks_are_stored_in_their_one_form() -> None:
    (block,) = plan_import(BLOCKS, "network,pool,gateway\n2001:DB8:0::/40,cgn,FE80::1\n", KNOWN).added
    assert (block.network, block.gateway) == ("2001:db8::/40", "fe80::1")


def test_the_use_counts_each_address_once_and_what_is_no_address_never() -> None:
    model = Model(PictureSettings())
    told = ["100.64.0.7", "100.64.0.7", "100.64.3.255", "100.64.4.0", "2001:db8::5", "0.0.0.0", "none", None]
    cpes = [Cpe(f"d{number}", None, wan_ip=address) for number, address in enumerate(told)]
    everything = {**KNOWN, "blocks": [*KNOWN["blocks"], Block("2001:db8::/40", "cgn")]}
    list(model.apply(Update(cpes=cpes, records=everything), lambda: 1.0, Delta()))
    blocks = {row["network"]: row for row in record_rows(model, BLOCKS, 1.0)}
    assert (blocks["100.64.0.0/22"]["used"], blocks["100.64.0.0/22"]["used_percent"]) == (2, 0.2)
    assert (blocks["2001:db8::/40"]["used"], blocks["2001:db8::/40"]["used_percent"]) == (1, None)
    pools = {row["name"]: row for row in record_rows(model, POOLS, 1.0)}
    assert (pools["cgn"]["used"], pools["cgn"]["addresses"], pools["cgn"]["used_percent"]) == (3, 1024, 0.2)
    assert (pools["other"]["used"], pools["other"]["used_percent"]) == (0, None)
    vlans = {row["name"]: row for row in record_rows(model, VLANS, 1.0)}
    assert (vlans["internet"]["used"], vlans["internet"]["pools"], vlans["iptv-1"]["used"]) == (3, "cgn", None)
    list(model.apply(Update(cpes=[replace(cpes[0], wan_ip="100.64.0.9")]), lambda: 1.0, Delta()))
    (block,) = [row for row in record_rows(model, BLOCKS, 1.0) if row["version"] == 4]
    assert block["used"] == 3, "a router with another address is counted anew"
