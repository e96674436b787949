"""A router's running configuration: every parameter that the ACS knows, secrets masked before anybody sees them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import islice

from noc_console.domain.cpe import MASK, ConfigLeaf, CpeDocument
from noc_console.domain.text import clean
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.document import Document, Node, Parameter, is_secret
from noc_console.sources.loop_turns import Turns

MAX_VALUE = 1024
"""Longest value kept; certificates and dial plans are cut."""
# user:password@ in a URL; the text of a key.
_SECRET_VALUE = re.compile(r"://[^/@\s:]*:[^/@\s]+@|-----BEGIN [A-Z ]*PRIVATE KEY")
_LEAVES_PER_TURN = 50


def config_tree(document: Document) -> tuple[ConfigLeaf, ...]:
    """Every leaf, in the order of their paths, instances in numeric order."""
    return tuple(_leaves(document.top))


async def read_configuration(client: NbiClient, device_id: str) -> CpeDocument:
    """Fetch a router's whole document from the ACS; the router is not touched.

    Raises:
        UnknownDevice: The ACS has none with that id.
    """
    document = Document(await client.document(device_id))
    read_at = time.time()
    turns, walk, leaves = Turns(), _leaves(document.top), list[ConfigLeaf]()
    while some := list(islice(walk, _LEAVES_PER_TURN)):
        leaves += some
        await turns.give()
    return CpeDocument(device_id, read_at, tuple(leaves))


def _leaves(node: Node) -> Iterator[ConfigLeaf]:
    for name in node.children():
        parameter = node.parameter(name)
        if parameter:
            yield _leaf(parameter)
        else:
            yield from _leaves(node.at(name))


def _leaf(parameter: Parameter) -> ConfigLeaf:
    value = None if parameter.never_read else _text(parameter.raw)
    secret = is_secret(parameter.path) or bool(value and _SECRET_VALUE.search(value))
    return ConfigLeaf(
        clean(parameter.path), MASK if secret else value, parameter.observed_at, parameter.writable, secret
    )


def _text(raw: object) -> str:
    return clean(str(raw).lower() if isinstance(raw, bool) else str(raw), MAX_VALUE)
